"""What a run says of vulnerabilities, for others: what it knows, and the worst of two."""

import json

import pytest

from e2e.engine import Machine
from lockgate.bom.vex import Statement, read
from lockgate.finding import State
from lockgate.reports import verdict_json
from lockgate.waiving.vex import statements
from verdicts import finding, verdict

WHY = "component_not_present"
EXCUSED = {"waived": True, "waiver": f"VEX not_affected: {WHY} (vex/a.json)"}


def vulnerable(**changes):
    values = {
        "gate": "sca", "tool": "osv", "rule": "GHSA-1", "aliases": ("CVE-1", "GHSA-1"),
        "mend": "Take 4.2.16.", "package": "pkg:pypi/django@4.2.1", "fixed_in": "4.2.16",
    }  # fmt: skip
    return finding(**values | changes)


def made(*findings, **changes):
    return statements(verdict(*findings, **changes))


def statement(status, **changes):
    values = {"id": "GHSA-1", "purls": ("pkg:pypi/django@4.2.1",), "status": status, "aliases": ("CVE-1",)}
    return Statement(**values | changes)


def test_each_status():
    assert made(vulnerable(blocking=True)) == [statement("affected", action="Take 4.2.16.")]
    assert made(vulnerable(**EXCUSED)) == [statement("not_affected", justification=WHY)]
    assert made(vulnerable(waived=True, waiver="VEX not_affected: Never (ever) called. (a.json)")) == [
        statement("not_affected", detail="Never (ever) called.")
    ]
    assert made(vulnerable(waived=True, waiver="VEX fixed (a.json)")) == [statement("fixed")]
    assert made(vulnerable(waived=True, waiver="CVE-1 by Ada until 2030-01-01")) == [
        statement("affected", action="Accepted: CVE-1 by Ada until 2030-01-01. Take 4.2.16.")
    ]


def test_what_is_fixed_is_the_version_that_came_after():
    gone = vulnerable(state=State.ABSENT)
    assert made(fixed=(gone,)) == [statement("fixed", purls=("pkg:pypi/django@4.2.16",))]
    assert made(fixed=(vulnerable(state=State.ABSENT, fixed_in=""),)) == []


def test_the_worst_holds_where_one_component_is_locked_twice():
    assert [each.status for each in made(vulnerable(**EXCUSED), vulnerable())] == ["affected"]


def test_components_of_which_the_same_is_said_stand_together():
    other = vulnerable(package="pkg:pypi/django@4.1.0")
    (one,) = made(vulnerable(), other)
    assert one.purls == ("pkg:pypi/django@4.1.0", "pkg:pypi/django@4.2.1")


def test_other_findings_are_no_vulnerabilities():
    assert made(finding(), vulnerable(tool="lockgate"), vulnerable(package="")) == []


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path / "machine", environ={"SOURCE_DATE_EPOCH": "1900000000"})
    (made.cwd / "lockgate-report").mkdir()
    data = verdict_json.render(verdict(vulnerable(), vulnerable(rule="GHSA-2", **EXCUSED)))
    (made.cwd / "lockgate-report/verdict.json").write_bytes(data)
    return made


def test_the_command_prints_openvex_that_can_be_read_back(machine):
    done = machine.run("vex", "--author", "Acme")
    assert done.returncode == 0, done.stderr
    assert [(each.id, each.status) for each in read(done.stdout)] == [
        ("GHSA-1", "affected"), ("GHSA-2", "not_affected"),
    ]  # fmt: skip
    document = json.loads(done.stdout)
    assert (document["author"], document["timestamp"]) == ("Acme", "2030-03-17T17:46:40Z")
    assert machine.run("vex", "--author", "Acme").stdout == done.stdout


def test_cyclonedx_needs_its_bill(machine):
    done = machine.run("vex", "--format", "cyclonedx")
    assert (done.returncode, b"links to its bill" in done.stderr) == (2, True)
    serial = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"
    bill = machine.cwd / "b.json"
    bill.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": serial}))
    done = machine.run("vex", "--format", "cyclonedx", "--bill", str(bill))
    assert done.returncode == 0, done.stderr
    assert len(read(done.stdout)) == 2

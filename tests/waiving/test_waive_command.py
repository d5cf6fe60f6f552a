"""`lockgate waive` and `lockgate waivers` as a user starts them: the next run goes by what they wrote."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2e.engine import CLEAN, FLAW, Machine, commit, git, repository

SOON = (datetime.now(UTC).date() + timedelta(days=20)).isoformat()
LATE = (datetime.now(UTC).date() + timedelta(days=400)).isoformat()
WHO = ("--owner", "@me", "--reason", "It is: a constant")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return repository(tmp_path / "r", {"src/app.py": FLAW})


def run(machine: Machine, folder: Path, *args: str) -> int:
    return machine.run("run", str(folder), "--gates", "sast", *args).returncode


def found(machine: Machine, rule: str = "B602") -> dict[str, object]:
    findings = json.loads(machine.report("verdict.json"))["findings"]
    return next(one for one in findings if one["rule"] == rule)


def waive(machine: Machine, folder: Path, *args: str) -> tuple[int, str, str]:
    done = machine.run("waive", *args, "--checkout", str(folder))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_next_run_passes_and_explain_names_the_line(machine: Machine, folder: Path) -> None:
    assert run(machine, folder) == 1
    mark = str(found(machine)["fingerprint"])
    code, said, _ = waive(machine, folder, mark[:10].upper(), *WHO, "--expires", SOON)
    assert (code, said.splitlines()[0]) == (
        0, f".lockgate.yml:2 holds 1 finding of the last run until {SOON}",
    )  # fmt: skip
    assert (folder / ".lockgate.yml").read_text() == (
        f"waivers:\n- fingerprint: {mark}\n  owner: '@me'\n  reason: 'It is: a constant'\n  expires: {SOON}\n"
    )
    assert run(machine, folder) == 0
    assert found(machine)["waived_why"] == ".lockgate.yml:2"
    line = f"waived          yes, {mark} by @me until {SOON} (.lockgate.yml:2)"
    assert line in machine.run("explain", mark).stdout.decode().splitlines()
    listed = machine.run("waivers", str(folder)).stdout.decode().splitlines()
    assert listed == [
        f"20 days left · {mark} · @me · .lockgate.yml:2",
        "  It is: a constant",
        f"  holds sast · B602 · high · src/app.py:5 · {mark[:12]}",
    ]
    assert waive(machine, folder, mark, *WHO, "--expires", SOON)[0] == 2


def test_a_vulnerability_of_a_component_until_a_version_mends_it(machine: Machine, folder: Path) -> None:
    run(machine, folder)
    file = machine.cwd / "lockgate-report/verdict.json"
    document = json.loads(file.read_text())
    for each in document["findings"]:
        each.update(aliases=["CVE-2024-1"], package="pkg:pypi/django@4.2.1")
    file.write_text(json.dumps(document))
    asked = ("--id", "CVE-2024-1", "--package", "pkg:pypi/django@<4.2.16", "--until-fixed")
    code, said, _ = waive(machine, folder, *asked, *WHO, "--expires", SOON)
    assert (code, f"holds {len(document['findings'])} finding" in said) == (0, True)
    assert (folder / ".lockgate.yml").read_text() == (
        "waivers:\n- id: CVE-2024-1\n  package: pkg:pypi/django@<4.2.16\n  owner: '@me'\n"
        f"  reason: 'It is: a constant'\n  expires: {SOON}\n  until-fixed: true\n"
    )
    listed = machine.run("waivers", str(folder)).stdout.decode().splitlines()
    assert listed[0].startswith(
        "20 days left · CVE-2024-1 of pkg:pypi/django@<4.2.16 · until a version mends it · @me"
    )


def test_a_rule_in_a_path_and_what_was_written_before_stays(machine: Machine, folder: Path) -> None:
    before = "# ours\r\nfail-on: high  # strict\r\n"
    (folder / ".lockgate.yml").write_bytes(before.encode())
    assert run(machine, folder) == 1
    code, said, _ = waive(machine, folder, "--rule", "B602", "--path", "src/", *WHO, "--expires", SOON)
    assert (code, "\n" in said) == (0, True)
    assert (
        (folder / ".lockgate.yml").read_bytes().startswith(before.encode() + b"waivers:\r\n- rule: B602\r\n")
    )
    assert run(machine, folder) == 0


def test_diff_writes_nothing_and_git_can_apply_it(machine: Machine, folder: Path) -> None:
    commit(folder, {".lockgate.yml": "fail-on: high\n"})
    assert run(machine, folder) == 1
    mark = str(found(machine)["fingerprint"])
    code, said, _ = waive(machine, folder, mark, *WHO, "--expires", SOON, "--diff")
    assert code == 0
    assert (folder / ".lockgate.yml").read_text() == "fail-on: high\n"
    (folder.parent / "a.patch").write_text(said)
    git(folder, "apply", str(folder.parent / "a.patch"))
    assert run(machine, folder) == 0


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("MARK", *WHO, "--expires", LATE), "too long for a finding that is high"),
        (("MARK", "--owner", "@me", "--reason", " ", "--expires", SOON), "`--reason` says nothing"),
        (("ffffffffffff", *WHO, "--expires", SOON), "0 findings of that run"),
        ((*WHO, "--expires", SOON), "a waiver needs a fingerprint, `--id`, or `--rule`"),
        (("--rule", "B602", *WHO, "--expires", SOON), "a waiver needs a fingerprint, `--id`, or"),
        (("MARK", "--rule", "B602", "--path", "x", *WHO, "--expires", SOON), "a waiver needs a fingerprint"),
        (("--rule", "B602", "--path", "docs/", *WHO, "--expires", SOON), "no finding of the last run"),
        (("MARK", *WHO, "--expires", SOON, "--report", "nowhere"), "nowhere/verdict.json cannot be read"),
        (("MARK", "--owner", "@me", "--expires", SOON), "the following arguments are required: --reason"),
    ],
)
def test_2_what_is_refused_writes_nothing(
    machine: Machine, folder: Path, args: tuple[str, ...], words: str
) -> None:
    run(machine, folder)
    mark = str(found(machine)["fingerprint"])
    code, said, wrong = waive(machine, folder, *(mark if arg == "MARK" else arg for arg in args))
    assert (code, said) == (2, "")
    assert words in wrong
    assert not (folder / ".lockgate.yml").exists()


def test_a_waiver_in_the_change_holds_only_when_the_base_says_so(machine: Machine, folder: Path) -> None:
    for rule, code in (("", 1), ("waivers-from-the-change: allow\n", 0)):
        base = commit(folder, {"src/app.py": CLEAN, ".lockgate.yml": f"fail-on: high\n{rule}"})
        commit(folder, {"src/app.py": FLAW})
        assert run(machine, folder, "--base", base) == 1
        mark = str(found(machine)["fingerprint"])
        said = waive(machine, folder, mark, *WHO, "--expires", SOON)[1]
        assert ("judged by the waivers of its base" in said) is (code == 1)
        git(folder, "commit", "-qam", "waived")
        assert run(machine, folder, "--base", base) == code
        told = str(found(machine, "waivers-changed")["message"])
        assert ("excuses nothing here" in told, "hold here too" in told) == (code == 1, code == 0)
        why = {1: "", 0: ".lockgate.yml:4, which this change adds"}
        assert found(machine)["waived_why"] == why[code]


def test_extensions_are_counted_from_history_and_expired_ones_come_first(
    machine: Machine, folder: Path
) -> None:
    for day in ("2020-01-01", "2020-02-01", "2020-03-01"):
        row = f"- {{rule: B602, owner: a, reason: b, expires: {day}}}\n"
        other = f"- {{rule: B1, owner: a, reason: b, expires: {SOON}}}\n"
        commit(folder, {".lockgate.yml": f"waivers:\n{other}{row}"})
    done = machine.run("waivers", str(folder), "--format", "json")
    document = json.loads(done.stdout)
    assert [(row["rule"], row["extensions"]) for row in document["waivers"]] == [("B602", 2), ("B1", 0)]
    assert "are not known: lockgate-report/verdict.json cannot be read" in document["notes"][0]
    assert run(machine, folder) == 1
    document = json.loads(machine.run("waivers", str(folder), "--format", "json").stdout)
    assert [one["waiver"] for one in document["waivers"][0]["findings"]] == ["expired"]
    assert document["notes"] == []


def test_where_git_knows_nothing_it_is_said(machine: Machine, tmp_path: Path) -> None:
    outside = tmp_path / "policy.yml"
    outside.write_text(f"waivers:\n- {{rule: B602, owner: a, reason: b, expires: {SOON}}}\n")
    folder = repository(tmp_path / "r", {"app.py": FLAW})
    assert run(machine, folder) == 1
    done = machine.run("waivers", str(folder), "--config", str(outside))
    lines = done.stdout.decode().splitlines()
    assert lines[0] == f"20 days left · B602 · a · {outside}:2"
    assert lines[-1] == "extensions may be more: git's history of the configuration is not all here"
    shallow = tmp_path / "shallow"
    commit(folder, {".lockgate.yml": outside.read_text()})
    git(tmp_path, "clone", "-q", "--depth", "1", folder.as_uri(), str(shallow))
    assert machine.run("waivers", str(shallow)).stdout.decode().splitlines()[-1] == lines[-1]


def test_a_configuration_that_is_a_link_is_not_written_through(machine: Machine, folder: Path) -> None:
    assert run(machine, folder) == 1
    target = folder.parent / "target.yml"
    target.write_text("fail-on: high\n")
    (folder / ".lockgate.yml").symlink_to(target)
    mark = str(found(machine)["fingerprint"])
    assert waive(machine, folder, mark, *WHO, "--expires", SOON)[0] == 3
    assert target.read_text() == "fail-on: high\n"

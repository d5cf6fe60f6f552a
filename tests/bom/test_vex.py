"""VEX, both kinds and both ways."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bom.bills import WHEN
from lockgate.bom.validate import problems
from lockgate.bom.vex import Statement, VexError, read, write_cyclonedx, write_openvex

SERIAL = "urn:uuid:46fd3e9e-45bd-5446-b5da-2fa58aa8b052"
STATEMENTS = [
    Statement(
        id="CVE-2026-1", aliases=("GHSA-xxxx-yyyy-zzzz",), purls=("pkg:npm/%40scope/a@1.0.0", "pkg:pypi/b@2"),
        status="not_affected", justification="vulnerable_code_not_in_execute_path",
        detail="It is never called.",
    ),
    Statement(id="CVE-2026-2", purls=("pkg:pypi/b@2",), status="affected", action="Upgrade to 3."),
    Statement(id="CVE-2026-3", purls=("pkg:pypi/b",), status="fixed", detail="Since 2."),
    Statement(id="PYSEC-2026-4", purls=("pkg:pypi/b@2",), status="under_investigation"),
    Statement(id="CVE-2026-5", purls=("pkg:pypi/b@2",), status="not_affected", detail="Only on Windows."),
]  # fmt: skip


def test_openvex_comes_back() -> None:
    data = write_openvex(STATEMENTS, WHEN, author="Acme")
    assert read(data) == tuple(STATEMENTS)
    made = json.loads(data)
    assert made["@context"] == "https://openvex.dev/ns/v0.2.0"
    assert made["timestamp"] == "2026-11-21T12:00:00Z"
    assert made["statements"][1]["action_statement"] == "Upgrade to 3."
    assert write_openvex(STATEMENTS, WHEN, author="Acme") == data
    assert json.loads(write_openvex(STATEMENTS[1:], WHEN, author="Acme"))["@id"] != made["@id"]


def test_cyclonedx_comes_back_and_is_linked_to_its_bill() -> None:
    data = write_cyclonedx(STATEMENTS, WHEN, serial=SERIAL)
    assert read(data) == tuple(STATEMENTS)
    made = json.loads(data)
    assert problems(made) == []
    first = made["vulnerabilities"][0]
    link = "urn:cdx:46fd3e9e-45bd-5446-b5da-2fa58aa8b052/1#pkg%3Anpm%2F%2540scope%2Fa%401.0.0"
    assert first["affects"][0] == {"ref": link}
    assert first["analysis"]["justification"] == "code_not_reachable"
    assert made["serialNumber"] != SERIAL


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"justification": "", "detail": " "}, "statements/0 .*: `not_affected` without a justification"),
        ({"justification": "because"}, "`because` is no justification"),
        ({"status": "fine"}, "`fine` is no status"),
        ({"purls": ()}, "names no package"),
        ({"purls": ("b",)}, "names no package"),
        ({"id": ""}, "names no vulnerability"),
    ],
)
def test_what_nobody_could_rely_on_is_neither_written_nor_read(change: dict[str, Any], why: str) -> None:
    bad = [replace(STATEMENTS[0], **change)]
    with pytest.raises(VexError, match=why):
        write_openvex(bad, WHEN, author="Acme")
    with pytest.raises(VexError):
        write_cyclonedx(bad, WHEN, serial=SERIAL)


def openvex(**statement: object) -> bytes:
    good = {"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:pypi/b@2"}], "status": "fixed"}
    return json.dumps({"@context": "https://openvex.dev/ns", "statements": [good | statement]}).encode()


def test_older_and_other_ways_of_openvex() -> None:
    (old,) = read(openvex(vulnerability="CVE-1", products=["pkg:pypi/b@2"]))
    assert (old.id, old.purls) == ("CVE-1", ("pkg:pypi/b@2",))
    parts = [{"@id": "pkg:oci/app@sha256%3Aab", "subcomponents": [{"@id": "pkg:pypi/b@2"}]}]
    assert read(openvex(products=parts))[0].purls == ("pkg:pypi/b@2",)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (openvex(status="not_affected"), r"statements/0 \(CVE-1\): `not_affected` without a justification"),
        (openvex(status=None), "is no status"),
        (openvex(products="pkg:pypi/b@2"), "names no package"),
        (openvex(products=[1]), "names no package"),
        (b"{}", "it is neither"),
        (b"[", "it is no JSON"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_bad_documents_name_the_place(data: bytes, why: str) -> None:
    with pytest.raises(VexError, match=why):
        read(data)


def cyclonedx(**entry: object) -> bytes:
    good = {"id": "CVE-1", "affects": [{"ref": "here"}], "analysis": {"state": "resolved"}}
    made = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "vulnerabilities": [good | entry],
        "components": [{"bom-ref": "here", "name": "b", "purl": "pkg:pypi/b@2"}],
    }  # fmt: skip
    return json.dumps(made).encode()


def test_a_reference_within_the_document_is_its_component() -> None:
    assert read(cyclonedx())[0].purls == ("pkg:pypi/b@2",)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"analysis": {"state": "not_affected"}}, "without a justification"),
        ({"analysis": {"state": "false_positive"}}, "without a justification"),
        ({"affects": [{"ref": "gone"}]}, "names no package"),
        ({"affects": [{"ref": "here", "versions": [{"range": "vers:pypi/<2"}]}]}, "ranges of versions"),
        ({"analysis": {"state": "fine"}}, "is no status"),
    ],
)
def test_bad_entries_of_cyclonedx(entry: dict[str, Any], why: str) -> None:
    with pytest.raises(VexError, match=why):
        read(cyclonedx(**entry))


def test_a_bill_without_a_serial_number_cannot_be_linked_to() -> None:
    with pytest.raises(VexError, match="no serial number"):
        write_cyclonedx(STATEMENTS, WHEN, serial="")

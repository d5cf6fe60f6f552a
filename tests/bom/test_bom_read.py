"""Bills that anybody made."""

import json
from typing import Any

import pytest

from bom.bills import bill, document
from lockgate.advisories.model import Package, Pin
from lockgate.bom.read import BomError, Listed, read


def edge(one: str, kind: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": "SPDXRef-r"}


UV = {
    "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "serialNumber": "urn:uuid:x",
    "metadata": {"component": {"type": "library", "name": "root", "version": "1"}},
    "components": [
        {"type": "library", "bom-ref": "a-1@1", "name": "a", "version": "1", "purl": "pkg:pypi/a@1"},
        {"type": "library", "name": "@s/b", "components": [{"type": "library", "group": "@s", "name": "c"}]},
    ],
}  # fmt: skip
SPDX = {
    "spdxVersion": "SPDX-2.2", "SPDXID": "SPDXRef-DOCUMENT", "name": "doc",
    "packages": [
        {"SPDXID": "SPDXRef-r", "name": "root", "versionInfo": "2"},
        {
            "SPDXID": "SPDXRef-a", "name": "a", "versionInfo": "1", "licenseDeclared": "MIT",
            "licenseConcluded": "NOASSERTION",
            "externalRefs": [
                {"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a"},
                {"referenceType": "purl", "referenceLocator": "pkg:npm/a@1"},
            ],
        },
    ],
    "relationships": [
        edge("SPDXRef-DOCUMENT", "DESCRIBES"),
        edge("SPDXRef-a", "DEV_DEPENDENCY_OF"),
    ],
}  # fmt: skip


def data(value: object) -> bytes:
    return json.dumps(value).encode()


def test_our_own_comes_back() -> None:
    found = {each.ref: each for each in read(data(document())).components}
    for part in bill().parts:
        listed = found[part.ref]
        assert (listed.purl, listed.version, listed.name) == (part.purl, part.version, part.name)
        assert listed.scope == part.scope.value
        assert listed.install_script is part.install_script
        assert listed.origin == ("" if part.origin.kind == "registry" else part.origin.kind)
    assert {part.ref for part in bill().parts} < set(found)


def test_another_tools_cyclonedx_with_nested_components() -> None:
    listing = read(b"\xef\xbb\xbf" + data(UV))
    assert (listing.format, listing.name, listing.serial) == ("CycloneDX 1.5", "root", "urn:uuid:x")
    assert [each.name for each in listing.components] == ["a", "@s/b", "@s/c"]
    assert [each.pin for each in listing.components] == [Pin(Package("PyPI", "a"), "1"), None, None]


def test_another_tools_spdx() -> None:
    listing = read(data(SPDX))
    assert (listing.format, listing.name, listing.version) == ("SPDX 2.2", "root", "2")
    assert listing.components == (
        Listed(ref="SPDXRef-a", name="a", version="1", purl="pkg:npm/a@1", scope="dev", licence="MIT"),
    )


def test_a_document_that_describes_all_its_packages_keeps_them() -> None:
    made = SPDX | {"documentDescribes": ["SPDXRef-r", "SPDXRef-a"]}
    assert [each.name for each in read(data(made)).components] == ["root", "a"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (b"", "it is no JSON"),
        (b"<bom/>", "it is no JSON"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [', "it is no JSON"),
        (b'{"a": NaN}', "it is no JSON"),
        (b"\xff", "it is no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "it is no JSON object"),
        (b"{}", "it is neither"),
        (data(UV | {"specVersion": "1.8"}), "none of 1.2 to 1.7"),
        (data(UV | {"specVersion": ["1.6"]}), "none of 1.2 to 1.7"),
        (data(SPDX | {"spdxVersion": "SPDX-3.0"}), "it is neither"),
        (b" " * 64_000_001, "larger than 64 MB"),
    ],
)
def test_what_is_no_bill_is_refused(given: bytes, why: str) -> None:
    with pytest.raises(BomError, match=why):
        read(given)


@pytest.mark.parametrize(
    "value", [None, 1, "x", [1], {"a": 1}, [{"purl": 1, "licenses": [1], "properties": "x"}]]
)
def test_any_shape_can_be_read(value: Any) -> None:
    assert read(data(UV | {"components": value, "metadata": value})).name == ""
    assert (
        read(data(SPDX | dict.fromkeys(("packages", "relationships", "documentDescribes"), value))).name
        == "doc"
    )

"""Bills as SPDX."""

from typing import Any

import msgspec

from bom.bills import WHEN, bill, npm, python
from lockgate.bom import read, spdx
from lockgate.bom.model import make
from lockgate.bom.validate import problems


def document() -> dict[str, Any]:
    return msgspec.json.decode(spdx.write(bill(), WHEN))


def package(name: str) -> dict[str, Any]:
    (found,) = [each for each in document()["packages"] if each["name"] == name]
    return found


def test_it_is_valid_and_always_the_same() -> None:
    assert problems(document()) == []
    other = spdx.write(make([python(), npm()], name="shop", version="abc123"), WHEN)
    assert other == spdx.write(bill(), WHEN)
    assert spdx.write(make([], name="a b/c"), WHEN) != spdx.write(make([], name="d"), WHEN)


def test_licences_that_are_no_identifiers_keep_their_text() -> None:
    made = document()
    texts = {each["licenseId"]: each["extractedText"] for each in made["hasExtractedLicensingInfos"]}
    assert sorted(texts.values()) == ["BSD", "SEE LICENSE IN LICENSE.md"]
    assert texts[package("django")["licenseDeclared"]] == "BSD"
    assert package("django")["licenseConcluded"] == "BSD-3-Clause"
    assert package("@scope/a")["licenseDeclared"] == "MIT OR Apache-2.0"
    assert package("six")["licenseDeclared"] == "NOASSERTION"


def test_the_file_that_is_named_is_the_source() -> None:
    django = package("django")
    assert django["packageFileName"] == "django-4.2.tar.gz"
    assert django["downloadLocation"].endswith("/django-4.2.tar.gz")
    assert [each["algorithm"] for each in django["checksums"]] == ["SHA256"]
    assert package("c")["downloadLocation"] == f"git+ssh://git@git.example/owner/c.git@{'c' * 40}"


def test_it_reads_back_as_the_same_packages_scopes_and_licences() -> None:
    listing = read.of_document(document())
    assert (listing.name, listing.version, listing.format) == ("shop", "abc123", "SPDX 2.3")
    found = {each.purl: (str(each.scope), each.version) for each in listing.components}
    expected = {part.purl: (part.scope.value, part.version) for part in bill().parts}
    assert {purl: found[purl] for purl in expected} == expected

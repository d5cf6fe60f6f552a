"""How much of three standards a document has."""

from typing import Any

import pytest

from bom.bills import document, npm
from lockgate.bom.model import make
from lockgate.bom.score import Score, scores


def score(standard: str, made: dict[str, Any] | None = None) -> Score:
    (found,) = [
        each for each in scores(document() if made is None else made) if each.standard.startswith(standard)
    ]
    return found


def missing(standard: str, name: str, made: dict[str, Any] | None = None) -> set[str]:
    (found,) = [field for field in score(standard, made).fields if field.name == name]
    return set(found.missing)


OWN = {"shop@abc123", "api", "web@1.0.0", "ui@0.1.0"}


def test_each_missing_field_names_who_lacks_it() -> None:
    assert missing("NTIA", "supplier") == OWN
    assert missing("NTIA", "version") == {"api"}
    assert missing("NTIA", "unique identifier") == set()
    assert missing("CISA", "hash") == OWN | {"JSONStream@1.3.5", "c@0.0.1"}
    assert missing("CISA", "licence") == OWN | {"six@1!1.16+local"}
    assert missing("CISA", "software producer") == OWN | {
        "JSONStream@1.3.5", "b@2.0.0", "django@4.2", "six@1!1.16+local"
    }  # fmt: skip


def test_bsi_asks_for_what_no_lock_tells() -> None:
    everyone = {
        "@scope/a@1.0.0",
        "b@2.0.0",
        "c@0.0.1",
        "JSONStream@1.3.5",
        "django@4.2",
        "six@1!1.16+local",
    } | OWN
    assert missing("BSI", "creator, with a contact") == everyone
    assert missing("BSI", "SHA-512 beside the deployable URI") == everyone - {"@scope/a@1.0.0", "b@2.0.0"}
    assert missing("BSI", "distribution licence (concluded)") == everyone - {"django@4.2"}


def test_a_total_is_the_mean_of_its_fields() -> None:
    found = score("NTIA")
    # 10 components: 4 without a supplier, 1 without a version.
    assert [round(field.share) for field in found.fields] == [100, 100, 60, 100, 90, 100, 100]
    assert found.total == pytest.approx(650 / 7)


def test_vulnerabilities_inside_cost_a_field_of_bsi() -> None:
    made = document()
    before = score("BSI", made).total
    made["vulnerabilities"] = [{"id": "CVE-1"}]
    assert score("BSI", made).total == pytest.approx(before - 100 / 18)


def test_a_bill_that_says_nothing_has_nothing() -> None:
    bare: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [{"type": "library"}],
    }
    assert [each.total for each in scores(bare)] == [0.0, 0.0, pytest.approx(100 / 18)]


def test_a_contact_and_a_name_of_people_count() -> None:
    made = document(make([npm()], name="x"))
    who = {"name": "Acme", "url": ["https://acme.example"]}
    made["metadata"]["manufacturer"] = who
    for each in (made["metadata"]["component"], *made["components"]):
        each["manufacturer"] = who
    assert missing("BSI", "creator, with a contact", made) == set()
    assert missing("CISA", "software producer", made) == set()


@pytest.mark.parametrize("value", [None, 1, "x", [1], {"a": [1]}])
@pytest.mark.parametrize("key", ["components", "metadata", "dependencies", "compositions"])
def test_any_shape_can_be_scored(key: str, value: object) -> None:
    assert all(0 <= each.total <= 100 for each in scores(document() | {key: value}))

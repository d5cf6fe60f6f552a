"""Bills as CycloneDX."""

from datetime import timedelta

import msgspec

from bom.bills import SHA256, SHA512, TARBALLS, WHEN, bill, document, npm, python
from lockgate.bom import cyclonedx
from lockgate.bom.model import make
from lockgate.bom.validate import problems
from lockgate.inventory.model import Component, Inventory


def component(name: str) -> dict[str, object]:
    (found,) = [each for each in document()["components"] if each["name"] == name]
    return found


def test_it_is_valid_whole_and_in_parts() -> None:
    assert problems(document()) == []
    assert problems(document(make([npm()], name="x"))) == []
    assert problems(document(make([python()], name="x"))) == []
    assert problems(document(make([], name="x"))) == []


def test_the_same_bill_gives_the_same_bytes_whatever_the_order_of_its_locks() -> None:
    one = cyclonedx.write(bill(), WHEN)
    other = cyclonedx.write(make([python(), npm()], name="shop", version="abc123"), WHEN)
    assert one == other
    assert one != cyclonedx.write(bill(), WHEN + timedelta(seconds=1))


def test_another_content_has_another_serial_number() -> None:
    serials = {document(make(locks, name="x"))["serialNumber"] for locks in ([npm()], [python()], [])}
    assert len(serials) == 3
    assert all(serial.startswith("urn:uuid:") and serial[23] == "5" for serial in serials)


def test_the_metadata() -> None:
    metadata = document()["metadata"]
    assert metadata["timestamp"] == "2026-11-21T12:00:00Z"
    assert metadata["lifecycles"] == [{"phase": "pre-build"}]
    assert [tool["name"] for tool in metadata["tools"]["components"]] == ["lockgate"]
    assert metadata["component"]["name"] == "shop"


def test_a_component_says_all_that_its_lock_does() -> None:
    found = component("a")
    assert (found["group"], found["purl"], found["scope"]) == (
        "@scope",
        "pkg:npm/%40scope/a@1.0.0",
        "required",
    )
    assert found["licenses"] == [{"expression": "MIT OR Apache-2.0", "acknowledgement": "declared"}]
    assert found["supplier"] == {"name": "npm.example"}
    assert found["publisher"] == "scope"
    assert found["externalReferences"] == [
        {
            "type": "distribution",
            "url": f"{TARBALLS}/a-1.0.0.tgz",
            "hashes": [{"alg": "SHA-512", "content": SHA512}],
        }
    ]
    notes = {each["name"]: each["value"] for each in found["properties"]}
    assert notes == {
        "bsi:component:filename": "a-1.0.0.tgz",
        "bsi:component:executable": "executable",
        "bsi:component:archive": "archive",
        "bsi:component:structured": "structured",
        "lockgate:place": "web/package-lock.json:5",
        "lockgate:direct": "true",
        "lockgate:install-script": "true",
    }


def test_a_licence_that_was_read_from_words_is_concluded_and_the_words_are_kept() -> None:
    assert component("django")["licenses"] == [
        {"license": {"name": "BSD", "acknowledgement": "declared"}},
        {"license": {"id": "BSD-3-Clause", "acknowledgement": "concluded"}},
    ]
    assert component("c")["licenses"] == [
        {"license": {"name": "SEE LICENSE IN LICENSE.md", "acknowledgement": "declared"}}
    ]
    assert "licenses" not in component("six")


def test_a_hash_without_an_address_is_the_components() -> None:
    assert component("six")["hashes"] == [{"alg": "SHA-256", "content": SHA256}]
    assert component("six")["supplier"] == {"name": "PyPI"}


def test_scopes_and_origins() -> None:
    assert [component(name)["scope"] for name in ("JSONStream", "c", "b")] == [
        "excluded",
        "optional",
        "required",
    ]
    assert component("c")["externalReferences"] == [
        {"type": "vcs", "url": f"git+ssh://git@git.example/owner/c.git@{'c' * 40}"}
    ]
    assert "supplier" not in component("ui")


def test_compositions_claim_no_more_than_is_known() -> None:
    held = {each["aggregate"]: each["dependencies"] for each in document()["compositions"]}
    assert held["incomplete"] == ["root:shop", "lock:api/requirements.txt"]
    assert held["unknown"] == ["pkg:pypi/django@4.2", "pkg:pypi/six@1%211.16%2Blocal"]
    assert "lock:web/package-lock.json" in held["complete"]


def test_every_component_has_its_dependencies_listed() -> None:
    made = document()
    refs = {each["bom-ref"] for each in made["components"]} | {made["metadata"]["component"]["bom-ref"]}
    assert {each["ref"] for each in made["dependencies"]} == refs


def test_hostile_names_make_a_valid_document() -> None:
    name = "\ud800<script>\u202e\n::error::"
    lock = Inventory(
        path="a\udcff/package-lock.json", kind="package-lock.json", ecosystem="npm", name=name,
        components=(Component(key=name, ecosystem="npm", name=name, version="1 \0", line=1, licence=name),),
    )  # fmt: skip
    made = msgspec.json.decode(cyclonedx.write(make([lock], name=name), WHEN))
    assert [each for each in problems(made) if "package URL" not in each] == []

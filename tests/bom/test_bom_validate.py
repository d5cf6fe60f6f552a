"""Faults that are put into a good bill, each found."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bom.bills import WHEN, bill, document
from lockgate.bom import spdx
from lockgate.bom.validate import problems

ROOT = Path(__file__).parents[2]
Edit = Callable[[dict[str, Any]], object]

STRICT = """
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
judge = JsonStrictValidator(SchemaVersion.V1_6)
print(json.dumps([judge.validate_str(json.dumps(each)) is None for each in json.load(sys.stdin)]))
"""


def first(made: dict[str, Any], name: str = "a") -> dict[str, Any]:
    return next(each for each in made["components"] if each["name"] == name)


def reference(made: dict[str, Any]) -> dict[str, Any]:
    return first(made)["externalReferences"][0]


SCHEMA_FAULTS: dict[str, Edit] = {
    "an unknown algorithm": lambda made: reference(made)["hashes"][0].update(alg="SHA-3"),
    "a digest that is too short": lambda made: reference(made)["hashes"][0].update(content="abc"),
    "an unknown licence": lambda made: first(made, "b").update(licenses=[{"license": {"id": "MTI"}}]),
    "an expression beside a licence": lambda made: first(made).update(
        licenses=[{"expression": "MIT"}, {"license": {"id": "MIT"}}]
    ),
    "an unknown key": lambda made: made.update(extra=1),
    "an unknown key of a component": lambda made: first(made).update(extra=1),
    "a component twice": lambda made: made["components"].append(first(made)),
    "a bad time": lambda made: made["metadata"].update(timestamp="yesterday"),
    "a bad serial number": lambda made: made.update(serialNumber="urn:uuid:1"),
    "a bad address": lambda made: reference(made).update(url="https://h.example/%zz a"),
    "no name": lambda made: first(made).pop("name"),
    "an unknown type": lambda made: first(made).update(type="thing"),
    "an unknown scope": lambda made: first(made).update(scope="dev"),
    "an unknown phase": lambda made: made["metadata"].update(lifecycles=[{"phase": "lunch"}]),
    "an unknown aggregate": lambda made: made["compositions"][0].update(aggregate="mostly"),
    "an unknown kind of address": lambda made: reference(made).update(type="home"),
    "a version that is a word": lambda made: made.update(version="one"),
    "a component that is a word": lambda made: made["components"].append("a"),
    "an unknown acknowledgement": lambda made: first(made, "b")["licenses"][0]["license"].update(
        acknowledgement="guessed"
    ),
}
OWN_FAULTS: dict[str, tuple[Edit, str]] = {
    "a dependency on nothing": (
        lambda made: made["dependencies"][1]["dependsOn"].append("pkg:npm/gone@1"),
        "it depends on pkg:npm/gone@1, which is no component",
    ),
    "dependencies of nothing": (
        lambda made: made["dependencies"].append({"ref": "gone", "dependsOn": []}),
        "gone: it has dependencies, and is no component",
    ),
    "dependencies listed twice": (
        lambda made: made["dependencies"].append(
            {"ref": "root:shop", "dependsOn": ["lock:api/requirements.txt"]}
        ),
        "root:shop: its dependencies are listed twice",
    ),
    "a component that nothing needs": (
        lambda made: made["components"].append({"type": "library", "name": "x", "bom-ref": "x"}),
        "x: nothing leads to it from the root",
    ),
    "a reference of two components": (
        lambda made: made["components"].append(
            {"type": "library", "name": "x", "bom-ref": "pkg:npm/b@2.0.0"}
        ),
        "pkg:npm/b@2.0.0: used for 2 components",
    ),
    "one within another": (
        lambda made: first(made).update(
            components=[{"type": "library", "name": "x", "bom-ref": "root:shop"}]
        ),
        "root:shop: used for 2 components",
    ),
    "a composition of nothing": (
        lambda made: made["compositions"][0]["dependencies"].append("gone"),
        "gone: named in compositions, and nowhere else",
    ),
    "a bad expression": (
        lambda made: first(made).update(licenses=[{"expression": "MIT AND AND"}]),
        "a 1.0.0: `MIT AND AND` is no SPDX expression",
    ),
    "no package URL": (lambda made: first(made).update(purl="npm:a"), "a 1.0.0: `npm:a` is no package URL"),
    "a package URL that Dependency-Track cannot read": (
        lambda made: first(made).update(purl="pkg:npm/%40scope%2Fa@1.0.0"),
        "a 1.0.0: the package URL `pkg:npm/%40scope%2Fa@1.0.0` is written `pkg:npm/%40scope/a@1.0.0`",
    ),
}


def broken(edit: Edit) -> dict[str, Any]:
    made = document()
    edit(made)
    return made


@pytest.mark.parametrize("edit", SCHEMA_FAULTS.values(), ids=SCHEMA_FAULTS)
def test_the_schema_sees(edit: Edit) -> None:
    assert problems(broken(edit))


@pytest.mark.parametrize(("edit", "expected"), OWN_FAULTS.values(), ids=OWN_FAULTS)
def test_what_no_schema_sees(edit: Edit, expected: str) -> None:
    found = problems(broken(edit))
    assert [line for line in found if expected in line]


@pytest.mark.full
def test_the_standards_own_validator_agrees() -> None:
    """Ask it in its own environment: it takes minutes, as one URL takes it 0.2 s."""
    documents = [
        document(),
        *map(broken, SCHEMA_FAULTS.values()),
        *(broken(edit) for edit, _ in OWN_FAULTS.values()),
    ]
    argv = [str(ROOT / "scripts/run"), "--env", "cyclonedx", "--", "python", "-I", "-c", STRICT]
    done = subprocess.run(argv, input=json.dumps(documents).encode(), capture_output=True, check=True)
    good = json.loads(done.stdout.splitlines()[-1])
    assert good == [True, *([False] * len(SCHEMA_FAULTS)), *([True] * len(OWN_FAULTS))]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda made: made["packages"][0].pop("name"), "name"),
        (lambda made: made["packages"].append(dict(made["packages"][1])), "used for 2 packages"),
        (lambda made: made["relationships"].pop(0), "nothing leads to it from the root"),
        (
            lambda made: made["relationships"][1].update(relatedSpdxElement="SPDXRef-x"),
            "which is no component",
        ),
        (lambda made: made.pop("hasExtractedLicensingInfos"), "has no text in this document"),
        (lambda made: made["packages"][1].update(licenseDeclared="MTI"), "`MTI` is no SPDX expression"),
        (lambda made: made["packages"][1]["externalRefs"][0].update(referenceLocator="x"), "no package URL"),
        (lambda made: made.update(dataLicense=1), "dataLicense"),
    ],
)
def test_faults_of_spdx(edit: Edit, expected: str) -> None:
    made = msgspec.json.decode(spdx.write(bill(), WHEN))
    edit(made)
    assert [line for line in problems(made) if expected in line]


@pytest.mark.parametrize("made", [{}, {"bomFormat": "CycloneDX", "specVersion": "1.5"}, {"spdxVersion": 1}])
def test_another_standard_is_not_called_valid(made: dict[str, Any]) -> None:
    assert problems(made) == ["it is neither CycloneDX 1.6 nor SPDX 2.3"]


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [1], [[]], [{}], {"a": 1}, ["x"]])
@pytest.mark.parametrize("key", ["components", "dependencies", "compositions", "metadata", "services"])
def test_any_shape_can_be_judged(key: str, value: object) -> None:
    made = document() | {key: value}
    assert isinstance(problems(made), list)
    assert problems({"spdxVersion": "SPDX-2.3", "packages": value, "relationships": value})


def test_a_flood_of_faults_is_cut_and_shows_nothing_raw() -> None:
    made = document() | {"components": [{"type": "\x1b[2J\n::error::" * 500, "bom-ref": "x"}] * 500}
    found = problems(made)
    assert len(found) == 101
    assert all(line.isprintable() and len(line) <= 300 for line in found)

import base64
import json
from pathlib import Path

import node_listings as listings
import pytest

from lockgate.inventory.kinds import parse
from lockgate.inventory.model import Component, Gap, Inventory, Kind, LockError, Need, Origin, Place, Scope

FOLDER = Path(__file__).parent / "javascript"
SHOP = Path(__file__).parents[2] / "examples" / "shop" / "frontend"
SHA = base64.b64encode(bytes(64)).decode()


def real(kind: str) -> Inventory:
    root = FOLDER / kind
    return parse("package-lock.json", (root / "package-lock.json").read_bytes(), listings.reader(root))


def made(packages: dict[str, object], version: object = 3, path: str = "package-lock.json") -> Inventory:
    text = json.dumps({"name": "top", "lockfileVersion": version, "packages": packages}, indent=1)
    return parse(path, text.encode(), lambda _: None)


def one(inventory: Inventory, key: str) -> Component:
    return next(component for component in inventory.components if component.key == key)


@pytest.mark.parametrize("kind", ["npm1", "npm2", "npm3"])
def test_components_and_edges_are_those_that_npm_lists(kind: str) -> None:
    names, edges = listings.npm((FOLDER / kind / "listing.json").read_bytes())
    assert len(names) > 50
    assert listings.ours(real(kind), listings.asked) == (names, edges)


@pytest.mark.parametrize(
    ("kind", "place"), [("npm2", FOLDER / "npm2"), ("npm3", FOLDER / "npm3"), ("shop", SHOP)]
)
def test_scopes_are_those_that_npm_notes(kind: str, place: Path) -> None:
    data = (place / "package-lock.json").read_bytes()
    inventory = parse("package-lock.json", data, listings.reader(place))
    for key, entry in json.loads(data)["packages"].items():
        if key and not entry.get("link"):
            optional = entry.get("optional") or entry.get("devOptional")
            noted = Scope.DEV if entry.get("dev") else Scope.OPTIONAL if optional else Scope.RUNTIME
            assert (key, one(inventory, key).scope) == (key, noted)
    assert not inventory.gaps


@pytest.mark.parametrize("kind", ["npm2", "npm3"])
def test_workspaces_copies_aliases_and_paths(kind: str) -> None:
    inventory = real(kind)
    assert (inventory.name, inventory.version, inventory.kind) == ("demo", "1.2.3", "package-lock.json")
    project = one(inventory, "packages/a")
    assert (project.name, project.version, project.origin) == (
        "@demo/a",
        "0.1.0",
        Origin(Kind.WORKSPACE, "packages/a"),
    )
    assert Need("packages/a/node_modules/debug", "4.3.5") in project.needs
    assert Need("packages/b", "0.2.0") in project.needs
    assert [component.version for component in inventory.components if component.name == "debug"] == [
        "2.6.9",
        "4.3.5",
    ]
    alias = one(inventory, "node_modules/old-ms")
    assert (alias.name, alias.alias, alias.version, alias.direct) == ("ms", "old-ms", "2.0.0", True)
    assert one(inventory, "vendor/loc").origin == Origin(Kind.PATH, "vendor/loc")
    assert one(inventory, "node_modules/JSONStream").scope is Scope.DEV
    assert inventory.manifest["ms"] == Place("package.json", 13, "npm:ms@2.0.0")
    assert inventory.manifest["rimraf"] == Place("packages/a/package.json", 9, "3.0.2")
    debug = one(inventory, "node_modules/debug")
    lines = (FOLDER / kind / "package-lock.json").read_text().splitlines()
    assert lines[debug.line - 1].strip() == '"node_modules/debug": {'
    assert lines[debug.end_line - 1].strip() == "},"


def test_version_1() -> None:
    inventory = real("npm1")
    assert one(inventory, "node_modules/@demo/a").origin == Origin(Kind.WORKSPACE, "packages/a")
    assert one(inventory, "node_modules/@demo/a").version == "0.1.0"
    assert one(inventory, "node_modules/local-thing").origin == Origin(Kind.PATH, "file:vendor/loc")
    nested = one(inventory, "node_modules/@demo/a/node_modules/debug")
    assert (nested.version, nested.direct) == ("4.3.5", True)
    assert one(inventory, "node_modules/rimraf").scope is Scope.DEV
    assert one(inventory, "node_modules/old-ms").name == "ms"
    lines = (FOLDER / "npm1" / "package-lock.json").read_text().splitlines()
    assert lines[nested.line - 1].strip() == '"debug": {'


def test_version_1_without_a_manifest_and_an_older_shrinkwrap() -> None:
    lock = {
        "name": "x",
        "dependencies": {
            "a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0", "bundled": True}}},
            "g": {"version": "git+ssh://git@host.example/g.git#abc", "from": "g@git+ssh://…"},
            "t": {"version": "https://host.example/t.tgz", "integrity": f"sha512-{SHA}"},
        },
    }
    inventory = parse("web/npm-shrinkwrap.json", json.dumps(lock).encode(), lambda _: None)
    assert (inventory.kind, {need.key for need in inventory.needs}) == (
        "npm-shrinkwrap.json",
        {"node_modules/a", "node_modules/g", "node_modules/t"},
    )
    assert one(inventory, "node_modules/a").needs == (Need("node_modules/a/node_modules/b"),)
    assert one(inventory, "node_modules/a/node_modules/b").bundled
    assert one(inventory, "node_modules/g").origin.kind is Kind.GIT
    assert one(inventory, "node_modules/t").origin == Origin(Kind.URL, "https://host.example/t.tgz")
    assert [gap.text for gap in inventory.gaps] == ["node_modules/g", "node_modules/t"]


def test_origins_licences_and_hashes() -> None:
    sha1 = base64.b64encode(bytes(20)).decode()
    inventory = made(
        {
            "": {
                "dependencies": {
                    "g": "github:x/g",
                    "t": "https://h.example/t.tgz",
                    "f": "file:f.tgz",
                    "r": "1",
                }
            },
            "node_modules/g": {"version": "1.0.0", "resolved": "git+ssh://git@h.example/x/g.git#abc"},
            "node_modules/t": {
                "version": "1.0.0",
                "resolved": "https://h.example/t.tgz",
                "license": {"type": "MIT"},
            },
            "node_modules/f": {
                "version": "1.0.0",
                "resolved": "file:f.tgz",
                "license": ["MIT", {"type": "ISC"}],
            },
            "node_modules/r": {
                "version": "1.0.0",
                "resolved": "https://index.example/r/-/r-1.0.0.tgz",
                "integrity": f"sha1-{sha1} sha512-{SHA}?opt sha512-xx sha9-AA==",
                "hasInstallScript": True,
                "inBundle": True,
            },
        }
    )
    kinds = {component.name: component.origin.kind for component in inventory.components}
    assert kinds == {"g": Kind.GIT, "t": Kind.URL, "f": Kind.PATH, "r": Kind.REGISTRY}
    assert [component.licence for component in inventory.components] == ["", "MIT", "(MIT OR ISC)", ""]
    last = inventory.components[-1]
    assert last.hashes == ("sha1:" + "00" * 20, "sha512:" + "00" * 64)
    assert (last.files[0].name, last.install_script, last.bundled) == ("r-1.0.0.tgz", True, True)


def test_optional_peers_and_what_is_missing() -> None:
    inventory = made(
        {
            "": {"dependencies": {"a": "1", "gone": "2"}, "optionalDependencies": {"spare": "1"}},
            "node_modules/a": {
                "version": "1.0.0",
                "peerDependencies": {"p": "1", "q": "1"},
                "peerDependenciesMeta": {"p": {"optional": True}},
                "devDependencies": {"never": "1"},
            },
            "node_modules/p": {"version": "1.0.0"},
        }
    )
    assert one(inventory, "node_modules/a").needs == (Need("node_modules/p", "1", Scope.OPTIONAL),)
    assert one(inventory, "node_modules/p").scope is Scope.OPTIONAL
    assert inventory.gaps == (Gap(1, "gone@2", "it is needed, and not locked"),)


def test_what_is_no_entry_is_a_gap() -> None:
    inventory = made(
        {
            "": {"dependencies": {"a": "1", "b": 3}, "devDependencies": "x"},
            "node_modules/a": {"version": 1},
            "node_modules/b": [],
            "node_modules/c": {"link": True, "resolved": "../outside"},
            "/".join(["node_modules/d"] * 300): {"version": "1"},
        }
    )
    assert {gap.why for gap in inventory.gaps} == {"it has no version", "it is not an entry of a package"}
    assert [component.key for component in inventory.components] == ["node_modules/a", "node_modules/c"]
    assert one(inventory, "node_modules/c").origin == Origin(Kind.PATH, "file:../outside")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"lockfileVersion": 4, "packages": {}}', "lockfileVersion is '4'; 1, 2 and 3 are known"),
        ('{"lockfileVersion": "3", "packages": {}}', "1, 2 and 3 are known"),
        ('{"lockfileVersion": true, "packages": {}}', "1, 2 and 3 are known"),
        ('{"lockfileVersion": [], "packages": {}}', "1, 2 and 3 are known"),
        ('{"lockfileVersion": 3}', "it has no `packages`"),
        ('{"lockfileVersion": 3, "packages": []}', "it has no `packages`"),
        ('{"lockfileVersion": 1, "dependencies": []}', "`dependencies` are not an object"),
        ('{"lockfileVersion": 3, "packages": {', "not JSON"),
        ("{}", "lockfileVersion is 'None'; 1, 2 and 3 are known"),
    ],
)
def test_what_is_refused(text: str, why: str) -> None:
    with pytest.raises(LockError, match=why):
        parse("package-lock.json", text.encode(), lambda _: None)


def test_nesting_is_refused_or_a_gap() -> None:
    deep = '{"lockfileVersion":1,"dependencies":' + '{"a":{"dependencies":' * 5000 + "{}" + "}}" * 5000 + "}"
    with pytest.raises(LockError, match="nested too deeply"):
        parse("package-lock.json", deep.encode(), lambda _: None)

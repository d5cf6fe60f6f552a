import re
from pathlib import Path

import node_listings as listings
import pytest

from lockgate.inventory.kinds import parse
from lockgate.inventory.model import Component, Gap, Inventory, Kind, LockError, Need, Origin, Place, Scope

FOLDER = Path(__file__).parent / "javascript" / "pnpm"
SHA = "A" * 86 + "=="


def real() -> Inventory:
    return parse("pnpm-lock.yaml", (FOLDER / "pnpm-lock.yaml").read_bytes(), listings.reader(FOLDER))


def made(text: str) -> Inventory:
    return parse("web/pnpm-lock.yaml", text.encode(), lambda _: None)


def one(inventory: Inventory, key: str) -> Component:
    return next(component for component in inventory.components if component.key == key)


def test_components_and_edges_are_those_that_pnpm_lists() -> None:
    names, edges = listings.pnpm((FOLDER / "listing.json").read_bytes(), "demo")
    found, needs = listings.ours(real(), listings.named)
    assert found == names
    # pnpm shows a link without a version, and the peer of a package only where it is installed first.
    assert needs - edges == {
        ("@demo/a@0.1.0", "@demo/b@0.2.0"),
        ("use-sync-external-store@1.2.2", "react@18.3.1"),
    }
    assert edges - needs == {("@demo/a@0.1.0", "@demo/b")}


def test_projects_peers_aliases_scopes_and_lines() -> None:
    inventory = real()
    assert (inventory.name, inventory.version, inventory.gaps) == ("demo", "1.2.3", ())
    project = one(inventory, "packages/a")
    assert (project.name, project.origin) == ("@demo/a", Origin(Kind.WORKSPACE, "packages/a"))
    assert Need("packages/b", "workspace:*") in project.needs
    dom = one(inventory, "react-dom@18.3.1(react@18.3.1)")
    assert (dom.name, dom.version, dom.direct, dom.scope) == ("react-dom", "18.3.1", True, Scope.RUNTIME)
    assert Need("react@18.3.1", "^18.3.1") in dom.needs
    assert [digest.partition(":")[0] for digest in dom.hashes] == ["sha512"]
    assert one(inventory, "ms@2.0.0").alias == "old-ms"
    assert one(inventory, "fsevents@2.3.3").scope is Scope.DEV
    assert one(inventory, "left-pad@1.3.0").scope is Scope.OPTIONAL
    assert one(inventory, "local-thing@file:vendor/loc").origin == Origin(Kind.PATH, "vendor/loc")
    assert inventory.manifest["rimraf"] == Place("packages/a/package.json", 9, "3.0.2")
    assert inventory.manifest["ms"] == Place("package.json", 13, "npm:ms@2.0.0")
    lines = (FOLDER / "pnpm-lock.yaml").read_text().splitlines()
    for component in inventory.components:
        bare = re.sub(r"\(.*", "", component.key)
        assert lines[component.line - 1].strip().strip("':") in {bare, f"{bare}"}
        assert lines[component.end_line - 1].strip()
        assert component.end_line > component.line


V6 = f"""lockfileVersion: '6.0'

dependencies:
  '@s/a':
    specifier: ^1.0.0
    version: 1.0.0(react@18.0.0)
  aka:
    specifier: npm:real@2
    version: /real@2.0.0
  git:
    specifier: github:x/git
    version: github.com/x/git/abc
  tar:
    specifier: https://h.example/t.tgz
    version: '@h.example/t.tgz'
devDependencies:
  dev:
    specifier: 1.0.0
    version: 1.0.0

packages:

  /@s/a@1.0.0(react@18.0.0):
    resolution: {{integrity: sha512-{SHA}}}
    peerDependencies:
      react: '>=18'
    dependencies:
      react: 18.0.0
    requiresBuild: true
    dev: false

  /dev@1.0.0:
    resolution: {{integrity: sha512-{SHA}}}
    dev: true

  /react@18.0.0:
    resolution: {{integrity: sha512-{SHA}}}
    dev: false

  /real@2.0.0:
    resolution: {{integrity: sha512-{SHA}, tarball: https://index.example/real/-/real-2.0.0.tgz}}
    dev: false

  '@h.example/t.tgz':
    resolution: {{tarball: https://h.example/t.tgz}}
    name: tar
    version: 3.0.0
    dev: false

  github.com/x/git/abc:
    resolution: {{tarball: https://codeload.github.com/x/git/tar.gz/abc}}
    name: git
    version: 4.0.0
    dev: false
"""


def test_version_6() -> None:
    inventory = made(V6)
    assert {
        (one.name, one.version, one.alias, one.origin.kind, one.scope) for one in inventory.components
    } == {
        ("@s/a", "1.0.0", "", Kind.REGISTRY, Scope.RUNTIME),
        ("dev", "1.0.0", "", Kind.REGISTRY, Scope.DEV),
        ("react", "18.0.0", "", Kind.REGISTRY, Scope.RUNTIME),
        ("real", "2.0.0", "aka", Kind.REGISTRY, Scope.RUNTIME),
        ("tar", "3.0.0", "", Kind.URL, Scope.RUNTIME),
        ("git", "4.0.0", "", Kind.GIT, Scope.RUNTIME),
    }
    first = one(inventory, "/@s/a@1.0.0(react@18.0.0)")
    assert first.needs == (Need("/react@18.0.0", ">=18"),)
    assert (first.install_script, first.direct) == (True, True)
    assert not one(inventory, "/react@18.0.0").direct
    assert not inventory.gaps


V9 = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: '1', version: 1.0.0(b@2.0.0)}
      a2: {specifier: 'npm:a@1', version: a@1.0.0(b@3.0.0)}
      git: {specifier: 'github:x/git', version: 'https://codeload.github.com/x/git/tar.gz/abc'}
      repo: {specifier: 'git+ssh://h.example/x', version: 'git+ssh://h.example/x#abc'}
      out: {specifier: 'link:../out', version: 'link:../out'}
      gone: {specifier: '1', version: 1.0.0}
packages:
  a@1.0.0:
    resolution: {integrity: sha512-AAAA}
  b@2.0.0: {}
  b@3.0.0: {}
  git@https://codeload.github.com/x/git/tar.gz/abc:
    resolution: {tarball: https://codeload.github.com/x/git/tar.gz/abc}
    version: 1.2.3
  repo@git+ssh://h.example/x#abc:
    resolution: {commit: abc, repo: ssh://h.example/x, type: git}
    version: 0.0.1
snapshots:
  a@1.0.0(b@2.0.0):
    dependencies: {b: 2.0.0}
  a@1.0.0(b@3.0.0):
    dependencies: {b: 3.0.0}
    optionalDependencies: {never: 1.0.0}
  b@2.0.0: {}
  b@3.0.0: {}
  git@https://codeload.github.com/x/git/tar.gz/abc: {}
  repo@git+ssh://h.example/x#abc: {}
"""


def test_copies_with_other_peers_stay_apart() -> None:
    inventory = made(V9)
    assert [(one.name, one.version, one.needs) for one in inventory.components if one.name == "a"] == [
        ("a", "1.0.0", (Need("b@2.0.0"),)),
        ("a", "1.0.0", (Need("b@3.0.0"),)),
    ]
    assert one(inventory, "git@https://codeload.github.com/x/git/tar.gz/abc").origin.kind is Kind.GIT
    assert one(inventory, "repo@git+ssh://h.example/x#abc").origin == Origin(
        Kind.GIT, "ssh://h.example/x#abc"
    )
    assert one(inventory, "out@link:../out").origin == Origin(Kind.PATH, "link:../out")
    assert inventory.gaps == (Gap(3, "gone@1", "it is needed, and not locked"),)


def test_the_documents_of_pnpm_11_are_joined() -> None:
    own = V9.replace("b@3.0.0", "own@3.0.0").replace("b: 3.0.0", "own: 3.0.0")
    keys = {one.key for one in made(f"---\n{own}---\n{V9}").components}
    assert {"own@3.0.0", "b@3.0.0"} <= keys


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: b\nlockfileVersion: 5.4\n", 2, "lockfileVersion is '5.4'; 6, 7 and 9 are known"),
        ("lockfileVersion: '10.0'\n", 1, "6, 7 and 9 are known"),
        ("packages: {}\n", 0, "6, 7 and 9 are known"),
        ("lockfileVersion: '9.0'\npackages: []\n", 2, "`packages` is not a mapping"),
        ("lockfileVersion: '9.0'\npackages: {a: {}}\nimporters: {a: {}}\n", 3, "is a project and a package"),
        ("", 0, "it is empty"),
        ("lockfileVersion: '9.0'\n<<<<<<< HEAD\n", 2, "merge conflict"),
    ],
)
def test_what_is_refused(text: str, line: int, why: str) -> None:
    with pytest.raises(LockError, match=why) as caught:
        made(text)
    assert caught.value.line == line


def test_what_is_no_entry_is_a_gap() -> None:
    inventory = made("lockfileVersion: '9.0'\ndependencies: {a: b}\nsnapshots:\n  x@1.0.0: []\n  y: {}\n")
    assert [gap.why for gap in inventory.gaps] == [
        "it is not a requirement",
        "it is not an entry of a package",
        "it has no version",
    ]


def test_many_brackets_cost_little() -> None:
    key = "a@1.0.0" + "(b)" * 20_000
    assert (
        len(
            made(
                f"lockfileVersion: '9.0'\npackages: {{a@1.0.0: {{}}}}\nsnapshots:\n  ? {key}\n  : {{}}\n"
            ).gaps
        )
        == 1
    )

from lockgate.inventory.model import Place, Scope
from lockgate.inventory.node_manifest import Manifest, manifest_of

TEXT = b"""{
  "name": "x",
  "version": "1.0.0",
  "workspaces": {"packages": ["packages/*", 3]},
  "dependencies": {
    "a": "^1",
    "b": 7
  },
  "devDependencies": {"a": "^2", "c": "*"},
  "optionalDependencies": {"d": "1"},
  "peerDependencies": {"c": ">=1", "e": ">=2"}
}
"""


def test_sections_lines_and_precedence() -> None:
    manifest = manifest_of("web", {"web/package.json": TEXT}.get)
    assert (manifest.name, manifest.version, manifest.workspaces) == ("x", "1.0.0", ("packages/*",))
    asked = {name: (one.wants, one.scope, one.line, one.peer) for name, one in manifest.asked.items()}
    assert asked == {
        "a": ("^1", Scope.RUNTIME, 6, False),
        "c": ("*", Scope.DEV, 9, False),
        "d": ("1", Scope.OPTIONAL, 10, False),
        "e": (">=2", Scope.RUNTIME, 11, True),
    }
    assert manifest.place("a") == Place("web/package.json", 6, "^1")
    assert manifest.place("b") is None


def test_a_manifest_that_is_missing_or_broken_is_empty() -> None:
    assert manifest_of("", lambda _: None) == Manifest("package.json")
    for text in (b"{", b"[]", b'{"dependencies": []}', b'{"workspaces": 3}', b'{"a":' + b"[" * 200_000):
        assert manifest_of("", lambda _, text=text: text).asked == {}  # type: ignore[misc]

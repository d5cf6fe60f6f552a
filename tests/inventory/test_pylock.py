import re

import pytest

from inventory.python_locks import components, direct, edges, named, parsed, recorded, scopes
from lockgate.inventory.model import Kind, LockError

HEAD = 'lock-version = "1.0"\ncreated-by = "hand"\n'


def test_components_are_those_of_the_lock_it_was_exported_from() -> None:
    found = recorded("pylock/pylock.toml")
    assert components(found) - {"lib@"} == components(recorded("uv/uv.lock")) - {"lib@0.1.0"}
    assert found.name == "shop-app"
    assert named(found, "blinker").published == "2024-11-08T17:25:47Z"
    assert named(found, "blinker").hashes == named(recorded("uv/uv.lock"), "blinker").hashes
    assert (named(found, "lib").origin.kind, named(found, "lib").origin.address) == (
        Kind.PATH,
        "packages/lib",
    )


def test_the_project_says_what_is_direct() -> None:
    found = recorded("pylock/pylock.toml")
    assert direct(found) == {"requests", "colorama", "idna", "lib", "flask", "pytest", "markdown-it-py"}
    assert (scopes(found)["flask"], scopes(found)["pytest"]) == ("optional", "dev")


def test_the_optional_graph_is_taken() -> None:
    text = HEAD + '[[packages]]\nname = "a"\nversion = "1"\ndependencies = [{ name = "B", version = "2" }]\n'
    text += "".join(f'[[packages]]\nname = "b"\nversion = "{version}"\n' for version in (1, 2))
    found = parsed("pylock.prod.toml", text)
    assert edges(found) == {("a@1", "b@2")}
    assert {(one.version, one.direct) for one in found.components if one.name == "b"} == {
        ("1", True),
        ("2", False),
    }


@pytest.mark.parametrize(
    ("source", "kind", "address"),
    [
        (
            'vcs = { type = "git", url = "https://g.example/a", commit-id = "ab" }',
            Kind.GIT,
            "https://g.example/a#ab",
        ),
        (
            'archive = { url = "https://f.example/a.zip", hashes = { sha256 = "00" } }',
            Kind.URL,
            "https://f.example/a.zip",
        ),
        ('archive = { path = "a.zip", hashes = { sha256 = "00" } }', Kind.PATH, "a.zip"),
        ('index = "https://index.example/simple"', Kind.REGISTRY, "https://index.example/simple"),
    ],
)
def test_an_origin(source: str, kind: Kind, address: str) -> None:
    found = named(parsed("pylock.toml", f'{HEAD}[[packages]]\nname = "a"\n{source}\n'), "a")
    assert (found.origin.kind, found.origin.address) == (kind, address)
    assert found.hashes == (("sha256:00",) if "archive" in source else ())


@pytest.mark.parametrize(
    ("text", "why"),
    [('lock-version = "2.0"\n', "it is of lock version '2.0'; known is 1.x"), ("", "missing required field")],
)
def test_what_is_no_lock_is_refused(text: str, why: str) -> None:
    with pytest.raises(LockError, match=re.escape(why)):
        parsed("pylock.toml", text)

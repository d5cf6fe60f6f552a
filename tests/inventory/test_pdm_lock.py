import re

import pytest

from inventory.python_locks import RECORDED, components, direct, edges, named, parsed, recorded, scopes
from lockgate.inventory.model import Kind, LockError, Place

METADATA = '[metadata]\ngroups = ["default"]\nlock_version = "{}"\n'


def test_components_are_those_of_pdm_export() -> None:
    export = (RECORDED / "pdm/export.txt").read_text()
    pins = re.findall(r"^([\w.-]+)(?:\[\w+\])?==([\w.]+)", export, re.MULTILINE)
    assert len(pins) > 15
    assert components(recorded("pdm/pdm.lock")) == {f"{name}@{version}" for name, version in pins}


def test_edges_are_those_of_the_same_packages_in_another_lock() -> None:
    def by_name(path: str) -> set[tuple[str, str]]:
        pairs = {(one.partition("@")[0], other.partition("@")[0]) for one, other in edges(recorded(path))}
        return {pair for pair in pairs if pair[0] != "lib"}

    assert by_name("pdm/pdm.lock") == by_name("uv/uv.lock")


def test_scopes_come_from_the_project() -> None:
    found = recorded("pdm/pdm.lock")
    assert direct(found) == {"requests", "colorama", "flask", "markdown-it-py", "pytest"}
    assert {scopes(found)[name] for name in ("requests", "pysocks", "idna")} == {"runtime"}
    assert {scopes(found)[name] for name in ("flask", "markupsafe")} == {"optional"}
    assert {scopes(found)[name] for name in ("pytest", "mdurl", "pluggy")} == {"dev"}
    assert found.manifest["pytest"] == Place("pyproject.toml", 17, "pytest>=8")
    lines = (RECORDED / "pdm/pdm.lock").read_text().split("\n")
    for one in found.components:
        assert (lines[one.line - 1], lines[one.line]) == ("[[package]]", f'name = "{one.name}"')


def test_without_the_project_the_groups_say_the_scope() -> None:
    found = parsed("pdm.lock", (RECORDED / "pdm/pdm.lock").read_bytes())
    assert {scopes(found)[name] for name in ("requests", "pysocks")} == {"runtime"}
    assert {scopes(found)[name] for name in ("flask", "markupsafe")} == {"optional"}
    assert {scopes(found)[name] for name in ("pytest", "mdurl")} == {"dev"}


@pytest.mark.parametrize(
    ("source", "kind", "address"),
    [
        ('git = "https://g.example/a"\nrevision = "ab"', Kind.GIT, "https://g.example/a#ab"),
        ('url = "https://f.example/a.whl"', Kind.URL, "https://f.example/a.whl"),
        ('path = "./a"', Kind.PATH, "./a"),
    ],
)
def test_an_origin(source: str, kind: Kind, address: str) -> None:
    text = METADATA.format("4.5.0") + f'[[package]]\nname = "a"\nversion = "1"\n{source}\n'
    found = named(parsed("pdm.lock", text), "a")
    assert (found.origin.kind, found.origin.address) == (kind, address)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (METADATA.format("5.0"), "it is of lock version '5.0'; known is 4.x"),
        (METADATA.format("4.5") + "[[package]]\nversion = '1'\n", "missing required field `name`"),
    ],
)
def test_what_is_no_lock_is_refused(text: str, why: str) -> None:
    with pytest.raises(LockError, match=re.escape(why)):
        parsed("pdm.lock", text)

import pytest

from inventory.python_locks import RECORDED
from lockgate.inventory.model import Place, Scope
from lockgate.inventory.python_manifest import (
    Manifest,
    beside,
    for_development,
    pipfile,
    pyproject,
    requirements_in,
    split,
)

EVERY = """\
[project]
name = "My.Shop"
version = "2"
dynamic = ["dependencies"]
dependencies = ["one>=1", 'two[x] ; os_name == "nt"',
  # "four>=1" is not wanted yet
  "three @ https://f.example/three.whl"]

[project.optional-dependencies]
web = [
  "four>=1",
]

[dependency-groups]
dev = ["five", {include-group = "docs"}]

[tool.uv]
dev-dependencies = ["six"]

[tool.pdm.dev-dependencies]
test = ["seven"]

[tool.poetry.dependencies]
python = "^3.11"
Eight = "^8"
nine = {version = ">=9", extras = ["Y"], optional = true}

[tool.poetry.group.lint.dependencies]
ten = [{version = "<2"}, {version = ">=2"}]

[tool.setuptools.dynamic]
dependencies = {file = ["base.in"]}
"""


def read(text: str) -> Manifest:
    tree = {"a/pyproject.toml": text.encode(), "a/base.in": b"# x\neleven>=11  # why\n-r other.in\n"}
    return pyproject("a/pyproject.toml", tree.get)


def test_each_kind_of_requirement_and_its_line() -> None:
    found = read(EVERY)
    assert (found.name, found.version) == ("my-shop", "2")
    assert [(one.name, one.wants, one.scope.value, one.place.line) for one in found.wanted] == [
        ("one", ">=1", "runtime", 5),
        ("two", "", "runtime", 5),
        ("three", "@ https://f.example/three.whl", "runtime", 7),
        ("four", ">=1", "optional", 11),
        ("five", "", "dev", 15),
        ("six", "", "dev", 18),
        ("seven", "", "dev", 21),
        ("eight", "^8", "runtime", 25),
        ("nine", ">=9", "optional", 26),
        ("ten", "<2", "dev", 29),
        ("ten", ">=2", "dev", 29),
        ("eleven", ">=11", "runtime", 2),
    ]
    assert found.places["eleven"] == Place("a/base.in", 2, "eleven>=11")
    assert found.places["two"].wants == 'two[x] ; os_name == "nt"'
    assert (found.extras, found.groups) == (frozenset({"web"}), frozenset({"dev", "test"}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[project",
        "project = 1",
        "[project]\nname = 1\ndependencies = 'x'\noptional-dependencies = []",
        "[project]\ndependencies = [1, [], {}, '!!']\n[dependency-groups]\ndev = 3",
        "[tool]\npoetry = []\nuv = 1\npdm = 'x'\nsetuptools = 2",
        "[tool.setuptools.dynamic]\ndependencies = {file = [1, '../../x', '/x', 'no.in']}",
        "x = " + "[" * 100_000,
    ],
)
def test_what_cannot_be_read_asks_for_nothing(text: str) -> None:
    assert read(text).wanted == ()


def test_a_pipfile() -> None:
    data = (RECORDED / "pipenv/Pipfile").read_bytes()
    found = pipfile("Pipfile", {"Pipfile": data}.get)
    assert [(one.name, one.wants, one.scope, one.place.line) for one in found.wanted] == [
        ("requests", ">=2.31", Scope.RUNTIME, 7),
        ("flask", "*", Scope.RUNTIME, 8),
        ("colorama", "*", Scope.RUNTIME, 9),
        ("pytest", ">=8", Scope.DEV, 12),
    ]
    assert pipfile("Pipfile", {"Pipfile": b"[[["}.get) == Manifest()


def test_requirements_in() -> None:
    found = requirements_in("dev.in", {"dev.in": b"-c c.txt\nA>1 # b\n\xc3\xa9\n"}.get)
    assert [(one.name, one.place.line, one.scope) for one in found.wanted] == [("a", 2, Scope.DEV)]


@pytest.mark.parametrize(
    ("name", "found"),
    [("x", "a/x"), ("../x", "x"), ("../../x", ""), ("/x", ""), ("C:/x", ""), ("b\\x", "a/b/x"), ("\0", "")],
)
def test_a_file_beside_stays_in_the_tree(name: str, found: str) -> None:
    assert beside("a/lock", name) == found


def test_split() -> None:
    assert split('A_b [x,Y] (>=1,<2) ; extra == "z"') == ("a-b", ("x", "y"), ">=1,<2", 'extra == "z"')
    assert split("a @ https://f.example/a;b.zip ; os_name == 'nt'") == (
        *("a", (), "@ https://f.example/a;b.zip", "os_name == 'nt'"),
    )
    assert split("-r x") is None


def test_groups_for_development() -> None:
    assert {
        name for name in ("dev", "prod", "unit-tests", "contest", "docs", "web") if for_development(name)
    } == {*("dev", "unit-tests", "docs")}

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from inventory.python_locks import (
    RECORDED,
    components,
    direct,
    edges,
    lock_in,
    named,
    parsed,
    recorded,
    scopes,
)
from lockgate.inventory.model import Kind, LockError, Place

RUN = Path(__file__).parents[2] / "scripts" / "run"
METADATA = '[metadata]\nlock-version = "{}"\n'
PACKAGE = '[[package]]\nname = "{}"\nversion = "{}"\n'


def listed(tree: str) -> tuple[set[str], set[tuple[str, str]]]:
    """Give the versions at the root, and the edges by name, of `poetry show --tree`."""
    tops: set[str] = set()
    needs: set[tuple[str, str]] = set()
    above: list[str] = []
    for line in tree.splitlines():
        depth = len(re.match(r"[│├└─ ]*", line)[0]) // 4  # type: ignore[index]
        name, version = line.lstrip("│├└─ ").split(" ")[:2]
        del above[depth:]
        if above:
            needs.add((above[-1], name))
        else:
            tops.add(f"{name}@{version}")
        above.append(name)
    return tops, needs


def by_name(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(one.partition("@")[0], other.partition("@")[0]) for one, other in pairs}


def test_components_and_edges_are_those_of_poetry_show() -> None:
    found = recorded("poetry/poetry.lock")
    tops, needs = listed((RECORDED / "poetry/tree.txt").read_text())
    assert {need.key for need in found.needs} == tops
    assert by_name(edges(found)) == needs
    reached = {name for pair in needs for name in pair} | {top.partition("@")[0] for top in tops}
    assert {one.name for one in found.components} == reached
    assert direct(found) == {top.partition("@")[0] for top in tops}


def test_scopes_and_lines() -> None:
    found = recorded("poetry/poetry.lock")
    assert {name for name, scope in scopes(found).items() if scope == "dev"} == {
        *(
            "iniconfig",
            "linkify-it-py",
            "markdown-it-py",
            "mdurl",
            "packaging",
            "pluggy",
            "pygments",
            "pytest",
        )
    }
    assert {name for name, scope in scopes(found).items() if scope == "optional"} == {
        *("blinker", "click", "flask", "itsdangerous", "jinja2", "markupsafe", "werkzeug")
    }
    assert found.manifest["requests"] == Place("pyproject.toml", 6, "requests[socks]>=2.31")
    assert found.manifest["pytest"] == Place("pyproject.toml", 17, "^8")
    lines = (RECORDED / "poetry/poetry.lock").read_text().split("\n")
    for one in found.components:
        assert (lines[one.line - 1], lines[one.line]) == ("[[package]]", f'name = "{one.name}"')
        assert lines[one.end_line] == ""


def test_without_a_project_the_groups_of_the_lock_say_the_scope() -> None:
    found = parsed("poetry.lock", (RECORDED / "poetry/poetry.lock").read_bytes())
    assert scopes(found) == scopes(recorded("poetry/poetry.lock"))
    assert direct(found) == {"colorama", "flask", "markdown-it-py", "pytest", "requests"} - {"colorama"}


def test_a_lock_of_poetry_1() -> None:
    text = PACKAGE.format("A", "1.0") + 'category = "dev"\n[package.dependencies]\nB = ">=1"\n'
    text += PACKAGE.format("b", "1.5") + 'category = "dev"\n'
    text += METADATA.format("1.1") + '[metadata.files]\na = [{file = "a-1.0.whl", hash = "sha256:00"}]\n'
    found = parsed("poetry.lock", text, {"pyproject.toml": '[tool.poetry.dev-dependencies]\nA = "^1"\n'})
    assert edges(found) == {("a@1.0", "b@1.5")}
    assert scopes(found) == {"a": "dev", "b": "dev"}
    assert named(found, "a").hashes == ("sha256:00",)


def test_of_two_versions_the_one_in_the_range_is_needed() -> None:
    text = (
        PACKAGE.format("a", "1") + '[package.dependencies]\nb = ">=2"\nc = {version = "*", optional = true, '
    )
    text += 'markers = "extra == \\"x\\""}\n'
    text += "".join(PACKAGE.format(*one) for one in [("b", "1.0"), ("b", "2.0"), ("c", "1")])
    asked = {"pyproject.toml": '[tool.poetry.dependencies]\na = "*"\nb = "<2"\n'}
    found = parsed("poetry.lock", text + METADATA.format("2.1"), asked)
    assert edges(found) == {("a@1", "b@2.0")}  # nobody asks for the extra
    assert {need.key for need in found.needs} == {"a@1", "b@1.0"}


@pytest.mark.parametrize(
    ("source", "kind", "address"),
    [
        (
            'type = "git"\nurl = "https://g.example/a"\nresolved_reference = "ab"',
            Kind.GIT,
            "https://g.example/a#ab",
        ),
        ('type = "url"\nurl = "https://f.example/a.whl"', Kind.URL, "https://f.example/a.whl"),
        ('type = "directory"\nurl = "../a"', Kind.PATH, "../a"),
        (
            'type = "legacy"\nurl = "https://index.example/simple"',
            Kind.REGISTRY,
            "https://index.example/simple",
        ),
    ],
)
def test_an_origin(source: str, kind: Kind, address: str) -> None:
    text = PACKAGE.format("a", "1") + f"[package.source]\n{source}\n" + METADATA.format("2.0")
    (found,) = parsed("poetry.lock", text).components
    assert (found.origin.kind, found.origin.address) == (kind, address)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (METADATA.format("3.0"), "it is of lock version '3.0'; known are 1.x and 2.x"),
        (PACKAGE.format("a", "1"), "missing required field `metadata`"),
        ("package = 1\n" + METADATA.format("2.0"), "Expected `array`"),
    ],
)
def test_what_is_no_lock_is_refused(text: str, why: str) -> None:
    with pytest.raises(LockError, match=re.escape(why)):
        parsed("poetry.lock", text)


@pytest.mark.full
def test_a_lock_that_poetry_makes_now(tmp_path: Path) -> None:
    # Its JSON interface is not everywhere: the recorded source is a plain index, here it is the one in use.
    poetry = [RUN, "--env", "lockers", "--", "poetry"]
    shutil.copy(RECORDED / "poetry/pyproject.toml", tmp_path)
    manifest = tmp_path / "pyproject.toml"
    index = "https://" + "pypi" + ".org/simple/"
    manifest.write_text(manifest.read_text().replace("https://index.example/simple", index))
    subprocess.run([*poetry, "lock", "--no-interaction"], cwd=tmp_path, check=True)
    tree = subprocess.run([*poetry, "show", "--tree"], cwd=tmp_path, check=True, stdout=subprocess.PIPE)
    found = lock_in(tmp_path / "poetry.lock")
    tops, needs = listed(tree.stdout.decode())
    assert ({need.key for need in found.needs}, by_name(edges(found))) == (tops, needs)
    assert tops <= components(found)

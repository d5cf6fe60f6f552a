import json
import shutil
import subprocess
import sys
import time
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

HEAD = "version = 1\nrevision = 3\n"
PACKAGE = (
    '\n[[package]]\nname = "{}"\nversion = "1.0"\nsource = {{ registry = "https://index.example/simple" }}\n'
)


def listed(path: Path) -> tuple[set[str], set[tuple[str, str]]]:
    """Give components and edges of `uv export --format cyclonedx1.5`, without the project itself."""
    told = json.loads(path.read_text())
    names = {
        one["bom-ref"]: f"{one['name']}@{one['version']}" for one in told["components"] if "version" in one
    }
    own = {"shop-app@1.2.0"}
    needs = {
        (names[one["ref"]], names[key])
        for one in told["dependencies"]
        for key in one.get("dependsOn", [])
        if one["ref"] in names and key in names
    }
    return set(names.values()) - own, {edge for edge in needs if edge[0] not in own}


def test_components_and_edges_are_those_of_uv_export() -> None:
    found = recorded("uv/uv.lock")
    assert (components(found), edges(found)) == listed(RECORDED / "uv/export.json")
    assert (found.name, found.version, found.gaps) == ("shop-app", "1.2.0", ())


def test_what_the_project_asks_for() -> None:
    # From the recorded pyproject.toml, by hand.
    found = recorded("uv/uv.lock")
    assert {(need.key, need.wants, need.scope.value) for need in found.needs} == {
        ("requests@2.34.2", ">=2.31", "runtime"),
        ("colorama@0.4.6", ">=0.4", "runtime"),
        ("idna@3.6", "==3.6", "runtime"),
        ("idna@3.20", ">=3.7", "runtime"),
        ("lib@0.1.0", "", "runtime"),
        ("flask@3.1.3", ">=3", "optional"),
        ("pytest@9.2.0", ">=8", "dev"),
        ("markdown-it-py@4.3.0", "", "dev"),
    }
    assert direct(found) == {need.key.partition("@")[0] for need in found.needs} | {"click", "urllib3"}
    assert found.manifest["pytest"] == Place("pyproject.toml", 17, "pytest>=8")
    assert found.manifest["click"] == Place("packages/lib/pyproject.toml", 5, "click>=8")


def test_the_strongest_scope_that_reaches_a_component_is_its_own() -> None:
    found = scopes(recorded("uv/uv.lock"))
    assert {found[name] for name in ("click", "urllib3", "pysocks", "colorama", "lib")} == {"runtime"}
    assert {found[name] for name in ("blinker", "jinja2", "markupsafe", "werkzeug")} == {"optional"}
    assert {found[name] for name in ("mdurl", "pluggy", "pygments", "iniconfig")} == {"dev"}


def test_an_entry() -> None:
    found = recorded("uv/uv.lock")
    lines = (RECORDED / "uv/uv.lock").read_text().split("\n")
    for one in found.components:
        assert lines[one.line - 1] == "[[package]]"
        assert lines[one.line].endswith(f'"{one.name}"')
        assert lines[one.end_line - 1] != ""
        assert lines[one.end_line] == ""
    blinker = named(found, "blinker")
    assert [file.name for file in blinker.files] == ["blinker-1.9.0.tar.gz", "blinker-1.9.0-py3-none-any.whl"]
    assert blinker.hashes[1] == "sha256:ba0efaa9080b619ff2f3459d1d500c57bddea4a6b424b60a91141db6fd2f08bc"
    assert blinker.published.startswith("2024-11-08T17:25:4")
    assert (blinker.origin.kind, blinker.origin.address) == (Kind.REGISTRY, "https://index.example/simple")
    assert named(found, "lib").origin.kind is Kind.WORKSPACE
    assert named(found, "colorama").marker == "sys_platform == 'win32'"


@pytest.mark.parametrize(
    ("source", "kind", "address"),
    [
        ('git = "https://git.example/a?rev=1#abc"', Kind.GIT, "https://git.example/a?rev=1#abc"),
        ('url = "https://files.example/a.whl"', Kind.URL, "https://files.example/a.whl"),
        ('path = "dist/a.whl"', Kind.PATH, "dist/a.whl"),
        ('directory = "../a"', Kind.PATH, "../a"),
        ('editable = "other"', Kind.PATH, "other"),
        ('registry = "./wheels"', Kind.REGISTRY, "./wheels"),
    ],
)
def test_an_origin(source: str, kind: Kind, address: str) -> None:
    entry = f'{HEAD}[[package]]\nname = "A.b_C"\nversion = "1!2.0+local"\nsource = {{ {source} }}\n'
    (found,) = parsed("uv.lock", entry).components
    assert (found.origin.kind, found.origin.address) == (kind, address)
    assert (found.name, found.version) == ("a-b-c", "1!2.0+local")


def test_an_extra_is_reached_only_where_somebody_asks_for_it() -> None:
    text = (
        HEAD + '[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n'
        'dependencies = [{ name = "a" }]\n[package.dev-dependencies]\ndev = [{ name = "a", extra = ["x"] }]\n'
    )
    text += (
        PACKAGE.format("a") + '[package.optional-dependencies]\nx = [{ name = "b" }]\n' + PACKAGE.format("b")
    )
    assert scopes(parsed("uv.lock", text)) == {"a": "runtime", "b": "dev"}


def test_a_need_without_an_entry_is_a_gap() -> None:
    found = parsed("uv.lock", HEAD + PACKAGE.format("a") + 'dependencies = [{ name = "ghost" }]\n')
    assert [(gap.line, gap.text) for gap in found.gaps] == [(4, "ghost")]


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("version = 2\n", "it is of version 2; known is version 1", 0),
        (HEAD + "x = [\n", "it is not TOML: it breaks off", 3),
        (HEAD + "x = = 1\n", "it is not TOML", 3),
        (HEAD + "<<<<<<< HEAD\n=======\n>>>>>>> b\n", "it holds the markers of a merge conflict", 3),
        (HEAD + "x = 1\nx = 2\n", "it is not TOML", 4),
        (HEAD + "x = '\0'\n", "it holds a NUL byte", 3),
        (HEAD + PACKAGE.format("a") + "wheels = 3\n", "Expected `str | array`, got `int`", 4),
        (HEAD + PACKAGE.format("a") + PACKAGE.format("b") + "sdist = []\n", "got `array`", 9),
        (HEAD + 'package = "x"\n', "Expected `array`, got `str`", 0),
        (HEAD + "a." * 100_000 + "b = 1\n", "a key has too many parts", 3),
        (HEAD + "'a' . " * 100_000 + "b = 1\n", "a key has too many parts", 3),
        ("x = " + "[" * 100_000, "it is nested too deeply", 0),
    ],
)
def test_what_is_no_lock_is_refused(text: str, why: str, line: int) -> None:
    with pytest.raises(LockError) as error:
        parsed("uv.lock", text)
    assert why in error.value.why
    assert error.value.line == line


def test_not_utf_8_is_refused_at_its_line() -> None:
    with pytest.raises(LockError) as error:
        parsed("uv.lock", HEAD.encode() + b"x = '\xff'\n")
    assert (error.value.why, error.value.line) == ("it is not UTF-8 text", 3)


def test_a_string_of_several_lines_does_not_look_like_an_entry() -> None:
    text = f'{HEAD}x = """\n[[package]]\nname = "no"\n"""\n' + PACKAGE.format("yes")
    (found,) = parsed("uv.lock", text).components
    assert (found.name, found.line, found.end_line) == ("yes", 8, 11)


def test_files_written_in_another_layout_are_read_too() -> None:
    wheel = (
        '{ url = "https://files.example/a-1.whl", hash = "sha256:00", upload-time = "2025-01-02T03:04:05Z" }'
    )
    one_line = parsed("uv.lock", HEAD + PACKAGE.format("a") + f"wheels = [{wheel}]\n").components
    usual = parsed("uv.lock", HEAD + PACKAGE.format("a") + f"wheels = [\n    {wheel},\n]\n").components
    assert one_line[0].files == usual[0].files
    assert one_line[0].published == usual[0].published == "2025-01-02T03:04:05Z"


def test_two_thousand_packages_take_a_fraction_of_a_second() -> None:
    wheel = '    { url = "https://files.example/a-1.whl", hash = "sha256:00", size = 1 },\n'
    body = f'dependencies = [\n    {{ name = "p0" }},\n]\nwheels = [\n{wheel * 10}]\n'
    text = HEAD + "".join(PACKAGE.format(f"p{number}") + body for number in range(2000))
    start = time.perf_counter()
    found = parsed("uv.lock", text)
    assert time.perf_counter() - start < 3  # 0.2 s on a quiet machine
    assert len(found.components) == 2000


@pytest.mark.full
def test_a_lock_that_uv_makes_now(tmp_path: Path) -> None:
    uv = shutil.which("uv", path=Path(sys.executable).parent)
    assert uv
    project = shutil.copytree(RECORDED / "uv", tmp_path / "project")
    (project / "uv.lock").unlink()
    subprocess.run([uv, "lock", "--quiet"], cwd=project, check=True)
    export = [
        uv,
        "export",
        "--format",
        "cyclonedx1.5",
        "--frozen",
        "--all-packages",
        "--all-extras",
        "--all-groups",
    ]
    with (project / "export.json").open("wb") as file:
        subprocess.run(export, cwd=project, check=True, stdout=file)
    found = lock_in(project / "uv.lock")
    assert len(found.components) > 20
    assert (components(found), edges(found)) == listed(project / "export.json")

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from inventory.python_locks import RECORDED, components, direct, lock_in, named, parsed, recorded, scopes
from lockgate.inventory.model import Inventory, Kind, LockError, Place

RUN = Path(__file__).parents[2] / "scripts" / "run"
META = '{"_meta": {"pipfile-spec": 6, "sources": [{"name": "main", "url": "https://index.example/simple"}]}'


def agrees(found: Inventory, path: Path) -> bool:
    told = json.loads(path.read_text())
    entries = {
        name: entry["version"] for part in ("default", "develop") for name, entry in told[part].items()
    }
    pins = {f"{name}@{version[2:]}" for name, version in entries.items() if version.startswith("==")}
    loose = {name for name, version in entries.items() if not version.startswith("==")}
    return bool(pins) and (components(found), {gap.text for gap in found.gaps}) == (pins, loose)


def test_all_that_is_listed_is_a_component_or_a_gap() -> None:
    found = recorded("pipenv/Pipfile.lock")
    assert agrees(found, RECORDED / "pipenv/Pipfile.lock")
    # pipenv locks no version of what its marker keeps from the machine it runs on.
    assert [gap.text for gap in found.gaps] == ["colorama"]


def test_scopes_lines_and_what_the_pipfile_asks_for() -> None:
    found = recorded("pipenv/Pipfile.lock")
    assert direct(found) == {"requests", "flask", "pytest"}
    assert {name for name, scope in scopes(found).items() if scope == "dev"} == {
        *("iniconfig", "packaging", "pluggy", "pygments", "pytest")
    }
    assert found.manifest["pytest"] == Place("Pipfile", 12, ">=8")
    lines = (RECORDED / "pipenv/Pipfile.lock").read_text().split("\n")
    for one in found.components:
        assert lines[one.line - 1].strip() == f'"{one.name}": {{'
        assert lines[one.end_line - 1].strip(" ,") == "}"
    assert named(found, "flask").origin.address == "https://index.example/simple"


def test_other_origins() -> None:
    text = META + ', "default": {"a": {"git": "https://g.example/a", "ref": "ab"}, "b": {"path": "."}, '
    text += '"c": {"file": "https://f.example/c.whl"}}}'
    found = {one.name: one.origin for one in parsed("Pipfile.lock", text).components}
    assert [(origin.kind, origin.address) for _, origin in sorted(found.items())] == [
        (Kind.GIT, "https://g.example/a#ab"),
        (Kind.PATH, "."),
        (Kind.URL, "https://f.example/c.whl"),
    ]


def test_one_that_stands_in_both_sections_is_one_component() -> None:
    both = '{"a": {"version": "==1"}}'
    found = parsed("Pipfile.lock", f'{META}, "develop": {both}, "default": {both}, "docs": {both}}}')
    assert scopes(found) == {"a": "runtime"}
    assert direct(found) == {"a"}


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ('{"_meta": {"pipfile-spec": 5}}', "it is of version 5; known is version 6", 0),
        ("{}", "Expected `object`, got `null`", 1),
        (META + ',\n"default": {\n"a": 3}}', "Expected `object`, got `int`", 3),
        (META + ',\n"default": []}', "a section of it is no table", 0),
        (META + ',\n"default": {"a": {}, "a": {}}}', "twice in one object", 2),
        (META + ',\n"default": {"a": NaN}}', "NaN", 2),
        (META + ',\n"default": {"a"', "it is not JSON", 2),
    ],
)
def test_what_is_no_lock_is_refused(text: str, why: str, line: int) -> None:
    with pytest.raises(LockError, match=re.escape(why)) as error:
        parsed("Pipfile.lock", text)
    assert error.value.line == line


@pytest.mark.full
def test_a_lock_that_pipenv_makes_now(tmp_path: Path) -> None:
    shutil.copy(RECORDED / "pipenv/Pipfile", tmp_path)
    pipfile = tmp_path / "Pipfile"
    pipfile.write_text(pipfile.read_text().replace("https://index.example", "https://" + "pypi" + ".org"))
    argv = [RUN, "--env", "lockers", "--", "env", "PIPENV_VENV_IN_PROJECT=1", "pipenv", "lock"]
    subprocess.run(argv, cwd=tmp_path, check=True)
    assert agrees(lock_in(tmp_path / "Pipfile.lock"), tmp_path / "Pipfile.lock")

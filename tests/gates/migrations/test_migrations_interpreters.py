"""The Python of a project is found, or made of its lock; where there is none, it is said what to do."""

import sys
import venv
from pathlib import Path

import pytest

from gates.migrations.tool_projects import PROJECTS
from lockgate.errors import ConfigurationError, ToolError
from lockgate.gates.migrations.sessions.interpreters import poetry_requirements, python_of_project
from lockgate.process import run

HASH = "sha256:" + "a" * 64


def found(root: Path, folder: str = "", *, chosen: str = "", active: str = "") -> str:
    return python_of_project(root / folder, root, chosen=chosen, active=active, home=root / "home")


def made(place: Path) -> str:
    """Make an environment without anything in it, in a moment."""
    venv.create(place, symlinks=True)
    return str(place / "bin/python")


def test_the_nearest_environment_is_taken(tmp_path: Path) -> None:
    outside = made(tmp_path / ".venv")
    root = tmp_path / "checkout"
    (root / "a/b").mkdir(parents=True)
    with pytest.raises(ToolError, match="no Python with the project's packages"):
        found(root, "a/b")  # what is outside is nobody's
    assert found(root, "a/b", active=str(tmp_path / ".venv")) == outside
    above = made(root / "venv")
    assert found(root, "a/b", active=str(tmp_path / ".venv")) == above
    beside = made(root / "a/b/.venv")
    assert found(root, "a/b") == beside
    assert found(root, "a") == above


def test_an_environment_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(tmp_path / "gone")
    python = made(tmp_path / "venv")
    assert found(tmp_path) == python


def test_the_chosen_one_is_taken(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    made(tmp_path / "tools/env")
    assert Path(found(tmp_path, "api", chosen="../tools/env/bin/python")).samefile(sys.executable)
    assert found(tmp_path, "api", chosen=sys.executable) == sys.executable


@pytest.mark.parametrize("chosen", ["nowhere/python", ".", "text"])
def test_a_chosen_one_that_does_not_run_is_refused(tmp_path: Path, chosen: str) -> None:
    (tmp_path / "text").write_text("no program")
    (tmp_path / "text").chmod(0o755)
    made(tmp_path / ".venv")
    with pytest.raises(ConfigurationError, match=r"gates\.migrations\.python"):
        found(tmp_path, chosen=chosen)


def test_requirements_without_hashes_are_no_lock(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("django\n")
    with pytest.raises(ToolError, match="no Python with the project's packages"):
        found(tmp_path)


def test_a_poetry_lock_becomes_requirements() -> None:
    packages = [
        {"name": "a", "version": "1.0", "files": [{"file": "a.whl", "hash": HASH}]},
        {
            "name": "b",
            "version": "2",
            "files": [{"hash": HASH}, {"hash": "md5:1"}],
            "markers": "os_name == 'nt'",
        },
        {"name": "c", "version": "3", "optional": True},
    ]
    assert list(poetry_requirements(packages)) == [
        f"a==1.0 --hash={HASH}",
        f"b==2 ; os_name == 'nt' --hash={HASH}",
    ]


@pytest.mark.parametrize(
    "package",
    [
        {"name": "a", "version": "1.0", "files": []},
        {"name": "a", "version": "1.0", "files": [{"hash": HASH}], "source": {"type": "git"}},
        {"name": "a", "version": "1.0\n--index-url x", "files": [{"hash": HASH}]},
        {"name": "-r x", "version": "1.0", "files": [{"hash": HASH}]},
        {"name": "a", "version": "1", "files": [{"hash": HASH}], "markers": "os_name == 'nt'\n-r x"},
    ],
)
def test_a_poetry_lock_with_other_sources_is_refused(package: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        list(poetry_requirements([package]))


@pytest.mark.full
@pytest.mark.parametrize("name", ["requirements.txt", "poetry.lock", "pylock.toml"])
def test_an_environment_is_made_of_a_lock_once(tmp_path: Path, name: str) -> None:
    lines = (PROJECTS / "alembic/requirements.txt").read_text().split("\nmarkupsafe==")[1]
    version = lines.split()[0]
    words = lines[: lines.index("==")].split()
    hashes = [word.removeprefix("--hash=") for word in words if word.startswith("--hash=")]
    listed = " ".join(f"--hash={each}" for each in hashes)
    texts = {
        "requirements.txt": f"markupsafe=={version} {listed}\n",
        "poetry.lock": f'[[package]]\nname = "markupsafe"\nversion = "{version}"\n'
        f"files = [{', '.join(f'{{hash = {each!r}}}' for each in hashes)}]\n",
        "pylock.toml": 'lock-version = "1.0"\ncreated-by = "hand"\npackages = []\n',
    }
    (tmp_path / name).write_text(texts[name])
    python = found(tmp_path)
    assert found(tmp_path) == python
    done = run([python, "-I", "-c", "import markupsafe"], cwd=Path("/"), seconds=30)
    assert (done.code == 0) == (name != "pylock.toml")
    assert len(list((tmp_path / "home").glob("project-*"))) == 1


@pytest.mark.full
def test_a_lock_whose_hashes_are_wrong_is_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"markupsafe==3.0.3 --hash={HASH}\n")
    with pytest.raises(ToolError, match=r"requirements\.txt could not be installed"):
        found(tmp_path)
    assert not list((tmp_path / "home").glob("project-*"))

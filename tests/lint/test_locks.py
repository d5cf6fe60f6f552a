"""The lock files of scripts/requirements are whole, and one with holes is seen."""

import tomllib
from itertools import chain
from pathlib import Path

from lint.linting import ROOT, lint

LOCK = ROOT / "scripts/dev/lock"
HASH = "    --hash=sha256:" + "0" * 64 + "\n"


def copy(folder: Path) -> Path:
    """Put the program into a folder of its own; give the one for its requirements."""
    for name in ("dev", "requirements"):
        (folder / "scripts" / name).mkdir(parents=True)
    (folder / "scripts/dev/lock").write_bytes(LOCK.read_bytes())
    (folder / "scripts/dev/lock").chmod(0o755)
    return folder / "scripts/requirements"


def npm(requirements: Path, name: str, lock: str) -> None:
    (requirements / name).mkdir()
    (requirements / name / "package.json").write_text('{"dependencies": {"tool": "1.0.0"}}')
    (requirements / name / "package-lock.json").write_text(lock)


def test_the_locks_are_whole() -> None:
    assert lint([str(LOCK), "--check"], ROOT) == (0, "")


def test_a_lock_with_holes_is_seen(tmp_path: Path) -> None:
    requirements = copy(tmp_path)
    (requirements / "a.in").write_text("-r b.in\ndjango==5.2.*\nrich\nuv\nshell ; os_name == 'posix'\n")
    (requirements / "a.txt").write_text(f"django==6.0 \\\n{HASH}uv==1.0\n# at http://host\n")
    npm(
        requirements,
        "one",
        '{"packages": {"node_modules/tool": {"version": "1.1.0", "optionalDependencies": {"arm": "1"}}}}',
    )
    npm(requirements, "two", '{"packages": {"": {}}, "at": "https://host"}')
    npm(requirements, "three", '{"packages": {}}')
    (requirements / "three/package.json").write_text('{"optionalDependencies": {"tool": "1.0.0"}}')
    status, output = lint(["scripts/dev/lock", "--check"], tmp_path)
    assert status == 1
    assert sorted(output.splitlines()) == [
        "a.txt: holds an address",
        "a.txt: lacks django==5.2.*",
        "a.txt: lacks rich",
        "a.txt: lacks shell ; os_name == 'posix'",
        "a.txt: uv has no hash",
        "one: lacks arm, npm ci would refuse it",
        "one: lacks tool 1.0.0",
        "one: node_modules/tool has no hash",
        "three: lacks tool 1.0.0",
        "two/package-lock.json: holds an address",
        "two: lacks tool 1.0.0",
    ]


def test_a_requirement_for_some_machines_or_with_extras_counts_as_locked(tmp_path: Path) -> None:
    requirements = copy(tmp_path)
    (requirements / "a.in").write_text("shell ; os_name == 'posix'\ndriver[fast]\n")
    (requirements / "a.txt").write_text(
        f"shell==1.0 ; os_name == 'posix' \\\n{HASH}driver[fast]==2.0 \\\n{HASH}"
    )
    assert lint(["scripts/dev/lock", "--check"], tmp_path) == (0, "")


def test_a_wheel_asks_for_what_the_engine_has() -> None:
    """Who installs the package with pip gets the libraries that the locked environment has."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    lines = [
        (ROOT / f"scripts/requirements/{name}.in").read_text().splitlines() for name in ("core", "engine")
    ]
    wanted = {line for line in chain(*lines) if not line.startswith("-r ")}
    assert {line.partition(">=")[0] for line in asked} == wanted

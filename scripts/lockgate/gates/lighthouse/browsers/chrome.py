"""Find a Chrome, and how it can be started here."""

import contextlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from lockgate.errors import ToolError
from lockgate.process import run, which
from lockgate.toolset import Node, install_node_set, lock_digest
from lockgate.untrusted import cut, one_line

NAMES = ("google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "chrome")
_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
_SET = "chromium"
_SECONDS = 120.0
_UNPACK = (
    "const { default: it } = await import(process.argv[1]); process.stdout.write(await it.executablePath());"
)
_SANDBOX = re.compile(r"sandbox|namespace", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chrome:
    """Hold a Chrome: `kind` says whether the machine has it or the npm registry gave it."""

    program: str
    kind: Literal["machine", "npm"]
    version: str


def find(
    home: Path,
    node: Node,
    *,
    search: Callable[[str], str | None] = which,
    system: tuple[str, str] = (sys.platform, os.uname().machine),
) -> Chrome:
    """Take the machine's own Chrome, else install one below `home`; raise ToolError when there is none."""
    tried = []
    for name in (*NAMES, *((_MAC,) if system[0] == "darwin" else ())):
        program = search(name)
        if program and (version := _version(program)):
            return Chrome(program, "machine", version)
        tried.append(f"{name} (does not run)" if program else name)
    if system != ("linux", "x86_64"):
        raise _none(tried, f"npm has none for {' '.join(system)}")
    try:
        program = str(_unpacked(home, node))
    except ToolError as error:
        raise _none(tried, error.what) from error
    if version := _version(program):
        return Chrome(program, "npm", version)
    raise _none(tried, "npm's @sparticuz/chromium does not run, as libraries that it needs are missing")


def _none(tried: Sequence[str], why: str) -> ToolError:
    return ToolError(
        f"there is no Chrome: {why}",
        cause=f"none of these is here: {', '.join(tried)}",
        todo="install Google Chrome or Chromium (`apt-get install chromium`, browser-actions/setup-chrome)",
    )


def _version(program: str) -> str:
    """Give its version; empty where it has none: some are scripts that say how to install the real one."""
    try:
        done = run([program, "--version"], cwd=Path("/"), seconds=60)
    except ToolError:
        return ""
    found = re.search(rb"\d+\.\d+\.[\d.]+", done.stdout)
    return found[0].decode() if found and done.code == 0 else ""


def _unpacked(home: Path, node: Node) -> Path:
    """Unpack npm's Chromium once; beside its place and renamed, so that two runs at once both work."""
    place = home / f"{_SET}-{lock_digest(_SET)}-{os.uname().machine}"
    if not (place / "chromium").is_file():
        package = install_node_set(_SET, home, (22, 17)).modules / "@sparticuz/chromium/build/index.js"
        try:
            with TemporaryDirectory(prefix=f"{place.name}-", dir=home, ignore_cleanup_errors=True) as made:
                _unpack(node.program, package, Path(made, "unpacked"))
                with contextlib.suppress(OSError):  # another run was faster
                    Path(made, "unpacked").rename(place)
        except OSError as error:
            raise ToolError(
                f"Chromium could not be unpacked in {home}: {error.strerror}",
                cause="the folder is not writable, or the disk is full",
                todo="set LOCKGATE_HOME to a folder of your own, with space in it",
            ) from error
    return place / "chromium"


def _unpack(node: str, package: Path, folder: Path) -> None:
    folder.mkdir()
    argv = [node, "--input-type=module", "--eval", _UNPACK, package.as_uri()]
    done = run(argv, cwd=folder, seconds=_SECONDS, env={"TMPDIR": str(folder)})
    if done.code != 0 or not (folder / "chromium").is_file():
        raise ToolError(
            f"npm's Chromium could not be unpacked: {_last(done.stderr)}",
            cause="the disk is full", todo="install Google Chrome or Chromium",
        )  # fmt: skip


def start_fails(chrome: Chrome, folder: Path, *, sandbox: bool) -> str:
    """Start it once, with its profile in `folder`: give what it says where it does not, else nothing."""
    argv = [
        chrome.program, "--headless=new", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
        f"--user-data-dir={folder}", *(() if sandbox else ("--no-sandbox",)), "--dump-dom", "about:blank",
    ]  # fmt: skip
    folder.mkdir(exist_ok=True)
    try:
        done = run(argv, cwd=Path("/"), seconds=_SECONDS, env={"TMPDIR": str(folder)})
    except ToolError as error:
        return error.what
    if done.code == 0:
        return ""
    about = [line for line in done.stderr.splitlines() if is_about_sandbox(line.decode("utf-8", "replace"))]
    return _last(about[0] if about else done.stderr)


def is_about_sandbox(words: str) -> bool:
    """Say whether it is its sandbox that Chrome complains of."""
    return _SANDBOX.search(words) is not None


def is_root() -> bool:
    """Say whether Chrome's sandbox cannot be used, as it refuses root."""
    return os.geteuid() == 0


def _last(output: bytes) -> str:
    lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return cut(one_line(lines[-1]), 300) if lines else "it said nothing"

"""Lockgate as a user starts it: a process, on a machine with folders of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lockgate.gates.lighthouse.browsers import chrome, driving
from lockgate.gates.migrations.sessions.interpreters import python_of_project
from lockgate.host import host
from lockgate.process import network
from lockgate.toolset import install_node_set
from postgres_server import any_programs

PACKAGE = Path(__file__).parents[2] / "scripts" / "lockgate"
NAMED = ("-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false")

# Twelve lines with one flaw for bandit (B602, high) and none for anybody else.
FLAW = "import subprocess\n\n\ndef start(word: str) -> int:\n    return subprocess.call(word, shell=True)\n"
CLEAN = 'def greet(name: str) -> str:\n    return f"hello {name}"\n'

Done = subprocess.CompletedProcess[bytes]


@dataclass
class Machine:
    """Hold the folders of a machine: `home` keeps results and tools, `temp` is for what must not stay."""

    folder: Path
    package: Path | None = None
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in (self.home, self.temp, self.cwd):
            path.mkdir(parents=True, exist_ok=True)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    @property
    def cwd(self) -> Path:
        return self.folder / "cwd"

    def with_oxlint(self) -> "Machine":
        """Take the set of npm packages that this user has, so that no run has to install it."""
        self._link(install_node_set("oxlint", host(os.environ).home).modules.parent)
        return self

    def with_migrations(self, folder: Path) -> "Machine":
        """Take what this user has to apply a project's migrations: its packages, and npm's PostgreSQL."""
        home = host(os.environ).home
        self._link(Path(python_of_project(folder, folder, chosen="", active="", home=home)).parents[1])
        programs = any_programs()
        if programs.source != "installed":
            self._link(home / programs.top.relative_to(home).parts[0])
        return self

    def with_lighthouse(self) -> "Machine":
        """Take what this user has to load pages: node, npm's Lighthouse, a Chrome; raise ToolError."""
        home = host(os.environ).home
        node = install_node_set(driving.SET, home, driving.LEAST_NODE)
        browser = chrome.find(home, node)
        for path in (node.modules, Path(node.program), Path(browser.program)):
            if path.is_relative_to(home):
                self._link(home / path.relative_to(home).parts[0])
        return self

    def _link(self, place: Path) -> None:
        if not (self.home / place.name).exists():
            (self.home / place.name).symlink_to(place)

    def argv(self, *args: str) -> list[str]:
        if self.package is None:
            return [sys.executable, "-I", "-X", "utf8", "-m", "lockgate", *args]
        start = f"import sys; sys.path.insert(0, {str(self.package.parent)!r}); from lockgate.cli import main"
        return [sys.executable, "-I", "-X", "utf8", "-c", f"{start}; sys.exit(main())", *args]

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        own = {
            "PATH": path,
            "HOME": str(self.folder),
            "TMPDIR": str(self.temp),
            "LOCKGATE_HOME": str(self.home),
        }
        return network() | own | self.environ | more

    def popen(self, *args: str, **streams: object) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self.argv(*args), cwd=self.cwd, env=self.environment({}), **streams)

    def run(self, *args: str, **environ: str) -> Done:
        return subprocess.run(
            self.argv(*args), cwd=self.cwd, env=self.environment(environ), check=False, timeout=300,
            stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip

    def report(self, name: str) -> bytes:
        return (self.cwd / "lockgate-report" / name).read_bytes()

    def processes(self) -> list[str]:
        """Name the processes that were started, however indirectly, with this machine's temporary folder."""
        mark = f"TMPDIR={self.temp}".encode()
        return [name for name, environ in _environs() if mark in environ.split(b"\0")]


def _environs() -> Iterator[tuple[str, bytes]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield folder.name, (folder / "environ").read_bytes()
        except OSError:
            continue


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(["git", *NAMED, *args], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode().strip()


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def commit(folder: Path, files: Mapping[str, str], message: str = "more") -> str:
    """Write files and commit all that is there; give the commit."""
    write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, files, "first")
    return folder


def copy_of_package(folder: Path) -> Path:
    return Path(shutil.copytree(PACKAGE, folder / "lockgate", ignore=shutil.ignore_patterns("__pycache__")))

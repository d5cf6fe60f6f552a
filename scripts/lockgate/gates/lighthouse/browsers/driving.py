"""Keep a browser for the pages of a site, and measure them one after another."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from types import TracebackType

from lockgate.errors import ToolError
from lockgate.gates.lighthouse.browsers import chrome as chromes
from lockgate.gates.lighthouse.browsers.chrome import Chrome
from lockgate.gates.lighthouse.browsers.failures import failure, is_crash, trouble
from lockgate.gates.lighthouse.browsers.result import MOST_BYTES, Outcome, decode
from lockgate.gates.lighthouse.browsers.samples import sample
from lockgate.gates.lighthouse.browsers.settings import Settings, arguments, question
from lockgate.gates.lighthouse.browsers.turns import turn
from lockgate.gates.lighthouse.model import Page, Sample
from lockgate.process.children import at_end
from lockgate.process.kept import Kept
from lockgate.source import read_bytes
from lockgate.toolset import Node, install_node_set, locked_version
from lockgate.untrusted import cut, one_line
from lockgate.verdict import Tool

SET = "lighthouse"
LEAST_NODE = (22, 19)
_DRIVER = Path(__file__).with_name("driver.mjs")
_GRACE = 45.0  # seconds for Chrome to start and to end
_LEAVING = 10.0
_TURN = 1800.0
_LONGEST_FOLDER = 40


class _PageError(Exception):
    """Say with Lighthouse's code or the driver's that a page was not measured."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Browser:
    """Measure pages, one at a time over the whole machine, each with a fresh profile.

    It is a context manager; when it ends, in whichever way, neither Chrome nor a profile is left.
    `lhr` is the whole result of the last run, in JSON.
    """

    def __init__(
        self,
        home: Path,
        settings: Settings,
        *,
        node: Node,
        chrome: Chrome,
        sandbox: bool = True,
        driver: Path = _DRIVER,
    ) -> None:
        self.lhr = b""
        self._home, self._settings = home, settings
        self._node, self._chrome, self._sandbox = node, chrome, sandbox
        self._argv = [node.program, str(driver), str(node.modules)]
        self._folder: Path | None = None
        self._child: Kept | None = None
        self._node_version = ""
        self._sandbox_fails = ""
        self._seconds_waited = 0.0
        self._runs = 0

    def __enter__(self) -> "Browser":
        try:
            self._folder = Path(mkdtemp(prefix="lockgate-", dir=_short(gettempdir())))
        except OSError as error:
            raise ToolError(
                f"there is no place for a browser's profile: {error.strerror}",
                cause="the folder for temporary files is full, or not writable",
                todo="set TMPDIR to a folder with space in it",
            ) from error
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._end()
        if self._folder:
            _remove(self._folder)

    def run(self, url: str, page: Page, *, seconds: float = 120.0) -> Sample:
        """Measure a page that is served at `url`; its run takes at most `seconds`.

        After a crash it is tried once more. Raise ToolError, which names the page, where it cannot be
        measured, or not to the end.
        """
        with turn(self._home, _TURN, self._waited):
            try:
                return self._again(url, seconds)
            except _PageError as error:
                raise failure(error.code, str(error), page.path) from error

    @property
    def chrome(self) -> str:
        """Give Chrome's version."""
        return self._chrome.version

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Name what measures; node as soon as something was measured."""
        node = (Tool("node", self._node_version),) if self._node_version else ()
        return (
            Tool("chrome", self._chrome.version),
            Tool("lighthouse", locked_version(SET, "lighthouse")),
            *node,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Give what people should know of how it was measured."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        if self._node.too_old:
            major = locked_version(SET, "lighthouse").partition(".")[0]
            yield (
                f"node {self._node.too_old} on PATH is too old for Lighthouse {major} (it needs "
                f"{'.'.join(map(str, LEAST_NODE))}): the locked one is used"
            )
        if self._chrome.kind == "npm":
            yield f"this machine has no Chrome: npm's @sparticuz/chromium {self._chrome.version} is used"
        if self._sandbox_fails:
            yield f"Chrome runs without its sandbox, which does not work here: {self._sandbox_fails}"
        if self._seconds_waited:
            yield f"waited {self._seconds_waited:.0f} s while another run measured pages on this machine"

    def _again(self, url: str, seconds: float) -> Sample:
        try:
            return self._once(url, seconds)
        except _PageError as error:
            if error.code == "LAUNCH":
                self._look_into_start()
            elif not is_crash(error.code):
                raise
        return self._once(url, seconds)

    def _once(self, url: str, seconds: float) -> Sample:
        try:
            outcome, sampled = self._measured(url, seconds)
        except _PageError:
            self._end()  # what was given up may still be at work in there
            raise
        self.lhr = bytes(outcome.lhr)
        return sampled

    def _measured(self, url: str, seconds: float) -> tuple[Outcome, Sample]:
        self._runs += 1
        folder = self._place()
        output = folder / f"{self._runs}.json"
        asked = {
            "url": url,
            "output": str(output),
            "chrome": self._chrome.program,
            "profile": str(folder / str(self._runs)),
            "args": arguments(url, self._settings, sandbox=self._sandbox),
            # Its package has fonts, for a machine without any.
            "env": {"XDG_DATA_HOME": str(Path(self._chrome.program).parent)}
            if self._chrome.kind == "npm"
            else {},
            **question(self._settings, seconds),
        }
        self._ask(asked, seconds)
        outcome, result = decode(_taken(output))
        if fault := trouble(outcome, result):
            raise _PageError(*fault)
        if outcome.accessibility is None and "accessibility" in self._settings.categories:
            raise _PageError("NO_ACCESSIBILITY", "axe gave no result")
        return outcome, sample(outcome, result)

    def _ask(self, asked: dict[str, object], seconds: float) -> None:
        try:
            if self._child is None:
                self._child = Kept(self._argv)
            with at_end(self._child.hang_up):
                answer = self._child.ask(asked, seconds + _GRACE)
        except OSError as error:
            raise _PageError("NO_ANSWER", error.strerror or str(error)) from error
        if "code" in answer:
            raise _PageError(str(answer["code"]), str(answer.get("message", "")))
        self._node_version = cut(one_line(str(answer.get("node", ""))), 40)

    def _look_into_start(self) -> None:
        """Go on without Chrome's sandbox where that is what fails; raise with Chrome's words for the rest."""
        words = chromes.start_fails(self._chrome, self._place() / "trial", sandbox=self._sandbox)
        if self._sandbox and chromes.is_about_sandbox(words):
            self._sandbox_fails, self._sandbox = words, False
        elif words:
            raise _PageError("LAUNCH", words)

    def _waited(self, seconds: float) -> None:
        self._seconds_waited += seconds

    def _place(self) -> Path:
        if self._folder is None:
            raise AssertionError("a Browser is a context manager")
        return self._folder

    def _end(self) -> None:
        child, self._child = self._child, None
        if child:
            child.close(_LEAVING)


def open_browser(
    home: Path,
    settings: Settings,
    *,
    find: Callable[[Path, Node], Chrome] = chromes.find,
) -> Browser:
    """Find node and Chrome, install what is missing below `home`, and give the browser; raise ToolError."""
    node = install_node_set(SET, home, LEAST_NODE)
    chrome = find(home, node)
    return Browser(home, settings, node=node, chrome=chrome, sandbox=not chromes.is_root())


def _short(folder: str) -> str:
    """Give a folder for temporary files in which a path of Chrome's is short enough to be a socket's."""
    return folder if len(folder) <= _LONGEST_FOLDER else "/tmp"  # noqa: S108 - a folder of ours is made there


def _taken(file: Path) -> bytes:
    """Read a file and remove it."""
    try:
        return read_bytes(file, MOST_BYTES)
    except OSError as error:
        raise _PageError("NO_RESULT", error.strerror or str(error)) from error
    finally:
        file.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Remove a folder that a Chrome may still write into while it ends."""
    deadline = time.monotonic() + _LEAVING
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            time.sleep(0.1)

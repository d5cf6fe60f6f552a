"""Keep one PostgreSQL for the process that started this program, and leave nothing of it behind.

Run by `python -I -m`. It reads JSON lines: first the order (`bin`, `top`, `options`, `kept` and `identity`),
later `{"keep": PATH}`; it answers each with one, which holds a `problem` where there is no server. All ends
with its input: whoever started it has ended then, in whatever way.
"""

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lockgate.postgres import system
from lockgate.postgres.system import ProblemError

SUPERUSER = "lockgate"
_HBA = f"local all {SUPERUSER} scram-sha-256\nlocal all all trust\n"
_KEPT = ("data", "password")
_GLANCE, _IDLE = 0.005, 0.05
_START, _STOP, _END = 60.0, 30.0, 3.0


class Keeper:
    """Make a data folder, keep a server running on it, and remove both."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.bin, self.top = Path(order["bin"]), Path(order["top"])
        self.options: list[str] = order["options"]
        self.kept: str = order["kept"]
        self.identity: str = order["identity"]
        self.account = system.account()
        self.folder = system.folder(self.account)
        self.lock = system.locked(self.folder)
        self.data = self.folder / "data"
        self.pid = self.code = 0

    def begin(self) -> dict[str, object]:
        """Start on a copy of what was kept, or where that does not do on a new data folder."""
        system.sweep(self.folder)
        if self.account and not system.runs_as(self.account, self.bin / "postgres"):
            self._copy_programs()
        restored = bool(self.kept) and self._restore(Path(self.kept))
        if not restored:
            self._initdb()
            self._start()
        password = (self.folder / "password").read_text().strip()
        return {"folder": str(self.folder), "pid": self.pid, "password": password, "restored": restored}

    def keep(self, place: Path) -> dict[str, object]:
        """Stop, copy the data folder to a place that appears at once or not at all, and start again."""
        os.kill(self.pid, signal.SIGINT)
        if not self._wait(self._ended, _STOP):
            raise ProblemError("it did not stop")
        fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
        try:
            for name in _KEPT:
                system.copy(self.folder / name, fresh / name)
            (fresh / "digest").write_text(system.digest(fresh, _KEPT, self.identity))
            fresh.rename(place)
        except OSError:  # another run was faster, or there is no space: the next run is slower
            shutil.rmtree(fresh, ignore_errors=True)
        self._start()
        return {"pid": self.pid}

    def idle(self) -> dict[str, Any] | None:
        """Wait for an order; None when the input or the server has ended."""
        while self.pid and not self._ended():
            if _input(_IDLE):
                return _order()
        return None

    def end(self) -> None:
        """Kill what lives and remove the folder."""
        if self.pid:
            os.kill(self.pid, signal.SIGQUIT)
            deadline = time.monotonic() + _END
            while not self._ended() and time.monotonic() < deadline:
                time.sleep(_GLANCE)
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
        system.kill_children()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _copy_programs(self) -> None:
        """Bring the programs to where that user can read them; files are linked where that can be."""
        place = self.folder / "programs"
        system.copy(self.top, place, system.link)
        for folder, _, _ in os.walk(place):
            Path(folder).chmod(0o755)
        self.bin = place / self.bin.relative_to(self.top)

    def _restore(self, kept: Path) -> bool:
        try:
            for name in _KEPT:
                system.copy(kept / name, self.folder / name)
            if system.digest(self.folder, _KEPT, self.identity) != (kept / "digest").read_text():
                raise ProblemError("it is spoiled")
            for folder, folders, files in os.walk(self.data):
                for name in (".", *folders, *files):
                    self._own(Path(folder, name))
            self._start()
        except (ProblemError, OSError, ValueError):
            if self.pid:
                raise
            shutil.rmtree(self.data, ignore_errors=True)
            shutil.rmtree(kept, ignore_errors=True)
            return False
        with contextlib.suppress(OSError):
            os.utime(kept)
        return True

    def _own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)

    def _initdb(self) -> None:
        password = self.folder / "password"
        password.touch(0o600)
        password.write_text(secrets.token_urlsafe(24) + "\n")
        self._own(password)
        argv = [str(self.bin / "initdb"), "-D", str(self.data), "-U", SUPERUSER, f"--pwfile={password}"]
        argv += ["--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--encoding=UTF8"]
        self._spawn([*argv, f"--locale={system.utf8_locale()}", "--no-sync", "--wal-segsize=1"], "initdb.log")
        if not self._wait(self._ended, _START):
            raise ProblemError("initdb took too long")
        if self.code != 0:
            raise ProblemError(self._last_words("initdb.log"))
        (self.data / "pg_hba.conf").write_text(_HBA)

    def _start(self) -> None:
        argv = [str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.folder)]
        self._spawn([*argv, *self.options], "log")
        if not self._wait(lambda: self._ready() or self._ended(), _START):
            raise ProblemError("it did not become ready")
        if not self.pid:
            raise ProblemError(self._last_words("log"))

    def _ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except (OSError, ValueError):
            return False
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def _spawn(self, argv: list[str], log: str) -> None:
        output = os.open(self.folder / log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        us = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                system.prepare(self.account, output, us)
                os.execve(  # noqa: S606 - an argument list
                    argv[0], argv, {"PATH": os.defpath, "LC_ALL": system.utf8_locale()}
                )
            except BaseException as error:  # noqa: BLE001 - nothing of ours may go on here
                os.write(output, f"{argv[0]}: {error}\n".encode())
            finally:
                os._exit(127)
        os.close(output)

    def _wait(self, done: Callable[[], bool], seconds: float) -> bool:
        """Wait for something, or for the end of the input, which unwinds."""
        deadline = time.monotonic() + seconds
        while not done():
            if _input(_GLANCE):
                raise SystemExit
            if time.monotonic() > deadline:
                return False
        return True

    def _ended(self) -> bool:
        """Say whether the program that we started last has ended; keep its exit code."""
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        if ended:
            self.pid, self.code = 0, os.waitstatus_to_exitcode(status)
        return bool(ended)

    def _last_words(self, log: str) -> str:
        text = (self.folder / log).read_bytes()[-2000:].decode("utf-8", "replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()] or ["it said nothing"]
        told = [
            line for line in lines if any(word in line for word in ("FATAL", "PANIC", "rror:", "could not"))
        ]
        return "".join(sign if sign.isprintable() else " " for sign in (told or lines)[-1]).strip()


def main() -> int:
    """Serve until the input ends."""
    for number in system.SIGNALS:
        signal.signal(number, _end)
    system.adopt_orphans()
    order = _order()
    if order is None:
        return 0
    keeper: Keeper | None = None
    try:
        keeper = Keeper(order)
        _answer(keeper.begin)
        while order := keeper.idle():
            place = Path(order["keep"])
            _answer(lambda: keeper.keep(place))  # noqa: B023 - called at once
    except ProblemError as error:
        _say({"problem": str(error)})
    finally:
        for number in system.SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        if keeper:
            keeper.end()
    return 0


def _end(_number: int, _frame: object) -> None:
    raise SystemExit


def _answer(work: Callable[[], dict[str, object]]) -> None:
    try:
        _say(work())
    except OSError as error:
        raise ProblemError(str(error)) from error


def _say(answer: dict[str, object]) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(1, json.dumps(answer).encode() + b"\n")


def _order() -> dict[str, Any] | None:
    line = sys.stdin.readline()
    return json.loads(line) if line.endswith("\n") else None


def _input(seconds: float) -> bool:
    return bool(select.select([0], [], [], seconds)[0])


if __name__ == "__main__":
    sys.exit(main())

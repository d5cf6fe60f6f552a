"""What the keeper of a server asks of the system: users, processes, folders. Standard library alone."""

import contextlib
import ctypes
import fcntl
import hashlib
import locale
import os
import pwd
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Account = pwd.struct_passwd | None
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PREFIX, _LONGEST_SOCKET_FOLDER = "lockgate-pg-", 88
_GLANCE, _END = 0.005, 3.0
_PDEATHSIG, _SUBREAPER = 1, 36
_LARGEST_FILE = 1 << 30  # a table's segment is as large; the log ends there


class ProblemError(Exception):
    """Say why there is no server."""


def account() -> Account:
    """Give the user that the server runs as; None where that is ours, as PostgreSQL refuses root alone."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ProblemError("PostgreSQL must not run as root, and there is no user `postgres` or `nobody`")


def folder(owner: Account) -> Path:
    """Make a folder of our own that the owner reaches, and whose name is short enough for a socket."""
    parent = tempfile.gettempdir()
    is_long = len(os.fsencode(parent)) > _LONGEST_SOCKET_FOLDER - len("/lockgate-pg-12345678")
    if is_long or (owner and not runs_as(owner, Path(parent))):
        parent = "/tmp"  # noqa: S108 - mkdtemp is safe there
    made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    if owner:
        os.chown(made, owner.pw_uid, owner.pw_gid)
    return made


def locked(place: Path) -> int:
    """Hold a lock as long as this process lives."""
    lock = os.open(place / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def sweep(ours: Path) -> None:
    """Remove the folders of keepers that were killed together with those that started them."""
    for one in ours.parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if one.lstat().st_uid == ours.lstat().st_uid and (one / "lock").is_file():
                os.close(locked(one))
                shutil.rmtree(one, ignore_errors=True)


def runs_as(user: pwd.struct_passwd, program: Path) -> bool:
    """Say whether a user may read and run a program, or list and enter a folder."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            _become(user)
            os._exit(0 if os.access(program, os.R_OK | os.X_OK) else 1)
        os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def adopt_orphans() -> None:
    """Become the parent of what loses its own below us, where the platform can do that."""
    _prctl(_SUBREAPER, 1)


def _become(account: pwd.struct_passwd) -> None:
    os.initgroups(account.pw_name, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def prepare(user: Account, output: int, parent: int) -> None:
    """Make this fresh process one of the server's; it ends with its parent where the platform can do that."""
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for number in (*SIGNALS, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    os.chdir("/")
    if user:
        _become(user)
    _prctl(_PDEATHSIG, signal.SIGQUIT)
    if os.getppid() != parent:
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def kill_children() -> None:
    """Kill all that is left below us: what lost its parent has become our child (Linux)."""
    deadline = time.monotonic() + _END
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            for pid in _children():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(_GLANCE)


def _children() -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            found += [int(path.parent.name)] if parent == os.getpid() else []
    return found


def utf8_locale() -> str:
    """Give the plain locale with UTF-8, else the plain one."""
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    return "C.UTF-8"


def copy(source: Path, place: Path, how: Callable[[str, str], object] = shutil.copyfile) -> None:
    """Copy a file, or a folder with all that is in it."""
    if source.is_dir():
        shutil.copytree(source, place, symlinks=True, copy_function=how)
    else:
        how(str(source), str(place))


def link(source: str, place: str) -> None:
    """Give a file a second name, or copy it where that cannot be."""
    try:
        os.link(source, place)
    except OSError:
        shutil.copy(source, place)


def digest(top: Path, names: Sequence[str], identity: str) -> str:
    """Hash files and folders of files below `top`."""
    found = hashlib.sha256(identity.encode())
    for name in names:
        for path in (top / name, *sorted((top / name).rglob("*"))):
            found.update(f"\0{path.relative_to(top)}\0".encode())
            if path.is_file():
                found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()

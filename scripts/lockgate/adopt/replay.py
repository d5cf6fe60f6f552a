"""A checkout of our own over a repository's objects, to see its commits without touching its own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lockgate.errors import PlatformError
from lockgate.git import Git
from lockgate.process import run
from lockgate.untrusted import cut, one_line

_SECONDS = 300.0
_MAX_OUTPUT = 64 * 1024 * 1024
# Settings of no one: a filter that is not set up does not run, and our copy has no hooks.
_OURS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ALLOW_PROTOCOL": "",
         "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Commit:
    """Name a commit, its first parent (empty: it has none), and the first line of its message."""

    sha: str
    parent: str
    subject: str


@dataclass(frozen=True, slots=True)
class Replay:
    """Be a checkout in the temporary folder `root`."""

    root: Path

    def commits(self, head: str, count: int) -> list[Commit]:
        """List the last commits up to `head`, newest first, along first parents."""
        listed = self._git(
            "rev-list", "--first-parent", f"--max-count={count}", "--encoding=UTF-8",
            "--format=%H%x00%P%x00%s", head, "--",
        )  # fmt: skip
        lines = listed.decode("utf-8", "replace").split("\n")
        rows = (line.split("\0", 2) for line in lines if "\0" in line)
        return [Commit(sha, parents.partition(" ")[0], subject) for sha, parents, subject in rows]

    def check_out(self, sha: str) -> None:
        """Make the checkout that of a commit."""
        self._git("read-tree", "--reset", "-u", sha)
        self._git("update-ref", "--no-deref", "HEAD", sha)

    def _git(self, *arguments: str) -> bytes:
        return _git(self.root, *arguments, env=_OURS)


@contextmanager
def replay(git: Git, head: str) -> Iterator[Replay]:
    """Make the checkout, empty yet, and remove it in the end; raise PlatformError."""
    with TemporaryDirectory(prefix="lockgate-past-", ignore_cleanup_errors=True) as folder:
        root = Path(folder).resolve() / "checkout"
        root.mkdir()
        kind = ["--object-format=sha256"] if len(head) == 64 else []
        _git(root, "init", "--quiet", "--template=", *kind, env=_OURS)
        objects = _place(git, "objects")
        (root / ".git/objects/info").mkdir(exist_ok=True)
        (root / ".git/objects/info/alternates").write_bytes(os.fsencode(objects) + b"\n")
        if git.is_shallow():
            shutil.copyfile(_place(git, "shallow"), root / ".git/shallow")
        yield Replay(root)


def _place(git: Git, name: str) -> Path:
    place = _git(git.root, "rev-parse", "--git-path", name, env={}).removesuffix(b"\n")
    return (git.root / os.fsdecode(place)).resolve()


def _git(folder: Path, *arguments: str, env: dict[str, str]) -> bytes:
    done = run(["git", *arguments], cwd=folder, seconds=_SECONDS, env=env, max_output=_MAX_OUTPUT)
    if done.code != 0:
        raise PlatformError(
            f"git {arguments[0]} failed: {cut(one_line(done.stderr.decode('utf-8', 'replace')), 300)}",
            cause="the repository is damaged or incomplete, or the disk is full",
            todo="run `git fsck`, make room, or leave the past out: --past 0",
        )
    return done.stdout

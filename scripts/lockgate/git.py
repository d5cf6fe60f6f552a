"""Ask git about a checkout without changing it, and without running anything that the checkout configures."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lockgate.errors import PlatformError
from lockgate.process import Completed, run

_SECONDS = 300.0
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false",
         "-c", "diff.external=", "-c", "log.showSignature=false", "--no-pager", "--literal-pathspecs")  # fmt: skip
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
_LINK = "120000"
_SUBMODULE = "160000"


def is_file(mode: str) -> bool:
    """Tell a file's mode from that of a symbolic link or a submodule."""
    return mode not in {_LINK, _SUBMODULE}


@dataclass(frozen=True, slots=True)
class Entry:
    """Name a path of the index or a tree, its mode and its blob."""

    path: str
    mode: str
    blob: str

    @property
    def is_file(self) -> bool:
        """Tell a file from a symbolic link or a submodule."""
        return is_file(self.mode)


@dataclass(frozen=True, slots=True)
class Change:
    """Name a path that differs from the base: `old` is empty for an added one, `new` for a deleted one.

    `blob` is the base's content; `mode` its mode.
    """

    old: str
    new: str
    mode: str
    blob: str


@dataclass(frozen=True, slots=True)
class Added:
    """Name a blob that a commit of the change added."""

    commit: str
    path: str
    blob: str


@dataclass(frozen=True, slots=True)
class Git:
    """Ask about the checkout at `root`, its top folder."""

    root: Path

    def resolve(self, revision: str) -> str | None:
        """Give the commit that a revision names, None when there is none here."""
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return done.stdout.decode().strip() or None if done.code == 0 else None

    def merge_base(self, one: str, other: str) -> str | None:
        """Give the best common ancestor, None when there is none here."""
        done = self._run("merge-base", one, other)
        return done.stdout.decode().split()[0] if done.code == 0 and done.stdout else None

    def branch(self) -> str | None:
        """Give the name of the branch that is checked out."""
        done = self._run("symbolic-ref", "--quiet", "--short", "HEAD")
        return done.stdout.decode("utf-8", "surrogateescape").strip() or None if done.code == 0 else None

    def default_branch(self) -> str | None:
        """Give the revision of the default branch: the remote's, else `main` or `master` here."""
        done = self._run("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
        names = [done.stdout.decode("utf-8", "surrogateescape").strip()] if done.code == 0 else []
        names += ["origin/main", "origin/master", "main", "master"]
        return next((name for name in names if name and self.resolve(name)), None)

    def is_shallow(self) -> bool:
        """Say whether history is cut off."""
        return self._run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def index(self) -> list[Entry]:
        """List what is tracked."""
        return [
            Entry(path, meta.split()[0], meta.split()[1])
            for meta, _, path in (record.partition("\t") for record in self._records("ls-files", "-s", "-z"))
        ]

    def untracked(self) -> list[str]:
        """List files that are neither tracked nor ignored."""
        return self._records("ls-files", "-z", "--others", "--exclude-standard")

    def tree(self, commit: str) -> list[Entry]:
        """List what a commit holds."""
        return [
            Entry(path, meta.split()[0], meta.split()[2])
            for meta, _, path in (
                record.partition("\t") for record in self._records("ls-tree", "-r", "-z", commit)
            )
        ]

    def changes(self, base: str) -> list[Change]:
        """List the tracked paths whose content in the working tree differs from a commit's, renames paired."""
        # fmt: off
        fields = self._records("diff", "--raw", "-z", "--no-abbrev", "-M", "-l10000", "--no-ext-diff",
                               "--no-textconv", "--ignore-submodules=all", base, "--")
        # fmt: on
        return list(_changes(fields))

    def is_dirty(self) -> bool:
        """Say whether tracked files differ from HEAD."""
        done = self._run("diff", "--quiet", "--no-ext-diff", "--no-textconv", "HEAD", "--")
        return done.code != 0

    def added(self, base: str, head: str) -> list[Added]:
        """List the blobs that the commits after `base` up to `head` added, oldest first, each once."""
        # fmt: off
        fields = self._records("log", "--reverse", "--raw", "-c", "-z", "--no-abbrev", "--no-renames",
                               "--no-ext-diff", "--no-textconv", "--format=%x01%H", head, f"^{base}", "--")
        # fmt: on
        return list({item.blob: item for item in reversed(list(_added(fields)))}.values())[::-1]

    def content(self, blob: str, limit: int) -> bytes | None:
        """Give a blob's bytes, None when it is missing or larger than `limit`."""
        size = self._run("cat-file", "-s", blob)
        if size.code != 0 or int(size.stdout) > limit:
            return None
        return self._run("cat-file", "blob", blob).stdout

    def show(self, commit: str, path: str, limit: int) -> bytes | None:
        """Give a file's bytes as of a commit, None when it is not there or larger than `limit`."""
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}:{path}")
        return self.content(done.stdout.decode().strip(), limit) if done.code == 0 else None

    def contents(self, blobs: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Give many blobs' bytes in one go."""
        done = self._run("cat-file", "--batch", "--buffer", stdin="".join(f"{b}\n" for b in blobs).encode())
        at = 0
        while at < len(done.stdout):
            end = done.stdout.index(b"\n", at)
            head = done.stdout[at:end].split()
            at = end + 1
            if len(head) == 3:
                size = int(head[2])
                yield head[0].decode(), done.stdout[at : at + size]
                at += size + 1

    def sizes(self, blobs: Sequence[str]) -> dict[str, int]:
        """Give the sizes of blobs in bytes."""
        done = self._run("cat-file", "--batch-check", stdin="".join(f"{b}\n" for b in blobs).encode())
        rows = (line.split() for line in done.stdout.decode().splitlines())
        return {row[0]: int(row[2]) for row in rows if len(row) == 3}

    def _records(self, *arguments: str) -> list[str]:
        done = self._run(*arguments)
        if done.code != 0:
            raise PlatformError(
                f"git {arguments[0]} failed: {_reason(done)}",
                cause="the repository is damaged, incomplete or not readable by this user",
                todo="run `git fsck`; in Actions use actions/checkout with `fetch-depth: 0`",
            )
        return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]

    def _run(self, *arguments: str, stdin: bytes = b"") -> Completed:
        return run(
            ["git", *_SAFE, *arguments],
            cwd=self.root,
            seconds=_SECONDS,
            env=_ENVIRONMENT,
            stdin=stdin,
            max_output=2 * 1024**3,
        )


def find(folder: Path) -> Git | None:
    """Find the checkout that a folder is in; None when it is in none; raise PlatformError when git refuses it."""
    done = Git(folder)._run("rev-parse", "--show-toplevel")  # noqa: SLF001 - of our own class
    if done.code == 0:
        return Git(Path(done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")))
    if b"dubious ownership" in done.stderr:
        raise PlatformError(
            f"git refuses to read {folder}: {_reason(done)}",
            cause="the checkout belongs to another user (usual inside containers)",
            todo=f"run `git config --global --add safe.directory {folder}`",
        )
    return None


def _reason(done: Completed) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0] if lines else f"exit code {done.code}"


def _changes(fields: Sequence[str]) -> Iterator[Change]:
    """Read `:mode mode oid oid STATUS`, then one path, or two for a rename."""
    rest = iter(fields)
    for field in rest:
        mode, _, blob, _, status = field.removeprefix(":").split()
        old = new = next(rest)
        if status[0] in "RC":
            new = next(rest)
        yield Change("" if status[0] in "AC" else old, "" if status[0] == "D" else new, mode, blob)


def _added(fields: Sequence[str]) -> Iterator[Added]:
    """Read a commit's `\\x01HASH`, then its raw entries; a merge's entry has a colon, mode and blob a parent."""
    commit = ""
    rest = iter(fields)
    for field in rest:
        line = field.lstrip("\n")
        if line.startswith("\x01"):
            commit = line[1:].strip()
        elif match := re.match(r"(:+)", line):
            parents = len(match[1])
            words = line.split()
            path = next(rest)
            mode, blob = words[parents], words[2 * parents + 1]
            if set(blob) != {"0"} and is_file(mode):
                yield Added(commit, path, blob)

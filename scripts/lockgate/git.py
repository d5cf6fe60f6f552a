"""Ask git about a checkout without changing it, and without running anything that the checkout configures."""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from lockgate.diff import SUBMODULE, Added, Change, added, changes
from lockgate.errors import PlatformError, ToolError
from lockgate.process import Completed, run

_SECONDS = 300.0
_MOST_BYTES = 2 * 1024**3
_PATCH_BYTES = 256 * 1024**2
_SAFE = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.splitIndex=false",
    "-c", "diff.autoRefreshIndex=true", "--no-pager",
)  # fmt: skip
# No protocol is allowed: a partial clone would fetch what it lacks, with programs that its own settings name.
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1",
                "GIT_ALLOW_PROTOCOL": "", "GIT_NO_REPLACE_OBJECTS": "1"}  # fmt: skip
_RENAMES = "-l5000"  # that many files against as many others take git half a minute
_PATCH = ("-p", "-U0", "--inter-hunk-context=0", "--no-color")
_NO_CHECKOUT = b"not a git repository (or any"


@dataclass(frozen=True, slots=True)
class Git:
    """Ask about the checkout at `root`, its top folder; `told` is what git tells a hook of it."""

    root: Path
    told: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, revision: str) -> str | None:
        """Give the commit that a revision names, None when there is none here."""
        if not _is_argument(revision):
            return None
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        commit = done.stdout.decode().strip()
        return commit if done.code == 0 and commit.isalnum() else None  # `^x` names one by what it leaves out

    def merge_base(self, one: str, other: str) -> str | None:
        """Give the best common ancestor, None when there is none here."""
        done = self._run("merge-base", one, other)
        return done.stdout.decode().split()[0] if done.code == 0 and done.stdout else None

    def branch(self) -> str | None:
        """Give the name of the branch that is checked out."""
        done = self._run("symbolic-ref", "--quiet", "--short", "HEAD")
        return done.stdout.decode("utf-8", "surrogateescape").strip() or None if done.code == 0 else None

    def default_branch(self, name: str = "") -> str | None:
        """Give the revision of the default branch: `name` of the remote, the remote's, `main` or `master`."""
        done = self._run("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
        names = [done.stdout.decode("utf-8", "surrogateescape").strip()] if done.code == 0 else []
        names = [f"origin/{name}" if name else "", *names, "origin/main", "origin/master", "main", "master"]
        return next((name for name in names if name and self.resolve(name)), None)

    def is_shallow(self) -> bool:
        """Say whether history is cut off."""
        return self._run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def is_cut(self, base: str, head: str) -> bool:
        """Say whether commits between two others are missing: a shallow clone ends among them."""
        if not self.is_shallow():
            return False
        place = os.fsdecode(self._run("rev-parse", "--git-path", "shallow").stdout.removesuffix(b"\n"))
        ends = (self.root / place).read_text("ascii").split()
        between = self._run("rev-list", head, f"^{base}", "--").stdout.decode().split()
        return not set(ends).isdisjoint(between)

    def tracked(self) -> list[str]:
        """List the paths of the index, submodules apart: what they hold is another repository's."""
        records = (record.partition("\t") for record in self._records("ls-files", "-s", "-z"))
        return [path for meta, _, path in records if not meta.startswith(SUBMODULE)]

    def untracked(self) -> list[str]:
        """List files that are neither tracked nor ignored, checkouts within this one apart."""
        records = self._records("ls-files", "-z", "--others", "--exclude-standard")
        return [path for path in records if not path.endswith("/")]

    def tree(self, commit: str) -> dict[str, str]:
        """Give the blobs of a commit by their paths."""
        records = (record.partition("\t") for record in self._records("ls-tree", "-r", "-z", commit))
        return {path: meta.split()[2] for meta, _, path in records}

    def changes(self, base: str, *, lines: bool = False) -> list[Change]:
        """List the tracked paths that differ in the working tree from a commit, renames paired.

        `lines` says on which lines, too, as far as git can: where it lacks a content, all of them count.
        """
        raw = ("--raw", "-z", "--no-abbrev", "-M", _RENAMES)
        if lines:
            with contextlib.suppress(ToolError):  # there is too much of it, or it takes too long
                done = self._diff(*raw, *_PATCH, base, most=_PATCH_BYTES)
                if done.code == 0:
                    records, _, patch = done.stdout.partition(b"\0\0")
                    return list(changes([*filter(None, os.fsdecode(records).split("\0"))], patch))
        return list(changes(_split(self._diff(*raw, base), "diff")))

    def is_dirty(self) -> bool:
        """Say whether tracked files differ from HEAD."""
        return self._diff("--quiet", "HEAD").code != 0

    def added(self, base: str, head: str) -> list[Added]:
        """List the blobs that the commits after `base` up to `head` added, oldest first, each path's once.

        Of a merge that is what no parent has. Plumbing is used, as `git log` obeys the configuration.
        """
        commits = self._run("rev-list", "--reverse", "--topo-order", head, f"^{base}", "--")
        _check(commits, "rev-list")
        # fmt: off
        done = self._run("diff-tree", "--stdin", "--root", "-c", "-r", "--raw", "-z", "--no-abbrev",
                         "--no-renames", "--no-ext-diff", "--no-textconv", stdin=commits.stdout)
        # fmt: on
        first: dict[tuple[str, str], Added] = {}
        for item in added(_split(done, "diff-tree")):
            first.setdefault((item.blob, item.path), item)
        return list(first.values())

    def commits(self, path: str, most: int) -> list[str]:
        """List the newest `most` commits on the way to HEAD that altered a path, oldest first."""
        range_ = ("--first-parent", f"--max-count={most}", "HEAD", "--", f":(top,literal){path}")
        return self._run("rev-list", *range_).stdout.decode().split()[::-1]

    def content(self, blob: str, limit: int) -> bytes | None:
        """Give a blob's bytes, None when it is missing or larger than `limit`."""
        size = self._run("cat-file", "-s", blob)
        if size.code != 0 or int(size.stdout) > limit:
            return None
        done = self._run("cat-file", "blob", blob)
        return done.stdout if done.code == 0 else None

    def show(self, commit: str, path: str, limit: int) -> bytes | None:
        """Give a file's bytes as of a commit, None when it is not there or larger than `limit`."""
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}:{path}")
        return self.content(done.stdout.decode().strip(), limit) if done.code == 0 else None

    def contents(self, blobs: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Give many blobs' bytes in one go; one that is missing or damaged is left out."""
        output = self._run("cat-file", "--batch", "--buffer", stdin=_lines(blobs)).stdout
        at = 0
        while (end := output.find(b"\n", at)) >= 0:
            head = output[at:end].split()
            at = end + 1
            if len(head) == 3:
                data = output[at : at + int(head[2])]
                at += len(data) + 1
                if len(data) == int(head[2]):
                    yield head[0].decode(), data

    def sizes(self, blobs: Sequence[str]) -> dict[str, int]:
        """Give the sizes of blobs in bytes."""
        done = self._run("cat-file", "--batch-check", stdin=_lines(blobs))
        rows = (line.split() for line in done.stdout.decode().splitlines())
        return {row[0]: int(row[2]) for row in rows if len(row) == 3}

    def leaves_out(self, folder: str) -> bool:
        """Say whether a folder is wholly ignored."""
        ignored = self._run("check-ignore", "-q", "--", f"./{folder}").code == 0
        return ignored and not any(path.startswith(f"{folder}/") for path in self.tracked())

    def _diff(self, *arguments: str, most: int = _MOST_BYTES) -> Completed:
        """Compare with the working tree, on a copy of the index: git writes what it learns into that.

        Every filter is switched off: it is a program that the checkout's configuration names.
        """
        place = os.fsdecode(self._run("rev-parse", "--git-path", "index").stdout.removesuffix(b"\n"))
        with TemporaryDirectory(prefix="lockgate-index-") as folder:
            index = Path(folder, "index")
            with contextlib.suppress(FileNotFoundError):
                shutil.copy2(self.root / place, index)  # with its time, by which git knows racy entries
            return self._run(
                "diff", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", *arguments, "--",
                env={**self._without_filters(), "GIT_INDEX_FILE": str(index)}, most=most,
            )  # fmt: skip

    def _without_filters(self) -> dict[str, str]:
        done = self._run("config", "-z", "--name-only", "--get-regexp", r"^filter\.")
        keys = os.fsdecode(done.stdout).split("\0")
        names = {key.removeprefix("filter.").rpartition(".")[0] for key in keys}
        off = [
            (f"filter.{name}.{key}", value)
            for name in sorted(names - {""})
            for key, value in (("clean", ""), ("process", ""), ("required", "false"))
        ]
        settings = {"GIT_CONFIG_COUNT": str(len(off))}
        for number, (key, value) in enumerate(off):
            settings |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return settings

    def ask(self, *arguments: str) -> str:
        """Give what a plumbing command prints; raise PlatformError when it fails."""
        done = self._run(*arguments)
        _check(done, arguments[0])
        return os.fsdecode(done.stdout)

    def _records(self, *arguments: str) -> list[str]:
        return _split(self._run(*arguments), arguments[0])

    def _run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        most: int = _MOST_BYTES,
    ) -> Completed:
        return run(
            ["git", *_SAFE, *arguments],
            cwd=self.root,
            seconds=_SECONDS,
            env={**_ENVIRONMENT, **self.told, **(env or {})},
            stdin=stdin,
            max_output=most,
        )


def find(folder: Path, told: Mapping[str, str] | None = None) -> Git | None:
    """Find the checkout that a folder is in; None when it is in none, or wholly ignored there.

    Raise PlatformError when git cannot read it.
    """
    done = Git(folder, told or {})._run("rev-parse", "--show-toplevel")  # noqa: SLF001 - of our own class
    if done.code != 0 and _NO_CHECKOUT in done.stderr:
        return None
    if b"safe.directory" in done.stderr:
        raise PlatformError(
            f"git refuses to read {folder}: {_reason(done)}",
            cause="the checkout belongs to another user (usual inside containers)",
            todo=f"run `git config --global --add safe.directory '{folder}'`",
        )
    _check(done, "rev-parse")
    git = Git(Path(os.fsdecode(done.stdout.removesuffix(b"\n"))), told or {})
    inside = folder.resolve()
    if not inside.is_relative_to(git.root):
        raise PlatformError(
            f"git says that {folder} belongs to {git.root}, which it is not in",
            cause="`core.worktree` in the checkout's configuration leads elsewhere",
            todo="run `git config --unset core.worktree` there, or clone it anew",
        )
    prefix = inside.relative_to(git.root).as_posix()
    return None if prefix != "." and git.leaves_out(prefix) else git


def _is_argument(text: str) -> bool:
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _lines(words: Iterable[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode()


def _split(done: Completed, what: str) -> list[str]:
    """Cut NUL-terminated records; raise PlatformError when git failed."""
    _check(done, what)
    return os.fsdecode(done.stdout).split("\0")[:-1]


def _check(done: Completed, what: str) -> None:
    if done.code != 0:
        raise PlatformError(
            f"git {what} failed: {_reason(done)}",
            cause="the repository is damaged, incomplete, bare, or not readable by this user",
            todo="run `git fsck`; in Actions use actions/checkout with `fetch-depth: 0`",
        )


def _reason(done: Completed) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"exit code {done.code}"]
    return next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0])

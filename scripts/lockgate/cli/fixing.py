"""`lockgate fix`: apply to the checkout what the last run's findings need and nobody has to think about."""

import argparse
import difflib
import re
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from lockgate.cli.mending import Files, Mended, files_of, mend
from lockgate.cli.output import put
from lockgate.cli.reading import read_report
from lockgate.errors import ExitCode, InputError
from lockgate.finding import Finding, State
from lockgate.git import find
from lockgate.github import inert
from lockgate.reports import explanation, verdict_json
from lockgate.reports.verdict_document import Document
from lockgate.source import MAX_BYTES, read_bytes
from lockgate.text import decode, split_lines
from lockgate.untrusted import one_line

_FINGERPRINT = re.compile("[0-9a-fA-F]{6,32}")


def fix(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Apply fixes, or show them; give 1 when a finding that was asked for could not be mended."""
    path, fingerprints = _what(arguments.what)
    git = find(path)
    root = git.root if git else path.resolve()
    chosen = _chosen(read_report(arguments.report), fingerprints, _prefix(path, root))
    names = sorted({name for finding in chosen for name in files_of(finding)})
    files = {name: _read(root, name) for name in names}
    mended = mend(files, chosen)
    if arguments.diff:
        for name, data in sorted(mended.files.items()):
            sys.stdout.write("".join(f"{inert(line)}\n" for line in _diff(name, files[name], data)))
    else:
        mended = _write(root, files, mended)
    _tell(mended, arguments.diff)
    _say(_summary(len(mended.done), len(mended.left), arguments.diff), arguments.diff)
    return ExitCode.FINDINGS if mended.left else ExitCode.PASS


def _what(words: Sequence[str]) -> tuple[Path, list[str]]:
    """Tell fingerprints from the folder; one that looks like a fingerprint is written `./abcdef`."""
    fingerprints = [word for word in words if _FINGERPRINT.fullmatch(word)]
    others = [word for word in words if word not in fingerprints]
    if len(others) > 1 or not Path(*others).is_dir():
        raise InputError(
            f"`{one_line(others[-1])[:80]}` is no folder and no fingerprint",
            cause="a typing error, or fewer than six digits of a fingerprint",
            todo="give a folder of the checkout, and fingerprints of the run's findings",
        )
    return Path(*others), fingerprints


def _prefix(path: Path, root: Path) -> str:
    inside = path.resolve().relative_to(root.resolve()).as_posix()
    return "" if inside == "." else f"{inside}/"


def _chosen(document: Document, fingerprints: Sequence[str], prefix: str) -> list[Finding]:
    """Choose the findings that are named, or the new ones that have a fix and no waiver, sorted by file."""
    wanted = {explanation.select(document, given).fingerprint for given in fingerprints}
    found = []
    for finding in verdict_json.restore(document).findings:
        own = finding.fix and finding.state is State.NEW and not finding.waived
        if finding.fingerprint in wanted or (own and not wanted and finding.path.startswith(prefix)):
            found.append(finding)
    return sorted(found, key=lambda finding: finding.path)


def _read(root: Path, name: str) -> bytes | str:
    """Read a file of the checkout, or say why it is not read."""
    try:
        _see_place(root, name)
        return read_bytes(root / name, MAX_BYTES)
    except (OSError, ValueError) as error:
        return (isinstance(error, OSError) and error.strerror) or "it is no path of a file"


def _write(root: Path, before: Files, mended: Mended) -> Mended:
    """Write what changes; when one file cannot be written, put the others back."""
    done: list[str] = []
    try:
        for name, data in sorted(mended.files.items()):
            file = root / name
            put(file, data, stat.S_IMODE(file.lstat().st_mode))
            done.append(name)
    except OSError as error:
        for name in done:
            if isinstance(old := before[name], bytes):
                put(root / name, old, stat.S_IMODE((root / name).lstat().st_mode))
        why = f"nothing was written: {error.strerror}"
        return Mended({}, [], [*((finding, why) for finding in mended.done), *mended.left])
    return mended


def _see_place(root: Path, name: str) -> None:
    """Raise OSError for a path that leads out of the checkout, into git's own folder or through a link."""
    path, folder = PurePosixPath(name), (root / name).parent
    strange = path.is_absolute() or ".." in path.parts or ".git" in map(str.lower, path.parts)
    if strange or folder.resolve() != (root.resolve() / name).parent:
        raise OSError(0, "its path leads out of the checkout, or through a link")


def _diff(name: str, before: bytes | str, after: bytes) -> Iterator[str]:
    pair = (before if isinstance(before, bytes) else b"", after)
    one, other = (split_lines(decode(data) or "") for data in pair)
    return difflib.unified_diff(one, other, f"a/{name}", f"b/{name}", lineterm="")


def _tell(mended: Mended, diff: bool) -> None:
    for finding in mended.done:
        if not diff:
            _say(f"fixed  {_title(finding)}", diff)
        if files_of(finding) != {finding.path}:
            _say(f"then   make {finding.path} anew. {finding.mend}", diff)
    for finding, why in mended.left:
        _say(f"left   {_title(finding)}  {why}", diff)


def _title(finding: Finding) -> str:
    return f"{finding.path}:{finding.line}  {finding.tool}/{finding.rule}"


def _summary(done: int, left: int, diff: bool) -> str:
    if not done and not left:
        return "no new finding of that run has a fix that needs no thought"
    verb = "can be fixed" if diff else "fixed"
    more = "" if diff or not done else "; run lockgate again to see what they changed"
    return f"{done} {verb}, {left} left{more}"


def _say(text: str, diff: bool) -> None:
    """Say a line; beside a diff, where it is in nobody's way."""
    (sys.stderr if diff else sys.stdout).write(f"{inert(one_line(text))}\n")

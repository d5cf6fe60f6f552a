"""`lockgate sbom`: the bill of materials of a tree, and what differs between two."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor
from pathlib import Path

from lockgate.beside import Beside
from lockgate.bom import cyclonedx
from lockgate.bom.collect import inventories
from lockgate.bom.model import Bom, make
from lockgate.bom.read import MAX_BYTES, BomError, Listing, of_document, read
from lockgate.cli.output import put
from lockgate.epoch import time_of
from lockgate.errors import ExitCode, InputError, PlatformError
from lockgate.git import Git, find
from lockgate.github import inert, inert_json
from lockgate.inventory import kinds
from lockgate.plan.configuration import settle
from lockgate.source import display, read_bytes
from lockgate.tree import scope_of
from lockgate.untrusted import one_line

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED = 5
_FORMATS = ("cyclonedx", "spdx")


@dataclass(frozen=True, slots=True)
class _Place:
    """Hold a folder whose locks are read, in a checkout or not."""

    folder: Path
    git: Git | None
    beside: Beside


def sbom(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Print or write the bill of a folder; with the word `diff`, what differs between two."""
    words = arguments.what
    if words[:1] == ["diff"]:
        return _diff(arguments, words[1:])
    if len(words) > 1:
        raise _misused(f"`{words[1]}` is one word too many")
    if arguments.format not in {"", *_FORMATS}:
        raise _misused(f"a bill has no format `{arguments.format}`")
    place = _place(Path(*words))
    bom = _bom(place, place.beside.paths(), place.beside.head, arguments.project)
    when = time_of(place.git, environment.get("SOURCE_DATE_EPOCH", ""))
    data = _spdx(bom, when) if arguments.format == "spdx" else cyclonedx.write(bom, when)
    if arguments.output:
        _put(arguments.output, data)
    else:
        sys.stdout.write(inert_json(data).decode())
    if arguments.score:
        sys.stderr.write(_score(bom, when))
    return ExitCode.PASS


def _spdx(bom: Bom, when: datetime) -> bytes:
    from lockgate.bom import spdx  # noqa: PLC0415 - the other format is the usual one

    return spdx.write(bom, when)


def _diff(arguments: argparse.Namespace, words: Sequence[str]) -> ExitCode:
    if len(words) not in {2, 3}:
        raise _misused("`sbom diff` takes two commits or bills, and at most a folder")
    if arguments.format not in {"", "markdown", "text"} or arguments.score or arguments.output:
        raise _misused("`sbom diff` has only `--format text`, `--format markdown` and `--project`")
    from lockgate.bom import diff  # noqa: PLC0415 - only who compares pays for it

    base, head = (_listing(word, Path(*words[2:]), arguments.project) for word in words[:2])
    difference = diff.diff(base, head)
    if arguments.format == "markdown":
        sys.stdout.write(diff.to_markdown(difference))
    else:
        sys.stdout.write(diff.text(difference) or "no component differs\n")
    return ExitCode.PASS


def _listing(word: str, path: Path, project: str) -> Listing:
    """Read a bill, or make that of a commit from git's objects."""
    try:
        if Path(word).is_file():
            return read(read_bytes(Path(word).resolve(), MAX_BYTES))
    except (BomError, OSError) as error:
        raise InputError(
            f"{one_line(word)[:200]} cannot be read as a bill: {error}",
            cause="it is of another kind, or cut off",
            todo="give CycloneDX or SPDX 2 in JSON, or a commit",
        ) from error
    place = _place(path)
    commit = place.git.resolve(word) if place.git else None
    if commit is None:
        raise InputError(
            f"`{one_line(word)[:80]}` is neither a file nor a commit here",
            cause="a typing error, or a shallow clone",
            todo="name a bill or a commit; in Actions give actions/checkout `fetch-depth: 0`",
        )
    beside = Beside(place.beside.root, place.beside.scope, place.git, commit)
    return of_document(cyclonedx.document(_bom(place, beside.base_paths(), beside.base, project), _EPOCH))


def _place(path: Path) -> _Place:
    if not path.is_dir():
        raise InputError(
            f"{one_line(str(path))[:200]} is not a folder",
            cause="a typing error",
            todo="give a checkout, or a folder in one",
        )
    folder = path.resolve()
    git = find(folder)
    root = git.root if git else folder
    prefix = folder.relative_to(root).as_posix() if folder != root else ""
    exclude = settle(root, prefix, None, git, None).loaded.configuration.exclude
    return _Place(folder, git, Beside(root, scope_of(prefix, exclude), git))


def _bom(place: _Place, paths: Sequence[str], read: Callable[[str], bytes | None], project: str) -> Bom:
    locks = [path for path in paths if kinds.is_lock(path)]
    chosen = [path for path in locks if project in {"", path}]
    if not chosen:
        known = ", ".join(display(path) for path in locks[:_NAMED]) or "there is none"
        raise InputError(
            f"there is no lock file `{one_line(project)[:200]}`" if project else "there is no lock file",
            cause="a path is written from the top of the repository, and what is excluded has none",
            todo=f"name one of these: {one_line(known)}",
        )
    return make(
        inventories(chosen, read), name=display(place.folder.name) or "root", version=_version(place.git)
    )


def _version(git: Git | None) -> str:
    commit = git.resolve("HEAD") if git else None
    return "" if git is None or commit is None else f"{commit}-dirty" if git.is_dirty() else commit


def _put(file: Path, data: bytes) -> None:
    try:
        put(file, data)
    except OSError as error:
        raise PlatformError(
            f"the bill cannot be written to {file}: {error.strerror}",
            cause="the folder is missing or not writable, or the disk is full",
            todo="name another file with --output",
        ) from error


def _score(bom: Bom, when: datetime) -> str:
    from lockgate.bom.score import scores  # noqa: PLC0415 - only who asks pays for it

    told = []
    for score in scores(cyclonedx.document(bom, when)):
        told.append(f"{score.standard}: {floor(score.total)} %")
        for field in score.fields:
            if field.share < 100:
                lack = [*field.missing[:_NAMED], *(["…"] if len(field.missing) > _NAMED else [])]
                named = ", ".join(lack) or "all"
                told.append(one_line(f"- {field.name}: {floor(field.share)} %. Missing: {named}"))
    return "".join(f"{inert(line)}\n" for line in told)


def _misused(what: str) -> InputError:
    return InputError(
        one_line(what)[:200],
        cause="a word too many or too few",
        todo="`lockgate sbom [PATH]`, or `lockgate sbom diff BASE HEAD [PATH]`; a folder `diff` is `./diff`",
    )

"""Where a caller uses the toolkit: in the workflows and actions of a repository, or as words say."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from lockgate.config.yaml_lines import YamlError
from lockgate.errors import InputError
from lockgate.git import find
from lockgate.source import read_bytes
from lockgate.text import decode
from lockgate.verify.uses import Use, uses

_MAX_BYTES = 1_000_000
_FILES = (".github/workflows/*.y*ml", ".github/actions/*/action.y*ml", "actions/*/action.y*ml", "action.y*ml")

Found = Iterator[tuple[str, Use]]


def collect(what: Sequence[str], folder: Path, repository: str) -> dict[Use, list[str]]:
    """Give each use of `repository` (OWNER/REPO), and the places that it stands at; raise InputError.

    `what` names files and references; where it is empty, all files of the checkout around `folder` are read.
    """
    found: dict[Use, list[str]] = {}
    for place, use in _named(what, repository) if what else _all(folder):
        if use.names(repository):
            found.setdefault(use, []).append(place)
    if not found:
        raise InputError(
            f"{repository} is not used in {', '.join(what) or 'the workflows and actions here'}",
            cause="another folder, or a copy of the toolkit under another name, is meant",
            todo="name workflows or references OWNER/REPO/PATH@SHA, and a copy with --repository",
        )
    return found


def _named(what: Sequence[str], repository: str) -> Found:
    for word in what:
        if "@" not in word or Path(word).exists():
            yield from _uses(Path(word), word)
            continue
        use = Use(word)
        if not use.names(repository):
            raise InputError(
                f"{word} is neither a file nor a use of {repository}",
                cause="a typing error",
                todo=f"write {repository}/PATH@SHA, or name a copy of the toolkit with --repository",
            )
        yield "the command line", use


def _all(folder: Path) -> Found:
    git = find(folder)
    top = git.root if git else folder
    for pattern in _FILES:
        for file in sorted(top.glob(pattern)):
            yield from _uses(file, file.relative_to(top).as_posix())


def _uses(file: Path, name: str) -> Found:
    """Yield the uses in a file; one that cannot be read is an error, since nobody would verify it."""
    try:
        text = decode(read_bytes(file, _MAX_BYTES))
        if text is None:
            raise YamlError("it is a binary file", 1)
        yield from ((f"{name}:{line}", use) for line, use in uses(text))
    except OSError as error:
        raise _unreadable(name, str(error.strerror)) from error
    except YamlError as error:
        raise _unreadable(f"{name}:{error.line}", error.message) from error


def _unreadable(place: str, why: str) -> InputError:
    cause = "it is no workflow and no action, or is damaged"
    return InputError(f"{place} cannot be read: {why}", cause=cause, todo="correct it, or name other files")

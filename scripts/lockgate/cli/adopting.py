"""`lockgate init`: say what is there and what the past would have met, then write what is agreed to."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from lockgate.adopt import files, past
from lockgate.adopt.pin import Pin, find_pin
from lockgate.adopt.stacks import reader, stacks, vendored
from lockgate.errors import ExitCode, InputError
from lockgate.git import Git, find
from lockgate.github import inert
from lockgate.host import host
from lockgate.inputs import number

Ask = Callable[[str], bool]
_MOST, _NAMED = 100, 12  # commits that are judged, stacks that are named


def init(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Adopt lockgate in a checkout; nothing that is there is overwritten."""
    ask = _asking(sys.stdin, sys.stdout, yes=arguments.yes)
    git = _checkout(arguments.path)
    bounds = past.Bounds(0 if arguments.past == "0" else number(arguments.past, "past", _MOST))
    pin = find_pin(arguments.pin, arguments.toolkit, arguments.repository)
    default = git.default_branch() or git.branch() or "main"
    _say(f"Checkout: {git.root}, whose default branch is {default}", _pins(pin))
    proposed = _propose(git, pin, default.removeprefix("origin/"))
    if bounds.commits:
        for line in past.lines(git, default, host(environment), bounds):
            _say(line)
    called = files.called(git.root, arguments.repository)
    written = [file.path for file in proposed if _settle(git.root, file, called.get(file.calls), ask)]
    _say(*_next(written))
    return ExitCode.PASS


def _propose(git: Git, pin: Pin, branch: str) -> tuple[files.File, ...]:
    paths = sorted({*git.tracked(), *git.untracked()})
    found, others = stacks(paths, reader(git.root)), vendored(paths)
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    _say(f"Found: {', '.join(map(str, found[:_NAMED])) or 'no language that lockgate knows'}{more}")
    if others:
        _say(f"Perhaps written by others, see `exclude`: {', '.join(others)}")
    return files.propose(pin, branch, found, others)


def _settle(root: Path, file: files.File, call: str | None, ask: Ask) -> bool:
    """Write a file if it is not there and is agreed to; say what became of it."""
    if name := files.present(root, file):
        _say(*files.held_back(root, name, file))
        return False
    if call:
        _say(f"{call} calls {file.calls} already, so {file.path} is left out")
        return False
    if not ask(f"Write {file.path}: {file.what}?\n\n{file.text}\n"):
        _say(f"{file.path} is left out")
        return False
    files.write(root, file)
    _say(f"{file.path} is written: {file.what}")
    return True


def _checkout(path: Path) -> Git:
    git = find(path) if path.is_dir() else None
    if git is None:
        raise InputError(
            f"{str(path)[:200]} is no git checkout",
            cause="a wrong path, or the repository is not made yet",
            todo="name a folder of a checkout, or run `git init` first",
        )
    return git


def _pins(pin: Pin) -> str:
    kind = f"release {pin.version}" if pin.version else "no release that is known here: see that it is pushed"
    return f"Toolkit:  {pin.repository} at {pin.sha}, {kind}"


def _next(written: Sequence[str]) -> tuple[str, ...]:
    if not written:
        return ("Nothing was written.",)
    return (
        f"Next: git add {' '.join(written)}",
        "      commit, push, open a pull request; then require `lockgate / gate` for the default branch.",
    )


def _asking(stdin: TextIO, stdout: TextIO, *, yes: bool) -> Ask:
    """Give the way to ask; raise InputError where nobody can answer."""
    if yes:
        return lambda question: True
    if not (stdin.isatty() and stdout.isatty()):
        raise InputError(
            "there is no terminal to ask on",
            cause="input or output is redirected, as in a script",
            todo="give --yes, which takes every file that is not there yet",
        )
    return _ask


def _ask(question: str) -> bool:
    _say(*question.splitlines())
    try:
        return input("[y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _say(*lines: str) -> None:
    """Print lines, in which strangers have a part: none of them is a command, nothing in them is unseen."""
    for line in lines:
        sys.stdout.write(f"{inert(line)}\n")
    sys.stdout.flush()

"""Make `lockgate hook` the pre-commit hook of a checkout that has none."""

import os
import shlex
from pathlib import Path

from lockgate.errors import InputError, PlatformError
from lockgate.git import Git, find
from lockgate.source import read_bytes
from lockgate.toolset import REQUIREMENTS

STARTER = REQUIREMENTS.parent / "run"
_NAME = "pre-commit"
_MOST = 1_000_000


def install(folder: Path, starter: Path = STARTER) -> str:
    """Write the hook and say where; raise InputError where one is already, or hooks are kept elsewhere."""
    git = find(folder.resolve())
    if git is None:
        raise InputError(
            "this is no git checkout", cause="a wrong folder", todo="go into the checkout that is to have it"
        )
    command = f"exec {shlex.quote(str(starter))} hook"
    _refuse_shared(git, command)
    text = f"#!/bin/sh\n# Judges what is staged; `git commit --no-verify` goes past it.\n{command}\n"
    common = git.ask("rev-parse", "--git-common-dir").removesuffix("\n")
    file = git.root / common / "hooks" / _NAME
    if os.path.lexists(file):
        if _holds(file, text):
            return f"{file} is this hook already"
        raise _taken(f"there is a hook already, {file}", command)
    try:
        file.parent.mkdir(exist_ok=True)
        with file.open("x", encoding="utf-8", errors="surrogateescape") as stream:
            stream.write(text)
        file.chmod(0o755)
    except OSError as error:
        raise PlatformError(
            f"the hook cannot be written to {file}: {error.strerror}",
            cause="the folder is not writable, or is none",
            todo="see to the folder of hooks in the checkout",
        ) from error
    return f"{file} judges what is staged from now on"


def _refuse_shared(git: Git, command: str) -> None:
    """Refuse where a setting leads to other hooks: this one would never run, and those are somebody's."""
    settings = git.ask("config", "-z", "--get-all", "core.hooksPath").split("\0")[:-1]
    if len(settings) > 1:  # the last is the one that we ask git with
        raise _taken(f"`core.hooksPath` leads to {settings[-2]}, so git looks for hooks there", command)


def _taken(what: str, command: str) -> InputError:
    return InputError(
        what,
        cause="hooks are in use here; none is ever overwritten",
        todo=f"add `{command.removeprefix('exec ')}` to its {_NAME}, or use .pre-commit-hooks.yaml",
    )


def _holds(file: Path, text: str) -> bool:
    try:
        return read_bytes(file, _MOST) == text.encode("utf-8", "surrogateescape")
    except OSError:
        return False

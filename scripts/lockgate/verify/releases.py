"""The releases of a repository: its tags `vX.Y.Z`. Standard library only, as the release tool asks too."""

import re
from collections.abc import Mapping
from pathlib import Path

from lockgate.errors import PlatformError
from lockgate.process import network, run
from lockgate.untrusted import cut, one_line

REPOSITORY = "lockgate/lockgate"
"""The name that callers use the toolkit by."""
_TAG = re.compile(
    r"^([0-9a-f]{40})\trefs/tags/v(\d{1,6}\.\d{1,6}\.\d{1,6})(?:\^\{\})?$", re.ASCII | re.MULTILINE
)
_SECONDS = 60.0

Version = tuple[int, ...]


def released(repository: str) -> dict[str, str]:
    """Give the commits of the tags `vX.Y.Z` by their names, oldest version first; raise PlatformError.

    `repository` is a folder or an address: git asks both in the same way, and runs no program that a folder
    of somebody else names.
    """
    environment = {**network(), "GIT_ALLOW_PROTOCOL": "file:https", "GIT_TERMINAL_PROMPT": "0"}
    argv = ["git", "ls-remote", "--tags", "--", repository, "refs/tags/v*"]
    done = run(argv, cwd=Path("/"), seconds=_SECONDS, env=environment, max_output=16_000_000)
    if done.code != 0:
        raise PlatformError(
            f"the tags of {repository} cannot be read: {cut(one_line(done.stderr.decode()), 300)}",
            cause="it is no repository, belongs to another user, or is out of reach",
            todo="name a clone of the toolkit, or an address that `git ls-remote` can read",
        )
    # An annotated tag has two lines, and the second one is its commit.
    found = {
        f"v{version}": commit for commit, version in _TAG.findall(done.stdout.decode("utf-8", "replace"))
    }
    return dict(sorted(found.items(), key=lambda item: number(item[0])))


def newest(releases: Mapping[str, str]) -> tuple[str, str]:
    """Give the last release and its commit; both are empty where there is none."""
    return next(reversed(list(releases.items())), ("", ""))


def number(version: str) -> Version:
    """Read `X.Y.Z` or `vX.Y.Z` as numbers that can be compared."""
    return tuple(map(int, version.removeprefix("v").split(".")))

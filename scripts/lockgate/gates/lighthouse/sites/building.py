"""Run the programs that make a site, as the configuration names them."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from lockgate.errors import ConfigurationError, ToolError
from lockgate.process import network, run
from lockgate.untrusted import cut, one_line, shown

_MOST_OUTPUT = 64 * 1024 * 1024
_LAST_LINES, _LONGEST = 8, 900
_USER = re.compile(r"(?<=://)[^/\s@]+(?=@)")


def arguments(line: str, key: str) -> list[str]:
    """Take a command line apart as a shell would; raise ConfigurationError where that cannot be done."""
    try:
        argv = shlex.split(line)
    except ValueError as error:
        argv, reason = [], str(error).lower()
    else:
        reason = "it names no program"
    if not argv or "\0" in line:
        raise ConfigurationError(
            f"`gates.lighthouse.{key}` has {shown(line)}, which is no command: {reason}",
            cause="a quote is not closed, or nothing is left of it",
            todo="write a program and its arguments; no shell reads them, so `&&`, `|` and `$X` do nothing",
        )
    return argv


def build(lines: Sequence[str], folder: Path, seconds: float) -> None:
    """Run one program after another in `folder`; raise ToolError for one that fails.

    They get what any program needs, what an installer reaches the network by, and `CI`; nothing else of ours.
    """
    for line, argv in [(line, arguments(line, "build")) for line in lines]:
        done = run(
            argv, cwd=folder, seconds=seconds, env={**network(), "CI": "1"}, max_output=_MOST_OUTPUT
        )  # fmt: skip
        if done.code != 0:
            raise ToolError(
                f"{shown(line)} of `gates.lighthouse.build` failed with code {done.code}: "
                f"{last_words(done.stdout + done.stderr)}",
                cause="the site cannot be built there, or a variable is missing: only PATH, HOME, TMPDIR, CI "
                "and those of proxies, certificates and mirrors are passed on",
                todo="run it in a fresh clone; set a variable with `env NAME=value` in front of the program",
            )


def last_words(output: bytes) -> str:
    """Give the end of what a program said, on one line, without the names and passwords of addresses."""
    text = output[-64 * 1024 :].decode("utf-8", "replace")
    lines = [one_line(_USER.sub("***", line)) for line in text.splitlines() if line.strip()]
    said = " / ".join(lines[-_LAST_LINES:])
    return cut(said[-_LONGEST:], _LONGEST) or "it said nothing"

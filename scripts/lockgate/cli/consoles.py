"""Where the command line prints: colours on a terminal alone, and a reader who leaves ends nothing."""

import os
import sys
from collections.abc import Mapping
from typing import IO, TextIO

from rich.console import Console


def console(stream: TextIO, environment: Mapping[str, str]) -> Console:
    """Make a console; there are no colours and no movement unless `stream` is a terminal."""
    terminal = stream.isatty()
    colours = terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    return _Console(
        file=stream,
        force_terminal=terminal,
        color_system="auto" if colours else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


def leave(stream: IO[str]) -> None:
    """Send the rest of a stream nowhere, because nobody reads it; its flush at exit then fails no more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def survive_any_text() -> None:
    """Write what a stream's encoding lacks as an escape, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Go on in silence; rich would end the program with the exit code of findings."""
        self.quiet = True
        leave(self.file)

"""Where the command line prints: colours on a terminal alone, and a reader who leaves ends nothing."""

from collections.abc import Mapping
from typing import TextIO

from rich.console import Console

from lockgate.failures import leave


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


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Go on in silence; rich would end the program with the exit code of findings."""
        self.quiet = True
        leave(self.file)

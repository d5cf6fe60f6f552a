"""Talk to the GitHub Actions runner: commands, outputs, the job summary, and lines that are never commands.

The runner reads each line twice. `::command::` counts at the start of a line after white space;
`##[command]` counts anywhere in it.
https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, TextIO

from lockgate.untrusted import cut, one_line, visible

Level = Literal["error", "warning", "notice"]

MESSAGE_LIMIT = 4096
"""The runner cuts the message of an annotation at this many UTF-16 code units."""
SUMMARY_LIMIT = 1024 * 1024
"""The runner throws a larger job summary away (bytes)."""
_TITLE_LIMIT = 255
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def inert(line: str) -> str:
    """Return a line that neither of the runner's parsers can read as a command.

    The runner compares by the rules of a culture, where characters of no width do not count.
    So a visible space goes between, and everything invisible is written out.
    """
    line = visible(line).replace("\n", " ").replace("##[", "## [")
    text = line.lstrip()
    if not text.startswith("::"):
        return line
    return line[: len(line) - len(text)] + ": :" + text[2:]


def inert_json(document: bytes) -> bytes:
    """Return the same JSON in bytes that hold no command, for a log that a machine reads too."""
    return document.replace(b"##[", b"##\\u005b")  # it stands in strings alone, and no string begins a line


class Emitter:
    """Write to the runner.

    `output` and `summary` are the files named by `GITHUB_OUTPUT` and `GITHUB_STEP_SUMMARY`; without them,
    as on a laptop, nothing is kept. `token` gives a new random word, unknown to strangers, at each call.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        output: Path | None = None,
        summary: Path | None = None,
        token: Callable[[], str] = lambda: os.urandom(16).hex(),
    ) -> None:
        self._stream = stream
        self._output = output
        self._summary = summary
        self._token = token

    @classmethod
    def of(cls, environment: Mapping[str, str], stream: TextIO) -> "Emitter":
        """Make the emitter of a step from the files that the runner names."""
        files = (environment.get(name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"))
        output, summary = (Path(file) if file else None for file in files)
        return cls(stream, output=output, summary=summary)

    def plain(self, text: str) -> None:
        """Print text that is never read as a command."""
        for line in visible(text).removesuffix("\n").split("\n"):
            self._line(inert(line))

    def raw(self, text: str) -> None:
        """Print the output of a tool while the runner listens to no command but the one that ends it."""
        token = self._token()
        self._command("stop-commands", token)
        try:
            self.plain(text)
        finally:
            self._command(token)

    def annotate(
        self,
        level: Level,
        message: str,
        *,
        file: str = "",
        line: int = 0,
        end_line: int = 0,
        col: int = 0,
        title: str = "",
    ) -> None:
        """Show a message beside the code; lines and columns count from 1, 0 and "" mean none."""
        title = cut(_broken(one_line(title)), _TITLE_LIMIT)
        properties: dict[str, str] = {}
        if file:
            # A line always follows, because the runner trims the end of the last property.
            properties = {"file": _path(file), "line": str(max(line, 1))}
            if end_line > line > 0:
                properties["endLine"] = str(end_line)
            elif line > 0 and col > 0:  # the runner drops columns of a range of lines
                properties["col"] = str(col)
        if title:
            properties["title"] = " " + title if title.startswith("=") else title
        self._command(level, cut(_broken(visible(message)), MESSAGE_LIMIT), properties)

    def set_output(self, name: str, value: str) -> None:
        """Set an output of the step; raise ValueError for a name that is not a word."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a name of an output: {name!r}")
        delimiter = self._token()
        if delimiter in value:
            raise ValueError("the random delimiter occurs in the value")
        if self._output:
            _append(self._output, f"{name}<<{delimiter}\n{value}\n{delimiter}\n".encode("utf-8", "replace"))

    def summary(self, markdown: str) -> None:
        """Add Markdown to the job summary, cut to the room that is left."""
        if self._summary:
            size = self._summary.stat().st_size if self._summary.exists() else 0
            data = (markdown + "\n").encode("utf-8", "replace")[: max(SUMMARY_LIMIT - size, 0)]
            _append(self._summary, data.decode("utf-8", "ignore").encode())

    def _command(self, name: str, data: str = "", properties: dict[str, str] | None = None) -> None:
        pairs = ",".join(f"{key}={_escape(value, ':,')}" for key, value in (properties or {}).items())
        self._line(f"::{name}{' ' if pairs else ''}{pairs}::{_escape(data)}")

    def _line(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()


def _escape(text: str, more: str = "") -> str:
    for character in "%\r\n" + more:  # "%" first: the others bring new ones
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _broken(text: str) -> str:
    return text.replace("##[", "## [")


def _path(file: str) -> str:
    # The runner strips "=" from the front of a property's value.
    return _broken(visible(("./" if file.startswith("=") else "") + file))


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)

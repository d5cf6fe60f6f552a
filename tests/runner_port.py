"""What the GitHub Actions runner reads as a command: its two parsers, retold in Python as an oracle.

After `src/Runner.Common/ActionCommand.cs` and `src/Runner.Worker/ActionCommandManager.cs` of
https://github.com/actions/runner (MIT licence): the same steps in the same order, with .NET's `TrimStart`,
`Trim` and `Split(..., RemoveEmptyEntries)` as they behave there.
"""

import re
from dataclasses import dataclass, field

REGISTERED = frozenset(
    {"stop-commands", "set-env", "set-output", "save-state", "add-mask", "add-path", "add-matcher",
     "remove-matcher", "debug", "warning", "error", "notice", "group", "endgroup", "echo"}
)  # fmt: skip
# Char.IsWhiteSpace of .NET.
WHITE = "".join(map(chr, [*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)]))
WHITE += "\u2028\u2029\u202f\u205f\u3000"

_UNESCAPE_V1 = ((";", "%3B"), ("\r", "%0D"), ("\n", "%0A"), ("]", "%5D"), ("%", "%25"))
_UNESCAPE_DATA = (("\r", "%0D"), ("\n", "%0A"), ("%", "%25"))
_UNESCAPE_PROPERTY = (("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C"), ("%", "%25"))


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    data: str


def lines(text):
    """Split a stream as .NET's `StreamReader.ReadLine` does: at CR, LF and CRLF, and nowhere else."""
    parts = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
    return parts[:-1] if parts[-1] == "" else parts


def try_parse_v2(message, registered=REGISTERED):
    """`::name key=value,key=value::data` at the start of a line."""
    message = message.lstrip(WHITE)
    if not message.startswith("::"):
        return None
    end = message.find("::", 2)
    if end < 0:
        return None
    info = message[2:end]
    space = info.find(" ")
    name = info if space < 0 else info[:space]
    if name.lower() not in registered:
        return None
    text = info[space + 1 :].strip(WHITE) if space > 0 else ""
    return Command(
        name, _properties(text, ",", _UNESCAPE_PROPERTY), _unescape(message[end + 2 :], _UNESCAPE_DATA)
    )


def try_parse_v1(message, registered=REGISTERED):
    """`##[name key=value;key=value]data` anywhere in a line; only the first `##[` is looked at."""
    start = message.find("##[")
    if start < 0:
        return None
    end = message.find("]", start)
    if end < 0:
        return None
    info = message[start + 3 : end]
    space = info.find(" ")
    name = info if space < 0 else info[:space]
    if name.lower() not in registered:
        return None
    text = info[space + 1 :] if space > 0 else ""
    return Command(name, _properties(text, ";", _UNESCAPE_V1), _unescape(message[end + 1 :], _UNESCAPE_V1))


def parse(line, registered=REGISTERED):
    return try_parse_v2(line, registered) or try_parse_v1(line, registered)


def _properties(text, separator, table):
    found = {}
    for pair in filter(None, text.split(separator)):
        # Split('=', 2, RemoveEmptyEntries): empty parts before the last are skipped.
        key, _, value = pair.lstrip("=").partition("=")
        value = value.lstrip("=")
        if key and value:
            found[key.lower()] = _unescape(value, table)
    return found


def _unescape(text, table):
    for token, replacement in table:
        text = text.replace(replacement, token)
    return text


@dataclass
class Runner:
    """Take lines as the runner does; keep the commands it would run and the lines it would print."""

    commands: list[Command] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    stopped: str = ""

    def feed(self, text):
        for line in lines(text):
            self._line(line)
        return self

    def _line(self, line):
        command = parse(line, REGISTERED | ({self.stopped.lower()} if self.stopped else set()))
        if command is None:
            self.printed.append(line)
        elif self.stopped:
            if command.name.lower() == self.stopped.lower():
                self.stopped = ""
            else:
                self.printed.append(line)
        elif command.name.lower() == "stop-commands":
            self.stopped = command.data
        else:
            self.commands.append(command)


def file_commands(text):
    """Read `GITHUB_OUTPUT` on Linux: `name=value` and `name<<delimiter`, lines ended by LF alone."""
    found = {}
    rows = iter(text.split("\n"))
    for row in rows:
        equals, heredoc = row.find("="), row.find("<<")
        if not row:
            continue
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            found[row[:equals]] = row[equals + 1 :]
            continue
        name, _, delimiter = row.partition("<<")
        assert name, f"the runner refuses {row!r}"
        assert delimiter, f"the runner refuses {row!r}"
        value = []
        for inner in rows:
            if inner == delimiter:
                break
            value.append(inner)
        else:
            raise AssertionError("the runner finds no delimiter")
        found[name] = "\n".join(value)
    return found

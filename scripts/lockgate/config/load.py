"""Load `.lockgate.yml`: from text to typed data, with errors that name the line and the nearest known key."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

import msgspec
from pathspec import GitIgnoreSpec

from lockgate.config import packages
from lockgate.config.gate import SeverityName
from lockgate.config.model import Configuration, Waiver
from lockgate.errors import ConfigurationError

if TYPE_CHECKING:  # many repositories have no configuration, and need no YAML
    from lockgate.config.yaml_lines import Data, Document, Path

NAMES = (".lockgate.yml", ".lockgate.yaml")
_MAX_BYTES = 1_000_000
_SCHEMA = "`lockgate schema` prints every key with its type"
_PATTERN = "write a path as in .gitignore, for instance `vendor/` or `**/*.min.js`"
_PACKAGE = (
    "write a package URL: `pkg:pypi/django`, with a version `pkg:pypi/django@4.2`, or with a range as PyPI "
    "or npm write it: `pkg:pypi/django@>=4.2,<4.2.16`, `pkg:npm/lodash@<4.17.21`"
)
_HINTS = {
    "Expected `bool`": "write `true` or `false`",
    "Expected `array`": "write a list: one line `- value` for each",
    "Expected `object`": "write `key: value` lines below it",
    "Expected `float`": "write a number",
    "Expected `int`": "write a whole number",
    "Expected `str` matching regex '^(pkg": "write a package URL, such as `pkg:pypi/django`",
    "Expected `str` matching regex '^[": "write all 32 digits, as report.html and verdict.json show them",
    "Expected `str` of length <=": "write less",
    "Expected `str`": "write a value after the colon, or remove the key",
    "Invalid RFC3339": "write the day as YYYY-MM-DD",
    "Invalid enum value": f"write one of {', '.join(get_args(SeverityName))}",
    "Object missing required field": "a waiver needs `owner`, `reason` and `expires`",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Name a line of a configuration; `added` when it is the change's and not the base's."""

    path: str
    line: int
    added: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Hold a configuration, the path it came from (empty: the defaults), and the lines of its parts."""

    configuration: Configuration
    path: str
    waiver_places: tuple[Place, ...] = ()
    lines: Mapping["Path", int] = field(default_factory=dict, compare=False)

    def place(self, *key: str) -> str:
        """Name the line of a key; empty where it is not set."""
        line = self.lines.get(key)
        return str(Place(self.path, line)) if line else ""


def defaults() -> Loaded:
    """Give the configuration of a repository without one."""
    return Loaded(Configuration(), "")


def load(data: bytes, path: str) -> Loaded:
    """Read a configuration file's bytes; raise ConfigurationError that names `path`, line, cause and mend."""
    document = _document(data, path)
    content = {} if document.data is None else document.data
    if not isinstance(content, dict):
        raise _error(path, 1, "it must be a mapping of keys to values", _SCHEMA)
    _refuse_unknown_keys(content, msgspec.inspect.type_info(Configuration), (), document, path)
    try:
        configuration = msgspec.convert(content, Configuration, strict=False)
    except msgspec.ValidationError as error:
        message, _, place = str(error).rpartition(" - at `$")
        where = _place(place.rstrip("`"))
        hint = next((hint for start, hint in _HINTS.items() if message.startswith(start)), _SCHEMA)
        raise _error(path, document.line(where), f"`{_dotted(where)}`: {message[:200]}", hint) from error
    numbers = range(len(configuration.waivers))
    places = tuple(Place(path, document.line(("waivers", number))) for number in numbers)
    for number, (waiver, at) in enumerate(zip(configuration.waivers, places, strict=True)):
        _check_waiver(waiver, path, at.line)
        if waiver.package and packages.read(waiver.package) is None:
            what = f"`waivers[{number}].package`: `{waiver.package[:80]}` names no component"
            raise _error(path, document.line(("waivers", number, "package")), what, _PACKAGE)
    for where, pattern, must_match in _patterns(configuration):
        if not _is_pattern(pattern, must_match=must_match):
            what = f"`{_dotted(where)}`: `{pattern[:80]}` is no pattern that matches a path"
            raise _error(path, document.line(where), what, _PATTERN)
    return Loaded(configuration, path, places, document.lines)


def _document(data: bytes, path: str) -> "Document":
    from lockgate.config.yaml_lines import YamlError, parse  # noqa: PLC0415

    if len(data) > _MAX_BYTES:
        raise _error(path, 1, "it is larger than 1 MB", "write path patterns instead of lists of files")
    try:
        return parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _error(path, line, "it is not UTF-8", "save it as UTF-8") from error
    except YamlError as error:
        raise _error(path, error.line, error.message, "mend the YAML in that line") from error


def _refuse_unknown_keys(
    value: "Data", kind: msgspec.inspect.Type, at: "Path", document: "Document", path: str
) -> None:
    """Walk the data beside its type; the first key that the type does not have is an error."""
    if isinstance(kind, msgspec.inspect.Metadata):
        kind = kind.type
    if isinstance(kind, msgspec.inspect.StructType) and isinstance(value, dict):
        fields = {field.encode_name: field.type for field in kind.fields}
        for key, item in value.items():
            if key not in fields:
                raise _unknown(key, tuple(fields), at, document, path)
            _refuse_unknown_keys(item, fields[key], (*at, key), document, path)
    elif isinstance(kind, msgspec.inspect.VarTupleType) and isinstance(value, list):
        for number, item in enumerate(value):
            _refuse_unknown_keys(item, kind.item_type, (*at, number), document, path)


def _unknown(
    key: str, known: tuple[str, ...], at: "Path", document: "Document", path: str
) -> ConfigurationError:
    near = difflib.get_close_matches(key[:80], known, 1, 0.5)
    where = f" in `{_dotted(at)}`" if at else ""
    todo = f"did you mean `{near[0]}`? " if near else ""
    todo += f"Known keys{where}: {', '.join(known)}"
    return _error(path, document.line((*at, key)), f"unknown key `{key[:80]}`{where}", todo)


def _check_waiver(waiver: Waiver, path: str, line: int) -> None:
    named = [name for name in ("rule", "fingerprint", "id") if getattr(waiver, name)]
    if len(named) != 1:
        raise _error(
            path, line, "a waiver must name its findings by exactly one of `rule`, `fingerprint` and `id`",
            "write one of them; the report shows each finding's fingerprint",
        )  # fmt: skip


def _patterns(configuration: Configuration) -> Iterator[tuple["Path", str, bool]]:
    """Give each path pattern with its place, and whether it must match something by itself."""
    lists: dict[Path, tuple[str, ...]] = {("exclude",): configuration.exclude}
    for name in configuration.gates.__struct_fields__:
        lists["gates", name, "exclude"] = configuration.gate(name).exclude
    for place, patterns in lists.items():
        yield from (((*place, number), pattern, False) for number, pattern in enumerate(patterns))
    for number, waiver in enumerate(configuration.waivers):
        yield ("waivers", number, "path"), waiver.path, True


def _is_pattern(pattern: str, *, must_match: bool) -> bool:
    """Try a pattern: a comment or `!` may stand in a list, though alone they match nothing."""
    try:
        parts = list(GitIgnoreSpec.from_lines([pattern]).patterns)
    except (ValueError, re.error):
        return False
    return not must_match or any(part.include for part in parts)


def _place(text: str) -> "Path":
    """Read msgspec's path: `.waivers[0].expires`."""
    parts = re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", text)
    return tuple(name or (int(number) if number.isdigit() else 0) for name, number in parts)


def _dotted(path: "Path") -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _error(path: str, line: int, what: str, todo: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path}:{line}: {what}", cause="the configuration is not as its schema says", todo=todo
    )

"""Read a lighthouserc: what Lighthouse CI's `assert` asserts of which pages."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lockgate.config.yaml_lines import Data, Path
from lockgate.errors import ConfigurationError
from lockgate.finding import Notification
from lockgate.gates.lighthouse.budgets import assertions, budget_json, documents, presets
from lockgate.gates.lighthouse.budgets.matching import expression
from lockgate.gates.lighthouse.model import Limit
from lockgate.untrusted import shown

_KEYS = (
    "aggregationMethod", "assertMatrix", "assertions", "budgetsFile", "includePassedAssertions", "lhr",
    "preset",
)  # fmt: skip
_MATRIX_KEYS = ("aggregationMethod", "assertions", "matchingUrlPattern", "preset")
_MOST_EXTENDED = 5
_EVERY_PAGE = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """Hold a mapping with assertions: a file's `assert`, or one of its matrix."""

    source: documents.Source
    place: Path
    data: dict[str, Data]


def limits(read_file: documents.ReadFile, folder: str, name: str) -> budget_json.Judgeable:
    """Give the limits of a file and of what it names, and notices of what is not taken or not judged.

    Raise ConfigurationError for a file that cannot be read, that is code, or that is malformed.
    """
    key = "`gates.lighthouse.assertions-file`"
    blocks: list[_Block] = []
    for _ in range(_MOST_EXTENDED):
        source = _file(read_file, folder, name, key)
        own, extends = _own(source)
        blocks = [*own, *blocks]
        if not extends:
            break
        folder, name, key = posixpath.dirname(source.path), extends, f"`extends` of {shown(source.path)}"
    else:
        raise source.error((), f"more than {_MOST_EXTENDED} files extend one another", "write fewer")
    return _sorted((*_all(blocks), *_budgets(read_file, blocks)), blocks[-1].source if blocks else source)


def _file(read_file: documents.ReadFile, folder: str, name: str, key: str) -> documents.Source:
    if name.endswith((".js", ".cjs", ".mjs", ".ts")):
        raise ConfigurationError(
            f"{key} names {shown(name)}, which is a program",
            cause="it may be written in JavaScript, and a gate runs no code to learn its own limits",
            todo="write the object that it exports into a lighthouserc.json",
        )
    return documents.named(read_file, folder, name, key)


def _own(source: documents.Source) -> tuple[list[_Block], str]:
    """Give what a file asserts itself, and the name of the file that it extends."""
    data = source.document.data
    if not isinstance(data, dict):
        raise source.error((), "it is no object", 'write `{"ci": {"assert": {"assertions": {…}}}}`')
    blocks, extends = [], ""
    for key in ("ci", "lhci"):
        part = _mapping(source, (key,), data.get(key))
        wanted = _mapping(source, (key, "assert"), part.get("assert"))
        if wanted:
            blocks.append(_Block(source, (key, "assert"), wanted))
        extends = str(part.get("extends") or extends)
    return blocks, extends


def _mapping(source: documents.Source, place: Path, data: Data) -> dict[str, Data]:
    if isinstance(data, dict):
        return data
    if data is None:
        return {}
    raise source.error(place, "it is no object", "write `{` and `}` around its keys")


def _all(blocks: list[_Block]) -> Iterator[Limit | Notification]:
    """Give what all blocks assert of every page, the later ones overriding, and what their matrices do."""
    yield from _of_pages(blocks, _EVERY_PAGE, _KEYS)
    # A file's own matrix replaces that of the file that it extends, as in any merge of lists.
    for block in [block for block in blocks if "assertMatrix" in block.data][-1:]:
        matrix = block.data["assertMatrix"]
        place = (*block.place, "assertMatrix")
        if not isinstance(matrix, list):
            raise block.source.error(place, "it is no list", "write `[` and `]` around its objects")
        for number, data in enumerate(matrix):
            inner = _Block(block.source, (*place, number), _mapping(block.source, (*place, number), data))
            yield from _of_pages([inner], _pattern(inner), _MATRIX_KEYS)


def _pattern(block: _Block) -> str:
    pattern = block.data.get("matchingUrlPattern")
    place = (*block.place, "matchingUrlPattern")
    if pattern is None:
        return _EVERY_PAGE
    try:
        expression(str(pattern))
    except ValueError as error:
        what = f"{shown(str(pattern))} cannot be taken: {shown(str(error))}"
        raise block.source.error(
            place, what, "write a plain regular expression, such as `/products/.*`"
        ) from error
    return str(pattern)


def _of_pages(blocks: list[_Block], pages: str, known: tuple[str, ...]) -> Iterator[Limit | Notification]:
    found: dict[str, assertions.Assertion] = {}
    # Several removed audits may have one successor: each is judged, and each overrides a preset's.
    keys: dict[str, str] = {}
    for block in blocks:
        yield from _odd_keys(block, known)
        for one in _preset(block, pages):
            found[one.key] = one
            keys[one.key] = assertions.name(one.key)
        place = (*block.place, "assertions")
        for key, data in _mapping(block.source, place, block.data.get("assertions")).items():
            one = assertions.read(key, data, pages, block.source, (*place, key))
            for other in [
                other for other in found if found[other].preset and keys[other] == assertions.name(key)
            ]:
                del found[other]
            found[key.replace(".", ":")] = one
    for one in found.values():
        yield from assertions.judgeable(one)


def _preset(block: _Block, pages: str) -> Iterator[assertions.Assertion]:
    wanted = block.data.get("preset")
    if wanted is None:
        return
    place = (*block.place, "preset")
    try:
        taken = presets.preset(str(wanted))
    except KeyError:
        what = f"{shown(str(wanted))} is no preset"
        raise block.source.error(place, what, documents.nearest(str(wanted), presets.NAMES)) from None
    for key, data in taken.items():
        yield replace(assertions.read(key, data, pages, block.source, place), preset=str(wanted))


def _odd_keys(block: _Block, known: tuple[str, ...]) -> Iterator[Notification]:
    where = f"{shown(block.source.path)}, line "
    for key in block.data:
        line = f"{where}{block.source.line((*block.place, key))}"
        if key not in known:
            what = f"{shown(key)} is not taken; {documents.nearest(key, known)}"
            yield Notification(level="warning", message=f"{line}: {what}", path=block.source.path)
        elif key == "aggregationMethod":
            yield assertions.not_aggregated(block.source)
    if "preset" in block.data:
        what = f"{shown(str(block.data['preset']))} stands for audits of Lighthouse 13 alone"
        line = f"{where}{block.source.line((*block.place, 'preset'))}"
        yield Notification(level="note", message=f"{line}: {what}", path=block.source.path)


def _budgets(read_file: documents.ReadFile, blocks: list[_Block]) -> Iterator[Limit | Notification]:
    for block in [block for block in blocks if block.data.get("budgetsFile")][-1:]:
        folder = posixpath.dirname(block.source.path)
        key = f"`budgetsFile` of {shown(block.source.path)}"
        found, notes = budget_json.limits(
            documents.named(read_file, folder, str(block.data["budgetsFile"]), key)
        )
        yield from found
        yield from notes


def _sorted(found: tuple[Limit | Notification, ...], source: documents.Source) -> budget_json.Judgeable:
    wanted = tuple(one for one in found if isinstance(one, Limit))
    notes = tuple(dict.fromkeys(one.message for one in found if isinstance(one, Notification)))
    by_message = {one.message: one for one in found if isinstance(one, Notification)}
    if not found:
        what = f"{shown(source.path)} asserts nothing: `ci.assert` is empty"
        return (), (Notification(level="warning", message=what, path=source.path),)
    return wanted, tuple(by_message[message] for message in notes)

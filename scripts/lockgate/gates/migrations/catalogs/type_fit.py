"""Say whether a column's new type takes and gives what the old one did."""

import re
from collections.abc import Iterable

from lockgate.gates.migrations.catalogs.catalog import Catalog, Column
from lockgate.untrusted import shown

_PARTS = re.compile(r"(?P<name>[^(\[]+)(?:\((?P<size>[\d,-]+)\))?(?P<rest>[^(\[]*)(?P<array>(?:\[\])*)")
_TEXT = ("character", "character varying", "text", "citext", "name")
# Each takes all that those before it do.
_LADDERS = (
    ("smallint", "integer", "bigint"),
    ("real", "double precision"),
    ("date", "timestamp without time zone", "timestamp with time zone"),
    ("json", "jsonb"),
    ("cidr", "inet"),
    ("bit", "bit varying"),
)


def misfit(old: Column, new: Column, before: Catalog, after: Catalog) -> str:
    """Say why what old code writes or reads may not fit the new type; empty where it does."""
    if (old.type, old.type_oid) == (new.type, new.type_oid):
        return ""
    labels, kept = _labels(old, before), _labels(new, after)
    if labels is not None and kept is not None:
        return _of_values([label for label in labels if label not in kept])
    stricter = _domain_adds(old, new, before, after)
    if labels is not None and _name(_base(new, after)) in _TEXT:
        return stricter
    wider = old.type == new.type or _takes(_base(new, after), _base(old, before))
    return stricter if wider else f"{shown(old.type)} becomes {shown(new.type)}"


def _of_values(gone: Iterable[str]) -> str:
    names = [shown(label) for label in gone]
    return f"{', '.join(names[:5])} can no longer be written" if names else ""


def _labels(column: Column, catalog: Catalog) -> tuple[str, ...] | None:
    enum = catalog.enums.get(column.type_oid)
    return enum.labels if enum else None


def _base(column: Column, catalog: Catalog) -> str:
    """Give the type that a domain is made of, or the type itself."""
    text, oid, seen = column.type, column.type_oid, set[int]()
    while (domain := catalog.domains.get(oid)) and oid not in seen:
        seen.add(oid)
        text, oid = domain.type, domain.type_oid
    return text


def _domain_adds(old: Column, new: Column, before: Catalog, after: Catalog) -> str:
    """Say that the new type is a domain that refuses what the old one did not."""
    domain, known = after.domains.get(new.type_oid), before.domains.get(old.type_oid)
    if domain is None or domain.checks <= (known.checks if known else frozenset()):
        return ""
    return f"the domain {shown(domain.name)} refuses some values"


def _name(text: str) -> str:
    match = _PARTS.fullmatch(text)
    return text if match is None else (match["name"].strip() + match["rest"]).rpartition(".")[2]


def _sizes(text: str) -> tuple[int, ...]:
    match = _PARTS.fullmatch(text)
    return tuple(int(part) for part in match["size"].split(",")) if match and match["size"] else ()


def _takes(new: str, old: str) -> bool:
    """Say whether one type, as `format_type` writes it, takes each value of another and reads like it."""
    if new.endswith("[]") or old.endswith("[]"):
        return new.endswith("[]") and old.endswith("[]") and _takes(new[:-2], old[:-2])
    name, was, size, had = _name(new), _name(old), _sizes(new), _sizes(old)
    if name in _TEXT and was in _TEXT:
        return _text_takes(name, was, size, had)
    if name == was == "numeric":
        return not size or (bool(had) and _digits_fit(size, had))
    ladder = next((ladder for ladder in _LADDERS if name in ladder and was in ladder), (name,))
    if was not in ladder or ladder.index(was) > ladder.index(name):
        return False
    if name.startswith("bit"):
        return not size or (bool(had) and size[0] >= had[0] and (name != "bit" or size == had))
    return not size or bool(had and size[0] >= had[0]) or was == "date"


def _text_takes(name: str, was: str, size: tuple[int, ...], had: tuple[int, ...]) -> bool:
    if name in {"character", "name"}:
        return name == was and (name == "name" or _at_least(size, had))
    return not size or _at_least(size, had)


def _at_least(size: tuple[int, ...], had: tuple[int, ...]) -> bool:
    return bool(size and had) and size[0] >= had[0]


def _digits_fit(size: tuple[int, ...], had: tuple[int, ...]) -> bool:
    """Compare precision and scale: as many digits before the point, and as many behind it."""
    (precision, scale), (was, point) = (*size, 0)[:2], (*had, 0)[:2]
    return scale >= point and precision - scale >= was - point

"""What is looked for in code, and where it was found."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

DEFINED, CERTAIN, NEAR, RARE = range(4)
"""How sure it is that a place means the table or column: a model says so; it is named with its table; its
table is named in the same file; nothing else has such a name."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Name what is looked for, without its schema.

    `table` is the table of a column, or of a value that one of its columns can have. `is_rare` says that no
    other table has a column of that name, and that it is no everyday word.
    """

    kind: Literal["table", "column", "value", "function", "type"]
    name: str
    table: str = ""
    is_rare: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """Name a line that means what is wanted, how sure that is, and in which words."""

    rank: int
    path: str
    line: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Uses:
    """Hold the best places, and how many there are beyond."""

    places: tuple[Use, ...] = ()
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.places)


@dataclass(frozen=True, slots=True)
class Names:
    """Hold the words that mean what is wanted.

    `models` are its table's classes in Python, `clients` its models in Prisma; `attributes` and `fields` are
    the column's names there. Where neither is known, `forms` are the names that any code may give to it.
    """

    wanted: Wanted
    models: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    alike: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def table(self) -> str:
        """Give the table's name."""
        return self.wanted.table or self.wanted.name

    @property
    def is_known(self) -> bool:
        """Say whether a model of the table was found in any language."""
        return bool(self.models or self.clients)

    def means_table(self, word: str) -> bool:
        """Say whether a variable or a path of that name would hold rows of the table."""
        return flat(word) in self.alike


def named(
    wanted: Wanted,
    models: Iterable[str] = (),
    clients: Iterable[str] = (),
    attributes: Iterable[str] = (),
    fields: Iterable[str] = (),
) -> Names:
    """Collect the names of what is wanted."""
    models, clients = frozenset(models), frozenset(clients)
    owners = {wanted.table or wanted.name, *models, *clients}
    alike = frozenset(form for owner in owners for form in (flat(owner), *_numbers(flat(owner))))
    return Names(wanted, models, clients, frozenset(attributes), frozenset(fields), alike)


def forms(name: str) -> frozenset[str]:
    """Give a column's name as other languages write it: `unit_price`, `unitPrice`, `UnitPrice`."""
    words = [word for word in _HUMP.sub("_", name).lower().split("_") if word]
    if not words:
        return frozenset({name})
    pascal = "".join(map(str.capitalize, words))
    return frozenset({name, "_".join(words), pascal, pascal[:1].lower() + pascal[1:]})


def flat(word: str) -> str:
    """Write a name without what differs between languages: `OrderLine`, `order_line` → `orderline`."""
    return word.replace("_", "").lower()


def _numbers(word: str) -> tuple[str, ...]:
    """Give singular and plural, as far as rules go."""
    if word.endswith("ies"):
        return (word[:-3] + "y",)
    if word.endswith(("ses", "xes", "ches", "shes")):
        return (word[:-2], word[:-1])
    if word.endswith("s"):
        return (word[:-1],)
    return (word + "s", word + "es", word[:-1] + "ies" if word.endswith("y") else word + "s")

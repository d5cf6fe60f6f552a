"""One difference between two catalogs."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lockgate.gates.migrations.catalogs.catalog import Catalog, Column

Kind = Literal["contract", "writer", "expand"]


@dataclass(frozen=True, slots=True)
class Change:
    """Hold one difference.

    `kind` is `contract` for what code no longer finds, `writer` for what it can no longer write, `expand` for
    all else. `what` names the sort of difference, `words` say it. `oid` and `number` are the object's and the
    column's (0 for none); `table` and `columns` are the names before, the table's with its schema,
    `table_after` and `column_after` those after; empty where there was or is none. For a function or a type
    they are its own. `value` is the name of an enumerated value.
    """

    kind: Kind
    what: str
    words: str
    oid: int
    number: int = 0
    table: str = ""
    columns: tuple[str, ...] = ()
    table_after: str = ""
    column_after: str = ""
    value: str = ""

    @property
    def identity(self) -> str:
        """Name the change, the same at each run."""
        table = self.table or self.table_after
        return " ".join(filter(None, (self.what, table, *self.columns, self.column_after, self.value)))


def unqualified(full_name: str) -> str:
    """Give a name without its schema and its quotes."""
    return full_name.rpartition(".")[2].replace('"', "")


def by_table(catalog: Catalog) -> Mapping[int, list[Column]]:
    """Give each table's columns, in the order of their numbers."""
    result = defaultdict[int, list[Column]](list)
    for _, column in sorted(catalog.columns.items()):
        result[column.table].append(column)
    return result

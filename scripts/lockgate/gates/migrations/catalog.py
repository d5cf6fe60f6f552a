"""What a database's catalog says of tables: read before and after a migration, and compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Relation:
    """Hold a table, partitioned table, view, materialised view, index, sequence or foreign table."""

    oid: int
    schema: str
    name: str
    relkind: str

    @property
    def full_name(self) -> str:
        """Give the name with the schema."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Column:
    """Hold a column: `type` as `format_type` writes it; `default` as SQL, empty for none.

    `generated` is true for one that nobody may or needs to write: identity, generated, serial.
    """

    table: int
    number: int
    name: str
    type: str
    not_null: bool
    default: str = ""
    generated: bool = False


@dataclass(frozen=True, slots=True)
class Constraint:
    """Hold a constraint: `contype` of `pg_constraint`, and its definition as SQL."""

    oid: int
    table: int
    name: str
    contype: str
    definition: str
    valid: bool
    columns: tuple[int, ...] = ()
    references: int = 0


@dataclass(frozen=True, slots=True)
class Index:
    """Hold an index of a table."""

    oid: int
    table: int
    name: str
    definition: str
    unique: bool
    valid: bool


@dataclass(frozen=True, slots=True)
class Enum:
    """Hold an enumerated type and its labels, in order."""

    oid: int
    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Hold what is in the user's schemas; columns by table and number, all else by oid."""

    relations: Mapping[int, Relation] = field(default_factory=dict)
    columns: Mapping[tuple[int, int], Column] = field(default_factory=dict)
    constraints: Mapping[int, Constraint] = field(default_factory=dict)
    indexes: Mapping[int, Index] = field(default_factory=dict)
    enums: Mapping[int, Enum] = field(default_factory=dict)

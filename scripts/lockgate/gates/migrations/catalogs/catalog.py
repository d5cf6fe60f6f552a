"""What a database's catalog says of tables: read before and after a migration, and compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field

BOOKS = frozenset({
    "SequelizeMeta", "__drizzle_migrations", "_prisma_migrations", "_sqlx_migrations", "alembic_version",
    "ar_internal_metadata", "databasechangelog", "databasechangeloglock", "django_migrations",
    "flyway_schema_history", "goose_db_version", "knex_migrations", "knex_migrations_lock", "pgmigrations",
    "schema_migrations",
})  # fmt: skip
"""Tables in which tools write down what they have applied: they tell nothing of a change."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Hold a table, partitioned table, view, materialised view, index, sequence or foreign table.

    `parent` is the table that it is a part of: a partition's or child's parent, an owned sequence's table.
    """

    oid: int
    schema: str
    name: str
    relkind: str
    parent: int = 0

    @property
    def full_name(self) -> str:
        """Give the name with the schema."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Column:
    """Hold a column: `type` as `format_type` writes it; `default` as SQL, empty for none.

    `generated` is true for one that nobody may or needs to write: identity, generated, serial; `computed`
    for one that nobody may write. `type_oid` tells two types apart that have had the same name.
    """

    table: int
    number: int
    name: str
    type: str
    not_null: bool
    default: str = ""
    generated: bool = False
    computed: bool = False
    type_oid: int = 0


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
    """Hold an index of a table; `columns` are those of its key, 0 for an expression."""

    oid: int
    table: int
    name: str
    definition: str
    unique: bool
    valid: bool
    columns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Enum:
    """Hold an enumerated type, its name as `format_type` writes it, and its labels in order."""

    oid: int
    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """Hold a domain, its name and the type it is made of as `format_type` writes them, and its CHECKs."""

    oid: int
    name: str
    type: str
    type_oid: int
    not_null: bool
    checks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Function:
    """Hold a function or procedure that SQL can call, its parameters' types and how many have no default."""

    oid: int
    schema: str
    name: str
    types: tuple[int, ...] = ()
    required: int = 0

    @property
    def full_name(self) -> str:
        """Give the name with the schema."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Catalog:
    """Hold what is in the user's schemas; columns by table and number, all else by oid."""

    relations: Mapping[int, Relation] = field(default_factory=dict)
    columns: Mapping[tuple[int, int], Column] = field(default_factory=dict)
    constraints: Mapping[int, Constraint] = field(default_factory=dict)
    indexes: Mapping[int, Index] = field(default_factory=dict)
    enums: Mapping[int, Enum] = field(default_factory=dict)
    domains: Mapping[int, Domain] = field(default_factory=dict)
    functions: Mapping[int, Function] = field(default_factory=dict)

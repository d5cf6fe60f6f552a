"""Read what a database's catalog says of the user's schemas, in one round trip."""

from typing import LiteralString

import msgspec
import psycopg
from psycopg.rows import TupleRow

from lockgate.errors import ToolError
from lockgate.gates.migrations.catalogs.catalog import (
    Catalog,
    Column,
    Constraint,
    Domain,
    Enum,
    Function,
    Index,
    Relation,
)

# Names are looked up in pg_catalog alone: a migration may have made a function or an operator of its own
# that would be taken for PostgreSQL's (and run by whoever reads the catalog).
_SETTINGS: LiteralString = """
SET LOCAL search_path = pg_catalog;
SET LOCAL statement_timeout = '60s';
SET LOCAL jit = off;
"""
_QUERY: LiteralString = """
WITH own AS MATERIALIZED (
    SELECT oid, nspname FROM pg_namespace
    WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'lockgate_recorder')
), lent AS MATERIALIZED (
    SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
), rel AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c JOIN own n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I')
    AND c.oid NOT IN (SELECT objid FROM lent WHERE classid = 'pg_class'::regclass)
), owned AS MATERIALIZED (
    SELECT objid, refobjid, refobjsubid FROM pg_depend JOIN rel ON rel.oid = objid AND rel.relkind = 'S'
    WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')
), part AS MATERIALIZED (
    SELECT inhrelid AS oid, min(inhparent::oid::bigint) AS parent FROM pg_inherits GROUP BY inhrelid
    UNION ALL SELECT objid, refobjid::bigint FROM owned
), typ AS MATERIALIZED (
    SELECT t.* FROM pg_type t JOIN own n ON n.oid = t.typnamespace WHERE t.typtype IN ('e', 'd')
    AND t.oid NOT IN (SELECT objid FROM lent WHERE classid = 'pg_type'::regclass)
)
SELECT json_build_object(
'relations', (SELECT json_agg(json_build_array(
    rel.oid::bigint, nspname, relname, relkind, coalesce(parent, 0))) FROM rel LEFT JOIN part USING (oid)),
'columns', (SELECT json_agg(json_build_array(
    attrelid::bigint, attnum, attname, format_type(atttypid, atttypmod), attnotnull,
    CASE WHEN attgenerated = '' THEN coalesce(pg_get_expr(adbin, adrelid), '') ELSE '' END,
    attidentity <> '' OR attgenerated <> ''
        OR (attrelid, attnum::int) IN (SELECT refobjid, refobjsubid FROM owned),
    attidentity = 'a' OR attgenerated <> '', atttypid::bigint))
    FROM rel JOIN pg_attribute ON attrelid = rel.oid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE rel.relkind IN ('r', 'p', 'v', 'm', 'f') AND attnum > 0 AND NOT attisdropped),
'constraints', (SELECT json_agg(json_build_array(
    k.oid::bigint, conrelid::bigint, conname, contype, pg_get_constraintdef(k.oid), convalidated,
    coalesce(conkey, '{}'), confrelid::bigint))
    FROM rel JOIN pg_constraint k ON conrelid = rel.oid WHERE contype IN ('c', 'f', 'p', 'u', 'x')),
'indexes', (SELECT json_agg(json_build_array(
    indexrelid::bigint, indrelid::bigint, relname, pg_get_indexdef(indexrelid), indisunique, indisvalid,
    (indkey::int2[])[0:indnkeyatts - 1]))
    FROM rel JOIN pg_index ON indexrelid = rel.oid WHERE rel.relkind IN ('i', 'I')),
'enums', (SELECT json_agg(json_build_array(typ.oid::bigint, format_type(typ.oid, NULL), ARRAY(
    SELECT enumlabel FROM pg_enum WHERE enumtypid = typ.oid ORDER BY enumsortorder)))
    FROM typ WHERE typtype = 'e'),
'domains', (SELECT json_agg(json_build_array(typ.oid::bigint, format_type(typ.oid, NULL),
    format_type(typbasetype, typtypmod), typbasetype::bigint, typnotnull, ARRAY(
    SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE contypid = typ.oid AND contype = 'c')))
    FROM typ WHERE typtype = 'd'),
'functions', (SELECT json_agg(json_build_array(
    p.oid::bigint, nspname, proname, proargtypes::oid[]::bigint[], pronargs - pronargdefaults))
    FROM pg_proc p JOIN own n ON n.oid = pronamespace
    WHERE p.oid >= 16384 AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
    AND p.oid NOT IN (SELECT objid FROM lent WHERE classid = 'pg_proc'::regclass))
)::text
"""


class _Answer(msgspec.Struct, frozen=True):
    relations: list[tuple[int, str, str, str, int]] | None
    columns: list[tuple[int, int, str, str, bool, str, bool, bool, int]] | None
    constraints: list[tuple[int, int, str, str, str, bool, tuple[int, ...], int]] | None
    indexes: list[tuple[int, int, str, str, bool, bool, tuple[int, ...]]] | None
    enums: list[tuple[int, str, tuple[str, ...]]] | None
    domains: list[tuple[int, str, str, int, bool, frozenset[str]]] | None
    functions: list[tuple[int, str, str, tuple[int, ...], int]] | None


_DECODER = msgspec.json.Decoder(_Answer)


def snapshot(connection: psycopg.Connection[TupleRow]) -> Catalog:
    """Read the catalog over a connection in autocommit; raise ToolError when the server does not answer.

    What belongs to PostgreSQL, to an extension or to the flight recorder is left out. Names of types are
    written with their schema, PostgreSQL's own without.
    """
    try:
        cursor = connection.execute(_SETTINGS + _QUERY)  # several statements: one message, one transaction
        while cursor.nextset():
            pass
        row = cursor.fetchone()
    except psycopg.Error as error:
        raise ToolError(
            f"the catalog of the throw-away database cannot be read: {str(error).strip()}",
            cause="its server died, or a lock was left behind",
            todo="run it again; if it stays, report it with the migration",
        ) from error
    return _catalog(_DECODER.decode(row[0] if row else "{}"))


def _catalog(answer: _Answer) -> Catalog:
    return Catalog(
        relations={row[0]: Relation(*row) for row in answer.relations or ()},
        columns={row[:2]: Column(*row) for row in answer.columns or ()},
        constraints={row[0]: Constraint(*row) for row in answer.constraints or ()},
        indexes={row[0]: Index(*row) for row in answer.indexes or ()},
        enums={row[0]: Enum(*row) for row in answer.enums or ()},
        domains={row[0]: Domain(*row) for row in answer.domains or ()},
        functions={row[0]: Function(*row) for row in answer.functions or ()},
    )

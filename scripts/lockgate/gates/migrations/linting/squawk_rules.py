"""The rules of squawk that are heard, and what each is worth: the tool itself calls all of them warnings.

`UNSEEN` are about what no trace can see. What the others warn of is measured, so that they speak only where
nothing was: about locks (`LOCKS`), rewrites and scans (`WORK`), and what old code meets (`CONTRACT`), which
the catalog knows better. Left out on purpose: rules of style and taste.
"""

from lockgate.finding import Rule, Severity
from lockgate.gates.migrations.rule_book import rule

TOOL = "squawk"
_DOCS = "https://squawkhq.com/docs/{}"
_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_WAIT = "Whoever reads or writes the table waits for as long as that takes."
_QUEUE = "While the lock is waited for behind one long query, everybody who comes later waits too."
_OLD = "The last release still runs while a migration is applied."
_INDEX = "Build the unique index `CONCURRENTLY` first, and add the constraint `USING INDEX`."
_NOT_VALID = "Add it `NOT VALID`, and validate it in a later migration."

_Row = tuple[Severity, str, str, str]

_UNSEEN: dict[str, _Row] = {
    "ban-drop-database": (
        _HIGH, "A migration removes a database.",
        "A throw-away server has no such database, so what that would do was not seen.",
        "Remove databases by hand, not in a migration."),
    "ban-uncommitted-transaction": (
        _HIGH, "A transaction is begun and never committed.",
        "All that follows is undone when the connection ends, and the tool counts the migration as applied.",
        "Write the `COMMIT`, or leave the transaction to the tool."),
    "identifier-too-long": (
        _MEDIUM, "A name is longer than 63 bytes.",
        "The server cuts it without an error, and two long names may become the same.",
        "Choose a shorter name."),
    "transaction-nesting": (
        _MEDIUM, "A file begins or ends a transaction where another one, or none, is open.",
        "A `COMMIT` in it ends the tool's own transaction, and a failure later on leaves half of it behind.",
        "Leave transactions to the tool, or tell it to use none for this file."),
}  # fmt: skip

_WORK: dict[str, _Row] = {
    "adding-field-with-default": (
        _MEDIUM, "A column is added with a default that may differ from row to row.", _WAIT,
        "Add the column without it, set the default, and fill old rows in batches."),
    "adding-foreign-key-constraint": (
        _MEDIUM, "A foreign key is added and validated at once.", _WAIT, _NOT_VALID),
    "adding-not-nullable-field": (
        _MEDIUM, "A column becomes NOT NULL, which has every row read.", _WAIT,
        "Add a CHECK that is `NOT VALID`, validate it, and set NOT NULL then."),
    "adding-serial-primary-key-field": (
        _MEDIUM, "A primary key is added, which builds an index.", _WAIT, _INDEX),
    "ban-alter-domain-with-add-constraint": (
        _MEDIUM, "A constraint is added to a domain, which has the tables that use it read.", _WAIT,
        _NOT_VALID),
    "changing-column-type": (
        _MEDIUM, "The type of a column changes, which may write the table anew.", _WAIT,
        "Add a new column, fill it in batches, and switch over in a later release."),
    "constraint-missing-not-valid": (
        _MEDIUM, "A constraint is added and validated at once.", _WAIT, _NOT_VALID),
    "disallowed-unique-constraint": (
        _MEDIUM, "A unique constraint is added, which builds an index.", _WAIT, _INDEX),
    "require-concurrent-index-creation": (
        _MEDIUM, "An index is built while nobody else may write.", _WAIT, "Build it `CONCURRENTLY`."),
    "require-concurrent-reindex": (
        _MEDIUM, "An index is built anew while nobody else may write.", _WAIT, "Reindex `CONCURRENTLY`."),
}  # fmt: skip

_LOCKS: dict[str, _Row] = {
    "ban-concurrent-index-creation-in-transaction": (
        _MEDIUM, "A statement that works `CONCURRENTLY` stands in a transaction.",
        "It always fails there.", "Let the migration run without a transaction."),
    "ban-truncate-cascade": (
        _MEDIUM, "`TRUNCATE … CASCADE` empties every table that refers to this one.",
        "Rows are lost of tables that the statement does not name.", "Name each table."),
    "require-concurrent-index-deletion": (
        _MEDIUM, "An index is removed while nobody else may use its table.", _QUEUE,
        "Remove it `CONCURRENTLY`."),
    "require-concurrent-partition-detach": (
        _MEDIUM, "A partition is detached while nobody else may use the table.", _QUEUE,
        "Detach it `CONCURRENTLY`."),
    "require-lock-timeout": (
        _LOW, "A lock is waited for without an end.", _QUEUE, "Set `lock_timeout` first."),
}  # fmt: skip

_CONTRACT: dict[str, _Row] = {
    "adding-required-field": (
        _MEDIUM, "A column is added that is NOT NULL and has no default.", _OLD, "Give it a default."),
    "ban-drop-column": (
        _MEDIUM, "A column is removed.", _OLD, "Release the code without it first."),
    "ban-drop-table": (
        _MEDIUM, "A table is removed.", _OLD, "Release the code without it first."),
    "renaming-column": (
        _MEDIUM, "A column gets another name.", _OLD, "Add a new column, and remove the old one later."),
    "renaming-table": (
        _MEDIUM, "A table gets another name.", _OLD, "Leave a view with the old name behind."),
    "syntax-error": (
        _MEDIUM, "squawk cannot read a statement.",
        "What it cannot read it does not judge, and nothing else did.", "See whether it is SQL."),
}  # fmt: skip

UNSEEN, WORK, LOCKS = frozenset(_UNSEEN), frozenset(_WORK), frozenset(_LOCKS)


def _rule(name: str, row: _Row) -> Rule:
    link = "" if name == "syntax-error" else _DOCS.format(name)
    return rule(name, *row, link=link, tool=TOOL)


RULES = {name: _rule(name, row) for name, row in sorted({**_UNSEEN, **_WORK, **_LOCKS, **_CONTRACT}.items())}

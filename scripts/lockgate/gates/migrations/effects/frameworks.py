"""How each tool for migrations is told what SQL alone cannot say."""

from collections.abc import Mapping

from lockgate.gates.migrations.model import Project

_ALONE = {
    "alembic": "inside `with op.get_context().autocommit_block():`",
    "django": "with `atomic = False` in the class of its migration",
    "prisma": "as the only statement of its migration",
    "flyway": "with `executeInTransaction=false` in the `.conf` file beside it",
    "sqlx": "with `-- no-transaction` as its first line",
    "goose": "with `-- +goose NO TRANSACTION` at its top",
    "dbmate": "with `-- migrate:up transaction:false`",
    "migrate": "as the only statement of its file",
    "drizzle": "by hand before the deploy, as Drizzle puts all migrations into one transaction",
    "knex": "with `transaction: false` in its `config`",
}
_OWN: Mapping[tuple[str, str], str] = {
    ("alembic", "index"): "`op.create_index(…, postgresql_concurrently=True)`",
    ("alembic", "drop index"): "`op.drop_index(…, postgresql_concurrently=True)`",
    ("alembic", "foreign key"): "`op.create_foreign_key(…, postgresql_not_valid=True)`",
    ("alembic", "check"): "`op.create_check_constraint(…, postgresql_not_valid=True)`",
    ("django", "index"): "`AddIndexConcurrently` of `django.contrib.postgres.operations`",
    ("django", "drop index"): "`RemoveIndexConcurrently` of `django.contrib.postgres.operations`",
    ("django", "check"): "`AddConstraintNotValid` and `ValidateConstraint` of "
    "`django.contrib.postgres.operations`",
    ("django", "foreign key"): "`RunSQL` beside the model's own change in `SeparateDatabaseAndState`",
    ("django", "column"): "`RunSQL` beside the model's own change in `SeparateDatabaseAndState`",
    ("django", "unique"): "`RunSQL` beside the model's own change in `SeparateDatabaseAndState`",
}
_SQL = {"alembic": "`op.execute(…)`", "django": "`migrations.RunSQL(…)`"}


def alone(project: Project) -> str:
    """Say how a project's tool runs a migration without a transaction."""
    return _ALONE.get(project.style or project.kind, "without a transaction around it")


def own(project: Project, topic: str) -> str:
    """Name what a project's tool has for a topic, or how it runs SQL; empty where it takes SQL as it is."""
    return _OWN.get((project.kind, topic), _SQL.get(project.kind, ""))

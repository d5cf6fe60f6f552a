"""Say how a change can be made in two releases instead of one."""

from collections.abc import Mapping

from lockgate.gates.migrations.catalogs.difference import Change
from lockgate.gates.migrations.model import Project
from lockgate.untrusted import shown

_GONE: Mapping[str, str] = {
    "django": "take it out of the model first, with `SeparateDatabaseAndState` so that the database keeps "
    "it, and release that",
    "prisma": "mark it `@ignore` (a model: `@@ignore`) in the schema first, and release that",
}
_LATER = "Then remove it in a later release, with `contract: released-in <version>` in the migration."
_FORMS: Mapping[str, str] = {
    "table-renamed": "Keep a view under the old name in the same migration until no release uses it, or "
    "leave the name as it is.",
    "table-moved": "Keep a view under the old name in the same migration until no release uses it, or put "
    "the new schema on the role's `search_path` first.",
    "column-renamed": "Add the new column, write both, and fill it in batches; release code that reads the "
    "new one; remove the old one later. A model can have another name than its column.",
    "column-replaced": "Add a column of another name, write both, and fill it in batches; release code "
    "that reads the new one; remove the old one later.",
    "value-renamed": "Add the new value, and release code that knows both; change the rows later.",
    "function-removed": "Keep the old function beside the new one until no release calls it.",
    "type-narrower": "Add a column of the new type, write both, and fill it in batches; switch over in a "
    "later release.",
    "not-null": "Release code that always writes it first; then add the rule, with `contract: released-in "
    "<version>` in the migration.",
    "default-removed": "Release code that always writes it first; then drop the default.",
    "computed": "Release code that does not write it first.",
    "constraint-added": "Release code that keeps to it first; then add the rule, with `contract: released-in "
    "<version>` in the migration.",
    "domain-stricter": "Release code that keeps to it first; then add the rule.",
}
_DJANGO = (
    "Django gives the default only while it adds the column, and drops it at once: give {} `db_default=` "
    "(Django 5.0 and newer) as well, or `null=True` until the new release runs."
)
_NEEDED = "Give {} a default, or let it be NULL until the new release runs."
_PRISMA = "Give {} `@default(…)`, or make it optional until the new release runs."


def mend(project: Project, change: Change) -> str:
    """Say how to mend a difference that the base's code stumbles over."""
    if change.what == "column-required":
        form = {"django": _DJANGO, "prisma": _PRISMA}.get(project.kind, _NEEDED)
        return form.format(shown(change.column_after))
    if change.what in _FORMS:
        return _FORMS[change.what]
    first = _GONE.get(project.kind, "release the code without it first")
    return f"{first[0].upper()}{first[1:]}. {_LATER}"

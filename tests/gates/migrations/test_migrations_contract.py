"""Which differences become findings, how bad they are, and where."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import pytest

from lockgate.finding import Finding, Severity
from lockgate.gates.migrations.catalogs.catalog import Catalog, Column, Constraint, Enum, Relation
from lockgate.gates.migrations.contracts.contract import contracts
from lockgate.gates.migrations.contracts.references import References
from lockgate.gates.migrations.contracts.released import Record, Released
from lockgate.gates.migrations.contracts.wanted import Use, Uses, Wanted
from lockgate.gates.migrations.model import Applied, Kind, Measured, Migration, Project, Step, Trace

USERS = Relation(1, "public", "users", "r")
ORDERS = Relation(2, "public", "orders", "r")
ID = Column(1, 1, "id", "integer", not_null=True, generated=True)
EMAIL = Column(1, 2, "email", "text", not_null=False)
MOOD = Column(1, 3, "mood", "public.mood", not_null=False, type_oid=9)
BASE = Catalog(
    {1: USERS, 2: ORDERS},
    {(1, 1): ID, (1, 2): EMAIL, (1, 3): MOOD},
    enums={9: Enum(9, "public.mood", ("sad", "glad"))},
)
NAMED = Uses(
    (Use(0, "models.py", 4, "`email` is a field of `User`"), Use(1, "a.py", 5), Use(1, "b.py", 6)), 2
)


def without(catalog: Catalog, *keys: tuple[int, int]) -> Catalog:
    return replace(catalog, columns={key: item for key, item in catalog.columns.items() if key not in keys})


def adding(catalog: Catalog, *columns: Column) -> Catalog:
    added = {(column.table, column.number): column for column in columns}
    return replace(catalog, columns={**catalog.columns, **added})


def applied(before: Catalog, after: Catalog, *steps: Step, name: str = "2") -> Applied:
    return Applied(Migration(name, f"db/{name}.sql"), Trace(steps), before, after)


def measured(*several: Applied, kind: Kind = "sql", base: Catalog = BASE) -> Measured:
    project = Project(kind, "db", "db/project")
    existed = tuple(frozenset(base.relations) for _ in several)
    return Measured(project, "17", base, several, existed)


def named(uses: Uses = NAMED) -> Callable[[Collection[Wanted]], Mapping[Wanted, Uses]]:
    return lambda wanted: dict.fromkeys(wanted, uses)


def findings(what: Measured, uses: Uses = NAMED, released: Released | None = None) -> list[Finding]:
    return [each.finding for each in contracts(what, named(uses), released)]


DROP = applied(BASE, without(BASE, (1, 2)), Step("ALTER TABLE users DROP email", line=7, end_line=8))


def test_what_is_still_used_is_high_and_says_where() -> None:
    (finding,) = findings(measured(DROP))
    assert (finding.rule, finding.severity) == ("contract-still-used", Severity.HIGH)
    assert (finding.path, finding.line, finding.end_line) == ("db/2.sql", 7, 8)
    assert finding.message == (
        "Column `email` of `public.users` is removed; the base's code still names it: "
        "`email` is a field of `User` (`models.py:4`), `a.py:5`, `b.py:6` and 2 more"
    )
    assert [(each.path, each.line) for each in finding.related] == [
        ("models.py", 4),
        ("a.py", 5),
        ("b.py", 6),
    ]
    assert "released-in" in finding.mend


def test_what_is_not_used_is_a_note() -> None:
    (finding,) = findings(measured(DROP), Uses())
    assert (finding.rule, finding.severity, finding.mend) == ("contract-done", Severity.NOTE, "")
    assert finding.message.endswith("is removed; no code of the base names it, tests and migrations apart")


@pytest.mark.parametrize(
    "released",
    [
        Released([Record("db/2.sql", 1, "2.4")]),
        Released([Record("db/2.sql", 1, "2.4", ("users.email",))]),
        Released(policy={"users.email": "2.4"}),
    ],
)
def test_who_answers_for_it_is_named_in_the_note(released: Released) -> None:
    (finding,) = findings(measured(DROP), released=released)
    assert (finding.rule, finding.severity) == ("contract-done", Severity.NOTE)
    assert "2.4" in finding.message
    assert "`models.py:4`" in finding.message


def test_a_record_that_names_something_else_as_well_says_so() -> None:
    released = Released([Record("db/2.sql", 1, "2.4", ("users.email", "users.name"))])
    (finding,) = findings(measured(DROP), released=released)
    assert "names `users.name`, which it does not touch" in finding.message


def test_a_record_for_something_else_helps_nobody() -> None:
    (finding,) = findings(measured(DROP), released=Released([Record("db/2.sql", 1, "2.4", ("users.name",))]))
    assert finding.severity == Severity.HIGH


def test_a_column_that_must_be_written() -> None:
    age = Column(1, 4, "age", "integer", not_null=True)
    what = applied(BASE, adding(BASE, age), Step("ALTER TABLE", objects=("public.users",)))
    (finding,) = findings(measured(what, kind="django"))
    assert (finding.rule, finding.severity) == ("writers-broken", Severity.HIGH)
    assert "Column `age` of `public.users` is added, NOT NULL and without a default" in finding.message
    assert "give `age` `db_default=`" in finding.mend
    assert "null=True" in finding.mend
    (finding,) = findings(measured(what), Uses())
    assert (finding.rule, finding.severity) == ("writers-broken", Severity.NOTE)
    assert "no code of the base names the table" in finding.message


@pytest.mark.parametrize("kind", ["alembic", "django", "prisma", "sql"])
def test_every_difference_has_a_mend(kind: Kind) -> None:
    unique = Constraint(5, 1, "u", "u", "UNIQUE (email)", valid=True, columns=(2,))
    for after in (
        replace(BASE, relations={2: ORDERS}, columns={}),
        replace(BASE, relations={1: replace(USERS, name="people"), 2: ORDERS}),
        adding(BASE, replace(EMAIL, name="mail")),
        adding(BASE, replace(EMAIL, type="integer")),
        adding(BASE, replace(EMAIL, not_null=True, default="''")),
        replace(BASE, enums={9: Enum(9, "public.mood", ("sad", "happy"))}),
        replace(BASE, constraints={5: unique}),
    ):
        (finding,) = findings(measured(applied(BASE, after), kind=kind))
        assert finding.severity == Severity.HIGH
        assert finding.mend.endswith((".", "migration."))


def test_what_is_looked_for() -> None:
    asked: set[Wanted] = set()

    def search(wanted: Collection[Wanted]) -> Mapping[Wanted, Uses]:
        asked.update(wanted)
        return {}

    catalog = adding(BASE, Column(1, 4, "unit_price", "integer", not_null=False))
    after = replace(without(catalog, (1, 2), (1, 4)), enums={9: Enum(9, "public.mood", ("sad", "happy"))})
    after = replace(after, relations={1: USERS})
    assert len(list(contracts(measured(applied(catalog, after), base=catalog), search))) == 4
    assert asked == {
        Wanted("column", "email", "users"),
        Wanted("column", "unit_price", "users", is_rare=True),
        Wanted("value", "glad", "users"),
        Wanted("table", "orders"),
    }


def test_what_the_change_itself_made_is_silent() -> None:
    new = Relation(7, "public", "fresh", "r")
    made = replace(BASE, relations={**BASE.relations, 7: new})
    made = adding(
        made, Column(7, 1, "x", "integer", not_null=False), Column(1, 4, "y", "text", not_null=False)
    )
    first = applied(BASE, made, name="2")
    second = applied(made, without(made, (7, 1), (1, 4)), name="3")
    assert findings(measured(first, second)) == []


def test_what_a_later_migration_takes_back_is_silent() -> None:
    gone = without(BASE, (1, 2))
    required = adding(gone, Column(1, 5, "n", "integer", not_null=True))
    mended = adding(gone, Column(1, 5, "n", "integer", not_null=True, default="0"))
    several = measured(DROP, applied(gone, required, name="3"), applied(required, mended, name="4"))
    assert [(each.rule, each.path) for each in findings(several)] == [("contract-still-used", "db/2.sql")]


def test_a_column_that_is_renamed_and_then_removed_is_one_finding() -> None:
    renamed = adding(BASE, replace(EMAIL, name="mail"))
    several = measured(applied(BASE, renamed), applied(renamed, without(renamed, (1, 2)), name="3"))
    (finding,) = findings(several)
    assert finding.path == "db/3.sql"
    assert finding.message.startswith("Column `email` of `public.users` is removed")


def test_without_a_base_each_migration_is_judged_by_what_was_there_before_it() -> None:
    first = applied(Catalog(), BASE, name="1")
    several = Measured(
        Project("sql", "db", "db"), "17", Catalog(), (first, DROP), (frozenset(), frozenset(BASE.relations))
    )
    (finding,) = findings(several)
    assert (finding.rule, finding.path) == ("contract-still-used", "db/2.sql")


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ((), 0),
        ((Step("UPDATE orders SET x = 1", line=3),), 0),
        ((Step("SELECT email FROM users", line=2), Step("ALTER TABLE users DROP email", line=3)), 3),
        ((Step("ALTER TABLE users ADD x int", line=2), Step('alter table "users" drop "email"', line=3)), 3),
        ((Step("ALTER TABLE", line=2, objects=("public.orders",)),
          Step("ALTER TABLE", line=3, objects=("public.users",))), 3),
        ((Step("ALTER TABLE", line=2, objects=("public.users",)),
          Step("ALTER TABLE", line=3, objects=("public.users", "public.users.email"))), 3),
        ((Step("DO $$ … users … $$", line=4),), 4),
    ],
)  # fmt: skip
def test_the_step_that_did_it_gives_the_line(steps: tuple[Step, ...], line: int) -> None:
    (finding,) = findings(measured(applied(BASE, without(BASE, (1, 2)), *steps)))
    assert finding.line == line


def test_a_constraint_stands_where_its_name_does() -> None:
    rule = Constraint(5, 1, "long", "c", "CHECK (length(email) > 1)", valid=True, columns=(2,))
    steps = (
        Step("CREATE INDEX ON users (email)", line=2),
        Step("ALTER TABLE users ADD CONSTRAINT long CHECK (length(email) > 1)", line=7),
    )
    (finding,) = findings(measured(applied(BASE, replace(BASE, constraints={5: rule}), *steps)))
    assert (finding.rule, finding.line) == ("writers-broken", 7)


def test_the_same_finding_at_the_next_run() -> None:
    moved = applied(BASE, without(BASE, (1, 2)), Step("ALTER TABLE users DROP email", line=99))
    keys = [[each.key for each in contracts(measured(one), named())] for one in (DROP, moved)]
    assert keys[0] == keys[1]
    assert len(keys[0]) == 1


def test_names_of_strangers_cannot_break_out() -> None:
    hostile = Column(1, 4, "x`\n::error::", "text", not_null=False)
    catalog = adding(BASE, hostile)
    (finding,) = findings(measured(applied(catalog, BASE), base=catalog), Uses())
    assert "`x' ::error::`" in finding.message


def test_code_that_was_mended_is_found_to_be_mended() -> None:
    old = {"app/models.py": b"class User(Base):\n    __tablename__ = 'users'\n    email = Column(String)\n"}
    new = {"app/models.py": b"class User(Base):\n    __tablename__ = 'users'\n    name = Column(String)\n"}
    for files, rule in ((old, "contract-still-used"), (new, "contract-done")):
        search = References(files, lambda paths, files=files: ((path, files[path]) for path in paths))
        (found,) = contracts(measured(DROP), search)
        assert found.finding.rule == rule


def test_nothing_is_searched_for_when_nothing_is_taken_away() -> None:
    def search(wanted: Collection[Wanted]) -> Mapping[Wanted, Uses]:
        raise AssertionError(wanted)

    plain = adding(BASE, Column(1, 4, "x", "text", not_null=False))
    assert list(contracts(measured(applied(BASE, plain)), search)) == []
    assert list(contracts(measured(), search)) == []

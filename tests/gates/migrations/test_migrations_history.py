"""What a change does to merged migrations: edited, removed, renamed, squashed, out of order."""

from collections.abc import Mapping

import pytest

from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.histories.history import history
from lockgate.gates.migrations.model import Kind, Project

CHANGED = "merged-migration-changed"
SQL = b"CREATE TABLE a (x int);\nALTER TABLE a ADD y text DEFAULT 'a  b';\n"
ALEMBIC = b'''"""First

Create Date: 2026-01-01
"""
revision = "a"
down_revision = None

def upgrade():
    op.create_table("a")

def downgrade():
    op.drop_table("a")
'''


def sql(style: str) -> Project:
    return Project("sql", "db", "db", style=style)


def of(kind: Kind) -> Project:
    return Project(kind, "", "x")


def judge(project: Project, base: Mapping[str, bytes], head: Mapping[str, bytes]) -> list[Judged]:
    return list(history(project, base, head))


def said(found: list[Judged]) -> list[tuple[str, Severity, str, str]]:
    return [(one.finding.rule, one.finding.severity, one.finding.path, one.finding.message) for one in found]


def test_what_is_the_same_or_new_is_silent() -> None:
    assert judge(sql("goose"), {"db/1_x.sql": SQL}, {"db/1_x.sql": SQL, "db/2_y.sql": SQL}) == []


@pytest.mark.parametrize(
    "text",
    [
        b"-- made by hand\nCREATE TABLE a (x int);\r\n\r\nALTER TABLE a /*a/*b*/*/ADD y text DEFAULT 'a  b'",
        b"CREATE TABLE a(x int) ; ; ALTER TABLE a\n\tADD y text DEFAULT 'a  b' -- words",
    ],
)
def test_comments_and_white_space_count_for_nothing(text: bytes) -> None:
    assert judge(sql("sqlx"), {"db/1_x.sql": SQL}, {"db/1_x.sql": text}) == []


@pytest.mark.parametrize(
    "text",
    [
        SQL.replace(b"'a  b'", b"'a b'"),
        SQL.replace(b"int", b"bigint"),
        SQL.replace(b"ALTER", b"-- ALTER"),
        SQL.replace(b"ADD y", b"ADDy"),
        SQL + b"DO $x$ BEGIN -- no\n END $x$",
        b"SELECT 'open",
    ],
)
def test_an_edited_statement_is_told(text: bytes) -> None:
    found = judge(sql("plain"), {"db/1_x.sql": SQL}, {"db/1_x.sql": text})
    message = "`1_x.sql` is merged already, and what it does is edited"
    assert said(found) == [(CHANGED, Severity.HIGH, "db/1_x.sql", message)]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (b"SELECT 1;\nSELECT 2;\n", b"SELECT 1;\r\nSELECT 3;\n", 2),
        (b"SELECT 1;\n", b"SELECT 1;\n\nSELECT 2;\n", 2),
        (b"SELECT 1;\nSELECT 2;\nSELECT 3;\n", b"SELECT 1;\nSELECT 2;\n", 2),
        (b"SELECT 1;\n", b"", 0),
    ],
)
def test_what_is_edited_is_told_at_the_first_line_that_differs(
    before: bytes, after: bytes, line: int
) -> None:
    (found,) = judge(sql("sqlx"), {"db/1_x.sql": before}, {"db/1_x.sql": after})
    assert found.finding.line == line


def test_a_dollar_quote_keeps_its_comments() -> None:
    before, after = (b"DO $x$ BEGIN -- %s\nEND $x$;" % word for word in (b"one", b"two"))
    assert len(judge(sql("plain"), {"db/1_x.sql": before}, {"db/1_x.sql": after})) == 1


@pytest.mark.parametrize(
    ("style", "mark"),
    [("goose", b"-- +goose Down\n"), ("dbmate", b"-- migrate:down\n"), ("goose", b"--+goose down \n")],
)
def test_an_edited_way_back_is_milder(style: str, mark: bytes) -> None:
    before, after = SQL + mark + b"DROP TABLE a;", SQL + mark + b"DROP TABLE IF EXISTS a;"
    (found,) = judge(sql(style), {"db/1_x.sql": before}, {"db/1_x.sql": after})
    assert found.finding.severity is Severity.MEDIUM
    assert "what undoes it is edited" in found.finding.message
    (found,) = judge(
        sql(style), {"db/1_x.sql": before}, {"db/1_x.sql": after + mark.replace(b"own", b"x")[:0] + b"x"}
    )
    assert found.finding.severity is Severity.MEDIUM
    (found,) = judge(sql(style), {"db/1_x.sql": before}, {"db/1_x.sql": after.replace(b"int", b"text", 1)})
    assert found.finding.severity is Severity.HIGH


@pytest.mark.parametrize(
    ("style", "name"), [("migrate", "1_x.down.sql"), ("sqlx", "1_x.down.sql"), ("flyway", "U1__x.sql")]
)
def test_an_edited_file_that_undoes_is_milder(style: str, name: str) -> None:
    (found,) = judge(sql(style), {f"db/{name}": SQL}, {f"db/{name}": b"SELECT 1"})
    assert found.finding.severity is Severity.MEDIUM


def test_repeatable_migrations_are_there_to_be_edited() -> None:
    assert judge(sql("flyway"), {"db/R__views.sql": SQL}, {"db/R__views.sql": b"SELECT 1"}) == []
    assert judge(sql("flyway"), {"db/R__views.sql": SQL}, {}) == []


def test_a_removed_migration_is_told_at_its_old_path() -> None:
    path = "prisma/migrations/20260101000000_x/migration.sql"
    found = judge(of("prisma"), {path: SQL}, {})
    message = "`20260101000000_x` is merged already, and is removed"
    assert said(found) == [(CHANGED, Severity.HIGH, path, message)]


def test_a_renamed_migration_is_told_at_its_new_path_and_as_nothing_else() -> None:
    found = judge(
        sql("goose"),
        {"db/1_x.sql": SQL, "db/5_z.sql": b"SELECT 5"},
        {"db/2_x.sql": SQL, "db/5_z.sql": b"SELECT 5"},
    )
    (one,) = found
    assert (one.finding.rule, one.finding.path) == (CHANGED, "db/2_x.sql")
    assert "`1_x.sql` is merged already, and is now called `2_x.sql`" in one.finding.message


def test_a_moved_folder_renames_nothing() -> None:
    base = {"a/1_x.sql": SQL, "a/2_y.sql": SQL}
    assert judge(sql("goose"), base, {"b/1_x.sql": SQL, "b/2_y.sql": SQL}) == []


def test_python_is_compared_by_what_it_does() -> None:
    base = {"versions/a.py": ALEMBIC}
    same = (
        ALEMBIC.replace(b"First", b"Another text")
        .replace(b'"a"', b"'a'")
        .replace(b"\ndef", b"\n\n# word\ndef")
    )
    assert judge(of("alembic"), base, {"versions/a.py": same}) == []
    (found,) = judge(of("alembic"), base, {"versions/a.py": ALEMBIC.replace(b"create_table", b"drop_table")})
    assert found.finding.severity is Severity.HIGH
    (found,) = judge(of("alembic"), base, {"versions/a.py": ALEMBIC.replace(b"drop_table", b"drop_view")})
    assert found.finding.severity is Severity.MEDIUM
    (found,) = judge(of("alembic"), base, {"versions/a.py": b"def ("})
    assert found.finding.severity is Severity.HIGH


def django(after: str = "", *, replaces: str = "", operation: str = "1") -> bytes:
    said = f"    replaces = [{replaces}]\n" if replaces else ""
    return (
        f"class Migration(M):\n{said}    dependencies = [{after}]\n    operations = [{operation}]\n".encode()
    )


def test_squashing_is_no_change_of_what_is_merged() -> None:
    base = {
        "a/migrations/0001_x.py": django(),
        "a/migrations/0002_y.py": django('("a", "0001_x")'),
        "b/migrations/0001_x.py": django('("a", "0002_y"), ("c", "0001")'),
    }
    squash = '("a", "0001_x"), ("a", "0002_y")'
    with_both = base | {"a/migrations/0001_all.py": django(replaces=squash, operation="1, 1")}
    assert judge(of("django"), base, with_both) == []
    last = {
        "a/migrations/0001_all.py": django(operation="1, 1"),
        "b/migrations/0001_x.py": django('("c", "0001"), ("a", "0001_all")'),
    }
    assert judge(of("django"), with_both, last) == []


def test_a_squash_excuses_its_own_app_alone() -> None:
    base = {"a/migrations/0001_x.py": django(operation="1"), "b/migrations/0001_x.py": django(operation="2")}
    head = {"a/migrations/0001_all.py": django(replaces='("a", "0001_x")', operation="3")}
    (found,) = judge(of("django"), base, head)
    assert found.finding.path == "b/migrations/0001_x.py"


def test_other_dependencies_are_a_change() -> None:
    base = {"a/migrations/0002_y.py": django('("a", "0001_x")')}
    assert len(judge(of("django"), base, {"a/migrations/0002_y.py": django('("a", "0001_z")')})) == 1
    assert len(judge(of("django"), base, {"a/migrations/0002_y.py": django("AFTER")})) == 1


@pytest.mark.parametrize(
    ("style", "old", "new"),
    [
        ("goose", "00007_a.sql", "00007_b.sql"),
        ("goose", "7_a.sql", "00007_b.sql"),
        ("migrate", "7_a.up.sql", "7_b.up.sql"),
        ("sqlx", "7_a.sql", "7_b.up.sql"),
        ("dbmate", "20260101_a.sql", "20260101_b.sql"),
        ("drizzle", "0007_a.sql", "0007_b.sql"),
        ("flyway", "V1.7__a.sql", "V1_7__b.sql"),
    ],
)
def test_a_number_that_is_taken_is_told_at_the_new_one(style: str, old: str, new: str) -> None:
    base = {f"db/{old}": SQL}
    (found,) = judge(sql(style), base, base | {f"db/{new}": b"SELECT 1"})
    message = f"`{new}` has the number of `{old}`"
    assert said([found]) == [("number-taken", Severity.HIGH, f"db/{new}", message)]
    assert [one.path for one in found.finding.related] == [f"db/{old}"]


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("migrate", ("7_a.up.sql", "7_a.down.sql")),
        ("flyway", ("V7__a.sql", "U7__a.sql", "R__7.sql")),
        ("plain", ("7_a.sql", "7_b.sql")),
        ("goose", ("a.sql", "b.sql")),
        ("flyway", ("V1__a.sql", "V1.0.1__b.sql")),
    ],
)
def test_numbers_that_are_nobody_elses(style: str, names: tuple[str, ...]) -> None:
    assert judge(sql(style), {}, {f"db/{name}": SQL for name in names}) == []


def test_a_number_below_the_highest_of_the_base() -> None:
    base = {"db/1_a.sql": SQL, "db/10_b.sql": SQL}
    found = judge(sql("goose"), base, base | {"db/9_c.sql": b"SELECT 1", "db/11_d.sql": b"SELECT 2"})
    assert [(one.finding.rule, one.finding.severity, one.finding.path) for one in found] == [
        ("out-of-order", Severity.MEDIUM, "db/9_c.sql")
    ]
    assert "`9_c.sql` sorts before `10_b.sql`" in found[0].finding.message
    name = "prisma/migrations/{}/migration.sql".format
    base = {name("20260301000000_b"): SQL}
    (one,) = judge(of("prisma"), base, base | {name("20260201000000_a"): b"SELECT 1"})
    assert (one.finding.rule, one.finding.severity) == ("out-of-order", Severity.LOW)


def test_the_same_finding_has_the_same_key_at_the_next_run() -> None:
    runs = [
        judge(sql("goose"), {"db/1_x.sql": SQL}, {"db/1_x.sql": text})
        for text in (b"SELECT 1", b"\n\nSELECT 2")
    ]
    assert len({one.key for found in runs for one in found}) == 1


def test_a_file_that_is_too_deep_is_compared_by_its_bytes() -> None:
    long = b"class Migration:\n    dependencies = [x]\n    a = " + b"+".join([b"1"] * 4000)
    assert judge(of("django"), {"a/migrations/1.py": long}, {"a/migrations/1.py": long}) == []
    assert len(judge(of("django"), {"a/migrations/1.py": long}, {"a/migrations/1.py": long + b"+1"})) == 1


def test_hostile_text_takes_a_moment() -> None:
    text = b"".join(b"$a%d$ " % number for number in range(50_000))
    assert len(judge(sql("plain"), {"db/1.sql": text}, {"db/1.sql": text + b"x"})) == 1

"""The way back: fails, leaves something behind, loses something, or is none."""

import pytest

from gates.migrations.told_session import Told, migration
from lockgate.errors import ToolError
from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.catalogs.catalog import Catalog, Column, Enum, Index, Relation
from lockgate.gates.migrations.catalogs.likeness import described
from lockgate.gates.migrations.model import Applied, Failure, Migration, Project, Trace
from lockgate.gates.migrations.rehearsals.way_back import way_back

GOOSE = Project("sql", "db", "db", style="goose")
EMPTY = Catalog()
ONE, TWO = migration("1_x", "SELECT 1", "SELECT 1"), migration("2_y", "SELECT 2", "SELECT 2")


def applied(*migrations: Migration, failure: Failure | None = None) -> list[Applied]:
    return [Applied(one, Trace(failure=failure), EMPTY, EMPTY) for one in migrations]


def judge(
    session: Told, *migrations: Migration, project: Project = GOOSE, catalog: Catalog = EMPTY
) -> list[Judged]:
    return list(way_back(project, session, applied(*migrations), lambda: catalog))


def test_each_is_undone_newest_first_and_applied_again() -> None:
    session = Told()
    assert judge(session, ONE, TWO) == []
    assert session.asked == ["down 2_y", "down 1_x", "up 1_x", "up 2_y"]


def test_a_way_back_that_fails_is_told_at_its_line() -> None:
    session = Told({"down 2_y": Failure("relation `a` does not exist", 7, "42P01")})
    (found,) = judge(session, ONE, TWO)
    assert (found.finding.rule, found.finding.path, found.finding.line) == ("down-fails", "db/2_y.sql", 7)
    assert found.finding.message == "`2_y` cannot be undone: `relation 'a' does not exist`"
    assert session.asked == ["down 2_y"]


def test_what_cannot_be_applied_again_is_told() -> None:
    (found,) = judge(Told({"up 1_x": Failure("type exists", 3)}), ONE, TWO)
    assert found.finding.message == "`1_x` cannot be applied again after it was undone: `type exists`"


def test_what_was_left_behind_is_told_when_an_older_one_fails() -> None:
    session = Told({"down 1_x": Failure("no")})
    found = judge(session, ONE, TWO, catalog=catalog(10))
    assert [one.finding.path for one in found] == ["db/1_x.sql", "db/2_y.sql"]
    assert session.asked == ["down 2_y", "down 1_x"]


def test_what_has_no_way_back_ends_the_way_and_the_rest_is_applied_again() -> None:
    session = Told({"down 1_x": Failure("none", kind="irreversible")}, [ONE, TWO])
    (found,) = judge(session, ONE, TWO)
    assert (found.finding.rule, found.finding.severity) == ("irreversible", Severity.LOW)
    assert session.asked == ["down 2_y", "down 1_x", "up 2_y"]


def test_a_project_that_never_goes_back_is_not_blamed() -> None:
    lone = migration("1_x", "SELECT 1")
    answers = {"down 1_x": Failure("none", kind="irreversible")}
    assert judge(Told(answers, [lone]), lone) == []
    assert len(judge(Told(answers, [lone, TWO]), lone)) == 1
    assert len(judge(Told(answers), lone, project=Project("django", "", "manage.py"))) == 1


@pytest.mark.parametrize(
    "project",
    [Project("prisma", "", "x"), Project("command", "", "x"), Project("sql", "", "x", style="drizzle")],
)
def test_tools_without_a_way_back_are_not_asked(project: Project) -> None:
    session = Told()
    assert judge(session, ONE, project=project) == []
    assert session.asked == []


def test_a_package_that_cannot_go_back_is_not_the_projects_fault() -> None:
    package = Migration("auth.0001", "")
    session = Told({"down auth.0001": Failure("none", kind="irreversible")})
    assert judge(session, package, project=Project("django", "", "manage.py")) == []


def test_what_failed_on_its_way_there_is_not_undone() -> None:
    session = Told()
    assert list(way_back(GOOSE, session, applied(ONE, failure=Failure("no")), lambda: EMPTY)) == []
    assert session.asked == []


def test_a_server_that_died_is_not_a_finding() -> None:
    def dead() -> Catalog:
        raise ToolError("gone", cause="", todo="")

    with pytest.raises(ToolError):
        list(way_back(GOOSE, Told(), applied(ONE), dead))


def catalog(shift: int, *, labels: tuple[str, ...] = ("a",), books: str = "django_migrations") -> Catalog:
    table, other, index = shift + 1, shift + 2, shift + 3
    return Catalog(
        {table: Relation(table, "public", "t", "r"), other: Relation(other, "public", books, "r")},
        {(table, shift): Column(table, shift, "c", "text", not_null=True)},
        {},
        {
            index: Index(
                index, table, f"i{shift}", f"CREATE INDEX i{shift} ON public.t USING btree (c)", False, True
            )
        },
        {shift: Enum(shift, "public.e", labels)},
    )


def test_what_is_made_anew_is_the_same() -> None:
    assert described(catalog(10)) == described(catalog(20, books="alembic_version"))


def test_what_is_left_behind_is_milder_than_what_is_lost() -> None:
    one = [Applied(ONE, Trace(), catalog(10), EMPTY)]
    (found,) = way_back(GOOSE, Told(), one, lambda: catalog(10, labels=("a", "b")))
    assert found.finding.severity is Severity.MEDIUM
    assert "`type public.e: a` not restored; `type public.e: a, b` left behind" in found.finding.message
    left = [Applied(ONE, Trace(), EMPTY, EMPTY)]
    (found,) = way_back(GOOSE, Told(), left, lambda: catalog(10))
    assert found.finding.severity is Severity.LOW
    assert found.finding.message.count("left behind") == 1

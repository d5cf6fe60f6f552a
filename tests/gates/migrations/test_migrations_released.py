"""Who answers for a removal."""

import pytest

from lockgate.gates.migrations.catalogs.difference import Change
from lockgate.gates.migrations.contracts.released import Record, Released, records

PATH = "db/2.sql"
GONE = Change("contract", "column-removed", "", 7, 2, "public.users", ("email",), "public.users")


@pytest.mark.parametrize(
    ("text", "version", "names"),
    [
        ("-- contract: released-in 2.4\nDROP …", "2.4", ()),
        ("--contract: released-in=v2.4.0-rc.1", "v2.4.0-rc.1", ()),
        ("# contract: released-in 2024.11 users.email, orders", "2024.11", ("users.email", "orders")),
        ('    # contract:  released-in  3 (public."Users".email)', "3", ("public.Users.email",)),
        ("/* contract: released-in 1.0 */", "1.0", ()),
        ("ALTER TABLE users DROP email; -- contract: released-in 2", "2", ()),
    ],
)
def test_a_comment_is_read(text: str, version: str, names: tuple[str, ...]) -> None:
    assert list(records(PATH, text)) == [Record(PATH, 1, version, names)]


@pytest.mark.parametrize(
    "text",
    [
        "contract: released-in 2",
        "-- contract: released-in",
        "-- contract: released in 2",
        "-- no contract: released-in 2",
        "SELECT 'x--contract: released-in 2'",
    ],
)
def test_what_is_no_such_comment_says_nothing(text: str) -> None:
    assert list(records(PATH, text)) == []


def test_a_long_text_is_read_once() -> None:
    hostile = "-- contract: " * 50_000 + "released-in"
    assert list(records(PATH, hostile)) == []


@pytest.mark.parametrize("name", ["users.email", "public.users.email", "users", "public.users"])
def test_a_name_may_be_short_or_whole(name: str) -> None:
    assert "line 3" in Released([Record(PATH, 3, "2.4", (name,))]).why(GONE, PATH)
    assert "`2.4`" in Released(policy={name: "2.4"}).why(GONE, PATH)


@pytest.mark.parametrize("name", ["users.name", "orders.email", "email", "other.users.email"])
def test_another_name_answers_for_nothing(name: str) -> None:
    released = Released([Record(PATH, 3, "2.4", (name,))], {name: "2.4"})
    assert released.why(GONE, PATH) == ""
    assert [*released.idle([GONE], PATH)] == [name]


def test_a_comment_counts_in_its_own_migration_alone() -> None:
    assert Released([Record("db/1.sql", 3, "2.4")]).why(GONE, PATH) == ""

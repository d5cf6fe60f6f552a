"""SQL text is cut as PostgreSQL's own reader cuts it."""

import shutil
import subprocess
import time
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.gates.migrations.model import Statement
from lockgate.gates.migrations.sessions.statements import OUTSIDE, SqlError, kind_of, split

# What psql and the server accept, so that both can be asked how many statements it is.
PIECES = [
    "select 1",
    "select 'a;''b'",
    "select 'a\\'",
    "select E'a\\';', E'b'",
    "select e'\\\\', U&'d;', U&\"?column;\" from (select 1 as \"?column;\") as x",
    'select 1 as "a;""b"',
    "select $$a;$$, $a$ $$;$$ ';$a$",
    "select 1 /* ; /* ; */ ' */ + 1",
    "select 1 -- ; '\n + 1",
    "select 1 as a$$, 2 as b$a$",
    "select date'2020-01-01', 'a\\'",
    "create temp table t(a int); create rule r as on insert to t do (select 1; select 2); drop table t",
    "create function pg_temp.f() returns int begin atomic select 1; select case when 1 = 1 then 2 end; end",
    "create or replace procedure pg_temp.p() language sql begin atomic select 1; end; select 5",
    "do $do$ begin perform 1; end $do$",
    "begin; select 1; end",
    "select 4--2\n-1",
    "select 1;; ;",
    "select 5*-1",
    "select 'ä;', 1 as größe",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; -- only\n /* words */ ;", []),
        ("-- Add\n\nselect 1\n  , 2; select 3", [("select 1\n  , 2", 3, 4), ("select 3", 4, 4)]),
        ("select 1 -- last\n\n;\nselect 2\r\n", [("select 1", 1, 1), ("select 2", 4, 4)]),
        ("select $$\n;\n$$\n;", [("select $$\n;\n$$", 1, 3)]),
        ("\\i other.sql\nselect 1;", [("\\i other.sql\nselect 1", 1, 2)]),
        ("copy t from stdin;\n1\t'\n\\.\nselect 2;", [("copy t from stdin", 1, 1), ("select 2", 4, 4)]),
        ("select 1 )); select 2", [("select 1 ))", 1, 1), ("select 2", 1, 1)]),
    ],
)
def test_lines_are_those_of_the_first_and_the_last_word(
    text: str, expected: list[tuple[str, int, int]]
) -> None:
    assert [(each.text, each.line, each.end_line) for each in split(text)] == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("select 1;\nselect 'a", 2),
        ('select 1;\n\nselect "a', 3),
        ("select 1\n, $a$ $b$", 2),
        ("/* /* */ ", 1),
        ("select E'a\\'", 1),
    ],
)
def test_what_has_no_end_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(SqlError) as caught:
        split(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "create /* x */ unique index\n-- y\n concurrently if not exists i on t(a)",
            "CREATE INDEX CONCURRENTLY",
        ),
        ("CREATE OR REPLACE FUNCTION f() returns int", "CREATE FUNCTION"),
        ("create unlogged table t()", "CREATE TABLE"),
        ("alter table only t add a int", "ALTER TABLE"),
        ("refresh materialized view concurrently v", "REFRESH MATERIALIZED VIEW"),
        ("update only t set a = 1", "UPDATE"),
        ("with x as (select 1) select 1", "WITH"),
        ("start transaction", "START TRANSACTION"),
        ("commit and chain", "COMMIT"),
        ("(select 1)", ""),
    ],
)
def test_a_statement_is_named_by_its_first_words(text: str, kind: str) -> None:
    assert kind_of(Statement(text, 1, 1)) == kind


def test_what_no_transaction_may_hold_is_known() -> None:
    kinds = ["CREATE INDEX CONCURRENTLY", "REINDEX TABLE CONCURRENTLY", "VACUUM", "CREATE DATABASE"]
    assert [kind for kind in [*kinds, "CREATE INDEX", "REINDEX TABLE"] if OUTSIDE.match(kind)] == kinds


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from([";\n", " ;", ";/* a */", ";-- b\n\n"]))
def test_statements_are_found_again_where_they_stood(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    lines = text.split("\n")
    found = split(text)
    assert len(found) == sum(len(split(piece)) for piece in pieces)
    assert all("\n".join(lines[each.line - 1 : each.end_line]).count(each.text) >= 1 for each in found)
    assert tuple(each.text for each in split(";".join(each.text + "\n" for each in found))) == tuple(
        each.text for each in found
    )


@given(st.text(alphabet="aE'\"$;/*-()\\ \nbegincase"))
def test_any_text_is_cut_or_refused(text: str) -> None:
    try:
        found = split(text)
    except SqlError as error:
        line, found = error.line, ()
    else:
        line = 1
    assert 1 <= line <= text.count("\n") + 1
    assert all(each.text in text and each.line <= each.end_line for each in found)


@pytest.mark.parametrize(
    "unit",
    [
        "a ",
        ";",
        "()",
        "'a'",
        "e'a'\n",
        "/*",
        "$a$ $b$",
        "--\n",
        "create function f() begin case end ",
        "$a",
        "\n",
    ],
)
def test_the_time_grows_with_the_text_and_not_with_its_square(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        started = time.process_time()
        with suppress(SqlError):
            split(text)
        return time.process_time() - started

    short, long = (min(seconds(size) for _ in range(3)) for size in (100_000, 400_000))
    assert long < 10 * max(short, 0.02)  # four times as much, not sixteen


def test_a_string_goes_on_in_the_next_line_as_it_began(server) -> None:
    text = "select E'x' -- here\n\n  'y\\';'"  # psql reads line by line, and cuts it; the server does not
    assert [each.text for each in split(f"{text}; select 2")] == [text, "select 2"]
    with server.create("goes_on").connect() as connection:
        row = connection.execute(text).fetchone()
    assert row == ("xy';",)


def test_psql_cuts_at_the_same_places(server) -> None:
    psql = shutil.which("psql")
    if psql is None:
        pytest.skip("no psql")
    if int(server.version.split(".")[0]) < 14:
        pytest.skip("the server is too old for BEGIN ATOMIC")
    database = server.create("psql_cuts")
    folder = parse_qs(urlsplit(database.url).query)["host"][0]
    argv = [psql, "-Xq", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "app", "-d", database.name, "-f", "-"]
    server.entries()
    for piece in PIECES:
        ran = subprocess.run(argv, input=piece.encode(), capture_output=True, check=False)
        assert ran.returncode == 0, (piece, ran.stderr)
        said = [
            " ".join(each.message.removeprefix("statement: ").rstrip("; \n").split())
            for each in server.entries()
            if each.database == database.name and each.message.startswith("statement: ")
        ]  # psql sends an empty statement too
        assert list(filter(None, said)) == [" ".join(each.text.split()) for each in split(piece)], piece

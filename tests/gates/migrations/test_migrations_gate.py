"""The gate over small repositories: what a change brings is found at its place, what was there is silent."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from gates.migrations.gate_runs import HARMLESS, REWRITE, TABLES, Files, change, found, settings, told, url_of
from gates.running import gate
from lockgate.config.model import MigrationsConfiguration
from lockgate.errors import ExitCode, InputError, ToolError
from lockgate.gates.migrations.serving import serving
from lockgate.postgres.server import Server

FOLDER = "db/migrations/"
PRISMA = {"prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n', "prisma/schema.prisma": ""}
BASE = {f"{FOLDER}1_a.sql": TABLES, f"{FOLDER}2_b.sql": "create index on users (name);\n"}
THIRD = f"{FOLDER}3_c.sql"
WIDER = [("rewrite-under-lock", THIRD, 3)]

HISTORY = TABLES + REWRITE
NARROWER = REWRITE.replace("bigint", "numeric")
LAYOUTS: dict[str, tuple[Files, str, int]] = {
    "a/src/main/resources/db/migration/V2__b.sql": (
        {"a/src/main/resources/db/migration/V1__a.sql": HISTORY}, "", 0
    ),
    "b/migrations/20240102000000_b.sql": (
        {"b/Cargo.toml": "[package]\n", "b/migrations/20240101000000_a.sql": HISTORY}, "", 0
    ),
    "c/migrations/00002_b.sql": (
        {"c/migrations/00001_a.sql": f"-- +goose Up\n{HISTORY}"}, "-- +goose Up\n", 1
    ),
    "d/migrations/20240102000000_b.sql": (
        {"d/migrations/20240101000000_a.sql": f"-- migrate:up\n{HISTORY}"}, "-- migrate:up\n", 1
    ),
    "e/migrations/2_b.up.sql": (
        {"e/migrations/1_a.up.sql": HISTORY, "e/migrations/1_a.down.sql": "drop table users, teams"}, "", 0
    ),
    "f/drizzle/0001_b.sql": (
        {"f/drizzle/meta/_journal.json": '{"version": "7", "dialect": "postgresql", "entries": ['
         '{"idx": 0, "when": 1, "tag": "0000_a"}, {"idx": 1, "when": 2, "tag": "0001_b"}]}',
         "f/drizzle/0000_a.sql": HISTORY}, "", 0
    ),
    "g/prisma/migrations/2_b/migration.sql": (
        {"g/prisma/migrations/1_a/migration.sql": HISTORY, **{f"g/{path}": PRISMA[path] for path in PRISMA}},
        "", 0,
    ),
    "h/sql/migrations/2_b.sql": ({"h/sql/migrations/1_a.sql": HISTORY}, "", 0),
}  # fmt: skip


def test_each_layout_of_one_repository_is_judged_by_its_own_history(server: Server, tmp_path: Path) -> None:
    before = {path: text for files, _, _ in LAYOUTS.values() for path, text in files.items()}
    made = change(tmp_path, before, server)
    verdict = made.judge({path: f"{first}{NARROWER}" for path, (_, first, _) in LAYOUTS.items()})
    assert verdict.exit_code is ExitCode.FINDINGS, verdict.reason
    assert found(verdict, rules=("rewrite-under-lock",)) == sorted(
        ("rewrite-under-lock", path, 3 + more) for path, (_, _, more) in LAYOUTS.items()
    )
    assert {each.path for each in verdict.findings} == set(LAYOUTS)
    harmless = made.judge(
        {path: f"{first}{HARMLESS}" for path, (_, first, _) in LAYOUTS.items()}, base="HEAD~2"
    )
    assert harmless.exit_code is ExitCode.PASS, harmless.reason
    assert {f.rule for f in harmless.findings} == {"irreversible"}  # golang-migrate has ways back


def test_a_change_without_a_migration_starts_nothing(tmp_path: Path) -> None:
    made = change(tmp_path, BASE, database_url="postgresql://nobody@localhost:1/x")
    for files in ({"README.md": "x"}, {"app/views.py": "x = 1\n", "docs/1_a.txt": ""}):
        verdict = made.judge(files)
        assert (verdict.exit_code, verdict.findings, told(verdict)) == (ExitCode.PASS, (), [])
        assert gate(verdict, "migrations").reason == "no migration in the change"
    verdict = made.judge({THIRD: HARMLESS})
    assert verdict.exit_code is ExitCode.INCOMPLETE
    assert "`database-url` cannot be reached" in verdict.reason


@pytest.mark.parametrize(
    ("files", "rules"),
    [
        ({f"{FOLDER}1_a.sql": f"{TABLES}drop table teams;\n"}, [("merged-migration-changed", "1_a.sql", 3)]),
        ({f"{FOLDER}1_a.sql": f"-- users\n{TABLES}"}, []),
        ({f"{FOLDER}1_a.sql": None}, [("merged-migration-changed", "1_a.sql", 0)]),
        ({f"{FOLDER}1_a.sql": None, f"{FOLDER}2_b.sql": None}, [("merged-migration-changed", "1_a.sql", 0)]),
        (
            {f"{FOLDER}1_a.sql": None, f"{FOLDER}0_a.sql": TABLES},
            # what its tool then does: apply it once more
            [("fails", "0_a.sql", 1), ("merged-migration-changed", "0_a.sql", 0),
             ],
        ),
    ],
    ids=["edited", "a comment", "removed", "all removed", "renamed"],
)  # fmt: skip
def test_what_is_merged_stays_as_it_is(
    server: Server, tmp_path: Path, files: Files, rules: list[tuple[str, str, int]]
) -> None:
    verdict = change(tmp_path, BASE, server).judge(files)
    seen = found(verdict, rules=("merged-migration-changed", "fails"))
    assert seen == [(rule, FOLDER + path, line) for rule, path, line in rules]
    assert not told(verdict)


def test_a_history_that_moves_takes_its_tables_along(server: Server, tmp_path: Path) -> None:
    moved = dict.fromkeys(BASE) | {path.replace("db/", "pg/"): BASE[path] for path in BASE}
    made = change(tmp_path, BASE, server)
    verdict = made.judge({**moved, "pg/migrations/3_c.sql": REWRITE})
    assert found(verdict) == [("rewrite-under-lock", "pg/migrations/3_c.sql", 3)]


def test_a_folder_of_prisma_that_is_gone_is_missed(server: Server, tmp_path: Path) -> None:
    one, two = (f"prisma/migrations/{name}/migration.sql" for name in ("1_a", "2_b"))
    verdict = change(tmp_path, {**PRISMA, one: TABLES, two: HARMLESS}, server).judge({two: None})
    assert found(verdict) == [("merged-migration-changed", two, 0)]


def test_two_with_one_number(server: Server, tmp_path: Path) -> None:
    before = {f"{FOLDER}1_a.up.sql": TABLES}
    verdict = change(tmp_path, before, server).judge(
        {f"{FOLDER}2_b.up.sql": HARMLESS, f"{FOLDER}2_c.up.sql": "select 1;\n"}
    )
    assert found(verdict, rules=("number-taken",)) == [("number-taken", f"{FOLDER}2_c.up.sql", 0)]


def test_a_merged_one_that_fails_makes_the_gate_incomplete(server: Server, tmp_path: Path) -> None:
    made = change(tmp_path, {f"{FOLDER}1_a.sql": "select nope();\n"}, server)
    verdict = made.judge({THIRD: HARMLESS})
    assert verdict.exit_code is ExitCode.INCOMPLETE
    assert "`1_a`, which is not the change's, fails: function nope() does not exist" in verdict.reason
    everything = made.judge({}, base="")
    assert found(everything, rules=("fails",)) == [("fails", f"{FOLDER}1_a.sql", 1)]


def test_without_a_base_each_is_judged_by_what_those_before_it_made(server: Server, tmp_path: Path) -> None:
    verdict = change(tmp_path, BASE, server).judge({THIRD: REWRITE}, base="")
    assert found(verdict) == [*WIDER, ("scan-under-lock", f"{FOLDER}2_b.sql", 1)]


def test_a_repeatable_one_of_flyway_is_applied_again(server: Server, tmp_path: Path) -> None:
    view, path = "create or replace view v as select 1 as a;\n", "db/migration/R__v.sql"
    made = change(tmp_path, {"db/migration/V1__a.sql": TABLES, path: view}, server)
    assert found(made.judge({path: view + REWRITE})) == [("rewrite-under-lock", path, 4)]


@pytest.mark.parametrize("path", ["", "svc"])
def test_paths_of_the_configuration_go_from_its_folder(server: Server, tmp_path: Path, path: str) -> None:
    top = f"{path}/" if path else ""
    before = {
        f"{top}sql/a.sql": TABLES, f"{top}old/migrations/1_a.sql": "select nope;\n",
        f"{top}seed.sql": "insert into users values (1, 'x'), (2, 'x');\n",
        f"{top}sizes.json": sizes(5),
        "other/migrations/1_a.sql": TABLES,
    }  # fmt: skip
    made = change(
        tmp_path, before, server, path=path, folders=["./sql"], exclude=["old/"], seed="seed.sql",
        stats_file="sizes.json",
    )  # fmt: skip
    added = {f"{top}sql/b.sql": "create unique index concurrently u on users (name);\n"}
    verdict = made.judge({**added, f"{top}old/migrations/2_b.sql": "select nope;\n", f"{top}seed.sql": ""})
    assert found(verdict, rules=("fails", "fails-on-data")) == [("fails-on-data", f"{top}sql/b.sql", 1)]
    assert not told(verdict) or all("squawk" in each for each in told(verdict))


def test_sizes_are_those_of_the_base(server: Server, tmp_path: Path) -> None:
    large, small = sizes(400_000_000), sizes(1)
    messages = []
    for number, (first, second) in enumerate(((large, large), (large, small), (small, large))):
        made = change(tmp_path / str(number), {**BASE, "sizes.json": first}, server, stats_file="sizes.json")
        verdict = made.judge({THIRD: REWRITE, "sizes.json": second})
        assert found(verdict) == WIDER
        messages.append(verdict.findings[0].message)
    assert messages[0] == messages[1] != messages[2]
    assert "40 GB" in messages[0]


DROP = "set local lock_timeout = '2s';\nalter table users drop name;\n"
CODE = {"app.py": 'QUERY = "select name from users"\n'}


def test_a_column_that_the_code_names_may_go_once_somebody_says_so(server: Server, tmp_path: Path) -> None:
    made = change(tmp_path / "a", {**BASE, **CODE}, server)
    verdict = made.judge({THIRD: DROP, "app.py": None})
    assert found(verdict) == [("contract-still-used", THIRD, 2)]
    assert verdict.exit_code is ExitCode.FINDINGS
    verdict = made.judge({THIRD: f"-- contract: released-in 2.4 users.name\n{DROP}"}, base="HEAD~2")
    assert (found(verdict), verdict.exit_code) == ([("contract-done", THIRD, 3)], ExitCode.PASS)
    own = change(tmp_path / "b", {**BASE, **CODE}, server, released={"users.name": "2.4"})
    assert found(own.judge({THIRD: DROP})) == [("contract-done", THIRD, 2)]


def sizes(rows: int) -> str:
    """Write a file that says how large the table of users is."""
    tables = {"public.users": {"rows": rows, "bytes": rows * 100}}
    return json.dumps({"schema": "lockgate-table-sizes/1", "tables": tables})


@contextmanager
def over_tcp(server: Server) -> Iterator[str]:
    """Let the server, which has a socket alone, be reached at a port of this machine."""
    host = server.database("postgres").superuser["host"]

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError), source, target:
            while data := source.recv(65536):
                target.sendall(data)

    def accept() -> None:
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            inner = socket.socket(socket.AF_UNIX)
            inner.connect(f"{host}/.s.PGSQL.5432")
            for pair in ((client, inner), (inner, client)):
                threading.Thread(target=pass_on, args=pair, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"localhost:{listener.getsockname()[1]}"


def test_a_server_of_this_machine_is_used_and_left_as_it_was(server: Server, tmp_path: Path) -> None:
    def names() -> set[str]:
        with server.database("postgres").connect(superuser=True) as control:
            query = "select datname from pg_database union all select rolname from pg_roles"
            return {str(name) for (name,) in control.execute(query)}

    before = names()
    with over_tcp(server) as place:
        made = change(tmp_path, BASE, database_url=url_of(server, place))
        assert found(made.judge({THIRD: REWRITE})) == WIDER
    assert names() == before


@pytest.mark.parametrize("host", ["db.example.org", "10.0.0.1", "localhost,db.example.org"])
def test_another_machine_is_refused_before_anything_is_done(tmp_path: Path, host: str) -> None:
    made = change(tmp_path, BASE, database_url=f"postgresql://a:hush@{host}/x")
    with pytest.raises(InputError) as caught:
        made.judge({THIRD: REWRITE})
    assert "hush" not in str(caught.value)


def test_a_version_that_is_not_to_be_had_says_what_was_tried(tmp_path: Path) -> None:
    verdict = change(tmp_path, BASE, postgres_version=14).judge({THIRD: "create extension vector;\n"})
    assert verdict.exit_code is ExitCode.INCOMPLETE
    assert "there is no PostgreSQL 14 with vector: " in verdict.reason
    assert all(word in verdict.reason for word in ("installed", "npm", "PyPI"))


def test_extensions_are_there_before_they_are_made(server: Server, tmp_path: Path) -> None:
    first = (
        "create extension pageinspect;\ncomment on extension pageinspect is 'x';\ncreate extension citext;\n"
    )
    made = change(tmp_path, {f"{FOLDER}1_a.sql": first + TABLES}, server)
    assert found(made.judge({THIRD: "create extension pgstattuple;\n"})) == []
    again = made.judge({f"{FOLDER}4_d.sql": "select 1;\ncreate extension citext;\n"})
    assert found(again, rules=("fails",)) == [("fails", f"{FOLDER}4_d.sql", 2)]


MANAGE = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")\n'
DJANGO = {
    "manage.py": MANAGE,
    "settings.py": "raise SystemExit('the code was run')\n",
    "people/__init__.py": "",
    "people/migrations/__init__.py": "",
    "people/migrations/0001_initial.py": "class Migration:\n    dependencies = []\n",
}


def test_a_change_cannot_let_its_own_code_be_run(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    made = change(tmp_path / "r", DJANGO)
    leaf = 'class Migration:\n    dependencies = [("people", "0001_initial")]\n'
    verdict = made.judge({
        ".lockgate.yml": settings({"code": "run", "command": ["touch", str(marker)]}),
        "people/migrations/0002_a.py": f"open({str(marker)!r}, 'w')\n{leaf}",
        "people/migrations/0002_b.py": leaf,
        "settings.py": f"open({str(marker)!r}, 'w')\n",
    })  # fmt: skip
    assert not marker.exists()
    own = [(f.rule, str(f.severity), f.path) for f in verdict.findings if f.rule != "configuration-changed"]
    assert ("not-measured", "medium", "manage.py") in own
    assert "several-leaves" in {rule for rule, _, _ in own}
    assert verdict.exit_code is ExitCode.FINDINGS


def test_what_our_own_statements_meet_is_the_servers_fault(server: Server, tmp_path: Path) -> None:
    configuration = MigrationsConfiguration(database_url=url_of(server))
    with (
        pytest.raises(ToolError, match="nobody"),
        serving(configuration, frozenset(), tmp_path, None) as given,
        given.create("one").connect() as connection,
    ):
        connection.execute("SELECT * FROM nobody")

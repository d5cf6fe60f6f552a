"""Folders of SQL files: whose they are, in which order and transaction they are applied."""

import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from lockgate.gates.migrations.kinds import sql_folder
from lockgate.gates.migrations.model import Migration, Project

ROOT = Path(__file__).parents[3]
T = "create table t(a int);"


def projects(files: Mapping[str, str]) -> list[Project]:
    """Find and settle what is in a tree."""
    read = reader(files)
    settled = (sql_folder.settle(project, read) for project in sql_folder.find(sorted(files)))
    return [project for project in settled if project]


def reader(files: Mapping[str, str]):
    return lambda path: files[path].encode() if path in files else None


def only(files: Mapping[str, str]) -> tuple[Project, tuple[Migration, ...]]:
    (project,) = projects(files)
    return project, sql_folder.migrations(project, reader(files))


def test_the_shops_prisma_migrations() -> None:
    shop = ROOT / "examples" / "shop"
    paths = [str(path.relative_to(shop)) for path in shop.rglob("*") if path.is_file()]

    def read(path: str) -> bytes | None:
        return (shop / path).read_bytes() if (shop / path).is_file() else None

    (project,) = (each for each in sql_folder.find(paths) if each.kind == "prisma")
    assert (project.folder, project.path) == ("frontend", "frontend/prisma/migrations/migration_lock.toml")
    assert sql_folder.settle(project, read) == project
    found = sql_folder.migrations(project, read)
    assert [(each.name, len(each.up), each.atomic, each.whole, each.down) for each in found[:4]] == [
        ("20260112090000_reviews", 1, False, True, None),
        ("20260203101500_review_status", 3, True, True, None),
        ("20260317143000_wishlists", 4, True, True, None),
        ("20260408080000_review_index", 1, False, True, None),
    ]
    assert [(each.line, each.end_line) for each in found[1].up] == [(2, 2), (5, 5), (8, 8)]


@pytest.mark.parametrize("provider", ["mysql", "sqlite", "cockroachdb", ""])
def test_prisma_for_another_database_is_no_project(provider: str) -> None:
    files = {
        "prisma/migrations/migration_lock.toml": f'# x\nprovider = "{provider}"\n',
        "prisma/migrations/0_init/migration.sql": T,
    }
    assert projects(files) == []


def test_prisma_below_a_folder_of_schemas() -> None:
    project, found = only(
        {
            "app/prisma/schema/migrations/migration_lock.toml": "provider='postgresql'",
            "app/prisma/schema/migrations/2_b/migration.sql": T,
            "app/prisma/schema/migrations/10_a/migration.sql": T,
        }
    )
    assert project.folder == "app"
    assert [each.name for each in found] == ["10_a", "2_b"]


def test_flyway() -> None:
    top = "src/main/resources/db/migration"
    project, found = only(
        {
            f"{top}/V2__second.sql": T,
            f"{top}/V1.10__tenth.sql": T,
            f"{top}/V1_9__ninth.sql": T,
            f"{top}/V1.9.0__again.sql": T,
            f"{top}/old/V1__first.sql": "\ufeff" + T,
            f"{top}/R__b.sql": T,
            f"{top}/R__a.sql": T,
            f"{top}/U2__second.sql": "drop table t;",
            f"{top}/V3__index.sql": "create index concurrently i on t(a);",
            f"{top}/V4__apart.sql": T,
            f"{top}/V4__apart.sql.conf": "executeInTransaction=false\n",
            f"{top}/B1__base.sql": T,
        }
    )
    assert (project.style, project.folder) == ("flyway", top)
    assert [each.name for each in found] == [
        "V1__first", "V1.9.0__again", "V1_9__ninth", "V1.10__tenth", "V2__second", "V3__index", "V4__apart",
        "R__a", "R__b",
    ]  # fmt: skip
    assert [each.name for each in found if not each.atomic] == ["V3__index", "V4__apart"]
    assert [each.name for each in found if each.down] == ["V2__second"]
    assert not found[0].refused


def test_flyways_folders_of_other_databases_are_left_out() -> None:
    project, _ = only(
        {
            "db/migration/mysql/V1__a.sql": "create table `t`(a int);",
            "db/migration/postgresql/V1__a.sql": T,
            "db/migration/h2/V1__a.sql": T,
        }
    )
    assert project.files == ("db/migration/postgresql/V1__a.sql",)


def test_flyways_baseline_stands_for_what_is_gone() -> None:
    _, found = only({"m/B5__base.sql": T, "m/V6__next.sql": T})
    assert [each.name for each in found] == ["B5__base", "V6__next"]


def test_sqlx() -> None:
    project, found = only(
        {
            "Cargo.toml": "",
            "migrations/2_b.up.sql": T,
            "migrations/2_b.down.sql": "drop table t;",
            "migrations/10_c.sql": "-- no-transaction\ncreate index concurrently i on t(a);",
            "migrations/1_a.sql": T,
        }
    )
    assert project.style == "sqlx"
    assert [(each.name, each.atomic, bool(each.down)) for each in found] == [
        ("1_a", True, False), ("2_b", True, True), ("10_c", False, False),
    ]  # fmt: skip


def test_golang_migrate() -> None:
    project, found = only(
        {
            "db/000001_a.up.sql": f"{T} {T}",
            "db/000001_a.down.sql": "drop table t;",
            "db/000002_b.up.sql": T,
            "db/000002_twice.up.sql": T,
        }
    )
    assert project.style == "migrate"
    assert [(each.name, each.atomic, each.whole, bool(each.down)) for each in found] == [
        ("000001_a", True, True, True), ("000002_b", False, True, False),
        ("000002_twice", False, True, False),
    ]  # fmt: skip


GOOSE = """-- +goose Up
create table t(a int);
-- +goose StatementBegin
create function f() returns int language plpgsql as $$
begin
  return 1;
end $$;
-- +goose StatementEnd

-- +goose Down
drop table t;
"""


def test_goose() -> None:
    project, found = only(
        {
            "migrations/00001_a.sql": GOOSE,
            "migrations/00002_b.go": "package migrations",
            "migrations/00003_c.sql": "-- +goose NO TRANSACTION\n-- +goose up\nvacuum;",
            "migrations/00004_d.sql": "select 1;",
            "migrations/00005_e.sql": GOOSE.replace("-- +goose StatementBegin\n", ""),
        }
    )
    assert project.style == "goose"
    assert [(each.line, each.end_line) for each in found[0].up] == [(2, 2), (4, 7)]
    assert [(each.text, each.line) for each in found[0].down or ()] == [("drop table t", 11)]
    assert [each.atomic for each in found] == [True, True, False, True, True]
    assert [each.refused and (each.refused.message[:18], each.refused.line) for each in found] == [
        None, ("it is written in G", 0), None, ("goose wants a line", 1), ("goose ends the sta", 5),
    ]  # fmt: skip


def test_dbmate() -> None:
    project, found = only(
        {
            "db/migrations/20200101_a.sql": f"-- migrate:up\n{T}\n{T}\n\n-- migrate:down\ndrop table t;\n",
            "db/migrations/20200102_b.sql": f"-- migrate:up transaction:false\n{T}\n-- migrate:down\n",
            "db/migrations/20200103_c.sql": f"{T}\n-- migrate:up\n{T}",
        }
    )
    assert project.style == "dbmate"
    assert [(each.atomic, each.down and each.down[0].line, bool(each.refused)) for each in found] == [
        (True, 6, False), (False, (), False), (True, None, True),
    ]  # fmt: skip


def test_drizzle_by_its_journal() -> None:
    journal = (
        '{"dialect": "postgresql", "entries": [{"tag": "0001_z"}, {"tag": "0000_a"}, {"tag": "0002_gone"}]}'
    )
    files = {
        "drizzle/meta/_journal.json": journal,
        "drizzle/0000_a.sql": "create table a(a int)\n--> statement-breakpoint\ncreate table b(a int);",
        "drizzle/0001_z.sql": T,
        "drizzle/0009_never_applied.sql": T,
    }
    project, found = only(files)
    assert (project.style, project.folder) == ("drizzle", "drizzle")
    assert [(each.name, len(each.up), bool(each.refused)) for each in found] == [
        ("0001_z", 1, False), ("0000_a", 2, False), ("0002_gone", 0, True),
    ]  # fmt: skip
    assert projects({**files, "drizzle/meta/_journal.json": journal.replace("postgresql", "mysql")}) == []
    _, (broken,) = only({**files, "drizzle/meta/_journal.json": journal[:-9]})
    assert broken.refused


def test_drizzle_by_its_folders() -> None:
    files = {
        f"db/{name}/{file}": text
        for name in ("20260101000000_b", "20250101000000_a")
        for file, text in (("migration.sql", T), ("snapshot.json", '{"dialect": "postgres"}'))
    }
    project, found = only(files)
    assert (project.style, [each.name for each in found]) == (
        "drizzle",
        ["20250101000000_a", "20260101000000_b"],
    )


def test_knex() -> None:
    files = {"knexfile.ts": "", "db/sqls/20200101_a-up.sql": T, "db/sqls/20200101_a-down.sql": "drop table t"}
    project, (found,) = only(files)
    assert (project.style, found.name, found.path) == ("knex", "20200101_a", "db/sqls/20200101_a-up.sql")
    assert found.atomic
    assert found.down


def test_a_folder_of_no_known_tool() -> None:
    project, found = only({"supabase/migrations/2_b.sql": "vacuum", "supabase/migrations/1_a.sql": T})
    assert (project.style, [(each.name, each.atomic) for each in found]) == (
        "plain",
        [("1_a", True), ("2_b", False)],
    )
    named = sql_folder.plain("any", ["any/b.sql", "any/a.sql", "many/c.sql", "any/d.txt"])
    assert named
    assert named.files == ("any/a.sql", "any/b.sql")
    assert sql_folder.plain("none", ["any/b.sql"]) is None


def test_a_folder_that_is_named_may_be_a_tools() -> None:
    files = {"any/1_a.sql": GOOSE}
    named = sql_folder.plain("any", files)
    assert named
    (found,) = sql_folder.migrations(named, reader(files))
    assert (len(found.up), len(found.down or ())) == (2, 1)


@pytest.mark.parametrize(
    "path",
    [
        "queries/001_all.sql",
        "app/migrations/__init__.py",
        "migrations/readme.sql",
        "V1__x.txt",
        "sql/R__view.sql",
    ],
)
def test_what_is_no_migration_is_no_project(path: str) -> None:
    assert projects({path: T, **({"app/migrations/0001_x.sql": T} if "__init__" in path else {})}) == []


def test_another_databases_sql_is_no_project() -> None:
    assert projects({"migrations/1_a.sql": "CREATE TABLE `t` (id INT AUTO_INCREMENT);"}) == []
    assert projects({"migrations/1_a.sql": "-- see `t`\ncreate table t(a text default '`');"}) != []


def test_what_cannot_be_cut_is_refused_with_its_line() -> None:
    _, (found,) = only({"migrations/1_a.sql": f"{T}\nselect 'x"})
    assert found.refused
    assert (found.refused.line, found.up) == (2, ())


def test_no_folder_belongs_to_two_tools() -> None:
    files = {
        "m/migrations/1_a.sql": T,
        "m/migrations/V1__a.sql": T,
        "m/migrations/meta/_journal.json": '{"dialect":"pg","entries":[]}',
    }
    assert [project.style for project in projects(files)] == ["drizzle"]


@pytest.mark.full
def test_a_hundred_thousand_paths_are_looked_at_at_once() -> None:
    paths = [f"{'d/' * (number % 60)}{number // 3}/migrations/{number}_x.up.sql" for number in range(100_000)]
    started = time.process_time()
    assert len(list(sql_folder.find(paths))) > 30_000
    assert time.process_time() - started < 10

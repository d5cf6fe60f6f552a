"""Statements are applied as the tool would, and what each did is seen on a real server."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from lockgate.errors import ToolError
from lockgate.gates.migrations.kinds import sql_folder
from lockgate.gates.migrations.model import Failure, Migration, Statement, Step, Trace
from lockgate.gates.migrations.sessions.statements import split

SHOP = Path(__file__).parents[3] / "examples" / "shop"
NUMBERS = count()
STUBBORN = """do $$ begin
loop begin perform pg_sleep(9); exception when query_canceled then end; end loop; end $$"""
HELD = """
create table t(a int primary key, b text); create table p(id int primary key); insert into t values (1, 'x')
"""


@contextmanager
def session(server, seconds: float = 20.0, first: str = HELD) -> Iterator[SimpleNamespace]:
    """Give a session on a database of its own, with a shortcut to apply SQL, and the oids of its tables."""
    from lockgate.gates.migrations.sessions import recorder  # noqa: PLC0415 - psycopg
    from lockgate.gates.migrations.sessions.sql_session import SqlSession  # noqa: PLC0415

    database = server.create(f"traced_{next(NUMBERS)}")
    with database.connect(superuser=True) as control:
        recorder.install(control)
        with closing(SqlSession(database, (), seconds=seconds)) as open_session:
            assert open_session.replay(of(first)) is None
            rows = control.execute("select relname, oid::int8 from pg_class where relkind = 'r'").fetchall()
            yield SimpleNamespace(
                apply=lambda sql, **how: open_session.apply(of(sql, **how)),
                one=lambda sql, **how: single(open_session.apply(of(sql, **how))),
                session=open_session,
                control=control,
                oids=dict(rows),
            )


def of(sql: str, **how: object) -> Migration:
    return Migration("one", "one.sql", split(sql), **how)  # type: ignore[arg-type]


def single(trace: Trace) -> Step:
    assert trace.failure is None
    (step,) = trace.steps
    return step


def modes(step: Step, name: str) -> set[str]:
    return {lock.mode for lock in step.locks if lock.name == name}


def test_a_rewrite_a_whole_read_and_rows_are_seen(server) -> None:
    with session(server) as run:
        trace = run.apply(
            "set local lock_timeout = '2s';\nalter table t\n  alter a type bigint;\nupdate t set b = '';\n"
            "alter table t alter b set not null;"
        )
        t = run.oids["t"]
    assert trace.failure is None
    _, change, update, not_null = trace.steps
    assert (change.line, change.end_line, change.lock_timeout, change.transaction) == (2, 3, 2000, 1)
    assert [(each.oid, each.name, each.reason) for each in change.rewrites] == [
        (t, "public.t", "type change")
    ]
    assert "AccessExclusiveLock" in modes(change, "public.t")
    assert change.objects == ("public.t",)
    assert (update.written, update.scanned, update.rewrites) == ({t}, set(), ())
    assert (not_null.scanned, not_null.written, not_null.rewrites) == ({t}, set(), ())
    assert all(lock.name for step in trace.steps for lock in step.locks)


@pytest.mark.parametrize(
    ("sql", "mode", "scanned", "rewrites", "written"),
    [
        ("create index on t(b)", "ShareLock", True, False, False),
        ("alter table t add c int default 5", "AccessExclusiveLock", False, False, False),
        ("alter table t add c float default random()", "AccessExclusiveLock", None, True, False),
        ("alter table t alter b type varchar", "AccessExclusiveLock", False, False, False),
        ("alter table t add check (a > 0) not valid", "AccessExclusiveLock", False, False, False),
        ("alter table t add check (a > 0)", "AccessExclusiveLock", True, False, False),
        ("do $$ begin execute 'create index on t(b)'; end $$", "ShareLock", True, False, False),
        ("do $$ begin update t set b = ''; end $$", "RowExclusiveLock", False, False, True),
        ("truncate t", "AccessExclusiveLock", None, False, True),
        ("do $$ begin truncate t; end $$", "AccessExclusiveLock", None, False, True),
        ("with x as (delete from t returning a) select 1 from x", "RowExclusiveLock", False, False, True),
        ("lock table t in row exclusive mode", "RowExclusiveLock", False, False, False),
        ("cluster t using t_pkey", "AccessExclusiveLock", None, True, False),
        ("alter table p add foreign key (id) references t", "ShareRowExclusiveLock", None, False, False),
        ("drop table t", "AccessExclusiveLock", False, False, False),
        ("alter table t rename to u", "AccessExclusiveLock", False, False, False),
        ("select count(*) from t", "AccessShareLock", False, False, False),
    ],
)  # fmt: skip
def test_what_one_statement_does(server, sql, mode, scanned, rewrites, written) -> None:
    with session(server) as run:
        step = run.one(sql)
        t = run.oids["t"]
    assert mode in {lock.mode for lock in step.locks if lock.oid == t}
    assert scanned is None or scanned == (t in step.scanned)
    assert rewrites == (t in {each.oid for each in step.rewrites})
    assert written == (t in step.written)


def test_what_needs_no_transaction_has_none(server) -> None:
    with session(server) as run:
        trace = run.apply(
            "create index concurrently i on t(b); vacuum full t; update t set b = ''", atomic=False
        )
        refused = run.apply("select 1;\ncreate index concurrently j on t(b)", whole=True)
        t = run.oids["t"]
    assert trace.failure is None
    index, full, update = trace.steps
    assert (index.locks, index.rewrites) == ((), ())
    assert [(each.name, each.reason) for each in full.rewrites] == [("public.t", "vacuum full")]
    assert modes(full, "public.t") == {"AccessExclusiveLock"}
    assert [step.transaction for step in trace.steps] == [1, 2, 3]
    assert update.written == {t}
    assert refused.failure
    assert (refused.failure.state, refused.failure.line) == ("25001", 2)


def test_transactions_of_the_files_own(server) -> None:
    with session(server) as run:
        trace = run.apply(
            "begin; alter table t add c int; commit; alter table t add d int; create table x(); begin;"
            "create table y(); rollback; create table z()",
            atomic=False,
        )
        rest = run.apply("alter table t add e int; commit; alter table t add f int; select 1", whole=True)
        failing = run.apply("create table kept(); commit; create table gone(); select nope")
        names = {name for (name,) in run.control.execute("select relname from pg_class where relkind = 'r'")}
    assert trace.failure is None
    assert [step.transaction for step in trace.steps] == [1, 2, 3, 4, 5]
    assert [step.transaction for step in rest.steps] == [1, 2, 2]
    assert failing.failure
    assert {
        "x",
        "z",
        "kept",
        "gone",
    } <= names  # what follows a COMMIT has no transaction of the tool's any more
    assert "y" not in names


@pytest.mark.parametrize(
    ("sql", "line", "state"),
    [
        ("select 1;\n\nselect\n  nope\nfrom t", 4, "42703"),
        ("select 1;\n\\i other.sql", 2, "42601"),
        ("do $$\nbegin\n  perform 1;\n  perform nope();\nend $$", 4, "42883"),
        ("insert into p values (1);\ninsert into p\n  values (1)", 2, "23505"),
        ("copy t from stdin;\n1\n\\.\n", 1, "08P01"),
        ("copy t from program 'id'", 1, "42501"),
        ("select 1;\nselect '\0'", 2, "22021"),
        ("select 1; select pg_terminate_backend(pg_backend_pid())", 1, "57P01"),
        ("select '\udcff'", 1, "22021"),
        ("create table d(a int unique deferrable initially deferred);\ninsert into d values (1), (1)", 2,
         "23505"),
    ],
)  # fmt: skip
def test_what_fails_is_told_with_its_line_and_leaves_nothing(server, sql, line, state) -> None:
    with session(server) as run:
        failure = run.apply(sql).failure
        assert run.session.replay(of(sql)) == failure
        step = run.one("select count(*) from p")
        left = run.control.execute("select count(*) from p").fetchone()
    assert failure
    assert (failure.line, failure.state, failure.kind) == (line, state, "failed")
    assert step.transaction == 1
    assert left == (0,)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1;\nselect pg_sleep(1e9)",
        "set statement_timeout = 0;\ndo $$ begin loop end loop; end $$",
        f"select 1;\n{STUBBORN}",
        "select 1;\nselect repeat('x', 100) from generate_series(1, 1000000000)",
        "set statement_timeout = '50ms';\nselect pg_sleep(9)",
    ],
)  # fmt: skip
def test_what_does_not_end_is_stopped_and_told_with_its_line(server, sql: str) -> None:
    with session(server, seconds=0.3) as run:
        started = time.monotonic()
        trace = run.apply(sql)
        took = time.monotonic() - started
        again = run.apply("select 1")
        busy = run.control.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and state = 'active'"
        ).fetchone()
    assert trace.failure
    assert (trace.failure.kind, trace.failure.line) == ("timeout", 2)
    assert len(trace.steps) == 1
    assert took < 8
    assert again.failure is None
    assert busy == (1,)


def test_what_a_migration_sets_is_over_with_it(server) -> None:
    with session(server) as run:
        assert (
            run.apply("set search_path = ''; set lock_timeout = '1h'; prepare q as select 1").failure is None
        )
        step = run.one("alter table t add c int")
    assert step.lock_timeout == 0


def test_the_way_back(server) -> None:
    down = split("drop table made")
    with session(server) as run:
        there = Migration("m", "m.sql", split("create table made()"), down)
        assert run.session.replay(there) is None
        assert run.session.revert(there).failure is None
        assert run.session.revert(there).failure.state == "42P01"
        assert run.session.revert(of("select 1")).failure.kind == "irreversible"
        refused = Migration("m", "m.sql", refused=Failure("no", 3))
        assert run.session.apply(refused).failure == run.session.replay(refused) == Failure("no", 3)


def test_the_shops_migrations(server) -> None:
    paths = [str(path.relative_to(SHOP)) for path in SHOP.rglob("*") if path.is_file()]
    (project,) = (each for each in sql_folder.find(paths) if each.kind == "prisma")
    plan = sql_folder.migrations(project, lambda path: (SHOP / path).read_bytes())
    with session(server, first="") as run:
        traces = [run.session.apply(each) for each in plan]
    assert len(traces) >= 4
    assert [trace.failure for trace in traces if trace.failure] == []
    alter, update = traces[1].steps[1:]
    assert "AccessExclusiveLock" in modes(alter, "public.review")
    assert update.written
    assert (update.line, alter.line) == (8, 5)


def test_a_server_that_died_is_the_tools_fault() -> None:
    from lockgate.postgres.server import serve  # noqa: PLC0415
    from postgres_server import any_programs  # noqa: PLC0415

    with serve(any_programs()) as mortal, session(mortal) as run:
        data = run.control.execute("show data_directory").fetchone()[0]
        pid = int(Path(data, "postmaster.pid").read_text().splitlines()[0])
        mine = run.session._connection.info.backend_pid

        def kill() -> None:
            time.sleep(0.2)
            os.kill(pid, signal.SIGKILL)
            os.kill(mine, signal.SIGKILL)

        thread = threading.Thread(target=kill)
        thread.start()
        with pytest.raises(ToolError):
            run.apply("select 1; select pg_sleep(20)")
        thread.join()


HISTORY = (
    """
create table {t} (id serial primary key, name text not null, price int, owner int);
create unique index {t}_name on {t}(name);
create table {t}_part (id uuid primary key, {t}_id int not null);
create index on {t}_part({t}_id);
alter table {t}_part add constraint {t}_fk foreign key ({t}_id) references {t}(id) on delete cascade;
""",
    """
create type {t}_kind as enum ('a', 'b');
alter table {t} add kind {t}_kind not null default 'a';
update {t} set kind = 'b';
alter table {t} alter kind set default 'b';
""",
    """
alter table {t} add made timestamptz(3) not null default current_timestamp, add note text;
create index {t}_made on {t}(made);
alter table {t} alter price type bigint;
alter table {t} alter note set not null;
drop index {t}_name;
""",
    """
alter table {t} rename name to title;
alter table {t} drop column owner;
alter table {t}_part drop constraint {t}_fk;
insert into {t}(title, note) values ('x', 'y');
alter table {t}_part add c int not null default 0;
""",
)


def history(number: int) -> Iterator[Migration]:
    """Make migrations as projects have them, 4.75 statements each on average."""
    for each in range(number):
        text = HISTORY[each % 4].format(t=f"thing_{each // 4}")
        yield Migration(f"{each}", f"{each}.sql", split(text), whole=True)


@pytest.mark.full
def test_a_long_history_is_soon_applied(server) -> None:
    plan = list(history(160))
    assert 720 < sum(len(each.up) for each in plan) < 800
    with session(server, first="") as run:
        started = time.monotonic()
        assert [failure for each in plan if (failure := run.session.apply(each).failure)] == []
        watched = time.monotonic() - started
    with session(server, first="") as run:
        started = time.monotonic()
        assert [failure for each in plan if (failure := run.session.replay(each))] == []
        unwatched = time.monotonic() - started
    assert watched < 30
    assert unwatched < 20


def test_no_statements_and_comments_alone_are_nothing(server) -> None:
    with session(server) as run:
        assert run.apply("-- nothing") == Trace()
        assert run.session.apply(Migration("m", "m.sql", (Statement("'", 1, 1),))).failure.state == "42601"

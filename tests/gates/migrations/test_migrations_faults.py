"""What a change's migrations do wrong or against us: a finding at its line, or an incomplete gate."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from gates.migrations.gate_runs import REWRITE, TABLES, change, found
from gates.migrations.tool_projects import PROJECTS
from lockgate.errors import ExitCode
from lockgate.postgres.server import Server
from postgres_server import answers

FOLDER = "db/migrations/"
BASE = {f"{FOLDER}1_a.sql": TABLES}
PATH = f"{FOLDER}2_b.sql"
SLEEP = "select pg_sleep(1e9);\n"

REFUSED = {
    "a program": "copy users from program 'touch {marker}';",
    "a program that is fed": "copy users to program 'touch {marker}';",
    "a large object": "select lo_export(lo_from_bytea(0, 'x'), '{marker}');",
    "a file": "select pg_read_file('/etc/passwd');",
    "the recorder": "drop schema lockgate_recorder cascade;",
    "event triggers": "alter event trigger lockgate_ends disable;",
    "settings": "alter system set fsync = on;",
    "the superuser": "set role lockgate;",
    "a session": "set session authorization lockgate;",
    "other backends": "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid();",
    "its own backend": "select pg_terminate_backend(pg_backend_pid());",
    "a superuser": "create role boss superuser;",
    "itself": "alter role current_user superuser;",
    "a library": "create function f() returns int language c as '/lib/x.so', 'f';",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED.keys())
def test_what_reaches_out_of_the_database_is_refused(server: Server, tmp_path: Path, statement: str) -> None:
    marker = tmp_path / "marker"
    verdict = change(tmp_path / "r", BASE, server).judge(
        {PATH: f"select 1;\n{statement.format(marker=marker)}\n"}
    )
    assert found(verdict, rules=("fails",)) == [("fails", PATH, 2)]
    assert verdict.exit_code is ExitCode.FINDINGS
    assert not marker.exists()
    assert answers(server)


def test_a_program_is_not_run(server: Server, tmp_path: Path) -> None:
    test_what_reaches_out_of_the_database_is_refused(server, tmp_path, REFUSED["a program"])


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("alter tabel users;\n", [("fails", PATH, 1)]),
        ("select 1;\nselect 'x;\n", [("fails", PATH, 2)]),
        (REWRITE.encode("utf-16"), [("fails", PATH, 1)]),
        (b"\xef\xbb\xbf" + REWRITE.encode(), [("rewrite-under-lock", PATH, 3)]),
        (REWRITE.replace("\n", "\r\n"), [("rewrite-under-lock", PATH, 3)]),
        (b"-- \xff\xfe\n" + REWRITE.encode(), [("rewrite-under-lock", PATH, 4)]),
        (f"do $$ begin raise log 'lockgate {{}}'; end $$;\n{REWRITE}", [("rewrite-under-lock", PATH, 4)]),
        (f"rollback;\n{REWRITE}", [("rewrite-under-lock", PATH, 4)]),
        ("drop schema public cascade;\n", []),
        ("", []),
    ],
    ids=[
        "no SQL",
        "no end",
        "UTF-16",
        "BOM",
        "CRLF",
        "bytes",
        "a forged word",
        "rollback",
        "all gone",
        "empty",
    ],
)
def test_texts_of_all_kinds(
    server: Server, tmp_path: Path, text: str | bytes, rules: list[tuple[str, str, int]]
) -> None:
    verdict = change(tmp_path, BASE, server).judge({PATH: text})
    assert found(verdict, rules=("fails", "rewrite-under-lock")) == rules
    assert verdict.exit_code is (ExitCode.FINDINGS if rules else ExitCode.PASS)


def test_names_of_all_kinds(server: Server, tmp_path: Path) -> None:
    names = ["2_a\nb.sql", "3_\x1b[31m::error::x.sql", os.fsdecode(b"4_\xff\xfe.sql")]
    verdict = change(tmp_path, BASE, server).judge({
        f"{FOLDER}{name}": f"alter table users add c{number} float default random();\n"
        for number, name in enumerate(names)
    })  # fmt: skip
    assert verdict.exit_code is ExitCode.FINDINGS, verdict.reason
    assert len(found(verdict, rules=("rewrite-under-lock",))) == len(names)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../other.sql", "2_b.sql"])
def test_a_link_is_no_migration_that_can_be_read(server: Server, tmp_path: Path, target: str) -> None:
    made = change(tmp_path, {**BASE, "other.sql": REWRITE}, server)
    (made.repo.path / PATH).symlink_to(target)
    assert found(made.judge({})) == [("fails", PATH, 0)]


ENDLESS = {
    "a loop": "select 1;\ndo $$ begin loop end loop; end $$;\n",
    "a sleep": f"select 1;\n{SLEEP}",
    "words": "select 1;\ndo $$ begin loop raise log '%', repeat('x', 9999); end loop; end $$;\n",
    "quiet words": "set client_min_messages = error;\n"
    "do $$ begin loop raise log '%', repeat('x', 99999); end loop; end $$;\n",
    "rows": "select 1;\ncreate table big as select repeat('x', 99) from generate_series(1, 1000000000);\n",
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS.keys())
def test_what_does_not_end_is_a_finding_at_its_line(tmp_path: Path, text: str) -> None:
    started = time.monotonic()
    verdict = change(tmp_path, BASE, seconds=1.0).judge({PATH: text})
    assert found(verdict, rules=("takes-too-long",)) == [("takes-too-long", PATH, 2)]
    assert verdict.exit_code is ExitCode.FINDINGS
    assert time.monotonic() - started < 60


@pytest.mark.full
def test_a_history_of_ten_thousand(tmp_path: Path) -> None:
    many = {f"{FOLDER}{n:05}_t.sql": f"create table t{n} (id int);\n" for n in range(10_000)}
    made = change(tmp_path, many)
    verdict = made.judge({f"{FOLDER}99999_z.sql": REWRITE.replace("users", "t1")})
    assert found(verdict) == [("rewrite-under-lock", f"{FOLDER}99999_z.sql", 3)]
    everything = made.judge({}, base="")
    assert everything.exit_code is ExitCode.INCOMPLETE
    assert "10,001 migrations are new" in everything.reason


@pytest.mark.full
def test_a_file_of_twenty_megabytes(server: Server, tmp_path: Path) -> None:
    rows = "".join(f"insert into users values ({n}, '{'x' * 4000}');\n" for n in range(5_000))
    started = time.monotonic()
    verdict = change(tmp_path, BASE, server).judge({PATH: rows + REWRITE})
    assert found(verdict, rules=("rewrite-under-lock",)) == [("rewrite-under-lock", PATH, 5_003)]
    assert time.monotonic() - started < 120


def processes(mark: str) -> list[int]:
    """List the processes that have a mark on their command line or in their environment."""
    pids = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes():
                pids.append(int(folder.name))
    return [pid for pid in pids if pid != os.getpid()]


@contextmanager
def when(ready: Callable[[], bool], act: Callable[[], None]) -> Iterator[None]:
    """Do something once while a block runs: as soon as something is so."""
    over = threading.Event()

    def wait() -> None:
        while not over.wait(0.02):
            if ready():
                act()
                return

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def postmasters(temp: Path) -> Iterator[int]:
    """Find the servers whose folders lie there."""
    for file in temp.glob("lockgate-pg-*/data/postmaster.pid"):
        with suppress(OSError, ValueError, IndexError):
            yield int(file.read_text().splitlines()[0])


def sleeps(place: Path) -> list[int]:
    """List the backends of the servers in a folder, and of no other test's, that are at work for the gate."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            title = (folder / "cmdline").read_bytes()
            here = (folder / "cwd").readlink().is_relative_to(place)
            if here and re.match(rb"postgres: (?:app head|lockgate_\w+ lockgate_).*SELECT", title):
                found.append(int(folder.name))
    return found


@pytest.fixture
def temp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a short folder for temporary files that everybody may enter, as a server's user does."""
    place = Path(f"/tmp/lg-{os.getpid()}")
    place.mkdir(mode=0o755)
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr("tempfile.tempdir", None)
    yield place
    subprocess.run(["rm", "-rf", str(place)], check=True)


def gone(temp: Path, counts: Callable[[str], bool] = bool, within: float = 15.0) -> list[str]:
    """List what is left after some seconds: folders and processes of a server."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        left = [*filter(counts, [*map(str, temp.iterdir()), *map(str, processes(str(temp)))])]
        if not left:
            return []
        time.sleep(0.05)
    return left


def of_a_server(left: str) -> bool:
    """Tell a server's folder or a process from other files that are left."""
    return "lockgate-pg-" in left or left.isdecimal()


SEVERAL = "alter table users add a int;\nalter table users add b int;\nalter table users add c int;\n"


@pytest.mark.parametrize("at", range(4))
def test_a_server_that_is_killed_between_statements_leaves_the_gate_incomplete(
    tmp_path: Path, temp: Path, at: int
) -> None:
    lines = SEVERAL.splitlines()
    lines.insert(at, SLEEP.strip())

    def kill() -> None:
        for pid in postmasters(temp):
            os.kill(pid, signal.SIGKILL)

    made = change(tmp_path, BASE)
    with when(lambda: bool(sleeps(temp)), kill):
        started = time.monotonic()
        verdict = made.judge({PATH: "\n".join(lines)})
    assert verdict.exit_code is ExitCode.INCOMPLETE, verdict.reason
    assert time.monotonic() - started < 30
    assert gone(temp) == []


@pytest.mark.parametrize(
    ("number", "given"),
    [(signal.SIGKILL, False), (signal.SIGTERM, False), (signal.SIGINT, False), (signal.SIGTERM, True)],
)
def test_a_gate_that_is_killed_leaves_nothing(
    server: Server, tmp_path: Path, temp: Path, number: int, given: bool
) -> None:
    made = change(tmp_path, BASE, server if given else None).repo
    made.commit({PATH: SLEEP})
    argv = [sys.executable, "-I", "-X", "utf8", "-m", "lockgate", "run", str(made.path), "--base", "HEAD~1"]
    environment = {**os.environ, "LOCKGATE_HOME": str(tmp_path / "home"), "TMPDIR": str(temp)}
    place = Path(server._folder) if given else temp
    said = tmp_path / "said"
    with said.open("wb") as output, subprocess.Popen(
        [*argv, "--gates", "migrations", "--output", str(tmp_path / "out")],
        env=environment, stdout=output, stderr=output,
    ) as process:  # fmt: skip
        deadline = time.monotonic() + 60
        while not sleeps(place) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert sleeps(place), said.read_text()
        process.send_signal(number)
        code = process.wait(5)
    assert code != 0
    assert not sleeps(place) or number == signal.SIGKILL
    # what a killed process had for itself stays until the next run's system cleans up: no server is among it
    assert gone(temp, of_a_server if number == signal.SIGKILL else bool) == []


def operation(body: str) -> str:
    """Write a migration of Django that runs some code; its first line is the file's fourth."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return (
        "import os, sys, time, json\nfrom django.db import connection, migrations\n"
        f"def run(apps, editor):\n{lines}"
        "class Migration(migrations.Migration):\n"
        '    dependencies = [("people", "0001_initial")]\n'
        "    operations = [migrations.RunPython(run, migrations.RunPython.noop)]\n"
    )


DAEMON = """\
if not os.fork():
    os.setsid()
    if not os.fork():
        time.sleep(60)
    os._exit(0)
"""
CODE = {
    "ends": ("os._exit(0)", "fails"),
    "kills itself": ("os.kill(os.getpid(), 9)", "fails"),
    "raises": ("raise SystemExit(0)", "fails"),
    "loops": ("while True:\n    pass", "takes-too-long"),
    "sleeps in the server": ("connection.cursor().execute('select pg_sleep(1e9)')", "takes-too-long"),
    "speaks": ("print(json.dumps({'ok': True}))\nos.write(1, b'{\"ok\": true}\\n' * 100)", ""),
    "closes all": ("os.closerange(0, 9999)", "fails"),
    "leaves a daemon": (DAEMON, ""),
}  # fmt: skip


@pytest.mark.full
@pytest.mark.parametrize(("body", "rule"), CODE.values(), ids=CODE.keys())
def test_code_of_a_migration_that_misbehaves(tmp_path: Path, temp: Path, body: str, rule: str) -> None:
    folder = PROJECTS / "django"
    before = {
        f"app/{file.relative_to(folder)}": file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    made = change(tmp_path, before, seconds=8.0, code="run", python=sys.executable)
    path = "app/people/migrations/0002_code.py"
    verdict = made.judge({path: operation(body)})
    assert verdict.exit_code is (ExitCode.FINDINGS if rule else ExitCode.PASS), verdict.reason
    rules = {(f.rule, f.path) for f in verdict.findings if f.blocking}
    assert rules == ({(rule, path)} if rule else set())
    for pid in processes(str(temp)) if body == DAEMON else ():  # who may run code can hide a process from us
        os.kill(pid, signal.SIGKILL)
    assert gone(temp) == []

"""`command`: whatever applies migrations to DATABASE_URL is listened to, and is ended in its time."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gates.migrations.tool_projects import fresh
from lockgate.errors import ToolError
from lockgate.gates.migrations.kinds.command import CommandSession
from lockgate.gates.migrations.model import Project
from lockgate.gates.migrations.sessions.dialogue import Dialogue, DiedError
from lockgate.postgres.server import Server

CLIENT = """
import os, psycopg, sys
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS users (id int)")
    for statement in sys.argv[1:]:
        connection.execute(statement)
"""


@contextmanager
def session_for(
    server: Server, folder: Path, argv: list[str], seconds: float = 30.0
) -> Iterator[CommandSession]:  # fmt: skip
    (folder / "client.py").write_text(CLIENT)
    with fresh(server) as database:
        session = CommandSession(
            database, Project("command", "", ".lockgate.yml"), folder, argv,
            variables={"COLOUR": "red"}, entries=server.entries, seconds=seconds,
        )  # fmt: skip
        try:
            yield session
        finally:
            session.close()


def test_what_the_command_does_is_told(server: Server, tmp_path: Path) -> None:
    argv = [sys.executable, "client.py"]
    with session_for(server, tmp_path, argv) as session:
        (migration,) = session.plan()
        assert session.replay(migration) is None
        trace = session.apply(migration)
        assert (trace.failure, migration.path) == (None, ".lockgate.yml")
        assert [(step.locks, step.objects) for step in trace.steps] == [((), ())]  # it was there already
    argv.append("ALTER TABLE users ALTER id TYPE bigint")
    with session_for(server, tmp_path, argv) as session:
        trace = session.apply(migration)
        assert [(step.what.split()[0], step.line, len(step.rewrites)) for step in trace.steps] == [
            ("CREATE", 0, 0),
            ("ALTER", 0, 1),
        ]
        assert session.revert(migration).failure


@pytest.mark.parametrize(
    ("argv", "kind", "words"),
    [
        ([sys.executable, "client.py", "SELECT 1 / 0"], "failed", "division by zero"),
        ([sys.executable, "-c", "print('why not'); raise SystemExit(3)"], "failed", "ended with 3: why not"),
        ([sys.executable, "client.py", "SELECT pg_sleep(1e9)"], "timeout", "2 seconds"),
    ],
)
def test_a_command_that_fails_says_why(
    server: Server, tmp_path: Path, argv: list[str], kind: str, words: str
) -> None:  # fmt: skip
    with session_for(server, tmp_path, argv, seconds=2) as session:
        failure = session.apply(session.plan()[0]).failure
    assert failure
    assert failure.kind == kind
    assert words in failure.message


def test_a_command_that_is_not_there_is_no_measurement(server: Server, tmp_path: Path) -> None:
    with session_for(server, tmp_path, ["./migrate"]) as session, pytest.raises(ToolError, match="migrate"):
        session.apply(session.plan()[0])


def talk(tmp_path: Path, code: str) -> Dialogue:
    return Dialogue([sys.executable, "-I", "-c", f"import sys, time\n{code}"], cwd=tmp_path, env={})


def test_a_line_is_answered_by_a_line(tmp_path: Path) -> None:
    dialogue = talk(
        tmp_path, "for line in sys.stdin: sys.stderr.write('x' * 99999); print(line, flush=True, end='')"
    )
    try:
        for question in ({"ask": "\u202e\n"}, {"ask": "y" * 300_000}):
            assert dialogue.ask(question, 20) == question
    finally:
        dialogue.close()


@pytest.mark.parametrize(
    ("code", "words", "slow"),
    [
        (
            "sys.stderr.write('its \\x1b[31mlast\\nwords'); sys.exit(1)",
            "ended without an answer: its last words",
            False,
        ),
        ("time.sleep(1e6)", "was stopped after 0.5 seconds", True),
        (
            "sys.stdin.close(); print('no JSON', flush=True); time.sleep(1e6)",
            "ended without an answer",
            False,
        ),
        ("print('[1]', flush=True); time.sleep(1e6)", "ended without an answer", False),
        ("while True: sys.stderr.write('z' * 9999)", "was stopped", True),
    ],
)
def test_who_gives_no_answer_is_ended(tmp_path: Path, code: str, words: str, slow: bool) -> None:
    dialogue = talk(tmp_path, code)
    with pytest.raises(DiedError) as raised:
        dialogue.ask({}, 0.5 if slow else 20)
    assert str(raised.value).startswith(words)
    assert raised.value.slow == slow
    with pytest.raises(DiedError, match="ended before"):
        dialogue.ask({}, 1)


def test_a_program_that_is_not_there_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="nothing could not be started"):
        Dialogue(["/nothing"], cwd=tmp_path, env={})

"""The gate's answers on tables without a row, beside what a live server does to tables full of them."""

import json
import os
import sys
from pathlib import Path

import pytest

from lockgate.errors import ToolError
from lockgate.host import host

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from migrations_cases import CASES, SCHEMA, SETUP  # noqa: E402 - found only now
from migrations_matrix import Truth, alone, asking, pack, unpack  # noqa: E402

PACKED = json.loads((BENCHMARKS / "migrations.json").read_bytes())
TRUTH = unpack(PACKED)
MAJORS = ("14", "16", "17", "18")
# And those of which no event of the server tells.
SOME = (*CASES[::19], "TRUNCATE alone", "VACUUM FULL alone", "REFRESH MATERIALIZED VIEW sums")


def bare(server, name):
    """Make a database with the schema and no row."""
    from lockgate.gates.migrations.sessions import recorder  # noqa: PLC0415 - loads psycopg

    database = server.create(name)
    with database.connect(superuser=True) as control:
        control.execute(SETUP)
    with database.connect() as client:
        client.execute(SCHEMA)
    with database.connect(superuser=True) as control:
        recorder.install(control)


def answers(server, cases, path, folder):
    """Ask the gate, each time in a database of its own."""
    from migrations_ours import PATHS, ours  # noqa: PLC0415

    for number, case in enumerate(cases):
        database = server.create(f"{folder}_{number}", folder)
        yield case, ours(server, database, case, PATHS[path], atomic=not alone(case))
        server.drop(database.name)


def wrong(server, cases, path, folder, truths):
    """List what is judged otherwise than it is."""
    bare(server, folder)
    found = [(case, answer.kind) for case, answer in answers(server, cases, path, folder)]
    server.drop(folder)
    return [(case, kind, truths[case].kind) for case, kind in found if kind != truths[case].kind]


def test_the_truth_is_known_of_each_statement_on_each_version():
    assert {major: set(truths) for major, truths in TRUTH.items()} == {major: set(CASES) for major in MAJORS}
    assert len(CASES) == len(set(CASES))


@pytest.mark.parametrize("major", MAJORS)
def test_the_truth_has_enough_of_both_sides(major):
    kinds = [truth.kind for truth in TRUTH[major].values()]
    harmful = sum(kinds.count(kind) for kind in ("rewrite", "rows", "scan"))
    assert min(harmful, kinds.count("instant")) >= 60


def test_what_is_packed_is_unpacked():
    one, other = Truth("instant", ("a",), ("a", "b")), Truth("fails", state="42601")
    found = {"14": {"x": other, "y": one}, "18": {"x": one, "y": one}}
    packed = pack(found)
    assert [row["on"] for row in packed["y"]] == [["14", "18"]]
    assert unpack({"cases": packed}) == found


@pytest.mark.parametrize(
    ("case", "kind", "reads", "writes"),
    [  # as PostgreSQL's manual has it: 13.3.1, ALTER TABLE, CREATE INDEX
        ("ALTER TABLE users ADD COLUMN x integer DEFAULT random()", "rewrite", ("users",), ("users",)),
        ("ALTER TABLE users ADD COLUMN x timestamptz DEFAULT now()", "instant", ("users",), ("users",)),
        ("CREATE INDEX ON users (nick)", "scan", (), ("users",)),
        ("ALTER TABLE orders ADD FOREIGN KEY (seller) REFERENCES users", "scan", (), ("orders", "users")),
        ("ALTER TABLE users VALIDATE CONSTRAINT plus_late", "instant", (), ()),
        ("DO $$ BEGIN LOCK alone IN SHARE MODE; UPDATE alone SET n = 2; END $$", "rows", (), ("alone",)),
        ("ALTER TABLE nobody ADD COLUMN x integer", "fails", (), ()),
    ],
)
def test_the_oracle_sees_from_outside_what_others_cannot_do(filled, case, kind, reads, writes):
    truth = filled.ask(case)
    assert (truth.kind, truth.reads, truth.writes) == (kind, reads, writes)


@pytest.fixture(scope="module")
def filled(server):
    from migrations_cases import rows  # noqa: PLC0415

    database = server.create("matrix_full")
    with database.connect(superuser=True) as control:
        control.execute(SETUP)
    with database.connect() as client:
        client.execute(SCHEMA)
        client.execute(rows())
    with asking(database) as oracle:
        yield oracle
    server.drop("matrix_full")


@pytest.mark.parametrize("path", ["statement by statement", "by listening"])
def test_some_statements_on_the_server_that_is_there(server, path):
    major = server.version.partition(".")[0]
    truths = TRUTH.get(major) or TRUTH["16"]
    folder = f"matrix_{path[:2]}"
    assert wrong(server, [case for case in SOME if truths[case].kind != "fails"], path, folder, truths) == []


@pytest.mark.full
@pytest.mark.parametrize("major", MAJORS)
def test_all_statements_on_all_versions(major):
    from lockgate.postgres.programs import choose  # noqa: PLC0415
    from lockgate.postgres.server import serve  # noqa: PLC0415

    try:
        programs = choose(int(major), frozenset(), host(os.environ).home)
    except ToolError as error:
        pytest.skip(f"no PostgreSQL {major}: {error.what}")
    with serve(programs) as server:
        for path in ("statement by statement", "by listening"):
            assert wrong(server, CASES, path, f"matrix_{path[:2]}", TRUTH[major]) == []

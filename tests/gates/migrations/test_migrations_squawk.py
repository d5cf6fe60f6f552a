import json
from pathlib import Path

import pytest

from lockgate.errors import ToolError
from lockgate.finding import Severity
from lockgate.gates.migrations.catalogs.catalog import Catalog
from lockgate.gates.migrations.linting.squawk import Said, Source, read, rules, squawk_findings, weigh
from lockgate.gates.migrations.linting.squawk_rules import LOCKS, RULES, UNSEEN, WORK
from lockgate.gates.migrations.model import Applied, Lock, Measured, Migration, Project, Rewrite, Step, Trace
from lockgate.process import Completed

RECORDINGS = Path(__file__).with_name("recordings")
FILES = json.loads((RECORDINGS / "squawk_dirty_files.json").read_bytes())
SOURCES = [Source(f"db/{name}", text) for name, text in FILES.items()]
DIRTY = (RECORDINGS / "squawk_dirty.json").read_bytes()
USERS, FRESH = 7, 8
ALTER = Source("db/1.sql", "ALTER TABLE users\n ADD COLUMN x integer DEFAULT -1;\n")


def printed(data, code=1):
    return Completed(code, data, b"")


def recorded(name):
    return (RECORDINGS / name).read_bytes()


def said(rule, line=1, end_line=2):
    return Said(ALTER, rule, line, end_line, "x")


def measured(*steps, path=ALTER.path, existed=(USERS,)):
    applied = Applied(Migration("1", path), Trace(steps), Catalog(), Catalog())
    return Measured(Project("sql", "db", "db"), "17", Catalog(), (applied,), (frozenset(existed),))


def held(mode="AccessExclusiveLock", oid=USERS):
    return (Lock(oid, "public.users", "r", mode),)


def outcome(rule, *steps, **more):
    """Give what becomes of a finding: kept, disproved, or dropped without a word."""
    opinion = weigh([said(rule)], measured(*steps, **more))
    return "kept" if opinion.findings else "disproved" if opinion.disproved else "dropped"


def test_clean():
    assert read(printed(recorded("squawk_clean.json"), 0), [Source("a.sql", "SELECT 1;\n")]) == []


def test_dirty_has_each_finding_at_its_lines_counted_from_1_and_the_text_that_it_means():
    found = [
        (each.source.path, each.rule, each.line, each.end_line, each.marked)
        for each in read(printed(DIRTY), SOURCES)
    ]
    long = "a" * 60 + "_end"
    assert found == [
        ("db/0.sql", "ban-uncommitted-transaction", 2, 2, "BEGIN;"),
        ("db/0.sql", "require-lock-timeout", 3, 3, f"ALTER TABLE users ADD COLUMN {long} bigint;"),
        ("db/0.sql", "identifier-too-long", 3, 3, long),
        ("db/1.sql", "require-lock-timeout", 2, 3, "ALTER TABLE users\n  ADD COLUMN x integer DEFAULT -1;"),
        ("db/1.sql", "adding-field-with-default", 3, 3, "-1"),
        ("db/1.sql", "require-concurrent-index-creation", 4, 6, "CREATE INDEX\n  i\n  ON users (x);"),
        ("db/1.sql", "ban-drop-database", 7, 7, "DROP DATABASE shop;"),
        ("db/2.sql", "syntax-error", 1, 1, "ALTER TABEL users;"),
    ]  # fmt: skip


@pytest.mark.parametrize("code", [0, 1, 101])
def test_its_exit_code_says_nothing(code):
    assert read(printed(DIRTY, code), SOURCES) == read(printed(DIRTY), SOURCES)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (recorded("squawk_crashed.txt"), "no JSON"),
        (DIRTY[: len(DIRTY) // 2], "no JSON"),
        (b"", "no JSON"),
        (b"[]", "does not find ban-uncommitted-transaction"),
        (b'[{"file": 1}]', "no JSON"),
        (DIRTY.replace(b'"2.sql"', b'"9.sql"'), "a file that it was not given"),
    ],
    ids=["crashed", "truncated", "empty", "blind", "another shape", "another file"],
)
def test_what_cannot_be_read_whole_is_an_error(data, why):
    with pytest.raises(ToolError, match=why):
        read(printed(data), SOURCES)


def test_not_measured_all_of_it_is_kept_and_says_so():
    opinion = weigh(read(printed(DIRTY), SOURCES), None)
    assert opinion.disproved == ()
    kept = {judged.finding.rule: judged.finding for judged in opinion.findings}
    assert {rule for rule, finding in kept.items() if "not measured" in finding.message} == {
        "adding-field-with-default", "require-concurrent-index-creation", "require-lock-timeout",
        "syntax-error",
    }  # fmt: skip
    assert {rule for rule, finding in kept.items() if finding.severity > Severity.MEDIUM} == {
        "ban-drop-database", "ban-uncommitted-transaction",
    }  # fmt: skip


@pytest.mark.parametrize("rule", sorted(UNSEEN))
def test_what_no_trace_sees_is_kept_whatever_was_measured(rule):
    assert outcome(rule, Step("ALTER TABLE", 1, 2)) == "kept"


@pytest.mark.parametrize("rule", sorted(WORK))
def test_work_is_disproved_unless_it_is_done_under_a_lock_on_what_was_there_before(rule):
    rewrite = (Rewrite(USERS, "public.users", "type change"),)
    assert outcome(rule, Step("x", 1, 2, locks=held())) == "disproved"
    assert outcome(rule, Step("x", 1, 2, locks=held(), rewrites=rewrite)) == "dropped"
    assert outcome(rule, Step("x", 1, 2, locks=held("ShareLock"), scanned=frozenset({USERS}))) == "dropped"
    assert (
        outcome(rule, Step("x", 1, 2, locks=held("ShareUpdateExclusiveLock"), scanned=frozenset({USERS})))
        == "disproved"
    )
    assert outcome(rule, Step("x", 1, 2, locks=held(oid=FRESH), scanned=frozenset({FRESH}))) == "disproved"


@pytest.mark.parametrize("rule", sorted(LOCKS))
def test_a_lock_is_disproved_where_none_is_held_for_which_others_wait(rule):
    assert outcome(rule, Step("x", 1, 2, locks=held("AccessShareLock"))) == "disproved"
    assert outcome(rule, Step("x", 1, 2, locks=held(oid=FRESH))) == "disproved"
    assert outcome(rule, Step("x", 1, 2, locks=held())) == "dropped"


def test_the_catalog_speaks_for_itself():
    assert outcome("ban-drop-column", Step("x", 1, 2, locks=held())) == "dropped"
    assert outcome("ban-drop-column", Step("x", 1, 2)) == "dropped"


def test_a_statement_that_was_not_reached_was_not_measured():
    assert outcome("changing-column-type", Step("x", 3, 4)) == "kept"
    assert outcome("changing-column-type", Step("x", 1, 2), path="db/other.sql") == "kept"
    assert outcome("changing-column-type") == "kept"


def test_what_is_disproved_names_its_place_and_what_was_measured():
    (one,) = weigh([said("adding-field-with-default")], measured(Step("x", 1, 2, locks=held()))).disproved
    assert (one.rule, one.path, one.line) == ("adding-field-with-default", "db/1.sql", 1)
    assert "writes no table anew" in one.why


def test_the_real_one_over_files_of_both_kinds():
    sources = [
        Source("a.sql", "BEGIN;\nSELECT 1;\nCOMMIT;\n"),
        Source("b.sql", "SELECT 1;\nCOMMIT;\n", atomic=True),
        Source(
            "c.sql", "-- squawk-ignore-file\n\nALTER TABLE users ALTER COLUMN n TYPE bigint;\n", atomic=True
        ),
    ]
    findings = squawk_findings(sources, None, major=17, seconds=60).findings
    places = {(each.finding.path, each.finding.rule, each.finding.line) for each in findings}
    assert places == {
        ("b.sql", "transaction-nesting", 2),
        ("c.sql", "changing-column-type", 3),
        ("c.sql", "require-lock-timeout", 3),
    }


def test_a_file_that_crashes_it_is_an_error():
    deep = Source("deep.sql", f"SELECT {'(' * 100_000}1{')' * 100_000};\n")
    with pytest.raises(ToolError, match="squawk failed"):
        squawk_findings([deep], None, major=17, seconds=60)


def test_no_file_starts_nothing():
    assert squawk_findings([], None, major=17, seconds=0).findings == ()


def test_a_finding_keeps_its_key_when_lines_move_and_names_no_more_than_200_characters():
    there, moved = said("identifier-too-long"), Said(ALTER, "identifier-too-long", 9, 9, "x")
    first, second = weigh([there, moved], None).findings
    assert first.key == second.key
    (long,) = weigh([Said(ALTER, "identifier-too-long", 1, 1, "y`\n" * 9999)], None).findings
    assert len(long.finding.message) < 300
    assert "\n" not in long.finding.message


def test_rules_say_what_why_and_how_to_mend():
    assert [rule.id for rule in rules(["syntax-error", "no-such", "ban-drop-table"])] == [
        "ban-drop-table",
        "syntax-error",
    ]
    assert all(rule.what and rule.why and rule.mend for rule in RULES.values())

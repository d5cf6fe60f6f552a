import io
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lockgate.finding import Severity, State
from lockgate.github import MESSAGE_LIMIT, Emitter
from lockgate.reports.annotations import BUDGET, choose, every
from lockgate.verdict import Outcome
from runner_port import Runner
from verdicts import finding, findings, gate, rule, verdict, verdicts


def sent(annotations):
    stream = io.StringIO()
    emitter = Emitter(stream)
    for item in annotations.items:
        emitter.annotate(
            item.level, item.message, file=item.file, line=item.line,
            end_line=item.end_line, col=item.col, title=item.title,
        )  # fmt: skip
    return Runner().feed(stream.getvalue())


def many(count, **changes):
    return [finding(path=f"src/{number:03}.py", **changes) for number in range(count)]


def test_says_what_why_and_how_to_mend():
    (item,) = choose(verdict(finding(blocking=True, column=5, end_line=3))).items
    assert (item.level, item.title) == ("error", "sast · B602 · high")
    assert (item.file, item.line, item.end_line, item.col) == ("src/app.py", 3, 3, 5)
    assert item.message.splitlines() == [
        "subprocess call with shell=True",
        "Why: Input can become a command. (CWE-78)",
        "Mend: Pass a list and no shell.",
        "https://bandit.readthedocs.io/x.html#b602",
    ]


def test_names_all_tools_that_found_it():
    (item,) = choose(verdict(finding(sources=("bandit/B602", "semgrep/shell")))).items
    assert "Found by: bandit/B602, semgrep/shell" in item.message.splitlines()


def test_levels():
    findings = [
        finding(severity=severity, rule=str(severity), blocking=blocking)
        for severity in Severity
        for blocking in (True, False)
    ]
    levels = {(i.title.split(" · ")[1], i.level) for i in choose(verdict(*findings)).items}
    assert {word for word, level in levels if level == "error"} == {str(severity) for severity in Severity}
    assert {word for word, level in levels if level == "warning"} == {"critical", "high", "medium"}
    assert {word for word, level in levels if level == "notice"} == {"low", "note"}


def test_the_rule_knows_what_the_finding_does_not_say():
    (item,) = choose(verdict(finding(message=""))).items
    assert item.message.startswith("A shell runs the command.\n")
    (item,) = choose(verdict(finding(rule="X", help="javascript:alert(1)"))).items
    assert item.message == "subprocess call with shell=True"


def test_only_what_the_change_did():
    old, outside = finding(state=State.UNCHANGED), finding(in_change=False, line=9)
    waived, gone = finding(waived=True, line=10), finding(state=State.ABSENT, line=11)
    assert choose(verdict(old, outside, waived, gone)).items == ()
    shown = choose(verdict(old, outside, waived, gone, base=None))
    assert (shown.shown, shown.total) == (2, 2)
    assert len(choose(verdict(finding(state=State.UNCHANGED, blocking=True))).items) == 1


def test_one_rule_in_one_file_is_one_annotation():
    (item,) = choose(
        verdict(*(finding(line=line, end_line=line + 1, column=2) for line in (30, 4, 12)))
    ).items
    assert (item.line, item.end_line, item.col) == (4, 0, 0)
    assert "3 times in this file: lines 4, 12, 30\n" in item.message


def test_many_lines_are_not_all_named():
    (item,) = choose(verdict(*(finding(line=line) for line in range(1, 40)))).items
    assert "39 times in this file: lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, …" in item.message


def test_a_full_budget_needs_no_last_word():
    findings = [
        *many(BUDGET, blocking=True),
        *many(BUDGET, severity=Severity.MEDIUM, rule="w"),
        *many(BUDGET, severity=Severity.NOTE, rule="n"),
    ]
    chosen = choose(verdict(*findings))
    assert (len(chosen.items), chosen.shown, chosen.total) == (30, 30, 30)
    assert all(item.file for item in chosen.items)


def test_the_last_notice_counts_what_was_left_out():
    findings = [
        *many(BUDGET + 5, blocking=True),
        *many(BUDGET, severity=Severity.LOW, rule="n"),
        finding(path="src/000.py", line=8, blocking=True),
    ]
    chosen = choose(verdict(*findings))
    assert [item.level for item in chosen.items].count("error") == BUDGET
    assert [item.level for item in chosen.items].count("notice") == BUDGET
    last = chosen.items[-1]
    assert (last.level, last.file) == ("notice", "")
    assert last.message.startswith("20 of 26 findings shown")  # 11 in 10 errors, 9 notices
    assert (chosen.shown, chosen.total) == (20, 26)


def test_the_most_important_come_first():
    findings = [
        *many(BUDGET, severity=Severity.MEDIUM),
        finding(severity=Severity.CRITICAL, path="z.py"),
        finding(severity=Severity.LOW, path="a.py", blocking=True, rule="b"),
    ]
    chosen = choose(verdict(*findings))
    assert [item.file for item in chosen.items[:3]] == ["a.py", "z.py", "src/000.py"]


def test_an_incomplete_gate_comes_before_all():
    gates = (gate(), gate(name="secrets", outcome=Outcome.INCOMPLETE, reason="gitleaks died"))
    chosen = choose(verdict(*many(BUDGET, blocking=True), gates=gates))
    first = chosen.items[0]
    assert (first.level, first.title, first.message) == ("error", "secrets · incomplete", "gitleaks died")
    assert [item.level for item in chosen.items].count("error") == BUDGET
    assert chosen.items[-1].message.startswith("9 of 10 findings")


def test_the_last_notice_names_the_first_of_what_was_left_out():
    findings = [
        *many(BUDGET, blocking=True),
        finding(path="src/x.py", line=7, blocking=True, severity=Severity.LOW, rule="B9"),
        finding(path="src/x.py", line=9, blocking=True, severity=Severity.LOW, rule="B9"),
        finding(path="src/y.py", line=0, blocking=True, severity=Severity.LOW, rule="B9"),
    ]
    assert choose(verdict(*findings)).items[-1].message.splitlines() == [
        "10 of 13 findings shown; 3 more are in the summary, SARIF and report.html:",
        "low · sast · B9 · src/x.py:7 (2 times)",
        "low · sast · B9 · src/y.py",
    ]


def test_the_last_notice_is_never_cut():
    (*_, last) = choose(verdict(*many(1000, blocking=True, rule="r" * 9000))).items
    lines = last.message.splitlines()
    assert lines[0].startswith("10 of 1000 findings shown; 990 more are in the summary")
    assert lines[-1] == "…"
    assert all(line.startswith("high · sast · r") for line in lines[1:-1])
    assert len(last.message.encode("utf-16-le")) // 2 <= MESSAGE_LIMIT


@given(st.lists(findings(), min_size=20, max_size=80))
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_finding_that_is_left_out_matters_more_than_one_that_is_shown(found):
    numbered = [replace(each, path=f"{number}.py") for number, each in enumerate(found)]
    made = verdict(*numbered)
    shown = {item.file for item in choose(made).items}
    wanted = [item for item in every(made) if item.level != "notice"]  # a place of these is the last notice's
    for level in ("error", "warning"):
        of_level = [item.file for item in wanted if item.level == level]
        assert [file for file in of_level if file in shown] == of_level[:BUDGET]
    notices = [item.file for item in every(made) if item.level == "notice"]
    assert [file for file in notices if file in shown] in (notices[:BUDGET], notices[: BUDGET - 1])


def test_a_thousand_findings_without_a_token():
    worst = [finding(path=f"w{number}.py", severity=Severity.CRITICAL, blocking=True) for number in range(4)]
    beside = [replace(each, in_diff=False) for each in many(300, blocking=True)]
    on_it = [replace(each, path=f"z{number}.py") for number, each in enumerate(many(300, blocking=True))]
    low = many(396, severity=Severity.LOW, rule="n")
    chosen = choose(verdict(*low, *beside, *on_it, *worst))
    errors = [item.file for item in chosen.items if item.level == "error"]
    assert errors == [*(f"w{number}.py" for number in range(4)), *(f"z{number}.py" for number in
                      sorted(range(300), key=str)[:6])]  # fmt: skip
    assert chosen.items[-1].message.startswith("19 of 1000 findings shown; 981 more are in")


def test_a_finding_outside_the_diff_says_why_it_is_shown():
    (item,) = choose(verdict(finding(in_diff=False))).items
    assert item.message.splitlines()[3] == (
        "Shown: on no line of this change, but the change touches its file, and the base lacks it"
    )
    (item,) = choose(verdict(finding(in_diff=False, commit="c" * 40))).items
    assert "but commit cccccccccccc of the change added it" in item.message
    (item,) = choose(verdict(finding(in_diff=False, in_change=False, blocking=True))).items
    assert "Shown" not in item.message


@given(verdicts())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_verdict_fits_the_budget_and_gives_no_other_command(made):
    chosen = choose(made)
    runner = sent(chosen)
    assert [command.name for command in runner.commands] == [item.level for item in chosen.items]
    assert runner.printed == []
    for level in ("error", "warning", "notice"):
        assert sum(item.level == level for item in chosen.items) <= BUDGET
    assert chosen.shown <= chosen.total
    assert (chosen.shown < chosen.total) == any(item.title == "lockgate" for item in chosen.items)
    assert choose(made) == chosen


def test_rules_of_another_tool_are_not_mixed_up():
    (item,) = choose(verdict(finding(), rules=(rule(tool="other", mend="wrong"),))).items
    assert "wrong" not in item.message


def test_every_finding_about_the_change_has_one_where_there_is_no_budget():
    broken = gate(outcome=Outcome.INCOMPLETE, reason="bandit died")
    old = finding(path="old.py", state=State.UNCHANGED)
    made = verdict(finding(severity=Severity.LOW), *many(30, blocking=True), old, gates=(broken,))
    items = every(made)
    assert [item.title for item in items[:2]] == ["sast · incomplete", "sast · B602 · high"]
    assert [item.file for item in items[1:]] == [f"src/{number:03}.py" for number in range(30)] + [
        "src/app.py"
    ]
    assert [item.level for item in items] == ["error"] * 31 + ["notice"]

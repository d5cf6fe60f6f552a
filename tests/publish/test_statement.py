"""What is said about a run: never a pass that GitHub does not call a success, and never too long."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt

from lockgate.errors import PlatformError
from lockgate.finding import Notification, Severity, State
from lockgate.publish.statement import LIMIT, body, note, of_failure, of_verdict
from lockgate.verdict import Answer, FunnelStep, Outcome, Tool
from publish.samples import failing, many, passing, run
from verdicts import HOSTILE, finding, gate, verdict, verdicts

CONCLUSIONS = ["failure", "timed_out", "startup_failure", None, "novel"]


@pytest.mark.parametrize("conclusion", CONCLUSIONS)
def test_nothing_passes_that_did_not_end_as_a_success(conclusion):
    said = of_verdict(run(conclusion=conclusion), passing())
    assert (said.answer, said.conclusion) == (Answer.ERROR, "failure")
    assert f"ended as {conclusion}, and its verdict says pass" in said.title
    assert "⚠️ error" in body(said)
    assert "✅ pass" not in body(said).splitlines()[0]


def test_a_success_with_another_verdict_is_an_error():
    said = of_verdict(run(conclusion="success"), failing())
    assert (said.answer, said.conclusion) == (Answer.ERROR, "failure")
    assert "ended as success, and its verdict says fail: 1 finding blocks" in said.reason


def test_where_both_agree_the_verdict_stands():
    said = of_verdict(run(conclusion="success"), passing())
    assert (said.answer, said.conclusion, said.title) == (Answer.PASS, "success", "pass: no finding")
    said = of_verdict(run(), failing())
    assert (said.answer, said.conclusion) == (Answer.FAIL, "failure")


def test_without_a_verdict_it_says_why():
    said = of_failure(run(), PlatformError("the run left no artifact", cause="c", todo="t"))
    assert (said.answer, said.conclusion, said.annotations) == (Answer.ERROR, "failure", ())
    text = body(said)
    assert "<b>the run left no artifact</b>" in text
    assert 'From the <a href="https://github.example/octo/app/actions/runs/9000000001">run</a>' in text
    assert "commit 5f5f5f5f5f5f" in text


def test_the_commit_is_that_of_the_api():
    text = body(of_verdict(run(head_sha="ab" * 20), failing(head="cd" * 20)))
    assert text.endswith("</a> for commit abababababab.\n")


def test_all_well_is_one_line():
    made = replace(passing(finding(state=State.UNCHANGED), finding(waived=True)), fixed=(finding(),) * 3)
    text = note(of_verdict(run(conclusion="success"), made), LIMIT)
    assert text == (
        "Lockgate: <b>✅ pass</b> · no finding · 3 fixed by this change · 1 waived · From the "
        '<a href="https://github.example/octo/app/actions/runs/9000000001">run</a> for commit 5f5f5f5f5f5f.\n'
    )


@pytest.mark.parametrize(
    ("made", "conclusion"),
    [
        (passing(finding(severity=Severity.LOW)), "success"),  # it does not block, and is about the change
        (passing(), "failure"),
        (failing(), "failure"),
        (failing(), "success"),
    ],
)
def test_whatever_is_not_well_is_said_in_full(made, conclusion):
    said = of_verdict(run(conclusion=conclusion), made)
    assert note(said, LIMIT) == body(said)
    assert "| gate | outcome | new | fixed | waived | seconds |" in body(said)


def test_findings_are_linked_to_their_lines():
    text = body(of_verdict(run(), failing(finding(blocking=True, path="a b.py", end_line=4))))
    assert f'<a href="https://github.example/octo/app/blob/{"5f" * 20}/a%20b.py#L3-L4"><code>a b.py:3' in text


def test_what_the_change_fixed_is_listed():
    text = body(of_verdict(run(), failing(fixed=(finding(path="old.py", state=State.ABSENT),))))
    assert "<summary>Fixed by this change: 1</summary>" in text
    assert "old.py:3" in text


def test_many_findings_fit():
    text = body(of_verdict(run(), many(3000)))
    assert LIMIT * 0.9 < len(text.encode()) <= LIMIT
    assert "of 3000 findings shown" in text


def test_many_notes_give_way_to_findings():
    notes = tuple(Notification(level="warning", message="@" * 300, path="@" * 300) for _ in range(60))
    text = body(of_verdict(run(), failing(gates=(gate(notifications=notes),))))
    assert len(text.encode()) <= LIMIT
    assert "Blocking: 1" in text
    assert "Notes about the run are left out" in text


@pytest.mark.parametrize(
    "made",
    [
        failing(gates=tuple(gate(name="@" * 300, reason="@" * 300) for _ in range(100))),
        failing(gates=(gate(tools=(Tool("@" * 300, "1"),) * 100),)),
        failing(funnel=(FunnelStep("@" * 300, 1),) * 200),
        failing(reason="@" * 10_000_000, scope="é" * 10_000_000),
    ],
)
def test_whatever_is_too_long_it_fits_and_says_what_is_missing(made):
    text = body(of_verdict(run(), made))
    assert len(text.encode()) <= LIMIT
    assert "Lockgate: " in text
    assert "for commit 5f5f5f5f5f5f" in text
    assert "left out for want of room" in text or "Blocking: 1" in text


@given(verdicts())
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_text_fits(made):
    said = of_verdict(run(), made)
    text = body(said)
    text.encode()
    assert "@" not in text
    assert len(said.title) <= 255
    assert "\n" not in said.title


def test_hostile_text_changes_no_structure():
    plain = shape(body(of_verdict(run(), hostile("plain words"))))
    for words in HOSTILE:
        assert shape(body(of_verdict(run(), hostile(words)))) == plain


def hostile(words):
    broken = gate(outcome=Outcome.INCOMPLETE, name=words, reason=words, tools=(Tool(words, words),))
    found = finding(message=words, path=words, rule=words, blocking=True, waived=True, waiver=words)
    return verdict(found, gates=(broken,), answer=Answer.ERROR, reason=words, scope=words, rules=())


def shape(text):
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    return [token.type for token in tokens]

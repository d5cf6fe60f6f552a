from markdown_it import MarkdownIt

from lockgate.errors import ExitCode
from lockgate.reports.history import History, Past
from lockgate.reports.trend import render
from lockgate.verdict import Answer, Outcome
from verdicts import HOSTILE, finding, gate, verdict

BASE = "a" * 40


def base(**changes):
    gates = (gate(outcome=Outcome.PASSED, counts={"findings": 41}),)
    values = {"answer": Answer.PASS, "exit_code": ExitCode.PASS, "head": BASE, "base": None, "gates": gates,
              "scope": "everything"}  # fmt: skip
    return verdict(**(values | changes))


def head(**changes):
    counts = {"findings": 5, "new": 3, "fixed": 2}
    gates = (gate(counts=counts), gate(name="secrets", outcome=Outcome.SKIPPED, counts={}))
    return verdict(finding(blocking=True), **({"base": BASE, "gates": gates} | changes))


def rows(text):
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]


def test_no_history_is_no_section():
    assert render(head(), History()) == ""


def test_a_change_stands_against_the_last_verdict_of_its_base():
    history = History(
        (Past("16", base(answer=Answer.ERROR)), Past("17", base()), Past("18", base(head="f" * 40)))
    )
    assert rows(render(head(), history)) == [
        ["the base's last verdict, 17", "this run"],
        ["verdict", "✅ pass", "❌ fail"],
        ["judged", "everything", "the change"],
        ["blocking", "0", "1"],
        ["sast findings", "41", "42 (3 new, 2 mended)"],
        ["secrets findings", "–", "–"],
    ]


def test_counts_of_a_base_that_was_judged_as_a_change_stand_as_they_are():
    text = render(head(), History((Past("17", base(base="0" * 40, scope="a push")),)))
    assert ["judged", "a push", "the change"] in rows(text)
    assert ["sast findings", "41", "5"] in rows(text)


def test_an_incomplete_gate_is_not_counted():
    broken = (gate(outcome=Outcome.INCOMPLETE, counts={"findings": 1}),)
    before = base(gates=broken, answer=Answer.ERROR, exit_code=ExitCode.INCOMPLETE)
    assert ["sast findings", "–", "–"] in rows(render(head(), History((Past("17", before),))))


def test_without_a_base_the_last_run_is_what_it_stands_against():
    text = render(head(base=None), History((Past("16", base()), Past("17", base(head="f" * 40)))))
    assert rows(text)[0] == ["the last run, 17", "this run"]
    assert ["sast findings", "41", "5"] in rows(text)


def test_what_is_missing_is_said():
    assert "None of 1 earlier verdicts is of the base." in render(
        head(), History((Past("1", base(head="f" * 40)),))
    )
    assert "2 earlier files are no verdict that can be read." in render(head(), History(unread=2))


def test_names_and_scopes_are_only_ever_text():
    shape = None
    for text in HOSTILE:
        before = base(scope=text, gates=(gate(name=text, counts={}),))
        made = render(head(scope=text), History((Past(text, before),)))
        made.encode()
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(made)
        found = [(token.type, [child.type for child in token.children or () if child.type != "text"])
                 for token in tokens]  # fmt: skip
        shape = shape or found
        assert found == shape, text

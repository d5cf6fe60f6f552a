import json

from lockgate.reports.result import SCHEMA, render
from verdicts import verdict


def test_it_is_one_line_that_holds_what_the_gate_asks_for():
    made = verdict()
    text = render(made)
    document = json.loads(text)
    assert "\n" not in text
    assert (document["schema"], document["verdict"], document["head"]) == (SCHEMA, made.answer, made.head)
    assert document["gates"] == {gate.name: gate.outcome for gate in made.gates}
    assert document["blocking"] == len([finding for finding in made.findings if finding.blocking])
    assert document["funnel"].startswith(f"{made.funnel[0].count} {made.funnel[0].stage} → ")


def test_a_long_or_hostile_reason_stays_one_short_line():
    document = json.loads(render(verdict(reason="a\n::error::b\r" + "x" * 1_000_000)))
    assert "\n" not in document["reason"]
    assert "\r" not in document["reason"]
    assert len(document["reason"]) <= 2000

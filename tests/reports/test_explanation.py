"""Why a finding blocks or does not, from verdicts that were written and read back."""

import pytest
from hypothesis import given, settings

from lockgate.errors import InputError
from lockgate.finding import NOT_SCANNED, Severity, State
from lockgate.reports import verdict_json
from lockgate.reports.explanation import render
from runner_port import Runner
from verdicts import finding, gate, rule, verdict, verdicts

PRINT = "0123abcd" * 4


def explained(made, fingerprint: str = PRINT[:8]) -> dict[str, str]:
    text = render(verdict_json.read(verdict_json.render(made)), fingerprint)
    head, message, *rows = text.splitlines()
    return {"head": head, "message": message} | {row[:16].strip(): row[16:] for row in rows}


def test_each_stage_is_named():
    found = finding(
        fingerprint=PRINT,
        state=State.UNCHANGED,
        in_change=False,
        sources=("bandit/B602", "x/y"),
        commit="d" * 40,
    )
    assert explained(verdict(found)) == {
        "head": "sast · B602 · high · src/app.py:3",
        "message": "subprocess call with shell=True",
        "fingerprint": PRINT,
        "found by": "bandit/B602, x/y",
        "commit": f"{'d' * 40}: no longer in the tree",
        "in the change": "no (the change)",
        "new": f"no (compared with {'a' * 12})",
        "waived": "no: no waiver names it",
        "over threshold": "yes: high is not below high, the threshold of sast (the default)",
        "so it": "does not block",
        "to change it": "it would count in a run that judges everything (`lockgate run --all`), "
        "or were it added anew",
    }


@pytest.mark.parametrize(
    ("changes", "thresholds", "stage", "words"),
    [
        ({"waived": True, "waiver": "B602 by Ada until 2027"}, {}, "waived", "yes, B602 by Ada until 2027"),
        ({"waived": True, "waiver": "B602 by Ada", "waived_why": "c.yml:7"}, {}, "waived",
         "yes, B602 by Ada (c.yml:7)"),
        ({"waived_why": "c.yml:7 has expired on 2030-06-14"}, {}, "waived",
         "no: c.yml:7 has expired on 2030-06-14"),
        ({"severity": Severity.LOW}, {}, "over threshold",
         "no: low is below high, the threshold of sast (c.yml:3)"),
        ({"severity": Severity.LOW}, {"sast": Severity.LOW}, "over threshold",
         "yes: low is not below low, the threshold of sast (c.yml:3)"),
        ({"severity": Severity.HIGH}, {"sast": Severity.CRITICAL}, "over threshold",
         "no: high is below critical, the threshold of sast (c.yml:3)"),
        ({"severity": Severity.HIGH}, {"secrets": Severity.CRITICAL}, "over threshold",
         "yes: high is not below high, the threshold of sast (c.yml:3)"),
        ({"rule": NOT_SCANNED, "severity": Severity.NOTE}, {}, "over threshold",
         "yes: what was not scanned blocks whatever the threshold"),
        ({"blocking": True}, {}, "so it", "blocks"),
        ({"gate": "policy"}, {}, "policy",
         "it tells of the configuration or a waiver, and never blocks by itself"),
    ],
)  # fmt: skip
def test_each_decision(changes, thresholds, stage, words):
    gates = tuple(
        gate(name=name, fail_on=thresholds.get(name, Severity.HIGH), fail_on_from="c.yml:3")
        for name in ("sast", "secrets")
    )
    assert explained(verdict(finding(fingerprint=PRINT, **changes), gates=gates))[stage] == words


WAIVE = (
    "or waive it, for as long as `waiver-caps` allows a {} finding: "
    "lockgate waive 0123abcd0123 --owner WHO --reason WHY --expires YYYY-MM-DD"
)


@pytest.mark.parametrize(
    ("changes", "place", "ways"),
    [
        ({"waived": True}, "", ["it counts again once the waiver has expired or is taken out"]),
        ({"severity": Severity.LOW}, "c.yml:3", ["it would block from `fail-on: low` on, at c.yml:3"]),
        ({"severity": Severity.LOW}, "",
         ["it would block from `fail-on: low` on, as `gates.sast.fail-on` in the configuration"]),
        ({"gate": "policy"}, "", []),
        ({"blocking": True}, "c.yml:3",
         ["mend it: Pass a list and no shell.",
          WAIVE.format("high"),
          "or raise the threshold to critical, at c.yml:3"]),
        ({"blocking": True, "severity": Severity.CRITICAL, "rule": "other"}, "",
         ["mend it",
          WAIVE.format("critical")]),
        ({"blocking": True, "severity": Severity.NOTE, "rule": NOT_SCANNED}, "",
         ["mend it: Save it as UTF-8.",
          WAIVE.format("note"),
          "or list its file under `exclude`"]),
    ],
)  # fmt: skip
def test_what_would_change_it(changes, place, ways):
    rules = (rule(), rule(id=NOT_SCANNED, mend="Save it as UTF-8."))
    made = verdict(finding(fingerprint=PRINT, **changes), gates=(gate(fail_on_from=place),), rules=rules)
    lines = render(verdict_json.read(verdict_json.render(made)), PRINT).splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("to change it")]
    assert [line[16:] for line in lines[starts[0] :]] == ways if ways else starts == []


def test_without_a_base_all_is_new():
    made = verdict(finding(fingerprint=PRINT), base=None)
    assert explained(made)["new"] == "yes (nothing to compare with: all count as new)"


@pytest.mark.parametrize("given_print", ["0123a", "ffffff", "0123abcd0", ""])
def test_a_fingerprint_must_name_one_finding(given_print):
    made = verdict(finding(fingerprint=PRINT), finding(fingerprint="0123abcd" + "0" * 24))
    with pytest.raises(InputError):
        explained(made, given_print if given_print != "0123abcd0" else "0123abcd")
    assert explained(made, "0123ABCD0123")["fingerprint"] == PRINT


@settings(max_examples=100, deadline=None)
@given(verdicts())
def test_no_text_of_strangers_is_a_command(made):
    document = verdict_json.read(verdict_json.render(made))
    prints = [each.fingerprint for each in document.findings if each.fingerprint]
    for one in set(prints):
        if prints.count(one) == 1 and len(one) >= 6:
            assert Runner().feed(render(document, one)).commands == []

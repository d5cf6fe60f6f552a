"""Why a finding blocks or does not, from verdicts that were written and read back."""

import pytest
from hypothesis import given, settings

from lockgate.errors import InputError
from lockgate.finding import NOT_SCANNED, Severity, State
from lockgate.reports import verdict_json
from lockgate.reports.explanation import render
from runner_port import Runner
from verdicts import finding, gate, verdict, verdicts

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
        "waived": "no",
        "over threshold": "yes: high is not below high, the threshold of sast",
        "so it": "does not block",
    }


@pytest.mark.parametrize(
    ("changes", "thresholds", "stage", "words"),
    [
        ({"waived": True, "waiver": "B602 by Ada until 2027"}, {}, "waived", "yes, B602 by Ada until 2027"),
        ({"severity": Severity.LOW}, {}, "over threshold", "no: low is below high, the threshold of sast"),
        ({"severity": Severity.LOW}, {"sast": Severity.LOW}, "over threshold",
         "yes: low is not below low, the threshold of sast"),
        ({"severity": Severity.HIGH}, {"sast": Severity.CRITICAL}, "over threshold",
         "no: high is below critical, the threshold of sast"),
        ({"severity": Severity.HIGH}, {"secrets": Severity.CRITICAL}, "over threshold",
         "yes: high is not below high, the threshold of sast"),
        ({"rule": NOT_SCANNED, "severity": Severity.NOTE}, {}, "over threshold",
         "yes: what was not scanned blocks whatever the threshold"),
        ({"blocking": True}, {}, "so it", "blocks"),
        ({"gate": "policy"}, {}, "policy",
         "it tells of the configuration or a waiver, and never blocks by itself"),
    ],
)  # fmt: skip
def test_each_decision(changes, thresholds, stage, words):
    gates = tuple(
        gate(name=name, fail_on=thresholds.get(name, Severity.HIGH)) for name in ("sast", "secrets")
    )
    assert explained(verdict(finding(fingerprint=PRINT, **changes), gates=gates))[stage] == words


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

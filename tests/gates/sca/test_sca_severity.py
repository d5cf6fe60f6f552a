"""What a vulnerability is worth: each threshold and each policy fires, and lets go of what it should."""

import pytest

from gates.sca.advising import advisory
from lockgate.config.model import ScaConfiguration
from lockgate.finding import Severity
from lockgate.gates.sca.severity import judge, of


def judged(fixed="2.0", dev=False, configuration=None, **values):
    made = advisory("GHSA-1", "a", ("2.0",), **values)
    return judge(made, fixed, ScaConfiguration(**(configuration or {})), dev=dev)


@pytest.mark.parametrize(
    ("score", "worth"),
    [(10.0, "critical"), (9.0, "critical"), (8.9, "high"), (7.0, "high"), (6.9, "medium"), (4.0, "medium"),
     (3.9, "low"), (0.1, "low"), (0.0, "note")],
)  # fmt: skip
def test_the_score_decides_by_the_bounds_of_cvss(score, worth):
    assert judged(score=score, word="critical") == (Severity.parse(worth), "")


@pytest.mark.parametrize("word", ["critical", "high", "medium", "low"])
def test_without_a_score_the_word_of_the_database_does(word):
    assert judged(score=None, word=word) == (Severity.parse(word), "")
    assert judged(score=None, word="moderate")[0] is Severity.MEDIUM


@pytest.mark.parametrize(
    ("policy", "fixed", "blocks"),
    [("block-if-fixed", "2.0", True), ("block-if-fixed", "", False), ("block", "2.0", True),
     ("block", "", True), ("pass", "2.0", False), ("pass", "", False)],
)  # fmt: skip
def test_an_unknown_severity_has_a_policy_of_its_own(policy, fixed, blocks):
    worth, anyway = judged(fixed, score=None, configuration={"unknown_severity": policy})
    assert (worth is Severity.MEDIUM, "severity is unknown" in anyway) == (blocks, blocks)
    assert ("a fix exists" in anyway) == (blocks and bool(fixed))
    assert of(advisory("GHSA-1", "a", score=None)) is None


def test_what_is_exploited_blocks_unless_the_policy_leaves_it_to_the_threshold():
    assert judged(score=2.0, exploited=True) == (Severity.LOW, "it is known to be exploited (KEV)")
    assert judged(score=2.0, exploited=True, configuration={"exploited": "threshold"}) == (Severity.LOW, "")


@pytest.mark.parametrize(
    ("likely", "least", "blocks"),
    [(0.5, 0.5, True), (0.49, 0.5, False), (None, 0.0, False), (0.0, 0.0, True), (0.9, None, False)],
)
def test_what_is_likely_to_be_exploited_blocks_from_the_probability_on(likely, least, blocks):
    assert ("EPSS" in judged(score=2.0, epss=likely, configuration={"epss": least})[1]) is blocks


def test_an_attack_blocks_always():
    show = {"dev_dependencies": "show", "exploited": "threshold"}
    worth, anyway = judged(score=None, malicious=True, dev=True, configuration=show)
    assert (worth, bool(anyway)) == (Severity.CRITICAL, True)


def test_development_is_shown_by_policy():
    assert judged(score=9.9, dev=True, exploited=True, configuration={"dev_dependencies": "show"}) == (
        Severity.NOTE, "",
    )  # fmt: skip
    assert judged(score=9.9, dev=True)[0] is Severity.CRITICAL
    assert judged(score=9.9, dev=False, configuration={"dev_dependencies": "show"})[0] is Severity.CRITICAL

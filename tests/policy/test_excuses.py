"""What a VEX excuses: the vulnerability and component that it names, by a status that says so."""

import pytest

from lockgate.bom.vex import Statement
from lockgate.config import load
from lockgate.finding import Severity
from lockgate.policy import Context, judge, vex, waivers
from lockgate.policy.vex import Said
from policy.test_waivers import TODAY
from verdicts import finding

FOUND = finding(
    gate="sca", tool="osv", rule="GHSA-1", aliases=("CVE-2024-1",), package="pkg:pypi/django@4.2.1",
    severity=Severity.HIGH,
)  # fmt: skip
WHY = "vulnerable_code_not_in_execute_path"


def said(**changes):
    values = {
        "id": "CVE-2024-1",
        "purls": ("pkg:pypi/django",),
        "status": "not_affected",
        "justification": WHY,
    }
    return Said(Statement(**(values | changes)), "vex/a.json")


def excuse(found=FOUND, **changes):
    return vex([said(**changes)]).excuse(found)


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"id": "ghsa-1"}, {"id": "X-1", "aliases": ("cve-2024-1",)},
        {"purls": ("pkg:pypi/flask", "pkg:pypi/Django@4.2.1")},
    ],
)  # fmt: skip
def test_what_it_names_is_excused(changes):
    assert excuse(**changes) == f"VEX not_affected: {WHY} (vex/a.json)"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "affected"}, {"status": "under_investigation"}, {"id": "CVE-2024-10"},
        {"purls": ("pkg:pypi/django@4.2.2",)}, {"purls": ("pkg:npm/django",)},
        {"purls": ("pkg:pypi/django@<5",)},
    ],
)  # fmt: skip
def test_nothing_else_is(changes):
    assert excuse(**changes) == ""


def test_what_is_about_no_component_is_not_excused():
    assert excuse(finding(rule="CVE-2024-1")) == ""


def test_fixed_excuses_too_and_its_words_are_inert():
    assert excuse(status="fixed", justification="") == "VEX fixed (vex/a.json)"
    assert excuse(justification="", detail="a\n::error::b" + "x" * 999).count("\n") == 0


def test_what_is_excused_does_not_block_and_says_why():
    text = "waivers:\n- {id: CVE-2024-1, owner: a, reason: b, expires: 2030-06-01}\n"
    ready = waivers(load(text.encode(), "c.yml"), TODAY)
    where = Context(waivers=ready, fail_on=Severity.LOW, vex=vex([said()]))
    (judged,) = judge([FOUND], where).findings
    assert (judged.waived, judged.blocking) == (True, False)
    assert judged.waiver == f"VEX not_affected: {WHY} (vex/a.json)"
    assert judged.waived_why == "c.yml:2 has expired on 2030-06-01"
    again = judge([judged], where).findings
    assert again == (judged,)


def test_a_waiver_that_holds_speaks_first():
    text = "waivers:\n- {id: CVE-2024-1, owner: a, reason: b, expires: 2030-06-20}\n"
    where = Context(
        waivers=waivers(load(text.encode(), "c.yml"), TODAY), fail_on=Severity.LOW, vex=vex([said()])
    )
    (judged,) = judge([FOUND], where).findings
    assert judged.waiver == "CVE-2024-1 by a until 2030-06-20"

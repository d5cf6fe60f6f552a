"""What a wish for a waiver needs, and all that it is refused for."""

from datetime import date

import pytest

from lockgate.config import load
from lockgate.errors import ExitCode, InputError
from lockgate.finding import Severity
from lockgate.waiving.wish import Wish, grant
from verdicts import HOSTILE, finding

TODAY = date(2030, 6, 15)
MARK = "0" * 32
FOUND = finding(fingerprint=MARK)


def wish(**changes):
    given = {"owner": "me", "reason": "why", "expires": "2030-06-20", "fingerprint": MARK}
    return Wish(**(given | changes))


def by_rule(**changes):
    return wish(fingerprint="", **({"rule": "B602", "path": "src/"} | changes))


def granted(asked, *found, text=""):
    return grant(asked, found or (FOUND,), load(text.encode(), "c.yml"), TODAY)


def refused(asked, *found, text=""):
    with pytest.raises(InputError) as caught:
        granted(asked, *found, text=text)
    assert caught.value.exit_code is ExitCode.BAD_INPUT
    return f"{caught.value.what} | {caught.value.cause} | {caught.value.todo}"


def test_a_fingerprint():
    made = granted(wish(owner=" @me ", reason="one\n  two"), FOUND, finding(fingerprint="1" * 32))
    assert (made.waiver.fingerprint, made.waiver.owner, made.waiver.reason) == (MARK, "@me", "one two")
    assert (made.waiver.expires, made.findings) == (date(2030, 6, 20), (FOUND,))


def test_a_rule_in_a_path():
    other = finding(path="tests/x.py")
    made = granted(by_rule(), FOUND, other)
    assert (made.waiver.rule, made.waiver.path, made.findings) == ("B602", "src/", (FOUND,))
    assert granted(by_rule(rule="bandit/B602", path="**"), FOUND, other).findings == (FOUND, other)


@pytest.mark.parametrize("key", ["reason", "owner"])
@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "a\u202eb", "\x1b[31m", "x" * 2_001])
def test_without_a_reason_or_an_owner_that_can_be_read(key, text):
    assert f"`--{key}` says nothing that can be read" in refused(wish(**{key: text}))


@pytest.mark.parametrize("text", ["", "soon", "2030-13-01", "20.6.2030", *HOSTILE])
def test_a_day_that_is_none(text):
    assert "write a day as YYYY-MM-DD" in refused(wish(expires=text))


def test_a_day_that_is_over():
    assert "2030-06-14, which is over" in refused(wish(expires="2030-06-14"))
    assert granted(wish(expires="2030-06-15")).waiver.expires == TODAY


@pytest.mark.parametrize(
    ("severity", "last"), [("critical", "2030-07-15"), ("high", "2030-09-13"), ("note", "2031-06-15")]
)
def test_the_severity_caps_it_and_the_last_day_is_named(severity, last):
    found = finding(fingerprint=MARK, severity=Severity.parse(severity))
    assert granted(wish(expires=last), found).waiver.expires == date.fromisoformat(last)
    said = refused(wish(expires="2031-06-16"), found)
    assert f"too long for a finding that is {severity}" in said
    assert f"`waiver-caps.{severity}` (the default)" in said
    assert f"write {last} or an earlier day" in said


def test_the_cap_that_the_configuration_sets_is_named_by_its_line():
    said = refused(wish(), text="waiver-caps:\n  high: 3\n")
    assert "`waiver-caps.high` (c.yml:2) allows 3 days" in said
    assert "write 2030-06-18" in said


def test_the_worst_finding_of_a_rule_caps_it():
    worst, least = (finding(severity=severity) for severity in (Severity.CRITICAL, Severity.LOW))
    assert "a finding that is critical" in refused(by_rule(expires="2030-08-01"), least, worst)


@pytest.mark.parametrize(
    "asked", [wish(fingerprint="f" * 32), by_rule(rule="B1"), by_rule(path="other/"), by_rule(path="*.js")]
)
def test_what_would_hold_nothing(asked):
    assert "no finding of the last run would be held by it" in refused(asked)


def test_a_finding_about_the_policy():
    told = finding(gate="policy", fingerprint=MARK)
    assert "no finding of the last run" in refused(wish(), told)


def test_what_is_waived_already():
    text = "waivers:\n- {id: B602, owner: a, reason: b, expires: 2030-06-16}\n"
    assert "waived already, by c.yml:2" in refused(wish(), text=text)
    # A rule may hold more than what is waived so far.
    one = f"waivers:\n- {{fingerprint: '{MARK}', owner: a, reason: b, expires: 2030-06-16}}\n"
    other = finding(fingerprint="1" * 32)
    assert granted(by_rule(), FOUND, other, text=one).findings == (FOUND, other)


@pytest.mark.parametrize("expires", ["2030-06-14", "2039-01-01"])
def test_one_that_no_longer_holds_is_renewed_in_its_line(expires):
    text = f"waivers:\n- {{fingerprint: '{MARK}', owner: a, reason: b, expires: {expires}}}\n"
    said = refused(wish(), text=text)
    assert f"c.yml:2 names the same, until {expires}" in said
    assert "renew that waiver" in said


VULNERABLE = finding(
    rule="GHSA-1", aliases=("CVE-2024-1",), package="pkg:pypi/django@4.2.1", fixed_in="4.2.16",
)  # fmt: skip


def by_id(**changes):
    return wish(fingerprint="", **({"id": "cve-2024-1"} | changes))


def test_a_vulnerability_of_a_component():
    made = granted(by_id(package="pkg:pypi/django@<5"), VULNERABLE, FOUND)
    assert made.findings == (VULNERABLE,)
    assert (made.waiver.id, made.waiver.package, made.waiver.path) == (
        "cve-2024-1", "pkg:pypi/django@<5", "**",
    )  # fmt: skip
    assert not made.waiver.until_fixed


def test_no_waiver_until_there_is_what_there_is():
    assert "a version that mends it exists (4.2.16)" in refused(by_id(until_fixed=True), VULNERABLE)
    unfixed = finding(rule="GHSA-1", aliases=("CVE-2024-1",), package="pkg:pypi/django@4.2.1")
    assert granted(by_id(until_fixed=True), unfixed).waiver.until_fixed


def test_a_component_that_is_none():
    assert "`--package` is `django`, which names no component" in refused(by_id(package="django"), VULNERABLE)


def test_a_second_waiver_of_the_same_vulnerability_in_other_letters():
    text = (
        "waivers:\n- {id: CVE-2024-1, owner: me, reason: why, expires: 2030-06-01, "
        "package: 'pkg:pypi/django'}\n"
    )
    assert "c.yml:2 names the same" in refused(by_id(package="pkg:pypi/django"), VULNERABLE, text=text)

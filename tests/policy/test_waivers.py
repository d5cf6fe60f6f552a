import time
from datetime import date, timedelta

import pytest

from lockgate.config import Loaded, load
from lockgate.finding import Severity
from lockgate.policy.waivers import Held, findings_about_waivers, name, policy_rules, waivers
from verdicts import finding

TODAY = date(2030, 6, 15)
MARK, OTHER = "0" * 32, "1" * 32
CONTENT = "abcdef0123456789abcd"


def made(*rows, caps="{}", path=".lockgate.yml", everything=()):
    text = f"waiver-caps: {caps}\nwaivers:\n" if rows else ""
    for row in rows:
        values = {"owner": "me", "reason": "why", "expires": TODAY} | row
        text += "- " + "\n  ".join(f"{key}: '{value}'" for key, value in values.items()) + "\n"
    return waivers(load(text.encode(), path), TODAY, everything)


def holds(row, found, **options):
    return made(row, **options).hold(found).holds == 0


@pytest.mark.parametrize(
    ("row", "held"),
    [
        ({"rule": "B602"}, True),
        ({"rule": "bandit/B602"}, True),
        ({"id": "B602"}, True),
        ({"rule": "B603"}, False),
        ({"rule": "b602"}, False),
        ({"rule": "oxlint/B602"}, False),
        ({"fingerprint": MARK}, True),
        ({"fingerprint": OTHER}, False),
        ({"rule": "B602", "path": "src/"}, True),
        ({"rule": "B602", "path": "src/app.py"}, True),
        ({"rule": "B602", "path": "/app.py"}, False),
        ({"rule": "B602", "path": "app.py"}, True),
        ({"rule": "B602", "path": "*.js"}, False),
        ({"fingerprint": MARK, "path": "tests/**"}, False),
        ({"rule": MARK}, False),  # a fingerprint is no rule's name
    ],
)
def test_what_a_waiver_names(row, held):
    assert holds(row, finding(fingerprint=MARK)) is held


@pytest.mark.parametrize(("days", "held"), [(-1, False), (0, True), (90, True), (91, False)])
def test_the_day_of_expiry_is_the_last(days, held):
    expires = TODAY + timedelta(days=days)
    assert holds({"rule": "B602", "expires": expires}, finding(severity=Severity.HIGH)) is held


@pytest.mark.parametrize("severity", Severity)
def test_each_severity_has_its_cap(severity):
    caps = {str(each): 10 * (each + 1) for each in Severity}
    found, longest = finding(severity=severity), timedelta(days=caps[str(severity)])
    assert holds({"rule": "B602", "expires": TODAY + longest}, found, caps=caps)
    over = made({"rule": "B602", "expires": TODAY + longest + timedelta(days=1)}, caps=caps).hold(found)
    assert over == Held(None, (), (0,))


def test_a_cap_of_none_leaves_today():
    found = finding(severity=Severity.CRITICAL)
    assert holds({"rule": "B602"}, found, caps="{critical: 0}")
    assert not holds({"rule": "B602", "expires": TODAY + timedelta(days=1)}, found, caps="{critical: 0}")


def test_the_first_valid_waiver_holds_and_hides_the_invalid_ones():
    old, fresh = {"rule": "B602", "expires": TODAY - timedelta(days=1)}, {"rule": "bandit/B602"}
    assert made(old, fresh, fresh).hold(finding()) == Held(1)
    assert made(old, old).hold(finding()) == Held(None, (0, 1), ())


def why(ready, found):
    return ready.why(found, ready.hold(found))


def test_why_names_the_lines():
    old, long = {"rule": "B602", "expires": "2030-06-14"}, {"id": "B602", "expires": "2031-06-15"}
    assert why(made(old, {"rule": "B1"}), finding()) == ".lockgate.yml:3 has expired on 2030-06-14"
    assert why(made(old, long), finding()) == (
        ".lockgate.yml:3 has expired on 2030-06-14; "
        ".lockgate.yml:7 lasts longer than the 90 days that high allows (the default)"
    )
    assert why(made(long, caps="{high: 5}"), finding()).endswith(
        "the 5 days that high allows (.lockgate.yml:1)"
    )
    assert why(made(old, {"rule": "B602"}), finding()) == ".lockgate.yml:7"
    assert why(made({"rule": "B1"}), finding()) == ""


def about(ready, *found, complete=True):
    held = [ready.hold(item) for item in found]
    return [
        (item.rule, item.line, item.message)
        for item in findings_about_waivers(ready, held, complete=complete)
    ]


def test_an_expired_waiver_is_annotated_in_its_line():
    ready = made({"rule": "B1"}, {"rule": "B602", "expires": "2030-06-14"})
    rows = about(ready, finding(), finding(rule="B1"))
    assert [(rule, line) for rule, line, _ in rows] == [("waiver-expired", 7)]
    assert rows[0][2].startswith("The waiver B602 by me until 2030-06-14 has expired")
    (item,) = findings_about_waivers(ready, [ready.hold(finding())], complete=False)
    assert (item.gate, item.path, item.blocking, item.severity) == (
        "policy",
        ".lockgate.yml",
        False,
        Severity.HIGH,
    )


def test_a_waiver_that_lasts_too_long_is_annotated():
    rows = about(made({"rule": "B602", "expires": "2031-06-15"}), finding())
    assert [rule for rule, _, _ in rows] == ["waiver-too-long"]
    # Of two findings it holds one and not the other.
    low = finding(severity=Severity.LOW)
    rows = about(made({"rule": "B602", "expires": "2031-01-01"}), finding(), low)
    assert [rule for rule, _, _ in rows] == ["waiver-too-long"]


def test_an_unused_waiver_is_told_of_only_by_a_run_that_can_know():
    ready = made({"rule": "B1"}, {"rule": "B602"}, {"rule": "B2", "expires": "2030-06-14"})
    assert about(ready, finding(), complete=False) == []
    rows = about(ready, finding())
    assert [(rule, line) for rule, line, _ in rows] == [("waiver-unused", 3), ("waiver-unused", 11)]
    assert "if that was mended" in rows[0][2]
    assert "has expired and there is nothing left" in rows[1][2]


def test_no_waivers_no_findings():
    assert about(waivers(Loaded(made().loaded.configuration, ""), TODAY), finding()) == []


def test_two_equal_waivers_have_two_fingerprints():
    row = {"rule": "B1", "path": "a"}
    ready = made(row, row | {"path": "b"})
    items = findings_about_waivers(ready, [], complete=True)
    assert len({item.fingerprint for item in items}) == 2
    again = findings_about_waivers(made({"rule": "B0"}, row), [], complete=True)
    assert items[0].fingerprint in {item.fingerprint for item in again}  # whatever its line


def test_every_rule_is_described():
    rules = policy_rules()
    assert [rule.id for rule in rules] == sorted(rule.id for rule in rules)
    assert all(rule.what and rule.why and rule.mend and rule.tool == "lockgate" for rule in rules)


class TestAfterARename:
    """A waiver by fingerprint, whose file was renamed in a change that is merged."""

    OLD, NEW, COPY = (CONTENT + letter * 12 for letter in "abc")

    def ready(self, *present, waived=OLD):
        return made({"fingerprint": waived}, everything=[finding(fingerprint=mark) for mark in present])

    def test_it_goes_on_holding_and_says_what_to_write(self):
        ready = self.ready(self.NEW, OTHER)
        held = ready.hold(finding(fingerprint=self.NEW))
        assert held == Held(0, moved=self.NEW)
        (item,) = findings_about_waivers(ready, [held], complete=True)
        assert (item.rule, item.severity) == ("waiver-moved", Severity.NOTE)
        assert self.NEW in item.message

    @pytest.mark.parametrize("present", [(NEW, COPY), (OLD, NEW), (OLD, NEW, COPY)])
    def test_never_when_another_finding_may_be_meant(self, present):
        assert self.ready(*present).hold(finding(fingerprint=self.NEW)).holds is None

    def test_never_where_not_everything_is_seen(self):
        assert made({"fingerprint": self.OLD}).hold(finding(fingerprint=self.NEW)).holds is None

    def test_never_when_two_waivers_claim_it(self):
        ready = made(
            {"fingerprint": self.OLD}, {"fingerprint": self.COPY}, everything=[finding(fingerprint=self.NEW)]
        )
        assert ready.hold(finding(fingerprint=self.NEW)).holds is None

    def test_its_path_still_counts(self):
        ready = made(
            {"fingerprint": self.OLD, "path": "old/"},
            everything=[finding(fingerprint=self.NEW, path="new/a.py")],
        )
        assert ready.hold(finding(fingerprint=self.NEW, path="new/a.py")).holds is None

    def test_the_exact_fingerprint_is_no_move(self):
        assert self.ready(self.OLD).hold(finding(fingerprint=self.OLD)) == Held(0)


def test_name():
    (waiver,) = made({"id": "CVE-1"}).loaded.configuration.waivers
    assert name(waiver) == "CVE-1 by me until 2030-06-15"


def test_many_waivers_of_one_rule_are_no_burden():
    ready = made(*({"rule": "B602", "path": f"dir{number}/**/*.py"} for number in range(200)))
    found = [finding(path=f"dir{number % 250}/a/{number // 250}.py") for number in range(5_000)]
    started = time.process_time()
    held = [ready.hold(item).holds for item in found]
    assert time.process_time() - started < 10
    assert held[:201] == [*range(200), None]


COMPONENT = {
    "gate": "sca", "tool": "osv", "rule": "GHSA-xxxx-yyyy-zzzz", "aliases": ("CVE-2024-1", "PYSEC-2024-2"),
    "package": "pkg:pypi/django@4.2.1",
}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "held"),
    [
        ({"id": "GHSA-xxxx-yyyy-zzzz"}, True),
        ({"id": "ghsa-XXXX-yyyy-zzzz"}, True),
        ({"id": "cve-2024-1"}, True),
        ({"id": "PYSEC-2024-2"}, True),
        ({"id": "CVE-2024-10"}, False),
        ({"rule": "CVE-2024-1"}, False),
        ({"rule": "ghsa-xxxx-yyyy-zzzz"}, False),
        ({"id": "CVE-2024-1", "package": "pkg:pypi/django"}, True),
        ({"id": "CVE-2024-1", "package": "pkg:pypi/django@<4.2.16"}, True),
        ({"id": "CVE-2024-1", "package": "pkg:pypi/django@<4.2"}, False),
        ({"id": "CVE-2024-1", "package": "pkg:npm/django"}, False),
        ({"rule": "GHSA-xxxx-yyyy-zzzz", "package": "pkg:pypi/flask"}, False),
        ({"fingerprint": MARK, "package": "pkg:pypi/django@4.2.1"}, True),
        ({"fingerprint": MARK, "package": "pkg:pypi/django@4.2.2"}, False),
    ],
)
def test_what_a_waiver_of_a_vulnerability_or_component_names(row, held):
    assert holds(row, finding(fingerprint=MARK, **COMPONENT)) is held


def test_a_waiver_of_a_component_holds_nothing_that_is_about_none():
    assert not holds({"rule": "B602", "package": "pkg:pypi/django"}, finding())


def test_until_a_version_mends_it():
    ready = made({"id": "CVE-2024-1", "until-fixed": "true"})
    open_, closed = finding(**COMPONENT), finding(**COMPONENT, fixed_in="4.2.16")
    assert ready.hold(open_).holds == 0
    assert ready.hold(closed) == Held(mended=(0,), fixed_in="4.2.16")
    assert why(ready, closed) == ".lockgate.yml:3 is over: a version that mends it exists (4.2.16)"
    held = [ready.hold(open_), ready.hold(closed)]
    (found,) = findings_about_waivers(ready, held, complete=True)
    assert (found.rule, found.line) == ("waiver-expired", 3)
    assert "one exists (4.2.16): that counts again" in found.message


def test_another_waiver_may_hold_what_a_version_mends():
    ready = made({"id": "CVE-2024-1", "until-fixed": "true"}, {"id": "CVE-2024-1"})
    assert ready.hold(finding(**COMPONENT, fixed_in="4.2.16")) == Held(1)


def test_a_waiver_of_a_component_is_named_with_it():
    ready = made({"id": "CVE-2024-1", "package": "pkg:pypi/django"})
    assert name(ready.loaded.configuration.waivers[0]) == (
        f"CVE-2024-1 of pkg:pypi/django by me until {TODAY}"
    )

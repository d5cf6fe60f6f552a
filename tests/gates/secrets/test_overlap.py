from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.finding import NOT_SCANNED, Finding, Severity
from lockgate.gates.protocol import Output
from lockgate.gates.secrets.overlap import one_each


def finding(tool, rule, severity, *, line=1, column=5, end_line=0, end_column=45, path="a", commit=""):
    return Finding(
        gate="secrets", tool=tool, rule=rule, severity=severity, message=rule, path=path, line=line,
        end_line=end_line or line, column=column, end_column=end_column, commit=commit,
        fingerprint=f"{tool}{rule}{line}", sources=(f"{tool}/{rule}",),
    )  # fmt: skip


def joined(*findings):
    return list(one_each(Output(findings=findings, tools=())).findings)


OURS = finding("lockgate", "npm-token", Severity.MEDIUM)
THEIRS = finding("detect-secrets", "npm-tokens", Severity.HIGH)


def test_our_own_speaks_with_its_own_severity():
    (one,) = joined(THEIRS, OURS)
    assert (one.tool, one.rule, one.severity) == ("lockgate", "npm-token", Severity.MEDIUM)
    assert one.fingerprint == OURS.fingerprint
    assert one.sources == ("detect-secrets/npm-tokens", "lockgate/npm-token")


def test_of_theirs_alone_the_most_severe_speaks():
    guess = finding("detect-secrets", "secret-keyword", Severity.MEDIUM, column=1)
    (one,) = joined(guess, THEIRS)
    assert (one.rule, one.severity) == ("npm-tokens", Severity.HIGH)
    assert one.sources == ("detect-secrets/npm-tokens", "detect-secrets/secret-keyword")


def test_two_of_ours_stay_two_though_one_of_theirs_spans_both():
    second = replace(OURS, rule="github-token", column=60, end_column=100, sources=("lockgate/github-token",))
    whole = finding("detect-secrets", "secret-keyword", Severity.MEDIUM, column=1, end_column=120)
    one, two = joined(OURS, second, whole)
    assert {one.rule, two.rule} == {"npm-token", "github-token"}
    assert one.sources == ("detect-secrets/secret-keyword", "lockgate/npm-token")
    assert two.sources == ("detect-secrets/secret-keyword", "lockgate/github-token")


def test_what_is_side_by_side_stays_apart():
    assert len(joined(OURS, replace(THEIRS, column=45, end_column=60))) == 2
    assert len(joined(OURS, replace(THEIRS, line=2, end_line=2))) == 2
    assert len(joined(OURS, replace(THEIRS, path="b"))) == 2
    assert len(joined(OURS, replace(THEIRS, commit="c"))) == 2


def test_an_unknown_column_is_the_whole_line():
    assert len(joined(OURS, replace(THEIRS, column=0, end_column=0))) == 1


def test_a_key_over_lines_takes_what_is_found_inside_it():
    key = finding("lockgate", "private-key", Severity.CRITICAL, line=3, end_line=9, column=1, end_column=20)
    inside = finding("detect-secrets", "base64-high-entropy-string", Severity.LOW, line=5)
    header = finding("detect-secrets", "private-key", Severity.HIGH, line=3, column=6, end_column=20)
    after = finding("detect-secrets", "base64-high-entropy-string", Severity.LOW, line=10)
    one, two = joined(key, inside, header, after)
    assert (one.rule, len(one.sources)) == ("private-key", 3)
    assert two.line == 10


def test_what_was_not_scanned_is_never_joined():
    both = [finding(tool, NOT_SCANNED, Severity.HIGH, line=0, column=0, end_column=0)
            for tool in ("lockgate", "detect-secrets")]  # fmt: skip
    assert joined(*both) == both


def test_ten_thousand_of_each_in_one_file_are_joined_at_once():
    ours = [replace(OURS, line=n, end_line=n) for n in range(10_000)]
    theirs = [replace(THEIRS, line=n, end_line=n) for n in range(10_000)]
    assert len(joined(*ours, *theirs)) == 10_000


places = st.builds(
    finding,
    st.sampled_from(["lockgate", "detect-secrets"]),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(Severity),
    line=st.integers(1, 3),
    column=st.integers(1, 6),
    end_column=st.integers(7, 12),
    path=st.sampled_from(["x", "y"]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(places, max_size=12))
def test_no_source_is_lost_and_none_of_ours(findings):
    result = joined(*findings)
    assert {(f.path, s) for f in result for s in f.sources} == {
        (f.path, s) for f in findings for s in f.sources
    }
    assert len([f for f in result if f.tool == "lockgate"]) == len(
        [f for f in findings if f.tool == "lockgate"]
    )
    assert joined(*result) == result or len(joined(*result)) <= len(result)

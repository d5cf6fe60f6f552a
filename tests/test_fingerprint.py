"""A finding's identity: properties of the pure functions, then a real repository from end to end."""

import base64
import hashlib
import re
import string
import subprocess
import time
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lockgate.finding import Severity, Span, State
from lockgate.fingerprint import content_key, content_part, fingerprints, hide
from lockgate.host import Host
from lockgate.inputs import Options
from lockgate.pipeline import run
from lockgate.reports import verdict_json

TOKENS = st.sampled_from(["if", "x", "==", "run(", ")", "'a b'", ":", "é", "#", "\t", "  ", "0"])
LINE = st.lists(TOKENS, max_size=6).map(" ".join)
LINES = st.lists(LINE, min_size=1, max_size=12)
INDENT = st.text(" \t", max_size=8)
VALUE = st.text(string.ascii_letters + string.digits + "+/_-", min_size=8, max_size=40)


def marks(rule, lines, places, origin="a.py"):
    return fingerprints([content_key(rule, lines, *place) for place in places], origin)


@st.composite
def placed(draw):
    """Lines of a file, and the first and last line of a finding in it."""
    lines = draw(LINES)
    first = draw(st.integers(1, len(lines)))
    return lines, first, draw(st.integers(first, len(lines)))


@given(placed(), LINES, LINES)
def test_moving_lines_changes_nothing(place, before, after):
    lines, first, last = place
    moved = [*before, *lines, *after]
    shift = len(before)
    assert content_key("t/r", moved, first + shift, last + shift) == content_key("t/r", lines, first, last)


@given(placed(), INDENT)
def test_indenting_changes_nothing(place, indent):
    lines, first, last = place
    assert content_key("t/r", [indent + line for line in lines], first, last) == content_key(
        "t/r", lines, first, last
    )


@given(placed(), st.data())
def test_reformatting_other_lines_changes_nothing(place, data):
    lines, first, last = place
    other = [line if first <= number <= last else data.draw(LINE) for number, line in enumerate(lines, 1)]
    assert content_key("t/r", other, first, last) == content_key("t/r", lines, first, last)


@given(placed(), st.data())
def test_breaking_its_own_lines_elsewhere_changes_nothing(place, data):
    lines, first, last = place
    at = data.draw(st.integers(0, len(lines[first - 1])))
    broken = [*lines[: first - 1], lines[first - 1][:at], lines[first - 1][at:], *lines[first:]]
    assert content_key("t/r", broken, first, last + 1) == content_key("t/r", lines, first, last)


@given(placed(), st.text("abc01", min_size=1, max_size=3))
def test_another_text_or_rule_is_another_finding(place, word):
    lines, first, last = place
    key = content_key("t/r", lines, first, last)
    changed = [line + word if number == first else line for number, line in enumerate(lines, 1)]
    assert content_key("t/r", changed, first, last) != key
    assert content_key("t/r" + word, lines, first, last) != key


@given(st.lists(st.integers(0, 2), max_size=12))
def test_equal_findings_of_a_file_are_distinct_and_their_number_is_all_that_counts(texts):
    lines = [f"run({text})" for text in texts]
    places = [(number, number) for number in range(1, len(lines) + 1)]
    given_marks = marks("t/r", lines, places)
    assert len(set(given_marks)) == len(lines)
    assert set(marks("t/r", sorted(lines), places)) == set(given_marks)


def test_form():
    (mark,) = marks("t/r", ["x"], [(1, 1)])
    assert re.fullmatch("[0-9a-f]{32}", mark)
    (other,) = marks("t/r", ["x"], [(1, 1)], "b.py")
    assert content_part(mark) == content_part(other) == mark[:20]
    assert mark[20:] != other[20:]


@pytest.mark.parametrize("lines", [[], ["x"], ["x"] * 50])
def test_a_finding_about_a_whole_file_has_no_text(lines):
    assert content_key("t/r", lines, 0, 0) == content_key("t/r", [], 0, 0)


def test_lines_beyond_the_file_and_odd_characters_are_no_error():
    assert content_key("t/r", ["x"], 5, 9)
    assert content_key("t/r", ["\ud800 \udcff"], 1, 0) != content_key("t/r", ["\ud800 \udcfe"], 1, 0)


def test_parts_do_not_run_into_each_other():
    assert content_key("t/ra", ["b"], 1, 1) != content_key("t/r", ["ab"], 1, 1)


class TestSecrets:
    BEFORE, AFTER = 'key = "', '"  # words'

    def key(self, value, rule="t/r", lines_before=0, indent=""):
        line = f"{indent}{self.BEFORE}{value}{self.AFTER}"
        start = len(indent) + len(self.BEFORE) + 1
        span = Span(lines_before + 1, start, start + len(value))
        lines = [*["x"] * lines_before, line]
        return content_key(rule, lines, span.line, span.line, [span])

    @settings(max_examples=200)
    @given(VALUE, VALUE)
    def test_another_value_is_another_finding(self, one, other):
        # Sixteen bits stand for it: two values in 65,536 share them.
        assume(one != other and not self.share(one, other))
        assert self.key(one) != self.key(other)

    def share(self, one, other):
        flat = "".join((self.BEFORE + "\0" + self.AFTER).split()).encode()
        return hmac16(flat, one) == hmac16(flat, other)

    @given(VALUE, st.integers(0, 5), INDENT)
    def test_moving_and_indenting_change_nothing(self, value, lines_before, indent):
        assert self.key(value, lines_before=lines_before, indent=indent) == self.key(value)

    def test_few_of_many_values_collide(self):
        keys = {self.key(f"value-{number}") for number in range(1_000)}
        assert 970 < len(keys) <= 1_000  # about eight pairs share their sixteen bits

    @settings(max_examples=100)
    @given(VALUE)
    def test_neither_the_value_nor_an_unsalted_hash_of_it_is_in_it(self, value):
        key = self.key(value)
        assert value not in key
        line = f"{self.BEFORE}{value}{self.AFTER}"
        for text in (value, line, "".join(line.split())):
            for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
                digest = hashlib.new(name, text.encode()).digest()
                assert digest.hex()[:16] not in key
                assert base64.b64encode(digest).decode()[:12] not in key

    @settings(max_examples=100)
    @given(st.lists(VALUE, min_size=1, max_size=4))
    def test_every_value_is_hidden_from_the_text(self, values):
        line, spans = "", []
        for value in values:
            line += "k='"
            spans.append(Span(1, len(line) + 1, len(line) + len(value) + 1))
            line += value + "'"
        text, hidden = hide([line, "next"], 1, 2, reversed(spans))
        assert hidden == values
        assert text == "k='\0'" * len(values) + "\nnext"

    @pytest.mark.parametrize("line", ["login('me', '%s')", r'"a\"b" + "%s'])
    def test_a_quoted_text_that_no_detector_marks_cannot_be_guessed_either(self, line):
        # More values than sixteen bits have: if the text itself were hashed, no two of them would agree.
        keys = {content_key("t/r", [line % f"pw{number}"], 1, 1) for number in range(70_000)}
        assert 40_000 < len(keys) <= 65_536

    def test_quotes_without_end_take_no_time(self):
        started = time.process_time()
        for text in ('"' + '\\"' * 50_000, "'" * 100_001, '"\\a' * 50_000, "'\"`" * 30_000, "\\" * 99_999):
            content_key("t/r", [text], 1, 1)
        assert time.process_time() - started < 2

    def test_a_secret_of_other_lines_is_nothing_to_it(self):
        assert content_key("t/r", ["a", "b"], 1, 1, [Span(2, 1, 2)]) == content_key("t/r", ["a"], 1, 1)


def hmac16(key, value):
    # RFC 2104, written out: the test must not trust the code that it tests.
    key = hashlib.sha256(key).digest()
    inner, outer = (bytes(byte ^ pad for byte in key.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    return hashlib.sha256(outer + hashlib.sha256(inner + value.encode()).digest()).digest()[:2]


class Silent:
    def planned(self, plan):
        pass

    def progress(self, gate, files):
        pass

    def finished(self, run):
        pass


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


class Repository:
    def __init__(self, root, home):
        self.root, self.home = root, home
        root.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *words):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *identity, *words], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, **files):
        for name, text in files.items():
            (self.root / f"{name}.py").write_text(text)
        return self

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "words")
        return self.git("rev-parse", "HEAD")

    def run(self, **options):
        host = Host(environment={}, home=self.home, today=date(2030, 6, 15))
        return run(Options(path=self.root, jobs=2, **options), host, Silent()).verdict

    def findings(self, **options):
        return [item for item in self.run(**options).findings if item.gate != "policy"]


@pytest.fixture
def repository(tmp_path, home):
    return Repository(tmp_path / "repo", home)


PASSWORD = "correct" + "Horse7" + "battery9Staple"
OTHER = "wrong" + "Horse8" + "battery1Staple"
CALL = "subprocess.call(word, shell=True)"
PADDING = "".join(f"def plain_{number}(value):\n    return value + {number}\n\n\n" for number in range(20))
SOURCE = f"""import subprocess
import time


def start(word):
    return {CALL}


{PADDING}
DATABASE_PASSWORD = "{PASSWORD}"
"""


def test_renamed_moved_and_indented_it_is_the_same_finding(repository):
    base = repository.write(old=SOURCE, other="x = 1\n").commit()
    before = {item.fingerprint: item for item in repository.findings(all=True)}
    assert {item.gate for item in before.values()} == {"sast", "secrets"}

    repository.git("mv", "old.py", "new.py")
    text = (repository.root / "new.py").read_text()
    text = text.replace(
        f"def start(word):\n    return {CALL}", f"class A:\n    def start(self, word):\n        return {CALL}"
    )
    repository.write(new="# a new line\n\n" + text.replace("value + 3\n", "3 + value  # other words\n"))
    for committed in (False, True):
        if committed:
            repository.commit()
        after = {item.fingerprint: item for item in repository.findings(base=base)}
        assert set(after) == set(before)
        for mark, item in after.items():
            assert (item.path, item.state, item.blocking) == ("new.py", State.UNCHANGED, False)
            assert (item.rule, item.tool) == (before[mark].rule, before[mark].tool)


def test_a_copy_of_it_is_new(repository):
    base = repository.write(app=SOURCE).commit()
    repository.write(app=SOURCE.replace(f"return {CALL}", f"{CALL}\n    return {CALL}"))
    repository.write(copy=SOURCE)
    states = [
        (item.path, item.state)
        for item in repository.findings(base=base, gates=("sast",))
        if item.rule == "B602"
    ]
    assert sorted(states) == [("app.py", State.NEW), ("app.py", State.UNCHANGED), ("copy.py", State.NEW)]


def test_another_secret_in_its_place_is_new_and_its_value_is_nowhere(repository):
    base = repository.write(app=SOURCE).commit()
    repository.write(app=SOURCE.replace(PASSWORD, OTHER))
    verdict = repository.run(base=base, gates=("secrets",), fail_on=Severity.NOTE)
    (item,) = (item for item in verdict.findings if item.gate == "secrets")
    assert (item.state, item.blocking) == (State.NEW, True)
    written = verdict_json.render(verdict).decode()
    for value in (PASSWORD, OTHER):
        for name in ("md5", "sha1", "sha256"):
            assert hashlib.new(name, value.encode()).hexdigest()[:16] not in written
        assert value not in written


def test_a_waiver_by_fingerprint_holds_before_and_after_a_rename_is_merged(repository):
    repository.write(old=SOURCE).commit()
    (item,) = (item for item in repository.findings(all=True, gates=("sast",)) if item.rule == "B602")
    (repository.root / ".lockgate.yml").write_text(
        f"waivers:\n- {{fingerprint: {item.fingerprint}, owner: me, reason: why, expires: 2030-06-20}}\n"
    )
    base = repository.commit()
    repository.git("mv", "old.py", "new.py")
    repository.commit()

    def sast(**options):
        verdict = repository.run(gates=("sast",), **options)
        held = [each.waived for each in verdict.findings if each.rule == "B602"]
        return held, [each.rule for each in verdict.findings if each.gate == "policy"]

    assert sast(base=base) == ([True], [])
    assert sast(all=True) == ([True], ["waiver-moved"])
    repository.write(copy=SOURCE)
    assert sast(all=True) == ([False, False], [])  # which one was meant?
    held, _ = sast(base="HEAD")
    assert held == [False]  # a copy is new, whatever was waived elsewhere


def test_a_file_whose_name_is_no_text_cannot_hide(repository):
    base = repository.write(other="x = 1\n").commit()
    (repository.root / "evil\udcff.py").write_text(SOURCE)
    for committed in (False, True):
        if committed:
            repository.commit()
        found = [item for item in repository.findings(base=base) if item.rule == "B602"]
        assert [(item.path, item.blocking) for item in found] == [("evil\\xff.py", True)]

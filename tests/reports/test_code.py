"""The code that a report shows: no secret in it, and only what was scanned."""

import hashlib
import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import verdicts
from gates.secrets.tokens import draw, pem
from lockgate.finding import Span
from lockgate.reports.code import MASK, MOST, _masked, collect, illustrated
from lockgate.reports.excerpt import Excerpt
from lockgate.source import Source
from lockgate.text import split_lines

RNG = Random("code")


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def source(folder: Path, text: str, path: str = "a.py") -> Source:
    data = text.encode()
    (folder / path).write_bytes(data)
    return Source(path, str(folder), digest(data))


def at(line: int, **changes: object):
    return verdicts.finding(
        **{"path": "a.py", "line": line, "end_line": line, "fingerprint": f"f{line}", **changes}
    )


def shown(folder: Path, text: str, line: int, *spans: Span) -> tuple[str, ...]:
    return collect([at(line)], {source(folder, text): spans}, digest)[f"f{line}"].lines


def test_spans_are_hidden_also_where_they_overlap_touch_or_repeat(tmp_path: Path) -> None:
    spans = (Span(1, 5, 8), Span(1, 7, 10), Span(1, 10, 12), Span(1, 5, 8), Span(1, 14, 15), Span(1, 3, 3))
    assert shown(tmp_path, "abcdefghijklmnopq", 1, *spans) == (f"abcd{MASK}lm{MASK}opq",)


def test_spans_that_do_not_fit_the_line_hide_what_they_can(tmp_path: Path) -> None:
    assert shown(tmp_path, "abc\ndef\n", 1, Span(1, 2, 99), Span(9, 1, 5), Span(2, 0, 2)) == (
        f"a{MASK}", f"{MASK}ef",
    )  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_that_spans_count(tmp_path: Path, end: str) -> None:
    text = end.join(["one", "two\x0c\u2028!", "three", ""])
    assert shown(tmp_path, text, 3, Span(3, 1, 4), Span(2, 1, 4)) == (
        "one",
        rf"{MASK}\x0c\u2028!",
        f"{MASK}ee",
    )


def test_a_byte_order_mark_is_no_column(tmp_path: Path) -> None:
    assert shown(tmp_path, "\ufeffabc", 1, Span(1, 1, 2)) == (f"{MASK}bc",)


def test_a_file_without_spans_known_or_changed_or_gone_is_not_shown(tmp_path: Path) -> None:
    assert collect([at(1)], {}, digest) == {}
    known = source(tmp_path, "before")
    (tmp_path / "a.py").write_text("a secret")
    assert collect([at(1)], {known: ()}, digest) == {"f1": Excerpt(1, ())}
    (tmp_path / "a.py").unlink()
    assert collect([at(1)], {known: ()}, digest) == {"f1": Excerpt(1, ())}


def test_what_has_no_line_or_only_a_commit_has_no_code(tmp_path: Path) -> None:
    findings = [at(0), at(1, commit="c" * 40), at(1, path="b.py")]
    assert collect(findings, {source(tmp_path, "x"): ()}, digest) == {}


def test_the_findings_that_matter_most_come_with_code() -> None:
    findings = [at(n, blocking=n % 2 == 0) for n in range(1, 4 * MOST)]
    chosen = illustrated(findings)
    assert len(chosen) == MOST
    assert all(finding.blocking for finding in chosen)


KEYS = {
    "whole": lambda key: key,
    "without an end": lambda key: key.rpartition("-----END")[0],
    "without an end, code after": lambda key: key.rpartition("-----END")[0] + '"""\nx = f(1)\n',
    "in a string": lambda key: f'KEY = """{key}"""',
    "concatenated": lambda key: " +\n".join(f'    "{line}\\n"' for line in key.split("\n")),
    "on one line": lambda key: '"' + key.replace("\n", "\\n") + '"',
    "quoted in mail": lambda key: "\n".join(f"> {line}" for line in key.split("\n")),
    "windows": lambda key: key.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("form", KEYS)
@pytest.mark.parametrize(
    "label", ["PRIVATE KEY", "RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK", "SSH2 ENCRYPTED PRIVATE KEY"]
)
def test_no_line_of_a_private_key_is_shown_though_no_detector_saw_it(
    tmp_path: Path, form: str, label: str
) -> None:
    key = draw(RNG, pem(label))
    secret = [line for line in key.split("\n") if "-----" not in line]
    text = "import os\n" + KEYS[form](key) + "\n"
    file = source(tmp_path, text)
    numbers = range(1, len(split_lines(text)) + 1)
    excerpts = collect([at(n) for n in numbers], {file: ()}, digest).values()
    rows = "\n".join(row for excerpt in excerpts for row in excerpt.lines)
    assert "import os" in rows
    assert MASK in rows
    assert not [line for line in secret if line[:8] in rows or line[-8:] in rows]
    assert ("x = f(1)" in rows) is (form == "without an end, code after")


def test_code_after_a_key_is_shown_again(tmp_path: Path) -> None:
    text = draw(RNG, pem("PRIVATE KEY")) + "\nx = 1\ny = 2\n"
    assert shown(tmp_path, text, 6)[-2:] == ("x = 1", "y = 2")


SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    "code",
    [
        "password = '{}'", 'if user.password == "{}":', "db_password: {}", "connect(password='{}', port=1)",
        "PGPASSWORD={} psql", "mysql --password={} shop", '"apiKey": "{}",', "const token = `{}`",
        "secret_key=b'{}'", "config['password'] = '{}'", "Authorization: Bearer {}", 'passwd := "{}"',
        "auth => '{}'", "setPassword('{}')",
    ],
)  # fmt: skip
def test_what_has_the_name_of_a_secret_is_hidden_though_no_detector_saw_it(tmp_path: Path, code: str) -> None:
    (row,) = shown(tmp_path, code.format(SECRET), 1)
    assert row == code.format(MASK)


@pytest.mark.parametrize(
    "code",
    ["password = get_password(user)", "author = 'Ada Lovelace'", "def check(password: str) -> bool:", "pass",
     "x = 'abc1'", "tokens = [t for t in text.split()]", "return password == other"],
)  # fmt: skip
def test_code_without_a_value_stays_readable(tmp_path: Path, code: str) -> None:
    assert shown(tmp_path, code, 1) == (code,)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.integers(0, 50), st.integers(0, 20))
def test_no_span_shows_a_character_of_it(text: str, start: int, length: int) -> None:
    line = f"{text[:start]}{'☠' * length}{text[start:]}"
    first = split_lines(line[: line.find("☠")] if length else line)
    spans = [Span(len(first), len(first[-1]) + 1, len(first[-1]) + 1 + length)]
    assert "☠" not in "".join(_masked(split_lines(line), spans if length else [], set(range(999))))


def test_many_findings_in_a_large_file_are_cut_in_one_go(tmp_path: Path) -> None:
    text = "x = 1  # a line of a file that a program made, with some words in it\n" * 100_000
    file = source(tmp_path, text)
    start = time.process_time()
    excerpts = collect([at(n) for n in range(1, 90_000, 450)], {file: ()}, digest)
    assert len(excerpts) == MOST
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "text",
    ["=" * 300_000 + "é b c", "password" * 60_000, "token = '" * 50_000, "BEGIN " * 50_000, '"' * 300_000,
     "BEGIN PRIVATE KEY\n" * 20_000, "secret" + " " * 300_000],
    ids=range(7),
)  # fmt: skip
def test_hostile_lines_take_no_time(tmp_path: Path, text: str) -> None:
    start = time.process_time()
    collect([at(1)], {source(tmp_path, "BEGIN PRIVATE KEY\n" + text): ()}, digest)
    assert time.process_time() - start < 2

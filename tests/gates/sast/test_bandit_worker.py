import hashlib
import platform
from itertools import product

import pytest

from gates.running import reports
from lockgate.finding import Severity
from lockgate.gates.sast.bandit_worker import SEVERITY, severity

PYTHON = platform.python_version()
LEVELS = ("HIGH", "MEDIUM", "LOW")
PASSWORDS = {
    "plain.py": ('password = "{}"\n', "hunter2-q7"),
    "name_holds_it.py": ('password = "{}"\n', "pass"),
    "argument.py": ('login(user="x",\n      password="{}",\n      other="q7Wz")\n', "hunter2-q7"),
    "default.py": ('def login(user, password="{}"):\n    return user\n', "hunter2-q7"),
    "twice.py": ('if password == "{0}":  # {0} it is\n    f()\n', "hunter2-q7"),
    "escaped.py": ('password = "hun\\x74er2-q7"  # hunter2-q7\n', "hun\\x74er2-q7"),
    "joined.py": ('password = ("hunter"\n            "2-q7")\n', "hunter2-q7"),
    "unicode.py": ('é = "ß"; password = "{}"\n', "hünter2-日本"),
    "quote.py": ("password = '{}'\n", 'hun"ter2'),
}


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    """Analyse all files of this module with one worker: its start is most of the time."""
    deep = "(" * 3000 + ")" * 3000
    files = {
        "clean.py": "def add(one, other):\n    return one + other\n",
        "empty.py": "",
        "dirty.py": "import subprocess\n\n\nsubprocess.run(command, shell=True)\n",
        "nosec.py": "eval(a)  # nosec\neval(b)\neval(c)  # nosec B307\neval(d)  # nosec B101\n",
        "address.py": "import tarfile\nt = tarfile.open(n)\nt.extractall(members=[a])\n",
        "nonascii.py": 'é = "日本"; eval(é)\n',
        "astral.py": '"🦜🦜"; eval(x)\n',
        "tabs.py": "if x:\n\teval(x)\n",
        "bom.py": b"\xef\xbb\xbfeval(x)\n",
        "crlf.py": b"a = 1\r\nif a:\r\n    eval(a)\r\n",
        "cr.py": b"a = 1\rif a:\r    eval(a)\r",
        "formfeed.py": "a = 1\n\x0c\neval(a)  # \x0c after\neval(a)\n",
        "latin1.py": '# -*- coding: latin-1 -*-\ns = "é"; eval(s)\n'.encode("latin-1"),
        "latin1_undeclared.py": 's = "é"\n'.encode("latin-1"),
        "shiftjis.py": '# -*- coding: shift_jis -*-\npassword = "日本パス"\n'.encode("shift_jis"),
        "utf16.py": "eval(x)\n".encode("utf-16"),
        "nul.py": b"eval(x)\n\0\n",
        "binary.py": bytes(range(256)) * 8,
        "python2.py": 'print "hello"\n',
        "template.py": "import {{ cookiecutter.name }}\n",
        "bad_indent.py": "if x:\n        f()\n    g()\n",
        "deep.py": f"x = {deep}\n",
        "chain.py": "x = " + " + ".join(["a"] * 20_000) + "\n",
        "huge_number.py": f"x = {'9' * 5000}\n",
        "huge_text.py": f'x = "{"y" * 4_000_000}"\neval(x)\n',
        "multi.py": "if x:\n    eval(\n        x\n    )\n\n"
                    "import subprocess\nsubprocess.run(\n    command,\n    shell=True,\n)\n",
        "odd names/--x 'y' \"z\"\n::error::.py": "eval(x)\n",
        "not\udce9utf8.py": "eval(x)\n",
        **{name: text.replace("{0}", "{}").replace("{}", value) for name, (text, value) in PASSWORDS.items()},
    }  # fmt: skip
    return reports("bandit", tmp_path_factory.mktemp("bandit"), files)


def rules(report):
    return [(raw.rule, raw.line) for raw in report.findings]


def the(report, rule="B307"):
    (raw,) = (raw for raw in report.findings if raw.rule == rule)
    return raw


def test_the_severity_table_is_total_and_monotonous():
    assert set(SEVERITY) == set(product(LEVELS, LEVELS))
    for one, other in product(SEVERITY, SEVERITY):
        if all(LEVELS.index(a) <= LEVELS.index(b) for a, b in zip(one, other, strict=True)):
            assert SEVERITY[one] >= SEVERITY[other]


@pytest.mark.parametrize("word", ["UNDEFINED", "", "NEW"])
def test_a_level_that_is_not_known_counts_as_medium(word):
    assert severity(word, "HIGH") == severity("MEDIUM", "HIGH") == Severity.MEDIUM
    assert severity("HIGH", word) == severity("HIGH", "MEDIUM") == Severity.HIGH


def test_clean_and_empty_files_have_nothing(analysed):
    for name in ("clean.py", "empty.py"):
        assert (analysed[name].findings, analysed[name].problem) == ((), "")


def test_a_dirty_file_has_its_findings(analysed):
    assert rules(analysed["dirty.py"]) == [("B404", 1), ("B602", 4)]
    raw = the(analysed["dirty.py"], "B602")
    assert (raw.severity, raw.cwe, raw.column) == (Severity.HIGH, (78,), 1)
    assert "shell=True" in raw.message


def test_nosec_is_honoured_as_bandit_does(analysed):
    assert rules(analysed["nosec.py"]) == [("B307", 2), ("B307", 4)]


def test_no_message_holds_an_address(analysed):
    raw = the(analysed["address.py"], "B202")
    assert "<ast.List object>" in raw.message
    assert "0x" not in raw.message


@pytest.mark.parametrize(
    ("name", "line", "column", "end_column"),
    [
        ("nonascii.py", 1, 11, 18),
        ("astral.py", 1, 7, 14),
        ("tabs.py", 2, 2, 9),
        ("bom.py", 1, 1, 8),
        ("crlf.py", 3, 5, 12),
        ("cr.py", 3, 5, 12),
        ("latin1.py", 2, 10, 17),
        ("huge_text.py", 2, 1, 8),
    ],
)
def test_columns_count_characters(analysed, name, line, column, end_column):
    raw = the(analysed[name])
    assert (raw.line, raw.end_line, raw.column, raw.end_column) == (line, line, column, end_column)


def test_a_form_feed_ends_no_line(analysed):
    assert rules(analysed["formfeed.py"]) == [("B307", 3), ("B307", 4)]


def test_a_finding_over_several_lines_spans_them(analysed):
    raw = the(analysed["multi.py"], "B307")
    assert (raw.line, raw.end_line, raw.column, raw.end_column) == (2, 4, 5, 6)


def test_a_column_is_unknown_where_bandits_is_that_of_another_line(analysed):
    shell = the(analysed["multi.py"], "B602")
    assert (shell.line, shell.end_line, shell.column, shell.end_column) == (9, 10, 0, 0)
    default = the(analysed["default.py"], "B107")
    assert (default.line, default.end_line, default.column, default.end_column) == (1, 1, 1, 0)


def test_the_body_of_a_function_is_no_part_of_a_finding_about_its_head(tmp_path):
    head = "def login(\n    user,\n    password='hunter2-q7',\n):\n    return {}\n"
    files = {
        "one.py": head.format("user"),
        "two.py": head.format("None"),
        "three.py": head.replace("q7", "q8"),
    }
    keys = [the(report, "B107").key for report in reports("bandit", tmp_path, files).values()]
    assert keys[0] == keys[1]
    assert keys[0] != keys[2]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("latin1_undeclared.py", "cannot parse it"),
        ("utf16.py", "binary or UTF-16"),
        ("nul.py", "binary"),
        ("binary.py", "binary"),
        ("python2.py", "(line 1: Missing parentheses in call to 'print'"),
        ("template.py", "likely it is a template, or written for Python 2 or for a Python newer"),
        ("bad_indent.py", "(line 3: "),
        ("deep.py", "cannot parse it"),
        ("chain.py", "nested too deeply"),
        ("huge_number.py", "(line 1: "),
    ],
)
def test_what_bandit_skips_is_said_with_python_and_cause(analysed, name, words):
    report = analysed[name]
    assert report.findings == ()
    assert f"bandit on Python {PYTHON} " in report.problem
    assert words in report.problem
    assert "likely" in report.problem


@pytest.mark.parametrize("name", ["odd names/--x 'y' \"z\"\n::error::.py", "not\udce9utf8.py"])
def test_any_name_is_analysed(analysed, name):
    assert rules(analysed[name]) == [("B307", 1)]


@pytest.mark.parametrize("name", sorted(PASSWORDS))
def test_a_password_is_nowhere_and_its_place_is_marked(analysed, tmp_path, name):
    text, value = PASSWORDS[name]
    report = analysed[name]
    passwords = [raw for raw in report.findings if raw.rule in {"B105", "B106", "B107"}]
    assert passwords
    for raw in passwords:
        for form in (value, *(hashlib.new(kind, value.encode()).hexdigest() for kind in ("md5", "sha1"))):
            assert form not in raw.key
        assert raw.message == "Possible hardcoded password."
    lines = text.replace("{0}", "{}").replace("{}", value).splitlines()
    for line, start, end in (span for raw in passwords for span in raw.secrets):
        lines[line - 1] = lines[line - 1][: start - 1] + "\0" * (end - start) + lines[line - 1][end - 1 :]
    shown = "\n".join(lines)
    assert value not in shown
    assert "hunter" not in shown
    assert '"2-q7"' not in shown


def test_a_password_in_an_encoding_that_reports_do_not_know_hides_its_lines(analysed):
    raw = the(analysed["shiftjis.py"], "B105")
    assert [(line, start) for line, start, _ in raw.secrets] == [(2, 1)]


def test_the_fingerprint_knows_another_password_but_not_the_password(tmp_path):
    found = reports(
        "bandit", tmp_path, {f"{n}.py": f'password = "{value}"\n' for n, value in enumerate(("aB3", "aB4"))}
    )
    keys = {report.findings[0].key for report in found.values()}
    assert len(keys) == 2

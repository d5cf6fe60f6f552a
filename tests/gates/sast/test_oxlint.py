import sys
from itertools import count

import pytest

from gates.running import node, write
from gates.sast.oxlint_flaws import FLAWS
from lockgate.errors import ToolError
from lockgate.gates.cwe import WHY
from lockgate.gates.sast.oxlint import Oxlint, rules, selects
from lockgate.gates.sast.oxlint_rules import RULES
from lockgate.source import Source
from lockgate.toolset import Node

# A stand-in that knows the probe, prints an empty list for all else, and does as the files' text says.
FAKE = """
import json, os, signal, sys, time
text = " ".join(open(name, encoding="utf-8").read() for name in os.listdir("."))
if "DIE" in text:
    os.kill(os.getpid(), signal.SIGKILL)
if "HANG" in text:
    time.sleep(60)
PROBED = ("@microsoft/sdl(no-inner-html)", "eslint(no-eval)", "no-unsanitized(property)", "react(no-danger)",
          "security(detect-non-literal-regexp)")
PROBE = os.listdir(".") == ["0.jsx"]
found = [{"message": "m", "code": code, "filename": "0.jsx"} for code in PROBED if PROBE]
if os.environ["HOME"].endswith("blind"):
    found = found[1:]
print(json.dumps({"diagnostics": found, "number_of_files": len(os.listdir("."))}))
"""


def analyse(tool, folder, files):
    write(folder, files)
    sources = [Source(name, str(folder), name) for name in files]
    return {source.path: report for source, report in tool.analyse(sources)}


def real(**changes):
    return Oxlint(**({"node": node(), "jobs": 2, "seconds_per_file": 60, "seconds_per_tool": 600} | changes))


@pytest.fixture
def fake(tmp_path):
    def make(code=FAKE, **changes):
        script = tmp_path / "modules" / "oxlint" / "bin" / "oxlint"
        script.parent.mkdir(parents=True)
        script.write_text(code)
        return real(node=Node(sys.executable, tmp_path / "modules", "lock"), **changes)

    return make


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    files = {f"{number}.jsx": code for number, code in enumerate(FLAWS.values())}
    hostile = {
        "latin1.js": "const s = 'é'; eval(s);\n".encode("latin-1"),
        "utf16.js": "eval(s);\n".encode("utf-16"),
        "bom.js": b"\xef\xbb\xbfeval(s);\n",
        "crlf.js": "const é = 1;\r\n\r\n  eval(é);\r\n",
        "nul.js": b"eval(s);\0",
        "broken.ts": "const = 1;\n",
        "deep.js": "x = " + "(" * 5000 + ")" * 5000 + ";\n",
        "disabled.js": "eval(a); // eslint-disable-line\neval(b);\n",
        "odd names/--x 'y' \"z\"\n::error::.js": "eval(s);\n",
        "not\udce9utf8.js": "eval(s);\n",
        ".eslintrc.json.js": "eval(s);\n",
        "require.js": "require(a);\nrequire(`${b}`);\nrequire('unique-random');\nMath.random();\n",
        "types.d.ts": "declare const a: string;\n",
        "view.vue": "<script>\neval(a)\n</script>\n",
        "view.svelte": "<script>\neval(a)\n</script>\n",
        "view.astro": "---\neval(a)\n---\n<p />\n",
        "oxlint-config/.oxlintrc.json.js": "",
    }
    # A configuration in the tree must not reach the tool.
    folder = tmp_path_factory.mktemp("oxlint")
    write(folder, {".oxlintrc.json": '{"ignorePatterns": ["**"]}', ".eslintignore": "*", ".gitignore": "*"})
    return analyse(real(), folder, files | hostile)


def places(report, rule="eslint/no-eval"):
    return [(raw.line, raw.column) for raw in report.findings if raw.rule == rule]


def test_every_rule_has_a_flaw_here():
    assert set(FLAWS) == set(RULES)


@pytest.mark.parametrize(("number", "rule"), list(enumerate(FLAWS)), ids=str)
def test_a_flaw_is_found_by_its_rule(analysed, number, rule):
    report = analysed[f"{number}.jsx"]
    assert report.problem == ""
    assert rule in {raw.rule for raw in report.findings}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("latin1.js", (1, 16)),
        ("utf16.js", (1, 1)),
        ("bom.js", (1, 1)),
        ("crlf.js", (3, 3)),
        ("disabled.js", (2, 1)),
        ("odd names/--x 'y' \"z\"\n::error::.js", (1, 1)),
        ("not\udce9utf8.js", (1, 1)),
        (".eslintrc.json.js", (1, 1)),
        ("view.vue", (2, 1)),
        ("view.svelte", (2, 1)),
        ("view.astro", (2, 1)),
    ],
)
def test_any_name_and_encoding_is_analysed(analysed, name, place):
    assert analysed[name].problem == ""
    assert places(analysed[name]) == [place]


@pytest.mark.parametrize(
    ("name", "words"), [("nul.js", "binary"), ("broken.ts", "cannot parse it (Unexpected token)")]
)
def test_what_cannot_be_read_says_why(analysed, name, words):
    assert words in analysed[name].problem


def test_the_plugin_that_would_die_of_a_dynamic_require_finds_the_rest(analysed):
    report = analysed["require.js"]
    assert report.problem == ""
    assert {raw.line for raw in report.findings if raw.rule == "@microsoft/sdl/no-insecure-random"} == {3, 4}


def test_a_deeply_nested_file_harms_no_other(analysed):
    assert analysed["types.d.ts"].problem == ""
    assert "deep.js" in analysed


def test_all_files_are_answered(analysed):
    assert len(analysed) == len(FLAWS) + 17


def test_rules_say_why_by_their_cwe():
    for rule in rules(RULES):
        assert rule.why == WHY[rule.cwe[0]]
        assert rule.mend.endswith(".")
        assert rule.help.startswith("https://")
    assert [rule.id for rule in rules(["eslint/no-eval", "a/b"])] == ["eslint/no-eval"]


@pytest.mark.parametrize("path", ["a.js", "b/a.tsx", "a.mjs", "a.cts", "a.vue", "a.d.ts"])
def test_selects(path):
    assert selects(path)
    assert not selects(path + ".map")


def test_a_file_that_kills_the_tool_stands_alone(fake, tmp_path):
    files = {f"{number}.js": "x;\n" for number in range(9)} | {"5.js": "DIE\n"}
    found = analyse(fake(), tmp_path / "src", files)
    assert {name for name, report in found.items() if report.problem} == {"5.js"}
    assert "exit code -9" in found["5.js"].problem


def test_a_file_that_hangs_the_tool_stands_alone_within_the_tools_time(fake, tmp_path):
    found = analyse(fake(seconds_per_file=1.0), tmp_path / "src", {"0.js": "HANG\n", "1.js": "x;\n"})
    assert found["1.js"].problem == ""
    assert "was stopped after" in found["0.js"].problem


def test_when_the_tools_time_is_over_the_rest_is_not_scanned(fake, tmp_path):
    ticks = count(0, 100)
    tool = fake(seconds_per_tool=250, clock=lambda: next(ticks))
    found = analyse(tool, tmp_path / "src", {"0.js": "DIE\n", "1.js": "x;\n"})
    assert (
        found["0.js"].problem
        == "oxlint fails on it: oxlint failed: " + found["0.js"].problem.partition("oxlint failed: ")[2]
    )
    assert "no time left of its 250 seconds" in found["1.js"].problem


@pytest.mark.parametrize(
    "code",
    [
        "",
        "raise SystemExit(1)",
        "import os; os.kill(os.getpid(), 9)",
        "print('{')",
        "print('hello')",
        'print(\'{"diagnostics": [], "number_of_files": 1}\')',
        FAKE.replace("if os.environ", "if True or os.environ"),
        "import time; time.sleep(60)",
    ],
)
def test_a_tool_that_does_not_find_a_known_flaw_blames_no_file(fake, tmp_path, code):
    with pytest.raises(ToolError) as caught:
        analyse(fake(code, seconds_per_file=2.0), tmp_path / "src", {"0.js": "x;\n"})
    assert caught.value.cause
    assert caught.value.todo


def test_a_source_that_vanished_is_a_problem_of_its_own(fake, tmp_path):
    write(tmp_path / "src", {"0.js": "x;\n"})
    sources = [Source(name, str(tmp_path / "src"), name) for name in ("0.js", "gone.js")]
    found = {source.path: report.problem for source, report in fake().analyse(sources)}
    assert found == {"0.js": "", "gone.js": "it cannot be read: No such file or directory"}

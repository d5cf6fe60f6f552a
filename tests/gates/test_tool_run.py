from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gates.running import TODAY, write
from lockgate.cache import Cache
from lockgate.config import GateConfiguration, Limits
from lockgate.errors import ExitCode, ToolError
from lockgate.finding import NOT_SCANNED, Severity
from lockgate.gates.analysis import WorkerAnalyser, analyse
from lockgate.gates.file_report import FileReport, Kind, make
from lockgate.gates.protocol import Task
from lockgate.gates.scope import merged
from lockgate.gates.tool_run import attempt, run_tool
from lockgate.source import Source, Unreadable
from lockgate.tree import Tree
from lockgate.verdict import Tool

TOOL = Tool("words", "1")


@dataclass
class Words:
    """Find each line that starts with `bad`; `broken` files are not scanned, `mute` ones not answered."""

    identity: str = "words 1"
    asked: list[str] = field(default_factory=list)

    def analyse(self, sources):
        for source in sources:
            self.asked.append(source.path)
            lines = source.file.read_text().splitlines()
            kind = Kind(tool="words", rule="bad", severity=Severity.HIGH)
            found = [
                make(kind, "m", lines, (n, n, 1, 4)) for n, line in enumerate(lines, 1) if line[:3] == "bad"
            ]
            if "mute" not in source.path:
                yield source, FileReport(tuple(found), "it is broken" if "broken" in source.path else "")


def sources(folder, files, digest=bytes.hex, **values):
    write(folder, files)
    return tuple(Source(name, str(folder), digest(text.encode()), **values) for name, text in files.items())


def task(tree, cache, **changes):
    values = {
        "tree": tree, "configuration": GateConfiguration(), "limits": Limits(), "jobs": 2, "cache": cache,
        "home": Path("/nonexistent"), "today": TODAY,
    }  # fmt: skip
    return Task(**(values | changes))


def run(tree, words, cache=None, **changes):
    made = task(tree, cache or Cache(None), **changes)
    return run_tool("sast", made, TOOL, lambda: words, lambda path: path != "other", lambda ids: ())


def test_findings_of_the_head_and_fingerprints_of_the_base(tmp_path):
    head = sources(tmp_path / "head", {"a": "bad 1\nbad 2\n", "other": "bad\n"})
    base = sources(tmp_path / "base", {"a": "bad 1\n"})
    output = run(Tree(tmp_path, head, base), Words())
    assert [(f.path, f.line, f.rule, f.sources) for f in output.findings] == [
        ("a", 1, "bad", ("words/bad",)),
        ("a", 2, "bad", ("words/bad",)),
    ]
    assert output.known == {output.findings[0].fingerprint}
    assert (output.tools, output.counts) == ((TOOL,), {"words": 2})


def test_a_file_keeps_its_fingerprints_when_it_is_renamed(tmp_path):
    head = sources(tmp_path / "head", {"new": "x\nbad 1\n"}, origin="old")
    base = sources(tmp_path / "base", {"old": "bad 1\n"})
    output = run(Tree(tmp_path, head, base), Words())
    assert output.known == {finding.fingerprint for finding in output.findings}


def test_what_was_not_scanned_is_a_finding_for_each_reason(tmp_path):
    head = sources(tmp_path, {"broken": "bad\n", "mute": "bad\n", "fine": "\n"})
    output = run(Tree(tmp_path, head, unreadable=(Unreadable("link", "it leads away"),)), Words())
    assert [(f.path, f.rule) for f in output.findings if f.rule != NOT_SCANNED] == [("broken", "bad")]
    said = {f.path: f.message for f in output.findings if f.rule == NOT_SCANNED}
    assert set(said) == {"broken", "mute", "link"}
    assert said["mute"].startswith("Not scanned: the tool gave no answer for it.")
    assert [rule.id for rule in output.rules] == [NOT_SCANNED]
    assert output.counts == {"words": 4}


def test_what_the_base_could_not_scan_either_is_known(tmp_path):
    head = sources(tmp_path / "head", {"broken": "b\n"})
    base = sources(tmp_path / "base", {"broken": "a\n"})
    output = run(Tree(tmp_path, head, base), Words())
    assert {finding.fingerprint for finding in output.findings} == output.known


def test_nothing_to_do_makes_no_analyser(tmp_path):
    def never():
        raise AssertionError

    output = run_tool("sast", task(Tree(tmp_path), Cache(None)), TOOL, never, bool, lambda ids: ())
    assert (output.findings, output.tools, output.counts) == ((), (), {"words": 0})


def test_history_is_not_asked_unless_it_is_wanted(tmp_path):
    head = sources(tmp_path / "head", {"a": "fine\n"})
    past = sources(tmp_path / "past", {"b": "bad\n"}, commit="c" * 40)
    words = Words()
    assert run(Tree(tmp_path, head, history=past), words).findings == ()
    assert words.asked == ["a"]


def test_results_are_reused_and_problems_are_not(tmp_path):
    cache, seen = Cache(None), []
    head = sources(tmp_path, {"a": "bad\n", "broken": "\n"}, cache.digest)
    first = run(Tree(tmp_path, head), Words(), cache, progress=seen.append)
    words = Words()
    second = run(Tree(tmp_path, head), words, cache, progress=seen.append)
    assert second == first
    assert words.asked == ["broken"]
    assert sum(seen) == 4


def test_another_content_path_or_tool_is_asked_again(tmp_path):
    cache = Cache(None)
    run(Tree(tmp_path, sources(tmp_path, {"a": "bad\n"}, cache.digest)), Words(), cache)
    for files, identity in (
        ({"b": "bad\n"}, "words 1"),
        ({"a": "bad 2\n"}, "words 1"),
        ({"a": "bad\n"}, "words 2"),
    ):
        head = sources(tmp_path, files, cache.digest)
        words = Words(identity)
        run(Tree(tmp_path, head), words, cache)
        assert words.asked == [head[0].path]


def test_a_spoiled_cache_is_a_miss(tmp_path):
    (source,) = sources(tmp_path, {"a": "bad\n"})
    cache, words = Cache(None), Words()
    cache.put({cache.key(words.identity, source.path, source.digest): b"rubbish"})
    assert len(analyse(words, [source], cache)[source].findings) == 1
    assert words.asked == ["a"]


@pytest.mark.parametrize("tool", ["bandit", "detect-secrets", "lockgate-secrets"])
def test_a_worker_that_cannot_start_leaves_the_others_findings(tmp_path, tool):
    (source,) = sources(tmp_path, {"a": "bad\n"})
    tree = Tree(tmp_path, (source,))
    broken = WorkerAnalyser(f"no-{tool}", "1", 2, 5.0)
    with pytest.raises(ToolError) as caught:
        run(tree, broken)
    assert caught.value.exit_code is ExitCode.INCOMPLETE
    output = merged([attempt(lambda: run(tree, broken)), attempt(lambda: run(tree, Words()))])
    assert len(output.findings) == 1
    (note,) = output.notifications
    assert note.level == "error"
    assert f"no-{tool} could not be started" in note.message
    assert "what to do: " in note.message


def test_a_full_disk_makes_a_tool_fail_and_no_bug():
    def full():
        raise OSError(28, "No space left on device")

    (note,) = attempt(full).notifications
    assert "No space left on device" in note.message
    assert "what to do: make room" in note.message

"""What the last commits would have met."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from checkouts import Checkout, listing
from lockgate.adopt.past import Bounds, lines
from lockgate.errors import ConfigurationError
from lockgate.git import Git
from lockgate.host import Host, host
from lockgate.inputs import Options
from lockgate.verdict import Answer, Verdict
from verdicts import HOSTILE, finding, verdict

PASSED = verdict(answer=Answer.PASS)


@dataclass
class Judges:
    """Give a verdict for what a commit holds, and remember what was asked."""

    answer: Callable[[str], Verdict] = lambda text: PASSED
    asked: list[tuple[str, str, bool]] = field(default_factory=list)
    gates: set[tuple[str, ...]] = field(default_factory=set)

    def __call__(self, options: Options, host: Host) -> Verdict:
        text = (options.path / "a").read_text()
        self.asked.append((text, options.base, options.all))
        self.gates.add(options.gates)
        return self.answer(text)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "repository")


def look(
    checkout: Checkout, judges: Judges, bounds: Bounds | None = None, clock: Callable[[], float] = lambda: 0
) -> list[str]:
    machine = Host({}, checkout.root, host(os.environ).today, clock)
    return list(lines(Git(checkout.root), "main", machine, bounds or Bounds(), judges))


def test_each_commit_is_judged_against_its_first_parent_newest_first(checkout: Checkout) -> None:
    one = checkout.commit({"a": "1"})
    checkout.git("checkout", "-q", "-b", "topic")
    checkout.commit({"b": "x"})
    checkout.git("checkout", "-q", "main")
    two = checkout.commit({"a": "2"})
    checkout.git("merge", "-q", "--no-ff", "-m", "merged", "topic")
    judges = Judges()
    told = look(checkout, judges)
    assert judges.asked == [("2", two, False), ("2", one, False), ("1", "", True)]
    assert told[0] == "The last commits of main, each against the one before it (3):"
    merged = checkout.git("rev-parse", "HEAD")
    assert [line.split()[:2] for line in told[1:]] == [
        [merged[:12], "PASS"], [two[:12], "PASS"], [one[:12], "PASS"],
    ]  # fmt: skip
    assert told[1].endswith("merged")


def test_no_page_of_the_past_is_loaded(checkout: Checkout) -> None:
    checkout.commit({"a": "1"})
    judges = Judges()
    look(checkout, judges)
    assert judges.gates == {("migrations", "sast", "sbom", "sca", "secrets")}


def test_blocking_findings_are_named_the_worst_three(checkout: Checkout) -> None:
    checkout.commit({"a": "1"})
    found = [finding(path=f"{name}.py", blocking=True) for name in "abcde"]
    judges = Judges(lambda text: verdict(*found, finding(path="quiet.py")))
    told = look(checkout, judges)
    assert told[1].split()[1:3] == ["FAIL", "5"]
    assert [line.strip() for line in told[2:]] == [
        "high bandit/B602 a.py:3", "high bandit/B602 b.py:3", "high bandit/B602 c.py:3", "and 2 more",
    ]  # fmt: skip


def test_a_commit_that_cannot_be_judged_does_not_hide_the_others(checkout: Checkout) -> None:
    checkout.commit({"a": "1"})
    checkout.commit({"a": "2"})

    def answer(text: str) -> Verdict:
        if text == "2":
            raise ConfigurationError("a key is\nunknown", cause="c", todo="t")
        return verdict(answer=Answer.ERROR, reason="sast is incomplete")

    told = look(checkout, Judges(answer))
    assert [told[1].split()[1], told[2].strip()] == ["ERROR", "a key is unknown"]
    assert [told[3].split()[1], told[4].strip()] == ["ERROR", "sast is incomplete"]


def test_the_number_and_the_time_are_bounded(checkout: Checkout) -> None:
    for number in range(5):
        checkout.commit({"a": str(number)})
    judges = Judges()
    assert len(look(checkout, judges, Bounds(commits=2))) == 3
    assert [text for text, *_ in judges.asked] == ["4", "3"]
    ticks = iter([0.0, 0.0, 50.0, 200.0])
    told = look(checkout, Judges(), Bounds(), lambda: next(ticks))
    assert told[-1] == "  3 older ones are left out: 120 seconds are over"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_stranger_breaks_a_line_or_is_unseen(checkout: Checkout, text: str) -> None:
    message = os.fsencode(text.replace("\0", "").encode("utf-8", "replace"))
    checkout.write("a", "1")
    checkout.git("add", "-A")
    checkout.git("commit", "-q", "-F", "-", stdin=b"x" + message)
    bad = finding(path=text, rule=text, blocking=True)
    told = look(checkout, Judges(lambda _: verdict(bad)))
    assert len(told) == 3
    assert all(line.isprintable() for line in told)


def test_a_repository_without_a_commit_has_no_past(checkout: Checkout) -> None:
    assert look(checkout, Judges()) == ["No commit yet, so there is no past to judge."]


def test_the_first_commit_of_a_shallow_clone_is_not_judged_as_if_it_added_everything(tmp_path: Path) -> None:
    source = Checkout(tmp_path / "source")
    for number in range(4):
        source.commit({"a": str(number)})
    place = f"file://{source.root}"
    source.git("clone", "-q", "--depth=2", place, str(tmp_path / "two"))
    source.git("clone", "-q", "--depth=1", place, str(tmp_path / "one"))
    judges = Judges()
    clone = Checkout(tmp_path / "two")
    look(clone, judges)
    assert [text for text, *_ in judges.asked] == ["3"]
    assert look(Checkout(tmp_path / "one"), judges)[0].startswith("The clone is shallow")


def test_the_checkout_is_not_touched_and_nothing_that_it_configures_runs(
    checkout: Checkout, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    checkout.commit({"a": "1", ".gitattributes": "* filter=x diff=x\n"})
    checkout.commit({"a": "2"})
    checkout.git("config", "filter.x.smudge", f"touch {mark}; cat")
    hook = checkout.write(".git/hooks/post-checkout", f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    checkout.write("a", "changed since")
    before = listing(checkout.root)
    judges = Judges()
    look(checkout, judges)
    assert [text for text, *_ in judges.asked] == ["2", "1"]
    assert listing(checkout.root) == before
    assert not mark.exists()
    checkout.git("checkout", "-q", "HEAD", "--", "a")
    assert mark.exists(), "a checkout of its own would have run them"


def test_a_tree_that_leads_out_of_its_folder_is_an_error_of_its_commit(checkout: Checkout) -> None:
    blob = checkout.blob(b"x")
    inner = checkout.tree_of(("100644", blob, b"post-checkout"))
    bad = checkout.commit_of(("40000", inner, b".git"))
    checkout.git("update-ref", "refs/heads/main", bad)
    judges = Judges()
    told = look(checkout, judges)
    assert told[1].split()[1] == "ERROR"
    assert judges.asked == []

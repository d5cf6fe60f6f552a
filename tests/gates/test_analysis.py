"""What is kept of an analysis, and when no analyser is made at all."""

from dataclasses import dataclass, field

import pytest

from lockgate.cache import Cache
from lockgate.gates.analysis import OnDemand, analyse
from lockgate.gates.file_report import FileReport, RawFinding
from lockgate.source import Source


@dataclass
class Analyser:
    """Find in each file its text as a rule; `meanwhile` is what somebody writes into it before that."""

    identity: str = "tool 1"
    silent: bool = False
    meanwhile: str = ""
    asked: list[str] = field(default_factory=list)

    def analyse(self, sources):
        for source in sources:
            self.asked.append(source.path)
            if self.meanwhile:
                source.file.write_text(self.meanwhile)
            if not self.silent:
                yield source, FileReport((RawFinding(source.file.read_text(), 1, "m", "k"),))


@pytest.fixture
def cache(tmp_path):
    made = Cache(tmp_path / "results.db")
    yield made
    made.close()


@pytest.fixture
def source(tmp_path, cache):
    (tmp_path / "a.py").write_text("old")
    return Source("a.py", str(tmp_path), cache.digest(b"old"))


def rules(analyser, source, cache):
    return [raw.rule for raw in analyse(analyser, [source], cache)[source].findings]


def test_a_source_without_an_answer_has_a_problem_and_is_asked_again(cache, source):
    assert "no answer" in analyse(Analyser(silent=True), [source], cache)[source].problem
    assert rules(Analyser(), source, cache) == ["old"]


def test_what_was_found_in_a_file_that_changed_meanwhile_is_not_kept_under_its_old_name(cache, source):
    assert rules(Analyser(meanwhile="new"), source, cache) == ["new"]
    source.file.write_text("old")
    again = Analyser()
    assert rules(again, source, cache) == ["old"]
    assert again.asked == ["a.py"]


def test_progress_counts_what_was_known_and_what_is_new(cache, source):
    counted = []
    for _ in range(2):
        analyse(Analyser(), [source], cache, counted.append)
    assert counted == [0, 1, 1]


def test_an_analyser_on_demand_is_made_only_when_something_is_left(cache, source):
    made = []

    def make():
        made.append(Analyser())
        return made[-1]

    for _ in range(2):
        assert rules(OnDemand("tool 1", make), source, cache) == ["old"]
    assert len(made) == 1

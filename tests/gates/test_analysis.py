"""What is analysed, what is taken from the cache, and what is never kept."""

from dataclasses import dataclass, field

import pytest

from lockgate.cache import Cache
from lockgate.gates.analysis import OnDemand, analyse
from lockgate.gates.file_report import FileReport, RawFinding
from lockgate.source import Source

ONE, OTHER = Source("a.py", "/r", "d1"), Source("b.py", "/r", "d2")


@dataclass
class Analyser:
    """Find the rule of the file's digest; `silent` sources get no answer, `broken` ones a problem."""

    identity: str = "tool 1"
    silent: tuple[Source, ...] = ()
    broken: tuple[Source, ...] = ()
    asked: list[Source] = field(default_factory=list)

    def analyse(self, sources):
        self.asked += sources
        for source in sources:
            if source in self.broken:
                yield source, FileReport(problem="why")
            elif source not in self.silent:
                yield source, FileReport((RawFinding(source.digest, 1, "m", "k"),))


@pytest.fixture
def cache(tmp_path):
    made = Cache(tmp_path / "results.db")
    yield made
    made.close()


def test_each_content_is_analysed_once_ever(cache):
    first, second = Analyser(), Analyser()
    reports = analyse(first, [ONE, OTHER], cache)
    assert {source: report.findings[0].rule for source, report in reports.items()} == {ONE: "d1", OTHER: "d2"}
    assert analyse(second, [OTHER, ONE], cache) == reports
    assert (first.asked, second.asked) == ([ONE, OTHER], [])


@pytest.mark.parametrize(
    ("identity", "source"),
    [
        ("tool 2", ONE),
        ("tool 1", Source("a.py", "/r", "changed")),
        ("tool 1", Source("renamed.py", "/r", "d1")),
    ],
)
def test_another_tool_content_or_name_is_analysed_again(cache, identity, source):
    analyse(Analyser(), [ONE], cache)
    again = Analyser(identity)
    analyse(again, [source], cache)
    assert again.asked == [source]


def test_a_problem_is_not_kept(cache):
    analyse(Analyser(broken=(ONE,)), [ONE], cache)
    assert analyse(Analyser(), [ONE], cache)[ONE].problem == ""


def test_a_source_without_an_answer_has_a_problem_and_is_not_kept(cache):
    reports = analyse(Analyser(silent=(ONE,)), [ONE, OTHER], cache)
    assert "no answer" in reports[ONE].problem
    assert reports[OTHER].problem == ""
    assert analyse(Analyser(), [ONE], cache)[ONE].problem == ""


def test_a_cached_value_that_is_none_of_ours_is_no_answer(cache):
    cache.put({cache.key("tool 1", ONE.path, ONE.digest): b'{"findings": "none"}'})
    again = Analyser()
    assert analyse(again, [ONE], cache)[ONE].findings[0].rule == "d1"
    assert again.asked == [ONE]


def test_progress_counts_what_was_known_and_what_is_new(cache):
    analyse(Analyser(), [ONE], cache)
    counted = []
    analyse(Analyser(), [ONE, OTHER], cache, counted.append)
    assert counted == [1, 1]


def test_an_analyser_on_demand_is_made_only_when_something_is_left(cache):
    made = []

    def make():
        made.append(Analyser())
        return made[-1]

    for _ in range(2):
        assert analyse(OnDemand("tool 1", make), [ONE], cache)[ONE].findings[0].rule == "d1"
    assert len(made) == 1

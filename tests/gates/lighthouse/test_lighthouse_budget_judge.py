"""Pages against budgets: each threshold fires just above and not at it, and timings by their interval."""

from dataclasses import replace

import pytest

from lockgate.finding import Finding, Severity
from lockgate.gates.judged import output
from lockgate.gates.lighthouse.budgets.judge import categories, idle, is_timed, needs_speed_index, over
from lockgate.gates.lighthouse.metrics import METRICS
from lockgate.gates.lighthouse.model import Audit, Limit, Page, PageResult, Request, Sample, Site

SITE = Site("plain", "web/out", "web", "web/package.json")
PAGE = Page("/products/", "products/index.html")
SOURCE = {"source": "`budgets` in .lockgate.yml", "path": ".lockgate.yml", "line": 7}


def limit(
    metric: str, *, most: float | None = None, least: float | None = None, warns: bool = False
) -> Limit:
    return Limit("*", metric, most=most, least=least, warns=warns, **SOURCE)


def runs(metric: str, *values: float) -> PageResult:
    return PageResult(PAGE, tuple(Sample({metric: value}) for value in values))


def audited(*audits: Audit, name: str = "label") -> PageResult:
    return PageResult(PAGE, tuple(Sample({}, audits={name: audit}) for audit in audits))


def findings(result: PageResult, *limits: Limit) -> list[Finding]:
    judged, notes = over(limits, result, SITE)
    assert notes == ()
    return list(output(judged, ()).findings)


def rules(result: PageResult, *limits: Limit) -> list[str]:
    return [finding.rule for finding in findings(result, *limits)]


EXACT = [metric.id for metric in METRICS if metric.exact]
TIMED = [metric.id for metric in METRICS if not metric.exact]


@pytest.mark.parametrize("metric", [metric for metric in EXACT if not metric.startswith("category.")])
def test_an_exact_metric_fires_above_its_budget_from_one_run(metric: str) -> None:
    assert rules(runs(metric, 101), limit(metric, most=100)) == ["over-budget"]
    assert rules(runs(metric, 100), limit(metric, most=100)) == []
    # The first run decides.
    assert rules(runs(metric, 100, 101), limit(metric, most=100)) == []


@pytest.mark.parametrize("metric", [metric for metric in EXACT if metric.startswith("category.")])
def test_a_score_fires_below_its_budget(metric: str) -> None:
    assert rules(runs(metric, 0.89), limit(metric, least=0.9)) == ["over-budget"]
    assert rules(runs(metric, 0.9), limit(metric, least=0.9)) == []


@pytest.mark.parametrize("metric", [metric for metric in TIMED if not metric.startswith("category.")])
def test_a_timing_fires_only_where_the_whole_interval_is_above(metric: str) -> None:
    budget = limit(metric, most=100)
    assert rules(runs(metric, 101, 102, 103, 104, 105), budget) == ["over-budget"]
    assert rules(runs(metric, 100, 102, 103, 104, 105), budget) == ["maybe-over-budget"]
    assert rules(runs(metric, 90, 91, 92, 93, 101), budget) == ["maybe-over-budget"]
    assert rules(runs(metric, 90, 91, 92, 93, 100), budget) == []


def test_a_performance_score_fires_only_where_the_whole_interval_is_below() -> None:
    budget = limit("category.performance", least=0.9)
    assert rules(runs("category.performance", 0.85, 0.86, 0.87, 0.88, 0.89), budget) == ["over-budget"]
    assert rules(runs("category.performance", 0.85, 0.86, 0.87, 0.88, 0.9), budget) == ["maybe-over-budget"]
    assert rules(runs("category.performance", 0.9, 0.91, 0.92, 0.93, 0.94), budget) == []


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_timing_of_few_runs_is_at_most_a_maybe(count: int) -> None:
    assert rules(runs("lcp", *[9_999] * count), limit("lcp", most=100)) == ["maybe-over-budget"]
    assert rules(runs("lcp", *[100] * count), limit("lcp", most=100)) == []


def test_what_a_finding_says_and_where() -> None:
    scripts = [
        Request(f"/{name}.js", "script", weight, 0, 200) for name, weight in [("a", 900), ("b", 211_500)]
    ]
    result = PageResult(PAGE, (Sample({"bytes.script": 212_400}, tuple(scripts)),))
    (finding,) = findings(result, limit("bytes.script", most=170_000))
    assert finding.message == (
        "`/products/` loads 212.4 kB of script, 42.4 kB over the 170.0 kB of `budgets` in .lockgate.yml. "
        "Largest: `/b.js` 211.5 kB, `/a.js` 900 B"
    )
    assert (finding.path, finding.line, finding.severity) == (".lockgate.yml", 7, Severity.HIGH)


@pytest.mark.parametrize(
    ("metric", "value", "bound", "says"),
    [
        ("bytes.total", 2_000, 1_000, "`/products/` loads 2.0 kB in all, 1.0 kB over the 1.0 kB of"),
        ("bytes.third-party", 2_000, 0, "loads 2.0 kB from third parties"),
        ("requests.total", 12, 10, "makes 12 requests in all, 2 over the 10 of"),
        ("requests.font", 3, 2, "makes 3 requests of kind font, 1 over the 2 of"),
        ("dom", 1_501, 1_500, "has 1,501 elements, 1 over the 1,500 of"),
        ("unused-js", 2_000, 1_000, "has 2.0 kB of unused script bytes"),
        (
            "lcp",
            2_600,
            2_500,
            "has 2,600 ms as Largest Contentful Paint (in one run), and may be over the 2,500 ms of",
        ),
    ],
)
def test_the_words(metric: str, value: float, bound: float, says: str) -> None:
    (finding,) = findings(runs(metric, value), limit(metric, most=bound))
    assert says in finding.message


def test_the_words_of_scores_and_intervals() -> None:
    (score,) = findings(runs("category.seo", 0.82), limit("category.seo", least=0.9))
    assert "has 0.82 as SEO score, 0.08 below the 0.90 of" in score.message
    (slow,) = findings(runs("fcp", 1100, 1150, 1200, 1300, 1400), limit("fcp", most=1000))
    assert (
        "1,200 ms as First Contentful Paint (in 5 runs, from 1,100 ms to 1,400 ms), at least 100 ms over"
        in slow.message
    )


def test_a_finding_without_a_file_stands_at_the_site() -> None:
    (finding,) = findings(runs("dom", 2), Limit("*", "dom", most=1))
    assert (finding.path, finding.line) == ("web/package.json", 0)


def test_of_several_budgets_for_one_metric_the_one_that_says_most_speaks() -> None:
    warning, blocking = limit("dom", most=50, warns=True), limit("dom", most=100)
    (both,) = findings(runs("dom", 101), warning, blocking)
    (only,) = findings(runs("dom", 100), warning, blocking)
    assert (both.severity, only.severity) == (Severity.HIGH, Severity.MEDIUM)
    # Who has the one in the base has not accepted the other.
    assert both.fingerprint != only.fingerprint
    (tight,) = findings(runs("dom", 101), blocking, limit("dom", most=90))
    assert "11 over the 90" in tight.message


def test_a_finding_is_the_same_whatever_was_measured() -> None:
    (first,), (second,) = (findings(runs("dom", value), limit("dom", most=1)) for value in (2, 3))
    other = replace(runs("dom", 2), page=Page("/"))
    (elsewhere,) = findings(other, limit("dom", most=1))
    assert first.fingerprint == second.fingerprint != elsewhere.fingerprint


def test_only_the_pages_of_a_budget_are_judged() -> None:
    there = replace(limit("dom", most=1), pages="/products/*")
    assert rules(runs("dom", 2), there) == ["over-budget"]
    assert rules(runs("dom", 2), replace(there, pages="/other")) == []
    assert rules(runs("dom", 2), replace(there, unless=("/products/",))) == []


@pytest.mark.parametrize(
    ("metric", "audit", "bound", "wanted"),
    [
        ("audit.label.score", Audit(score=0.89), 0.9, ["over-budget"]),
        ("audit.label.score", Audit(score=0.9), 0.9, []),
        ("audit.label.score", Audit(mode="notApplicable"), 1.0, []),
        ("audit.label.length", Audit(length=1), 0, ["over-budget"]),
        ("audit.label.length", Audit(length=0), 0, []),
        ("audit.label.length", Audit(), 0, []),
        ("audit.label.length", Audit(mode="notApplicable"), 0, []),
    ],
)
def test_audits(metric: str, audit: Audit, bound: float, wanted: list[str]) -> None:
    is_score = metric.endswith(".score")
    budget = limit(metric, least=bound) if is_score else limit(metric, most=bound)
    assert rules(audited(audit), budget) == wanted


def test_an_audit_of_time_is_judged_by_its_interval() -> None:
    budget = limit("audit.bootup-time.value", most=100)
    slow = [Audit(value=value) for value in (101, 102, 103, 104, 105)]
    assert rules(audited(*slow, name="bootup-time"), budget) == ["over-budget"]
    assert rules(audited(*slow[:1], name="bootup-time"), budget) == ["maybe-over-budget"]


@pytest.mark.parametrize(
    ("metric", "result"),
    [
        ("dom", runs("fcp", 1)),
        ("lcp", runs("fcp", 1, 2, 3, 4, 5)),
        ("category.seo", runs("fcp", 1)),
        ("audit.label.score", audited(Audit(score=1), name="list")),
        ("audit.label.score", audited(Audit(mode="error"))),
        ("audit.label.value", audited(Audit(score=1))),
        ("dom", PageResult(PAGE, ())),
    ],
)
def test_what_was_not_measured_makes_the_gate_incomplete(metric: str, result: PageResult) -> None:
    judged, (note,) = over([limit(metric, most=1)], result, SITE)
    assert judged == []
    assert note.level == "error"
    assert "`/products/` was not measured: `budgets` in .lockgate.yml is not judged" in note.message


def test_hosts_that_are_no_third_parties_are_not_counted() -> None:
    requests = tuple(
        Request(f"https://{host}/a", "image", 100, 100, 200, host=host)
        for host in ("cdn.shop.example", "shop.example", "notshop.example", "stats.example")
    )
    result = PageResult(PAGE, (Sample({"bytes.third-party": 400, "requests.third-party": 4}, requests),))
    own = ("*.shop.example",)
    for metric, kept, broken in (("bytes.third-party", 200, 199), ("requests.third-party", 2, 1)):
        assert rules(result, replace(limit(metric, most=kept), own=own)) == []
        assert rules(result, replace(limit(metric, most=broken), own=own)) == ["over-budget"]


def test_the_categories_that_limits_need() -> None:
    assert categories([limit("bytes.script", most=1), limit("lcp", most=1)]) == {"performance"}
    assert categories([limit("category.seo", least=1)]) == {"seo"}
    assert categories([limit("audit.doctype.score", least=1)]) == {"best-practices"}
    assert categories([limit("audit.image-alt.score", least=1)]) == {"accessibility"}
    assert categories([]) == frozenset()


def test_who_needs_the_speed_index_and_several_runs() -> None:
    needed = [metric.id for metric in METRICS if needs_speed_index([limit(metric.id, most=1)])]
    assert needed == ["si", "category.performance"]
    assert needs_speed_index([limit("audit.speed-index.score", least=1)])
    assert [metric.id for metric in METRICS if is_timed([limit(metric.id, most=1)], PAGE)] == TIMED
    assert is_timed([limit("audit.bootup-time.value", most=1)], PAGE)
    assert not is_timed([replace(limit("lcp", most=1), pages="/other")], PAGE)


def test_a_budget_for_no_page_is_told_once() -> None:
    pages = (PAGE, Page("/"))
    nowhere = [replace(limit(metric, most=1), pages="/prodcuts/*") for metric in ("dom", "lcp")]
    (note,) = idle([*nowhere, limit("dom", most=1)], pages)
    assert note.level == "warning"
    assert "`/prodcuts/*`, which is none of the pages that are judged" in note.message
    # A budget that others override everywhere is for these pages all the same.
    assert idle([replace(limit("dom", most=1), unless=("*",))], pages) == ()

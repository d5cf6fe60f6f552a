"""What a page asks for more than in the base, and the table of a page."""

from pathlib import Path

from lockgate.config.lighthouse import Growth
from lockgate.finding import Severity
from lockgate.gates.judged import output
from lockgate.gates.lighthouse.model import Limit, Page, PageResult, Request, Sample, Site, Violation
from lockgate.gates.lighthouse.pages.comparison import compare, grown
from lockgate.gates.lighthouse.pages.components import Finder
from lockgate.gates.lighthouse.pages.table import table

SHOP = Path(__file__).parents[3] / "examples" / "shop"
SITE = Site("plain", "web/out", "web", "web/package.json")
HOME = Page("/", "index.html")


def script(url: str, unused: int = 0, transfer: int = 100) -> Request:
    return Request(url, "script", transfer, 2 * transfer, 200, unused=unused)


def sample(*requests: Request, **values: float) -> Sample:
    return Sample({name.replace("_", "-"): value for name, value in values.items()}, requests)


def messages(head: Sample, base: Sample | None, growth: Growth | None = None, **sources: str) -> list[str]:
    finder = Finder(SITE, {"web/out/index.html": sources["html"]} if sources else {})
    result = PageResult(HOME, (head,), (base,) if base else ())
    found = grown(SITE, [result], finder, growth or Growth())
    return [f"{each.finding.path}:{each.finding.line}: {each.finding.message}" for each in found]


def counted(count: int, *requests: Request) -> Sample:
    return Sample({"requests.total": count}, requests)


def test_more_requests_are_counted_and_named() -> None:
    base = counted(1, script("/a-B3xk9_Qz.js"))
    head = counted(12, script("/a-C9aa1_Qx.js"), *(script(f"/new/{n}.js", transfer=n) for n in range(1, 12)))
    html = "<p>\n<script src=/new/11.js>"
    (message,) = messages(head, base, html=html)
    assert message == (
        "web/out/index.html:2: `/` has 11 requests more than in the base: 1 → 12,"
        " for `/new/11.js`, `/new/10.js`, `/new/9.js` and 8 more."
    )


def test_growth_below_what_is_allowed_is_none() -> None:
    assert messages(counted(10), counted(1)) == []
    assert len(messages(counted(11), counted(1))) == 1
    assert messages(counted(1), counted(100)) == []


def test_no_allowance_means_one_is_too_much_and_none_is_not() -> None:
    growth = Growth(requests=0)
    assert messages(counted(5), counted(5), growth) == []
    assert len(messages(counted(6), counted(5), growth)) == 1


def test_more_elements() -> None:
    assert messages(sample(dom=1_715), sample(dom=1_215)) == [
        "web/package.json:0: `/` has 500 elements more than in the base: 1,215 → 1,715."
    ]


def test_more_unused_script_names_the_script() -> None:
    base = sample(script("/a.js", 1_000), script("/b.js", 500), unused_js=1_500)
    head = sample(script("/a.js", 1_000), script("/b.js", 30_500), unused_js=31_500)
    (message,) = messages(head, base)
    assert message == (
        "web/package.json:0: `/` has 30.0 kB of unused script more than in the base: 1.5 kB → 31.5 kB,"
        " for `/b.js`."
    )


def test_what_was_not_measured_and_pages_without_a_base_are_not_judged() -> None:
    assert messages(sample(dom=9_000), None) == []
    assert messages(sample(dom=9_000), sample()) == []
    assert messages(sample(), sample(dom=9_000)) == []


def test_growth_is_its_own_finding_on_each_page_and_never_known() -> None:
    results = [PageResult(Page(f"/{n}/"), (counted(50),), (counted(1),)) for n in range(2)]
    sides = compare(SITE, results, Finder(SITE, {}), Growth())
    result = output(sides.head, sides.rules, known=sides.base)
    assert len({each.fingerprint for each in result.findings}) == 2
    assert result.known == frozenset()


def test_the_same_page_twice_has_nothing_new() -> None:
    violation = Violation("image-alt", "critical", ("wcag2a",), "Images", "", "img", "<img>", "")
    same = Sample(
        {"requests.total": 3, "dom": 20, "unused-js": 10},
        (
            Request("/a.css", "stylesheet", 100, 100, 200, blocking=True),
            Request("/lost.png", "image", 100, 100, 404),
            Request("https://stats.example/a.js", "script", 0, 0, -1, host="stats.example"),
        ),
        (violation, violation),
    )
    sides = compare(SITE, [PageResult(HOME, (same,), (same,))], Finder(SITE, {}), Growth(requests=0))
    result = output(sides.head, sides.rules, known=sides.base)
    assert len(result.findings) == 4
    assert {each.fingerprint for each in result.findings} == result.known
    assert result.gone == ()


def test_each_kind_of_fault_is_judged() -> None:
    head = Sample(
        {"requests.total": 40, "dom": 20},
        (
            Request("/a.css", "stylesheet", 100, 100, 200, blocking=True),
            Request("/lost.png", "image", 100, 100, 404),
            Request("https://stats.example/a.js", "script", 0, 0, -1, host="stats.example"),
        ),
        (Violation("image-alt", "critical", ("wcag2a",), "Images", "", "img", "<img>", ""),),
    )
    result = PageResult(HOME, (head,), (Sample({"requests.total": 1, "dom": 20}),))
    sides = compare(SITE, [result], Finder(SITE, {}), Growth())
    assert {each.finding.rule: each.finding.severity for each in sides.head} == {
        "image-alt": Severity.HIGH,
        "third-party-added": Severity.HIGH,
        "blocking-added": Severity.HIGH,
        "request-fails": Severity.MEDIUM,
        "page-grew": Severity.HIGH,
    }
    assert sides.base == ()


def test_what_is_planted_in_the_shop_is_found_in_its_lines() -> None:
    # What Lighthouse 13.5 and axe 4.14 said of this very page.
    before = [
        Request("/", "document", 1_633, 1_446, 200),
        Request("/_assets/shop.css", "stylesheet", 1_069, 884, 200, blocking=True),
        Request("/_assets/shop.js", "script", 599, 407, 200),
    ]
    after = [
        *before,
        Request("/_assets/block.js", "script", 214, 23, 200, blocking=True),
        Request("/_assets/icon.svg", "image", 409, 219, 200),
        Request("https://stats.example/a.js", "script", 0, 0, -1, host="stats.example"),
    ]
    alt = Violation(
        "image-alt", "critical", ("wcag2a", "wcag111"), "Images must have alternative text", "",
        'img[src$="icon.svg"]', '<img src="/_assets/icon.svg" width="20" height="20">',
        "Fix any of the following:\n  Element does not have an alt attribute", "body > main > img",
    )  # fmt: skip
    html = (SHOP / "frontend" / "out" / "index.html").read_text()
    html = html.replace("</title>", '</title>\n<script src="/_assets/block.js"></script>')
    html = html.replace("<main>", '<main>\n<img src="/_assets/icon.svg" width="20" height="20">')
    html = html.replace("</body>", '<script async src="https://stats.example/a.js"></script>\n</body>')
    site = Site("plain", "frontend/out", "frontend", "frontend/package.json")
    result = PageResult(HOME, (Sample({}, tuple(after), (alt,)),), (Sample({}, tuple(before)),))
    finder = Finder(site, {"frontend/out/index.html": html})
    sides = compare(site, [result], finder, Growth())
    lines = html.splitlines()
    assert {each.finding.rule: lines[each.finding.line - 1].strip() for each in sides.head} == {
        "image-alt": '<img src="/_assets/icon.svg" width="20" height="20">',
        "third-party-added": '<script async src="https://stats.example/a.js"></script>',
        "blocking-added": '<script src="/_assets/block.js"></script>',
    }
    assert {each.finding.path for each in sides.head} == {"frontend/out/index.html"}
    assert not any("guess" in each.finding.message for each in sides.head)


VALUES = {
    "bytes.document": 1_600, "bytes.script": 137_016, "bytes.font": 0, "bytes.total": 140_899,
    "requests.total": 8, "third-parties": 0, "dom": 1_215, "unused-js": 54_872,
    "category.accessibility": 0.95, "lcp": 1_510, "fcp": 750,
}  # fmt: skip


def test_the_table_has_what_is_exact_with_budgets() -> None:
    head = Sample({**VALUES, "bytes.script": 168_016, "bytes.total": 171_899, "dom": 1_200})
    limits = [
        Limit("*", "bytes.script", most=170_000),
        Limit("/", "bytes.script", most=150_000),
        Limit("/other/", "bytes.total", most=1),
        Limit("*", "category.accessibility", least=0.9),
        Limit("*", "bytes.font", most=30_000),
        Limit("*", "requests.font", most=2),
        Limit("*", "lcp", most=2_500),
        Limit("*", "audit.image-alt.score", least=1),
    ]
    made = table(PageResult(HOME, (head,), (Sample(VALUES),)), limits)
    assert made.title == "Page / (4 metrics as in the base)"
    assert made.columns == ("metric", "base", "head", "difference", "budget")
    assert made.rows == (
        ("script bytes", "137.0 kB", "168.0 kB", "+31.0 kB", "at most 150.0 kB"),
        ("font bytes", "0 B", "0 B", "±0 B", "at most 30.0 kB"),
        ("total bytes", "140.9 kB", "171.9 kB", "+31.0 kB", "–"),
        ("elements", "1,215", "1,200", "−15", "–"),
        ("accessibility score", "0.95", "0.95", "±0.00", "at least 0.90"),
    )


def test_the_table_of_a_page_without_a_base() -> None:
    made = table(PageResult(Page("/\ud800"), (Sample({"dom": 3, "bytes.image": 10}),)), [])
    assert made.title == "Page /\\ud800"
    assert made.rows == (("image bytes", "–", "10 B", "–", "–"), ("elements", "–", "3", "–", "–"))

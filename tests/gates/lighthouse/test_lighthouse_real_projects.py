"""What real projects showed: builds that are not there yet, chunks named by hashes alone, lazy routes."""

import json
from dataclasses import replace

import pytest

from gates.lighthouse.bundle_builds import side
from lockgate.config.lighthouse import Growth, LighthouseConfiguration
from lockgate.errors import ConfigurationError
from lockgate.finding import Finding, Severity
from lockgate.gates.judged import output
from lockgate.gates.lighthouse.budgets.judge import over
from lockgate.gates.lighthouse.bundles.table import tables
from lockgate.gates.lighthouse.model import Audit, Limit, Page, PageResult, Request, Sample, Site, Violation
from lockgate.gates.lighthouse.pages.comparison import grown
from lockgate.gates.lighthouse.pages.components import Finder
from lockgate.gates.lighthouse.pages.sources import wanted
from lockgate.gates.lighthouse.rule_book import RULES, Place, judged
from lockgate.gates.lighthouse.sites.find import Found, find
from lockgate.gates.lighthouse.sites.several import told_apart

SITE = Site("next", "out", "", "package.json")
CHUNKS = "/_next/static/chunks"


def found(files: dict[str, str], *build: str) -> Found:
    return find(
        sorted(files),
        LighthouseConfiguration(build=build),
        "",
        read=lambda path: files[path].encode() if path in files else None,
        is_file=files.__contains__,
    )


def package(*dependencies: str) -> str:
    return json.dumps({"dependencies": dict.fromkeys(dependencies, "1")})


def test_what_build_will_make_is_found_before_it_is_there() -> None:
    site = Site("vite", "web/dist", "web", "web/package.json")
    files = {"package.json": package("husky"), "web/package.json": package("react", "vite")}
    assert found(files).sites == ()
    assert found(files, "npm ci", "npm run build").sites == (site,)
    assert found({"mkdocs.yml": ""}, "mkdocs build").sites == (Site("plain", "site", "", "mkdocs.yml"),)


def test_what_is_built_already_is_all_that_is_found() -> None:
    files = {"a/package.json": package("vite"), "b/package.json": package("vite"), "b/dist/index.html": ""}
    assert [site.folder for site in found(files, "npm run build").sites] == ["b/dist"]


@pytest.mark.parametrize(
    ("files", "cause"),
    [
        ({"make.py": ""}, "no tool that we know makes it"),
        ({"package.json": package("lodash")}, "no tool that we know makes it"),
        (
            {"a/package.json": package("next"), "b/package.json": package("vite")},
            "a/out and b/dist are likely",
        ),
    ],
)
def test_a_build_of_which_nobody_knows_the_folder_is_refused(files: dict[str, str], cause: str) -> None:
    with pytest.raises(ConfigurationError, match="has `build` without `directory`") as caught:
        found(files, "make site")
    assert cause in caught.value.cause
    assert "gates.lighthouse.directory" in caught.value.todo


def script(name: str, transfer: int, unused: int = 0, kind: str = "script") -> Request:
    return Request(f"{CHUNKS}/{name}", kind, transfer, 3 * transfer, 200, unused=unused)


def result(metric: str, base: list[Request], head: list[Request]) -> PageResult:
    def sample(requests: list[Request]) -> Sample:
        sums = {
            "unused-js": sum(each.unused for each in requests),
            "requests.total": len(requests),
            "bytes.script": sum(each.transfer for each in requests if each.kind == "script"),
        }
        return Sample({metric: sums[metric]}, tuple(requests))

    return PageResult(Page("/"), (sample(head),), (sample(base),))


def messages(
    site: Site,
    metric: str,
    base: list[Request],
    head: list[Request],
    named: dict[str, Finding] | None = None,
) -> list[str]:
    growth = Growth(requests=1, unused_js="10 KB")
    found = grown(site, [result(metric, base, head)], Finder(site, {}), growth, named or {})
    return [each.finding.message for each in found]


def test_a_chunk_that_is_named_by_its_hash_alone_is_still_named() -> None:
    # Of a real export: Turbopack names all chunks so, and one that takes a package in has another name.
    base = [script("1ym74alrg4abx.js", 67_929, 28_259), script("1q07rtwvf2h3z.js", 3_476)]
    head = [script("1ym74alrg4abx.js", 67_929, 28_259), script("26dgi65dl9tht.js", 31_408, 24_933)]
    (message,) = messages(SITE, "unused-js", base, head)
    assert message.startswith("`/` has 24.9 kB of unused script more than in the base: 28.3 kB → 53.2 kB,")
    assert message.endswith(f" for `{CHUNKS}/26dgi65dl9tht.js`.")


def test_a_new_chunk_is_named_and_not_one_whose_hash_has_changed() -> None:
    base = [script("1ym74alrg4abx.js", 10), script("1q07rtwvf2h3z.js", 20)]
    head = [script("1ym74alrg4abx.js", 10), script("3bbbrtwvf2h3z.js", 20), script("26dgi65dl9tht.js", 900)]
    assert messages(SITE, "requests.total", base, head) == [
        f"`/` has 1 request more than in the base: 2 → 3, for `{CHUNKS}/26dgi65dl9tht.js`."
    ]


def test_bytes_are_judged_by_what_pages_ask_for_where_there_is_no_build() -> None:
    served = Site("start", "", "", "package.json")
    base = [script("1ym74alrg4abx.js", 67_929), script("1q07rtwvf2h3z.js", 3_476)]
    head = [script("1ym74alrg4abx.js", 67_929), script("26dgi65dl9tht.js", 31_408)]
    (message,) = messages(served, "bytes.script", base, head)
    assert message.startswith("`/` has 27.9 kB of scripts more than in the base: 71.4 kB → 99.3 kB,")
    assert message.endswith(f" for `{CHUNKS}/26dgi65dl9tht.js`.")


def grew(path: str, severity: Severity = Severity.HIGH, line: int = 12) -> Finding:
    return judged("grew", Place(path, line), "x", identity="i", origin="o", severity=severity).finding


LAZY = [script("index-Bx91mDk2.js", 66_000), script("Cart-C9aa1_Qx.js", 12_000)]
LAZY_GREW = [script("index-C2k8sPq1.js", 86_000), script("Cart-D7bb2_Wy.js", 24_000)]
INDEX, LATER = f"{CHUNKS}/index-C2k8sPq1.js", f"{CHUNKS}/Cart-D7bb2_Wy.js"


def test_what_a_judged_page_loads_later_counts_and_is_said_of_the_page() -> None:
    (message,) = messages(SITE, "bytes.script", LAZY, [LAZY[0], LAZY_GREW[1]])
    assert message == (f"`/` has 12.0 kB of scripts more than in the base: 78.0 kB → 90.0 kB, for `{LATER}`.")


@pytest.mark.parametrize("metric", ["bytes.script", "unused-js"])
def test_what_the_builds_say_of_a_file_is_not_said_of_the_page_again(metric: str) -> None:
    base = [replace(each, unused=each.transfer) for each in LAZY]
    head = [replace(each, unused=each.transfer) for each in LAZY_GREW]
    named = {INDEX: grew("package.json")}
    (message,) = messages(SITE, metric, base, head, named)
    assert message.endswith(f" 78.0 kB → 110.0 kB, 12.0 kB of it for `{LATER}`.")
    assert messages(SITE, metric, base, head, {**named, LATER: grew("package.json")}) == []


def test_what_was_let_pass_of_the_files_is_summed_up_over_the_page() -> None:
    head = [script("index-C2k8sPq1.js", 72_000), script("Cart-D7bb2_Wy.js", 18_000)]
    named = {INDEX: grew("package.json", Severity.LOW), LATER: grew("package.json", Severity.LOW)}
    assert len(messages(SITE, "bytes.script", LAZY, head, named)) == 1


def test_growth_of_a_page_stands_where_the_builds_know_its_file_from() -> None:
    head = [LAZY[0], replace(LAZY_GREW[1], unused=24_000)]

    def place(finding: Finding) -> Place:
        named = {LATER: finding}
        results = [result("unused-js", LAZY, head)]
        (found,) = grown(SITE, results, Finder(SITE, {}), Growth(), named)
        return Place(found.finding.path, found.finding.line)

    assert place(grew("package.json", Severity.LOW)) == Place("package.json", 12)
    assert place(grew("src/Cart.jsx", Severity.LOW, 0)) == Place("src/Cart.jsx")


CART = """export default function Cart() {
  return (
    <main>
      <input value={code} onChange={set} />
      <p style={{ color: '#bbb' }}>Codes are in the letter</p>
    </main>
  )
}
"""
HOME = "export default () => <main><p>Lamps</p></main>\n"


@pytest.mark.parametrize(("snippet", "line"), [('<input value="">', 4), ('<p style="color: red;">', 5)])
def test_an_element_without_words_is_of_the_one_file_of_the_change_that_has_its_tag(
    snippet: str, line: int
) -> None:
    texts = {"src/Cart.jsx": CART, "src/Home.jsx": HOME}
    spot = Finder(SITE, texts, ["src/Cart.jsx", "package.json"]).element(Page("/cart"), snippet)
    assert (spot.place, spot.guessed) == (Place("src/Cart.jsx", line), True)


@pytest.mark.parametrize(
    ("snippet", "changed"),
    [
        ("<p>", ["src/Cart.jsx", "src/Home.jsx"]),  # either of them
        ("<p>", []),
        ("<video>", ["src/Cart.jsx"]),
        ('<p class="lead">', ["src/Home.jsx"]),  # the words of others say that it is theirs
    ],
)
def test_what_may_be_of_any_file_is_shown_at_the_site(snippet: str, changed: list[str]) -> None:
    texts = {"src/Cart.jsx": CART, "src/Home.jsx": HOME, **{f"{n}.jsx": "<b class=lead>" for n in range(5)}}
    assert Finder(SITE, texts, changed).element(Page("/"), snippet).place == Place("package.json")


def test_what_all_files_of_many_name_is_of_the_one_of_the_change_that_has_it_in_a_tag() -> None:
    chapters = {f"docs/{n}.md": f"![A chart](img/chart.svg)\n{'text ' * 1_000}" for n in range(150)}
    texts = {**chapters, "docs/index.md": 'Welcome\n\n<img src="img/chart.svg">\n'}
    assert sum(map(len, texts.values())) > 500_000
    finder = Finder(SITE, texts, ["docs/index.md", "docs/7.md", "mkdocs.yml"])
    assert finder.element(Page("/"), '<img src="img/chart.svg">').place == Place("docs/index.md", 3)


def test_the_table_of_files_has_those_that_pages_load_later() -> None:
    head = side({"/": ["index.js"]}, index_js=(10, "a"), Cart_js=(12_600, "b"))
    base = side({"/": ["index.js"]}, index_js=(10, "a"), Cart_js=(600, "c"))
    files = tables("dist", head, base, {"index.js": "index.js", "Cart.js": "Cart.js"})[1]
    assert [row[0] for row in files.rows] == ["Cart.js"]
    assert files.rows[0][-1] == "+12.0 kB"


def test_a_table_of_hundreds_of_pages_has_the_first_ones_and_says_so() -> None:
    head = side({f"/{n}/": [f"{n}.js"] for n in range(244)}, **{f"{n}_js": (n, str(n)) for n in range(244)})
    pages = tables("site", head, None, {})[0]
    assert pages.title == "Bundle sizes of pages: site (the first 50 of 244)"
    assert [row[0] for row in pages.rows] == [f"/{n}/" for n in range(243, 193, -1)]


@pytest.mark.parametrize(
    ("score", "message"),
    [
        (0.0, "`/` fails the audit image-alt: `image-alt` in a.json wants 0.90 at least"),
        (0.5, "`/` has only 0.50 in the audit image-alt: `image-alt` in a.json wants 0.90 at least"),
    ],
)
def test_an_audit_that_a_page_fails_is_said_to_be_failed(score: float, message: str) -> None:
    source = "`image-alt` in a.json"
    limit = Limit("*", "audit.image-alt.score", least=0.9, source=source, path="a.json", line=5)
    run = Sample({}, audits={"image-alt": Audit(score=score)})
    found, notes = over([limit], PageResult(Page("/"), (run,)), SITE)
    assert ([each.finding.message for each in found], notes) == ([message], ())


def test_an_audit_says_in_its_own_words_what_is_wrong() -> None:
    limit = Limit(
        "*", "audit.errors-in-console.score", least=0.9, source="`lighthouse:recommended` in a.json"
    )
    audit = Audit(0.0, title="Browser errors were logged", detail="http://127.0.0.1:41/a.js was not found")
    run = Sample({}, audits={"errors-in-console": audit})
    ((found,), _) = over([limit], PageResult(Page("/"), (run,)), SITE)
    assert found.finding.message == (
        "`/` fails the audit errors-in-console (`Browser errors were logged`, such as `/a.js was not found`):"
        " `lighthouse:recommended` in a.json wants 0.90 at least"
    )


def violation(impact: str) -> Violation:
    return Violation("image-alt", impact, (), "Images need words", "", "img", "<img>", "")


@pytest.mark.parametrize(
    ("impact", "warns", "folds", "wanted"),
    [
        ("critical", False, True, []),
        ("critical", True, True, []),
        ("moderate", True, True, []),
        ("moderate", False, True, ["over-budget"]),  # the budget blocks, and the element does not
        ("minor", True, True, ["over-budget"]),
        ("critical", False, False, ["over-budget"]),
    ],
)
def test_an_element_that_is_a_finding_is_not_told_again_by_a_budget_that_is_no_stricter(
    impact: str, warns: bool, folds: bool, wanted: list[str]
) -> None:
    run = Sample({}, violations=(violation(impact),), audits={"image-alt": Audit(0.0), "label": Audit(0.0)})
    limit = Limit("*", "audit.image-alt.score", least=0.9, source="`image-alt` in a.json", warns=warns)
    page = PageResult(Page("/"), (run,))
    found, _ = over([limit], page, SITE, folds=folds)
    assert [each.finding.rule for each in found] == wanted
    others = [replace(limit, metric="audit.label.score")]  # no element of it is a finding
    assert len(over(others, page, SITE, folds=folds)[0]) == 1


def test_sites_are_told_apart_by_their_folders() -> None:
    limit = Limit("*", "dom", most=0, source="x")
    found, _ = over([limit], PageResult(Page("/"), (Sample({"dom": 1}),)), SITE)
    before = output(found, RULES)
    after = told_apart(Site("vite", "web/dist", "web", "web/package.json"), before)
    assert [each.message for each in after.findings] == ["`web/dist`: `/` has 1 element, 1 over the 0 of x"]
    assert [each.fingerprint for each in after.findings] == [each.fingerprint for each in before.findings]


def test_texts_of_all_makers_of_documentation_are_sources() -> None:
    site = Site("plain", "docs/_build/html", "docs", "docs/conf.py")
    texts = ("docs/a.rst", "docs/b.md", "docs/c.adoc", "docs/d.markdown")
    assert wanted([*texts, "docs/conf.py", "docs/e.txt"], site) == texts


def test_a_budget_of_third_parties_names_their_hosts() -> None:
    limit = Limit("*", "third-parties", most=0, source="`budgets` in .lockgate.yml")
    requests = tuple(
        Request(f"https://{host}/", "script", 0, 0, -1, host=host)
        for host in ("d.example", "b.example", "a.example", "c.example", "a.example")
    )
    ((found,), _) = over([limit], PageResult(Page("/"), (Sample({"third-parties": 4}, requests),)), SITE)
    assert found.finding.message == (
        "`/` has 4 third parties, 4 over the 0 of `budgets` in .lockgate.yml:"
        " `a.example`, `b.example`, `c.example` and 1 more"
    )


def test_a_finding_of_each_page_can_be_waived_by_the_digits_that_are_printed() -> None:
    limit = Limit("*", "dom", most=10, source="`budgets` in .lockgate.yml", path=".lockgate.yml", line=7)
    sites = [Site("plain", folder, "", "package.json") for folder in ("docs", "web")]
    results = [
        PageResult(Page(path), (Sample({"dom": 900}),), (Sample({"dom": 1}),)) for path in ("/a", "/b")
    ]
    found = [each for site in sites for result in results for each in over([limit], result, site)[0]]
    found += [each for site in sites for each in grown(site, results, Finder(site, {}), Growth())]
    assert len({each.fingerprint[:12] for each in output(found, RULES).findings}) == len(found) == 8

"""What real projects showed: builds that are not there yet, chunks named by hashes alone, lazy routes."""

import json

import pytest

from gates.lighthouse.bundle_builds import side
from lockgate.config.lighthouse import Growth, LighthouseConfiguration
from lockgate.errors import ConfigurationError
from lockgate.gates.judged import output
from lockgate.gates.lighthouse.budgets.judge import over
from lockgate.gates.lighthouse.bundles.table import tables
from lockgate.gates.lighthouse.model import Audit, Limit, Page, PageResult, Request, Sample, Site
from lockgate.gates.lighthouse.pages.comparison import grown
from lockgate.gates.lighthouse.pages.components import Finder
from lockgate.gates.lighthouse.pages.sources import wanted
from lockgate.gates.lighthouse.rule_book import RULES, Place
from lockgate.gates.lighthouse.sites.find import Found, find

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


def messages(site: Site, metric: str, base: list[Request], head: list[Request]) -> list[str]:
    def sample(requests: list[Request]) -> Sample:
        sums = {
            "unused-js": sum(each.unused for each in requests),
            "requests.total": len(requests),
            "bytes.script": sum(each.transfer for each in requests if each.kind == "script"),
        }
        return Sample({metric: sums[metric]}, tuple(requests))

    result = PageResult(Page("/"), (sample(head),), (sample(base),))
    return [each.finding.message for each in grown(site, [result], Finder(site, {}), Growth(requests=1))]


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
        f"`/` has 1 requests more than in the base: 2 → 3, for `{CHUNKS}/26dgi65dl9tht.js`."
    ]


def test_bytes_are_judged_by_what_pages_ask_for_where_there_is_no_build() -> None:
    served = Site("start", "", "", "package.json")
    base = [script("1ym74alrg4abx.js", 67_929), script("1q07rtwvf2h3z.js", 3_476)]
    head = [script("1ym74alrg4abx.js", 67_929), script("26dgi65dl9tht.js", 31_408)]
    (message,) = messages(served, "bytes.script", base, head)
    assert message.startswith("`/` has 27.9 kB of scripts more than in the base: 71.4 kB → 99.3 kB,")
    assert message.endswith(f" for `{CHUNKS}/26dgi65dl9tht.js`.")
    assert messages(SITE, "bytes.script", base, head) == []


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
    assert [row[0] for row in files.rows] == ["Cart.js", "index.js"]
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

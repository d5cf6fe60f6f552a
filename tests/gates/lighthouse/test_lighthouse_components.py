"""Where an element or a request comes from: the built page, the sources, and how sure that is."""

from pathlib import Path

import pytest

from lockgate.gates.lighthouse.model import Page, Site
from lockgate.gates.lighthouse.pages import sources
from lockgate.gates.lighthouse.pages.components import Finder, Spot
from lockgate.gates.lighthouse.pages.elements import Tags, elements, parse
from lockgate.gates.lighthouse.pages.sources import Sources, wanted
from lockgate.gates.lighthouse.rule_book import Place

FRONTEND = Path(__file__).parents[3] / "examples" / "shop" / "frontend"
SITE = Site("next", "web/out", "web", "web/package.json")
HOME = Page("/", "index.html")
UNKNOWN = Spot(Place("web/package.json"), guessed=True)

CARD = """import Link from "next/link";

export function Card({ product }) {
  return (
    <li className={styles.card}>
      <img src={`/pictures/${product.slug}.webp`} width="20" />
      <Link href={`/products/${product.slug}/`}>{product.name}</Link>
      <button
        type="button"
        data-add={product.slug}
        className="add-to-cart"
      >
        Add
      </button>
    </li>
  );
}
"""
HEADER = """<template>
  <header id="top" class="wide">
    <img src="@/assets/lantern.svg" width="20">
    <button aria-label="Open the menu" class="wide"></button>
  </header>
</template>
"""
TEXTS = {
    "web/components/Card.tsx": CARD,
    "web/components/Header.vue": HEADER,
    "web/components/Other.tsx": 'export const Other = () => <p className="wide plain">Add</p>;\n',
}


def element(snippet: str, texts: dict[str, str] = TEXTS, *changed: str) -> Spot:
    return Finder(SITE, texts, changed).element(HOME, snippet)


def guess(path: str, line: int) -> Spot:
    return Spot(Place(path, line), guessed=True)


@pytest.mark.parametrize(
    ("snippet", "spot"),
    [
        ('<header id="top" class="wide">', guess("web/components/Header.vue", 2)),
        ('<img src="/assets/lantern-B3xk9_Qz.svg" width="20">', guess("web/components/Header.vue", 3)),
        ('<img src="http://127.0.0.1:4711/_next/image?url=%2Fassets%2Flantern.svg&amp;w=64">',
         guess("web/components/Header.vue", 3)),
        ('<button aria-label="Open the menu" class="wide">', guess("web/components/Header.vue", 4)),
        ('<button data-add="tunnel-lamp" class="add-to-cart">', guess("web/components/Card.tsx", 8)),
        ('<button data-add="rope">', guess("web/components/Card.tsx", 8)),
        ('<li class="Card_card__x7YzQ">', guess("web/components/Card.tsx", 5)),
        ('<p class="wide plain">', guess("web/components/Other.tsx", 1)),
        ("<p>", UNKNOWN),
        ('<p class="css-1x2y3z">', UNKNOWN),
        ('<p class="wide">', guess("web/components/Header.vue", 2)),
        ("", UNKNOWN),
    ],
)  # fmt: skip
def test_the_source_with_an_elements_rare_words_is_guessed(snippet: str, spot: Spot) -> None:
    assert element(snippet) == spot


def test_a_word_that_many_files_have_decides_nothing() -> None:
    texts = {f"web/{number}.tsx": '<p className="wide">' for number in range(4)}
    assert element('<p class="wide">', texts) == UNKNOWN
    assert element('<p class="wide" id="only">', {**texts, "web/x.tsx": '<p id="only">'}) == guess(
        "web/x.tsx", 1
    )


def test_files_of_the_change_win_ties() -> None:
    texts = {f"web/{number}.tsx": '<p id="only">' for number in range(5)}
    assert element('<p id="only">', texts) == UNKNOWN
    assert element('<p id="only">', texts, "web/3.tsx") == guess("web/3.tsx", 1)


def test_a_change_does_not_win_over_what_says_more() -> None:
    spot = element('<button data-add="rope" class="add-to-cart">', TEXTS, "web/components/Other.tsx")
    assert spot.place.path == "web/components/Card.tsx"


def test_a_built_page_that_the_repository_has_gives_the_line() -> None:
    html = (FRONTEND / "out" / "index.html").read_text()
    finder = Finder(SITE, {"web/out/index.html": html, **TEXTS})
    snippet = '<button type="button" data-add="tunnel-lamp">'
    spot = finder.element(HOME, snippet)
    assert spot == Spot(Place("web/out/index.html", spot.place.line))
    assert 'data-add="tunnel-lamp"' in html.splitlines()[spot.place.line - 1]


def test_an_element_that_a_script_made_is_not_in_the_built_page() -> None:
    html = '<main>\n<button type="submit" class="send">\n</main>'
    finder = Finder(SITE, {"web/out/index.html": html, **TEXTS})
    assert finder.element(HOME, '<button data-add="rope" class="add-to-cart">').place.path.endswith(
        "Card.tsx"
    )
    assert finder.element(HOME, "<dialog open>") == guess("web/out/index.html", 0)


def test_equal_elements_are_counted_and_more_of_them_than_asked_for_make_a_guess() -> None:
    finder = Finder(SITE, {"web/out/index.html": "<p>\n<p>\n<!-- <p>\n<p> --><p>\n"})
    assert [finder.element(HOME, "<p>", number, 3) for number in range(3)] == [
        Spot(Place("web/out/index.html", line)) for line in (1, 2, 4)
    ]
    assert finder.element(HOME, "<p>", 1, 2) == guess("web/out/index.html", 2)


def test_an_element_is_known_in_spite_of_what_the_browser_makes_of_it() -> None:
    html = '<p>\n<img\n  class="a"\n  src="pictures/lamp.webp"\n  alt="" title="Lamp">\n'
    finder = Finder(SITE, {"web/out/index.html": html})
    assert finder.element(
        HOME, '<img class="a" src="http://127.0.0.1:4711/pictures/lamp.webp" alt="">'
    ) == Spot(Place("web/out/index.html", 2))
    long = f'<a href="/{"x" * 200}">'
    finder = Finder(SITE, {"web/out/index.html": f"\n{long}"})
    assert finder.element(HOME, f'<a href="/{"x" * 73}…">') == Spot(Place("web/out/index.html", 2))


def test_the_shops_own_components_are_found() -> None:
    site = Site("next", "frontend/out", "frontend", "frontend/package.json")
    texts = {
        f"frontend/{path.relative_to(FRONTEND).as_posix()}": path.read_text()
        for folder in ("app", "components")
        for path in (FRONTEND / folder).rglob("*.tsx")
    }
    finder = Finder(site, texts)
    for snippet, path, line in (
        ('<a href="https://canals.example/water-levels" target="_blank">', "components/Footer.tsx", 5),
        ('<div id="notices" role="status">', "app/layout.tsx", 16),
        ('<ul class="products">', "app/page.tsx", 8),
        ('<iframe src="https://maps.canals.example/embed?place=shop">', "components/Visit.tsx", 2),
    ):
        assert finder.element(HOME, snippet) == guess(f"frontend/{path}", line)
    spot = finder.address(HOME, "https://cameras.canals.example/lock-7")
    assert spot == Spot(Place("frontend/components/Visit.tsx", 6))


def test_the_build_is_no_source_of_elements_unless_it_is_the_sources() -> None:
    texts = {"web/out/other.html": '<p id="only">'}
    assert element('<p id="only">', texts) == UNKNOWN
    plain = Site("plain", "web", "web", "web/index.html")
    finder = Finder(plain, {"web/other.html": '<p id="only">'})
    assert finder.element(HOME, '<p id="only">') == guess("web/other.html", 1)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://stats.example/a.js?id=1", Place("web/out/index.html", 2)),
        ("https://cdn.example/b.js", Place("web/src/load.ts", 3)),
        ("/_assets/lost.png", Place("web/out/index.html", 3)),
        ("/_assets/lazy.js?v=1", Place("web/out/_assets/shop.js", 1)),
    ],
)
def test_the_line_that_names_an_address_is_found(url: str, place: Place) -> None:
    texts = {
        "web/out/_assets/shop.js": 'fetch("//cdn.example/"); import("/_assets/lazy.js")',
        "web/out/index.html": '<p>\n<script src="//stats.example/a.js?id=1"></script>\n<img src=lost.png>',
        "web/src/load.ts": '\n\nload("https://cdn.example/" + name);',
    }
    assert Finder(SITE, texts).address(HOME, url) == Spot(place)


def test_a_files_bare_name_in_a_source_is_a_guess() -> None:
    texts = {"web/src/load.ts": 'import("./lazy.js")', "web/out/index.html": ""}
    assert Finder(SITE, texts).address(HOME, "/_assets/lazy.js") == guess("web/src/load.ts", 1)


def test_an_address_that_nothing_names_is_of_the_page_or_the_site() -> None:
    assert Finder(SITE, {}).address(HOME, "https://stats.example/") == UNKNOWN
    spot = Finder(SITE, {"web/out/index.html": ""}).address(HOME, "/x.js")
    assert spot == guess("web/out/index.html", 0)


def test_a_page_with_any_number_of_faults_is_searched_a_bounded_number_of_times() -> None:
    finder = Finder(SITE, {"web/a.ts": "\n".join(f"https://{number}.example/" for number in range(300))})
    spots = [finder.address(HOME, f"https://{number}.example/") for number in range(300)]
    assert [spot == UNKNOWN for spot in spots] == [False] * 200 + [True] * 100


def test_large_sources_are_read_by_the_line_a_bounded_number_of_times() -> None:
    texts = {"web/a.tsx": f'\n<p id="only">{" " * 190_000}'}
    finder = Finder(SITE, texts)
    lines = [finder.element(HOME, f'<p id="only" class="c{number}">').place.line for number in range(60)]
    assert (lines[:50], lines[-1]) == ([2] * 50, 0)


def test_only_sources_and_the_build_are_read() -> None:
    paths = [
        "api/a.html", "web/a.tsx", "web/b.py", "web/c.png", "web/node_modules/d.js", "web/tests/e.tsx",
        "web/f.test.tsx", "web/g.min.js", "web/types.d.ts", "web/out/index.html", "web/out/shop.js",
        "web/page.HTML",
    ]  # fmt: skip
    assert wanted(paths, SITE) == ("web/out/index.html", "web/a.tsx", "web/out/shop.js", "web/page.HTML")
    assert wanted(paths, SITE, {"web/page.HTML"})[:2] == ("web/out/index.html", "web/page.HTML")
    assert "api/a.html" in wanted(paths, Site("plain", "public", "", "package.json"))


def test_no_more_than_so_many_files_are_read() -> None:
    paths = [f"web/{number:05}.tsx" for number in range(sources.MOST_FILES + 5)]
    chosen = wanted(paths, SITE, {paths[-1]})
    assert (len(chosen), chosen[0]) == (sources.MOST_FILES, paths[-1])


def test_sources_are_read_once_and_when_asked_for() -> None:
    asked: list[str] = []

    def read(path: str) -> bytes | None:
        asked.append(path)
        return {"web/a.tsx": b"caf\xc3\xa9 \xff", "web/large.tsx": b"x" * (sources.LARGEST + 1)}.get(path)

    texts = Sources(["web/a.tsx", "web/large.tsx", "web/gone.tsx"], read, SITE)
    assert (len(texts), asked) == (3, [])
    assert [texts["web/a.tsx"], texts["web/a.tsx"]] == ["café �"] * 2
    assert [texts["web/large.tsx"], texts["web/gone.tsx"], asked] == ["", "", list(texts)]
    with pytest.raises(KeyError):
        texts["web/unknown.tsx"]


def test_what_is_too_large_is_not_read_where_its_size_is_known() -> None:
    sizes = {"web/a.tsx": 3, "web/large.tsx": sources.LARGEST + 1}
    asked: list[str] = []

    def read(path: str) -> bytes | None:
        asked.append(path)
        return b"one"

    def size(path: str) -> int:
        if path not in sizes:
            raise FileNotFoundError(path)
        return sizes[path]

    texts = Sources([*sizes, "web/gone.tsx"], read, SITE, size)
    assert (list(texts.values()), asked) == (["one", "", ""], ["web/a.tsx"])


def test_a_built_page_may_be_larger_than_a_source_and_the_sum_is_bounded() -> None:
    paths = [f"web/out/{number}.html" for number in range(30)]
    texts = Sources(paths, lambda _: b"x" * sources.LARGEST_PAGE, SITE)
    read = [path for path in paths if texts[path]]
    assert len(read) == sources.LARGEST_SUM // sources.LARGEST_PAGE


@pytest.mark.parametrize("unit", ["<a ", '<a "', "<!--", '<a b="', "<", "<a b='<a b=\"", "<p>\n"])
def test_hostile_html_takes_no_time(unit: str) -> None:
    count = sum(1 for _ in elements(unit * (sources.LARGEST_PAGE // len(unit))))
    assert count <= 20_000


def test_looking_for_many_tags_in_a_large_page_is_bounded() -> None:
    tags = Tags("\n".join(f'<td class="a{number}" id="b">' for number in range(20_000)))
    sought = [parse(f'<td class="a{number}" id="b" lang="x">') for number in range(30)]
    assert [tags.lines(each) for each in sought] == [[number + 1] for number in range(25)] + [[]] * 5
    assert tags.lines(parse('<td id="b" class="a19999">')) == [20_000]


def test_a_tag_that_is_cut_is_read_as_far_as_it_goes() -> None:
    assert dict(parse('<a class="[&>').attributes) == {"class": "[&>"}
    assert parse("no tag").tag == ""

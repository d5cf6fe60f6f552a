"""What axe finds becomes findings that stay the same while the page around them changes."""

import json
from dataclasses import replace

import pytest

from lockgate.finding import Severity
from lockgate.gates.judged import output
from lockgate.gates.lighthouse.model import Page, PageResult, Sample, Site, Violation
from lockgate.gates.lighthouse.pages import accessibility
from lockgate.gates.lighthouse.pages.components import Finder
from lockgate.gates.lighthouse.pages.sides import MOST, Sides
from lockgate.gates.protocol import Output

SITE = Site("plain", "web/out", "web", "web/package.json")
HOME, LAMPS, NEW = (
    Page("/", "index.html"),
    Page("/lamps/", "lamps/index.html"),
    Page("/new/", "new/index.html"),
)

# As axe 4.14 writes it.
IMAGE_ALT = Violation(
    rule="image-alt",
    impact="critical",
    tags=("cat.text-alternatives", "wcag2a", "wcag111", "section508"),
    title="Images must have alternative text",
    help="https://dequeuniversity.com/rules/axe/4.14/image-alt",
    selector='img[src$="icon.svg"]',
    snippet='<img src="/_assets/icon.svg" width="20">',
    summary="Fix any of the following:\n  Element does not have an alt attribute\n"
    "  Element has no title attribute",
)


def image(number: int, **changes: str) -> Violation:
    """Make one of several equal images of a list."""
    return replace(
        IMAGE_ALT,
        **{"selector": f"li:nth-child({number}) > img", "snippet": '<img src="/a.png">', **changes},
    )


def sample(*violations: Violation) -> Sample:
    return Sample({}, violations=violations)


def judge(*results: PageResult, sources: dict[str, str] | None = None) -> Sides:
    return accessibility.judge(SITE, results, Finder(SITE, sources or {}))


def compared(*results: PageResult) -> Output:
    sides = judge(*results)
    return output(sides.head, sides.rules, known=sides.base)


def new(result: Output) -> list[str]:
    return [each.message for each in result.findings if each.fingerprint not in result.known]


def test_a_violation_says_what_where_and_how_to_mend_it() -> None:
    sides = judge(PageResult(HOME, (sample(IMAGE_ALT),)))
    (judged,) = sides.head
    finding = judged.finding
    assert finding.message == (
        "Images must have alternative text (WCAG 2.0 A 1.1.1): `<img src=\"/_assets/icon.svg\" width=\"20\">`"
        " at `img[src$=\"icon.svg\"]` of `/`. The file is a best guess."
    )  # fmt: skip
    assert (finding.tool, finding.rule, finding.severity) == ("axe", "image-alt", Severity.HIGH)
    assert (finding.path, finding.line) == ("web/package.json", 0)
    assert finding.mend == (
        "Mending one of these is enough: the element does not have an alt attribute;"
        " the element has no title attribute."
    )
    (rule,) = sides.rules
    assert rule.help == finding.help == "https://dequeuniversity.com/rules/axe/4.14/image-alt"
    assert rule.tags == ("accessibility", "cat.text-alternatives", "wcag2a", "wcag111", "section508")
    assert rule.why == "Some people cannot use the page otherwise; WCAG 2.0 A 1.1.1 asks for it."


@pytest.mark.parametrize(
    ("impact", "severity"),
    [
        ("critical", Severity.HIGH),
        ("serious", Severity.HIGH),
        ("moderate", Severity.MEDIUM),
        ("minor", Severity.LOW),
        ("unheard-of", Severity.MEDIUM),
    ],
)
def test_the_impact_decides_the_severity(impact: str, severity: Severity) -> None:
    sides = judge(PageResult(HOME, (sample(replace(IMAGE_ALT, impact=impact)),)))
    assert [each.finding.severity for each in sides.head] == [severity]
    assert [rule.severity for rule in sides.rules] == [severity]


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        (("wcag2a", "wcag111"), "WCAG 2.0 A 1.1.1"),
        (("wcag21aa", "wcag1411"), "WCAG 2.1 AA 1.4.11"),
        (("wcag22aa", "wcag258"), "WCAG 2.2 AA 2.5.8"),
        (("wcag2a", "wcag244", "wcag412"), "WCAG 2.0 A 2.4.4, 4.1.2"),
        (("cat.semantics", "best-practice"), ""),
    ],
)
def test_tags_are_written_as_people_know_them(tags: tuple[str, ...], words: str) -> None:
    assert accessibility.wcag(tags) == words


@pytest.mark.parametrize(
    ("summary", "mend"),
    [
        ("Fix all of the following:\n  Give it `a` name", "Mend it: give it 'a' name."),
        ("Fix any of the following:\n  ARIA role is wrong.", "Mend it: ARIA role is wrong."),
        (
            "Fix all of the following:\n  One\n  Two\n\nFix any of the following:\n  Three\n  Four",
            "Mend all of these: one; two. Mending one of these is enough: three; four.",
        ),
        ("Something else", ""),
        ("", ""),
    ],
)
def test_a_summary_becomes_sentences(summary: str, mend: str) -> None:
    assert accessibility.mending(summary) == mend


def test_a_long_summary_is_cut() -> None:
    assert len(accessibility.mending("Fix any of the following:\n  " + "x" * 5_000)) == 400


def test_an_innocent_neighbour_makes_no_old_violation_new() -> None:
    before = sample(image(1), image(2), image(3))
    after = sample(image(2), image(3), image(4))
    result = compared(PageResult(HOME, (after,), (before,)))
    assert (len(result.findings), new(result), result.gone) == (3, [], ())


def test_a_selector_that_a_neighbour_lengthens_is_no_new_violation() -> None:
    before = replace(IMAGE_ALT, selector="p", snippet="<p>")
    after = replace(before, selector="main > p:nth-child(2)")
    assert new(compared(PageResult(HOME, (sample(after),), (sample(before),)))) == []


def test_an_equal_one_more_is_one_new_violation() -> None:
    before = sample(image(1), image(2), image(3))
    after = sample(image(1), image(2), image(3), image(4))
    result = compared(PageResult(HOME, (after,), (before,)))
    assert len(result.findings) == 4
    (message,) = new(result)
    assert "li:nth-child(4)" in message


def test_an_equal_one_less_is_one_fixed_violation() -> None:
    result = compared(PageResult(HOME, (sample(image(1)),), (sample(image(1), image(2)),)))
    assert (len(result.findings), new(result), len(result.gone)) == (1, [], 1)


def test_another_rule_on_the_same_element_is_new() -> None:
    other = replace(IMAGE_ALT, rule="target-size")
    result = compared(PageResult(HOME, (sample(IMAGE_ALT, other),), (sample(IMAGE_ALT),)))
    assert len(new(result)) == 1


def test_one_element_in_place_of_another_is_new_and_fixed() -> None:
    old, other = image(1), image(1, snippet='<img src="/b.png">')
    result = compared(PageResult(HOME, (sample(other),), (sample(old),)))
    assert (len(new(result)), len(result.gone)) == (1, 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a class="css-1x2y3z big">', '<a class="css-9q8w7e big">'),
        ('<a class="big css-1x2y3z">', '<a class="css-1x2y3z big">'),
        ('<button class="_button_1a2b3_12">', '<button class="_button_9z8y7_14">'),
        ('<a class="Card_link__x7YzQ">', '<a class="Card_link__AbCdE">'),
        ('<a class="sc-bdVaJa">', '<a class="sc-kQwErT">'),
        ('<a data-v-1a2b3c4d class="x">', '<a data-v-ffffffff class="x">'),
        ('<p style="color: #ff0000">', '<p style="color: #fe0101">'),
        ('<svg fill="#777777">', '<svg fill="rgb(120, 120, 120)">'),
        ('<b id="radix-:r1:" aria-controls="radix-:r2:">', '<b id="radix-:r5:" aria-controls="radix-:r6:">'),
        ('<img src="/assets/icon-B3xk9_Qz.svg">', '<img src="/assets/icon-C9aa1_Qx.svg">'),
        ('<img src="http://127.0.0.1:41231/a.png">', '<img src="http://127.0.0.1:52001/a.png">'),
    ],
)  # fmt: skip
def test_what_a_build_makes_up_is_no_part_of_the_identity(before: str, after: str) -> None:
    def judged(snippet: str, selector: str) -> str:
        sides = judge(PageResult(HOME, (sample(image(1, snippet=snippet, selector=selector)),)))
        return output(sides.head, sides.rules).findings[0].fingerprint

    assert judged(before, ".css-1x2y3z > a") == judged(after, ".css-9q8w7e > a")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('<img src="/a.png">', '<img src="/b.png">'),
        ('<a class="big">', '<a class="small">'),
        ('<button data-add="lamp">', '<button data-add="rope">'),
        ('<input id="name">', '<input id="street">'),
        ("<p>", "<h1>"),
    ],
)
def test_different_elements_have_different_identities(one: str, other: str) -> None:
    sides = judge(PageResult(HOME, (sample(image(1, snippet=one), image(1, snippet=other)),)))
    assert len({each.key for each in sides.head}) == 2


def test_the_structure_is_believed_before_the_selector() -> None:
    one = replace(IMAGE_ALT, selector="#a > img", structure="main > img")
    other = replace(IMAGE_ALT, selector="#b > img", structure="main > img")
    sides = judge(PageResult(HOME, (sample(one, other),)))
    assert len({each.key for each in sides.head}) == 1


def test_one_violation_of_a_header_on_several_pages_is_one_finding() -> None:
    pages = [Page(f"/{number}/") for number in range(5)]
    (judged,) = judge(*(PageResult(page, (sample(IMAGE_ALT),)) for page in pages)).head
    assert "of `/0/`, `/1/`, `/2/` and 2 more" in judged.finding.message


def test_a_new_page_with_the_old_header_has_nothing_new() -> None:
    old = PageResult(HOME, (sample(IMAGE_ALT),), (sample(IMAGE_ALT),))
    result = compared(old, PageResult(NEW, (sample(IMAGE_ALT),)))
    assert (len(result.findings), new(result)) == (1, [])


def test_a_new_page_has_no_more_of_the_old_than_any_other() -> None:
    old = PageResult(HOME, (sample(IMAGE_ALT),), (sample(IMAGE_ALT),))
    result = compared(old, PageResult(NEW, (sample(IMAGE_ALT, IMAGE_ALT),)))
    assert [("`/new/`" in message, "`/`" in message) for message in new(result)] == [(True, False)]


def test_an_old_violation_on_another_page_that_lacked_it_is_new() -> None:
    result = compared(
        PageResult(HOME, (sample(IMAGE_ALT),), (sample(IMAGE_ALT),)),
        PageResult(LAMPS, (sample(IMAGE_ALT),), (sample(),)),
    )
    (message,) = new(result)
    assert "of `/lamps/`" in message
    assert result.gone == ()


def test_a_violation_that_moves_to_another_page_is_new_there_and_fixed_here() -> None:
    result = compared(
        PageResult(HOME, (sample(),), (sample(IMAGE_ALT),)),
        PageResult(LAMPS, (sample(IMAGE_ALT),), (sample(),)),
    )
    assert (len(new(result)), len(result.gone)) == (1, 1)


def test_a_fingerprint_is_the_same_with_and_without_a_base() -> None:
    alone = compared(PageResult(HOME, (sample(image(1), image(2)),)))
    beside = compared(PageResult(HOME, (sample(image(1), image(2)),), (sample(image(1)),)))
    assert {each.fingerprint for each in alone.findings} == {each.fingerprint for each in beside.findings}
    assert alone.known == frozenset()


def test_equal_violations_are_shown_on_their_own_lines() -> None:
    html = '<ul>\n<li><img src="/a.png">\n<li>\n<li><img src="/a.png">\n</ul>'
    sides = judge(PageResult(HOME, (sample(image(1), image(3)),)), sources={"web/out/index.html": html})
    assert [(each.finding.path, each.finding.line) for each in sides.head] == [
        ("web/out/index.html", 2),
        ("web/out/index.html", 4),
    ]
    assert not any("guess" in each.finding.message for each in sides.head)


def many(count: int, rule: str = "image-alt", impact: str = "critical") -> list[Violation]:
    return [
        replace(
            IMAGE_ALT, rule=rule, impact=impact, snippet=f'<img alt2="{chr(97 + n % 26)}{"x" * (n // 26)}">'
        )
        for n in range(count)
    ]


def test_of_thousands_of_one_page_the_last_of_each_rule_are_one_finding() -> None:
    result = compared(PageResult(HOME, (sample(*many(5_000), *many(300, "label", "minor")),)))
    assert len(result.findings) == MOST + 2
    *_, images, labels = result.findings
    assert (images.rule, images.severity) == ("image-alt", Severity.HIGH)
    assert (labels.rule, labels.severity) == ("label", Severity.LOW)
    assert f" of `/`, and {5_000 - MOST - 1:,} more elements of that page." in images.message
    assert " of `/`, and 299 more elements of that page." in labels.message


def test_what_is_new_beside_thousands_of_old_ones_is_told_and_stays_new() -> None:
    fresh = [replace(each, snippet=each.snippet.replace("alt2", "alt3")) for each in many(1_000)]
    old = many(1_000)
    few = compared(PageResult(HOME, (sample(*old, *fresh[:3]),), (sample(*old),)))
    assert (len(few.findings), len(new(few)), few.gone) == (MOST + 4, 3, ())
    lots = compared(PageResult(HOME, (sample(*old, *fresh),), (sample(*old),)))
    assert (len(lots.findings), len(new(lots)), lots.gone) == (2 * MOST + 2, MOST + 1, ())
    assert sum("and 799 more elements" in message for message in new(lots)) == 1
    gone = compared(PageResult(HOME, (sample(),), (sample(*old),)))
    assert (len(gone.findings), len(gone.gone)) == (0, MOST + 1)


def test_what_a_page_says_is_only_ever_text() -> None:
    hostile = Violation(
        rule="../../Image Alt\n::error::",
        impact="critical",
        tags=("wcag2a\n::error::x", *["tag"] * 500),
        title="`x`\n::error::y\x1b[31m\u202e",
        help="javascript:alert(1)",
        selector="`\n" * 9_000,
        snippet="<img `\n\u202e" + "a" * 9_000,
        summary="Fix any of the following:\n  `\u202e\n::error::",
    )
    sides = judge(PageResult(Page("/`\n\u202e"), (sample(hostile),)))
    (judged,), (rule,) = sides.head, sides.rules
    written = json.dumps([judged.finding.message, judged.finding.mend, rule.what, rule.name, rule.tags])
    assert "\\n" not in written
    assert "\\u202e" not in written.replace("\\\\u202e", "")
    assert len(written) < 3_000
    assert (rule.id, rule.help, len(rule.tags)) == ("imagealterror", "", 21)

"""Which pages a budget is for: the three grammars, and patterns that might never end."""

from time import monotonic

import pytest

from lockgate.gates.lighthouse.budgets.matching import expression, matches
from lockgate.gates.lighthouse.model import Grammar, Page

HOME = Page("/", "index.html")
LAMP = Page("/products/lamp/", "products/lamp/index.html")
AWAY = Page("https://shop.example/products/lamp?size=2")


@pytest.mark.parametrize(
    ("grammar", "pattern", "pages"),
    [
        ("wild", "*", {HOME, LAMP, AWAY}),
        ("wild", "/", {HOME}),
        ("wild", "/products/*", {LAMP, AWAY}),
        ("wild", "/products", set()),
        ("wild", "/p*l*p/", {LAMP}),
        ("wild", "https://shop.example/*", {AWAY}),
        ("robots", "/", {HOME, LAMP, AWAY}),
        ("robots", "/products", {LAMP, AWAY}),
        ("robots", "/$", {HOME}),
        ("robots", "/products/lamp/$", {LAMP}),
        ("robots", "/*lamp/$", {LAMP}),
        ("robots", "/p*mp", {LAMP, AWAY}),
        ("robots", "/*?size=", {AWAY}),
        ("robots", "/products/lamp/index.html$", {LAMP}),
        # The parts that `*` joins do not overlap.
        ("robots", "/products/lamp*lamp", set()),
        ("regex", "", {HOME, LAMP, AWAY}),
        ("regex", ".*/products/.*", {LAMP, AWAY}),
        ("regex", "https?://[^/]+/products", {LAMP, AWAY}),
        ("regex", "http://localhost:3000/$", {HOME}),
        ("regex", r"^http:\/\/localhost:\d+\/index\.html$", {HOME}),
        ("regex", "http://127.0.0.1:8080/products/(lamp|chair)", {LAMP}),
        ("regex", "^http://localhost/$", {HOME}),
        ("regex", "https://shop.example/", {AWAY}),
    ],
)
def test_patterns(grammar: Grammar, pattern: str, pages: set[Page]) -> None:
    assert {page for page in (HOME, LAMP, AWAY) if matches(grammar, pattern, page)} == pages


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|b)*c", "(x{2,}){3,}", ".*.*.*.*", "a?" * 20, "(", "a" * 301, "x{99999999999}"]
)
def test_patterns_that_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="it "):
        expression(pattern)


def test_hostile_paths_take_no_time() -> None:
    page, begin = Page("/" + "a" * 4_000, "a" * 4_000), monotonic()
    assert not matches("regex", "/.*/blog/.*/x", page)
    assert not matches("wild", "*a" * 400 + "b", page)
    assert not matches("robots", "/a*b$", page)
    assert monotonic() - begin < 2

"""Which rows the table of a page has."""

from lockgate.gates.lighthouse.model import Limit, Page, PageResult, Sample
from lockgate.gates.lighthouse.pages.table import COLUMNS, table

HOME = Page("/")
VALUES = {
    "bytes.script": 2_000.0,
    "bytes.total": 9_000.0,
    "dom": 40.0,
    "bytes.font": 0.0,
    "requests.total": 3.0,
}


def shown(head: dict[str, float], base: dict[str, float] | None, *limits: Limit) -> tuple[str, list[str]]:
    """Give the title of the table, and its rows as text."""
    sides = (Sample(head),), (Sample(base),) if base is not None else ()
    made = table(PageResult(HOME, *sides), limits)
    assert made.columns == COLUMNS
    return made.title, [" | ".join(row) for row in made.rows]


def test_without_a_base_all_is_shown_that_the_page_has() -> None:
    assert shown(VALUES, None) == (
        "Page /",
        [
            "script bytes | – | 2.0 kB | – | –",
            "total bytes | – | 9.0 kB | – | –",
            "total requests | – | 3 | – | –",
            "elements | – | 40 | – | –",
        ],
    )


def test_what_is_as_in_the_base_is_counted() -> None:
    assert shown({**VALUES, "dom": 45.0, "bytes.font": 700.0}, VALUES) == (
        "Page / (3 metrics as in the base)",
        ["font bytes | 0 B | 700 B | +700 B | –", "elements | 40 | 45 | +5 | –"],
    )
    assert shown({"dom": 1.0, "bytes.total": 5.0}, {"dom": 1.0, "bytes.total": 4.0})[0] == (
        "Page / (1 metric as in the base)"
    )


def test_what_has_a_budget_is_shown_though_it_is_as_in_the_base() -> None:
    budgets = Limit("/", "dom", most=50.0), Limit("/other", "bytes.total", most=1.0)
    assert shown(VALUES, VALUES, *budgets) == (
        "Page / (3 metrics as in the base)",
        ["elements | 40 | 40 | ±0 | at most 50"],
    )


def test_a_page_as_in_the_base_has_no_row() -> None:
    assert shown(VALUES, VALUES) == ("Page / (4 metrics as in the base)", [])


def test_what_the_base_did_not_measure_is_shown() -> None:
    assert shown({"dom": 40.0}, {}) == ("Page /", ["elements | – | 40 | – | –"])

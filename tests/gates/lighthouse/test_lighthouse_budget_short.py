"""The short form of budgets: sizes and times in words, patterns, exceptions, and where each stands."""

import pytest

from lockgate.config.lighthouse import LighthouseConfiguration, PageBudget
from lockgate.config.load import load
from lockgate.gates.lighthouse.budgets.amounts import size, time
from lockgate.gates.lighthouse.budgets.matching import applies
from lockgate.gates.lighthouse.budgets.short import limits
from lockgate.gates.lighthouse.metrics import METRICS
from lockgate.gates.lighthouse.model import Limit, Page

TEXT = b"""\
gates:
  lighthouse:
    budgets:
      "*":
        script: 170 KB
        lcp: 2.5 s
      /products/*:
        script: 200 KiB
        accessibility: 0.95
"""
SHOP, HOME = Page("/products/lamp/", "products/lamp/index.html"), Page("/", "index.html")


def read(text: bytes = TEXT, *, path: str = "web/.lockgate.yml") -> tuple[Limit, ...]:
    configuration = load(text, path).configuration.gates.lighthouse
    return limits(configuration, {"web/.lockgate.yml": text}.get, "web")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0 B", 0),
        ("1.5KB", 1_500),
        ("0.1 KB", 100),
        ("170 kB", 170_000),
        ("170 KiB", 174_080),
        ("2 MB", 2_000_000),
        ("1 MiB", 1_048_576),
    ],
)
def test_sizes(text: str, wanted: int) -> None:
    assert size(text) == wanted


@pytest.mark.parametrize(("text", "wanted"), [("2.5 s", 2_500), ("300ms", 300), ("0.5 ms", 0.5)])
def test_times(text: str, wanted: float) -> None:
    assert time(text) == wanted


@pytest.mark.parametrize("text", ["", "170", "170 GB", "-1 KB", "1e3 B", "2 s", "170 KB of script"])
def test_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="none of the units"):
        size(text)


def test_each_budget_becomes_a_limit_with_its_line() -> None:
    found = {(limit.pages, limit.metric): limit for limit in read()}
    assert {key: (limit.most, limit.least, limit.line) for key, limit in found.items()} == {
        ("*", "bytes.script"): (170_000, None, 5),
        ("*", "lcp"): (2_500, None, 6),
        ("/products/*", "bytes.script"): (204_800, None, 8),
        ("/products/*", "category.accessibility"): (None, 0.95, 9),
    }
    assert {limit.path for limit in found.values()} == {"web/.lockgate.yml"}
    assert {limit.source for limit in found.values()} == {"`budgets` in .lockgate.yml"}


def test_the_last_pattern_that_has_a_metric_decides() -> None:
    at = {
        page: [limit.most for limit in read() if applies(limit, page) and limit.most] for page in (HOME, SHOP)
    }
    assert at == {HOME: [170_000, 2_500], SHOP: [2_500, 204_800]}


def test_a_configuration_from_elsewhere_has_no_line() -> None:
    configuration = load(TEXT, "x").configuration.gates.lighthouse
    assert {(limit.path, limit.line) for limit in limits(configuration, lambda _: None, "")} == {("", 0)}
    assert {(limit.path, limit.line) for limit in limits(configuration, lambda _: b"[", "")} == {("", 0)}


def test_no_budgets_read_no_file() -> None:
    def never(path: str) -> bytes | None:
        raise AssertionError(path)

    assert limits(LighthouseConfiguration(), never, "") == ()


def test_each_key_of_the_configuration_has_a_metric() -> None:
    keys = {name.replace("_", "-") for name in PageBudget.__struct_fields__}
    assert keys == {metric.budget for metric in METRICS if metric.budget}

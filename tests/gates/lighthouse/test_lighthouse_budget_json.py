"""The budget.json of Lighthouse before 12: what it says, which budget wins, and what is wrong with it."""

import json
from typing import Any

import pytest

from lockgate.errors import ConfigurationError
from lockgate.finding import Notification
from lockgate.gates.lighthouse.budgets.budget_json import limits
from lockgate.gates.lighthouse.budgets.documents import source
from lockgate.gates.lighthouse.budgets.matching import applies
from lockgate.gates.lighthouse.model import Limit, Page

KINDS = ("document", "script", "stylesheet", "image", "font", "media", "other", "third-party", "total")


def read(data: Any) -> tuple[tuple[Limit, ...], tuple[Notification, ...]]:
    text = data if isinstance(data, bytes) else json.dumps(data, indent="\t").encode()
    return limits(source(text, "web/budget.json"))


def refused(data: Any) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        read(data)
    return caught.value


def test_sizes_are_units_of_1024_bytes() -> None:
    (limit,), notes = read([{"resourceSizes": [{"resourceType": "script", "budget": 125}]}])
    assert (limit.metric, limit.most, limit.least, limit.warns) == ("bytes.script", 128_000, None, False)
    assert (limit.path, limit.line) == ("web/budget.json", 4)
    assert limit.source == "`resourceSizes` in budget.json"
    assert applies(limit, Page("/a/b"))
    assert notes == ()


def test_each_kind_has_a_size_and_a_count() -> None:
    wanted = [{"resourceType": kind, "budget": 3} for kind in KINDS]
    found, _ = read([{"resourceSizes": wanted, "resourceCounts": wanted}])
    assert {limit.metric: limit.most for limit in found} == {
        **{f"bytes.{kind}": 3 * 1024 for kind in KINDS},
        **{f"requests.{kind}": 3 for kind in KINDS},
    }


def test_timings() -> None:
    names = {
        "first-contentful-paint": "fcp", "interactive": "tti", "max-potential-fid": "inp",
        "speed-index": "si",
        "total-blocking-time": "tbt", "largest-contentful-paint": "lcp", "cumulative-layout-shift": "cls",
    }  # fmt: skip
    found, notes = read([{"timings": [{"metric": name, "budget": 0.5, "tolerance": 1} for name in names]}])
    assert [(limit.metric, limit.most) for limit in found] == [(metric, 1.5) for metric in names.values()]
    assert notes == ()


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("first-meaningful-paint", "largest-contentful-paint"),
        ("first-cpu-idle", "interactive"),
        ("estimated-input-latency", "total-blocking-time"),
    ],
)
def test_timings_that_are_gone_are_told(name: str, instead: str) -> None:
    found, (note,) = read([{"timings": [{"metric": name, "budget": 100}]}])
    assert found == ()
    assert note.level == "warning"
    assert name in note.message
    assert f"{instead} is the nearest" in note.message


def test_the_last_budget_that_matches_wins_whole() -> None:
    found, _ = read(
        [
            {"path": "/", "resourceSizes": [{"resourceType": "script", "budget": 1}]},
            {"path": "/shop", "resourceCounts": [{"resourceType": "total", "budget": 2}]},
        ]
    )
    at = {path: [one.metric for one in found if applies(one, Page(path))] for path in ("/", "/shop/a")}
    assert at == {"/": ["bytes.script"], "/shop/a": ["requests.total"]}


def test_the_hosts_that_are_no_third_parties() -> None:
    options = {"firstPartyHostnames": ["*.shop.example", "cdn.example"]}
    wanted = [{"resourceType": "third-party", "budget": 0}]
    (limit,), _ = read([{"options": options, "resourceCounts": wanted}])
    assert limit.own == ("*.shop.example", "cdn.example")


@pytest.mark.parametrize(
    ("data", "says", "todo"),
    [
        (b"", "it is no list", "`[`"),
        ({"budgets": []}, "it is no list", "`[`"),
        (b'[{"path": ', "line 1", "mend it"),
        (b"\xff\xfe", "not UTF-8", "mend it"),
        (b"[" + b" " * 1_000_001 + b"]", "larger than 1 MB", "mend it"),
        (["x"], "`[0]`", "known are"),
        ([{"resourceSize": []}], "unknown field `resourceSize`", "did you mean `resourceSizes`?"),
        (
            [{"resourceSizes": [{"resourceType": "scripts", "budget": 1}]}],
            "'scripts'",
            "did you mean `script`?",
        ),
        (
            [{"resourceSizes": [{"resourceType": "css", "budget": 1}]}],
            "`[0].resourceSizes[0].resourceType`",
            "styles",
        ),
        ([{"resourceSizes": [{"resourceType": "script", "budget": "170 KB"}]}], "float", "known are"),
        (
            [{"resourceSizes": [{"resourceType": "script", "budget": "nan"}]}],
            "`[0].resourceSizes[0].budget`",
            "",
        ),
        ([{"resourceSizes": [{"resourceType": "script", "budget": -1}]}], ">= 0", ""),
        ([{"resourceSizes": [{"resourceType": "script", "budget": None}]}], "null", ""),
        (
            [{"resourceSizes": [{"resourceType": "script", "budget": 1}] * 2}],
            "`script` stands twice",
            "remove one",
        ),
        ([{"resourceCounts": {"script": 1}}], "`[0].resourceCounts`", "known are"),
        (
            [{"timings": [{"metric": "largest-contentful-pain", "budget": 1}]}],
            "is no timing",
            "contentful-paint`?",
        ),
        ([{"path": "products"}], "`products` is no path", "robots.txt"),
        ([{"path": "/a*b*c"}], "is no path", "`/about$`"),
        ([{"path": "/a$b"}], "is no path", "`/about$`"),
        (
            [{"options": {"firstPartyHostnames": ["https://a.example"]}}],
            "is no name of a host",
            "`example.com`",
        ),
        ([{"options": {"firstPartyHostnames": ["a.*.example"]}}], "is no name of a host", "`example.com`"),
    ],
)
def test_what_is_malformed(data: Any, says: str, todo: str) -> None:
    error = refused(data)
    assert error.what.startswith("`web/budget.json`, line ")
    assert says in error.what
    assert todo in error.todo


def test_the_line_of_what_is_wrong() -> None:
    text = b'[\n  {\n    "timings": [\n      {"metric": "lcp",\n       "budget": 1}\n    ]\n  }\n]\n'
    assert refused(text).what.startswith(
        "`web/budget.json`, line 4: `[0].timings[0].metric`: `lcp` is no timing"
    )


def test_hostile_words_are_escaped() -> None:
    error = refused([{"path": "x\x1b[31m\u202e`::error::"}])
    assert "\x1b" not in error.what
    assert "\u202e" not in error.what

"""The assertions of a lighthouserc: levels, options, presets, matrices, what is gone and what is unknown."""

import json
from typing import Any

import pytest

from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.errors import ConfigurationError
from lockgate.finding import Notification
from lockgate.gates.lighthouse.budgets import audits, presets, removed
from lockgate.gates.lighthouse.budgets.judge import categories
from lockgate.gates.lighthouse.budgets.matching import applies
from lockgate.gates.lighthouse.budgets.reading import read as read_all
from lockgate.gates.lighthouse.model import Limit, Page

Read = tuple[tuple[Limit, ...], tuple[Notification, ...]]


def read(files: dict[str, bytes], name: str = "lighthouserc.json") -> Read:
    configuration = LighthouseConfiguration(assertions_file=name, third_parties=("cdn.example",))
    return read_all(configuration, files.get, "web")


def rc(**wanted: Any) -> Read:
    return read({"web/lighthouserc.json": json.dumps({"ci": {"assert": wanted}}, indent=1).encode()})


def asserted(assertions: dict[str, Any]) -> Read:
    return rc(assertions=assertions)


def bounds(found: Read) -> dict[str, tuple[float | None, float | None]]:
    return {limit.metric: (limit.most, limit.least) for limit in found[0]}


def refused(files: dict[str, bytes], name: str = "lighthouserc.json") -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        read(files, name)
    return caught.value


@pytest.mark.parametrize(
    ("key", "wanted", "metric", "most", "least"),
    [
        ("first-contentful-paint", {"maxNumericValue": 2000}, "fcp", 2000, None),
        ("largest-contentful-paint", {"maxNumericValue": 2500}, "lcp", 2500, None),
        ("cumulative-layout-shift", {"maxNumericValue": 0.1}, "cls", 0.1, None),
        ("total-blocking-time", {"maxNumericValue": 300}, "tbt", 300, None),
        ("interactive", {"maxNumericValue": 3000}, "tti", 3000, None),
        ("speed-index", {"minScore": 0.8}, "audit.speed-index.score", None, 0.8),
        ("total-byte-weight", {"maxNumericValue": 500_000}, "bytes.total", 500_000, None),
        ("bootup-time", {"maxNumericValue": 900}, "audit.bootup-time.value", 900, None),
        ("unused-javascript", {"maxLength": 2}, "audit.unused-javascript.length", 2, None),
        ("color-contrast", {}, "audit.color-contrast.score", None, 0.9),
        ("color-contrast", {"aggregationMethod": "median"}, "audit.color-contrast.score", None, 0.9),
        ("categories:performance", {"minScore": 0.5}, "category.performance", None, 0.5),
        ("categories.seo", {}, "category.seo", None, 0.9),
        ("resource-summary:script:size", {"maxNumericValue": 170_000}, "bytes.script", 170_000, None),
        ("resource-summary.third-party.count", {"maxNumericValue": 5}, "requests.third-party", 5, None),
        ("dom-size", {"maxNumericValue": 3000}, "dom", 3000, None),
        ("uses-text-compression", {"maxLength": 0}, "audit.document-latency-insight.score", None, 1),
    ],
)
def test_what_an_assertion_becomes(
    key: str, wanted: dict[str, Any], metric: str, most: float | None, least: float | None
) -> None:
    (limit,), _ = asserted({key: ["error", wanted]})
    assert (limit.metric, limit.most, limit.least, limit.warns) == (metric, most, least, False)
    assert (limit.path, limit.line) == ("web/lighthouserc.json", 5)
    assert limit.source == f"`{key}` in lighthouserc.json"


def test_levels() -> None:
    found, notes = asserted(
        {"doctype": "off", "charset": "warn", "canonical": ["error"], "label": ["warn", {}]}
    )
    assert {limit.metric: limit.warns for limit in found} == {
        "audit.charset.score": True,
        "audit.canonical.score": False,
        "audit.label.score": True,
    }
    assert notes == ()


def test_several_options_are_several_limits() -> None:
    wanted = {"minScore": 0.5, "maxLength": 3, "maxNumericValue": 100}
    assert bounds(asserted({"unused-css-rules": ["error", wanted]})) == {
        "audit.unused-css-rules.score": (None, 0.5),
        "audit.unused-css-rules.length": (3, None),
        "audit.unused-css-rules.value": (100, None),
    }


@pytest.mark.parametrize(("gone", "successor"), sorted((k, v) for k, v in removed.SUCCESSORS.items() if v))
def test_a_removed_audit_is_judged_by_its_successor(gone: str, successor: str) -> None:
    (limit,), (note,) = asserted({gone: ["error", {"minScore": 1}]})
    assert limit.metric == f"audit.{successor}.score"
    assert note.level == "note"
    assert f"`{gone}`: the audit is no longer in Lighthouse 13; {successor} stands for it" in note.message


@pytest.mark.parametrize("gone", sorted(removed.GONE - {k for k, v in removed.SUCCESSORS.items() if v}))
def test_a_removed_audit_without_a_successor_is_told(gone: str) -> None:
    found, (note,) = asserted({gone: "error"})
    assert found == ()
    assert note.level == "warning"
    assert "it is not judged" in note.message


@pytest.mark.parametrize("audit", sorted(audits.NEVER))
def test_an_audit_that_the_gate_does_not_run_is_told(audit: str) -> None:
    found, (note,) = asserted({audit: "error"})
    assert (found, note.level) == ((), "warning")


@pytest.mark.parametrize(
    ("key", "wanted", "says"),
    [
        ("render-blocking-resources", {"maxNumericValue": 0}, "has no number"),
        ("lcp-discovery-insight", {"maxLength": 1}, "has no list"),
        ("categories:performance", {"maxLength": 1}, "use `minScore`"),
        ("categories:pwa", {"minScore": 1}, "no longer in Lighthouse"),
        ("categories:agentic-browsing", {"minScore": 1}, "not run by this gate"),
        ("resource-summary:script:size", {"minScore": 1}, "use `maxNumericValue`"),
        ("resource-summary:script:size", {}, "it has no `maxNumericValue`"),
        ("user-timings:ready", {"maxNumericValue": 1}, "it is not judged"),
    ],
)
def test_what_cannot_be_judged_is_a_warning(key: str, wanted: dict[str, Any], says: str) -> None:
    found, notes = asserted({key: ["error", wanted]})
    assert found == ()
    assert [note.level for note in notes if says in note.message] == ["warning"]


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("first-contentfull-paint", "did you mean `first-contentful-paint`?"),
        ("firstContentfulPaint", "did you mean `first-contentful-paint`?"),
        ("categories:performence", "did you mean `categories:performance`?"),
        ("resource-summary:scripts:size", "did you mean `resource-summary:script:size`?"),
        ("resource-summary:script", "did you mean `resource-summary:script:size`?"),
        ("doctype:x", "no audit of that name"),
        ("plugin-audit-of-mine-42", "plugins are not run"),
    ],
)
def test_an_unknown_audit_is_an_error(key: str, near: str) -> None:
    found, (note,) = asserted({key: "error"})
    assert (found, note.level, note.path) == ((), "error", "web/lighthouserc.json")
    assert near in note.message


def test_an_aggregation_method_is_told_once() -> None:
    found, notes = rc(
        aggregationMethod="optimistic",
        assertions={key: ["warn", {"aggregationMethod": "median-run"}] for key in ("label", "list")},
    )
    assert len(found) == 2
    assert [(note.level, "`aggregationMethod` is not taken" in note.message) for note in notes] == [
        ("note", True)
    ]


def test_the_matrix_is_for_the_pages_that_its_patterns_match() -> None:
    found, notes = rc(
        assertMatrix=[
            {"assertions": {"label": "warn"}},
            {
                "matchingUrlPattern": "https?://[^/]+/app",
                "assertions": {"interactive": ["error", {"minScore": 1}]},
            },
        ]
    )
    at = {path: [one.metric for one in found if applies(one, Page(path))] for path in ("/", "/app/a")}
    assert at == {
        "/": ["audit.label.score"],
        "/app/a": ["audit.label.score", "audit.interactive.score"],
    }
    assert notes == ()


def test_presets() -> None:
    everything = bounds(rc(preset="lighthouse:all"))
    assert everything["audit.long-tasks.score"] == (None, 0.9)
    recommended, notes = rc(preset="lighthouse:recommended")
    warns = {limit.metric: limit.warns for limit in recommended}
    assert warns["audit.first-contentful-paint.score"]
    assert not warns["audit.image-alt.score"]
    assert "audit.long-tasks.score" not in warns
    assert warns["audit.render-blocking-insight.length"]
    assert [note.level for note in notes] == ["note"]
    no_pwa = bounds(rc(preset="lighthouse:no-pwa"))
    assert set(warns) - set(no_pwa) == {
        "audit.is-on-https.score",
        "audit.redirects-http.score",
        "audit.viewport-insight.score",
    }
    assert {limit.source for limit in recommended} == {"`lighthouse:recommended` in lighthouserc.json"}
    assert categories(recommended) == {"accessibility", "best-practices", "performance", "seo"}


def test_own_assertions_override_those_of_a_preset_by_old_names_too() -> None:
    own = {"image-alt": "off", "uses-long-cache-ttl": "off", "dom-size": ["error", {"maxNumericValue": 9}]}
    found = bounds(rc(preset="lighthouse:recommended", assertions=own))
    assert "audit.image-alt.score" not in found
    assert not [metric for metric in found if metric.startswith("audit.cache-insight.")]
    assert "audit.dom-size-insight.score" not in found
    assert found["dom"] == (9, None)


def test_presets_and_successors_name_audits_that_there_are() -> None:
    for name in presets.NAMES:
        assert set(presets.preset(name)) <= set(audits.CATEGORY)
    assert {successor for successor in removed.SUCCESSORS.values() if successor} <= set(audits.CATEGORY)
    assert not removed.GONE & {*audits.CATEGORY, *audits.NEVER}
    assert set(audits.CATEGORY) >= audits.UNLISTED
    assert audits.VALUED - set(audits.NEVER) <= set(audits.CATEGORY)


def test_a_file_in_yaml_with_its_lines() -> None:
    text = b"""\
ci:
  assert:
    assertions:
      label: off
      document-title:
        - warn
        - minScore: 1
"""
    (limit,), notes = read({"web/.lighthouserc.yml": text}, ".lighthouserc.yml")
    assert (limit.metric, limit.least, limit.warns, limit.line) == ("audit.document-title.score", 1, True, 5)
    assert notes == ()


def test_a_file_that_extends_another() -> None:
    base = {"ci": {"assert": {"assertions": {"label": "error", "list": "error"}}}}
    own = {"ci": {"extends": "../shared.json", "assert": {"assertions": {"list": "off", "bypass": "warn"}}}}
    files = {"shared.json": json.dumps(base).encode(), "web/lighthouserc.json": json.dumps(own).encode()}
    found, _ = read(files)
    assert {limit.metric: limit.path for limit in found} == {
        "audit.label.score": "shared.json",
        "audit.bypass.score": "web/lighthouserc.json",
    }


def test_a_budgets_file_is_read_beside_it() -> None:
    budget = b'[{"resourceSizes": [{"resourceType": "total", "budget": 1}]}]'
    own = {"ci": {"assert": {"budgetsFile": "./budget.json"}}}
    files = {"web/budget.json": budget, "web/lighthouserc.json": json.dumps(own).encode()}
    assert bounds(read(files)) == {"bytes.total": (1024, None)}


def test_all_three_sources_join() -> None:
    files = {
        "budget.json": b'[{"timings": [{"metric": "interactive", "budget": 1}]}]',
        "rc.json": b'{"ci": {"assert": {"assertions": {'
        b'"resource-summary:third-party:size": ["warn", {"maxNumericValue": 1}]}}}}',
    }
    configuration = LighthouseConfiguration(budget_file="budget.json", assertions_file="rc.json")
    found, (note,) = read_all(configuration, files.get, "")
    assert [limit.metric for limit in found] == ["tti", "bytes.third-party"]
    # Nothing of a third party that is not reached has a size.
    assert note.level == "note"
    assert "`third-parties`" in note.message


@pytest.mark.parametrize("data", [{}, {"ci": {"collect": {}}}, {"ci": {"assert": {"assertions": {}}}}])
def test_a_file_that_asserts_nothing_is_told(data: Any) -> None:
    found, (note,) = read({"web/lighthouserc.json": json.dumps(data).encode()})
    assert found == ()
    assert (note.level, "asserts nothing" in note.message) == ("warning", True)


def test_a_key_that_is_not_taken_is_told() -> None:
    _, (note,) = rc(assertion={"label": "error"}, assertions={"list": "error"})
    assert note.level == "warning"
    assert "did you mean `assertions`?" in note.message


@pytest.mark.parametrize(
    ("wanted", "says", "todo"),
    [
        ({"assertions": {"label": "eror"}}, "`eror` is no level", "did you mean `error`?"),
        ({"assertions": {"label": None}}, "is no level", "off, warn, error"),
        ({"assertions": {"label": ["error", {"minscore": 1}]}}, "`minscore`", "did you mean `minScore`?"),
        ({"assertions": {"label": ["error", {"minScore": 90}]}}, "<= 1", ""),
        (
            {"assertions": {"label": ["error", {"maxLength": "x"}]}},
            "`ci.assert.assertions.label[1].maxLength`",
            "",
        ),
        ({"assertions": {"label": ["error", {"aggregationMethod": "best"}]}}, "'best'", ""),
        ({"assertions": ["label"]}, "it is no object", "`{`"),
        ({"assertMatrix": {}}, "it is no list", "`[`"),
        ({"assertMatrix": ["x"]}, "it is no object", "`{`"),
        ({"assertMatrix": [{"matchingUrlPattern": "(a+)+"}]}, "cannot be taken", "plain regular expression"),
        ({"preset": "lighthouse:recomended"}, "is no preset", "did you mean `lighthouse:recommended`?"),
        (
            {"budgetsFile": "gone.json"},
            "`budgetsFile` of `web/lighthouserc.json` names `web/gone.json`",
            "its path",
        ),
        ({"budgetsFile": "../../etc/passwd"}, "cannot be read", "its path"),
    ],
)
def test_what_is_malformed(wanted: dict[str, Any], says: str, todo: str) -> None:
    error = refused({"web/lighthouserc.json": json.dumps({"ci": {"assert": wanted}}).encode()})
    assert says in error.what
    assert todo in error.todo


@pytest.mark.parametrize(
    ("name", "files", "says"),
    [
        ("lighthouserc.js", {"web/lighthouserc.js": b"module.exports = {}"}, "which is a program"),
        ("lighthouserc.cjs", {}, "which is a program"),
        ("lighthouserc.json", {}, "cannot be read"),
        ("lighthouserc.json", {"web/lighthouserc.json": b"[]"}, "it is no object"),
        ("lighthouserc.json", {"web/lighthouserc.json": b'{"ci": []}'}, "it is no object"),
        ("lighthouserc.json", {"web/lighthouserc.json": b'{"ci": {'}, "line 1"),
        ("a.json", {"web/a.json": b'{"ci": {"extends": "a.json"}}'}, "more than 5 files extend one another"),
        ("a.json", {"web/a.json": b'{"ci": {"extends": "b.js"}}'}, "`extends` of `web/a.json` names `b.js`"),
    ],
)
def test_files_that_cannot_be_taken(name: str, files: dict[str, bytes], says: str) -> None:
    assert says in refused(files, name).what

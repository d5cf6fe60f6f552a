"""What one run of Lighthouse is made into, from results as it writes them."""

import json

import pytest

from lockgate.errors import ToolError
from lockgate.gates.lighthouse.browsers.failures import failure, is_crash, trouble
from lockgate.gates.lighthouse.browsers.result import decode
from lockgate.gates.lighthouse.browsers.samples import sample
from lockgate.gates.lighthouse.model import Audit

HERE = "http://127.0.0.1:4100"


def row(url, kind="Script", transfer=300, size=1000, status=200):
    return {
        "url": url if "://" in url or ":" in url[:8] else HERE + url, "resourceType": kind,
        "transferSize": transfer, "resourceSize": size, "statusCode": status,
    }  # fmt: skip


def written(rows=(), *, audits=None, lhr=None, **besides):
    """Write what the driver does, of a page with these requests."""
    requests = {"network-requests": {"score": 1, "details": {"type": "table", "items": list(rows)}}}
    result = {
        "lighthouseVersion": "13.5.0", "requestedUrl": f"{HERE}/", "finalDisplayedUrl": f"{HERE}/",
        "audits": requests | (audits or {}), **(lhr or {}),
    }  # fmt: skip
    return json.dumps({"lhr": result, "accessibility": None, **besides}).encode()


def made(*rows, **words):
    return sample(*decode(written(rows, **words)))


def test_requests_are_counted_by_kind_and_by_whose_they_are():
    got = made(
        row("/", "Document", 500),
        row("/a.js"),
        row("/a.css", "Stylesheet", 200),
        row("/feed", "EventSource", 10),
        row("https://cdn.example/x.js", transfer=0, size=0, status=-1),
        row("https://cdn.example/y.png", "Image", 70),
        row("http://127.0.0.1:9999/z.js", transfer=5),
    )
    wanted = {
        "bytes.document": 500, "bytes.script": 305, "requests.script": 3, "bytes.stylesheet": 200,
        "bytes.image": 70, "bytes.font": 0, "bytes.other": 10, "bytes.third-party": 75,
        "requests.third-party": 3, "third-parties": 2, "bytes.total": 1085, "requests.total": 7,
    }  # fmt: skip
    assert {name: got.values[name] for name in wanted} == wanted
    assert [request.url for request in got.requests[:2]] == ["/", "/a.js"]
    assert [request.host for request in got.requests[3:]] == ["", "cdn.example", "cdn.example", "127.0.0.1"]
    assert got.requests[4].status == -1


@pytest.mark.parametrize(
    "url",
    ["data:text/css,x", "blob:http://127.0.0.1:4100/1", "chrome-extension://x/y", "http://[", "about:blank"],
)
def test_what_the_network_does_not_carry_is_left_out(url):
    assert made(row("/"), row(url)).values["requests.total"] == 1


def test_the_browsers_own_request_for_an_icon_is_left_out_and_the_pages_is_not():
    rows = [row("/icon.svg", "Image", 40), row("/icon.svg", "Other", 50)]
    assert made(*rows, icons=[f"{HERE}/icon.svg"]).values["bytes.total"] == 40
    assert made(*rows).values["bytes.total"] == 90


def test_own_addresses_are_told_from_the_root_and_others_whole_without_their_passwords():
    got = made(row("/a?b=1#c"), row("https://user:secret@cdn.example/x#y"), row("ws://127.0.0.1:4100/live"))
    assert [request.url for request in got.requests] == ["/a?b=1", "https://cdn.example/x", "/live"]
    assert got.requests[2].host == ""


def test_a_long_address_is_cut():
    (request,) = made(row("/" + "a" * 100_000)).requests
    assert len(request.url) == 2048


def test_unused_code_is_weighed_as_it_comes_over_the_wire_once_for_each_address():
    rows = [row("/", "Document", 100, 50), row("/a.js", transfer=300, size=1000), row("/a.js", transfer=300)]
    unused = [
        {"url": f"{HERE}/a.js", "unused": 500, "length": 1000},
        {"url": f"{HERE}/", "unused": 10, "length": 20},
        {"url": f"{HERE}/", "unused": 0, "length": 20},
        {"url": "", "unused": 7, "length": 7},
        {"url": f"{HERE}/empty.js", "unused": 0, "length": 0},
    ]
    got = made(*rows, unused=unused)
    # A quarter of the document's script, which is no more over the wire than it holds.
    assert [request.unused for request in got.requests] == [12, 150, 0]
    assert got.values["unused-js"] == 162


def test_what_holds_the_paint_back_is_what_chrome_says_does_once_for_each_address():
    got = made(
        row("/a.css", "Stylesheet"), row("/a.css", "Stylesheet"), row("/b.js"), blocking=[f"{HERE}/a.css"]
    )
    assert [request.blocking for request in got.requests] == [True, False, False]
    assert got.values["blocking"] == 1


def test_timings_and_scores_are_taken_as_far_as_they_were_measured():
    audits = {
        "first-contentful-paint": {"score": 1, "numericValue": 812.5, "scoreDisplayMode": "numeric"},
        "max-potential-fid": {"score": 0.9, "numericValue": 80, "scoreDisplayMode": "numeric"},
        "dom-size-insight": {"score": 1, "numericValue": 22},
        "largest-contentful-paint": {"score": None, "scoreDisplayMode": "error", "errorMessage": "NO_LCP"},
        "image-alt": {"score": 0, "scoreDisplayMode": "binary", "details": {"items": [{}, {}]}},
        "metrics": {"score": None, "details": {"type": "debugdata", "items": {"a": 1}}},
    }
    lhr = {
        "categories": {"accessibility": {"score": 0.84}, "performance": {"score": None}},
        "environment": {"benchmarkIndex": 2775.5},
    }
    got = made(row("/"), audits=audits, lhr=lhr)
    assert {name: got.values.get(name) for name in ("fcp", "inp", "dom", "lcp", "si")} == {
        "fcp": 812.5, "inp": 80, "dom": 22, "lcp": None, "si": None,
    }  # fmt: skip
    assert got.values["category.accessibility"] == 0.84
    assert "category.performance" not in got.values
    assert got.benchmark == 2775.5
    assert got.audits["image-alt"] == Audit(score=0, length=2, mode="binary")
    assert got.audits["metrics"].length is None
    assert got.audits["largest-contentful-paint"].mode == "error"


@pytest.mark.parametrize(
    ("items", "detail"),
    [
        (
            [{"source": "network", "description": "Failed to load"}, {"description": "Other"}],
            "Failed to load",
        ),
        ([{"url": "/a.js", "node": {"snippet": "<b>"}}], "/a.js"),
        ([{"node": {"snippet": "<img>"}}], "<img>"),
        ([{"type": "checklist", "items": {"a": {"label": "A", "value": True}}}], ""),
        (
            [{"type": "checklist", "items": {n: {"label": n, "value": n == "ok"} for n in ("ok", "eager")}}],
            "eager",
        ),
        ({"lazy": {"label": "Not lazy", "value": False}}, "Not lazy"),
        ([{"type": "table", "items": [{"label": 7, "url": "/b.js"}]}], "/b.js"),
        ([["x"], 7, {"node": 7}], ""),
        (None, ""),
    ],
)
def test_what_an_audit_does_not_pass_is_told_in_its_own_words(items, detail):
    audits = {"a": {"score": 0, "title": "It fails" + "!" * 500, "details": {"items": items}}}
    audit = made(row("/"), audits=audits).audits["a"]
    assert (audit.title[:8], len(audit.title), audit.detail) == ("It fails", 200, detail)
    passed = made(row("/"), audits={"a": {**audits["a"], "score": 1}}).audits["a"]
    assert (passed.title, passed.detail) == ("", "")


@pytest.mark.parametrize(
    ("final", "address"),
    [
        (f"{HERE}/next/?q=1#top", "/next/?q=1"),
        (HERE, "/"),
        ("https://other.example/x", "https://other.example/x"),
        ("", "/"),
    ],
)
def test_where_the_page_was_in_the_end_is_told(final, address):
    assert made(row("/"), lhr={"finalDisplayedUrl": final}).address == address


def violation(**words):
    node = {
        "target": ["main > img"],
        "failureSummary": "s",
        "node": {"selector": "main > img", "snippet": "<img>"},
    }
    return {
        "id": "image-alt",
        "impact": "critical",
        "tags": ["wcag2a"],
        "help": "Alt!",
        "nodes": [node],
        **words,
    }


def test_each_element_that_breaks_a_rule_is_a_violation():
    framed = {"target": ["iframe", ["div", "img"]], "node": {"selector": "img", "snippet": "<i>" * 1000}}
    nodes = [*violation()["nodes"], framed]
    got = made(
        row("/"), accessibility={"violations": [violation(nodes=nodes)], "version": "4.14.1"}
    ).violations
    assert [each.selector for each in got] == ["main > img", "iframe div img"]
    assert (got[0].rule, got[0].impact, got[0].tags, got[0].title) == (
        "image-alt",
        "critical",
        ("wcag2a",),
        "Alt!",
    )
    assert got[0].help.endswith("/rules/axe/4.14/image-alt")
    assert (got[0].snippet, got[0].summary, got[0].structure) == ("<img>", "s", "main > img")
    assert len(got[1].snippet) == 1000


def test_violations_of_a_stranger_are_bounded():
    hostile = violation(id="x" * 9999 + "/../", nodes=violation()["nodes"] * 15_000, impact=None)
    got = made(row("/"), accessibility={"violations": [hostile], "version": "4.14.1"}).violations
    assert len(got) == 10_000
    assert (len(got[0].rule), got[0].help, got[0].impact) == (100, "", "minor")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b'{"lhr": 1}', b'{"lhr": {}}', written(lhr={"audits": []}), written(blocking=[1]),
        written(accessibility={"violations": [{}]}), b"\xff", b'{"lhr":' + b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_result_of_another_shape_is_a_clear_error(data):
    with pytest.raises(ToolError, match="Lighthouse's result cannot be read"):
        decode(data)


def test_a_result_without_requests_is_none():
    with pytest.raises(ToolError, match="has not listed the page's requests") as caught:
        made(audits={"network-requests": {"score": None, "errorMessage": "Required gatherer failed"}})
    assert caught.value.cause == "Required gatherer failed"
    with pytest.raises(ToolError, match="list of requests cannot be read"):
        made({"url": 7})


def fault(**words):
    return trouble(*decode(written(**words)))


def test_a_whole_result_has_no_trouble():
    warning = "The page may not be loading as expected because your test URL was redirected to /"
    assert fault(lhr={"runWarnings": [warning]}) is None


def test_a_page_that_was_not_waited_for_to_the_end_is_trouble():
    words = "The page loaded too slowly to finish within the time limit. Results may be incomplete."
    assert fault(lhr={"runWarnings": [words]}) == ("TIMEOUT", words)


@pytest.mark.parametrize(
    ("code", "failed", "known"),
    [
        ("NO_FCP", "", "NO_FCP"),
        ("CHROME_INTERSTITIAL_ERROR", "net::ERR_TOO_MANY_REDIRECTS", "net::ERR_TOO_MANY_REDIRECTS"),
        ("FAILED_DOCUMENT_REQUEST", "net::ERR_EMPTY_RESPONSE", "FAILED_DOCUMENT_REQUEST"),
    ],
)
def test_chromes_own_word_for_a_failure_goes_first_where_it_is_known(code, failed, known):
    assert fault(lhr={"runtimeError": {"code": code, "message": "m"}}, failed=failed)[0] == known


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("CRASHED", "Chrome crashed on it"),
        ("TARGET_CRASHED", "Chrome crashed on it"),
        ("net::ERR_CONNECTION_REFUSED", "nothing listens there"),
        ("net::ERR_NAME_NOT_RESOLVED", "its host was not found"),
        ("net::ERR_TOO_MANY_REDIRECTS", "redirected in a circle"),
        ("ERRORED_DOCUMENT_REQUEST", "the server answered with an error"),
        ("PAGE_HUNG", "did not come to rest"),
        ("SOMETHING_NEW", "could not be measured"),
    ],
)
def test_a_failure_names_the_page_and_what_happened(code, words):
    error = failure(code, "said\n::error::this", "/page`")
    assert error.what.startswith("the page `/page'`: ")
    assert words in error.what
    assert f"({code}: said ::error::this)" in error.what
    assert error.cause
    assert error.todo


def test_a_crash_is_worth_another_try_and_a_missing_page_is_not():
    assert is_crash("CRASHED")
    assert is_crash("NO_ANSWER")
    assert not is_crash("ERRORED_DOCUMENT_REQUEST")
    assert not is_crash("TIMEOUT")

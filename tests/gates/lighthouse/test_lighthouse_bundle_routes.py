import json
import time

import pytest

from gates.lighthouse.bundle_builds import build, page, recorded
from lockgate.errors import ToolError
from lockgate.gates.lighthouse.bundles.routes import routes
from lockgate.gates.lighthouse.model import Build, Page
from lockgate.gates.lighthouse.sites.builds import read
from lockgate.gates.lighthouse.sites.pages import pages


def found(build):
    return {route.path: set(route.assets) for route in routes(build, pages(build, read))}


def test_vite() -> None:
    shared = {"assets/shared-D-CwahYF.js", "assets/shared-C9phDneD.css"}
    assert found(recorded("vite-head")) == {
        "/": {"index.html", "assets/main-DnWvnsqx.js", *shared},
        "/about": {"about.html", "assets/about-GtqO1Cyq.js", *shared},
    }


TURBOPACK = """010pwdojlqups.css 1w5jafmpga-7j.js 30sfb8i2nyogv.js 1ym_74-lrg4ab.js 0n7pdcxrtpf3m.js
    turbopack-0zq_vp9s-5ndp.js 2kit98d38vzkv.js"""
WEBPACK = """4bd1b696-c29fcbad74eaf0af.js 794-d3b19b8778b83492.js main-app-b12badd7dd7ba6af.js
    webpack-e4720bda34c191d5.js app/page-eba57168e2ec2c0f.js ../css/694ef86a5895d2ff.css"""


@pytest.mark.parametrize(("name", "files"), [("next-base", TURBOPACK), ("next-webpack", WEBPACK)])
def test_next(tmp_path, name: str, files: str) -> None:
    chunks = [f"_next/static/chunks/{file}".replace("chunks/../", "") for file in files.split()]
    old = "_next/static/chunks/0cz1d0mv5g_q7.js", "_next/static/chunks/polyfills-42372ed130431b0a.js"
    html = (recorded(name).folder / "index.html").read_text()
    whole = build(tmp_path, {"index.html": html, **dict.fromkeys((*chunks, *old), "")})
    assert found(whole) == {"/": {"index.html", *chunks}}  # browsers of today load no polyfills


def html(head):
    return f"<!doctype html><html><head>{head}</head><body></body></html>"


@pytest.mark.parametrize(
    ("head", "asked"),
    [
        ("<script src=a.js></script>", {"a.js"}),
        ("<script src='./a.js?v=1#x' type=module></script>", {"a.js"}),
        ('<SCRIPT SRC="&#97;.js"></SCRIPT>', {"a.js"}),
        ("<script src=a.js nomodule></script>", set()),
        ("<script src=a.js type=text/template></script>", set()),
        ("<!-- <script src=a.js></script> -->", set()),
        ("<script>'<script src=a.js>'</script>", set()),
        ("<link rel='preload stylesheet' href=a.css>", {"a.css"}),
        ("<link rel='alternate stylesheet' href=a.css>", set()),
        ("<link rel=stylesheet href=a.css disabled>", set()),
        ("<link rel=icon href=a.png>", set()),
        ("<link rel=modulepreload href=m.js>", {"m.js", "a.js"}),
        ("<link rel=preload as=font href=f.woff2 crossorigin>", {"f.woff2"}),
        ("<link rel=prefetch href=a.js>", set()),
        ("<img src=a.png><img src=a.png>", {"a.png"}),
        ("<script src=https://elsewhere.example/a.js></script>", set()),
        ("<script src=//elsewhere.example/a.js></script>", set()),
        ("<base href=/sub/><script src=b.js></script>", {"sub/b.js"}),
        ("<base href=https://elsewhere.example/><script src=a.js></script>", set()),
        ("<script src=/shop/sub/b.js></script>", {"sub/b.js"}),  # the site is served below /shop
        (
            "<script src=../../../etc/passwd></script><script src=http://[x></script><script src></script>",
            set(),
        ),
        ('<script type=module>import "./m.js"</script>', {"m.js", "a.js"}),
        ('<script type=importmap>{"imports": {"a": "./a.js"}}</script>', set()),
        ("<link rel=stylesheet href=i.css>", {"i.css", "a.css"}),
        ("<img src=/other.html>", set()),
        ("<noscript><img src=a.png></noscript><template><img src=a.png></template>", set()),
        ("<title><img src=a.png></title><style><img src=a.png></style>", set()),
        ('<link title="a > b" rel=stylesheet href=a.css>', {"a.css"}),
        ('<link data-x=\'"\' rel=stylesheet href="a.css" href=other.css/>', {"a.css"}),
        ("<link/rel=stylesheet href=a.css>", {"a.css"}),
        ("<script src=a.js", set()),
        ("<script type=module>/* never ends */ import './a.js'", {"a.js"}),
        ("<scripts src=a.js></scripts><imgs src=a.png>", set()),
    ],
)
def test_what_a_page_asks_for_at_once(tmp_path, head: str, asked: set[str]) -> None:
    whole = build(
        tmp_path,
        {
            "index.html": html(head), "other.html": page(), "a.js": "", "a.css": "", "a.png": "",
            "f.woff2": "", "sub/b.js": "", "i.css": '@import url("a.css");',
            "m.js": 'import{x as y}from"./a.js";export*from"react";const z=()=>import("./sub/b.js")',
        },
    )  # fmt: skip
    assert found(whole)["/"] == {"index.html", *asked}


def test_imports_are_followed_and_circles_end(tmp_path) -> None:
    whole = build(
        tmp_path,
        {
            "index.html": html("<script type=module src=/js/a.js></script>"),
            "js/a.js": "import b, {\n  c as d,\n} from './b.js'\nimport '/js/c.js'\n",
            "js/b.js": "export * from './a.js'",
            "js/c.js": "export { e } from '../d.js'; import('./lazy.js')",
            "d.js": "",
            "js/lazy.js": "",
        },
    )
    assert found(whole)["/"] == {"index.html", "js/a.js", "js/b.js", "js/c.js", "d.js"}


def test_vites_entries_without_a_page(tmp_path) -> None:
    manifest = {
        "src/app.js": {"file": "assets/app-1.js", "src": "src/app.js", "isEntry": True, "imports": ["_s.js"],
                       "css": ["assets/app-1.css"], "dynamicImports": ["src/lazy.js"]},
        "_s.js": {"file": "assets/s-1.js", "imports": ["src/app.js"]},
        "src/lazy.js": {"file": "assets/lazy-1.js", "isDynamicEntry": True},
        "index.html": {"file": "assets/index-1.js", "src": "index.html", "isEntry": True},
    }  # fmt: skip
    files = {f"assets/{name}": "" for name in ("app-1.js", "app-1.css", "s-1.js", "lazy-1.js")}
    whole = build(tmp_path, {**files, "index.html": page(), ".vite/manifest.json": json.dumps(manifest)})
    assert found(whole) == {
        "/": {"index.html"},
        "src/app.js": {"assets/app-1.js", "assets/app-1.css", "assets/s-1.js"},
    }


@pytest.mark.parametrize("text", ["{", "[]", '{"a": {"file": 1}}', ""])
def test_a_broken_manifest_of_vite_is_no_empty_one(tmp_path, text: str) -> None:
    whole = build(tmp_path, {"index.html": page(), ".vite/manifest.json": text})
    with pytest.raises(ToolError, match=r"manifest\.json of the site's build cannot be read"):
        found(whole)


def test_a_web_applications_manifest_is_none_of_vites(tmp_path) -> None:
    whole = build(tmp_path, {"index.html": page(), "manifest.json": '{"name": "shop", "icons": []}'})
    assert found(whole) == {"/": {"index.html"}}


def test_a_page_that_cannot_be_read_ends_the_gate(tmp_path) -> None:
    (tmp_path / "index.html").symlink_to("/etc/passwd")
    with pytest.raises(ToolError, match=r"index\.html"):
        routes(Build(tmp_path, "", ("index.html",)), [Page("/", "index.html")])


@pytest.mark.parametrize(
    "text",
    [
        "<a ",
        "<img ",
        '<img "',
        "<img a=",
        "<!--",
        "<script ",
        "<script>",
        "</script ",
        "<title>",
        "<link rel=' ",
    ],
)
def test_a_hostile_page_is_read_in_no_time(tmp_path, text: str) -> None:
    whole = build(tmp_path, {"index.html": page("/a.js") + text * 200_000, "a.js": ""})
    start = time.monotonic()
    (route,) = routes(whole, [Page("/", "index.html")])
    assert time.monotonic() - start < 5
    assert set(route.assets) == {"a.js", "index.html"}


@pytest.mark.parametrize("text", ["import ", "export{a,", 'import"./', "from '/", "@import url("])
def test_a_hostile_script_is_read_in_no_time(tmp_path, text: str) -> None:
    whole = build(tmp_path, {"index.html": page("/a.css"), "a.css": text * 100_000})
    start = time.monotonic()
    assert found(whole) == {"/": {"index.html", "a.css"}}
    (whole.folder / "a.js").write_text(text * 100_000)
    html = "<script type=module src=a.js></script>"
    (whole.folder / "index.html").write_text(html)
    (route,) = routes(Build(whole.folder, "", ("a.js", "index.html")), [Page("/", "index.html")])
    assert set(route.assets) == {"a.js", "index.html"}
    assert time.monotonic() - start < 5

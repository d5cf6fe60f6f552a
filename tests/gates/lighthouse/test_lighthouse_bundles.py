import re

import pytest

from gates.lighthouse.bundle_builds import SITE, build, compared, noise, page, recorded
from lockgate.config.lighthouse import Growth
from lockgate.errors import ToolError
from lockgate.finding import Severity
from lockgate.gates.lighthouse.model import Site

PACKAGE = '{\n  "dependencies": {\n    "preact": "11.2.0"\n  }\n}\n'
VITE = Site("vite", "web/dist", "web", "web/package.json")


def only(bundled):
    assert len(bundled.findings) == 1
    return bundled.findings[0]


def test_a_new_package_is_named_with_its_line() -> None:
    bundled = compared(
        recorded("vite-head"), recorded("vite-base"), site=VITE,
        tracked={"web/package.json": PACKAGE, "web/src/main.js": ""}, growth=Growth(script="4 KB"),
    )  # fmt: skip
    finding = only(bundled).finding
    assert (finding.rule, finding.path, finding.line) == ("grew", "web/package.json", 3)
    assert finding.severity == Severity.HIGH
    assert finding.message.startswith("The scripts of `/` grew by 4.")
    assert "`assets/main-DnWvnsqx.js` has 4." in finding.message
    assert "the package `preact` +10.6 kB (new)" in finding.message  # 10,610 by another library's count
    assert finding.mend == (
        "Import `preact` with `import()` where it is used, or do without it. "
        "If it is worth it, raise `gates.lighthouse.growth.script` (4 KB)."
    )
    assert bundled.notes == ()


def test_growth_below_the_threshold_blocks_nothing() -> None:
    finding = only(compared(recorded("vite-head"), recorded("vite-base"), site=VITE)).finding
    assert finding.severity == Severity.LOW
    assert "raise" not in finding.mend


@pytest.mark.parametrize("name", ["vite-head", "vite-base", "next-head"])
def test_a_build_has_not_grown_against_itself(name: str) -> None:
    bundled = compared(recorded(name), recorded(name))
    assert bundled.findings == ()
    assert [table.rows for table in bundled.tables] == [(), ()]
    assert all(re.search(r" \(\d+ as in the base\)$", table.title) for table in bundled.tables)


def test_next_names_its_chunks_by_content_alone_and_growth_is_still_found() -> None:
    finding = only(
        compared(recorded("next-head"), recorded("next-base"), tracked={"web/components/Button.js": ""})
    ).finding
    assert finding.path == "web/components/Button.js"  # no package.json names dayjs
    assert "`_next/static/chunks/2fzf7vgaw44ty.js` has 3." in finding.message
    assert "the package `dayjs` +8.2 kB (new)" in finding.message  # 6,983 + 1,179


def test_a_built_file_that_the_repository_has_is_the_place(tmp_path) -> None:
    base = build(tmp_path / "base", {"index.html": page("/_assets/shop.js"), "_assets/shop.js": 2_000})
    head = build(tmp_path / "head", {"index.html": page("/_assets/shop.js"), "_assets/shop.js": 40_000})
    bundled = compared(head, base, tracked=["web/out/_assets/shop.js", "web/package.json"])
    one = only(bundled)
    assert (one.finding.path, one.finding.line) == ("web/out/_assets/shop.js", 0)
    assert one.finding.severity == Severity.HIGH
    assert one.origin == "web/out"
    assert "no source maps" in bundled.notes[0]


def test_what_is_in_no_repository_is_shown_at_the_sites_manifest(tmp_path) -> None:
    base = build(tmp_path / "base", {"index.html": page("/a.js"), "a.js": 2_000})
    head = build(tmp_path / "head", {"index.html": page("/a.js"), "a.js": 9_000})
    assert only(compared(head, base)).finding.path == SITE.manifest


def test_one_cause_on_many_pages_is_one_finding(tmp_path) -> None:
    pages = {f"{name}.html": page("/shared.js", f"/{name}.js") for name in ("a", "b", "c")}
    own = {f"{name}.js": 3_000 for name in ("a", "b", "c")}
    base = build(tmp_path / "base", {**pages, **own, "shared.js": 2_000})
    head = build(tmp_path / "head", {**pages, **own, "shared.js": 40_000, "index.html": page("/shared.js")})
    finding = only(compared(head, base)).finding
    assert "of `/a` and 2 more pages grew" in finding.message  # the new page has not grown


def test_each_kind_has_a_finding_and_a_threshold_of_its_own(tmp_path) -> None:
    html = page("/a.js", "/a.css") + '<img src="/a.png">'
    base = build(tmp_path / "base", {"index.html": html, "a.js": 2_000, "a.css": 2_000, "a.png": 2_000})
    head = build(tmp_path / "head", {"index.html": html, "a.js": 30_000, "a.css": 30_000, "a.png": 30_000})
    found = {one.finding.message.split(" of ")[0]: one.finding for one in compared(head, base).findings}
    assert {what: each.severity for what, each in found.items()} == {
        "The scripts": Severity.HIGH, "The style sheets": Severity.HIGH, "The images": Severity.LOW,
    }  # fmt: skip
    assert "AVIF" in found["The images"].mend
    assert "`gates.lighthouse.growth.css`" in found["The style sheets"].mend


def test_what_pages_load_later_blocks_nothing(tmp_path) -> None:
    base = build(tmp_path / "base", {"index.html": page("/a.js"), "a.js": 2_000})
    head = build(tmp_path / "head", {"index.html": page("/a.js"), "a.js": 2_000, "later.js": 30_000})
    finding = only(compared(head, base)).finding
    assert finding.message.startswith("The scripts that pages load later grew by ")
    assert finding.severity == Severity.LOW


def test_without_a_base_there_are_sizes_alone() -> None:
    bundled = compared(recorded("vite-head"), None)
    assert bundled.findings == ()
    pages, files = bundled.tables
    assert pages.columns[0] == "page"
    assert pages.columns[-1] == "all uncompressed"
    assert [row[0] for row in pages.rows] == ["/", "/about"]
    assert pages.rows[0][5] == "13.7 kB"  # 326 + 12,579 + 789 + 20 bytes
    assert ("assets/shared-D-CwahYF.js", "789 B", "789 B", "789 B") in files.rows


def test_tables_begin_with_what_differs_most() -> None:
    pages, files = compared(recorded("vite-head"), recorded("vite-base")).tables
    assert pages.columns[-2:] == files.columns[-2:] == ("base with brotli", "difference with brotli")
    assert pages.rows[0][0] == "/"
    assert files.rows[0][0] == "assets/main-DnWvnsqx.js"
    assert pages.rows[0][-1] == files.rows[0][-1] != "±0 B"


def test_tables_leave_out_what_is_as_large_as_in_the_base_and_count_it(tmp_path) -> None:
    site = {"index.html": page("/a.js"), "about.html": page(), "a.js": 2_000, "b.js": 2_000}
    base = build(tmp_path / "base", {name: it for name, it in site.items() if name != "b.js"})
    head = build(tmp_path / "head", {**site, "a.js": 3_000})
    pages, files = compared(head, base).tables
    assert (pages.title, files.title) == (
        "Bundle sizes of pages: web/out (1 as in the base)",
        "Bundle sizes of files: web/out (2 as in the base)",
    )  # fmt: skip
    assert [row[0] for row in pages.rows] == ["/"]
    assert {row[0]: row[-2] == "new" for row in files.rows} == {"a.js": False, "b.js": True}


def test_a_new_page_is_new(tmp_path) -> None:
    base = build(tmp_path / "base", {"index.html": page()})
    head = build(tmp_path / "head", {"index.html": page(), "new.html": page("/a.js"), "a.js": 30_000})
    bundled = compared(head, base)
    assert bundled.findings == ()
    assert [row[-2] for row in bundled.tables[0].rows if row[0] == "/new"] == ["new"]


def test_a_hostile_name_is_shown_as_text(tmp_path) -> None:
    name = "a`\n::error::x.js"
    base = build(tmp_path / "base", {"index.html": page()})
    head = build(tmp_path / "head", {"index.html": page("a%60%0A::error::x.js"), name: 30_000})
    bundled = compared(head, base)
    message = only(bundled).finding.message
    assert "`a' ::error::x.js` is new there" in message
    assert "\n" not in "".join(
        (message, *(cell for table in bundled.tables for row in table.rows for cell in row))
    )


def test_a_file_that_went_while_it_was_read_ends_the_gate(tmp_path) -> None:
    head = build(tmp_path / "head", {"index.html": page("/a.js"), "a.js": 100})
    (tmp_path / "head/a.js").unlink()
    with pytest.raises(ToolError, match=r"a\.js of the site's build cannot be read"):
        compared(head, None)


def test_each_file_that_grew_is_named_as_a_page_asks_for_it_with_what_is_said_of_it(tmp_path) -> None:
    files = {"a b/index.html": page("/in%20dex.js"), "in dex.js": 1_000, "later.js": 10}
    base = build(tmp_path / "base", files)
    large = page("/in%20dex.js") + noise("text", 30_000).decode()
    head = build(tmp_path / "head", {"a b/index.html": large, "in dex.js": 90_000, "later.js": 90_000})
    named = compared(head, base).named
    assert {path: finding.severity for path, finding in named.items()} == {
        "/a b/": Severity.HIGH, "/in dex.js": Severity.HIGH, "/later.js": Severity.LOW,
    }  # fmt: skip
    assert {finding.rule for finding in named.values()} == {"grew"}

"""Which pages a build has, and which of them are judged."""

import pytest

from gates.running import write
from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.errors import ConfigurationError
from lockgate.gates.lighthouse.model import Build, Page
from lockgate.gates.lighthouse.sites.addresses import answer
from lockgate.gates.lighthouse.sites.altered import changed
from lockgate.gates.lighthouse.sites.builds import equal, of_folder, read
from lockgate.gates.lighthouse.sites.pages import choose, pages

HTML = "<!doctype html><title>x</title><h1>x</h1>"


def built(folder, files):
    write(folder, files)
    return of_folder(folder, "out")


def paths(folder, files):
    return {page.path: page.file for page in pages(built(folder, files), read)}


def chosen(folder, files, **configuration):
    build = built(folder, files)
    choice = choose(build, pages(build, read), LighthouseConfiguration(**configuration))
    return [page.path for page in choice.pages], choice.left_out


def test_a_page_has_the_path_that_hosts_give_it(tmp_path):
    names = ["index.html", "about.html", "shop/index.html", "shop/a b.html", "old.htm", "ü/index.html"]
    assert paths(tmp_path, dict.fromkeys(names, HTML)) == {
        "/": "index.html", "/about": "about.html", "/shop/": "shop/index.html",
        "/shop/a%20b": "shop/a b.html", "/old.htm": "old.htm", "/%C3%BC/": "ü/index.html",
    }  # fmt: skip


def test_each_path_leads_to_its_file_where_names_clash(tmp_path):
    names = [
        "a.html",
        "a",
        "a.html.html",
        "b.html",
        "b/index.html",
        "c%2f.html",
        "index/index.html",
        "new\nline.html",
    ]
    build = built(tmp_path, dict.fromkeys(names, HTML))
    found = {page.path: page.file for page in pages(build, read)}
    assert set(found.values()) == set(names) - {"a"}
    assert {path: answer(path, frozenset(build.files)).file for path in found} == found


@pytest.mark.parametrize(
    "name",
    [
        "404.html", "404/index.html", "500.html", "200.html", "offline.html", "de/404.html",
        "pt-BR/404/index.html",
        "_not-found.html", "_not-found/index.html", "_error.html", "_next/x.html", "assets/mail.html",
        "google1234567890abcdef.html", "iframe.html", ".vitepress/x.html", "docs/_modules/index.html",
    ],
)  # fmt: skip
def test_what_no_visitor_goes_to_is_left_out(tmp_path, name):
    assert paths(tmp_path, {"index.html": HTML, name: HTML}) == {"/": "index.html"}


@pytest.mark.parametrize(
    "name", ["products/404.html", "posts/500/index.html", "googled.html", "in/a/200.html"]
)
def test_a_page_that_only_sounds_like_one_of_those_is_kept(tmp_path, name):
    assert name in paths(tmp_path, {"index.html": HTML, name: HTML}).values()


@pytest.mark.parametrize(
    "text",
    [
        "<!doctype html><meta http-equiv=refresh content=0;url=/new>",
        '<html><head><meta content="0; URL=\'/new/\'" http-equiv="Refresh">',
        "<!doctype html><meta http-equiv='refresh' content='1, https://example.com'>",
        "<div>a part of a page</div>",
        "<!-- <!doctype html> --><p>part",
        "",
    ],
)
def test_stubs_and_parts_are_no_pages(tmp_path, text):
    assert paths(tmp_path, {"index.html": HTML, "x.html": text}) == {"/": "index.html"}


@pytest.mark.parametrize(
    "head",
    [
        "<meta name=robots content=noindex>",
        '<meta http-equiv="refresh" content="300">',
        '<meta http-equiv="refresh" content="60; url=/">',
        '<noscript><meta http-equiv="refresh" content="0; url=/plain"></noscript>',
        '<!-- <meta http-equiv="refresh" content="0; url=/x"> -->',
    ],
)
def test_a_page_that_stays_is_a_page(tmp_path, head):
    assert paths(tmp_path, {"cart.html": f"\ufeff<!DOCTYPE  html><head>{head}</head>"}) == {
        "/cart": "cart.html"
    }


def test_hostile_pages_are_read_in_no_time(tmp_path):
    bait = ("<!--", "<script", "<noscript", "<meta ", "<meta http-equiv=refresh content=", "<img src='")
    files = {f"{number}.html": HTML + each * 20_000 for number, each in enumerate(bait)}
    files["blanks.html"] = f"{HTML}<meta http-equiv=refresh content={' ' * 60_000}"
    build = built(tmp_path, files)
    found = pages(build, read)
    assert len(found) == len(files)
    assert changed(build, frozenset(build.files), found, read) == ()


def test_ten_thousand_pages(tmp_path):
    build = built(tmp_path, {f"p{number % 100}/{number}.html": HTML for number in range(10_000)})
    choice = choose(build, pages(build, read), LighthouseConfiguration())
    assert ([page.path for page in choice.pages], choice.left_out) == (
        ["/p0/0", "/p1/1", "/p2/2", "/p3/3", "/p4/4"],
        9_995,
    )


def test_short_paths_come_first_and_the_rest_is_counted(tmp_path):
    names = ["z.html", "a/b/c.html", "index.html", "a/index.html", "about.html", "products/x.html"]
    assert chosen(tmp_path, dict.fromkeys(names, HTML), most_pages=4) == (["/", "/z", "/a/", "/about"], 2)


def test_pages_that_a_change_touches_come_first(tmp_path):
    build = built(tmp_path, dict.fromkeys(["index.html", "a.html", "b/c.html"], HTML))
    choice = choose(build, pages(build, read), LighthouseConfiguration(most_pages=2), {"/b/c"})
    assert [page.path for page in choice.pages] == ["/b/c", "/"]


def test_what_is_changed_comes_in_its_order(tmp_path):
    build = built(tmp_path, dict.fromkeys(["index.html", "a.html", "b/c.html"], HTML))
    choice = choose(build, pages(build, read), LighthouseConfiguration(), ("/b/c", "/a"))
    assert [page.path for page in choice.pages] == ["/b/c", "/a", "/"]


def ranked(folder, head, base):
    head, base = built(folder / "head", head), built(folder / "base", base)
    return changed(head, equal(head, base), pages(head, read), read, base)


def chapter(number, links, text=""):
    """Give a page of a manual, with the navigation as it is seen from its folder."""
    return (
        f"{HTML}<nav>{links.replace('href=', 'href=' + '../' * (number % 3))}</nav>\n<p>Text {number}\n{text}"
    )


def test_a_new_page_and_an_edited_one_come_before_those_with_the_new_navigation(tmp_path):
    nav = "".join(f"<a href={n}/>{n}</a>" for n in range(244))
    base = {f"{'a/' * (n % 3)}{n}/index.html": chapter(n, nav) for n in range(244)}
    head = {f"{'a/' * (n % 3)}{n}/index.html": chapter(n, f"{nav}<a href=new/>New</a>") for n in range(244)}
    head["deep/down/new/index.html"] = chapter(2, f"{nav}<a href=new/>New</a>", "<img src=x.png>")
    head["a/100/index.html"] += "<p>one line more\n"
    head["a/a/200/index.html"] = head["a/a/200/index.html"].replace("Text 200", "")
    found = ranked(tmp_path, head, base)
    assert (found[0], set(found[1:3])) == ("/deep/down/new/", {"/a/100/", "/a/a/200/"})
    assert len(found) == 245


def test_a_file_of_one_page_weighs_more_than_one_that_all_have(tmp_path):
    def files(style, picture):
        names = ("index.html", "a.html", "far/away/z.html")
        shared = dict.fromkeys(names, f"{HTML}<link rel=stylesheet href=/s.css>")
        shared["far/away/z.html"] += "<img src=/p.png>"
        return {**shared, "s.css": style, "p.png": picture}

    assert ranked(tmp_path, files("b{}", "2"), files("a{}", "1")) == ("/far/away/z", "/", "/a")


def test_ten_thousand_changed_pages_are_ranked_in_linear_time(tmp_path):
    names = tuple(f"{number}.html" for number in range(10_000))
    head, base = Build(tmp_path, "head", names), Build(tmp_path, "base", names)
    reads = []

    def text(build, file):
        reads.append(file)
        own = "<p>mine" if build is head and file == "777.html" else ""
        return f"{HTML}<p>{file}<p>{build.digest}{own}".encode()

    every = [Page(f"/{file}", file) for file in names]
    found = changed(head, frozenset(), every, text, base)
    assert (found[0], len(found), len(reads)) == ("/777.html", 10_000, 20_000)


def test_pages_are_chosen_by_path_or_pattern(tmp_path):
    names = ["index.html", "products/a.html", "products/b.html", "[slug].html", "f ü.html", "404.html"]
    files = dict.fromkeys(names, HTML)
    assert chosen(tmp_path, files, pages=("/products/*",)) == (["/products/a", "/products/b"], 0)
    assert chosen(tmp_path, files, pages=("/[slug]",)) == (["/%5Bslug%5D"], 0)
    assert chosen(tmp_path, files, pages=("/f ü",)) == (["/f%20%C3%BC"], 0)
    assert chosen(tmp_path, files, pages=("/products/b.html", "/*a")) == (["/products/a", "/products/b"], 0)
    assert chosen(tmp_path, files, pages=("/404.html", "/")) == (["/", "/404"], 0)


def test_a_pattern_without_a_page_names_the_nearest(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        chosen(tmp_path, {"index.html": HTML, "products.html": HTML}, pages=("/prodcts",))
    assert "`/prodcts`" in caught.value.what
    assert "`/products`" in caught.value.todo


def test_a_path_of_scripts_is_a_page_where_the_fallback_answers(tmp_path):
    build = built(tmp_path, {"index.html": HTML})
    configuration = LighthouseConfiguration(pages=("/log in",), fallback="index.html")
    assert choose(build, pages(build, read), configuration).pages == (Page("/log%20in", "index.html"),)
    with pytest.raises(ConfigurationError):
        choose(build, pages(build, read), LighthouseConfiguration(pages=("/log/*",), fallback="index.html"))


PAGE = """<!doctype html><link rel=stylesheet href=/s.css><link rel="modulepreload" href="../c.js?v=1">
<script src='/a%20b.js'></script><img srcset="/1.png 1x, /2.png 2x" src=3.png><a href=/other.html>
<script src="//example.com/s.css"></script><script src="https://example.com/a.js"></script>
<img src=/../up.png>"""
PARTS = ("s.css", "c.js", "a b.js", "1.png", "2.png", "p/3.png", "up.png")


def test_a_file_that_no_page_names_changes_none(tmp_path):
    files = {"p/index.html": PAGE, "a.js": "1", **dict.fromkeys(PARTS, "1")}
    head, base = built(tmp_path / "head", files), built(tmp_path / "base", {**files, "a.js": "2"})
    assert changed(head, equal(head, base), pages(head, read), read, base) == ()


@pytest.mark.parametrize("part", ["p/index.html", *PARTS])
def test_a_page_has_changed_with_one_of_its_files(tmp_path, part):
    files = {"p/index.html": PAGE, "other.html": HTML, **dict.fromkeys(PARTS, "1")}
    head, base = (
        built(tmp_path / "head", files),
        built(tmp_path / "base", {**files, part: "other than before"}),
    )
    assert changed(head, equal(head, base), pages(head, read), read, base) == ("/p/",)
    assert equal(head, built(tmp_path / "same", files)) == set(files)

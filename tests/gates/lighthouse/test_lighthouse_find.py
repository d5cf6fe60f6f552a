"""Which sites a repository has: what is named, and what tools have made."""

import json

import pytest

from checkouts import Checkout
from gates.running import write
from lockgate.config import GateConfiguration
from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.errors import ConfigurationError
from lockgate.gates.lighthouse.model import Site
from lockgate.gates.lighthouse.sites.find import find, find_in, own, settled, touched
from lockgate.git import find as find_git
from lockgate.tree import of_checkout


def package(**dependencies):
    return json.dumps({"dependencies": dependencies}).encode()


def found(files, built=(), folder="", **configuration):
    """Find in a repository of `files`, given by path, with `built` files on disk beside them."""
    given = {path: data if isinstance(data, bytes) else data.encode() for path, data in files.items()}
    on_disk = {*given, *built}
    return find(
        sorted(given),
        LighthouseConfiguration(**configuration),
        folder,
        read=given.get,
        is_file=on_disk.__contains__,
    )


@pytest.mark.parametrize(
    ("dependency", "place", "kind"),
    [
        ("next", "out", "next"),
        ("vite", "dist", "vite"),
        ("astro", "dist", "plain"),
        ("gatsby", "public", "plain"),
        ("nuxt", ".output/public", "plain"),
        ("lodash", "dist", "plain"),
    ],
)
def test_what_a_package_has_made_is_found(dependency, place, kind):
    files = {
        "web/package.json": package(**{dependency: "1"}),
        "web/package-lock.json": "",
        "package.json": "{}",
    }
    site = Site(kind, f"web/{place}", "web", "web/package.json")
    assert found(files, [f"web/{place}/index.html"]).sites == (site,)


def test_what_tools_without_packages_have_made_is_found():
    built = ["site/index.html", "docs/_build/html/index.html"]
    assert found({"mkdocs.yml": "", "docs/conf.py": "", "hugo.toml": ""}, built).sites == (
        Site("plain", "docs/_build/html", "docs", "docs/conf.py"),
        Site("plain", "site", "", "mkdocs.yml"),
    )


def test_html_that_no_tool_has_made_is_not_taken_for_a_site():
    files = {"index.html": "", "docs/index.html": "", "tests/dist/index.html": "", "public/index.html": ""}
    assert found(files).sites == ()
    assert found({**files, "package.json": package(vite="6")}).sites == ()


def test_what_is_not_built_or_cannot_be_served_is_said():
    next_js = {"web/package.json": package(next="16")}
    assert found(next_js).unserved == (
        "web/package.json makes a site with next, and web/out has no index.html yet",
    )
    (why,) = found(next_js, ["web/.next/BUILD_ID"]).unserved
    assert why.startswith("web/.next cannot be served by itself")
    assert found({"package.json": package(left="1")}).unserved == ()


def test_installed_packages_are_no_sites():
    files = {
        "node_modules/a/package.json": package(vite="1"),
        "x/node_modules/b/package.json": package(vite="1"),
    }
    assert found(files, ["node_modules/a/dist/index.html", "x/node_modules/b/dist/index.html"]).sites == ()


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"nope", b"\xff", b'{"dependencies": []}', b"[" * 100_000, b'{"dependencies": null}'],
)
def test_a_manifest_that_cannot_be_read_names_no_tool(manifest):
    assert found({"package.json": manifest}, ["dist/index.html"]).sites == (
        Site("plain", "dist", "", "package.json"),
    )


def test_a_directory_that_is_named_is_found_before_it_is_there():
    files = {"app/web/package.json": package(next="16"), "app/pnpm-lock.yaml": ""}
    site = Site("next", "app/web/public", "app", "app/web/package.json")
    assert found(files, folder="app", directory="web/public").sites == (site,)
    assert found({"a.py": ""}, directory="site").sites == (Site("plain", "site", "", "site/index.html"),)
    tracked = {"docs/index.html": "", "docs/a.css": ""}
    assert found(tracked, directory="./docs/").sites == (Site("plain", "docs", "docs", "docs/index.html"),)
    assert found({"index.html": ""}, directory=".").sites == (Site("plain", "", "", "index.html"),)


@pytest.mark.parametrize("directory", ["../x", "/x", "a/../../x", ".."])
def test_a_directory_outside_is_refused(directory):
    with pytest.raises(ConfigurationError, match="leads out"):
        found({}, directory=directory)


def test_programs_and_addresses_are_sites():
    files = {"web/package.json": package(), "web/yarn.lock": ""}
    start = found(files, folder="web", start="npm start", ready="http://127.0.0.1:3000/")
    assert start.sites == (Site("start", "web", "web", "web/package.json"),)
    assert found(files, folder="web", urls=("https://example.com/",)).sites == (
        Site("urls", "web", "web", "web/.lockgate.yml"),
    )


@pytest.mark.parametrize(
    "keys",
    [
        {"urls": ("https://example.com/",), "directory": "out"},
        {"start": "x", "ready": "http://127.0.0.1/", "directory": "out"},
        {"start": "x"},
        {"ready": "http://127.0.0.1/"},
    ],
)
def test_keys_that_contradict_each_other_are_refused(keys):
    with pytest.raises(ConfigurationError, match=r"gates\.lighthouse"):
        found({}, **keys)


@pytest.mark.parametrize(
    ("path", "touches"),
    [
        ("app/web/page.tsx", True), ("app/web/README.md", True), ("app/package.json", True),
        ("pnpm-lock.yaml", True), ("app/api.py", False), ("app/website/x", False),
        ("other/package.json", False),
    ],
)  # fmt: skip
def test_what_touches_a_site(path, touches):
    site = Site("next", "app/web/out", "app/web", "app/web/package.json")
    assert touched(site, {path}) is touches
    assert touched(site, None)
    assert not touched(site, set())


def test_a_site_at_the_top_is_touched_by_anything():
    site = Site("vite", "dist", "", "package.json")
    assert touched(site, {"x"})
    assert not touched(site, frozenset())


def test_a_build_says_of_which_kind_it_is():
    site = Site("next", "out", "", "package.json")
    assert settled(site, ["_next/static/x.js"]).kind == "next"
    assert settled(site, ["index.html"]).kind == "plain"
    assert settled(site, [".vite/manifest.json"]).kind == "vite"
    assert settled(Site("vite", "dist", "", "package.json"), ["index.html"]).kind == "vite"


def test_sites_of_a_tree_are_on_disk_ignored_not_excluded_and_not_behind_links(tmp_path):
    checkout = Checkout(tmp_path / "repo")
    manifests = {f"{name}/package.json": package(vite="6") for name in ("a", "b", "c")}
    checkout.commit({**manifests, ".gitignore": "dist\n"})
    write(checkout.root, {"a/dist/index.html": "", "b/dist/index.html": ""})
    (checkout.root / "c/dist").symlink_to(checkout.root / "a/dist")
    tree = of_checkout(find_git(checkout.root), "", (), lambda data: str(len(data)))
    folders = [site.folder for site in find_in(tree, GateConfiguration()).sites]
    assert folders == ["a/dist", "b/dist"]
    assert [site.folder for site in find_in(tree, GateConfiguration(exclude=("b/",))).sites] == ["a/dist"]
    assert own(GateConfiguration(exclude=("b/",))).exclude == ("b/",)

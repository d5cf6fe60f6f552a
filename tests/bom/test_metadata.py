"""Licences of Python packages from an index: metadata alone, each version once, and no answer is an error."""

import os
import time
from datetime import date, timedelta

import pytest
from package_index import Index, serving

from lockgate.bom.metadata import Pip, Said, asked_as, of_components, with_licences
from lockgate.cache import Cache
from lockgate.errors import ToolError
from lockgate.host import host
from lockgate.inventory.model import Component, File, Inventory, Kind, Origin
from lockgate.toolset import python_of

HOME = host(os.environ).home
TODAY = date(2026, 11, 21)
MIT = "License :: OSI Approved :: MIT License"


def component(name, version="1.0", **values):
    digests = values.pop("hashes", ())
    files = tuple(File(f"{name}.whl", hashes=(digest,)) for digest in digests)
    return Component(
        key=f"{name}@{version}", ecosystem=values.pop("ecosystem", "PyPI"), name=name, version=version,
        line=1, files=files, **values,
    )  # fmt: skip


class Asked:
    """Answer from a table, and remember what was asked."""

    def __init__(self, **said):
        self.said, self.parts = said, []

    def __call__(self, keys):
        self.parts.append(list(keys))
        return {key: self.said[key[0]] for key in keys if key[0] in self.said}


def licences(components, ask, cache=None, today=TODAY):
    return of_components(components, known=cache or Cache(None), today=today, ask=ask)


@pytest.fixture
def index(monkeypatch, tmp_path):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("HOME", str(tmp_path))  # no configuration of pip but this test's
    made = Index()
    with serving(made) as address:
        monkeypatch.setenv("PIP_INDEX_URL", address)
        yield made


@pytest.fixture(scope="module")
def python():
    """Find it before a test says where the index is: it is made with that of this machine."""
    return python_of("audit", HOME)


@pytest.fixture
def pip(python):
    return lambda seconds=60.0: Pip(HOME, time.monotonic() + seconds, lambda *_: python)


def test_pip_asks_for_metadata_alone_and_finds_the_one_that_is_not_there(pip, index):
    digest = index.add("loom", "1.0", "License-Expression: Apache-2.0 OR MIT")
    index.add("reed", "2.0", f"Classifier: {MIT}")
    found = pip()([("loom", "1.0"), ("gone", "1.0"), ("reed", "2.0")])
    assert {key: said.licence for key, said in found.items()} == {
        ("loom", "1.0"): "Apache-2.0 OR MIT", ("reed", "2.0"): MIT,
    }  # fmt: skip
    assert found["loom", "1.0"].hashes == {digest}
    assert not [path for path in index.asked if path.endswith(".whl")]


def test_an_index_of_html_pages_answers_too(pip, index):
    index.html = True
    index.add("loom", "1.0", "License: ISC")
    assert pip()([("loom", "1.0")])["loom", "1.0"].licence == "ISC"


@pytest.mark.parametrize(
    "answer",
    [(403, "text/plain", b"no"), pytest.param((500, "text/plain", b"no"), marks=pytest.mark.full),
     pytest.param((429, "text/plain", b"no"), marks=pytest.mark.full),
     pytest.param((200, "application/pdf", b"no"), marks=pytest.mark.full)],
    ids=["403", "500", "429", "pdf"],
)  # fmt: skip
def test_an_index_that_does_not_answer_for_one_is_an_error(pip, index, answer):
    index.add("loom", "1.0")
    index.answers["/simple/reed/"] = answer
    with pytest.raises(ToolError, match="gives no licences"):
        pip()([("loom", "1.0"), ("reed", "2.0")])


@pytest.mark.full
def test_metadata_that_is_not_as_its_page_says_is_an_error(pip, index):
    index.add("loom", "1.0")
    index.answers["/files/loom-1.0-py3-none-any.whl.metadata"] = (200, "text/plain", b"Name: other\n")
    with pytest.raises(ToolError, match="gives no licences"):
        pip()([("loom", "1.0")])


@pytest.mark.full
def test_a_machine_without_an_index_is_told_so(pip, index, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(ToolError, match="gives no licences"):
        pip()([("loom", "1.0")])


@pytest.mark.full
def test_the_time_has_an_end(pip, index):
    index.add("loom", "1.0")
    with pytest.raises(ToolError, match="was stopped"):
        pip(0.0)([("loom", "1.0")])


@pytest.mark.full
def test_a_real_index_answers(pip):
    found = pip()([("attrs", "24.2.0"), ("promise", "2.3"), ("requests", "2.31.0")])  # promise has no wheel
    assert {key: said.licence for key, said in found.items()} == {
        ("attrs", "24.2.0"): "MIT",
        ("requests", "2.31.0"): "License :: OSI Approved :: Apache Software License",
    }  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        component("loom", licence="MIT"),
        component("loom", ecosystem="npm"),
        component("loom", origin=Origin(Kind.GIT, "https://git.example/loom")),
        component("loom", origin=Origin(Kind.PATH, ".")),
        component("loom", "2004d"),
        component("loom", ""),
        component("loom", "1.0\n--index-url=http://evil.example"),
        component("--index-url=http://evil.example"),
        component("loom\nother"),
        component("../loom"),
    ],
)
def test_what_is_not_asked_for(other):
    ask = Asked(loom=Said("MIT"))
    assert asked_as(other) is None
    assert (licences([other], ask), ask.parts) == ({}, [])


def test_names_and_versions_are_asked_as_the_index_writes_them():
    assert asked_as(component("Zope.Interface", "1.0.0-RC1")) == ("zope-interface", "1.0.0rc1")


def test_what_is_known_is_asked_once_and_what_is_not_there_each_week():
    cache, ask = Cache(None), Asked(loom=Said("MIT"), mute=Said(""))
    parts = [component("loom"), component("mute"), component("gone")]
    for _ in range(2):
        assert licences(parts, ask, cache) == {("loom", "1.0"): "MIT", ("mute", "1.0"): ""}
    assert ask.parts == [[("gone", "1.0"), ("loom", "1.0"), ("mute", "1.0")]]
    licences(parts, ask, cache, TODAY + timedelta(days=7))
    assert ask.parts[1:] == [[("gone", "1.0")]]


def test_two_versions_of_one_package_are_asked_apart():
    ask = Asked(loom=Said("MIT"))
    found = licences([component("loom"), component("loom", "2.0"), component("reed")], ask)
    assert found == {("loom", "1.0"): "MIT", ("loom", "2.0"): "MIT"}
    assert ask.parts == [[("loom", "1.0"), ("reed", "1.0")], [("loom", "2.0")]]


@pytest.mark.parametrize(
    ("locked", "believed"), [((), True), (("sha256:aa",), True), (("sha256:bb",), False)]
)
def test_another_file_than_the_lock_has_is_not_believed(locked, believed):
    ask = Asked(loom=Said("MIT", frozenset({"sha256:aa"})))
    assert bool(licences([component("loom", hashes=locked)], ask)) is believed


def test_a_failure_keeps_what_was_answered_before():
    cache = Cache(None)

    def ask(keys):
        if ("loom", "2.0") in keys:
            raise ToolError("no", cause="no", todo="no")
        return {("loom", "1.0"): Said("MIT")}

    with pytest.raises(ToolError):
        licences([component("loom"), component("loom", "2.0")], ask, cache)
    assert licences([component("loom")], Asked(), cache) == {("loom", "1.0"): "MIT"}


def test_only_those_without_a_licence_get_one():
    parts = (component("Loom"), component("reed", licence="ISC"), component("gone"))
    inventory = Inventory(path="uv.lock", kind="uv.lock", ecosystem="PyPI", components=parts)
    (filled,) = with_licences([inventory], {("loom", "1.0"): "MIT", ("reed", "1.0"): "MIT"})
    assert [each.licence for each in filled.components] == ["MIT", "ISC", ""]

"""The gate `sbom` with licences that an index knows: in the bills of both sides, or an error."""

import json
from datetime import date

import pytest

from checkouts import Checkout
from lockgate.bom.metadata import Said
from lockgate.cache import Cache
from lockgate.config import Limits
from lockgate.config.model import SbomConfiguration
from lockgate.errors import ToolError
from lockgate.gates.protocol import Task
from lockgate.gates.sbom import making
from lockgate.git import Git
from lockgate.tree import of_change, of_checkout

LOCK = "requirements.txt"
MIT = "License :: OSI Approved :: MIT License"


@pytest.fixture
def checkout(tmp_path):
    made = Checkout(tmp_path / "shop")
    made.commit({LOCK: "flask==3.0.0\n"})
    return made


class Index:
    """Be an index that has the same licence for all."""

    def __init__(self, licence=MIT, fails=None):
        self.licence, self.fails, self.asked = licence, fails, []

    def __call__(self, home, seconds):
        return self.ask

    def ask(self, keys):
        if self.fails:
            raise self.fails
        self.asked += keys
        return {key: Said(self.licence) for key in keys}


def run(tree, index, **fields):
    task = Task(
        tree=tree, configuration=SbomConfiguration(**fields), limits=Limits(), jobs=1, cache=Cache(None),
        home=tree.root, today=date(2026, 1, 1),
    )  # fmt: skip
    return making.run(task, [LOCK], index)


def whole(checkout):
    return of_checkout(Git(checkout.root), "", (), bytes.hex)


def licences(output):
    document = json.loads(output.documents["sbom.cdx.json"])
    return {each["name"]: each.get("licenses") for each in document["components"] if each["name"] == "flask"}


def test_a_bill_has_the_licence_that_the_index_knows(checkout):
    index = Index()
    output = run(whole(checkout), index, licences="index")
    said = json.dumps(licences(output))
    assert '"MIT"' in said
    assert index.asked == [("flask", "3.0.0")]
    assert [note.level for note in output.notifications] == ["note"]


def test_the_network_is_left_alone_by_default(checkout):
    index = Index()
    assert licences(run(whole(checkout), index)) == {"flask": None}
    assert index.asked == []


def test_both_sides_have_them_so_that_the_change_says_nothing_of_licences(checkout, tmp_path):
    base = checkout.commit({"a.py": ""})
    head = checkout.commit({LOCK: "flask==3.0.1\n"})
    tree = of_change(Git(checkout.root), "", (), bytes.hex, base=base, head=head, workspace=tmp_path / "work")
    index = Index()
    output = run(tree, index, licences="index")
    assert sorted(index.asked) == [("flask", "3.0.0"), ("flask", "3.0.1")]
    assert [row[0] for row in output.tables[0].rows] == ["upgraded"]


def test_an_index_that_does_not_answer_is_an_error(checkout):
    fails = ToolError("the index is away", cause="no network", todo="find one")
    output = run(whole(checkout), Index(fails=fails), licences="index")
    assert [note.level for note in output.notifications] == ["error"]
    assert licences(output) == {"flask": None}

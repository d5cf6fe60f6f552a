"""The gate `sbom` over real repositories: bills of the whole, what the change alters, what is missing."""

import json
from datetime import date
from hashlib import sha256

import pytest

from checkouts import Checkout
from lockgate.bom.validate import problems
from lockgate.cache import Cache
from lockgate.config import Limits
from lockgate.config.model import SbomConfiguration
from lockgate.errors import ToolError
from lockgate.finding import NOT_SCANNED
from lockgate.gates.protocol import Task
from lockgate.gates.sbom import gate
from lockgate.git import Git
from lockgate.tree import of_change, of_checkout, of_folder

INTEGRITY = "sha512-" + "A" * 86 + "=="
REQUIREMENTS = "flask==3.0.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"


def digest(data):
    return sha256(data).hexdigest()


def package_lock(**versions):
    packages = {
        "": {"name": "web", "version": "1.0.0", "dependencies": dict.fromkeys(versions, "*")},
        **{
            f"node_modules/{name}": {"version": version, "integrity": INTEGRITY, "license": "MIT"}
            for name, version in versions.items()
        },
    }  # fmt: skip
    document = {"name": "web", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    return json.dumps(document, indent=2)


@pytest.fixture
def checkout(tmp_path):
    made = Checkout(tmp_path / "shop")
    made.commit(
        {
            "api/requirements.txt": REQUIREMENTS,
            "web/package-lock.json": package_lock(left="1.0.0"),
            "a.py": "",
        }
    )
    return made


def task(tree, **fields):
    configuration = SbomConfiguration(**{name: fields.pop(name) for name in [*fields] if name != "epoch"})
    return Task(
        tree=tree, configuration=configuration, limits=Limits(), jobs=1, cache=Cache(None), home=tree.root,
        today=date(2026, 1, 1), **fields,
    )  # fmt: skip


def whole(checkout, exclude=(), **fields):
    return gate.run(task(of_checkout(Git(checkout.root), "", exclude, digest), **fields))


def change(checkout, tmp_path, **fields):
    git = Git(checkout.root)
    head, base = git.resolve("HEAD"), git.resolve("HEAD~1")
    tree = of_change(git, "", (), digest, base=base, head=head, workspace=tmp_path / "w")
    return gate.applies(tree, SbomConfiguration()), gate.run(task(tree, **fields))


def names(data):
    document = json.loads(data)
    return {(each["name"], each.get("version")) for each in document["components"]}


def test_there_is_a_bill_of_all_in_two_formats_and_one_of_each_lock(checkout):
    output = whole(checkout)
    assert sorted(output.documents) == [
        "sbom-api-requirements.txt.cdx.json", "sbom-web-package-lock.json.cdx.json",
        "sbom.cdx.json", "sbom.spdx.json",
    ]  # fmt: skip
    assert all(problems(json.loads(data)) == [] for data in output.documents.values())
    assert {("flask", "3.0.0"), ("left", "1.0.0")} <= names(output.documents["sbom.cdx.json"])
    assert ("left", "1.0.0") not in names(output.documents["sbom-api-requirements.txt.cdx.json"])
    assert json.loads(output.documents["sbom.cdx.json"])["metadata"]["component"]["name"] == "shop"
    assert (output.findings, output.notifications) == ((), ())
    assert output.counts == {"lockgate": 2}


def test_one_lock_has_one_bill(checkout):
    checkout.commit({"web/package-lock.json": None})
    assert sorted(whole(checkout).documents) == ["sbom.cdx.json", "sbom.spdx.json"]
    checkout.commit({"Dockerfile": "FROM debian:12\n", ".github/workflows/a.yml": "jobs: {}\n"})
    assert sorted(whole(checkout).documents) == [
        "sbom-api-requirements.txt.cdx.json", "sbom.cdx.json", "sbom.spdx.json",
    ]  # fmt: skip


def test_the_same_commit_gives_the_same_bytes_wherever_it_lies(checkout, tmp_path):
    first = whole(checkout).documents
    other = Checkout(tmp_path / "elsewhere" / "shop")
    other.git("pull", "-q", str(checkout.root), "main")
    assert whole(other).documents == first
    assert whole(checkout, epoch="0").documents != first
    assert b"1970-01-01T00:00:00Z" in whole(checkout, epoch="0").documents["sbom.cdx.json"]


def test_names_of_bills_are_plain_and_their_own(checkout):
    checkout.commit(
        {"a b/uv.lock": "version = 1\n", "a&b/uv.lock": "version = 1\n", "a/\u202e/uv.lock": "version = 1\n"}
    )
    files = [name for name in whole(checkout).documents if "uv.lock" in name]
    assert sorted(files) == [
        "sbom-a-b-uv.lock-2.cdx.json",
        "sbom-a-b-uv.lock.cdx.json",
        "sbom-a-uv.lock.cdx.json",
    ]


def test_what_is_excluded_is_in_no_bill(checkout):
    output = whole(checkout, exclude=("api/",))
    assert ("flask", "3.0.0") not in names(output.documents["sbom.cdx.json"])
    tree = of_checkout(Git(checkout.root), "", (), digest)
    own = SbomConfiguration(exclude=("web/",))
    assert gate.applies(tree, own).files == 1


def test_a_change_of_no_lock_has_its_bill_too(checkout, tmp_path):
    checkout.commit({"a.py": "x = 1\n"})
    applies, output = change(checkout, tmp_path)
    assert (applies.files, applies.reason) == (2, "2 lock files")
    assert ("left", "1.0.0") in names(output.documents["sbom.cdx.json"])
    assert [table.title for table in output.tables] == ["Bill of materials: scores"]


def test_what_the_change_alters_is_shown(checkout, tmp_path):
    checkout.commit({"web/package-lock.json": package_lock(left="2.0.0", fresh="0.1.0")})
    _, output = change(checkout, tmp_path)
    assert output.tables[0].title == "Bill of materials: what this change alters"
    assert output.tables[0].rows == (
        ("added", "npm:fresh", "", "0.1.0"),
        ("upgraded", "npm:left", "1.0.0", "2.0.0"),
    )


def test_a_lock_that_cannot_be_read_is_named_and_new_only_where_it_is(checkout, tmp_path):
    checkout.commit({"web/package-lock.json": '{"lockfileVersion": 3, "packages": {'})
    _, output = change(checkout, tmp_path)
    (finding,) = output.findings
    assert (finding.rule, finding.path) == (NOT_SCANNED, "web/package-lock.json")
    assert finding.fingerprint not in output.known
    assert [rule.id for rule in output.rules] == [NOT_SCANNED]
    assert ("flask", "3.0.0") in names(output.documents["sbom.cdx.json"])
    checkout.commit({"api/requirements.txt": REQUIREMENTS.replace("3.0.0", "3.0.1")})
    _, later = change(checkout, tmp_path / "later")
    assert later.known == {each.fingerprint for each in later.findings}
    checkout.commit({"web/package-lock.json": package_lock(left="1.0.0")})
    _, mended = change(checkout, tmp_path / "mended")
    assert (mended.findings, [each.rule for each in mended.gone]) == ((), [NOT_SCANNED])


@pytest.mark.parametrize(("wanted", "found"), [(0, 0), (20, 0), (100, 1)])
def test_a_score_below_what_is_asked_for_is_a_finding(checkout, wanted, found):
    output = whole(checkout, standard="bsi", min_score=wanted)
    assert [(each.rule, each.path) for each in output.findings] == [
        ("score-too-low", "api/requirements.txt")
    ] * found


def test_a_score_that_was_low_before_is_known(checkout, tmp_path):
    checkout.commit({"api/requirements.txt": REQUIREMENTS.replace("3.0.0", "3.0.1")})
    _, output = change(checkout, tmp_path, standard="bsi", min_score=100)
    assert {each.fingerprint for each in output.findings} == output.known


def test_without_a_lock_it_does_not_apply(tmp_path):
    (tmp_path / "a.py").write_text("")
    tree = of_folder(tmp_path, (), digest)
    applies = gate.applies(tree, SbomConfiguration())
    assert (applies.files, applies.reason) == (0, "no lock file")


@pytest.mark.parametrize("python", ["python3", ".venv/bin/python", "HERE/.venv/bin/python"])
def test_no_python_of_the_checkout_is_run(checkout, python):
    marker = checkout.root / "ran"
    program = checkout.write(".venv/bin/python", f"#!/bin/sh\ntouch {marker}\n")
    program.chmod(0o755)
    with pytest.raises(ToolError, match="which is not run"):
        whole(checkout, environment=python.replace("HERE", str(checkout.root)))
    assert not marker.exists()

"""A fix that changes another file than its finding's: whole or not at all, and only where a line pins it."""

import pytest

from lockgate.cli.mending import Mended, files_of, mend
from lockgate.finding import Edit
from verdicts import finding

MANIFEST = b'{\n  "dependencies": {\n    "lodash": "4.17.15"\n  }\n}\n'
OTHER = b'{\n  "lodash": "4.17.15"\n}\n'


def edit(line, column, path, old="4.17.15", new="4.17.21"):
    return Edit(line, column, line, column + len(old), old, new, path)


ONE, TWO = edit(3, 16, "package.json"), edit(2, 14, "a/package.json")


def vulnerable(*edits, **changes):
    values = {
        "tool": "osv", "rule": "GHSA-1", "path": "package-lock.json", "line": 9, "fingerprint": "f" * 32,
        "package": "pkg:npm/lodash@4.17.15", "fixed_in": "4.17.21", "fix": edits,
    }  # fmt: skip
    return finding(**values | changes)


def test_the_manifest_is_changed_and_the_lock_is_not_needed():
    found = vulnerable(ONE)
    assert files_of(found) == {"package.json"}
    after = MANIFEST.replace(b"4.17.15", b"4.17.21")
    assert mend({"package.json": MANIFEST}, [found]) == Mended({"package.json": after}, [found])


def test_several_findings_of_one_pin_are_mended_by_one_edit():
    found = [vulnerable(ONE), vulnerable(ONE, rule="GHSA-2")]
    assert mend({"package.json": MANIFEST}, found).done == found


def test_two_that_want_different_versions_are_not_both_mended():
    found = [vulnerable(ONE), vulnerable(edit(3, 16, "package.json", new="5.0.0"), rule="GHSA-2")]
    mended = mend({"package.json": MANIFEST}, found)
    assert (mended.done, [each for each, _ in mended.left]) == (found[:1], found[1:])
    assert b"4.17.21" in mended.files["package.json"]


def test_a_fix_in_two_files_is_whole():
    found = vulnerable(ONE, TWO)
    files = {"package.json": MANIFEST, "a/package.json": OTHER}
    assert sorted(mend(files, [found]).files) == ["a/package.json", "package.json"]


@pytest.mark.parametrize(
    "other",
    [OTHER.replace(b"4.17.15", b"4.17.16"), OTHER.replace(b"lodash", b"lodaSh2"), b"\xff", b"", "gone"],
)
def test_a_fix_that_fits_in_one_of_two_files_is_none(other):
    found = vulnerable(ONE, TWO)
    mended = mend({"package.json": MANIFEST, "a/package.json": other}, [found])
    assert (mended.files, mended.done, len(mended.left)) == ({}, [], 1)


@pytest.mark.parametrize("new", ["", "4.17.21\n", "$(id)", 'x", "evil": "1', "x" * 101, "latest"])
def test_a_report_brings_versions_only(new):
    found = vulnerable(edit(3, 16, "package.json", new=new))
    ((_, why),) = mend({"package.json": MANIFEST}, [found]).left
    assert why == "the report has a fix for it that puts no version in the place of another"


def test_a_report_changes_no_other_component():
    found = vulnerable(ONE, package="pkg:npm/underscore@4.17.15")
    ((_, why),) = mend({"package.json": MANIFEST}, [found]).left
    assert why == "the line no longer pins its component"

"""The report's folder: names with folders of its own, and none that lead out of it."""

import pytest

from lockgate.cli.output import prepare, write
from lockgate.errors import PlatformError

LHR = "lighthouse/head/index-1.json.gz"


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_report_may_have_folders_of_its_own(tmp_path):
    folder = tmp_path / "report"
    prepare(folder)
    for data in (b"one", b"two"):
        write(folder, {"verdict.json": b"{}", LHR: data, "lighthouse/base/index-1.json.gz": b"x"})
        assert (folder / LHR).read_bytes() == data
    assert files(folder) == {".gitignore", "verdict.json", LHR, "lighthouse/base/index-1.json.gz"}
    assert (folder / ".gitignore").read_bytes() == b"*\n"


@pytest.mark.parametrize(
    "name",
    [
        "", "/", "..", "../x", "a/../x", "/etc/x", "a//b", "a/", "./a", ".gitignore", "a/.git/x", "a\\b",
        "a\0b", "a\nb", "a b", "é", "-x", "C:x", "a" * 129, "a/b/c/d/e",
    ],
)  # fmt: skip
def test_a_name_that_could_lead_elsewhere_writes_nothing(tmp_path, name):
    folder = tmp_path / "report"
    prepare(folder)
    with pytest.raises(ValueError, match="lead out"):
        write(folder, {"verdict.json": b"{}", name: b"x"})
    assert files(tmp_path) == {"report/.gitignore"}


@pytest.mark.parametrize("link", ["lighthouse", "lighthouse/head"])
def test_a_folder_that_is_a_link_is_not_followed(tmp_path, link):
    folder, elsewhere = tmp_path / "report", tmp_path / "elsewhere"
    elsewhere.mkdir()
    prepare(folder)
    (folder / link).parent.mkdir(exist_ok=True)
    (folder / link).symlink_to(elsewhere)
    with pytest.raises(PlatformError, match=f"{link} in it is a link"):
        write(folder, {LHR: b"x"})
    assert list(elsewhere.iterdir()) == []


def test_a_file_where_a_folder_belongs_is_said(tmp_path):
    prepare(tmp_path / "report")
    (tmp_path / "report" / "lighthouse").write_text("mine")
    with pytest.raises(PlatformError, match="cannot be written"):
        write(tmp_path / "report", {LHR: b"x"})
    assert (tmp_path / "report" / "lighthouse").read_text() == "mine"

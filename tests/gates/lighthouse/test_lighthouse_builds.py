"""Build directories on disk: what is taken for a build, and what is not."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from gates.running import write
from lockgate.errors import ToolError
from lockgate.gates.lighthouse.sites import builds, kept_builds
from lockgate.gates.lighthouse.sites.builds import of_folder

FILES = {"index.html": "<!doctype html>", "_next/a.js": "1", ".vite/manifest.json": "{}"}


def test_a_build_holds_its_files_and_nothing_else(tmp_path):
    write(tmp_path / "out", {**FILES, ".git/config": "", "node_modules/x/index.html": ""})
    (tmp_path / "out/link.html").symlink_to("index.html")
    (tmp_path / "out/links").symlink_to("/")
    os.mkfifo(tmp_path / "out/pipe")
    build = of_folder(tmp_path / "out", "out")
    assert build.files == (".vite/manifest.json", "_next/a.js", "index.html")


def test_a_digest_names_the_names_and_the_contents(tmp_path):
    variants = [FILES, {**FILES, "_next/a.js": "2"}, {**FILES, "_next/b.js": "1", "_next/a.js": None}]
    digests = []
    for number, files in enumerate([*variants, FILES]):
        write(tmp_path / str(number), FILES)
        write(tmp_path / str(number), files)
        digests.append(of_folder(tmp_path / str(number), "out").digest)
    assert len(set(digests)) == 3
    assert digests[0] == digests[3]


@pytest.mark.parametrize(
    ("files", "what"),
    [(None, "`out` is not there"), ({}, "`out` is empty"), ({"server.js": ""}, "`out` has no HTML page")],
)
def test_what_is_no_build_says_what_to_do(tmp_path, files, what):
    if files is not None:
        (tmp_path / "out").mkdir()
        write(tmp_path / "out", files)
    with pytest.raises(ToolError) as caught:
        of_folder(tmp_path / "out", "out")
    assert caught.value.what == what
    assert "gates.lighthouse." in caught.value.todo


def test_hostile_names_are_names(tmp_path):
    names = [
        "sp ace.html",
        "50%.html",
        "ünï.html",
        "new\nline.html",
        "::error::x.html",
        os.fsdecode(b"\xff.html"),
    ]
    write(tmp_path, dict.fromkeys(names, "<!doctype html>"))
    assert of_folder(tmp_path, "out").files == tuple(sorted(names))


def test_a_folder_that_is_nested_deeply(tmp_path):
    here = os.open(tmp_path, os.O_RDONLY)
    top = here
    for _ in range(1_500):
        os.mkdir("d", dir_fd=here)
        here = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(top)
        top = here
    os.close(here)
    write(tmp_path, {"index.html": ""})
    assert of_folder(tmp_path, "out").files == ("index.html",)


def test_too_many_files_are_refused(tmp_path):
    write(tmp_path, {"index.html": ""})
    for number in range(builds.MOST_FILES):
        (tmp_path / str(number)).touch()
    with pytest.raises(ToolError, match="20,000 files"):
        of_folder(tmp_path, "out")


def test_too_many_bytes_are_refused(tmp_path):
    write(tmp_path, {"index.html": ""})
    with (tmp_path / "film.mp4").open("wb") as film:
        film.truncate(builds.MOST_BYTES + 1)
    with pytest.raises(ToolError, match="2 GB"):
        of_folder(tmp_path, "out")


def made(folder, text):
    write(folder, {"index.html": text, "a/b.js": text})
    return of_folder(folder, "out")


def test_a_build_is_kept_and_taken(tmp_path):
    build = made(tmp_path / "out", "1")
    write(tmp_path / "out", {"node_modules/x": ""})
    place = kept_builds.place(tmp_path / "home", ["tree", "npm run build"])
    kept_builds.keep(build, place)
    taken = kept_builds.take(place, tmp_path / "into", "out")
    assert (taken.digest, taken.files, taken.folder) == (build.digest, build.files, tmp_path / "into")
    assert place != kept_builds.place(tmp_path / "home", ["tree", "npm run built"])
    assert place.parent.stat().st_mode & 0o077 == 0


def test_a_kept_build_that_is_not_whole_is_made_anew(tmp_path):
    build = made(tmp_path / "out", "1")
    place = kept_builds.place(tmp_path / "home", ["x"])
    assert kept_builds.take(place, tmp_path / "into", "out") is None
    kept_builds.keep(build, place)
    (place / "files/a/b.js").unlink()
    assert kept_builds.take(place, tmp_path / "into", "out") is None
    assert not (tmp_path / "into").exists()
    kept_builds.keep(build, place)
    assert kept_builds.take(place, tmp_path / "into", "out").digest == build.digest


def test_the_oldest_builds_make_room(tmp_path):
    places = [kept_builds.place(tmp_path / "home", [str(number)]) for number in range(kept_builds.MOST + 2)]
    for number, place in enumerate(places):
        kept_builds.keep(made(tmp_path / str(number), str(number)), place)
        os.utime(place, (number, number) if number != 1 else None)
    assert [place.exists() for place in places] == [False, True, False, True, True, True, True]
    assert len(list(places[0].parent.iterdir())) == kept_builds.MOST


def test_runs_at_once_do_not_disturb_each_other(tmp_path):
    build = made(tmp_path / "out", "1")
    place = kept_builds.place(tmp_path / "home", ["x"])

    def run(number):
        kept_builds.keep(build, place)
        return kept_builds.take(place, tmp_path / f"into{number}", "out")

    with ThreadPoolExecutor(8) as runs:
        taken = list(runs.map(run, range(40)))
    assert {each.digest for each in taken if each} == {build.digest}
    assert [each.name for each in place.parent.iterdir()] == [place.name]


def test_a_home_that_cannot_be_written_is_no_error(tmp_path):
    write(tmp_path, {"home": "a file"})
    place = kept_builds.place(tmp_path / "home", ["x"])
    kept_builds.keep(made(tmp_path / "out", "1"), place)
    assert kept_builds.take(place, tmp_path / "into", "out") is None

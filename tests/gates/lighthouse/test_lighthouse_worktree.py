"""Where both sides' builds come from: the disk, git, a folder that is given, or the project's programs."""

import sys
import time

import pytest

from checkouts import Checkout as Repository
from gates.running import write
from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.errors import ConfigurationError, ToolError
from lockgate.gates.lighthouse.model import Site
from lockgate.gates.lighthouse.sites.both_sides import Checkout, base, base_tree, head
from lockgate.gates.lighthouse.sites.building import arguments, build, last_words
from lockgate.gates.lighthouse.sites.exported import export
from lockgate.git import find as find_git

SITE = Site("plain", "web/out", "web", "web/package.json")
PAGE = "<!doctype html>"
# It says how often it ran, and copies a source into the build directory.
BUILDER = f"""import pathlib, os
with open({{log!r}}, "a") as log: log.write("ran\\n")
pathlib.Path("web/out").mkdir()
pathlib.Path("web/out/index.html").write_text("{PAGE}" + pathlib.Path("web/source.txt").read_text())
"""


def state(folder):
    """Give all that a checkout has, git's own files too, with times."""
    return {str(each): (each.lstat().st_mtime_ns, each.lstat().st_size) for each in sorted(folder.rglob("*"))}


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "repo")


@pytest.fixture
def place(tmp_path, repository):
    """Give a function that describes a fresh run over the repository against a commit."""

    def made(commit=None, name="run"):
        (tmp_path / name).mkdir()
        git = find_git(repository.root)
        return Checkout(git.root, "", tmp_path / "home", tmp_path / name, 30.0, git, commit)

    return made


def builder(tmp_path):
    script = BUILDER.format(log=str(tmp_path / "log"))
    return LighthouseConfiguration(build=(f"{sys.executable} make.py",)), script


def pages(build):
    return {file: (build.folder / file).read_text() for file in build.files}


def test_the_head_is_on_disk(repository, place):
    write(repository.root, {"web/out/index.html": PAGE})
    repository.commit({"a": "1"})
    assert pages(head(SITE, place(), LighthouseConfiguration())) == {"index.html": PAGE}


def test_the_head_is_built_where_it_is_not_there_yet(tmp_path, repository, place):
    configuration, script = builder(tmp_path)
    repository.commit({"make.py": script, "web/source.txt": "head"})
    for name in ("one", "two"):
        assert pages(head(SITE, place(name=name), configuration)) == {"index.html": f"{PAGE}head"}
    assert (tmp_path / "log").read_text() == "ran\n"


def test_a_head_that_is_not_there_says_so(repository, place):
    repository.commit({"a": "1"})
    with pytest.raises(ToolError, match="`web/out` is not there"):
        head(SITE, place(), LighthouseConfiguration())


def test_a_build_directory_behind_a_link_is_refused(tmp_path, repository, place):
    write(tmp_path / "elsewhere", {"index.html": PAGE, "secret.txt": ""})
    repository.commit({"web/package.json": "{}"})
    (repository.root / "web/out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ToolError, match="symbolic link"):
        head(SITE, place(), LighthouseConfiguration())


def test_the_base_that_git_has_is_taken_from_it_and_the_checkout_stays_as_it_is(repository, place):
    files = {
        "web/out/index.html": PAGE,
        "web/out/a b/ü\n.js": "1",
        "web/package.json": "{}",
        "big": "x" * 9_999,
    }
    commit = repository.commit(files)
    repository.commit({"web/out/index.html": "changed", "web/out/new.js": "2"})
    before = state(repository.root)
    found = base(SITE, place(commit), LighthouseConfiguration())
    assert (found.source, pages(found.build)) == ("git", {"index.html": PAGE, "a b/ü\n.js": "1"})
    assert state(repository.root) == before


def test_a_link_in_the_base_leads_nowhere(tmp_path, repository, place):
    write(tmp_path, {"secret.txt": "not yours"})
    repository.write("web/out/index.html", PAGE)
    (repository.root / "web/out/secret.txt").symlink_to(tmp_path / "secret.txt")
    (repository.root / "web/out/all").symlink_to("/")
    found = base(SITE, place(repository.commit({})), LighthouseConfiguration())
    assert found.build.files == ("index.html",)


def test_names_that_git_refuses_are_refused(tmp_path, repository, place):
    blob = repository.git("hash-object", "-w", "--stdin", stdin=b"[core]\n\tfsmonitor = touch /tmp/x\n")
    inner = repository.git("mktree", stdin=f"100644 blob {blob}\tconfig\n".encode())
    tree = repository.git(
        "mktree", stdin=f"040000 tree {inner}\t.git\n100644 blob {blob}\tindex.html\n".encode()
    )
    commit = repository.git("commit-tree", tree, "-m", "hostile")
    with pytest.raises(Exception, match=r"invalid path|read-tree"):
        export(find_git(repository.root), commit, "", tmp_path / "into")
    assert b"fsmonitor" not in (tmp_path / "into/.git/config").read_bytes()


def test_no_program_of_the_checkout_runs_while_its_base_is_written(tmp_path, repository, place):
    repository.git("config", "filter.evil.smudge", f"touch {tmp_path}/ran; cat")
    repository.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    write(tmp_path, {"hooks/post-checkout": f"#!/bin/sh\ntouch {tmp_path}/ran\n"})
    (tmp_path / "hooks/post-checkout").chmod(0o755)
    commit = repository.commit({".gitattributes": "* filter=evil\n", "web/out/index.html": PAGE})
    assert pages(base(SITE, place(commit), LighthouseConfiguration()).build) == {"index.html": PAGE}
    assert not (tmp_path / "ran").exists()


def test_a_base_that_is_given(tmp_path, repository, place):
    write(tmp_path / "given", {"index.html": "given"})
    commit = repository.commit({"web/out/index.html": PAGE})
    for given in (str(tmp_path / "given"), "../given"):
        found = base(SITE, place(commit, name=str(len(given))), LighthouseConfiguration(base_directory=given))
        assert (found.source, pages(found.build)) == ("given", {"index.html": "given"})
    with pytest.raises(ToolError, match="`nowhere` is not there"):
        base(SITE, place(commit), LighthouseConfiguration(base_directory="nowhere"))


def test_a_base_is_built_once(tmp_path, repository, place):
    configuration, script = builder(tmp_path)
    files = {"make.py": script, "web/source.txt": "base", "web/package.json": "{}", ".gitignore": "out\n"}
    first = repository.commit(files)
    repository.commit({"web/source.txt": "head"})
    before = state(repository.root)
    found = base(SITE, place(first, "one"), configuration)
    assert (found.source, pages(found.build)) == ("built", {"index.html": f"{PAGE}base"})
    found = base(SITE, place(first, "two"), configuration)
    assert (found.source, pages(found.build)) == ("kept", {"index.html": f"{PAGE}base"})
    assert (tmp_path / "log").read_text() == "ran\n"
    assert state(repository.root) == before
    other = repository.commit({"web/source.txt": "other"})
    assert base(SITE, place(other, "three"), configuration).source == "built"


def test_a_base_without_the_site_has_none_and_one_that_nobody_can_build_is_not_known(
    tmp_path, repository, place
):
    configuration, _ = builder(tmp_path)
    old = repository.commit({"a": "1"})
    new = repository.commit({"web/package.json": "{}"})
    assert base(SITE, place(old, "one"), configuration).source == "absent"
    assert base(SITE, place(old, "two"), LighthouseConfiguration()).source == "absent"
    unknown = base(SITE, place(new, "three"), LighthouseConfiguration())
    assert (unknown.source, unknown.build) == ("unknown", None)
    assert "gates.lighthouse.build" in unknown.why
    repository.commit({"web/out/index.html": PAGE})
    assert base(SITE, place(new, "four"), LighthouseConfiguration()).source == "absent"
    assert base(SITE, place(None, "five"), configuration).source == "unknown"


def test_a_build_that_fails_says_its_last_words(tmp_path, repository, place):
    said = "print('x' * 100_000); print('https://u:hunter2@example.com/ ::error::\\x1b[31mno'); exit(3)"
    commit = repository.commit({"make.py": said, "web/package.json": "{}"})
    configuration = LighthouseConfiguration(build=(f"{sys.executable} make.py",))
    with pytest.raises(ToolError) as caught:
        base(SITE, place(commit), configuration)
    assert "failed with code 3" in caught.value.what
    assert "https://***@example.com/ ::error::no" in caught.value.what
    assert len(caught.value.what) < 1_300
    assert "hunter2" not in caught.value.what


def test_a_build_that_makes_nothing_says_so(repository, place):
    commit = repository.commit({"web/package.json": "{}"})
    with pytest.raises(ToolError, match="`web/out of the base` is not there"):
        base(SITE, place(commit), LighthouseConfiguration(build=("true",)))


def test_a_build_that_links_its_directory_elsewhere_is_refused(tmp_path, repository, place):
    write(tmp_path / "elsewhere", {"index.html": PAGE})
    commit = repository.commit({"web/package.json": "{}"})
    configuration = LighthouseConfiguration(build=(f"ln -s {tmp_path / 'elsewhere'} web/out",))
    with pytest.raises(ToolError, match="symbolic link"):
        base(SITE, place(commit), configuration)


def test_a_build_that_takes_too_long_is_ended(tmp_path):
    began = time.monotonic()
    with pytest.raises(ToolError, match=r"stopped after 0\.5 seconds"):
        build(["sleep 60"], tmp_path, 0.5)
    assert time.monotonic() - began < 10


def test_no_shell_reads_a_line_and_no_secret_reaches_a_program(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "hunter2")
    build(
        ["env --null", f'{sys.executable} -c \'import os; open("env", "w").write(str(dict(os.environ)))\''],
        tmp_path,
        30,
    )
    told = (tmp_path / "env").read_text()
    assert "'CI': '1'" in told
    assert "hunter2" not in told
    build(["echo $(touch ran) ; touch too"], tmp_path, 30)
    assert [each.name for each in tmp_path.iterdir()] == ["env"]


@pytest.mark.parametrize("line", ["'", " ", 'a "b', "a\0b"])
def test_a_line_that_is_no_command_is_refused(line):
    with pytest.raises(ConfigurationError, match=r"gates\.lighthouse\.build"):
        arguments(line, "build")


def test_a_program_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ToolError, match="no-such-program could not be started"):
        build(["no-such-program"], tmp_path, 30)


def test_the_tree_of_the_base_is_a_checkout_of_it(tmp_path, repository, place):
    repository.write(
        "run.sh", "#!/bin/sh\ngit rev-parse HEAD > head\ngit status --porcelain > status\n"
    ).chmod(0o755)
    commit = repository.commit({"app/x": "1"})
    repository.commit({"app/x": "2"})
    (repository.root / "link").symlink_to("app/x")
    folder = base_tree(place(commit), LighthouseConfiguration(build=("./run.sh",)))
    assert (folder / "app/x").read_text() == "1"
    assert (folder / "head").read_text().strip() == commit
    assert "app/x" not in (folder / "status").read_text()


def test_a_shallow_clone_has_a_base_too(tmp_path, repository):
    repository.commit({"a": "1"})
    commit = repository.commit({"web/out/index.html": PAGE})
    clone = Repository(tmp_path / "clone")
    clone.git("fetch", "-q", "--depth=1", repository.root.as_uri(), commit)
    export(find_git(clone.root), commit, "web/out", tmp_path / "into")
    assert (tmp_path / "into/index.html").read_text() == PAGE
    apart = Repository(tmp_path / "into")
    assert apart.git("log", "--format=%H") == commit


def test_a_worktree_has_a_base_too(tmp_path, repository):
    commit = repository.commit({"web/out/index.html": PAGE})
    repository.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    export(find_git(tmp_path / "tree"), commit, "web/out", tmp_path / "into")
    assert (tmp_path / "into/index.html").read_text() == PAGE


def test_last_words_are_short():
    assert last_words(b"") == "it said nothing"
    assert last_words(b"\n\n a \n\n" + b"b \xff\n") == "a / b \ufffd"
    assert len(last_words(b"x" * 1_000_000)) == 900

"""Installed environments, read from metadata: who needs whom, where each came from, and hostile ones."""

import importlib.metadata
import json
import os
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from lockgate.host import host
from lockgate.inventory.core_metadata import licence_of
from lockgate.inventory.environment import of_environment
from lockgate.inventory.model import Kind, LockError, Origin
from lockgate.inventory.python_graph import normalise
from lockgate.toolset import python_of

MIT = "License :: OSI Approved :: MIT License"


def install(site, name, version="1.0", *lines, direct=None, requested=False, file="METADATA"):
    """Write what an installer leaves of a package."""
    kind = "dist-info" if file == "METADATA" else "egg-info"
    place = site / f"{name}-{version}.{kind}"
    place.mkdir(parents=True)
    head = ("Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *lines)
    (place / file).write_text("\n".join([*head, "", "Name: no header\nRequires-Dist: nobody\n"]))
    if direct is not None:
        (place / "direct_url.json").write_text(direct if isinstance(direct, str) else json.dumps(direct))
    if requested:
        (place / "REQUESTED").write_text("")
    return place


@pytest.fixture(params=["lib/python3.12/site-packages", "Lib/site-packages", ""])
def environment(request, tmp_path):
    """Give an environment of each shape, and its site-packages."""
    folder = tmp_path / "venv"
    (folder / request.param).mkdir(parents=True)
    return folder, folder / request.param


@pytest.fixture
def site(tmp_path):
    return tmp_path / "venv" / "lib" / "python3.12" / "site-packages"


def read(site):
    return {each.key: each for each in of_environment(site).components}


def needs(component):
    return {need.key: need.wants for need in component.needs}


def test_each_shape_of_an_environment_is_read(environment):
    folder, site = environment
    install(site, "Zope.Loom", "2.0", "Requires-Dist: reed>=1", "License-Expression: MIT")
    install(site, "reed")
    inventory = of_environment(folder)
    assert (inventory.path, inventory.kind, inventory.ecosystem) == ("environment", "environment", "PyPI")
    loom, reed = inventory.components
    assert (loom.name, loom.version, loom.licence, loom.direct, loom.line) == (
        "zope-loom",
        "2.0",
        "MIT",
        True,
        0,
    )
    assert (reed.name, reed.version, reed.licence, reed.direct) == ("reed", "1.0", "", False)
    assert needs(loom) == {"reed@1.0": ">=1"}
    assert [need.key for need in inventory.needs] == ["zope-loom@2.0"]
    assert inventory.gaps == ()


def test_lib_and_lib64_are_one(tmp_path, site):
    install(site, "loom")
    (tmp_path / "venv" / "lib64").symlink_to("lib")
    assert list(read(tmp_path / "venv")) == ["loom@1.0"]


def test_an_extra_counts_where_it_is_asked_for(site):
    install(site, "app", "1.0", "Requires-Dist: loom[fast]")
    install(
        site, "loom", "1.0",
        'Requires-Dist: reed; extra == "fast"', 'Requires-Dist: shed; extra == "slow"',
        'Requires-Dist: heddle; sys_platform == "win32"', "Requires-Dist: absent",
        'Requires-Dist: loom[fast]; extra == "all"',
    )  # fmt: skip
    for name in ("reed", "shed", "heddle"):
        install(site, name)
    found = read(site)
    assert set(needs(found["loom@1.0"])) == {"reed@1.0", "heddle@1.0"}
    assert {key for key, each in found.items() if each.direct} == {"app@1.0", "shed@1.0"}


def test_what_was_requested_is_direct_though_others_need_it(site):
    install(site, "app", "1.0", "Requires-Dist: loom")
    install(site, "loom", requested=True)
    assert all(each.direct for each in read(site).values())


@pytest.mark.parametrize(
    ("direct", "origin"),
    [
        (None, Origin()),
        (
            {"url": "https://git.example/loom", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            Origin(Kind.GIT, "https://git.example/loom#abc"),
        ),
        (
            {"url": "https://files.example/loom.whl", "archive_info": {}},
            Origin(Kind.URL, "https://files.example/loom.whl"),
        ),
        ({"url": "file:///wheels/loom.whl", "archive_info": {}}, Origin(Kind.URL, "file:///wheels/loom.whl")),
        ({"url": "file:///src", "dir_info": {"editable": True}}, Origin(Kind.PATH, "file:///src")),
    ],
)
def test_the_origin(site, direct, origin):
    install(site, "loom", direct=direct)
    assert read(site)["loom@1.0"].origin == origin


def test_an_egg_counts_and_what_pip_left_of_an_upgrade_does_not(site):
    install(site, "loom", file="PKG-INFO")
    install(site, "~oom", "0.9")
    (site / "reed-2.0-py3.12.egg-info").write_text("Metadata-Version: 1.0\nName: reed\nVersion: 2.0\n")
    assert set(read(site)) == {"loom@1.0", "reed@2.0"}


def test_two_of_one_name_and_version_are_kept_apart(tmp_path):
    for number in (11, 12):
        install(tmp_path / "lib" / f"python3.{number}" / "site-packages", "loom")
    assert set(read(tmp_path)) == {"loom@1.0", "loom@1.0#2"}


def huge(place):
    with (place / "METADATA").open("w") as file:
        file.truncate(4_000_001)


def link(place):
    (place / "METADATA").unlink()
    (place / "METADATA").symlink_to("/etc/hostname")


NO_NAME, NO_ORIGIN = "its metadata gives no name and version", "its direct_url.json is not as PEP 610 has it"


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (huge, "its METADATA cannot be read: larger than 4 MB"),
        (link, "its METADATA cannot be read: Too many levels of symbolic links"),
        (lambda place: (place / "METADATA").unlink(), NO_NAME),
        (lambda place: (place / "METADATA").write_bytes(b"\xff\xfe\0" * 99), NO_NAME),
        (lambda place: (place / "METADATA").write_text("Name: loom\n"), NO_NAME),
        (lambda place: (place / "direct_url.json").write_text("[" * 50_000), NO_ORIGIN),
        (lambda place: (place / "direct_url.json").write_text("{}"), NO_ORIGIN),
        (
            lambda place: os.mkfifo(place / "direct_url.json"),
            "its direct_url.json cannot be read: not a regular file",
        ),
    ],
)
def test_a_package_that_cannot_be_read_is_a_gap_and_the_others_count(site, spoil, why):
    spoil(install(site, "loom"))
    install(site, "reed")
    inventory = of_environment(site)
    assert [each.key for each in inventory.components] == ["reed@1.0"]
    assert [(gap.line, gap.text, gap.why) for gap in inventory.gaps] == [(0, "loom-1.0.dist-info", why)]


def test_requirements_that_no_standard_has_are_passed_over(site):
    install(site, "loom", "1.0", "Requires-Dist: reed (>=1.0.dev-r12)", "Requires-Dist: shed>=2")
    install(site, "shed", "2.0")
    assert needs(read(site)["loom@1.0"]) == {"shed@2.0": ">=2"}


def test_more_requirements_than_anybody_has_are_a_gap(site):
    install(site, "loom", "1.0", *["Requires-Dist: reed"] * 2_001)
    assert [gap.why for gap in of_environment(site).gaps] == ["it needs more than 2,000 others"]


@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir, Path.touch])
def test_what_is_no_environment_is_an_error(tmp_path, make):
    folder = tmp_path / "nothing"
    make(folder)
    with pytest.raises(LockError, match="no installed Python environment"):
        of_environment(folder)


@pytest.mark.parametrize(
    ("expression", "classifiers", "text", "licence"),
    [
        ("Apache-2.0 OR MIT", [MIT], "BSD", "Apache-2.0 OR MIT"),
        ("", [MIT], "see the file", MIT),
        ("", ["License :: OSI Approved", MIT, "Topic :: Other"], "", MIT),
        ("", ["License :: OSI Approved :: BSD License"], "BSD-2-Clause", "BSD-2-Clause"),
        ("", [MIT, "License :: OSI Approved :: BSD License"], "MIT AND BSD-3-Clause", "MIT AND BSD-3-Clause"),
        ("", [MIT, "License :: OSI Approved :: BSD License"], "", "MIT License, BSD License"),
        ("", [MIT], "MIT License\n\nPermission is hereby granted", MIT),
        ("", [], "MIT License\n\nPermission is hereby granted", ""),
        ("", [], " ISC ", "ISC"),
        ("", [], "x" * 201, ""),
        ("", ["License :: OSI Approved"], "", ""),
    ],
)
def test_the_licence(expression, classifiers, text, licence):
    assert licence_of(expression, classifiers, text) == licence


@pytest.mark.full
def test_a_real_environment_is_as_cyclonedx_bom_lists_it():
    python = python_of("cyclonedx", host(os.environ).home)
    argv = [
        python,
        "-I",
        "-m",
        "cyclonedx_py",
        "environment",
        python,
        "--no-validate",
        "--of",
        "JSON",
        "-o",
        "-",
    ]
    said = json.loads(subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout)
    name_of = {each["bom-ref"]: normalise(each["name"]) for each in said["components"]}
    theirs = {
        (name_of[each["ref"]], name_of[other])
        for each in said["dependencies"]
        if each["ref"] in name_of
        for other in each.get("dependsOn", ())
    }
    folder = Path(python).parents[1]
    inventory = of_environment(folder)
    by_key = {each.key: each.name for each in inventory.components}
    ours = {(each.name, by_key[need.key]) for each in inventory.components for need in each.needs}
    assert {(each.name, each.version) for each in inventory.components} == {
        (normalise(each["name"]), each["version"]) for each in said["components"]
    }  # fmt: skip
    assert len(ours) > 20
    assert ours <= theirs
    # It also draws what is needed for extras that nobody asks for, where that happens to be installed.
    assert {edge for edge in theirs - ours if not for_an_extra(folder, *edge)} == set()


def for_an_extra(folder, one, other):
    """Say whether one package needs another for extras alone, as the standard library reads its metadata."""
    (site,) = folder.glob("lib/python*/site-packages")
    (found,) = importlib.metadata.distributions(name=one, path=[str(site)])
    asked = [wanted for wanted in map(Requirement, found.requires or ()) if normalise(wanted.name) == other]
    return bool(asked) and all("extra ==" in str(wanted.marker) for wanted in asked)

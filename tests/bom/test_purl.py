"""Package URLs of components, and of strangers."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lockgate.advisories.model import Package, Pin
from lockgate.bom import purl
from lockgate.inventory.model import Component, Ecosystem, Kind, Origin

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def component(ecosystem: Ecosystem, name: str, version: str, origin: Origin | None = None) -> Component:
    return Component(
        key="k", ecosystem=ecosystem, name=name, version=version, line=1, origin=origin or Origin()
    )


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "expected"),
    [
        ("npm", "lodash", "4.17.21", "pkg:npm/lodash@4.17.21"),
        ("npm", "@vitest/mocker", "2.0.0", "pkg:npm/%40vitest/mocker@2.0.0"),
        ("npm", "JSONStream", "1.3.5", "pkg:npm/JSONStream@1.3.5"),
        ("npm", "a", "1.0.0-rc.1+build", "pkg:npm/a@1.0.0-rc.1%2Bbuild"),
        ("npm", "no-version", "", "pkg:npm/no-version"),
        ("PyPI", "ruamel-yaml", "0.18", "pkg:pypi/ruamel-yaml@0.18"),
        ("PyPI", "pytz", "1!2024.1+local", "pkg:pypi/pytz@1%212024.1%2Blocal"),
        ("Docker", "python", "3.13-slim", "pkg:docker/python@3.13-slim"),
        ("Docker", "ghcr.io/owner/app", "v1", "pkg:docker/owner/app@v1?repository_url=ghcr.io"),
        ("Docker", "python", "3.13@sha256:ab", "pkg:docker/python@sha256:ab?tag=3.13"),
        ("Docker", "python", "sha256:ab", "pkg:docker/python@sha256:ab"),
        ("GitHub Actions", "actions/checkout", "v4", "pkg:github/actions/checkout@v4"),
        ("GitHub Actions", "github/codeql-action/init", "v3", "pkg:github/github/codeql-action@v3#init"),
    ],
)
def test_names_are_exact(ecosystem: Ecosystem, name: str, version: str, expected: str) -> None:
    made = purl.of(component(ecosystem, name, version))
    assert made == expected
    read = purl.read(made)
    assert read is not None
    assert purl.write(read) == made


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"git+ssh://git@h.example/o/r.git#{COMMIT}", f"git+ssh://git@h.example/o/r.git@{COMMIT}"),
        (f"https://h.example/o/r?rev=main#{COMMIT}", f"git+https://h.example/o/r@{COMMIT}"),
        ("git@h.example:o/r.git", "git+ssh://git@h.example/o/r.git"),
        ("https://user:secret@h.example/o/r.git", "git+https://h.example/o/r.git"),
        ("https://token@h.example/o/r.git#main", "git+https://h.example/o/r.git"),
    ],
)
def test_a_git_address_names_its_commit_and_nobodys_password(address: str, expected: str) -> None:
    assert purl.vcs(address) == expected
    made = purl.of(component("npm", "Camel", "1.0.0", Origin(Kind.GIT, address)))
    read = purl.read(made)
    assert read is not None
    assert (read.name, read.version, read.qualifiers) == ("Camel", "1.0.0", (("vcs_url", expected),))
    assert purl.write(read) == made


def test_an_address_of_a_file_is_a_qualifier() -> None:
    made = purl.of(component("PyPI", "a", "1", Origin(Kind.URL, "https://u:p@h.example/a b.whl")))
    read = purl.read(made)
    assert read is not None
    assert read.qualifiers == (("download_url", "https://h.example/a%20b.whl"),)


@pytest.mark.parametrize("kind", [Kind.PATH, Kind.WORKSPACE])
def test_what_no_registry_has_takes_no_registrys_name(kind: Kind) -> None:
    assert purl.of(component("npm", "@me/ui", "1.0.0", Origin(kind, "ui"))) == "pkg:generic/%40me-ui@1.0.0"


@pytest.mark.parametrize(
    ("text", "pin"),
    [
        ("pkg:npm/%40scope/a@1.0.0", Pin(Package("npm", "@scope/a"), "1.0.0")),
        ("pkg:npm/JSONStream@1.3.5?x=y#z", Pin(Package("npm", "JSONStream"), "1.3.5")),
        ("pkg:pypi/Zope.Interface@5", Pin(Package("PyPI", "zope.interface"), "5")),
        ("pkg:githubactions/a/b@v1", Pin(Package("GitHub Actions", "a/b"), "v1")),
        ("pkg:npm/a", None),
        ("pkg:golang/a@1", None),
        ("pkg:", None),
        ("not a purl", None),
        ("pkg:npm/" + "a" * 5000 + "@1", None),
    ],
)
def test_pins(text: str, pin: Pin | None) -> None:
    assert purl.pin(text) == pin


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://h.example/a%20b%zz", "https://h.example/a%20b%25zz"),
        ("https://[::1", ""),
        ("../a b", "../a%20b"),
        ("a b:c", "./a%20b:c"),
        ("https://h.example/#a#b", "https://h.example/#a%23b"),
    ],
)
def test_an_address_fits_any_document(address: str, expected: str) -> None:
    assert purl.link(address) == expected


@given(st.from_regex(purl._PLAIN, fullmatch=True))
@example("pkg:pypi/A_b.C@1")
@example("pkg:npm/%40a.b/C_d@1-0.A")
@example("pkg:npm/_@-")
def test_what_is_plain_is_read_as_the_library_reads_it(text: str) -> None:
    assert purl.read(text) == purl._read_by_library(text) is not None


@pytest.mark.parametrize(
    "text", ["pkg:pypi/%40a/b@1", "pkg:npm/..@1", "https://h.example/a", "pkg:npm/%40A/b@1"]
)
def test_what_is_not_plain_is_the_librarys(text: str) -> None:
    assert purl._PLAIN.fullmatch(text) is None
    assert purl.read(text) == purl._read_by_library(text)

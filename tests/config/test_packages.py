"""Which components a package URL names, and which URLs name none."""

import pytest

from lockgate.config import load
from lockgate.config.packages import covers, read
from lockgate.errors import ConfigurationError


@pytest.mark.parametrize(
    ("wanted", "package", "held"),
    [
        ("pkg:pypi/django", "pkg:pypi/django@4.2.1", True),
        ("pkg:pypi/Django", "pkg:pypi/django@4.2.1", True),
        ("PKG:PyPI/zope_interface", "pkg:pypi/zope-interface@5", True),
        ("pkg:pypi/django@4.2", "pkg:pypi/django@4.2.0", True),
        ("pkg:pypi/django@4.2", "pkg:pypi/django@4.2.1", False),
        ("pkg:pypi/django@>=4.2,<4.2.16", "pkg:pypi/django@4.2.15", True),
        ("pkg:pypi/django@>=4.2,<4.2.16", "pkg:pypi/django@4.2.16", False),
        ("pkg:pypi/django@~=4.2.0", "pkg:pypi/django@4.2.9", True),
        ("pkg:pypi/django@4.2", "pkg:pypi/djangorestframework@4.2", False),
        ("pkg:npm/django", "pkg:pypi/django@4.2", False),
        ("pkg:npm/lodash@<4.17.21", "pkg:npm/lodash@4.17.20", True),
        ("pkg:npm/lodash@<4.17.21", "pkg:npm/lodash@4.17.21", False),
        ("pkg:npm/lodash@^3 || ^4.17.0", "pkg:npm/lodash@3.10.1", True),
        ("pkg:npm/lodash@^3 || ^4.17.0", "pkg:npm/lodash@4.16.0", False),
        ("pkg:npm/lodash@<4.17.21", "pkg:npm/lodash@unknown", False),
        ("pkg:npm/lodash@4.x", "pkg:npm/lodash@4.17.21", True),
        ("pkg:pypi/django@4.*", "pkg:pypi/django@4.2", True),
        ("pkg:npm/%40babel/core@7.0.0", "pkg:npm/%40babel/core@7.0.0", True),
        ("pkg:npm/@babel/core@^7", "pkg:npm/%40babel/core@7.1.0", True),
        ("pkg:npm/@babel/core", "pkg:npm/%40babel/core-js@7.1.0", False),
        ("pkg:npm/JSONStream", "pkg:npm/jsonstream@1.0.0", False),
        ("pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0?vcs_url=git%2Bhttps://example.org/a@b#c", True),
        ("pkg:npm/a@1.0.0+b", "pkg:npm/a@1.0.0%2Bb", True),
        ("pkg:github/actions/checkout@v4", "pkg:github/Actions/checkout@v4", True),
        ("pkg:github/actions/checkout", "pkg:github/actions/cache@v4", False),
        ("pkg:pypi/django", "", False),
    ],
)
def test_what_a_url_names(wanted, package, held):
    assert read(wanted) is not None
    assert covers(wanted, package) is held


MALFORMED = [
    "pkg:", "pkg:pypi", "pkg:pypi/", "django", "pypi/django", "pkg:pypi/django@", "pkg:pypi/a b", "pkg:1/a",
    "pkg:pypi/django@>=x y", "pkg:pypi/django@<<1", "pkg:npm/lodash@<latest", "pkg:npm/lodash@workspace:*",
    "pkg:github/actions/checkout@<4", "pkg:npm/@babel", "pkg:pypi/@", "pkg:npm/a@1.0.0 oops",
]  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED)
def test_what_names_no_component(text):
    assert read(text) is None
    assert not covers(text, "pkg:npm/lodash@1.0.0")


@pytest.mark.parametrize("text", [each for each in MALFORMED if each != "pkg:npm/a@1.0.0 oops"])
def test_a_waiver_of_no_component_names_its_line(text):
    data = (
        "waivers:\n- id: CVE-2024-1\n  owner: me\n  reason: why\n  expires: 2030-01-01\n"
        f'  package: "{text}"\n'
    )
    with pytest.raises(ConfigurationError, match=r"^c\.yml:6: `waivers\[0\]\.package`") as caught:
        load(data.encode(), "c.yml")
    assert "pkg:pypi/django" in caught.value.todo

"""Which lines pin a component, so that its version may be changed there."""

import pytest

from lockgate.finding import Edit
from lockgate.fixes import is_pin

DJANGO, LODASH = "pkg:pypi/django@4.2.1", "pkg:npm/lodash@4.17.15"


def edit(line, old, new="9.9"):
    column = line.index(old) + 1
    return Edit(1, column, 1, column + len(old), old, new)


@pytest.mark.parametrize(
    ("line", "package", "pinned"),
    [
        ("Django==4.2.1", DJANGO, True),
        ('    "django[argon2, bcrypt] == 4.2.1",', DJANGO, True),
        ("zope.interface==4.2.1", "pkg:pypi/zope-interface@4.2.1", True),
        ("djangorestframework==4.2.1", DJANGO, False),
        ("not-django==4.2.1", DJANGO, False),
        ("django>=4.2.1", DJANGO, False),
        ("django==4.2.1", "pkg:pypi/django@4.2.2", False),
        ("x = 'django'; y = '4.2.1'", DJANGO, False),
        ('  "lodash": "4.17.15",', LODASH, True),
        ('  "lodash": "^4.17.15",', LODASH, False),
        ('  "lodash-es": "4.17.15",', LODASH, False),
        ('  "@a/b": "4.17.15",', "pkg:npm/%40a/b@4.17.15", True),
        ("django==4.2.1", LODASH, False),
        ("django==4.2.1", "", False),
        ("django==4.2.1" + " " * 3_000, DJANGO, False),
    ],
)
def test_a_pin(line, package, pinned):
    old = "4.17.15" if "4.17.15" in line else "4.2.1"
    assert is_pin(line, edit(line, old), package) is pinned


def test_a_pin_elsewhere_on_the_line_or_over_lines_is_none():
    line = "django==4.2.1  # was django==4.2.0"
    assert not is_pin(line, Edit(1, 9, 2, 14, "4.2.1", "9"), DJANGO)
    assert not is_pin(line, Edit(1, 8, 1, 13, "4.2.1", "9"), DJANGO)
    assert not is_pin(line, edit(line, "4.2.0"), DJANGO)

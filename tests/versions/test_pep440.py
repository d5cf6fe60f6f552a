"""Python's versions and ranges."""

import pytest

from lockgate.versions import order, pep440


def test_versions_are_in_pep_440_s_order() -> None:
    versions = [
        "2004d",
        "main",
        "1.0.dev1",
        "1.0a1",
        "1.0rc1",
        "1.0",
        "1.0+local",
        "1.0.post1",
        "1.1",
        "1!0.1",
    ]
    shuffled = sorted(versions)
    assert shuffled != versions
    assert sorted(shuffled, key=pep440.key) == versions


def test_one_version_has_one_key() -> None:
    assert pep440.key("1.0") == pep440.key("1.0.0") == pep440.key("v1")
    assert pep440.key("1.0-ALPHA1") == pep440.key("1.0a1")
    assert pep440.key("2004d") != pep440.key("2004D")


@pytest.mark.parametrize("version", ["", "1" * 300, "9" * 200 + "x", "2004d"])
def test_legacy_versions_come_before_all_others(version: str) -> None:
    assert order.LOWEST < pep440.key(version) < pep440.key("0.dev0")


@pytest.mark.parametrize(
    ("version", "wants", "answer"),
    [
        ("1.2.3", ">=1,<2", True),
        ("2.0", ">=1,<2", False),
        ("2.0a1", ">=1", True),
        ("1.4", "~=1.2", True),
        ("1.9", "^1.2", True),
        ("2.0", "^1.2", False),
        ("2.0a1", "^1.2", False),
        ("0.2.9", "^0.2.3", True),
        ("0.3", "^0.2.3", False),
        ("0.0.4", "^0.0.3", False),
        ("0.0.9", "^0.0", True),
        ("0.5", "^0", True),
        ("1.2.9", "~1.2.3", True),
        ("1.3", "~1.2.3", False),
        ("1.9", "~1", True),
        ("2.0", "~1", False),
        ("1.2.3", "1.2.*", True),
        ("1.2.3", "=1.2.3", True),
        ("1.2.3", "*", True),
        ("1.2.3", "", True),
        ("1.2.3", "(>=1.0)", True),
        ("3.1", "^2 || ^3", True),
        ("1!2.0", "^1!1.5", False),
        ("1!1.9", "^1!1.5", True),
        ("1.0+cu118", "==1.0", True),
        ("2004d", ">=1", None),
        ("1.0", "latest", None),
        ("1.0", "^x", None),
        ("1.0", ">=1," * 3_000, None),
    ],
)
def test_a_range_is_judged(version: str, wants: str, answer: bool | None) -> None:
    assert pep440.satisfies(version, wants) is answer
    assert order.satisfies("PyPI", version, wants) is answer

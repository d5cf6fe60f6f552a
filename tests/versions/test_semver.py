"""The order of npm's versions, held against node's own."""

import random

import pytest

from lockgate.versions import semver
from versions import node

_WORDS = ["0", "1", "9", "10", "alpha", "beta", "rc", "rc1", "x-y", "A", "-", "1a"]


def _version(dice: random.Random) -> str:
    made = ".".join(str(dice.choice([0, 1, 2, 9, 10, 11, 99])) for _ in range(3))
    if dice.random() < 0.6:
        made += "-" + ".".join(dice.choice(_WORDS) for _ in range(dice.randint(1, 3)))
    return made + dice.choice(["", "", "+build.1"])


def test_the_order_is_node_s() -> None:
    dice = random.Random(7)
    versions = sorted({_version(dice) for _ in range(3_000)})
    assert len(versions) > 1_000
    places = node.ask(
        "const sorted = [...given].sort(semver.compare); let place = -1, last = null; const at = {};"
        "for (const v of sorted) {"
        "  if (last === null || semver.compare(last, v)) place += 1;"
        "  at[v] = place; last = v }"
        "tell(at)",
        versions,
    )
    ranks = {key: place for place, key in enumerate(sorted({semver.key(version) for version in versions}))}
    assert {version: ranks[semver.key(version)] for version in versions} == places


def test_what_is_a_version_is_what_node_says() -> None:
    texts = ["1.2.3", "v1.2.3", "=1.2.3", " 1.2.3 ", "1.2", "1", "01.2.3", "1.2.3-01", "1.2.3-a.01",
             "1.2.3-a..b", "1.2.3+a", "1.2.3-", "1.2.3+", "1.2.3.4", "", "x", "9007199254740991.0.0",
             "9007199254740992.0.0", "1.2.3-ä", "1.2.3-0a", "1.2.3--", "1.2.3\n", "٣.1.1"]  # fmt: skip
    known = node.ask("tell(given.map(v => semver.valid(v) !== null))", texts)
    assert [semver.parse(text) is not None for text in texts] == known


@pytest.mark.parametrize(
    ("lower", "higher"),
    [("1.2", "1.2.1"), ("v3", "v4.1"), ("main", "0.0.1"), ("1.0.0-rc.2", "1.0.0-rc.10"), ("1.0.0-x", "1")],
)
def test_loose_versions_have_an_order(lower: str, higher: str) -> None:
    assert semver.key(lower) < semver.key(higher)


def test_short_versions_are_filled_with_zeros() -> None:
    assert semver.key("v4") == semver.key("4.0.0")
    assert semver.parse("v4") is None

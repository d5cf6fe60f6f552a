"""npm's ranges, held against node's own."""

import random

import pytest

from lockgate.versions import npm_ranges
from versions import node

_PRE = ["", "", "", "-0", "-alpha", "-alpha.1", "-beta.2", "-rc.10", "-1", "+build", "-a+b.1"]


def _number(dice: random.Random) -> str:
    return str(dice.choice([0, 0, 1, 1, 2, 3, 10]))


def _version(dice: random.Random) -> str:
    return ".".join(_number(dice) for _ in range(3)) + dice.choice(_PRE)


def _operand(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.5:
        return dice.choice(["", "", "v"]) + _version(dice)
    parts = [dice.choice([_number(dice), _number(dice), "x", "*", "X"]) for _ in range(dice.randint(1, 3))]
    parts.sort(key=lambda part: part in "xX*")  # nodes differ over numbers behind an x
    return ".".join(parts) + (dice.choice(_PRE) if len(parts) == 3 and kind < 0.6 else "")


def _alternative(dice: random.Random) -> str:
    if dice.random() < 0.15:
        return f"{_operand(dice)} - {_operand(dice)}"
    operators = ["", "=", "<", ">", "<=", ">=", "^", "~", "~>", "^ ", "~ ", ">= ", "< "]
    return " ".join(dice.choice(operators) + _operand(dice) for _ in range(dice.choice([1, 1, 2, 3])))


def _range(dice: random.Random) -> str:
    if dice.random() < 0.03:
        return dice.choice(
            ["", "latest", "next", "1.2.3.4", ">", "||", "01.2.3", "1.2.3-01", "git+ssh://h/x"]
        )
    return dice.choice(["||", " || "]).join(_alternative(dice) for _ in range(dice.choice([1, 1, 2])))


def test_ranges_are_judged_as_by_node() -> None:
    dice = random.Random(20261)
    pairs = [(_version(dice), _range(dice)) for _ in range(20_000)]
    judged = node.ask(
        "tell(given.map(([v, r]) => semver.validRange(r) === null ? null : semver.satisfies(v, r)))", pairs
    )
    wrong = [
        (*pair, answer)
        for pair, answer in zip(pairs, judged, strict=True)
        if npm_ranges.satisfies(*pair) is not answer
    ]
    assert wrong == []
    assert {answer: judged.count(answer) > 200 for answer in (True, False, None)} == {
        True: True, False: True, None: True
    }  # fmt: skip


@pytest.mark.parametrize(
    ("version", "wants", "answer"),
    [
        ("1.2.3", "^1.2", True),
        ("2.0.0-rc.1", "^1.2", False),
        ("2.0.0-rc.1", ">=2.0.0-rc.0", True),
        ("2.1.0-rc.1", ">=2.0.0-rc.0", False),
        ("0.2.9", "^0.2.3", True),
        ("0.3.0", "^0.2.3", False),
        ("1.9.0", "1 - 2", True),
        ("3.0.0", "1 - 2 || 3.x", True),
        ("1.0.0", "latest", None),
        ("1.0.0", "1.x.0", None),
        ("1.0.0", "workspace:*", None),
        ("1.0.0", "https://example.com/a.tgz", None),
        ("main", "*", None),
        ("1.0.0", "9" * 5000, None),
        ("1.0.0", "9" * 40, None),
    ],
)
def test_a_range_is_judged(version: str, wants: str, answer: bool | None) -> None:
    assert npm_ranges.satisfies(version, wants) is answer

from pathlib import Path

import pytest

from checkouts import Checkout
from dev.releasing.pins import faults, patch, pinned, texts
from lockgate.errors import InputError

ROOT = Path(__file__).parents[2]
OLD, NEW = "0a" * 20, "5f" * 20
README = """\
Put a SHA in place of `COMMIT` in lockgate/lockgate@COMMIT.
      - uses: lockgate/lockgate@COMMIT # the commit that you have read
    uses: lockgate/lockgate/.github/workflows/pipeline.yml@COMMIT
      - uses: actions/checkout@COMMIT # v7.0.1
      - uses: lockgate/lockgate-other@COMMIT
"""
PINNED = f"""\
Put a SHA in place of `COMMIT` in lockgate/lockgate@COMMIT.
      - uses: lockgate/lockgate@{NEW} # v1.2.3
    uses: lockgate/lockgate/.github/workflows/pipeline.yml@{NEW} # v1.2.3
      - uses: actions/checkout@COMMIT # v7.0.1
      - uses: lockgate/lockgate-other@COMMIT
"""


def test_pins_are_written_from_nothing_from_an_older_pin_and_again() -> None:
    old = pinned({"a": README}, OLD, "v1.0.0")
    assert old != {"a": README}
    assert pinned({"a": README}, NEW, "v1.2.3") == pinned(old, NEW, "v1.2.3") == {"a": PINNED}
    assert pinned({"a": PINNED}, NEW, "v1.2.3") == {"a": PINNED}


def test_the_patch_is_one_that_git_applies(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    old = {"README.md": README, "examples/workflows/a.yml": README, "none.md": "x\n"}
    checkout.commit(dict(old))
    (tmp_path / "pins.patch").write_text(patch(old, pinned(old, NEW, "v1.2.3")))
    checkout.git("apply", "pins.patch")
    assert [(tmp_path / path).read_text() for path in old] == [PINNED, PINNED, "x\n"]


def test_every_pin_is_that_of_the_newest_release() -> None:
    old, new = pinned({"a": README}, OLD, "v1.0.0"), {"a": PINNED}
    releases = {"v1.0.0": OLD, "v1.2.3": NEW}
    assert faults(new, releases) == []
    assert faults({"a": README}, {}) == []
    assert faults(old, releases) == [f"a pins {OLD}, not {NEW} # v1.2.3"] * 2
    assert faults({"a": README}, releases) == [f"a pins COMMIT, not {NEW} # v1.2.3"] * 2
    assert faults(new, {}) == [f"a pins {NEW}, not COMMIT"] * 2
    assert (
        faults({"a": PINNED.replace("# v1.2.3", "# v1.2.4")}, releases)
        == [f"a pins {NEW}, not {NEW} # v1.2.3"] * 2
    )


def test_no_pin_at_all_is_an_error() -> None:
    with pytest.raises(InputError, match="no pin was found"):
        faults({"a": "uses: lockgate/lockgate-other@COMMIT"}, {})


def test_the_pins_of_this_repository_are_found() -> None:
    found = texts(ROOT)
    changed = [path for path, text in pinned(found, NEW, "v1.2.3").items() if text != found[path]]
    assert {"README.md", "examples/workflows/gate.yml"} <= set(changed)
    assert [path for path in found if path.startswith("examples/") and path not in changed] == []

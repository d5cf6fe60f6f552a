"""Every lock of a tree."""

import pytest

from lockgate.bom.collect import inventories
from lockgate.errors import ExitCode, ToolError

LOCK = b'{"name": "x", "lockfileVersion": 3, "packages": {"": {"name": "x"}}}'


def test_locks_are_read_in_order_and_nothing_else_is() -> None:
    files = {"b/package-lock.json": LOCK, "a/package-lock.json": LOCK, "README.md": b""}
    assert [each.path for each in inventories(files, files.get)] == [
        "a/package-lock.json",
        "b/package-lock.json",
    ]


@pytest.mark.parametrize("data", [None, b"", b"{", b"[" * 100_000])
def test_a_lock_that_cannot_be_read_is_named(data: bytes | None) -> None:
    with pytest.raises(ToolError, match=r"a/package-lock\.json.* cannot be read") as caught:
        inventories(["a/package-lock.json"], lambda path: data if path == "a/package-lock.json" else None)
    assert caught.value.exit_code is ExitCode.INCOMPLETE

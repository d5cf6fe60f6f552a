"""Whatever a stranger writes into a lock, an inventory or a LockError comes of it, and soon."""

import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.inventory.kinds import parse
from lockgate.inventory.model import Inventory, LockError

FOLDER = Path(__file__).parent / "javascript"
LOCKS = sorted(
    path for path in FOLDER.glob("*/*") if path.name in {"package-lock.json", "pnpm-lock.yaml", "yarn.lock"}
)
PIECES = [
    b"", b"{", b"}", b"[", b"]", b'"', b":", b",", b"\n", b"\r", b"  ", b"\t", b"null", b"NaN", b"1e999",
    b"-0", b"true", b"{}", b"[]", b'""', b"&a", b"*a", b"!!x", b"---\n", b"<<<<<<< HEAD\n", b"#", b"'",
    b"|", b">", b"? ", b"- ", b"@", b"npm:", b"link:", b"file:", b"../..", b"(", b")", b"\\ud800",
    b"\x00", b"\xff", b"\xc3\xa9", b"node_modules/", b'"link": true,', b"patch:", b"::", b"%3A",
    b"lockfileVersion",
]  # fmt: skip


def answer(name: str, data: bytes, manifest: bytes | None = None) -> Inventory | LockError:
    """Read a lock; anything but an inventory or a LockError goes through."""
    try:
        inventory = parse(name, data, lambda path: manifest if path.endswith("package.json") else None)
    except LockError as error:
        return error
    keys = [component.key for component in inventory.components]
    assert len(set(keys)) == len(keys)
    needed = {need.key for one in inventory.components for need in one.needs} | {
        n.key for n in inventory.needs
    }
    assert needed <= set(keys)
    repr(inventory).encode()
    return inventory


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.parent.name)
@given(seed=st.integers(0, 2**32), changes=st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_changed_bytes(path: Path, seed: int, changes: int) -> None:
    data, chance = path.read_bytes(), random.Random(seed)
    for _ in range(changes):
        at = chance.randrange(len(data) + 1)
        data = data[:at] + chance.choice(PIECES) + data[at + chance.choice([0, 0, 1, 5, 40]) :]
    assert answer(path.name, data, (path.parent / "package.json").read_bytes())


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.parent.name)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_swapped_lines_and_changed_values(path: Path, seed: int) -> None:
    """Keep the layout, so that wrong types reach the parser and not only the syntax."""
    lines, chance = path.read_bytes().split(b"\n"), random.Random(seed)
    for _ in range(3):
        at = chance.randrange(len(lines))
        key, colon, value = lines[at].partition(b": ")
        end = b"," if value.endswith(b",") else b""
        if colon and value[-1:] not in b"{[":
            lines[at] = (
                key + colon + chance.choice([b"3", b"null", b"[]", b"{}", b'"x"', b"true", b'{"a": 1}']) + end
            )
        else:
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
    assert answer(path.name, b"\n".join(lines), (path.parent / "package.json").read_bytes())


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.parent.name)
def test_truncated(path: Path) -> None:
    data = path.read_bytes()
    for at in range(0, len(data), len(data) // 60):
        found = answer(path.name, data[:at])
        assert isinstance(found, LockError) or path.suffix != ".json"


def _long(name: str, count: int) -> bytes:
    text = {
        "package-lock.json": json.dumps(
            {
                "lockfileVersion": 3,
                "packages": {
                    "/".join(["ab"] * 190): {"dependencies": {f"a{at}": "1" for at in range(count)}}
                },
            }
        ),
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\npackages:\n"
        + "".join(f"  a{at}@1.0.0({'(' * 50}: {{}}\n" for at in range(count)),
        "yarn.lock": "".join(f'"a{at}@{"," * 50}:\n  b' for at in range(count)) + '"' * count,
    }
    return text[name].encode()


@pytest.mark.parametrize("name", ["package-lock.json", "pnpm-lock.yaml", "yarn.lock"])
def test_what_is_long_takes_no_longer_than_its_length(name: str) -> None:
    start = time.perf_counter()
    assert answer(name, _long(name, 3_000))
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    "line",
    [
        '"' + "\\" * 50_000,
        "a@1, " * 20_000,
        '"a@1"' * 20_000,
        "a:" * 50_000,
        '"a", ' * 20_000 + ":",
        "  a " + '"' * 50_000,
    ],
    ids=range(6),
)
def test_a_line_that_invites_backtracking(line: str) -> None:
    start = time.perf_counter()
    assert answer("yarn.lock", f"a@1:\n{line}\n".encode())
    assert time.perf_counter() - start < 2

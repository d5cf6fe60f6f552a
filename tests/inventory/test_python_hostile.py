import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.python_locks import RECORDED, parsed
from lockgate.inventory.model import Inventory, LockError

LOCKS = [
    *("pdm/pdm.lock", "pip/requirements-line.txt", "pip/requirements.txt", "pipenv/Pipfile.lock"),
    *("poetry/poetry.lock", "pylock/pylock.toml", "uv/uv.lock"),
]
TEXTS = {path: (RECORDED / path).read_text() for path in LOCKS}
SPLICES = [
    *(
        "[[package]]\n",
        "]",
        "[",
        "{",
        "}",
        '"',
        "'",
        '"""',
        "'''",
        "\n",
        "\\",
        "#",
        "=",
        "==",
        "=*",
        "1",
        "[]",
    ),
    *(
        '{ name = "x" }',
        "name = 3\n",
        "version = []\n",
        "files = 'x'\n",
        "source = 1\n",
        "\0",
        "é",
        "﻿",
        "-r x\n",
    ),
    *("<<<<<<< a\n", "# via\n", "#   a\n", "nan", "1979-05-27", "true", '"version": 3,', "null", "-e .\n"),
]


def survives(path: str, text: str) -> None:
    try:
        found = parsed(path.rpartition("/")[2].replace("-line", ""), text.encode(errors="surrogatepass"))
    except LockError as error:
        refused = error
    else:
        refused = None
        holds(found, text)
    assert refused is None or 0 <= refused.line <= text.count("\n") + 1


def holds(found: Inventory, text: str) -> None:
    keys = [one.key for one in found.components]
    assert len(set(keys)) == len(keys)
    assert {need.key for one in found.components for need in one.needs} <= set(keys)
    assert {need.key for need in found.needs} <= set(keys)
    assert all(1 <= one.line <= one.end_line <= text.count("\n") + 1 for one in found.components)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_lock_is_read_or_refused(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(LOCKS))
    text = TEXTS[path]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 200)))
        text = text[:start] + data.draw(st.sampled_from(SPLICES) | st.text(max_size=5)) + text[end:]
    survives(path, text)


@pytest.mark.parametrize("path", LOCKS)
def test_a_lock_that_breaks_off_is_read_or_refused(path: str) -> None:
    text = TEXTS[path]
    for end in range(0, len(text), len(text) // 15):
        survives(path, text[:end])


@pytest.mark.parametrize(
    "path", [path for path in LOCKS if path.endswith(("lock", "toml")) and "Pip" not in path]
)
def test_a_value_of_another_type_is_read_or_refused(path: str) -> None:
    keys = sorted(set(re.findall(r"^[\w-]+(?= = )", TEXTS[path], re.MULTILINE)))
    assert len(keys) > 5
    for key in keys:
        for value in ("3", '"x"', "[3]", "[{}]", "{ x = 3 }"):
            survives(path, re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", TEXTS[path], count=1))


@pytest.mark.parametrize(
    "text",
    [
        "[[package]]\n" * 30_000,
        "files = [\n" * 30_000,
        "files = [\n" + "    {a = 1},\n" * 50_000,
        '"""' * 100_000,
        "'''" + "''x" * 100_000,
        '"' + "\\" * 300_000,
        "x = '" + "a." * 200_000 + "'",
        "[" + "a." * 100_000 + "b]\n",
        "<" * 500_000,
        "\n" * 500_000 + "x = [",
    ],
)
def test_hostile_toml_takes_linear_time(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(LockError):
        parsed("uv.lock", text)
    assert time.perf_counter() - start < 4

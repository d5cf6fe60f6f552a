"""What must not be shown, as both detectors see it, whatever gates ran."""

from pathlib import Path
from random import Random

import pytest

from gates.secrets.tokens import MAKERS
from lockgate.cache import Cache
from lockgate.finding import Span
from lockgate.gates import Output
from lockgate.hidden import hide
from lockgate.source import Source


@pytest.fixture
def cache() -> Cache:
    return Cache(None)


def source(folder: Path, cache: Cache, text: str, path: str = "a.py") -> Source:
    (folder / path).write_text(text)
    return Source(path, str(folder), cache.digest(text.encode()))


def test_each_detector_and_each_gate_hides_what_it_knows(tmp_path: Path, cache: Cache) -> None:
    token = MAKERS["gitlab-pat"](Random("hidden")).value
    file = source(tmp_path, cache, f"a = '{token}'\nb = 'https://u:correcthorse1@h.internal/'\nc = 1\n")
    gate = Output(findings=(), tools=(), secrets={"a.py": (Span(3, 5, 6),), "b.py": (Span(1, 1, 2),)})
    spans = hide([file], [gate], cache, jobs=1, seconds=60)[file]
    lines = ["", *file.file.read_text().splitlines()]
    values = {lines[span.line][span.column - 1 : span.end_column - 1] for span in spans}
    assert {token, "1"} <= values
    assert any("correcthorse1" in value for value in values)


def test_a_file_that_no_detector_can_read_is_missing(tmp_path: Path, cache: Cache) -> None:
    here, gone = source(tmp_path, cache, "x = 1\n"), source(tmp_path, cache, "y = 2\n", "gone.py")
    gone.file.unlink()
    assert hide([here, gone], [], cache, jobs=1, seconds=60) == {here: ()}


def test_nothing_to_look_at_starts_nothing(cache: Cache) -> None:
    assert hide([], [], cache, jobs=1, seconds=60) == {}

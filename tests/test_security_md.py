"""Hold SECURITY.md to the tests: each line of its threat model names tests that are there and run."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEADER = "| what is tried | what stops it | shown by |"
NAMED = re.compile(r"`(tests/[^`:]+\.py)::([^`]+)`")
# A test behind one of these marks does not run in every `make test`.
IDLE = re.compile(r"\bmark\.(skip|skipif|xfail|full)\b")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def lines(text: str) -> list[str]:
    """Give the lines of all threat tables."""
    found, inside = [], False
    for line in text.splitlines():
        inside = line == HEADER or (inside and line.startswith("|"))
        if inside and line != HEADER and set(line) - set("|- "):
            found.append(line)
    return found


def faults(text: str, root: Path) -> Iterator[str]:
    """Yield what is wrong with the lines of the tables."""
    for line in lines(text):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 3 or not all(cells):
            yield f"not three filled cells: {line}"
            continue
        shown = cells[2]
        named = NAMED.findall(shown)
        if not named or NAMED.sub("", shown).strip(" ,"):
            yield f"not a list of tests: {shown}"
        for path, name in named:
            yield from (f"{path}::{name}: {fault}" for fault in amiss(root / path, name))


def amiss(file: Path, name: str) -> Iterator[str]:
    """Yield why pytest would not run a test, `function` or `Class::method`, of a file."""
    if not re.fullmatch(r"test_\w+\.py", file.name) or not file.is_file():
        yield "there is no such file of tests"
        return
    scope = ast.parse(file.read_text()).body
    yield from (
        "its file has a mark" for node in scope if isinstance(node, ast.Assign) and marked(node, node.value)
    )
    parts = name.split("::")
    for depth, part in enumerate(parts, start=1):
        last = depth == len(parts)
        kind = (ast.FunctionDef, ast.AsyncFunctionDef) if last else (ast.ClassDef,)
        prefix = "test_" if last else "Test"
        found = [node for node in scope if isinstance(node, kind) and node.name == part]
        if not found or not part.startswith(prefix):
            yield f"there is no {part}"
            return
        if any(IDLE.search(ast.unparse(mark)) for mark in found[-1].decorator_list):
            yield f"{part} has a mark: it does not always run"
        if last and "pytest.skip(" in ast.unparse(found[-1]):
            yield f"{part} may skip itself"
        scope = found[-1].body


def marked(node: ast.Assign, value: ast.expr) -> bool:
    names = {target.id for target in node.targets if isinstance(target, ast.Name)}
    return "pytestmark" in names and IDLE.search(ast.unparse(value)) is not None


def test_every_line_names_tests_that_run() -> None:
    text = (ROOT / "SECURITY.md").read_text()
    assert len(lines(text)) > 30
    assert list(faults(text, ROOT)) == []


def test_no_line_stands_twice() -> None:
    tried = [line.split("|")[1] for line in lines((ROOT / "SECURITY.md").read_text())]
    assert len(tried) == len(set(tried))


TESTS = """
import pytest

class TestIt:
    def test_inside(self): pass
    @pytest.mark.skipif(True, reason="r")
    def test_idle(self): pass

@pytest.mark.parametrize("a", [1])
def test_it(a): pass

@pytest.mark.full
def test_long(): pass

def test_maybe():
    pytest.skip("r")

def helper():
    def test_hidden(): pass
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text(TESTS)
    (tmp_path / "tests/test_b.py").write_text(
        "import pytest\npytestmark = [pytest.mark.full]\ndef test_it(): pass\n"
    )
    (tmp_path / "tests/helper.py").write_text("def test_it(): pass\n")
    return tmp_path


def table(*rows: str) -> str:
    return "\n".join(["words", HEADER, "|---|---|---|", *rows, "", "| not | in | it |"])


def test_a_good_line(root: Path) -> None:
    text = table("| a | b | `tests/test_a.py::test_it`, `tests/test_a.py::TestIt::test_inside` |")
    assert (len(lines(text)), list(faults(text, root))) == (1, [])


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("| a | b | |", "not three filled cells"),
        ("| a | `tests/test_a.py::test_it` |", "not three filled cells"),
        ("| a | b | none yet |", "not a list of tests"),
        ("| a | b | `tests/test_a.py` |", "not a list of tests"),
        ("| a | b | `tests/test_a.py::test_it` and more |", "not a list of tests"),
        ("| a | b | `tests/test_c.py::test_it` |", "no such file"),
        ("| a | b | `tests/helper.py::test_it` |", "no such file"),
        ("| a | b | `tests/test_a.py::test_ti` |", "no test_ti"),
        ("| a | b | `tests/test_a.py::helper` |", "no helper"),
        ("| a | b | `tests/test_a.py::test_hidden` |", "no test_hidden"),
        ("| a | b | `tests/test_a.py::test_inside` |", "no test_inside"),
        ("| a | b | `tests/test_a.py::TestThat::test_inside` |", "no TestThat"),
        ("| a | b | `tests/test_a.py::TestIt` |", "no TestIt"),
        ("| a | b | `tests/test_a.py::TestIt::test_idle` |", "does not always run"),
        ("| a | b | `tests/test_a.py::test_long` |", "does not always run"),
        ("| a | b | `tests/test_a.py::test_maybe` |", "may skip itself"),
        ("| a | b | `tests/test_b.py::test_it` |", "its file has a mark"),
    ],
)
def test_a_line_without_its_test_is_seen(root: Path, row: str, fault: str) -> None:
    (found,) = faults(table(row), root)
    assert fault in found

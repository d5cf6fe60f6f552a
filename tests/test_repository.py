"""The rules of the house that no linter knows: names, sizes, layers, and who may do what."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "scripts" / "lockgate"

# Top to bottom: a module imports only from below, and siblings of one line never import each other.
LAYERS = """
    __main__
    cli jobs
    adopt
    pipeline publish
    observer verify hook
    answer hidden parts waiving
    plan reports
    worker
    gates policy staged
    bom
    sarif config event inputs tree failures
    advisories
    inventory beside epoch
    postgres
    git github toolset api
    process cache source share host diff
    fingerprint fixes ranking versions
    verdict
    finding
    errors
    untrusted text
"""
OWNERS = {
    "subprocess": {"process"},
    "os.environ": {"cli", "inputs", "jobs", "process"},
    "print": {"cli"},
}
MODULE_LINES, FUNCTION_LINES = 300, 40

# Written in parts, so that this file passes its own test.
REGISTRIES = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry.npm" + "js.org",
    "registry.yarnpkg" + ".com",
]
FOREIGN = re.compile("|".join([*map(re.escape, REGISTRIES), r"(?<![\w.$}])/(?:work|root|tmp/w)/"]).encode())

Source = dict[str, str]  # module name without the package's -> text


def tracked() -> list[Path]:
    """List the files that are, or would be, in git."""
    argv = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def modules() -> Source:
    names = {path: path.relative_to(PACKAGE).with_suffix("").parts for path in PACKAGE.rglob("*.py")}
    return {".".join(parts).removesuffix(".__init__"): path.read_text() for path, parts in names.items()}


def foreign_words(text: bytes) -> list[bytes]:
    return FOREIGN.findall(text)


def too_long(text: str) -> Iterator[str]:
    if (lines := text.count("\n")) > MODULE_LINES:
        yield f"module: {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.name}: {lines} lines"


def imported(text: str) -> Iterator[str]:
    """Yield the modules that a text imports, ours as `.name`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (re.sub(r"^lockgate\b", "", alias.name) or "." for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield ".relative"  # has no layer, so it fails: the house imports by full name
        elif isinstance(node, ast.ImportFrom) and node.module == "lockgate":
            # `from lockgate import __version__` imports no module.
            yield from (f".{alias.name}" for alias in node.names if not alias.name.startswith("__"))
        elif isinstance(node, ast.ImportFrom):
            yield re.sub(r"^lockgate\b", "", node.module or "")


def layer_faults(sources: Source) -> Iterator[str]:
    depth = {name: level for level, line in enumerate(LAYERS.strip().splitlines()) for name in line.split()}
    for module, text in sources.items():
        top = module.partition(".")[0]
        for name in {top, *(name.split(".")[1] for name in imported(text) if name.startswith("."))} - {
            "__init__"
        }:
            if name not in depth or top not in depth:
                yield f"{module}: {name} has no layer"
            elif name != top and depth[name] <= depth[top]:
                yield f"{module} imports {name}, which is not below it"


def uses(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv" | "putenv"):
                yield "os.environ"
            case ast.ImportFrom(module="os") if any("env" in alias.name for alias in node.names):
                yield "os.environ"
            case ast.Call(func=ast.Name(id="print")):
                yield "print"
    if any(name.partition(".")[0] == "subprocess" for name in imported(text)):
        yield "subprocess"


def owner_faults(sources: Source) -> Iterator[str]:
    for module, text in sources.items():
        for thing in set(uses(text)):
            if not {module, module.partition(".")[0]} & OWNERS[thing]:
                yield f"{module} uses {thing}, which belongs to {sorted(OWNERS[thing])}"


def test_no_file_names_a_registry_or_a_machine() -> None:
    found = {str(path.relative_to(ROOT)): foreign_words(path.read_bytes()) for path in tracked()}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "word", [*REGISTRIES, "/".join(("", "work", "main")), "'" + "/".join(("", "root", ".x"))]
)
def test_a_foreign_word_is_found(word: str) -> None:
    assert foreign_words(f"see {word} there".encode())
    near = ("home/runner", "work", "_temp $ROOT", "work", "x network", "root", "x")
    assert foreign_words(f"/{'/'.join(near)}".encode()) == []


def test_modules_and_functions_are_short() -> None:
    programs = [
        path for path in (ROOT / "scripts").rglob("*") if path.is_file() and "requirements" not in path.parts
    ]
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in programs if path.suffix in ("", ".py")}
    assert {"scripts/run", "scripts/lockgate/errors.py"} <= set(texts)
    assert [f"{path}: {fault}" for path, text in texts.items() for fault in too_long(text)] == []


def test_a_long_module_and_a_long_function_are_found() -> None:
    text = "def f():\n" + "    pass\n" * FUNCTION_LINES + "\n" * MODULE_LINES
    assert list(too_long(text)) == ["module: 341 lines", "f: 41 lines"]
    assert list(too_long("def f():\n" + "    pass\n" * (FUNCTION_LINES - 1))) == []


def test_layers() -> None:
    assert "errors" in modules()
    assert list(layer_faults(modules())) == []


@pytest.mark.parametrize(
    ("module", "text", "fault"),
    [
        ("finding", "from lockgate.verdict import Verdict", "finding imports verdict, which is not below it"),
        ("plan", "import lockgate.reports.html", "plan imports reports, which is not below it"),
        (
            "gates.sast",
            "if 1:\n  from lockgate import policy",
            "gates.sast imports policy, which is not below it",
        ),
        ("gates.sast", "from ..cli import x", "gates.sast: relative has no layer"),
        ("errors", "import lockgate.novel", "errors: novel has no layer"),
        ("novel", "", "novel: novel has no layer"),
        ("gates.sast", "from lockgate.gates.protocol import Gate\nfrom lockgate import __version__", None),
    ],
)
def test_a_fault_in_the_layers_is_found(module: str, text: str, fault: str | None) -> None:
    assert list(layer_faults({module: text})) == ([fault] if fault else [])


def test_owners() -> None:
    assert list(owner_faults(modules())) == []


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("import subprocess", "subprocess"),
        ("from subprocess import run", "subprocess"),
        ("import os\nos.environ['A']", "os.environ"),
        ("import os\nos.getenv('A')", "os.environ"),
        ("from os import environ", "os.environ"),
        ("print(1)", "print"),
    ],
)
def test_a_trespass_is_found(text: str, thing: str) -> None:
    assert list(owner_faults({"gates.sast": text})) == [
        f"gates.sast uses {thing}, which belongs to {sorted(OWNERS[thing])}"
    ]
    assert list(owner_faults({min(OWNERS[thing]): text})) == []

"""Find where the base's code names tables and columns.

Tests do not run in production, migrations ran already, and nobody mends code that is vendored or generated:
none of them counts. A column's name alone says little (`id`, `name`): its table or model has to be named in
the same file, or the attribute has to hang on that model, unless nothing else has such a name.
"""

import ast
import re
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lockgate.gates.migrations.contracts.prisma_models import prisma_models
from lockgate.gates.migrations.contracts.python_mentions import PythonFile
from lockgate.gates.migrations.contracts.python_models import Model, app_of, classes_of, label_in, models
from lockgate.gates.migrations.contracts.text_mentions import SUFFIXES, TextFile
from lockgate.gates.migrations.contracts.wanted import DEFINED, Names, Use, Uses, Wanted, forms, named
from lockgate.source import display
from lockgate.text import decode
from lockgate.untrusted import shown

MOST = 10
ENOUGH = 100
"""So many places are counted; what is found as often is no longer looked for."""
_LARGEST = 1_000_000
_DEEPEST = 4
_LEFT_OUT = frozenset({
    "__generated__", "__mocks__", "__tests__", ".git", ".next", ".tox", ".venv", "bower_components",
    "coverage", "cypress", "dist", "e2e", "generated", "migrations", "node_modules", "site-packages",
    "spec", "test", "testdata", "tests", "third_party", "vendor", "venv",
})  # fmt: skip
_TEST = re.compile(
    r"^(?:test_.*|.*_test|conftest|tests|.*\.(?:test|spec|stories|cy|min|generated|d)|.*_pb2)$"
)
Read = Callable[[Sequence[str]], Iterable[tuple[str, bytes]]]


class References:
    """Look up names in the files of one tree.

    `paths` are all its files, `read` gives the bytes of many of them at once (one that cannot be read is left
    out), `apart` are those that do not count: the migrations.
    """

    def __init__(self, paths: Iterable[str], read: Read, apart: Collection[str] = frozenset()) -> None:
        self._paths = [path for path in paths if path not in apart and _counts(path)]
        self._read = read

    def __call__(self, wanted: Collection[Wanted]) -> dict[Wanted, Uses]:
        """Find the places that name each, best first; all files are read once, and few of them parsed."""
        if not wanted:
            return {}
        files = {path: data for path, data in self._read(self._paths) if len(data) <= _LARGEST}
        python = _Python(files)
        found: dict[Wanted, set[Use]] = {item: set() for item in wanted}
        sought = []
        for item, uses in found.items():
            names = _names(item, list(_models(item, python)), uses)
            sought.append((names, _needles(names), _owners(names), uses))
        for path, data in files.items():
            here = [
                (names, uses)
                for names, needles, owners, uses in sought
                if len(uses) < ENOUGH and _has(data, needles) and (not owners or _has(_flat(data), owners))
            ]
            _in_file(path, data, here)
        return {item: _best(uses) for item, uses in found.items()}


def _flat(data: bytes) -> bytes:
    return data.replace(b"_", b"").lower()


def _has(data: bytes, words: Iterable[bytes]) -> bool:
    return any(word in data for word in words)


def _counts(path: str) -> bool:
    *folders, name = path.split("/")
    stem, _, suffix = name.rpartition(".")
    return suffix in SUFFIXES and _LEFT_OUT.isdisjoint(folders) and not _TEST.match(stem)


def _best(uses: Iterable[Use]) -> Uses:
    """Keep the best places, one for each line."""
    lines: dict[tuple[str, int], Use] = {}
    for use in sorted(uses):
        lines.setdefault((use.path, use.line), use)
    ranked = list(lines.values())
    return Uses(tuple(ranked[:MOST]), max(len(ranked) - MOST, 0))


def _needles(names: Names) -> frozenset[bytes]:
    """Give the words of which a file has to have one."""
    wanted = names.wanted
    words = {wanted.name, *names.attributes, *names.fields}
    if wanted.kind == "column" and not names.is_known:
        words |= forms(wanted.name)
    if wanted.kind == "table":
        words |= {*names.models, *names.clients, *(name[:1].lower() + name[1:] for name in names.clients)}
        words |= set() if names.is_known else {form for form in forms(wanted.name) if len(form) > 2}
    return frozenset(word.encode("utf-8", "replace") for word in words)


def _owners(names: Names) -> tuple[bytes, ...]:
    """Give the words, flat, of which a file has to have one, too, for a column's name to mean anything."""
    if names.wanted.kind not in {"column", "value"} or names.wanted.is_rare:
        return ()
    return tuple(word.encode("utf-8", "replace") for word in names.alike)


def _in_file(path: str, data: bytes, sought: Sequence[tuple[Names, set[Use]]]) -> None:
    """Add the places of one file."""
    suffix = path.rpartition(".")[2]
    if not sought or suffix == "prisma" or (text := decode(data)) is None:
        return  # what a schema's models say is known
    tree = parsed(text) if suffix == "py" else None
    file = PythonFile(tree) if tree else TextFile(suffix, text)
    for names, uses in sought:
        uses.update(Use(rank, display(path), line) for rank, line in file.uses(names))


def parsed(text: str) -> ast.Module | None:
    """Parse a module of Python; None for one that is no Python, or nested too deeply."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@dataclass(frozen=True, slots=True)
class _Model:
    language: str
    kind: str
    name: str
    path: str
    line: int
    fields: tuple[tuple[str, str, int], ...]


def _models(wanted: Wanted, python: "_Python") -> Iterator[_Model]:
    """Give the models of the wanted table, what they inherit from, or the enum of the wanted type."""
    table = wanted.table or wanted.name
    for path, data in python.files.items():
        if path.endswith(".prisma"):
            for each in prisma_models(decode(data) or ""):
                if each.table == table:
                    yield _Model("prisma", each.kind, each.name, path, each.line, each.fields)
    bases = set[str]()
    for path, model in python.classes(classes_of(table), table):
        if model.table == table:
            bases.update(model.bases)
            yield _Model("python", model.kind, model.name, path, model.line, model.fields)
    seen = {"Model"}
    for _ in range(_DEEPEST if wanted.kind == "column" else 0):
        names, bases = bases - seen, set()
        seen |= names
        for path, model in python.classes(names) if names else ():
            if model.name in names and model.kind == "model":
                bases.update(model.bases)
                yield _Model("python", "base", model.name, path, model.line, model.fields)


class _Python:
    """Know the classes of a tree's Python files, each file parsed at most once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self._known: dict[str, list[Model]] = {}

    def classes(self, names: Collection[str], table: str = "") -> Iterator[tuple[str, Model]]:
        """Give the classes of files that have one of such a name, or that say the table's name."""
        ends = "|".join(map(re.escape, sorted(names)))
        shape = re.compile(rf"class\s+(?i:{ends})\b".encode("utf-8", "replace"))
        text = re.escape(table or "\0")
        said = re.compile(
            rf"(?:db_table|__tablename__)\b.{{0,99}}?{text}".encode("utf-8", "replace"), re.DOTALL
        )
        for path, data in self.files.items():
            if path.endswith(".py") and (shape.search(data) or said.search(data)):
                yield from ((path, model) for model in self._models(path, data))

    def _models(self, path: str, data: bytes) -> list[Model]:
        if path not in self._known:
            tree = parsed(decode(data) or "")
            self._known[path] = list(models(tree, _label(path, self.files))) if tree else []
        return self._known[path]


def _label(path: str, files: Mapping[str, bytes]) -> str:
    folder = f"/{path}".rpartition("/")[0]
    folder = folder.partition("/models/")[0].removesuffix("/models").lstrip("/")
    config = files.get(f"{folder}/apps.py" if folder else "apps.py", b"")
    return label_in(decode(config) or "") or app_of(path)


def _names(wanted: Wanted, known: Sequence[_Model], found: set[Use]) -> Names:
    """Collect the names that models give, and note where they do."""
    short = wanted.name.removesuffix("_id")
    attributes, fields = {wanted.name, short or wanted.name}, set[str]()
    for model in known:
        if wanted.kind == "table" or (wanted.kind == "type" and model.kind == "enum"):
            found.add(
                Use(DEFINED, display(model.path), model.line, f"{shown(model.name)} is its {model.kind}")
            )
        for field, column, line in model.fields if wanted.kind == "column" else ():
            if column == wanted.name:
                words = f"{shown(field)} is a field of {shown(model.name)}"
                found.add(Use(DEFINED, display(model.path), line, words))
                (attributes if model.language == "python" else fields).add(field)
    return named(
        wanted,
        {model.name for model in known if model.language == "python" and model.kind != "base"},
        {model.name for model in known if model.language == "prisma" and model.kind != "enum"},
        attributes,
        fields,
    )

"""oxlint with security plugins over many files: one process, files under names that nobody else chose."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from lockgate.errors import ToolError
from lockgate.finding import Rule
from lockgate.gates.file_report import FileReport
from lockgate.gates.protocol import Output, Task
from lockgate.gates.sast import oxlint_output
from lockgate.gates.sast.oxlint_rules import RULES, TOOL
from lockgate.gates.tool_run import run_tool
from lockgate.process import run as run_process
from lockgate.source import MAX_BYTES, Source, read_bytes
from lockgate.text import decode
from lockgate.toolset import Node, install_node_set, locked_version
from lockgate.verdict import Tool

_SUFFIXES = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".astro")
_PLUGINS = ("eslint-plugin-security", "eslint-plugin-no-unsanitized", "@microsoft/eslint-plugin-sdl")
_SET = "oxlint"


def selects(path: str) -> bool:
    """Choose JavaScript and TypeScript, also inside components."""
    return path.endswith(_SUFFIXES)


def run(gate: str, task: Task) -> Output:
    """Run oxlint over the JavaScript and TypeScript files; it is installed when there are any."""
    tool = Tool(TOOL, locked_version(_SET, "oxlint"))
    make = partial(_make, task)
    return run_tool(gate, task, tool, make, selects, rules)


def rules(ids: Iterable[str]) -> tuple[Rule, ...]:
    """Describe rules."""
    return tuple(RULES[rule_id] for rule_id in sorted(ids) if rule_id in RULES)


def _make(task: Task) -> "Oxlint":
    node = install_node_set(_SET, task.home)
    return Oxlint(node, task.jobs, task.limits.seconds_per_file, task.limits.seconds_per_tool)


@dataclass(frozen=True, slots=True)
class Oxlint:
    """Analyse with oxlint; a batch that kills it is halved until the file that does so stands alone."""

    node: Node
    jobs: int
    seconds_per_file: float
    seconds_per_tool: float

    @property
    def identity(self) -> str:
        """Name the tool and all its plugins by their lock."""
        return f"oxlint {self.node.lock}"

    def analyse(self, sources: Sequence[Source]) -> Iterator[tuple[Source, FileReport]]:
        """Report on each source."""
        if not sources:
            return
        with TemporaryDirectory(prefix="lockgate-oxlint-") as folder:
            self._probe(Path(folder, "probe"))
            yield from self._batch(sources, Path(folder, "files"))

    def _probe(self, folder: Path) -> None:
        """Lint one harmless file: when that fails, the tool is broken and no file is to blame."""
        folder.mkdir()
        Path(folder, "0.js").write_text("export {};\n")
        self._lint(folder, ["0.js"], self.seconds_per_file)

    def _batch(self, sources: Sequence[Source], folder: Path) -> Iterator[tuple[Source, FileReport]]:
        staged, unread = _stage(sources, folder)
        yield from unread.items()
        if not staged:
            return
        seconds = self.seconds_per_tool if len(staged) > 1 else self.seconds_per_file
        try:
            found = self._lint(folder, list(staged), seconds)
        except ToolError as error:
            yield from self._halves(list(staged.values()), folder, error)
            return
        for name, source in staged.items():
            yield source, oxlint_output.report(found.get(name, ()), (folder / name).read_text("utf-8"))

    def _halves(
        self, sources: Sequence[Source], folder: Path, error: ToolError
    ) -> Iterator[tuple[Source, FileReport]]:
        if len(sources) == 1:
            yield sources[0], FileReport(problem=f"oxlint fails on it: {error.what}")
            return
        middle = len(sources) // 2
        yield from self._batch(sources[:middle], folder.with_name(f"{folder.name}0"))
        yield from self._batch(sources[middle:], folder.with_name(f"{folder.name}1"))

    def _lint(
        self, folder: Path, names: Sequence[str], seconds: float
    ) -> dict[str, list[oxlint_output.Diagnostic]]:
        config = folder.parent / "oxlint.json"
        config.write_text(json.dumps(self._configuration()))
        done = run_process(
            [*self.node.script("oxlint/bin/oxlint"), "--config", str(config), "--format", "json",
             "--disable-nested-config", "--no-ignore", "--threads", str(self.jobs), "."],
            cwd=folder, seconds=seconds,
        )  # fmt: skip
        return oxlint_output.read(done, names)

    def _configuration(self) -> dict[str, object]:
        return {
            "plugins": ["eslint", "react", "typescript"],
            "jsPlugins": [str(self.node.modules / plugin) for plugin in _PLUGINS],
            "categories": {"correctness": "off"},
            "rules": dict.fromkeys(RULES, "error"),
        }


def _stage(sources: Sequence[Source], folder: Path) -> tuple[dict[str, Source], dict[Source, FileReport]]:
    """Write each source as UTF-8 under a number: no name, configuration or encoding of the tree reaches oxlint."""
    folder.mkdir()
    staged: dict[str, Source] = {}
    unread: dict[Source, FileReport] = {}
    for number, source in enumerate(sources):
        try:
            text = decode(read_bytes(source.file, MAX_BYTES))
        except OSError as error:
            unread[source] = FileReport(problem=f"it cannot be read: {error.strerror}")
            continue
        if text is None:
            unread[source] = FileReport(problem="it is binary")
            continue
        name = f"{number}{_suffix(source.path)}"
        (folder / name).write_text(text, encoding="utf-8", errors="replace", newline="")
        staged[name] = source
    return staged, unread


def _suffix(path: str) -> str:
    if path.endswith((".d.ts", ".d.mts", ".d.cts")):
        return ".d" + path[path.rindex(".") :]
    return path[path.rindex(".") :]

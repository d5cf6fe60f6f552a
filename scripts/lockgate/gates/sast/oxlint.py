"""oxlint with security plugins over many files: one process, files under names that nobody else chose."""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from lockgate.errors import ToolError
from lockgate.finding import Rule
from lockgate.gates.analysis import OnDemand
from lockgate.gates.file_report import FileReport
from lockgate.gates.protocol import Output, Task
from lockgate.gates.sast import oxlint_output
from lockgate.gates.sast.oxlint_rules import RULES, TOOL
from lockgate.gates.tool_run import run_tool
from lockgate.process import run as run_process
from lockgate.source import MAX_BYTES, Source, read_bytes
from lockgate.text import decode
from lockgate.toolset import Node, install_node_set, lock_digest, locked_version
from lockgate.verdict import Tool

_SUFFIXES = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".astro")
_PLUGINS = ("eslint-plugin-security", "eslint-plugin-no-unsanitized")
_SDL = Path(__file__).with_name("sdl_plugin.cjs")
_SET = "oxlint"
_SECONDS_MORE = 0.1  # for each file of a batch; measured: 0.003
_PROBE = """eval(code);
element.innerHTML = code;
new RegExp(code);
const view = <div dangerouslySetInnerHTML={{ __html: code }} />;
"""
_PROBED = {
    "@microsoft/sdl/no-inner-html",
    "eslint/no-eval",
    "no-unsanitized/property",
    "react/no-danger",
    "security/detect-non-literal-regexp",
}


def selects(path: str) -> bool:
    """Choose JavaScript and TypeScript, also inside components."""
    return path.endswith(_SUFFIXES)


def run(gate: str, task: Task) -> Output:
    """Run oxlint over the JavaScript and TypeScript files; it is installed when there are any."""
    tool = Tool(TOOL, locked_version(_SET, "oxlint"))
    identity = _identity(lock_digest(_SET))
    return run_tool(gate, task, tool, lambda: OnDemand(identity, partial(_make, task)), selects, rules)


def rules(ids: Iterable[str]) -> tuple[Rule, ...]:
    """Describe rules."""
    return tuple(RULES[rule_id] for rule_id in sorted(ids) if rule_id in RULES)


def _identity(lock: str) -> str:
    """Name the tool and all its plugins by their lock, and the one that is ours by its content."""
    return f"{TOOL} {lock} {hashlib.sha256(_SDL.read_bytes()).hexdigest()}"


def _make(task: Task) -> "Oxlint":
    node = install_node_set(_SET, task.home)
    return Oxlint(node, task.jobs, task.limits.seconds_per_file, task.limits.seconds_per_tool)


@dataclass(frozen=True, slots=True)
class Oxlint:
    """Analyse with oxlint; a batch that ends it is halved until the file that does so stands alone."""

    node: Node
    jobs: int
    seconds_per_file: float
    seconds_per_tool: float
    clock: Callable[[], float] = time.monotonic

    @property
    def identity(self) -> str:
        """Name what a result depends on."""
        return _identity(self.node.lock)

    def analyse(self, sources: Sequence[Source]) -> Iterator[tuple[Source, FileReport]]:
        """Report on each source."""
        deadline = self.clock() + self.seconds_per_tool
        with TemporaryDirectory(prefix="lockgate-oxlint-") as folder:
            self._probe(Path(folder, "probe"))
            yield from self._batch(sources, Path(folder, "files"), deadline)

    def _probe(self, folder: Path) -> None:
        """Lint known flaws: when one is not found, the tool is broken and no file is to blame."""
        folder.mkdir()
        (folder / "0.jsx").write_text(_PROBE)
        diagnostics = self._lint(folder, ["0.jsx"], self.seconds_per_file).get("0.jsx", [])
        missed = _PROBED - {oxlint_output.rule_id(diagnostic.code) for diagnostic in diagnostics}
        if missed:
            raise oxlint_output.failed(f"it does not find {', '.join(sorted(missed))} where that is")

    def _batch(
        self, sources: Sequence[Source], folder: Path, deadline: float
    ) -> Iterator[tuple[Source, FileReport]]:
        staged, unread = _stage(sources, folder)
        yield from unread.items()
        if not staged:
            return
        seconds = min(self.seconds_per_file + _SECONDS_MORE * len(staged), deadline - self.clock())
        if seconds <= 0:
            problem = f"oxlint had no time left of its {self.seconds_per_tool:g} seconds"
            yield from ((source, FileReport(problem=problem)) for source in staged.values())
            return
        try:
            found = self._lint(folder, staged.keys(), seconds)
        except ToolError as error:
            yield from self._halves(list(staged.values()), folder, deadline, error)
            return
        for name, source in staged.items():
            # Not read_text(): it would drop the CR of line ends, and offsets would be wrong.
            text = (folder / name).read_bytes().decode("utf-8", "replace")
            yield source, oxlint_output.report(found.get(name, ()), text)

    def _halves(
        self, sources: Sequence[Source], folder: Path, deadline: float, error: ToolError
    ) -> Iterator[tuple[Source, FileReport]]:
        if len(sources) == 1:
            yield sources[0], FileReport(problem=f"oxlint fails on it: {error.what}")
            return
        middle = len(sources) // 2
        yield from self._batch(sources[:middle], folder.with_name(f"{folder.name}0"), deadline)
        yield from self._batch(sources[middle:], folder.with_name(f"{folder.name}1"), deadline)

    def _lint(
        self, folder: Path, names: Collection[str], seconds: float
    ) -> dict[str, list[oxlint_output.Diagnostic]]:
        config = folder.parent / "oxlint.json"
        config.write_text(json.dumps(configuration(self.node)))
        done = run_process(
            [*self.node.script("oxlint/bin/oxlint"), "--config", str(config), "--format", "json",
             "--disable-nested-config", "--no-ignore", "--threads", str(self.jobs), "."],
            cwd=folder, seconds=seconds, env=environment(self.node),
        )  # fmt: skip
        return oxlint_output.read(done, names)


def environment(node: Node) -> dict[str, str]:
    """Give what the configuration's plugins need in their environment."""
    return {"LOCKGATE_SDL_PLUGIN": str(node.modules / "@microsoft" / "eslint-plugin-sdl")}


def configuration(node: Node) -> dict[str, object]:
    """Give oxlint's configuration: our rules and no others, with the plugins of a node set."""
    return {
        "plugins": ["eslint", "react", "typescript"],
        "jsPlugins": [*(str(node.modules / plugin) for plugin in _PLUGINS), str(_SDL)],
        "categories": {"correctness": "off"},
        "rules": dict.fromkeys(RULES, "error"),
    }


def _stage(sources: Sequence[Source], folder: Path) -> tuple[dict[str, Source], dict[Source, FileReport]]:
    """Write each source as UTF-8 under a number: no name, configuration or encoding of it reaches oxlint."""
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
            unread[source] = FileReport(problem="it is binary, or UTF-16 without a mark that says so")
            continue
        name = f"{number}{_suffix(source.path)}"
        (folder / name).write_text(text, encoding="utf-8", errors="replace", newline="")
        staged[name] = source
    return staged, unread


def _suffix(path: str) -> str:
    if path.endswith((".d.ts", ".d.mts", ".d.cts")):
        return ".d" + path[path.rindex(".") :]
    return path[path.rindex(".") :]

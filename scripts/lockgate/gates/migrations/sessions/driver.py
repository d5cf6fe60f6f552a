"""Run a project's own migration tool, told what to do in JSON lines: `python -I driver.py django`.

Run by the project's Python, 3.8 or newer, in the folder in which its tool is run: standard library and the
project's packages only. Each question is one line, `{"ask": NAME, ...}`, and so is each answer: `{"ok": ...}`
or `{"failure": {"message", "state", "line", "kind"}}`. What the project prints goes to standard error.
"""

# ruff: noqa: ANN401 - what the project's packages give has no types here
from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import sys
import traceback
from typing import Any

LONGEST = 4000


class StoppedError(BaseException):
    """Stop a migration, as a deploy that is killed is."""


class Lines:
    """Put before each statement the lines of the migration's file that it comes from.

    With `until` the migration is stopped when it has run so many statements; `stopped` is then the last line.
    """

    def __init__(self, token: str) -> None:
        self._token = token
        self._trees: dict[str, Any] = {}
        self.path = ""
        self.span: tuple[int, int] | None = None
        self.until: int | None = None
        self.stopped: int | None = None
        self._done = self._last = 0

    def tree(self, path: str) -> Any:
        """Parse a file; None for what is no Python text."""
        if path not in self._trees:
            try:
                with open(path, "rb") as file:  # noqa: PTH123 - nothing here needs more
                    self._trees[path] = ast.parse(file.read())
            except (OSError, SyntaxError, ValueError):
                self._trees[path] = None
        return self._trees[path]

    def around(self, path: str, line: int) -> tuple[int, int]:
        """Give the lines of the innermost statement that a line is part of; of one with a body, its head."""
        best = (line, line)
        for node in ast.walk(self.tree(path) or ast.Module([], [])):
            if isinstance(node, ast.stmt):
                body = getattr(node, "body", None)
                end = max(node.lineno, body[0].lineno - 1) if body else node.end_lineno or node.lineno
                if node.lineno <= line <= end:
                    best = (node.lineno, end)
        return best

    def begin(self, path: str) -> None:
        """Say which file is run from now on; none for the tool itself."""
        self.path = path
        self.span = None
        self._done = self._last = 0

    def mark(self, text: str) -> str:
        """Write the lines before a statement: those of the call in the file, else those that are known."""
        first, last = self._here() or self.span or (0, 0)
        if first:  # else the tool says it for itself
            if self._done == self.until:
                self.stopped = self._last
                raise StoppedError
            self._done, self._last = self._done + 1, last
        return f"/*lockgate {self._token}:{first}-{last}*/ {text}"

    def _here(self) -> tuple[int, int] | None:
        frame: Any = sys._getframe(1)  # noqa: SLF001 - what it is for
        while self.path and frame is not None:
            if frame.f_code.co_filename == self.path:
                return self.around(self.path, frame.f_lineno)
            frame = frame.f_back
        return None

    def blame(self, error: BaseException) -> int:
        """Give the line of the file that an exception went through last, 0 where it did not."""
        frames = traceback.extract_tb(error.__traceback__)
        here = [frame.lineno or 0 for frame in frames if self.path and frame.filename == self.path]
        return here[-1] if here else (self.span or (0, 0))[0]


class RefusedError(Exception):
    """Say why a question cannot be answered; `kind` is that of the failure."""

    def __init__(self, message: str, kind: str = "failed") -> None:
        super().__init__(message)
        self.kind = kind


def failure(error: BaseException, lines: Lines) -> dict[str, Any]:
    """Describe an exception: what it says, SQLSTATE where the server raised it, and the line."""
    state, each = "", error  # type: str, BaseException | None
    for _ in range(20):
        if each is None or state:
            break
        real = getattr(each, "orig", None) or each  # SQLAlchemy keeps the driver's own there
        state = getattr(real, "sqlstate", None) or getattr(real, "pgcode", None) or ""
        each = each.__cause__ or each.__context__
    words = str(error).strip()
    words = re.sub(r"/\*lockgate [0-9a-f]+:\d+-\d+\*/ ", "", words)  # SQLAlchemy shows the statement
    message = words if isinstance(error, RefusedError) else f"{type(error).__name__}: {words}"
    kind = getattr(error, "kind", "failed") if isinstance(error, RefusedError) else "failed"
    return {"message": message[:LONGEST], "state": str(state)[:5], "line": lines.blame(error), "kind": kind}


def packages() -> list[str]:
    """List the installed distributions."""
    from importlib import metadata  # noqa: PLC0415 - asked for seldom

    found = {(each.metadata["Name"] or "", each.version or "") for each in metadata.distributions()}
    return [f"{name}=={version}" for name, version in sorted(found)]


def _inside(path: str, folder: str) -> bool:
    return path.startswith(folder + "/") and "site-packages" not in path


def _move(old: str, new: str) -> None:
    """Take what is installed of one checkout from another one."""
    if old != new:
        sys.path[:] = [new + each[len(old) :] if _inside(each + "/", old) else each for each in sys.path]


def _first(kind: str) -> int:
    """Give the place of the tool's folder: `manage.py` comes first, Alembic's after the standard library."""
    installed = (at for at, each in enumerate(sys.path) if each.endswith("-packages"))
    return 0 if kind == "django" else next(installed, len(sys.path))


def _loaded(folder: str) -> bool:
    files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    return any(_inside(file, folder) for file in files)


def _answer(tool: Any, line: bytes) -> dict[str, Any]:
    asked = json.loads(line)
    tool.lines.until, tool.lines.stopped = asked.get("until"), None
    try:
        if asked["ask"] == "identity":
            return {"ok": packages()}
        if asked["ask"] == "apart":
            return {"ok": not _loaded(asked["folder"])}
        if asked["ask"] == "open":
            _move(*asked["moved"])
        return {"ok": getattr(tool, "ask_" + asked["ask"])(asked)}
    except BaseException as error:  # noqa: BLE001 - the project's code may raise anything, SystemExit too
        if tool.lines.stopped is not None:  # what puts itself in order may have raised something else
            return {"ok": {"stopped": tool.lines.stopped}}
        traceback.print_exc()
        return {"failure": failure(error, tool.lines)}
    finally:
        tool.lines.begin("")


def main(kind: str, token: str) -> None:
    """Answer until there are no more questions."""
    answers = os.fdopen(os.dup(1), "wb")
    questions = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - nothing here needs more
    spec: Any = importlib.util.spec_from_file_location("lockgate_driver", f"{here}/driver_{kind}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.insert(_first(kind), os.getcwd())  # noqa: PTH109 - nothing here needs more
    sys.argv = [kind]
    tool = module.Tool(Lines(token), RefusedError)
    for line in questions:
        answers.write(json.dumps(_answer(tool, line)).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

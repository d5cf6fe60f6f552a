"""The worker process: read one JSON line a file, answer with one. Started by lockgate.process.pool."""

import contextlib
import importlib
import json
import os
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from lockgate.gates.file_report import FileReport

Analyse = Callable[[str, str], FileReport]

ANALYSERS = {
    "bandit": "lockgate.gates.sast.bandit_worker",
    "detect-secrets": "lockgate.gates.secrets.detect_secrets_worker",
    "lockgate-secrets": "lockgate.gates.secrets.detectors_worker",
}
_MEMORY = 3 * 1024**3


def main() -> None:
    """Serve until standard input ends."""
    answers = _take_stdout()
    _limit(resource.RLIMIT_AS, _MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    analyse: Analyse = importlib.import_module(ANALYSERS[sys.argv[1]]).load()
    _answer(answers, json.dumps("ready").encode())
    for line in sys.stdin.buffer:
        root, path = json.loads(line)
        _answer(answers, msgspec.json.encode(_report(analyse, root, path)))


def _report(analyse: Analyse, root: str, path: str) -> FileReport:
    try:
        return analyse(root, path)
    except MemoryError:
        return FileReport(problem="it needs more memory than one file may have")
    except RecursionError:
        return FileReport(problem="it is nested too deeply")
    except OSError as error:
        return FileReport(problem=f"it cannot be read: {error.strerror or type(error).__name__}")
    except Exception as error:  # noqa: BLE001 - the tool's own bug; its text may quote the file
        return FileReport(problem=f"the tool stumbled over it ({type(error).__name__})")


def _limit(what: int, most: int) -> None:
    """Lower a limit, never raise it: the machine's own may be lower, and macOS knows no limit of memory."""
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(what)[1]
        fitting = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (fitting, fitting))


def _take_stdout() -> BinaryIO:
    """Keep the answers' stream for ourselves: whatever a tool prints goes nowhere and can spoil no answer."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def _answer(answers: BinaryIO, line: bytes) -> None:
    answers.write(line + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()

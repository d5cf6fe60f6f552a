"""The bill of an installed Python environment, which cyclonedx-bom makes."""

import sys
from functools import cache
from pathlib import Path

import msgspec

from lockgate.bom.read import MAX_BYTES, BomError, decode
from lockgate.errors import ToolError
from lockgate.process import network, run
from lockgate.toolset import REQUIREMENTS, STARTER
from lockgate.verdict import Tool

FILE = "sbom-environment.cdx.json"
_SET, _PACKAGE = "cyclonedx", "cyclonedx-bom"
_MEBIBYTE = 1024 * 1024


def make(python: str, root: Path, home: Path, seconds: float) -> bytes:
    """Give the bill of the environment of a Python; raise ToolError.

    That Python is run, so it may not lie in the checkout, where a change could put another in its place.
    """
    program = Path(python)
    if not program.is_absolute() or program.absolute().is_relative_to(root):
        raise ToolError(
            f"`gates.sbom.environment` is `{python[:200]}`, which is not run",
            cause="it is relative, or lies in the checkout, where a change could replace it",
            todo="name the Python of an environment outside of the checkout by its whole path",
        )
    words = ["cyclonedx-py", "environment", str(program), "--output-reproducible", "--no-validate"]
    argv = [sys.executable, "-I", str(STARTER), "--env", _SET, "--", *words, "--of", "JSON", "-o", "-"]
    done = run(
        argv,
        cwd=Path("/"),
        seconds=seconds,
        env={**network(), "LOCKGATE_HOME": str(home)},
        max_output=MAX_BYTES + _MEBIBYTE,
    )
    try:
        document = decode(done.stdout)
    except BomError as error:
        raise ToolError(
            f"cyclonedx-py made no bill of {python[:200]}: {error}",
            cause=_last_line(done.stderr) or f"it ended with {done.code} and said nothing",
            todo="see that it is the Python of an environment, and that it runs here",
        ) from error
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _last_line(output: bytes) -> str:
    lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


@cache
def tool() -> Tool:
    """Name cyclonedx-bom as it is locked."""
    for line in (REQUIREMENTS / f"{_SET}.txt").read_text("utf-8").splitlines():
        name, _, version = line.partition("==")
        if name == _PACKAGE:
            return Tool(_PACKAGE, version.split()[0])
    raise AssertionError(_PACKAGE)

"""The last run's verdict, as the commands that follow it read it."""

from pathlib import Path

from lockgate.errors import InputError
from lockgate.reports import verdict_json
from lockgate.reports.verdict_document import Document
from lockgate.source import read_bytes

_MAX_VERDICT = 512 * 1024 * 1024


def read_report(folder: Path) -> Document:
    """Read the verdict in a folder that `run` wrote; raise InputError."""
    file = folder / "verdict.json"
    try:
        return verdict_json.read(read_bytes(file, _MAX_VERDICT))
    except OSError as error:
        raise InputError(
            f"{file} cannot be read: {error.strerror}",
            cause="nothing has run here yet, or it wrote elsewhere",
            todo="run `lockgate run`, or name its folder with --report",
        ) from error

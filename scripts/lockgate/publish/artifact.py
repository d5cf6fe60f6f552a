"""Take one file out of an artifact that a stranger may have made, in memory and by its one known name."""

import struct
import zipfile
import zlib
from io import BytesIO

from msgspec import Struct

from lockgate.api import Client
from lockgate.errors import PlatformError

NAME = "lockgate-report"
"""What the pipeline calls it where nobody gave another name."""
FILE = "verdict.json"
MAX_ARCHIVE = 32 * 1024 * 1024
MAX_FILE = 64 * 1024 * 1024
MAX_RATIO = 200
_FREE = 8 * 1024 * 1024  # so much may come of however little
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, OverflowError, RuntimeError, ValueError,
)  # fmt: skip


class _Artifact(Struct, frozen=True):
    id: int
    name: str
    size_in_bytes: int
    expired: bool


class _Artifacts(Struct, frozen=True):
    artifacts: list[_Artifact]


def fetch(client: Client, run: int, name: str) -> bytes:
    """Fetch `verdict.json` of a run's newest artifact of that name; raise PlatformError.

    A run that was started again has one for each time.
    https://docs.github.com/en/rest/actions/artifacts#list-workflow-run-artifacts
    """
    pages = client.pages(_Artifacts, "actions", "runs", run, "artifacts", name=name)
    found = [artifact for page in pages for artifact in page.artifacts if artifact.name == name]
    newest = max(found, key=lambda artifact: artifact.id, default=None)
    if newest is None or newest.expired:
        raise PlatformError(
            f"the run left no artifact `{name}`" if newest is None else f"the artifact `{name}` has expired",
            cause="it ended before there was a verdict, or keeps its artifact under another name",
            todo="look at its log; give the report the same artifact name as the pipeline",
        )
    if newest.size_in_bytes > MAX_ARCHIVE:
        raise _refused(f"it is larger than {MAX_ARCHIVE:,} bytes")
    return unpack(client.download("actions", "artifacts", newest.id, "zip", limit=MAX_ARCHIVE))


def unpack(archive: bytes) -> bytes:
    """Read `verdict.json` out of a ZIP archive, and nothing else; raise PlatformError."""
    try:
        with zipfile.ZipFile(BytesIO(archive)) as opened:
            entries = [entry for entry in opened.infolist() if entry.filename == FILE]
            if len(entries) != 1:
                raise _refused(f"it has {len(entries)} files `{FILE}`")
            _see_size(entries[0])
            with opened.open(entries[0]) as stream:
                data = stream.read(MAX_FILE + 1)
    except _BROKEN as error:
        raise _refused("it is no whole ZIP archive") from error
    if len(data) != entries[0].file_size:
        raise _refused("it is no whole ZIP archive")
    return data


def _see_size(entry: zipfile.ZipInfo) -> None:
    if entry.compress_type not in _METHODS:
        raise _refused("it is packed in a way that no pipeline uses")
    if entry.file_size > min(MAX_FILE, max(_FREE, MAX_RATIO * entry.compress_size)):
        raise _refused(f"`{FILE}` in it is too large, or unpacks to more than {MAX_RATIO} times its size")


def _refused(why: str) -> PlatformError:
    return PlatformError(
        f"the artifact of the run is refused: {why}",
        cause="the change altered the workflow, or something else wrote the artifact",
        todo="look at the change to the workflows before anything else",
    )

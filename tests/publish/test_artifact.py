"""Archives that a stranger made: one file is read of them, or nothing."""

import struct
import zipfile
from random import randbytes

import pytest

from fake_github import FakeGitHub, artifact, client, run, zipped
from lockgate.errors import PlatformError
from lockgate.publish.artifact import MAX_ARCHIVE, fetch, unpack

RUN = 9_000_000_001
GOOD = b'{"a": 1}'


def encrypted():
    data = bytearray(zipped(("verdict.json", GOOD)))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return bytes(data)


def lying(size):
    """Claim another unpacked size in the directory of the archive."""
    data = bytearray(zipped(("verdict.json", b"x" * 5000)))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = struct.pack("<I", size)
    return bytes(data)


def flipped():
    data = bytearray(zipped(("verdict.json", GOOD * 100), method=zipfile.ZIP_STORED))
    data[60] ^= 0xFF
    return bytes(data)


HOSTILE = {
    "empty": b"",
    "no archive": b"{}",
    "cut": zipped(("verdict.json", GOOD))[:-9],
    "only the end": zipped(("verdict.json", GOOD))[-22:],
    "another file": zipped(("other.json", GOOD)),
    "above": zipped(("../verdict.json", GOOD)),
    "from the root": zipped(("/verdict.json", GOOD)),
    "in a folder": zipped(("a/verdict.json", GOOD)),
    "backslash": zipped(("..\\verdict.json", GOOD)),
    "another case": zipped(("VERDICT.JSON", GOOD)),
    "a folder of that name": zipped(("verdict.json/", b"")),
    "two of them": zipped(("verdict.json", GOOD), ("verdict.json", b"{}")),
    "a bomb": zipped(("verdict.json", b"0" * 50_000_000)),
    "a larger bomb": zipped(("verdict.json", b"0" * 70_000_000), method=zipfile.ZIP_STORED),
    "another method": zipped(("verdict.json", GOOD), method=zipfile.ZIP_LZMA),
    "encrypted": encrypted(),
    "says it is small": lying(10),
    "says it is large": lying(500_000_000),
    "broken": flipped(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused(name):
    with pytest.raises(PlatformError, match="refused") as caught:
        unpack(HOSTILE[name])
    assert "look at the change" in caught.value.todo


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_one_file_is_read_whatever_else_is_there(method):
    others = [("report.html", b"x" * 9000), ("../../etc/passwd", b"y"), ("a" * 5000, b"")]
    assert unpack(zipped(*others, ("verdict.json", GOOD), method=method)) == GOOD


def test_a_real_verdict_is_no_bomb():
    lines = b"".join(b'{"path": "src/file_%d.py", "message": "eval"}\n' % number for number in range(100_000))
    assert unpack(zipped(("verdict.json", lines))) == lines


@pytest.fixture
def github():
    with FakeGitHub() as served:
        served.state.runs = [run()]
        yield served


def test_ten_megabytes_of_documents_in_folders_are_no_hindrance(github):
    documents = [(f"lighthouse/head/page-{number}.json.gz", randbytes(100_000)) for number in range(100)]
    archive = zipped(("verdict.json", GOOD), *documents, ("lighthouse/base/verdict.json", b"other"))
    assert len(archive) > 10_000_000
    github.state.artifacts = [artifact(archive, id=5)]
    assert fetch(client(github), RUN, "lockgate-report") == GOOD


def test_the_newest_of_that_name_is_taken(github):
    github.state.artifacts = [
        artifact(zipped(("verdict.json", b"old")), id=5),
        artifact(zipped(("verdict.json", b"new")), id=7),
        artifact(zipped(("verdict.json", b"other")), id=9, name="lockgate-report-part-sast-1"),
        artifact(zipped(("verdict.json", b"foreign")), id=11, run=4),
    ]
    assert fetch(client(github), RUN, "lockgate-report") == b"new"
    assert github.state.leaks == []


def test_a_name_is_found_on_any_page(github):
    github.state.artifacts = [artifact(b"", id=each) for each in range(1, 150)]
    github.state.artifacts[120] |= {"id": 999, "data": zipped(("verdict.json", GOOD))}
    assert fetch(client(github), RUN, "lockgate-report") == GOOD


@pytest.mark.parametrize(
    ("found", "what"),
    [
        ([], "left no artifact `lockgate-report`"),
        ([artifact(b"", id=5, name="other")], "left no artifact"),
        ([artifact(b"", id=5, expired=True)], "has expired"),
        ([artifact(b"", id=5, size_in_bytes=MAX_ARCHIVE + 1)], "larger than"),
        ([artifact(b"x" * (MAX_ARCHIVE + 1), id=5, size_in_bytes=10)], "larger than"),
    ],
)
def test_an_artifact_that_cannot_be_had(github, found, what):
    github.state.artifacts = found
    with pytest.raises(PlatformError, match=what):
        fetch(client(github), RUN, "lockgate-report")

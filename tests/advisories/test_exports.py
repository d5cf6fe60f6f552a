"""Exports, from files and from a server that answers as OSV's bucket does."""

import gzip
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from advisories.corpus import archive, entry, record
from lockgate.advisories import exports, osv
from lockgate.advisories.download import ECOSYSTEMS, download
from lockgate.errors import InputError, PlatformError

ONE, TWO = (record(name, entry("loom", ("introduced", "0"))) for name in ("GHSA-1", "GHSA-2"))


def test_a_folder_of_archives_and_records_is_read_in_order(tmp_path):
    archive(tmp_path / "npm" / "all.zip", TWO)
    archive(tmp_path / "PyPI" / "all.zip", ONE)
    (tmp_path / "X-3.json").write_text('{"id": "X-3"}')
    (tmp_path / "README.md").write_text("not a record")
    assert [member.name for member in exports.members([tmp_path])] == [
        "GHSA-1.json",
        "X-3.json",
        "GHSA-2.json",
    ]
    assert [member.name for member in exports.members([tmp_path / "X-3.json"])] == ["X-3.json"]


def test_other_members_of_an_archive_are_not_records(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as made:
        made.writestr("README", "words")
        made.writestr("X-1.json", "{}")
    assert [member.name for member in exports.members([tmp_path / "all.zip"])] == ["X-1.json"]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("X-1.json", b" " * (osv.LARGEST + 1))


@pytest.mark.parametrize("spoil", [_cut, _flip, _bomb, Path.unlink, lambda path: path.write_text("<html>")])
def test_an_archive_that_is_not_whole_is_an_error(tmp_path, spoil):
    path = archive(tmp_path / "all.zip", ONE)
    spoil(path)
    with pytest.raises(InputError, match="cannot be read"):
        list(exports.members([path]))


@pytest.mark.parametrize("name", ["none.json", "none.txt", "none"])
def test_what_is_not_there_is_an_error(tmp_path, name):
    with pytest.raises(InputError, match="cannot be read"):
        list(exports.members([tmp_path / name]))


TABLE = "#model_version:v1,score_date:2026-01-01\ncve,epss,percentile\nCVE-1,0.5,0.9\nCVE-2,0.00042,0.1\n"
CATALOGUE = '{"title": "x", "vulnerabilities": [{"cveID": "CVE-1", "vendorProject": "x"}]}'


def test_epss_and_kev_are_read_as_published(tmp_path):
    plain, packed, kev = tmp_path / "epss.csv", tmp_path / "epss.csv.gz", tmp_path / "kev.json"
    plain.write_text(TABLE)
    packed.write_bytes(gzip.compress(TABLE.encode()))
    kev.write_text(CATALOGUE)
    for file in (plain, packed):
        assert exports.tables(file, None).epss == {"CVE-1": 0.5, "CVE-2": 0.00042}
    assert exports.tables(None, kev).kev == {"CVE-1"}
    assert exports.tables(None, None) == exports.Extra()


@pytest.mark.parametrize(
    "data",
    [b"", b"cve,epss\n", b"cve,epss\nCVE-1,high\n", b"cve,epss\nCVE-1,7\n", b"cve,epss\nCVE-1\n",
             b"a,b\n1,2\n",
     b"cve,epss\nCVE-1,nan\n", b"\xff", b"\x1f\x8b\x08", gzip.compress(TABLE.encode())[:-9]],
)  # fmt: skip
def test_what_is_no_table_of_epss_is_an_error(tmp_path, data):
    (tmp_path / "epss").write_bytes(data)
    with pytest.raises(InputError, match="cannot be read"):
        exports.tables(tmp_path / "epss", None)


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"vulnerabilities": []}', b'{"vulnerabilities": [{}]}', CATALOGUE.encode()[:-3]],
)
def test_what_is_no_catalogue_of_kev_is_an_error(tmp_path, data):
    (tmp_path / "kev").write_bytes(data)
    with pytest.raises(InputError, match="cannot be read"):
        exports.tables(None, tmp_path / "kev")


class _Bucket(BaseHTTPRequestHandler):
    """Serve archives by path with their ETags; `server.faults` answers instead."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("If-None-Match")))
        status, body, headers = self.server.faults.get(self.path) or self._answer()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _answer(self):
        body, etag = self.server.files[self.path]
        same = self.headers.get("If-None-Match") == etag
        return (304, b"", {}) if same else (200, body, {"ETag": etag})

    def log_message(self, *_):
        pass


PATHS = ["/GitHub%20Actions/all.zip", "/PyPI/all.zip", "/npm/all.zip"]


@pytest.fixture
def bucket():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Bucket) as server:
        server.files = {path: (f"zip of {path}".encode(), f'"{path}-1"') for path in PATHS}
        server.faults, server.asked = {}, []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetch(bucket, folder, etags):
    with requests.Session() as session:
        session.trust_env = False
        return download(session, folder, etags, address=f"http://127.0.0.1:{bucket.server_port}")


def test_exports_are_fetched_once_until_one_changes(bucket, tmp_path):
    etags = fetch(bucket, tmp_path / "1", {})
    assert etags == {name: f'"{path}-1"' for name, path in zip(ECOSYSTEMS, PATHS, strict=True)}
    assert (tmp_path / "1" / "PyPI" / "all.zip").read_bytes() == b"zip of /PyPI/all.zip"
    assert fetch(bucket, tmp_path / "2", etags) == etags
    assert not (tmp_path / "2").exists()
    bucket.files["/npm/all.zip"] = (b"new", '"n-2"')
    assert fetch(bucket, tmp_path / "3", etags) == etags | {"npm": '"n-2"'}
    assert {path.parent.name for path in (tmp_path / "3").rglob("all.zip")} == set(ECOSYSTEMS)


@pytest.mark.parametrize(
    "fault",
    [
        (500, b"", {}),
        (429, b"", {}),
        (404, b"", {}),
        (304, b"", {}),
        (302, b"", {"Location": "http://127.0.0.1:1/"}),
        (200, b"half", {"Content-Length": "400"}),
    ],
)
def test_an_export_that_cannot_be_had_whole_is_an_error(bucket, tmp_path, fault):
    bucket.faults["/PyPI/all.zip"] = fault
    with pytest.raises(PlatformError, match="could not be fetched"):
        fetch(bucket, tmp_path, {})


def test_no_server_at_all_is_an_error(bucket, tmp_path):
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(PlatformError, match="could not be fetched"):
            download(session, tmp_path, {}, address="http://127.0.0.1:1")


def test_time_is_limited(bucket, tmp_path):
    ticks = iter([0.0, 1e9, 1e9])
    address = f"http://127.0.0.1:{bucket.server_port}"
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(PlatformError, match="could not be fetched") as caught:
            download(session, tmp_path, {}, address=address, clock=lambda: next(ticks))
    assert "seconds" in caught.value.cause

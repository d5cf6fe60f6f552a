"""The loopback server, asked as tools ask OSV."""

import socket
from urllib.parse import urlsplit

import pytest
import requests

from lockgate.advisories.model import Package
from lockgate.advisories.server import serving

LOOM = Package("PyPI", "loom")
GONE = {"withdrawn": "2026-01-01T00:00:00Z"}


def record(name, fixed, **more):
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    package = {"ecosystem": "PyPI", "name": "Loom"}
    return {
        "id": name, "modified": "2026-01-02T03:04:05.123456789Z",
        "affected": [{"package": package, "ranges": ranges}, {"ranges": ranges}], **more,
    }  # fmt: skip


RECORDS = {LOOM: (record("GHSA-1", "2.0"), record("GHSA-2", "1.0"), record("GHSA-3", "9", **GONE))}


@pytest.fixture
def url():
    with serving(RECORDS) as address:
        yield address


def asked(version=None, name="loom", ecosystem="PyPI"):
    return {"package": {"name": name, "ecosystem": ecosystem}} | ({"version": version} if version else {})


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (asked("0.9"), ["GHSA-1", "GHSA-2"]),
        (asked("1.0"), ["GHSA-1"]),
        (asked("2.0"), []),
        (asked(), ["GHSA-1", "GHSA-2"]),
        (asked("0.9", name="LOOM"), ["GHSA-1", "GHSA-2"]),
        (asked("0.9", name="other"), []),
        (asked("0.9", ecosystem="npm"), []),
    ],
)
def test_a_query_is_answered_with_records_and_a_batch_with_ids(url, query, ids):
    document = requests.post(f"{url}/v1/query", json=query, timeout=5).json()
    assert [each["id"] for each in document.get("vulns", [])] == ids
    assert ("vulns" in document) == bool(ids)
    batch = requests.post(f"{url}/v1/querybatch", json={"queries": [query, asked("2.0")]}, timeout=5).json()
    assert [[each["id"] for each in result.get("vulns", [])] for result in batch["results"]] == [ids, []]


def test_a_record_is_given_without_what_crashes_its_readers(url):
    found = requests.get(f"{url}/v1/vulns/GHSA-1", timeout=5).json()
    assert found["modified"] == "2026-01-02T03:04:05.123456Z"
    assert [each["package"]["name"] for each in found["affected"]] == ["loom"]
    assert requests.get(f"{url}/v1/vulns/GHSA-9", timeout=5).status_code == 404


def test_nobody_gets_in_without_the_random_part(url):
    root = f"http://{urlsplit(url).netloc}"
    assert len(urlsplit(url).path) > 30
    for prefix in ("", "/x", urlsplit(url).path[:-1], urlsplit(url).path[:-1] + "~"):
        assert requests.post(f"{root}{prefix}/v1/query", json=asked("0.9"), timeout=5).status_code == 404
        assert requests.get(f"{root}{prefix}/v1/vulns/GHSA-1", timeout=5).status_code == 404
    with serving(RECORDS) as other:
        assert urlsplit(other).path != urlsplit(url).path


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'{"package": "x"}', b"\xff", b'{"package":' + b"[" * 100_000]
)
def test_a_bad_query_is_refused(url, data):
    assert requests.post(f"{url}/v1/query", data=data, timeout=5).status_code == 400
    assert requests.post(f"{url}/v1/query", json=asked("0.9"), timeout=5).status_code == 200


def test_too_many_queries_and_too_large_a_body_are_refused(url):
    queries = {"queries": [asked("2.0")] * 1001}
    assert requests.post(f"{url}/v1/querybatch", json=queries, timeout=5).status_code == 400
    parts = urlsplit(url)
    for length in ("99999999999", "-1", "", "x"):
        with socket.create_connection((parts.hostname, parts.port), timeout=5) as client:
            client.sendall(
                f"POST {parts.path}/v1/query HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode()
            )
            assert client.recv(100).startswith(b"HTTP/1.1 413 ")


def test_it_is_gone_after_the_block():
    with serving(RECORDS) as url:
        assert requests.get(f"{url}/v1/vulns/GHSA-1", timeout=5).status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/v1/vulns/GHSA-1", timeout=5)


def test_it_is_silent(capfd):
    with serving(RECORDS) as url:
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port), timeout=5) as client:
            client.sendall(b"rubbish\r\n\r\n")
            assert client.recv(1000)
        requests.get(f"{url}/v1/nothing", timeout=5)
    assert capfd.readouterr() == ("", "")

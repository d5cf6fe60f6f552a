"""OSV's API on loopback, for tools that ask it: records of one run, judged straight by OSV's algorithm.

It is independent of the index's own way to an answer, so that a second opinion is one.
Source: https://google.github.io/osv.dev/api/
"""

import contextlib
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from lockgate.advisories import osv
from lockgate.advisories.model import Package

_HOST = "127.0.0.1"
_IDLE_SECONDS = 60.0
_LARGEST = 8 << 20
_POLL = 0.02
_QUERIES = 1000


class _Named(msgspec.Struct):
    ecosystem: str
    name: str


class _Query(msgspec.Struct):
    package: _Named
    version: str = ""


class _Batch(msgspec.Struct):
    queries: list[_Query]


class _Api:
    """Answer as OSV does: a path and a body in, a status and a document out."""

    def __init__(self, records: Mapping[Package, Iterable[osv.Record]]) -> None:
        self._of = {
            osv.package(package.ecosystem, package.name): tuple(map(osv.sanitised, each))
            for package, each in records.items()
        }
        self._by_id = {record["id"]: record for each in self._of.values() for record in each}

    def get(self, path: str) -> tuple[int, object]:
        """Give a record."""
        record = self._by_id.get(path.removeprefix("/v1/vulns/"))
        return (200, record) if record else (404, {"code": 5, "message": "Bug not found."})

    def post(self, path: str, body: bytes) -> tuple[int, object]:
        """Answer one query with records, several with their ids."""
        if path == "/v1/query":
            return 200, _vulns(self._held(msgspec.json.decode(body, type=_Query)))
        if path == "/v1/querybatch":
            queries = msgspec.json.decode(body, type=_Batch).queries
            if len(queries) > _QUERIES:
                return 400, {"code": 3, "message": "Too many queries."}
            return 200, {"results": [_vulns(map(_short, self._held(query))) for query in queries]}
        return 404, {"code": 5, "message": "Not Found"}

    def _held(self, query: _Query) -> Iterator[osv.Record]:
        package = osv.package(query.package.ecosystem, query.package.name)
        for record in self._of.get(package, ()):
            if osv.affects(record, package, query.version) if query.version else not osv.is_withdrawn(record):
                yield record


def _vulns(found: Iterable[osv.Record]) -> dict[str, object]:
    """Give what is found; OSV leaves the field out when it is nothing."""
    return {"vulns": listed} if (listed := list(found)) else {}


def _short(record: osv.Record) -> osv.Record:
    return {"id": record["id"], "modified": record.get("modified", "")}


class _Handler(BaseHTTPRequestHandler):
    """Speak HTTP, silently; nothing is answered on another path than the run's own."""

    api: _Api
    prefix: str
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a GET."""
        path = self._own_path()
        self._answer(*(self.api.get(path) if path else (404, {})))

    def do_POST(self) -> None:
        """Answer a POST, or close the connection on a body that is too large or of unknown length."""
        length = self.headers.get("Content-Length", "")
        path = self._own_path()
        if not path or not (length.isascii() and length.isdigit()) or int(length[:12]) > _LARGEST:
            self.close_connection = True
            self._answer(413 if path else 404, {})
            return
        try:
            self._answer(*self.api.post(path, self.rfile.read(int(length))))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            self._answer(400, {"code": 3, "message": "Invalid query."})

    def _own_path(self) -> str:
        """Give the path behind the run's prefix, nothing when it is not there."""
        secret, path = self.path[: len(self.prefix)], self.path[len(self.prefix) :]
        return path if secrets.compare_digest(secret.encode(), self.prefix.encode()) else ""

    def _answer(self, status: int, document: object) -> None:
        data = msgspec.json.encode(document)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that left: the tool tells itself what it did not get."""


@contextlib.contextmanager
def serving(records: Mapping[Package, Iterable[osv.Record]]) -> Iterator[str]:
    """Serve records of packages while the block lasts; give what an address begins with, before `/v1`.

    The address holds a random part: no other program of this machine gets in by accident. The records are
    served without what crashes the tools that read them.
    """
    prefix = f"/{secrets.token_urlsafe(24)}"
    handler = type("_Bound", (_Handler,), {"api": _Api(records), "prefix": prefix})
    with _Server((_HOST, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL,), daemon=True)
        thread.start()
        try:
            yield f"http://{_HOST}:{server.server_port}{prefix}"
        finally:
            server.shutdown()
            thread.join()

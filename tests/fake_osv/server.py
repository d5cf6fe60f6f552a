"""Answer as OSV's documentation says, or as a fault says instead.

https://google.github.io/osv.dev/post-v1-querybatch/ and https://google.github.io/osv.dev/get-v1-vulns/
"""

import json
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lockgate.advisories import osv

HOST = "127.0.0.1"
QUERIES = 1000
ECOSYSTEMS = {"PyPI", "npm", "GitHub Actions"}  # "PyPI" is one, "pypi" is not


@dataclass
class Fault:
    """Answer so instead: with a status and a body, or the right one cut short, or none in `seconds`."""

    status: int = 0
    body: bytes | None = None
    headers: dict = field(default_factory=dict)
    half: bool = False
    cut: bool = False
    seconds: float = 0.0
    location: str = ""


@dataclass
class State:
    """Hold records; `faults` are by the number of the request, counted from 1, `always` is for every one.

    A result has at most `page` ids; the first page of each is empty with `empty_first`.
    `stale` names ids whose record comes from a replica that is behind.
    """

    records: list = field(default_factory=list)
    faults: dict = field(default_factory=dict)
    always: Fault | None = None
    page: int = 1000
    empty_first: bool = False
    stale: set = field(default_factory=set)
    requests: list = field(default_factory=list)
    batches: list = field(default_factory=list)
    secrets: list = field(default_factory=list)

    def held(self, query):
        package = osv.package(query["package"]["ecosystem"], query["package"]["name"])
        for record in sorted(self.records, key=lambda record: record["id"]):
            named = {place for place, _ in osv.entries(record)}
            if "version" in query:
                holds = osv.affects(record, package, query["version"])
            else:
                holds = package in named and not osv.is_withdrawn(record)
            if holds:
                yield {"id": record["id"], "modified": record["modified"]}

    def result(self, query):
        if "purl" in query["package"] or query["package"]["ecosystem"] not in ECOSYSTEMS:
            raise LookupError
        token = query.get("page_token", "")
        if self.empty_first and not token:
            return {"next_page_token": "0"}
        found, start = list(self.held(query)), int(token or 0)
        answer = {"vulns": found[start : start + self.page]} if found[start:] else {}
        if len(found) > start + self.page:
            answer["next_page_token"] = str(start + self.page)
        return answer

    def respond(self, method, path, data):
        if method == "POST" and path == "/v1/querybatch":
            queries = json.loads(data)["queries"]
            self.batches.append(queries)
            if len(queries) > QUERIES:
                return 400, {"code": 3, "message": "Too many queries"}
            try:
                return 200, {"results": [self.result(query) for query in queries]}
            except LookupError:
                return 400, {"code": 3, "message": "Invalid ecosystem."}
        if method == "POST" and path == "/v1/query":
            held = {each["id"] for each in self.held(json.loads(data))}
            found = [record for record in self.records if record["id"] in held]
            return 200, {"vulns": found} if found else {}
        for record in self.records:
            if method == "GET" and path == f"/v1/vulns/{record['id']}":
                old = {"modified": "2001-01-01T00:00:00Z"} if record["id"] in self.stale else {}
                return 200, record | old
        return 404, {"code": 5, "message": "Bug not found."}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Say nothing of a client that left; an error of the fake's own is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class FakeOsv:
    """Serve a state while the `with` block lasts; `url` is the address of the API."""

    def __init__(self, state):
        self.state = state
        self.lock = threading.Lock()
        self._server = Server((HOST, 0), type("Bound", (Handler,), {"osv": self, "state": state}))
        self.url = f"http://{HOST}:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.serve("GET")

    def do_POST(self):
        self.serve("POST")

    def serve(self, method):
        data = self.rfile.read(int(self.headers["Content-Length"] or 0))
        with self.osv.lock:
            self.state.requests.append(f"{method} {self.path}")
            if self.headers["Authorization"] or self.headers["Cookie"]:
                self.state.secrets.append(self.path)
            fault = self.state.faults.get(len(self.state.requests), self.state.always)
            status, document = self.state.respond(method, self.path, data)
        body = json.dumps(document).encode()
        if fault:
            return self.fail(fault, status, body)
        return self.answer(status, body, {})

    def fail(self, fault, status, body):
        time.sleep(fault.seconds)
        if fault.cut:
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        if fault.half:
            self.close_connection = True
            return self.answer(status, body[: len(body) // 2], {"Content-Length": str(len(body))})
        headers = fault.headers | ({"Location": fault.location} if fault.location else {})
        return self.answer(fault.status or status, body if fault.body is None else fault.body, headers)

    def answer(self, status, data, headers):
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(data))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

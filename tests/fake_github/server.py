"""Two servers on loopback: the API, and the store of files that it redirects to."""

import json
import re
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import requests

from fake_github.rules import READS, WRITES, Refusal, permit
from fake_github.state import REPOSITORY, TOKEN, State
from lockgate.api import Client, Pace

HOST = "127.0.0.1"
VERSIONS = {None, "2022-11-28"}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Say nothing of a client that left; an error of the fake's own is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class FakeGitHub:
    """Serve a state while the `with` block lasts; `url` is what GITHUB_API_URL would name."""

    def __init__(self, state=None):
        self.state = state or State()
        self.lock = threading.Lock()
        self._servers = [Server((HOST, 0), _bound(handler, self)) for handler in (ApiHandler, BlobHandler)]
        self.url, self.blobs = (f"http://{HOST}:{server.server_port}" for server in self._servers)

    def __enter__(self):
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in self._servers:
            server.shutdown()
            server.server_close()


def _bound(handler, github):
    return type(handler.__name__, (handler,), {"github": github, "state": github.state})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, status, data=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def cut(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class BlobHandler(Handler):
    """The store: a signed address is all it asks for, and a token has no business here."""

    def do_GET(self):
        if self.headers["Authorization"]:
            self.state.leaks.append(self.path)
        if self.state.blob_faults:
            fault = self.state.blob_faults.pop(0)
            return self.cut() if fault.cut else self.answer(fault.status)
        return self.answer(200, self.state.blobs[urlsplit(self.path).path])


class ApiHandler(Handler):
    def do_GET(self):
        self.serve("GET")

    def do_POST(self):
        self.serve("POST")

    def do_PATCH(self):
        self.serve("PATCH")

    def do_DELETE(self):
        self.serve("DELETE")

    def serve(self, method):
        data = self.rfile.read(int(self.headers["Content-Length"] or 0))
        with self.github.lock:
            self.state.requests.append(f"{method} {self.path}")
            fault = self.state.faults.get(len(self.state.requests))
            if fault and not fault.done:
                return self.fail(fault)
            status, content, headers = self.respond(method, data)
            if fault:
                return self.fail(fault)
        return self.answer(status, content, self.rates() | headers)

    def fail(self, fault):
        if fault.cut:
            return self.cut()
        content = json.dumps({"message": fault.message}).encode()
        return self.answer(fault.status, content, self.rates() | fault.headers)

    def respond(self, method, data):
        try:
            self.authenticate()
            self.count()
            return self.route(method, data)
        except Refusal as refusal:
            headers = {"X-Accepted-GitHub-Permissions": refusal.needs} if refusal.needs else {}
            return refusal.status, json.dumps({"message": refusal.message}).encode(), headers

    def authenticate(self):
        """https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api"""
        if not self.headers["User-Agent"]:
            raise Refusal(403, "Request forbidden by administrative rules")
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            raise Refusal(401, "Bad credentials")
        if self.headers["X-GitHub-Api-Version"] not in VERSIONS:
            raise Refusal(400, "unsupported version")

    def count(self):
        """https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api"""
        state = self.state
        if state.clock.now >= state.reset:
            state.remaining, state.reset = 5000, int(state.clock.now) + 3600
        if state.remaining <= 0:
            raise Refusal(403, "API rate limit exceeded for installation")
        state.remaining -= 1

    def rates(self):
        return {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": str(self.state.remaining),
            "X-RateLimit-Reset": str(self.state.reset),
        }

    def route(self, method, data):
        parts = urlsplit(self.path)
        prefix = f"/repos/{REPOSITORY}/"
        if not parts.path.startswith(prefix):
            raise Refusal(404, "Not Found")
        path, query = parts.path.removeprefix(prefix), dict(parse_qsl(parts.query))
        if method == "GET":
            return self.read(path, query)
        body = json.loads(data) if data else None
        for (wanted, pattern), write in WRITES.items():
            if wanted == method and (match := re.fullmatch(pattern, path)):
                status, made = write(self.state, body, *match.groups())
                return status, json.dumps(made).encode() if made else b"", {}
        raise Refusal(404, "Not Found")

    def read(self, path, query):
        if match := re.fullmatch(r"actions/artifacts/(\d+)/zip", path):
            return self.redirect(int(match[1]))
        for pattern, (get, form) in READS.items():
            if match := re.fullmatch(pattern, path):
                status, found = get(self.state, query, *map(unquote, match.groups()))
                return (status, json.dumps(found).encode(), {}) if not form else self.page(found, form, query)
        raise Refusal(404, "Not Found")

    def redirect(self, number):
        """https://docs.github.com/en/rest/actions/artifacts#download-an-artifact"""
        permit(self.state, "actions", "read")
        for each in self.state.artifacts:
            if each["id"] == number:
                if each["expired"]:
                    raise Refusal(410, "Artifact has expired")
                self.state.blobs[f"/blob/{number}"] = each["data"]
                return 302, b"", {"Location": f"{self.github.blobs}/blob/{number}?sig=s3cret"}
        raise Refusal(404, "Not Found")

    def page(self, found, form, query):
        """https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api"""
        size = min(int(query.get("per_page", 30)), 100)
        number = int(query.get("page", 1))
        some = found[(number - 1) * size : number * size]
        content = some if form == "list" else {"total_count": len(found), form: some}
        headers = {}
        if number * size < len(found):
            following = urlencode(query | {"page": number + 1})
            host = self.state.next_host or self.github.url
            headers["Link"] = f'<{host}{urlsplit(self.path).path}?{following}>; rel="next"'
        return 200, json.dumps(content).encode(), headers


def client(github, *, token=TOKEN, repository=REPOSITORY, patience=600.0, url="", session=None):
    """Make a client of lockgate's that sleeps in the clock of the fake."""
    session = session or requests.Session()
    session.trust_env = False
    clock = github.state.clock
    pace = Pace(sleep=clock.sleep, clock=clock.time, patience=patience)
    return Client(session, pace, url=url or github.url, token=token, repository=repository)

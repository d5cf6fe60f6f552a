"""A package index on the loopback (PEP 503, 691, 658, 714) that has metadata of wheels, and no wheels."""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTML, JSON = "text/html", "application/vnd.pypi.simple.v1+json"


def metadata(name, version, *lines):
    return "\n".join(
        ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *lines, "", "Text\n"]
    ).encode()


class Index:
    """Hold wheels by name: (version, metadata); `answers` are what other paths than these give."""

    def __init__(self):
        self.wheels, self.answers, self.asked, self.html = {}, {}, [], False

    def add(self, name, version, *lines):
        self.wheels.setdefault(name, []).append((version, metadata(name, version, *lines)))
        return f"sha256:{wheel_hash(name, version)}"

    def answer(self, path):
        """Give (status, type, body)."""
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path.endswith(".whl.metadata"):
            name, version = path.rpartition("/")[2].split("-")[:2]
            return 200, "text/plain", dict(self.wheels[name])[version]
        name = path.removeprefix("/simple/").strip("/")
        if path.startswith("/simple/") and name in self.wheels:
            return 200, HTML if self.html else JSON, self._page(name)
        return 404, HTML, b"nothing"

    def _page(self, name):
        files = [(f"{name}-{version}-py3-none-any.whl", version, data) for version, data in self.wheels[name]]
        if self.html:
            links = [
                f'<a href="/files/{file}#sha256={wheel_hash(name, version)}" '
                f'data-core-metadata="sha256={hashlib.sha256(data).hexdigest()}">{file}</a>'
                for file, version, data in files
            ]
            return f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()
        return json.dumps({
            "meta": {"api-version": "1.1"}, "name": name, "versions": [version for _, version, _ in files],
            "files": [
                {"filename": file, "url": f"/files/{file}", "hashes": {"sha256": wheel_hash(name, version)},
                 "core-metadata": {"sha256": hashlib.sha256(data).hexdigest()}, "size": 1}
                for file, version, data in files
            ],
        }).encode()  # fmt: skip


def wheel_hash(name, version):
    return hashlib.sha256(f"{name} {version}".encode()).hexdigest()


@contextmanager
def serving(index):
    """Serve an index; give the address that pip is told."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, kind, body = index.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

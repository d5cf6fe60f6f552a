"""A small site of pages that a browser has trouble with, and what is left of a browser afterwards."""

import gzip
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>T</title>'
VIEW = '<meta name="viewport" content="width=device-width"><link rel="icon" href="/icon.svg">'
GREETING = "<body><main><h1>Hello</h1><p>There is a text.</p></main></body></html>"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>'
SCRIPT = "function unused() { return 'nobody calls this, ever, so all of it is unused' }\nwindow.x = 1;\n"

FULL = f"""{HEAD}{VIEW}<link rel="stylesheet" href="/one.css"><script src="/block.js"></script>
<script src="/defer.js" defer></script><script src="/async.js" async></script>
<link rel="preload" as="style" href="/late.css" onload="this.rel='stylesheet'">
<script src="https://stats.example/a.js"></script><script>window.y = () => 1</script></head>
<body><main><h1>Hello</h1><img src="/one.svg" width="9" height="9">
<img src="/two.svg" alt="two" width="9" height="9">
<img src="http://192.0.2.7/x.png" alt="x" width="9" height="9">
<img src="/missing.png" alt="m" width="9" height="9"><script src="/body.js"></script>
<script>addEventListener("load", () => {{ const late = document.createElement("script");
late.src = "/added.js"; document.head.append(late); fetch("/data.json") }})</script>
</main></body></html>"""

PAGES = {
    "/": ("text/html", HEAD + VIEW + "</head>" + GREETING),
    "/full": ("text/html", FULL),
    "/blank": ("text/html", HEAD + "</head><body></body></html>"),
    "/busy": ("text/html", f"{HEAD}</head>{GREETING}<script>setTimeout(() => {{ for (;;); }}, 50)</script>"),
    "/restless": (
        "text/html",
        f"{HEAD}</head>{GREETING}<script>setInterval(() => fetch('/data.json?' + Math.random()), 9)</script>",
    ),
    "/text": ("text/plain", "no page"),
    "/icon.svg": ("image/svg+xml", SVG),
    "/one.svg": ("image/svg+xml", SVG),
    "/two.svg": ("image/svg+xml", SVG),
    "/data.json": ("application/json", "{}"),
    "/one.css": ("text/css", "h1 { color: #222 }"),
    "/late.css": ("text/css", "p { color: #222 }"),
    **{f"/{name}.js": ("text/javascript", SCRIPT) for name in ("block", "defer", "async", "body", "added")},
}  # fmt: skip


class _Site(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self):
        path = self.path.partition("?")[0]
        self.asked.append(path)
        if path in ("/moved", "/circle"):
            self.send_response(302)
            self.send_header("Location", {"/moved": "/?from=moved#top", "/circle": "/circle"}[path])
            self.end_headers()
        elif path == "/broken":
            self.send_error(500)
        elif path == "/slow":
            time.sleep(3)
            self._send("text/html", PAGES["/"][1])
        elif path in PAGES:
            self._send(*PAGES[path])
        else:
            self.send_error(404)

    def _send(self, kind, text):
        body = gzip.compress(text.encode(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        """Say nothing."""


def visitors(path):
    """Count how often a page was asked for."""
    return _Site.asked.count(path)


@contextmanager
def site():
    """Serve the pages on loopback; give the address without a slash at its end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def processes(words):
    """List the processes whose command line holds some words, as pid and command line."""
    found = {}
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = place.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if words in line:
            found[int(place.parent.name)] = line
    return found


def wait_until(true, seconds=10.0):
    """Wait until something is true; say whether it came to be."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True

"""Our own server for a build directory, on loopback alone."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lockgate.errors import ConfigurationError
from lockgate.gates.lighthouse.model import Build
from lockgate.gates.lighthouse.sites.answering import Replies, Reply, refusal
from lockgate.untrusted import shown

_HOST = "127.0.0.1"
_POLL = 0.02
_IDLE_SECONDS = 60.0
_LONGEST_TARGET = 8_192
_CHUNK = 1 << 20


@contextlib.contextmanager
def serve(build: Build, fallback: str = "") -> Iterator[str]:
    """Serve a build directory on a free port while this lasts, and give its origin, without a `/` at the end.

    `fallback` is its file that answers for paths that are not there. Raise ConfigurationError where the build
    has no such file.
    """
    if fallback and fallback not in build.files:
        raise ConfigurationError(
            f"`gates.lighthouse.fallback` names {shown(fallback)}, which the build does not have",
            cause="it is misspelt, or is not given from the build directory",
            todo="name a file of the build directory, such as index.html",
        )
    handler = type("_Bound", (_Handler,), {"replies": Replies(build, fallback)})
    server = _Server((_HOST, 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(_POLL,), daemon=True)
    thread.start()
    try:
        yield f"http://{_HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, place: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(place, handler)

    def get_request(self) -> tuple[socket.socket, object]:
        """Take a connection, and remember it: browsers keep theirs, which would live on."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: object) -> None:
        """Forget a connection that ends."""
        if isinstance(request, socket.socket):
            self._open.discard(request)
            super().shutdown_request(request)

    def handle_error(self, *_: object) -> None:
        """Say nothing: that a browser hangs up is no error."""

    def server_close(self) -> None:
        """Close the connections, too."""
        super().server_close()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    replies: Replies
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a GET."""
        status = self._fault()
        if status:
            self.send_error(status)
            return
        try:
            self._send(
                self.replies.get(self.path, {name.title(): value for name, value in self.headers.items()})
            )
        except OSError:
            self.close_connection = True  # the file has gone, or the browser

    def do_HEAD(self) -> None:
        """Answer a HEAD."""
        self.do_GET()

    def send_error(self, code: int, *_: object) -> None:
        """Refuse a request, and hang up: what follows it may be its body."""
        self.close_connection = True
        self._send(refusal(code))

    def _fault(self) -> int:
        """Give the status for a request that is no browser's of ours; 0 for a good one."""
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or {"Content-Length", "Transfer-Encoding"} & set(self.headers):
            return HTTPStatus.BAD_REQUEST
        port = self.connection.getsockname()[1]
        if hosts[0] not in {f"{_HOST}:{port}", f"localhost:{port}"}:
            return HTTPStatus.MISDIRECTED_REQUEST  # a name that leads to us is a rebinding attack's
        return HTTPStatus.REQUEST_URI_TOO_LONG if len(self.path) > _LONGEST_TARGET else 0

    def _send(self, reply: Reply) -> None:
        """Send head and body at once where both are in memory; the head has the same length each time."""
        empty = reply.status == HTTPStatus.NOT_MODIFIED
        length = () if empty else (("Content-Length", str(reply.length if reply.file else len(reply.body))),)
        closing = (("Connection", "close"),) if self.close_connection else ()
        lines = [f"{name}: {value}\r\n" for name, value in (*reply.headers, *length, *closing)]
        head = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n{''.join(lines)}\r\n".encode()
        if self.command == "HEAD":
            self.wfile.write(head)
        elif reply.file is None:
            self.wfile.write(head + reply.body)
        else:
            self._stream(head, reply)

    def _stream(self, head: bytes, reply: Reply) -> None:
        if reply.file is None:
            return
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(reply.file, flags), "rb") as stream:
            stream.seek(reply.start)
            left = reply.length - len(first := stream.read(min(_CHUNK, reply.length)))
            self.wfile.write(head + first)
            while left and (more := stream.read(min(_CHUNK, left))):
                self.wfile.write(more)
                left -= len(more)
        self.close_connection |= bool(left)

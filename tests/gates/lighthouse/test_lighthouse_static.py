"""The static server: whole requests over real connections, those of strangers too."""

import gzip
import http.client
import shutil
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import pytest

from gates.running import write
from lockgate.errors import ConfigurationError
from lockgate.gates.lighthouse.sites.builds import of_folder
from lockgate.gates.lighthouse.sites.static import serve

SHOP = Path(__file__).parents[3] / "examples" / "shop" / "frontend" / "out"
LONG = "let total = 0; // the sum of what is in the cart\n" * 200
FILES = {
    "404.html": "<!doctype html><p>nothing here",
    "a.html": "<!doctype html><p>a",
    "app-B3xk9_Qz.js": LONG,
    "b/index.html": "<!doctype html><p>b",
    "film.mp4": bytes(range(256)) * 5_000,
    "index.html": f"<!doctype html><p>home {LONG}",
    "sp ace/ü%.txt": "odd",
    "style.css": "p { color: red }",
}


def asked(origin, path, headers=None, method="GET"):
    """Ask as a browser does; give status, headers and body."""
    connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=10)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def raw(origin, data):
    """Send bytes; give all that comes back until the server hangs up, or says nothing for a while."""
    parts = urlsplit(origin)
    with socket.create_connection((parts.hostname, parts.port), timeout=2) as connection:
        connection.sendall(data)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except (TimeoutError, ConnectionResetError):
            pass
    return answer


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    write(folder, FILES)
    outside = tmp_path_factory.mktemp("outside")
    write(outside, {"secret.txt": "not yours"})
    (folder / "link.txt").symlink_to(outside / "secret.txt")
    (folder / "links").symlink_to(outside)
    return of_folder(folder, "out")


@pytest.fixture(scope="module")
def origin(build):
    with serve(build) as origin:
        yield origin


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/", 200, FILES["index.html"]),
        ("/?utm=1", 200, FILES["index.html"]),
        ("/index.html", 200, FILES["index.html"]),
        ("/a", 200, FILES["a.html"]),
        ("/a.html", 200, FILES["a.html"]),
        ("/b/", 200, FILES["b/index.html"]),
        ("/sp%20ace/%C3%BC%25.txt", 200, "odd"),
        ("/nothing", 404, FILES["404.html"]),
        ("/nothing.js", 404, FILES["404.html"]),
        ("/link.txt", 404, FILES["404.html"]),
        ("/links/secret.txt", 404, FILES["404.html"]),
        ("//a", 200, FILES["a.html"]),
    ],
)
def test_what_an_address_gets(origin, path, status, body):
    assert asked(origin, path)[::2] == (status, body.encode())


@pytest.mark.parametrize(
    ("path", "location"),
    [("/b", "/b/"), ("/b?x=/../y", "/b/?x=/../y"), ("/a/", "/a"), ("/b#part", "/b/")],
)
def test_the_other_spelling_of_a_page_leads_to_it(origin, path, location):
    status, headers, body = asked(origin, path)
    assert (status, headers["Location"], body) == (308, location, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/b/%2e%2e%2f%2e%2e/secret.txt",
        "/a%00.html",
        "/./a.html",
        "a.html",
        "*",
    ],
)
def test_what_leads_out_is_refused(origin, path):
    line = f"GET {path} HTTP/1.1\r\nHost: {urlsplit(origin).netloc}\r\nConnection: close\r\n\r\n".encode()
    assert raw(origin, line).startswith(b"HTTP/1.1 400 ")


def test_an_absolute_address_is_refused(origin):
    host = urlsplit(origin).netloc
    line = f"GET http://{host}/a HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    assert raw(origin, line).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: rebound.example\r\n\r\n", 421),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n", 400),
        ("GET /" + "x" * 9_000 + " HTTP/1.1\r\nHost: {host}\r\n\r\n", 414),
        ("GET /" + "x" * 90_000 + " HTTP/1.1\r\nHost: {host}\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nX: " + "x" * 90_000 + "\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: {host}\r\n" + "X: 1\r\n" * 200 + "\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\n\r\nabcde", 400),
        ("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\n\r\nabcde", 501),
        ("GET / HTTP/9.9\r\nHost: {host}\r\n\r\n", 505),
        ("nonsense\r\n\r\n", 400),
    ],
)
def test_a_request_that_no_browser_of_ours_makes_is_refused(origin, request_, status):
    answer = raw(origin, request_.replace("{host}", urlsplit(origin).netloc).encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close" in answer


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
    ],
)
def test_text_is_compressed_as_the_browser_takes_it(origin, accepted, encoding):
    _, headers, body = asked(origin, "/app-B3xk9_Qz.js", {"Accept-Encoding": accepted})
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert (headers.get("Content-Encoding"), decode(body)) == (encoding, LONG.encode())
    assert headers["Vary"] == "Accept-Encoding"
    assert encoding is None or len(body) < len(LONG) / 20


def test_what_is_small_or_no_text_is_sent_as_it_is(origin):
    for path in ("/style.css", "/film.mp4"):
        _, headers, body = asked(origin, path, {"Accept-Encoding": "br"})
        assert "Content-Encoding" not in headers
        assert len(body) == int(headers["Content-Length"])


def test_files_have_types_and_lifetimes(origin):
    wanted = {
        "/app-B3xk9_Qz.js": ("text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        "/style.css": ("text/css; charset=utf-8", "public, max-age=0, must-revalidate"),
        "/film.mp4": ("video/mp4", "public, max-age=0, must-revalidate"),
    }
    found = {path: asked(origin, path)[1] for path in wanted}
    assert {path: (each["Content-Type"], each["Cache-Control"]) for path, each in found.items()} == wanted


def test_a_file_that_has_not_changed_is_not_sent_again(origin):
    _, headers, _ = asked(origin, "/a")
    assert asked(origin, "/a", {"If-None-Match": headers["ETag"]})[::2] == (304, b"")


def test_a_head_has_the_headers_alone(origin):
    status, headers, body = asked(origin, "/", {"Accept-Encoding": "br"}, "HEAD")
    assert (status, body) == (200, b"")
    assert headers == asked(origin, "/", {"Accept-Encoding": "br"})[1]


@pytest.mark.parametrize(
    ("asked_for", "status", "part"),
    [
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=1279990-", 206, slice(1_279_990, None)),
        ("bytes=-10", 206, slice(-10, None)),
        ("bytes=5-99999999", 206, slice(5, None)),
        ("bytes=0-1,5-6", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
    ],
)
def test_a_part_of_a_film(origin, asked_for, status, part):
    film = FILES["film.mp4"]
    found, headers, body = asked(origin, "/film.mp4", {"Range": asked_for})
    assert (found, body) == (status, film[part])
    if status == 206:
        first = part.indices(len(film))[0]
        assert headers["Content-Range"] == f"bytes {first}-{first + len(body) - 1}/{len(film)}"


def test_a_part_that_is_not_there(origin):
    status, headers, _ = asked(origin, "/film.mp4", {"Range": "bytes=1280000-"})
    assert (status, headers["Content-Range"]) == (416, "bytes */1280000")


def test_a_file_costs_the_same_bytes_each_time_on_any_port(build):
    line = "GET {} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: br\r\nConnection: close\r\n\r\n"
    answers = []
    for _ in range(2):
        with serve(build) as origin:
            host = urlsplit(origin).netloc
            answers.append(
                [raw(origin, line.format(path, host).encode()) for path in ("/", "/b", "/no", "/film.mp4")]
            )
    assert answers[0] == answers[1]
    assert all(b"Date:" not in answer for answer in answers[0])


def test_several_requests_share_a_connection(origin):
    connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=10)
    for path, size in (("/a", len(FILES["a.html"])), ("/film.mp4", len(FILES["film.mp4"])), ("/b", 0)):
        connection.request("GET", path)
        response = connection.getresponse()
        assert len(response.read()) == size
        assert not response.will_close
    connection.close()


def test_the_fallback_answers_for_paths_and_not_for_assets(tmp_path):
    write(tmp_path, {"index.html": "<!doctype html>app", "x.js": "1"})
    with serve(of_folder(tmp_path, "dist"), "index.html") as origin:
        assert asked(origin, "/users/7")[::2] == (200, b"<!doctype html>app")
        assert asked(origin, "/gone.js")[0] == 404
        assert asked(origin, "/v1.2", {"Accept": "text/html,*/*"})[0] == 200


def test_a_fallback_that_is_not_there_is_refused(build):
    with pytest.raises(ConfigurationError, match="fallback"), serve(build, "app.html"):
        pass


def test_at_the_end_nobody_answers_not_even_on_an_open_connection(build):
    with serve(build) as origin:
        parts = urlsplit(origin)
        kept = socket.create_connection((parts.hostname, parts.port), timeout=5)
        kept.sendall(f"GET /a HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        assert kept.recv(15) == b"HTTP/1.1 200 OK"
    while kept.recv(65536):
        pass
    kept.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((parts.hostname, parts.port), timeout=5)


def test_a_file_that_has_gone_ends_the_connection(tmp_path):
    write(tmp_path, {"index.html": "<!doctype html>", "film.mp4": b"1"})
    with serve(of_folder(tmp_path, "out")) as origin:
        (tmp_path / "film.mp4").unlink()
        line = f"GET /film.mp4 HTTP/1.1\r\nHost: {urlsplit(origin).netloc}\r\n\r\n".encode()
        assert raw(origin, line) == b""
        assert asked(origin, "/")[0] == 200


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on this machine")
def test_curl_gets_the_shop_whole():
    with serve(of_folder(SHOP, "out")) as origin:
        for path, file in {
            "/": "index.html",
            "/products/tunnel-lamp/": "products/tunnel-lamp/index.html",
        }.items():
            argv = ["curl", "--silent", "--fail", "--compressed", "--noproxy", "*", f"{origin}{path}"]
            done = subprocess.run(argv, capture_output=True, check=True)
            assert done.stdout == (SHOP / file).read_bytes()

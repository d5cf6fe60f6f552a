"""A program of the project that serves the site, and pages that are served elsewhere."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from gates.running import write
from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.errors import ConfigurationError, ToolError
from lockgate.gates.lighthouse.sites.given import is_movable, of_start, of_urls, ready
from lockgate.gates.lighthouse.sites.started import started

READY = "http://127.0.0.1:{port}/"
SERVER = """import http.server, os, sys, subprocess, time
sys.stderr.write("starting " + "x" * 200_000 + "\\n")
time.sleep(float(sys.argv[2]))
class Handler(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Handler.asked += 1
        self.send_response(int(sys.argv[3]) if Handler.asked > 2 else 503)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
assert os.environ["PORT"] == sys.argv[1]
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open("pids", "w").write(f"{os.getpid()} {child.pid}")
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def line(*arguments):
    return " ".join([sys.executable, "serve.py", "{port}", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, {"serve.py": SERVER})
    return tmp_path


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def ended(folder):
    """Say whether all that was started has ended; a killed process takes a moment to be gone."""
    pids = (folder / "pids").read_text().split()
    until = time.monotonic() + 5
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    return len(pids) == 2 and not any(map(alive, pids))


needs_proc = pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no /proc on this machine")


@needs_proc
@pytest.mark.parametrize("status", [200, 404, 301])
def test_a_program_serves_and_is_ended_with_its_children(folder, status):
    with started(line(0.2, status), READY, folder=folder, seconds=30) as origin:
        assert requests.get(origin, timeout=5, allow_redirects=False).status_code == status
        assert not origin.endswith("/")
        assert not ended_now(folder)
    assert ended(folder)
    with pytest.raises(requests.ConnectionError):
        requests.get(origin, timeout=5)


def ended_now(folder):
    return not all(map(alive, (folder / "pids").read_text().split()))


@needs_proc
def test_it_is_ended_when_what_happens_meanwhile_fails(folder):
    with pytest.raises(KeyError), started(line(0, 200), READY, folder=folder, seconds=30):
        raise KeyError
    assert ended(folder)


@needs_proc
def test_it_is_ended_when_the_run_is_told_to_end(folder):
    program = f"""import sys, time, pathlib
sys.path[:0] = {sys.path!r}
from lockgate.gates.lighthouse.sites.started import started
from lockgate.process import end_with_signals
end_with_signals()
with started({line(0, 200)!r}, {READY!r}, folder=pathlib.Path({str(folder)!r}), seconds=30):
    print("ready", flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as run:
        assert run.stdout.readline() == b"ready\n"
        run.send_signal(signal.SIGTERM)
        assert run.wait(10) == 128 + signal.SIGTERM
    assert ended(folder)


@needs_proc
def test_one_that_only_fails_is_not_ready(folder):
    with (
        pytest.raises(ToolError, match=r"did not answer at .* within 1\.5 seconds"),
        started(line(0, 500), READY, folder=folder, seconds=1.5),
    ):
        pass
    assert ended(folder)


def test_one_that_ends_says_its_last_words(folder):
    write(folder, {"serve.py": "import sys; print('no database'); sys.exit(7)"})
    with (
        pytest.raises(ToolError, match="ended with code 7: no database"),
        started(line(), READY, folder=folder, seconds=30),
    ):
        pass


def test_one_that_is_not_there(folder):
    with (
        pytest.raises(ToolError, match="could not be started"),
        started("no-such-program", READY, folder=folder, seconds=30),
    ):
        pass


def test_a_port_that_somebody_serves_is_refused(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with (
            pytest.raises(ToolError, match="already"),
            started(line(0, 200), address, folder=folder, seconds=5),
        ):
            pass
    assert not (folder / "pids").exists()


def test_two_run_side_by_side_where_the_port_is_free_to_choose(folder):
    with (
        started(line(0, 200), READY, folder=folder, seconds=30) as one,
        started(line(0, 200), READY, folder=folder, seconds=30) as other,
    ):
        assert one != other
        assert [requests.get(each, timeout=5).text for each in (one, other)] == ["ok", "ok"]


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:1/", "http://example.com/", "http://169.254.169.254/", "ftp://127.0.0.1/",
        "127.0.0.1:3000", "http://user:hunter2@127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1:0/",
        "http://[::1/", "http://", "http://127.0.0.1 /", "http://127.0.0.1/\n",
    ],
)  # fmt: skip
def test_only_this_machine_is_asked_whether_it_is_ready(address):
    with pytest.raises(ConfigurationError) as caught:
        ready(address)
    assert "`gates.lighthouse.ready`" in caught.value.what
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["http://localhost:3000/x?y", "http://127.0.0.2", "http://[::1]:8080/", READY]
)
def test_this_machine_is_asked(address):
    assert ready(address, 3000).hostname in {"localhost", "127.0.0.2", "::1", "127.0.0.1"}


def starts(**keys):
    return LighthouseConfiguration(**{"start": "x", "ready": "http://127.0.0.1:3000/shop/?a=1", **keys})


def test_pages_of_a_program_are_named_or_the_one_that_is_asked():
    assert [page.path for page in of_start(starts()).pages] == ["/shop/?a=1"]
    named = of_start(starts(pages=("/", "/a", "/", "/b"), most_pages=2))
    assert ([page.path for page in named.pages], named.left_out) == (["/", "/a"], 1)
    assert is_movable(starts(ready=READY))
    assert not is_movable(starts())


@pytest.mark.parametrize("pattern", ["/products/*", "products"])
def test_pages_of_a_program_cannot_be_looked_up(pattern):
    with pytest.raises(ConfigurationError, match="cannot be looked up"):
        of_start(starts(pages=(pattern,)))


def test_addresses_are_pages():
    addresses = ("https://example.com/", "http://example.com:8080/a?b=c", "https://example.com/")
    choice = of_urls(LighthouseConfiguration(urls=addresses, most_pages=1))
    assert ([page.path for page in choice.pages], choice.left_out) == (["https://example.com/"], 1)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "example.com",
        "https://u:hunter2@example.com/",
        "https://",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(address):
    with pytest.raises(ConfigurationError) as caught:
        of_urls(LighthouseConfiguration(urls=(address,)))
    assert "hunter2" not in str(caught.value)

"""What is not the locked file is not installed, whatever a package index serves."""

import base64
import hashlib
import io
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
ENGINE = "import locked\nprint(locked.WORD)\n"


def wheel(version: str, word: str) -> bytes:
    """Make a wheel of `locked`, whose module says a word."""
    info = f"locked-{version}.dist-info"
    files = {
        "locked.py": f"WORD = {word!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: locked\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    sums = {
        name: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        for name, text in files.items()
    }
    record = "".join(f"{name},sha256={sums[name]},{len(text)}\n" for name, text in files.items())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return packed.getvalue()


class Index(BaseHTTPRequestHandler):
    """Serve `files` as a package index does that knows of one package alone."""

    files: dict[str, bytes]

    def do_GET(self) -> None:
        name = self.path.rstrip("/").rpartition("/")[2]
        body = self.files.get(name)
        if name == "locked":
            body = "".join(f'<a href="/files/{each}">{each}</a>' for each in self.files).encode()
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Type", "text/html" if name == "locked" else "application/octet-stream")
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args: object) -> None:
        """Say nothing."""


Start = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a copy of scripts/run, whose lock holds one file, with an index that serves given ones."""
    scripts = tmp_path / "scripts"
    (scripts / "lockgate").mkdir(parents=True)
    (scripts / "requirements").mkdir()
    shutil.copy(SCRIPTS / "run", scripts)
    (scripts / "lockgate" / "__main__.py").write_text(ENGINE)
    locked = hashlib.sha256(wheel("1.0", "locked")).hexdigest()
    (scripts / "requirements" / "engine.txt").write_text(f"locked==1.0 --hash=sha256:{locked}\n")
    serving = type("Serving", (Index,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), serving)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tools = tmp_path / "tools"
    tools.mkdir()

    def run(files: dict[str, bytes], *, uv: bool) -> "subprocess.CompletedProcess[str]":
        serving.files = files
        if uv:
            (tools / "uv").symlink_to(str(shutil.which("uv")))
        environ = {
            "PATH": f"{tools}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "LOCKGATE_HOME": str(tmp_path / "home"),
            "LOCKGATE_PYTHON": sys.executable,
            "PIP_INDEX_URL": f"http://127.0.0.1:{server.server_port}/simple",
            "NO_PROXY": "127.0.0.1",
        }
        return subprocess.run(
            [sys.executable, "-I", scripts / "run"], env=environ, cwd=tmp_path, check=False, timeout=300,
            stdin=subprocess.DEVNULL, text=True, capture_output=True,
        )  # fmt: skip

    yield run
    server.shutdown()
    server.server_close()


NEWER = {"locked-99.0-py3-none-any.whl": wheel("99.0", "newer")}


@pytest.mark.parametrize("uv", [True, False], ids=["uv", "pip"])
def test_the_locked_file_is_installed_and_no_newer_one(start: Start, uv: bool) -> None:
    done = start({"locked-1.0-py3-none-any.whl": wheel("1.0", "locked"), **NEWER}, uv=uv)
    assert (done.returncode, done.stdout) == (0, "locked\n"), done.stderr


@pytest.mark.parametrize("uv", [True, False], ids=["uv", "pip"])
def test_another_file_of_its_name_is_refused(start: Start, tmp_path: Path, uv: bool) -> None:
    done = start({"locked-1.0-py3-none-any.whl": wheel("1.0", "swapped"), **NEWER}, uv=uv)
    assert (done.returncode, done.stdout) == (5, "")
    assert "could not install requirements/engine.txt" in done.stderr
    assert "hash" in done.stderr.lower()
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_dir()] == []

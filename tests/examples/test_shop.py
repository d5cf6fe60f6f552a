"""The demo shop: what its table promises, that it runs, and that nothing planted in it opens anything."""

import base64
import functools
import http.server
import json
import os
import re
import shutil
import string
import subprocess
import sys
import threading
import urllib.request
import zlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from examples.shop_table import SHOP, Row, rows

OUT = SHOP / "frontend" / "out"
NOT_OURS = {"node_modules", ".next", ".venv", "__pycache__", "db.sqlite3"}
needs_django = pytest.mark.skipif(find_spec("django") is None, reason="Django is not installed")


def shop_files() -> list[Path]:
    files = (path for path in SHOP.rglob("*") if not NOT_OURS & set(path.relative_to(SHOP).parts))
    return sorted(path for path in files if path.is_file())


def text_at(path: str, line: int) -> str:
    return (SHOP / path).read_text(encoding="utf-8").splitlines()[line - 1]


def places(gate: str) -> set[tuple[str, int]]:
    return {(row.flaw_path, row.flaw_line) for row in rows() if row.gate == gate}


def name(row: Row) -> str:
    return f"{row.tool}:{row.rule}"


# The table


@pytest.mark.parametrize("row", rows(), ids=name)
def test_flaw_and_twin_are_two_written_lines(row: Row) -> None:
    assert text_at(row.flaw_path, row.flaw_line).strip()
    assert text_at(row.twin_path, row.twin_line).strip()
    assert (row.flaw_path, row.flaw_line) != (row.twin_path, row.twin_line)


def test_no_line_is_a_flaw_in_one_row_and_a_twin_in_another() -> None:
    flaws = {(row.flaw_path, row.flaw_line) for row in rows()}
    assert not flaws & {(row.twin_path, row.twin_line) for row in rows()}


def test_table_has_each_flaw_once_and_each_tool() -> None:
    flaws = [(row.tool, row.rule, row.flaw_path, row.flaw_line) for row in rows()]
    assert len(flaws) == len(set(flaws))
    assert {(row.gate, row.tool) for row in rows()} == {
        ("lighthouse", "axe"), ("lighthouse", "lockgate"), ("migrations", "lockgate"), ("sast", "bandit"),
        ("sast", "oxlint"), ("sca", "lockgate"), ("sca", "osv"), ("secrets", "detect-secrets"),
        ("secrets", "lockgate"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        "no table\n",
        "{header}\n|---|\n| sast | bandit | B602 | a.py:1 | `a.py:2` | no backticks |\n",
        "{header}\n|---|\n| sast | bandit | B602 | `a.py:0` | `a.py:2` | lines count from 1 |\n",
        "{header}\n|---|\n| sast | bandit | `a.py:1` | `a.py:2` | a cell too few |\n",
    ],
)
def test_malformed_table_is_refused(tmp_path: Path, table: str) -> None:
    header = "| gate | tool | rule | flaw (file:line) | clean twin (file:line) | what is wrong |"
    readme = tmp_path / "README.md"
    readme.write_text(table.format(header=header), encoding="utf-8")
    with pytest.raises(ValueError):
        rows(readme)


# The tools that come with Lockgate, by themselves


def output(*command: str, ok: tuple[int, ...]) -> str:
    run = subprocess.run(command, cwd=SHOP, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert run.returncode in ok, run.stderr
    return run.stdout


def test_bandit_finds_exactly_the_table() -> None:
    command = (sys.executable, "-m", "bandit", "-q", "-r", "backend", "-f", "json")
    report = json.loads(output(*command, ok=(1,)))
    found = {(r["test_id"], r["filename"], r["line_number"]) for r in report["results"]}
    assert report["errors"] == []
    assert found == {(r.rule, r.flaw_path, r.flaw_line) for r in rows() if r.tool == "bandit"}


def test_detect_secrets_finds_its_rows_and_no_line_that_is_not_in_the_table() -> None:
    files = [str(path.relative_to(SHOP)) for path in shop_files()]
    command = (sys.executable, "-m", "detect_secrets", "scan", "-n", "--all-files", *files)
    report = json.loads(output(*command, ok=(0,)))["results"]
    found = {
        (secret["type"].lower().replace(" ", "-"), path, secret["line_number"])
        for path, secrets in report.items()
        for secret in secrets
    }
    assert found >= {(r.rule, r.flaw_path, r.flaw_line) for r in rows() if r.tool == "detect-secrets"}
    assert {(path, line) for _, path, line in found} <= places("secrets")


# It runs


@pytest.fixture
def backend(tmp_path: Path) -> Path:
    return Path(
        shutil.copytree(SHOP / "backend", tmp_path / "backend", ignore=shutil.ignore_patterns(*NOT_OURS))
    )


def manage(backend: Path, *arguments: str) -> str:
    passed = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT") if key in os.environ}
    run = subprocess.run(
        [sys.executable, "-B", "manage.py", *arguments],
        cwd=backend, env=passed, capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout + run.stderr


@needs_django
def test_migrations_run_on_sqlite_and_match_the_models(backend: Path) -> None:
    assert "No changes detected" in manage(backend, "makemigrations", "--check", "--dry-run")
    manage(backend, "migrate", "--no-input")
    planned = manage(backend, "showmigrations", "--plan").splitlines()
    assert planned
    assert [line for line in planned if not line.startswith("[X]")] == []
    assert "Installed 4 object(s)" in manage(backend, "loaddata", "towpath")


@needs_django
@pytest.mark.skipif(find_spec("requests") is None, reason="requests is not installed")
def test_backend_passes_its_own_tests(backend: Path) -> None:
    assert re.search(r"^Ran [1-9][0-9]* tests.*^OK$", manage(backend, "test"), re.DOTALL | re.MULTILINE)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    handler = functools.partial(QuietHandler, directory=str(OUT))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def get(url: str) -> tuple[int, str, str]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        return answer.status, answer.headers.get_content_type(), answer.read().decode()


@pytest.mark.parametrize("page", ["/", "/products/mooring-line/", "/products/tunnel-lamp/", "/404.html"])
def test_each_page_of_the_export_and_what_it_loads_can_be_served(site: str, page: str) -> None:
    status, kind, text = get(site + page)
    assert (status, kind) == (200, "text/html")
    assert text.startswith("<!doctype html>")
    links = re.findall(r'(?:href|src)="([^"]+)"', text)
    assert "/_assets/shop.css" in links
    others = {urlsplit(link).netloc for link in links} - {""}
    assert {host.rpartition(".")[2] for host in others} <= {"example"}
    for link in links:
        if not urlsplit(link).netloc:
            assert get(site + link)[0] == 200, link


@pytest.mark.parametrize(
    ("asset", "kinds"),
    [
        ("shop.css", {"text/css"}),
        ("shop.js", {"text/javascript", "application/javascript"}),
        ("icon.svg", {"image/svg+xml"}),
        ("mooring-line.svg", {"image/svg+xml"}),
        ("tunnel-lamp.svg", {"image/svg+xml"}),
    ],
)
def test_assets_have_their_content_type(site: str, asset: str, kinds: set[str]) -> None:
    status, kind, text = get(f"{site}/_assets/{asset}")
    assert status == 200
    assert kind in kinds
    assert text


# It is safe to clone and to push


def test_no_file_names_the_host_of_a_package_registry() -> None:
    hosts = [".".join(parts) for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"),
        ("npm", "pkg", "github", "com"), ("jsr", "io"), ("unpkg", "com"),
    )]  # fmt: skip
    files = shop_files()
    assert SHOP / "frontend" / "package-lock.json" in files
    named = [(str(f), h) for f in files for h in hosts if h in f.read_text(encoding="utf-8").lower()]
    assert named == []


def test_lock_files_are_whole_and_hold_hashes() -> None:
    lock = json.loads((SHOP / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {key: value for key, value in lock["packages"].items() if key}
    assert lock["lockfileVersion"] == 3
    assert packages
    assert [
        key for key, value in packages.items() if not value.get("integrity", "").startswith("sha512-")
    ] == []
    assert [key for key, value in packages.items() if "resolved" in value] == []
    blocks = re.split(r"\n(?=[a-z])", (SHOP / "backend" / "requirements.txt").read_text(encoding="utf-8"))[1:]
    assert {"django", "gunicorn", "psycopg", "pyyaml", "requests"} <= {
        re.split(r"[=\[]", b)[0] for b in blocks
    }
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def planted(rule: str) -> str:
    (row,) = (row for row in rows() if (row.gate, row.tool, row.rule) == ("secrets", "lockgate", rule))
    return text_at(row.flaw_path, row.flaw_line)


def find(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, f"nothing like {pattern} is planted"
    return match[0]


def checksum(body: str) -> str:
    """Return the CRC-32 in base 62 that GitHub and npm put at the end of a token."""
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[digit] + digits
    return digits


def test_checksum_is_crc_32_in_base_62() -> None:
    # 0xCBF43926 is the published check value of CRC-32 for these nine digits.
    digits = [3, 45, 35, 27, 22, 14]  # "3jZRME", where A is 10 and a is 36
    assert functools.reduce(lambda number, digit: number * 62 + digit, digits) == 0xCBF43926
    assert checksum("123456789") == "3jZRME"
    assert checksum("") == "000000"


def test_npm_token_has_a_bad_checksum() -> None:
    body = find(r"npm_[A-Za-z0-9]{36}$", planted("npm-token")).removeprefix("npm_")
    assert body[-6:] != checksum(body[:-6])


def test_github_token_has_a_bad_checksum() -> None:
    token = find(r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}$", planted("github-fine-grained-pat"))
    covered, digits = token[:-6], token[-6:]
    bodies = (covered, covered.removeprefix("github_pat_"), covered.rpartition("_")[2])
    assert digits not in {checksum(body) for body in bodies}


def test_anthropic_key_does_not_end_as_issued_keys_do() -> None:
    assert not find(r"sk-ant-api03-[\w-]{95}$", planted("anthropic-api-key")).endswith("AA")


def test_private_keys_are_not_der() -> None:
    pem = (SHOP / "deploy" / "keys" / "labels-signing.pem").read_text(encoding="utf-8")
    account = json.loads((SHOP / "deploy" / "images-bucket.json").read_text(encoding="utf-8"))
    for key in (pem, account["private_key"]):
        body = base64.b64decode("".join(line for line in key.splitlines() if "-" not in line), validate=True)
        assert len(body) > 100
        assert body[0] != 0x30, "a DER sequence starts with 0x30"
    assert len(account["private_key_id"]) == 32


def test_json_web_token_is_for_a_host_that_cannot_exist() -> None:
    header, payload, signature = find(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+", planted("jwt")).split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["alg"] == "HS256"
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["aud"].endswith(".example")
    assert len(base64.urlsafe_b64decode(signature + "=")) == 32

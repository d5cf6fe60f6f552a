"""No value of a secret, nor what gives it away, is in any byte that a run leaves anywhere."""

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from e2e.engine import Machine, commit, copy_of_package, repository
from gates.secrets.tokens import MAKERS, VARIANTS, draw, pem

# Parts of a value that are public: names of services, account ids, the header of every token of a kind.
LEAST = 12


class Planted:
    """A repository full of secrets, some of them only in a commit of the change, and their values."""

    def __init__(self, folder: Path, *, files: bool, seed: int = 0) -> None:
        self.values: set[str] = set()
        self.rng = Random(f"leaks {seed}")
        self.folder = repository(folder, {"README.md": "words\n"})
        self.base = commit(folder, {})
        commit(folder, {"gone/kinds.py": self._code(), "gone/key.pem": self._key("RSA PRIVATE KEY")})
        shutil.rmtree(folder / "gone")
        commit(folder, self._files() if files else {"src/kinds.py": self._code()})

    def _files(self) -> dict[str, str]:
        return {
            "src/passwords.py": self._passwords(),
            "src/shell.py": self._shell("\n"),
            "src/windows.py": self._shell("\r\n"),
            "src/web.js": self._script(),
            "deploy/key.pem": self._key("PRIVATE KEY"),
            "deploy/cut.pem": self._key("EC PRIVATE KEY").rpartition("-----END")[0],
            "src/inline.py": self._inline(),
        }

    def _password(self) -> str:
        value = draw(self.rng, "{a16}")
        self.values.add(value)
        return value

    def _code(self) -> str:
        """Give a line for each kind that bandit flags as well, because a shell gets it."""
        lines = ["import subprocess"]
        for maker in [*MAKERS.values(), *VARIANTS.values()]:
            sample = maker(self.rng)
            self.values |= {
                part for part in sample.value.replace("\\n", "\n").split("\n") if len(part) >= LEAST
            }
            text = json.dumps(sample.text) if "\n" in sample.text else repr(sample.text)
            lines += [f"{sample.name} = {text}; subprocess.call({sample.name}, shell=True)"]
        return "\n".join(lines) + "\n"

    def _passwords(self) -> str:
        one, two, three, four, five = (self._password() for _ in range(5))
        return (
            f"password = '{one}'\n"
            f"connect(password='{two}')\n"
            f"def login(user, password='{three}'): return eval(user)\n"
            f"if password == '{four}': exec(password)\n"
            f"URL = 'https://user:{five}@shop.internal/'\n"
        )

    def _shell(self, end: str) -> str:
        lines = [
            "import os",
            f"os.system('mysql --password={self._password()} ' + name)  # password = '{self._password()}'",
            f"secret_key = '{self._password()}'",
            "os.system(name)",
            f'api_key = "{self._password()}"',
        ]
        return end.join(lines) + end

    def _script(self) -> str:
        return (
            f"const password = '{self._password()}'; eval(password);\n"
            f"eval(name); const token = '{self._password()}';\n"
            f"document.body.innerHTML = `<a href='https://user:{self._password()}@shop.internal'>` + name;\n"
        )

    def _key(self, label: str) -> str:
        key = draw(self.rng, pem(label))
        self.values |= {line for line in key.split("\n") if "-----" not in line}
        return key + "\n"

    def _inline(self) -> str:
        """Put a key into code, between lines that bandit flags."""
        whole, damaged = (
            self._key("RSA PRIVATE KEY"),
            self._key("OPENSSH PRIVATE KEY").rpartition("-----END")[0],
        )
        return f"eval(a)\nKEY = '''{whole}'''; eval(b)\neval(c)\nHALF = '''{damaged}'''\neval(d)\n"


def traces(value: str) -> Iterator[bytes]:
    data = value.encode()
    yield data
    yield json.dumps(value)[1:-1].encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(data).rstrip(b"=")
    for name in ("md5", "sha1", "sha256"):
        yield hashlib.new(name, data).hexdigest().encode()


def left_over(machine: Machine) -> Iterator[tuple[str, bytes]]:
    for path in sorted(machine.folder.rglob("*")):
        if path.is_file() and "node_modules" not in path.parts and not path.is_symlink():
            yield str(path.relative_to(machine.folder)), path.read_bytes()


def leaks(values: set[str], places: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    assert all(len(value) >= LEAST for value in values)
    return [
        (name, trace) for name, data in places for value in values for trace in traces(value) if trace in data
    ]


@pytest.fixture(scope="module", params=["files", "kinds"])
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return Planted(tmp_path_factory.mktemp("planted") / "repository", files=request.param == "files")


@pytest.mark.parametrize(
    ("form", "gates", "change"),
    [
        ("text", "sast,secrets", True),
        ("json", "sast,secrets", False),
        ("sarif", "secrets", True),
        ("github", "sast,secrets", True),
        ("github", "sast", False),
    ],
)
def test_nothing_that_a_run_leaves_gives_a_secret_away(
    planted: Planted, tmp_path: Path, form: str, gates: str, *, change: bool
) -> None:
    machine = Machine(tmp_path / "machine").with_oxlint()
    files = {name: str(machine.folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    scope = ["--base", planted.base] if change else ["--all"]
    done = machine.run(
        "run", str(planted.folder), "--format", form, "--gates", gates, *scope, GITHUB_ACTIONS="true", **files
    )
    assert done.returncode == 1, done.stderr
    places = [("stdout", done.stdout), ("stderr", done.stderr), *left_over(machine)]
    names = {name for name, _ in places}
    assert {"cwd/lockgate-report/verdict.json", "cwd/lockgate-report/report.html"} <= names
    assert any(name.startswith("home/results") for name in names)
    assert b"<mark" in machine.report("report.html"), "there is code in it"
    assert list(machine.temp.iterdir()) == []
    assert leaks(planted.values, places) == []
    verdict = json.loads(machine.report("verdict.json"))
    kinds = {finding["rule"] for finding in verdict["findings"] if finding["gate"] == "secrets"}
    assert len(kinds) >= 3 or gates == "sast", "the secrets were seen"
    assert any(finding["commit"] for finding in verdict["findings"]) is change


def test_a_crash_gives_nothing_away(planted: Planted, tmp_path: Path) -> None:
    package = copy_of_package(tmp_path / "copy")
    (package / "reports" / "report.html.j2").write_text("{{ verdict.findings[0].nothing.here }}")
    machine = Machine(tmp_path / "machine", package)
    done = machine.run("run", str(planted.folder), "--gates", "secrets", "--all", GITHUB_ACTIONS="true")
    assert done.returncode == 70
    assert (
        leaks(planted.values, [("stdout", done.stdout), ("stderr", done.stderr), *left_over(machine)]) == []
    )


def test_a_leak_would_be_found(planted: Planted) -> None:
    value = min(planted.values)
    for trace in (value, base64.b64encode(value.encode()).decode(), hashlib.sha1(value.encode()).hexdigest()):
        assert leaks(planted.values, [("x", f"a {trace} b".encode())])

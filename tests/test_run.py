"""The bootstrap, on a copy of it with a tiny engine, so that a start takes no second."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from subprocess import PIPE
from types import ModuleType

import pytest

RUN = Path(__file__).parents[1] / "scripts" / "run"
REQUIREMENTS = RUN.parent / "requirements"
VERSION = "{}.{}.{}".format(*sys.version_info)

ENGINE = """
import json, os, sys
import mdurl  # of the locked environment
flags = sys.flags
print(json.dumps({
    "args": sys.argv[1:], "isolated": flags.isolated, "utf8": flags.utf8_mode, "environ": dict(os.environ),
    "prefix": sys.prefix, "path": sys.path, "mdurl": mdurl.__file__,
}))
if sys.argv[1:] == ["fail"]:
    sys.exit(3)
"""


def load() -> ModuleType:
    loader = SourceFileLoader("lockgate_run", str(RUN))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


run = load()


class Bootstrap:
    """A copy of scripts/run with an engine that says what it sees."""

    def __init__(self, folder: Path) -> None:
        self.home, self.scripts = folder / "home", folder / "tool" / "scripts"
        (self.scripts / "requirements").mkdir(parents=True)
        (self.scripts / "lockgate").mkdir()
        shutil.copy(RUN, self.scripts / "run")
        (self.scripts / "lockgate" / "__init__.py").write_text("")
        (self.scripts / "lockgate" / "__main__.py").write_text(ENGINE)
        pinned = re.search(r"(?m)^mdurl==.*\n(    --hash.*\n)+", (REQUIREMENTS / "engine.txt").read_text())
        (self.scripts / "requirements" / "engine.txt").write_text(pinned.group())
        self.cwd = folder / "cwd"
        self.cwd.mkdir()
        self.tools = folder / "tools"
        self.tools.mkdir()
        self.environ = {name: value for name, value in os.environ.items() if run.KEEP.fullmatch(name)}
        self.environ |= {"PATH": f"{self.tools}:/usr/bin:/bin", "LOCKGATE_HOME": str(self.home)}
        self.environ["LOCKGATE_PYTHON"] = sys.executable

    def with_uv(self) -> "Bootstrap":
        (self.tools / "uv").symlink_to(shutil.which("uv"))
        return self

    def tool(self, name: str, script: str) -> Path:
        path = self.tools / name
        path.write_text("#!/bin/sh\n" + textwrap.dedent(script))
        path.chmod(0o755)
        return path

    def popen(self, *args: str | bytes, **environ: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-I", self.scripts / "run", *args],
            cwd=self.cwd, env=self.environ | environ, text=True, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip

    def start(self, *args: str | bytes, **environ: str) -> "subprocess.CompletedProcess[str]":
        child = self.popen(*args, **environ)
        out, err = child.communicate(timeout=300)
        return subprocess.CompletedProcess(args, child.returncode, out, err)

    def environments(self) -> list[Path]:
        return sorted(path for path in self.home.glob("env-*") if path.is_dir())

    def files(self) -> set[Path]:
        return {*self.cwd.rglob("*"), *self.scripts.parent.rglob("*")}


@pytest.fixture
def bootstrap(tmp_path: Path) -> Bootstrap:
    return Bootstrap(tmp_path)


def obeyed(text: str) -> list[str]:
    """List the lines that the runner of GitHub Actions would obey (ActionCommand.cs, both parsers)."""
    return [line for line in text.splitlines() if line.strip().startswith("::") or "##[" in line]


def test_the_environment_is_made_once_and_then_reused_in_silence(bootstrap: Bootstrap) -> None:
    first = bootstrap.with_uv().start("a b", "line\nbreak", "--", b"\xff")
    assert first.returncode == 0, first.stderr
    said = f"lockgate: making its environment (engine, Python {VERSION}; once, some seconds) ...\n"
    assert first.stderr == said
    seen = json.loads(first.stdout)
    assert seen["args"] == ["a b", "line\nbreak", "--", "\udcff"]
    assert (seen["isolated"], seen["utf8"]) == (1, 1)
    (env,) = bootstrap.environments()
    made = (env / "ready").stat().st_mtime_ns

    second = bootstrap.start("again")
    assert (second.returncode, second.stderr) == (0, "")
    assert bootstrap.environments() == [env]
    assert (env / "ready").stat().st_mtime_ns == made
    assert json.loads(second.stdout)["prefix"] == str(env)


def test_the_exit_code_is_the_engines(bootstrap: Bootstrap) -> None:
    assert bootstrap.with_uv().start("fail").returncode == 3


def test_two_at_once_share_one_environment(bootstrap: Bootstrap) -> None:
    children = [bootstrap.with_uv().popen("1"), bootstrap.popen("2")]
    outputs = [child.communicate(timeout=300) for child in children]
    assert [child.returncode for child in children] == [0, 0], outputs
    assert [json.loads(out)["args"] for out, _ in outputs] == [["1"], ["2"]]
    assert sum("making" in err for _, err in outputs) == 1
    assert len(bootstrap.environments()) == 1


def test_half_an_environment_is_made_anew(bootstrap: Bootstrap) -> None:
    bootstrap.with_uv().start()
    (env,) = bootstrap.environments()
    (env / "ready").unlink()
    shutil.rmtree(env / "lib")
    again = bootstrap.start()
    assert again.returncode == 0, again.stderr
    assert "making" in again.stderr


def test_another_lock_file_means_another_environment(bootstrap: Bootstrap) -> None:
    bootstrap.with_uv().start()
    with (bootstrap.scripts / "requirements" / "engine.txt").open("a") as lock:
        lock.write("# changed\n")
    bootstrap.start()
    assert len(bootstrap.environments()) == 2


def test_nothing_of_a_hostile_checkout_or_environment_is_used(bootstrap: Bootstrap, tmp_path: Path) -> None:
    owned = tmp_path / "owned"
    evil = f"open({str(owned)!r}, 'a').write(__name__)\n"
    for name in ("yaml", "mdurl", "json", "fcntl", "pathlib", "sitecustomize", "usercustomize", "lockgate"):
        (bootstrap.cwd / f"{name}.py").write_text(evil)
    (bootstrap.cwd / "uv.toml").write_text("this is not TOML")
    (bootstrap.cwd / "pyproject.toml").write_text('[tool.uv]\nindex-url = "file:///nowhere"\n')
    for name in ("uv", "python3.14", "python3.13"):
        (bootstrap.cwd / name).write_text(f"#!/bin/sh\necho {name} >> {owned}\n")
        (bootstrap.cwd / name).chmod(0o755)
    before = bootstrap.with_uv().files()
    here = str(bootstrap.cwd)
    folders = [
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONUSERBASE",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "PIP_TARGET",
        "UV_TARGET",
    ]
    hostile = dict.fromkeys(folders, here) | {"PIP_CONFIG_FILE": "uv.toml", "UV_CONFIG_FILE": "uv.toml"}
    hostile |= {"PYTHONSTARTUP": "yaml.py", "PIP_NO_INDEX": "1", "UV_OFFLINE": "1", "UV_PYTHON": "3.1"}
    hostile |= {"PATH": ":.:" + bootstrap.environ["PATH"], "LOCKGATE_SEEN": "yes"}
    done = bootstrap.start(**hostile)
    assert done.returncode == 0, done.stderr
    assert not owned.exists(), owned.read_text()
    assert bootstrap.files() == before
    seen = json.loads(done.stdout)
    assert here not in seen["path"]
    assert seen["mdurl"].startswith(seen["prefix"])
    assert seen["environ"]["LOCKGATE_SEEN"] == "yes"
    assert not [name for name in seen["environ"] if run.DROP.fullmatch(name) and not run.KEEP.fullmatch(name)]
    assert all(Path(folder).is_absolute() for folder in seen["environ"]["PATH"].split(":"))


def test_the_script_parses_under_python_3_6() -> None:
    ast.parse(RUN.read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("minor", [6, 8, 10])
def test_an_old_python_explains_itself(bootstrap: Bootstrap, minor: int) -> None:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    old = next(root.glob(f"versions/3.{minor}.*/bin/python"), None) or shutil.which(f"python3.{minor}")
    if not old:
        pytest.skip(f"no Python 3.{minor} on this machine; its syntax is held by the test above")
    environ = bootstrap.environ | {
        "PYENV_ROOT": "/nonexistent",
        "PATH": str(bootstrap.tools),
        "LOCKGATE_PYTHON": "",
    }
    done = subprocess.run(
        [old, "-I", bootstrap.scripts / "run"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    what, cause, todo = done.stderr.splitlines()
    assert what == "lockgate: no CPython 3.11 to 3.14 on this machine"
    assert cause.startswith(f"  likely cause: python3 is 3.{minor}.")
    assert todo.startswith("  what to do: install one")


@pytest.mark.parametrize("python", ["/bin/false", "/nonexistent", "x\n::error::y ##[error]z"])
def test_a_wrong_choice_of_python_is_bad_input(bootstrap: Bootstrap, python: str) -> None:
    done = bootstrap.start(LOCKGATE_PYTHON=python)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3
    assert done.stderr.startswith("lockgate: LOCKGATE_PYTHON=")
    assert not obeyed(done.stderr)


@pytest.mark.parametrize(
    "printed", ["cpython 3 10 9 final False", "cpython 3 15 0 final False", "cpython 3 14 0 candidate False",
                "cpython 3 14 0 final True", "pypy 3 11 1 final False", "", "pyenv: 3.14: command not found"],
)  # fmt: skip
def test_a_python_that_does_not_fit_is_passed_over(bootstrap: Bootstrap, printed: str) -> None:
    assert run.probe(str(bootstrap.tool("python3.14", f"echo '{printed}'")), {}) == ""


def test_an_empty_path_does_not_lead_into_the_working_directory(
    bootstrap: Bootstrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.tool("python3.14", "true")
    monkeypatch.chdir(bootstrap.tools)
    for path in ("", ":", ".", ":.:./x"):
        assert set(run.candidates({"PATH": path, "PYENV_ROOT": "/nonexistent"})) <= {sys.executable}


def test_the_newest_python_that_runs_is_found(bootstrap: Bootstrap, tmp_path: Path) -> None:
    def fake(folder: Path, version: str, status: int = 0) -> str:
        path = folder / "bin" / f"python{version.rpartition('.')[0]}"
        path.parent.mkdir(parents=True)
        words = version.replace(".", " ")
        path.write_text(f"#!/bin/sh\necho cpython {words} final False\nexit {status}\n")
        path.chmod(0o755)
        return str(path)

    cache, pyenv = tmp_path / "cache", tmp_path / "pyenv"
    fake(cache / "Python" / "3.12.9" / "x64", "3.12.9")
    newest = fake(cache / "Python" / "3.12.14" / "x64", "3.12.14")
    fake(pyenv / "versions" / "3.14.0", "3.14.0", status=127)
    shim = fake(tmp_path / "shims", "3.13.0", status=127)
    environ = {"RUNNER_TOOL_CACHE": str(cache), "PYENV_ROOT": str(pyenv), "PATH": f".::{Path(shim).parent}"}
    # The Python of this test is on the list too.
    expected = (newest, "3.12.14") if sys.version_info < (3, 13) else (sys.executable, VERSION)
    assert run.find_python(environ) == expected
    assert run.find_python(environ | {"LOCKGATE_PYTHON": newest}) == (newest, "3.12.14")
    listed = run.candidates(environ)
    assert [path for path in listed if "3.12" in path][:2] == [newest, newest.replace("3.12.14", "3.12.9")]
    assert shim in listed


def without_ensurepip(bootstrap: Bootstrap) -> Path:
    """Wrap this Python as Debian ships it, until apt-get has installed the package."""
    installed = bootstrap.tools / "installed"
    return bootstrap.tool(
        "debian-python",
        f"""
        case "$*" in *ensurepip*) [ -e {installed} ] || exit 1;; esac
        exec {sys.executable} "$@"
        """,
    )


def test_a_missing_ensurepip_names_the_command_to_type(bootstrap: Bootstrap) -> None:
    python = str(without_ensurepip(bootstrap))
    with pytest.raises(run.SetupError) as caught:
        run.need_venv(python, "3.12.3", bootstrap.environ, root=False)
    assert caught.value.code == 5
    assert "no ensurepip" in caught.value.what
    assert "sudo apt-get install python3.12-venv" in caught.value.todo


def test_root_installs_a_missing_ensurepip_and_says_so(
    bootstrap: Bootstrap, capsys: pytest.CaptureFixture[str]
) -> None:
    python = str(without_ensurepip(bootstrap))
    installed = bootstrap.tools / "installed"
    bootstrap.tool("apt-get", f'[ "$1" = install ] && echo "$@" > {installed}; exit 0')
    run.need_venv(python, "3.12.3", bootstrap.environ, root=True)
    assert installed.read_text().split()[-1] == "python3.12-venv"
    assert capsys.readouterr().err.startswith("lockgate: installing python3.12-venv with apt-get")


def test_an_installers_output_is_shown_but_never_obeyed(bootstrap: Bootstrap) -> None:
    text = r"##[error]one\n::error::two\r  ::set-env name=A::b\rhttps://me:hunter2@host/simple\n\033[31m##\033[error]"
    python = bootstrap.tool(
        "python",
        f"""
        case "$*" in *"-m venv"*) printf '{text}'; exit 1;; esac
        exec {sys.executable} "$@"
        """,
    )
    done = bootstrap.start(LOCKGATE_PYTHON=str(python))
    assert done.returncode == 5
    assert not obeyed(done.stderr)
    assert "  | ::error::two\n" in done.stderr
    assert "https://***@host/simple" in done.stderr
    assert "hunter2" not in done.stderr
    assert "\033" not in done.stderr
    assert "lockgate: could not install requirements/engine.txt\n  likely cause: " in done.stderr
    assert bootstrap.environments() == []


def test_in_actions_the_environment_is_temporary_and_an_error_is_one_annotation(
    bootstrap: Bootstrap, tmp_path: Path
) -> None:
    actions = {"GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(tmp_path / "temp"), "LOCKGATE_HOME": ""}
    assert bootstrap.with_uv().start(**actions).returncode == 0
    assert len([path for path in (tmp_path / "temp" / "lockgate").iterdir() if path.is_dir()]) == 1
    failed = bootstrap.start(**actions, LOCKGATE_PYTHON="a%0A::error::b")
    assert failed.returncode == 2
    (line,) = obeyed(failed.stderr)
    assert line.startswith("::error title=lockgate::LOCKGATE_PYTHON=a%250A::error::b does not run as CPython")


def test_a_home_that_cannot_be_written_is_a_platform_error(bootstrap: Bootstrap, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = bootstrap.start(LOCKGATE_HOME=str(tmp_path / "file" / "home"))
    assert done.returncode == 5
    assert "what to do: set LOCKGATE_HOME" in done.stderr


def test_another_environment_runs_any_program(bootstrap: Bootstrap) -> None:
    done = bootstrap.with_uv().start(
        "--env", "engine", "--", "python", "-c", "import sys, mdurl; print(sys.prefix)"
    )
    assert done.returncode == 0, done.stderr
    assert [done.stdout.strip()] == [str(env) for env in bootstrap.environments()]
    missing = bootstrap.start("--env", "engine", "--", "no-such-program")
    assert (missing.returncode, "no program no-such-program" in missing.stderr) == (2, True)


@pytest.mark.parametrize(
    "args", [[], ["engine"], ["engine", "--"], ["engine", "ls"], ["nope", "--", "ls"], ["../x", "--", "l"]]
)
def test_a_misspelt_environment_is_bad_input(bootstrap: Bootstrap, args: list[str]) -> None:
    done = bootstrap.start("--env", *args)
    assert (done.returncode, bootstrap.environments()) == (2, [])
    assert "what to do: scripts/run --env NAME -- PROGRAM" in done.stderr


def with_jobs(bootstrap: Bootstrap) -> Bootstrap:
    """Give it jobs that say what they see, and a lock for one of them."""
    jobs = bootstrap.scripts / "lockgate" / "jobs"
    jobs.mkdir()
    (jobs / "__init__.py").write_text("")
    (jobs / "__main__.py").write_text(
        "def main():\n    import json, sys\n    print(json.dumps([sys.argv[1:], sys.path[0],"
        " sys.flags.isolated, sys.flags.no_site, sys.prefix, sys.version_info[:2]]))\n    return 3\n"
        "if __name__ == '__main__':\n    import sys\n    sys.exit(main())\n"
    )
    requirements = bootstrap.scripts / "requirements"
    shutil.copy(requirements / "engine.txt", requirements / "core.txt")
    return bootstrap


def test_the_gate_job_needs_no_environment_and_nothing_of_the_checkout(bootstrap: Bootstrap) -> None:
    for name in ("json.py", "sitecustomize.py", "lockgate.py"):
        (bootstrap.cwd / name).write_text("raise SystemExit('a module of the checkout was imported')\n")
    done = with_jobs(bootstrap).start("job", "gate", PYTHONPATH=str(bootstrap.cwd))
    assert (done.returncode, done.stderr, bootstrap.environments()) == (3, "", [])
    args, path, isolated, no_site, _, version = json.loads(done.stdout)
    assert (args, path, isolated, no_site) == (["gate"], str(bootstrap.scripts), 1, 1)
    assert (3, run.OLDEST) <= tuple(version) <= (3, run.NEWEST)
    assert not bootstrap.home.exists()


def test_another_job_runs_in_an_environment_of_its_own(bootstrap: Bootstrap) -> None:
    done = with_jobs(bootstrap).with_uv().start("job", "plan")
    assert done.returncode == 3, done.stderr
    args, _, isolated, no_site, prefix, _ = json.loads(done.stdout)
    assert (args, isolated, no_site) == (["plan"], 1, 0)
    assert [prefix] == [str(env) for env in bootstrap.environments()]


def test_a_job_that_there_is_not_is_the_engines_to_refuse(bootstrap: Bootstrap) -> None:
    done = with_jobs(bootstrap).with_uv().start("job", "none")
    assert json.loads(done.stdout)["args"] == ["job", "none"]


def test_a_mirror_for_pip_serves_uv_too() -> None:
    environ = run.installer_environ(
        {"PIP_INDEX_URL": "https://mirror/simple", "PIP_TARGET": "/x", "UV_OFFLINE": "1"}
    )
    assert environ["UV_DEFAULT_INDEX"] == "https://mirror/simple"
    assert {"PIP_TARGET", "UV_OFFLINE"} & set(environ) == set()


@pytest.mark.parametrize("pip", ["beside", "inside"])
def test_without_uv_pip_makes_the_environment(bootstrap: Bootstrap, pip: str) -> None:
    python = os.path.realpath(sys.executable)
    if pip == "beside" and subprocess.run([python, "-I", "-c", "import pip"], check=False).returncode:
        pytest.skip(f"{python} has no pip beside it")
    refuse = f'case "$*" in *" -m pip --python "*) exit 1;; esac; exec {python} "$@"'
    chosen = bootstrap.tool("without-pip", refuse) if pip == "inside" else python
    done = bootstrap.start(LOCKGATE_PYTHON=str(chosen))
    assert done.returncode == 0, done.stderr
    (env,) = bootstrap.environments()
    assert (env / "bin" / "pip").exists() == (pip == "inside")

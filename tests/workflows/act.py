"""Run workflows by act, as a stranger's repository calls them: another repository, pinned by SHA.

Nothing of the toolkit is at hand in the caller; what is there at the same paths is a decoy. Third-party
actions are doubled, each by a folder that names the very commit that is pinned: OWNER__REPOSITORY@SHA.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import pytest
import yaml

from checkouts import Checkout
from lockgate.gates.lighthouse.browsers.chrome import NAMES as BROWSERS
from lockgate.gates.lighthouse.browsers.driving import LEAST_NODE
from lockgate.gates.lighthouse.browsers.driving import SET as DRIVER
from lockgate.host import host
from lockgate.process import network, which
from lockgate.toolset import install_node_set

ROOT = Path(__file__).parents[2]
DOUBLES = Path(__file__).parent / "doubles"
REPOSITORY, SHA = "lockgate/lockgate", "5f" * 20
WORKFLOW = ".github/workflows/lockgate.yml"

Json = dict[str, Any]

_DECOY_ACTION = """
name: decoy
description: It must never run.
runs:
  using: composite
  steps: [{{shell: bash, run: 'touch "$LOCKGATE_TEST_DECOYS/{0}"'}}]
"""
_DECOY_WORKFLOW = """
on: workflow_call
jobs:
  gate: {runs-on: ubuntu-24.04, steps: [{run: 'touch "$LOCKGATE_TEST_DECOYS/pipeline"'}]}
"""
_DECOY_MODULE = """
import os
import pathlib

pathlib.Path(os.environ["LOCKGATE_TEST_DECOYS"], "{0}").touch()
"""
DECOYS = {
    "action.yml": _DECOY_ACTION.format("root"),
    **{f"actions/{name}/action.yml": _DECOY_ACTION.format(name) for name in ("gate", "plan", "shard")},
    ".github/workflows/pipeline.yml": _DECOY_WORKFLOW,
    "scripts/run": '#!/bin/sh\ntouch "$LOCKGATE_TEST_DECOYS/run"\n',
    **{f"{name}.py": _DECOY_MODULE.format(name) for name in ("json", "lockgate", "sitecustomize", "yaml")},
}
"""What a hostile change would add, by path: each leaves a mark when it runs."""
OFFLINE = "{offline: true, advisories: osv}"
"""How a caller whose components have versions is configured for sca: no test asks anyone over the network."""
EXPORT = {
    f"osv/{ecosystem}/GHSA-{'x' * 4}-{'x' * 4}-000{number}.json": json.dumps({
        "id": f"GHSA-{'x' * 4}-{'x' * 4}-000{number}",
        "modified": "2026-10-01T00:00:00Z",
        "published": "2026-10-01T00:00:00Z",
        "summary": "A flaw of what nobody here uses",
        "affected": [
            {"package": {"ecosystem": ecosystem, "name": f"nobody/uses{number}"}, "versions": ["1.0.0"]}
        ],
    })
    for number, ecosystem in enumerate(("GitHub Actions", "PyPI", "npm"))
}  # fmt: skip
"""All that is known there, in the layout of OSV's exports."""


@dataclass(frozen=True)
class Toolkit:
    """Hold what a caller downloads, in `folder`, and `home`, where the runs of a session keep their tools."""

    folder: Path
    home: Path

    def changed(self, folder: Path, file: str, change: Callable[[Json], None]) -> "Toolkit":
        """Copy it with one YAML file changed."""
        shutil.copytree(self.folder, folder, symlinks=True)
        document = yaml.safe_load((folder / file).read_text())
        change(document)
        (folder / file).write_text(json.dumps(document))
        return Toolkit(folder, self.home)


def toolkit(factory: pytest.TempPathFactory) -> Toolkit:
    """Make the toolkit for all workers of a session: once.

    act copies it anew for each job. Its scripts are linked, so that they stay in one place, as they do on a
    runner, and the environments that are made for that place are made once.
    """
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "act"
    shared.mkdir(exist_ok=True)
    made = Toolkit(shared / "toolkit", shared / "home")
    with (shared / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.home.exists():
            materialise(made.folder)
            scripts = (made.folder / "scripts").rename(shared / "scripts")
            (made.folder / "scripts").symlink_to(scripts)
            packages = install_node_set("oxlint", host(os.environ).home).modules.parent
            made.home.mkdir()
            (made.home / packages.name).symlink_to(packages)
    return made


def browsing(kit: Toolkit) -> Path:
    """Take the set of npm packages that drives a browser, which this user has; give the folder of its node.

    Skip the test where there is no browser.
    """
    if not any(map(which, BROWSERS)):
        pytest.skip(f"this machine has no browser: none of {', '.join(BROWSERS)}")
    node = install_node_set(DRIVER, host(os.environ).home, LEAST_NODE)
    with contextlib.suppress(FileExistsError):
        (kit.home / node.modules.parent.name).symlink_to(node.modules.parent)
    return Path(node.program).parent


def materialise(folder: Path) -> None:
    """Write the toolkit as a caller gets it, `$/` in words that act knows."""
    argv = [sys.executable, str(ROOT / "scripts/dev/materialise"), str(folder)]
    subprocess.run([*argv, "--repository", REPOSITORY, "--ref", SHA], check=True, stdout=PIPE)


def pins(root: Path) -> dict[str, set[str]]:
    """Give each third-party action that a workflow or an action below a folder uses, with its inputs."""
    places = ("action.yml", "actions/*/action.yml", ".github/workflows/*.yml", "examples/workflows/*.yml")
    found: dict[str, set[str]] = {}
    for file in chain.from_iterable(map(root.glob, places)):
        for uses, inputs in _uses(yaml.safe_load(file.read_text())):
            if not uses.startswith(("$/", "./", f"{REPOSITORY}/", f"{REPOSITORY}@")):
                found.setdefault(uses, set()).update(inputs)
    return found


def _uses(value: object) -> Iterator[tuple[str, set[str]]]:
    if isinstance(value, dict):
        if isinstance(value.get("uses"), str):
            yield value["uses"], set(value.get("with") or {})
        for each in value.values():
            yield from _uses(each)
    elif isinstance(value, list):
        for each in value:
            yield from _uses(each)


def double(uses: str) -> Path:
    """Name the file that stands for what a pinned `uses:` names."""
    name, _, commit = uses.partition("@")
    owner, repository, *rest = name.split("/")
    return DOUBLES.joinpath(f"{owner}__{repository}@{commit}", *rest, "action.yml")


def example(name: str = "pipeline") -> str:
    """Give a workflow that the README shows, with a commit in it."""
    return (ROOT / f"examples/workflows/{name}.yml").read_text().replace("COMMIT", SHA)


class Caller:
    """Be a repository that calls the toolkit, and the runner that runs its workflow."""

    def __init__(self, folder: Path, toolkit: Toolkit, files: Mapping[str, str], workflow: str) -> None:
        self.folder, self.toolkit = folder, toolkit
        self.checkout = Checkout(folder / "repository")
        self.checkout.git("remote", "add", "origin", "https://github.com/caller/app")
        for name, text in (DECOYS | {WORKFLOW: workflow} | dict(files)).items():
            self.checkout.write(name, text).chmod(0o755)
        self.first = self.commit({})
        (folder / "decoys").mkdir()

    def commit(self, files: "dict[str, str | None]") -> str:
        return self.checkout.commit(dict(files))

    def branch(self, name: str, files: "dict[str, str | None]", start: str = "main") -> str:
        """Commit on a new branch; give the commit."""
        self.checkout.git("checkout", "-q", "-b", name, start)
        return self.commit(files)

    def on_main(self, files: "dict[str, str | None]") -> str:
        """Commit on the default branch, as others do meanwhile; give the commit."""
        self.checkout.git("checkout", "-q", "main")
        return self.commit(files)

    def merge(self, head: str, base: str = "main") -> str:
        """Check out the commit that merges a head into a base, as GitHub makes it for both to be judged."""
        self.checkout.git("checkout", "-q", "--detach", base)
        self.checkout.git("merge", "-q", "--no-ff", "-m", f"Merge {head} into {base}", head)
        return self.checkout.git("rev-parse", "HEAD")

    def run(
        self,
        event: str,
        payload: Json,
        *options: str,
        path: Path | None = None,
        artifacts: Path | None = None,
    ) -> "Run":
        """Run the workflow for an event at the commit that is checked out.

        `path` goes before PATH, and `artifacts` holds what earlier attempts of the run kept.
        """
        number = len(list(self.folder.glob("run-*")))
        (kept := artifacts or self.folder / f"run-{number}").mkdir(exist_ok=True)
        file = self.folder / "event.json"
        file.write_text(json.dumps({"repository": {"default_branch": "main"}} | payload))
        done = subprocess.run(
            [which("act") or "act", event, "--eventpath", str(file), *self._options(kept), *options],
            cwd=self.checkout.root, env=_machine(self.folder, path), check=False, timeout=300,
            stdout=PIPE, stderr=STDOUT,
        )  # fmt: skip
        log = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
        return Run(done.returncode, log, kept, [path.name for path in (self.folder / "decoys").iterdir()])

    def _options(self, artifacts: Path) -> Iterator[str]:
        yield from ("--json", "--no-cache-server", "--no-skip-checkout")
        yield from ("--action-cache-path", str(self.folder / "runner"))
        yield from (f"--platform={label}=-self-hosted" for label in ("ubuntu-24.04", "ubuntu-latest"))
        places = {
            "LOCKGATE_HOME": self.toolkit.home,
            "LOCKGATE_TEST_ARTIFACTS": artifacts,
            "LOCKGATE_TEST_DECOYS": self.folder / "decoys",
            "LOCKGATE_TEST_REMOTE": self.checkout.root,
        }
        yield from (f"--env={name}={place}" for name, place in places.items())
        yield f"--local-repository={REPOSITORY}@{SHA}={self.toolkit.folder}"
        for stand_in in DOUBLES.iterdir():
            yield f"--local-repository={stand_in.name.replace('__', '/')}={stand_in}"


def _machine(folder: Path, first: Path | None) -> dict[str, str]:
    """Give the environment of a runner: its own home, a plain Python, and nothing of the developers' set."""
    here = Path(sys.prefix, "bin")
    node = Path(which("node") or "/nonexistent").parent
    folders = [*([first] if first else []), Path(sys.base_prefix, "bin"), node, *os.get_exec_path()]
    kept = [str(each) for each in folders if Path(each) != here]
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return network() | {
        "PATH": os.pathsep.join(kept), "HOME": str(home), "XDG_CACHE_HOME": cache, "LANG": "C.UTF-8",
    }  # fmt: skip


@dataclass(frozen=True)
class Run:
    """Hold how a run went: act's exit code, its log, the artifacts' folder, and which decoys ran."""

    code: int
    log: list[Json]
    artifacts: Path
    decoys: list[str]

    def of(self, call: str) -> "Run":
        """Give what the job of the caller named `call`, which calls a workflow, did."""
        log = [line for line in self.log if line.get("job", "").startswith(f"{call}/")]
        return replace(self, log=log)

    @cached_property
    def text(self) -> str:
        """Give all that was printed, each line with the job that printed it."""
        told = [line for line in self.log if not line["msg"].startswith("LocalRepositoryCache")]
        return "\n".join(f"{line.get('jobID', '')}| {line['msg'].rstrip()}" for line in told)

    @cached_property
    def jobs(self) -> dict[str, str]:
        """Give the result of each job that ran: `failure` if one of a matrix failed."""
        ended = [(line["jobID"], line["jobResult"]) for line in self.log if "jobResult" in line]
        return dict(sorted(ended, key=lambda pair: pair[1] == "failure"))

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Give the outputs that the job `gate` set: those of the workflow."""
        return {
            line["name"]: line["arg"]
            for line in self.log
            if line.get("command") == "set-output" and (line["jobID"], line["stepID"]) == ("gate", ["gate"])
        }

    def report(self, name: str = "verdict.json", artifact: str = "lockgate-report") -> bytes:
        """Give a file of the report."""
        return (self.artifacts / artifact / name).read_bytes()

    @cached_property
    def verdict(self) -> Json:
        """Give the verdict of the report."""
        return dict(json.loads(self.report()))

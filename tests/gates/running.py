"""Run analysers and whole gates over small trees, for the tests of gates."""

import os
import subprocess
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from lockgate import pipeline
from lockgate.finding import NOT_SCANNED
from lockgate.gates.analysis import WorkerAnalyser
from lockgate.host import Host, host
from lockgate.inputs import Options
from lockgate.source import Source
from lockgate.toolset import install_node_set

TODAY = date(2026, 11, 21)


def write(folder, files):
    """Write files, given by name as text or bytes; None removes one."""
    for name, content in files.items():
        file = Path(folder, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())


def reports(tool, folder, files, *, seconds=60.0, jobs=2):
    """Analyse files with a real worker process; give the reports by name."""
    write(folder, files)
    sources = [Source(name, str(folder), name) for name in files]
    analyser = WorkerAnalyser(tool, "test", jobs, seconds)
    found = {source.path: report for source, report in analyser.analyse(sources)}
    return {name: found[name] for name in files if name in found}


class Quiet:
    """Watch a run and say nothing."""

    def planned(self, plan):
        pass

    def progress(self, gate, files):
        pass

    def finished(self, run):
        pass


@cache
def node():
    """Give the real oxlint, installed where `make run` keeps it."""
    return install_node_set("oxlint", host(os.environ).home)


def home_with_oxlint(folder):
    """Make a home of its own, so an empty cache, that has the real oxlint."""
    place = node().modules.parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / place.name).symlink_to(place)
    return folder


def git(folder, *arguments):
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.invalid", *arguments],
        cwd=folder, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    return done.stdout.decode().strip()


@dataclass(frozen=True, slots=True)
class Repo:
    """Hold a small git repository, and the home that runs over it use."""

    path: Path
    home: Path

    def commit(self, files=None, message="change"):
        """Change files, commit, give the commit."""
        write(self.path, files or {})
        git(self.path, "add", "--all", "--force")
        git(self.path, "commit", "--quiet", "--allow-empty", "-m", message)
        return git(self.path, "rev-parse", "HEAD")

    def run(self, *, base="", gates=(), jobs=2):
        """Judge the working tree."""
        options = Options(path=self.path, base=base, all=not base, gates=tuple(gates), jobs=jobs)
        return pipeline.run(options, Host(environment={}, home=self.home, today=TODAY), Quiet()).verdict


def repo(folder, files=None, *, oxlint=False):
    """Make a repository with one commit."""
    path = folder / "repo"
    path.mkdir()
    git(path, "init", "--quiet", "--initial-branch=main")
    made = Repo(path, home_with_oxlint(folder / "home") if oxlint else folder / "home")
    made.commit(files, "first")
    return made


def gate(verdict, name):
    return next(gate for gate in verdict.gates if gate.name == name)


def not_scanned(verdict):
    """Give the messages of files that were not scanned, by path."""
    return {f.path: f.message for f in verdict.findings if f.rule == NOT_SCANNED}


def fresh(verdict):
    """Give (rule, path, line) of what is new, without the tool's own noise."""
    return sorted((f.rule, f.path, f.line) for f in verdict.findings if f.state == "new")

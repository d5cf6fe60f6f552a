"""What lockgate finds is what the tools find that it runs, finding by finding, over real projects."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path
from random import Random

import pytest
import requests
from pypi_simple import PyPISimple

from gates.running import Repo, git, home_with_oxlint, write
from gates.sast.bandit_flaws import FLAWS
from gates.secrets.tokens import MAKERS
from lockgate.finding import NOT_SCANNED
from lockgate.gates.analysis import WorkerAnalyser
from lockgate.gates.sast import bandit
from lockgate.gates.secrets.detect_secrets_rules import rule_id
from lockgate.source import Source

CORPUS = Path(__file__).parents[1] / "corpus"
JOBS = os.cpu_count() or 1


def fetched(folder, name):
    """Unpack sdists, each with the hash that the corpus names; nothing of them runs."""
    for line in (CORPUS / f"{name}.txt").read_text().splitlines():
        project, version, sha256 = line.split()
        archive = folder / f"{project}.tar.gz"
        try:
            with PyPISimple() as index:
                packages = index.get_project_page(project).packages
                wanted = [it for it in packages if it.package_type == "sdist" and it.version == version]
                index.download_package(wanted[0], archive)
        except requests.RequestException as error:
            pytest.skip(f"the corpus {name} cannot be had: {type(error).__name__}")
        assert hashlib.sha256(archive.read_bytes()).hexdigest() == sha256
        with tarfile.open(archive) as members:
            # Older patch releases of Python 3.11 lack the filter; the hash says that the archive is the one.
            members.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        archive.unlink()
    return folder


def made(folder):
    """Write a flaw for each of bandit's rules, and a token of each kind in several kinds of files."""
    rng = Random(20)
    write(folder, {f"flaws/{rule}.py": code for rule, code in FLAWS.items()})
    for kind, maker in MAKERS.items():
        sample = maker(rng)
        write(folder, {
            f"{kind}/a.py": f'# {kind}\n{sample.name} = """{sample.text}"""\npassword = "{sample.text}"\n',
            f"{kind}/b.yaml": f"env:\n  {sample.name}: '{sample.text}'\n  other: 1\n",
            f"{kind}/c.json": json.dumps({sample.name: sample.text}, indent=1),
            f"{kind}/d.env": f"{sample.name}={sample.text}\r\n",
            f"{kind}/e.js": f"const {sample.name} = `{sample.text}`; // ünï\n",
            f"{kind}/f.ini": f"[a]\n{sample.name} = {sample.text}\n",
        })  # fmt: skip
    write(folder, {
        "bom.py": b"\xef\xbb\xbfpassword = 'hunter2-q7'\n",
        "bad.py": "print 'a'\n",
        "nul.txt": "password = 'hunter2-q7'\n\0\n",
        "lock/package-lock.json": f'{{"password": "{MAKERS["npm-token"](rng).value}"}}\n',
        "form\x0cfeed.py": "a = 1\n\x0cpassword = 'hunter2-q7'\n",
        "allowed.py": "password = 'hunter2-q7'  # pragma: allowlist secret\npassword = 'other-q7'  # nosec\n",
    })  # fmt: skip
    return folder


@pytest.fixture(
    scope="module",
    params=["made", "moderate", pytest.param("full", marks=pytest.mark.full)],
)
def corpus(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return made(folder) if request.param == "made" else fetched(folder, request.param)


@pytest.fixture(scope="module")
def files(corpus):
    found = [path for path in corpus.rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted(path.relative_to(corpus).as_posix() for path in found)


def tool(corpus, *arguments):
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=corpus, capture_output=True, check=False, env=environment
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def by_bandit(corpus):
    return tool(corpus, "bandit", "-r", ".", "-q", "-f", "json")


@pytest.fixture(scope="module")
def by_detect_secrets(corpus):
    """Give the (rule, path, line) that detect-secrets finds."""
    document = tool(corpus, "detect_secrets", "scan", "--no-verify", "--all-files", ".")
    return Counter(
        (rule_id(found["type"]), path.removeprefix("./"), found["line_number"])
        for path, each in document["results"].items()
        for found in each
    )


def ours(name, corpus, files):
    sources = [Source(path, str(corpus), path) for path in files]
    reports = WorkerAnalyser(name, "test", JOBS, 120.0).analyse(sources)
    return {source.path: report for source, report in reports}


def counted(reports):
    return Counter((raw.rule, path, raw.line) for path, report in reports.items() for raw in report.findings)


def readable(path):
    try:
        path.read_bytes().decode()
    except UnicodeDecodeError:
        return False
    return True


def test_bandit_equals_bandit(corpus, files, by_bandit):
    reports = ours("bandit", corpus, [path for path in files if bandit.selects(path)])
    expected = Counter(
        (found["test_id"], found["filename"].removeprefix("./"), found["line_number"])
        for found in by_bandit["results"]
    )
    assert len(expected) > 100
    assert counted(reports) == expected
    skipped = {error["filename"].removeprefix("./") for error in by_bandit["errors"]}
    assert {path for path, report in reports.items() if report.problem} == skipped


def test_detect_secrets_equals_detect_secrets(corpus, files, by_detect_secrets):
    reports = ours("detect-secrets", corpus, files)
    assert {path: report.problem for path, report in reports.items() if report.problem} == {}
    theirs = {path: report for path, report in reports.items() if readable(corpus / path)}
    assert len(by_detect_secrets) > 10
    assert counted(theirs) == by_detect_secrets


def test_the_verdict_names_all_that_the_tools_found(corpus, by_bandit, by_detect_secrets, tmp_path):
    path = tmp_path / "repo"
    shutil.copytree(corpus, path)
    git(path, "init", "--quiet", "--initial-branch=main")
    repo = Repo(path, home_with_oxlint(tmp_path / "home"))
    repo.commit()
    # The gates of the two tools: the locks of strangers' projects would be asked about over the network.
    verdict = repo.run(jobs=JOBS, gates=("sast", "secrets"))
    assert [gate.name for gate in verdict.gates] == ["sast", "secrets"]
    assert all(gate.outcome != "incomplete" for gate in verdict.gates)
    sources = Counter(
        (source, finding.path, finding.line)
        for finding in verdict.findings
        for source in finding.sources
        if source.startswith("bandit/") and finding.rule != NOT_SCANNED
    )
    assert sources == Counter(
        (f"bandit/{found['test_id']}", found["filename"].removeprefix("./"), found["line_number"])
        for found in by_bandit["results"]
    )
    spans = {}
    for finding in verdict.findings:
        for source in finding.sources:
            spans.setdefault((source, finding.path), []).append((finding.line, finding.end_line))
    for rule, where, line in by_detect_secrets:
        assert any(first <= line <= last for first, last in spans[f"detect-secrets/{rule}", where])

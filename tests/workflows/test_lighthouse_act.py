"""A site that is built in a call of its own, as examples/workflows/lighthouse.yml has it: run by act."""

import gzip
import json
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import yaml

from e2e.engine import CLEAN, FLAW
from lockgate.gates import GATES
from lockgate.publish import statement
from lockgate.publish.artifact import MAX_ARCHIVE, unpack
from lockgate.reports import verdict_json
from publish import samples
from workflows.act import BROWSERS, Caller, Run, Toolkit, browsing, example, toolkit

CONFIGURATION = """
gates:
  lighthouse:
    directory: web/public
    build: [python3 -I web/build.py]
    timings: never
"""
BUILD = """
import pathlib
import shutil

web = pathlib.Path("web")
shutil.copytree(web / "assets", web / "public")
body = (web / "body.html").read_text()
(web / "public/index.html").write_text((web / "frame.html").read_text().replace("BODY", body))
"""
FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Harbour lamps</title>
<meta name="viewport" content="width=device-width">
<link rel="icon" href="/icon.svg">
</head>
<body><main>
BODY
</main></body>
</html>
"""
ICON = '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><circle r="16"/></svg>\n'
BODY = "<h1>Harbour lamps</h1>\n<p>They last.</p>\n"
NO_ALT = f'{BODY}<img src="/icon.svg" width="32" height="32">\n'
BASE = {
    ".gitignore": "public/\n",
    ".lockgate.yml": CONFIGURATION,
    "web/assets/icon.svg": ICON,
    "web/body.html": BODY,
    "web/build.py": BUILD,
    "web/frame.html": FRAME,
    "web/package.json": '{"private": true}\n',
}
# Ends all that runs its job's step, up to the shell of the step.
KILLS = """
import os
import pathlib
import signal

each, every = os.getppid(), []
while each > 1:
    name, state = pathlib.Path(f"/proc/{each}/stat").read_text().split("(")[1].rsplit(") ")
    if name in ("act", "bash"):
        break
    every.append(each)
    each = int(state.split()[1])
for each in every[::-1]:
    os.kill(each, signal.SIGKILL)
"""
FAILS = "#!/usr/bin/env node\nprocess.exit(1);\n"
PASSED = {"plan": "success", "gates": "success", "gate": "success"}
FAILED = {"plan": "success", "gates": "failure", "gate": "failure"}


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Toolkit:
    return toolkit(tmp_path_factory)


def pull_request(caller: Caller, files: "dict[str, str | None]", path: "Path | None" = None) -> Run:
    """Run the example for a change of files."""
    head = caller.branch("topic", files)
    caller.merge(head)
    sides = {"base": {"sha": caller.first, "ref": "main"}, "head": {"sha": head, "ref": "topic"}}
    run = caller.run("pull_request", {"number": 7, "pull_request": {"number": 7} | sides}, path=path)
    assert run.decoys == []
    return run


def commented(artifact: Path) -> str:
    """Give the comment that report.yml writes of an artifact."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for path in artifact.rglob("*"):
            archive.write(path, path.relative_to(artifact))
    assert len(packed.getvalue()) < MAX_ARCHIVE
    verdict = verdict_json.restore(verdict_json.read(unpack(packed.getvalue())))
    return statement.body(samples.statement(verdict))


def test_every_gate_is_in_one_of_two_calls_that_share_nothing() -> None:
    calls = {name: job["with"] for name, job in yaml.safe_load(example("lighthouse"))["jobs"].items()}
    named = [gate for call in calls.values() for gate in call["gates"].split(",")]
    assert sorted(named) == sorted(gate.NAME for gate in GATES)
    assert calls["lighthouse"]["gates"] == "lighthouse"
    assert calls["lockgate"].get("output-artifact") != calls["lighthouse"]["output-artifact"]
    assert calls["lockgate"]["max-jobs"] == 1, "what a job hands on to another could be replaced"


@pytest.mark.full
def test_a_site_is_built_on_both_sides_and_fails_one_check_and_not_the_other(
    kit: Toolkit, tmp_path: Path
) -> None:
    node = browsing(kit)
    caller = Caller(tmp_path, kit, BASE, example("lighthouse"))
    run = pull_request(caller, {"web/body.html": NO_ALT, "new.py": CLEAN}, node)
    others, lighthouse = run.of("lockgate"), run.of("lighthouse")
    assert (others.jobs, lighthouse.jobs) == (PASSED, FAILED), run.text
    assert others.outputs == {"verdict": "pass", "findings": "0"}
    assert lighthouse.outputs == {"verdict": "fail", "findings": "1"}
    assert "plan| lighthouse     runs: 1 site in the change (plain)" in lighthouse.text
    (finding,) = json.loads(run.report(artifact="lockgate-lighthouse"))["findings"]
    assert (finding["path"], finding["line"], finding["blocking"]) == ("web/body.html", 3, True)
    results = sorted((run.artifacts / "lockgate-lighthouse/lighthouse").rglob("*.json.gz"))
    assert [path.name for path in results] == ["base-1.json.gz", "head-1.json.gz"]
    assert all(json.loads(gzip.decompress(path.read_bytes()))["lighthouseVersion"] for path in results)
    assert max(path.stat().st_size for path in results) < 100_000
    assert "<code>lighthouse · image-alt</code>" in commented(run.artifacts / "lockgate-lighthouse")


def test_a_change_of_nothing_of_the_site_passes_both(kit: Toolkit, tmp_path: Path) -> None:
    run = pull_request(Caller(tmp_path, kit, BASE, example("lighthouse")), {"new.py": CLEAN})
    others, lighthouse = run.of("lockgate"), run.of("lighthouse")
    assert (others.jobs, lighthouse.jobs) == (PASSED, PASSED), run.text
    assert "gate| PASS: no gate had anything to do" in lighthouse.text


def test_a_build_that_ends_its_own_gate_leaves_the_other_verdict(kit: Toolkit, tmp_path: Path) -> None:
    caller = Caller(tmp_path, kit, BASE, example("lighthouse"))
    run = pull_request(caller, {"web/build.py": KILLS, "new.py": FLAW})
    others, lighthouse = run.of("lockgate"), run.of("lighthouse")
    assert (others.jobs, lighthouse.jobs) == (FAILED, FAILED), run.text
    assert others.outputs == {"verdict": "fail", "findings": "1"}
    assert lighthouse.outputs["verdict"] == "error"
    assert "gate| ERROR: the job gates ended with failure and left no result" in lighthouse.text


def test_a_runner_without_a_browser_is_an_error_that_says_what_to_install(
    kit: Toolkit, tmp_path: Path
) -> None:
    (node := tmp_path / "bin").mkdir()
    (node / "node").symlink_to(browsing(kit) / "node")
    (tmp_path / "npm.js").write_text(FAILS)
    (tmp_path / "npm.js").chmod(0o755)
    for name in (*BROWSERS, "npm"):
        (node / name).symlink_to(tmp_path / "npm.js")
    run = pull_request(Caller(tmp_path, kit, BASE, example("lighthouse")), {"web/body.html": NO_ALT}, node)
    lighthouse = run.of("lighthouse")
    assert lighthouse.jobs == FAILED, run.text
    assert "; after that lighthouse measures time, by itself\n" in lighthouse.text
    assert lighthouse.outputs["verdict"] == "error"
    assert "there is no Chrome: npm could not install chromium" in lighthouse.text
    assert "none of these is here: google-chrome-stable (does not run), " in lighthouse.text
    assert "install Google Chrome or Chromium" in lighthouse.text

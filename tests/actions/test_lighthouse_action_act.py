"""The action lighthouse alone, on a pull request of a repository with a small site: run by act."""

import gzip
import json
import re
from pathlib import Path

import pytest

from workflows.act import Caller, Run, Toolkit, browsing, example, toolkit

CONFIGURATION = "gates: {lighthouse: {directory: site, timings: never}}\n"
STYLE = "body { max-width: 40rem; margin: auto; color: #222 }\n"
ICON = '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><circle r="16"/></svg>\n'
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Harbour lamps</title>
<meta name="viewport" content="width=device-width">
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/site.css">
</head>
<body><main>
<h1>Harbour lamps</h1>
<p>They last.</p>
</main></body>
</html>
"""
BASE = {
    ".lockgate.yml": CONFIGURATION,
    "site/icon.svg": ICON,
    "site/index.html": PAGE,
    "site/site.css": STYLE,
}
WORDS = PAGE.replace("They last.", "They last for years.")
NO_ALT = WORDS.replace("<p>", '<img src="/icon.svg" width="32" height="32">\n<p>')
WORKFLOW = (
    example("gate").replace("lockgate/lockgate@", "lockgate/lockgate/actions/lighthouse@")
    + """
        id: lockgate
      - if: ${{ !cancelled() }}
        run: |
          echo "<verdict=$VERDICT findings=$FINDINGS>"
          cp -R "$REPORT" "$LOCKGATE_TEST_ARTIFACTS/report"
        env:
          VERDICT: ${{ steps.lockgate.outputs.verdict }}
          FINDINGS: ${{ steps.lockgate.outputs.findings }}
          REPORT: ${{ steps.lockgate.outputs.report }}
"""
)


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Toolkit:
    return toolkit(tmp_path_factory)


def change(kit: Toolkit, folder: Path, page: str) -> Run:
    """Run the action alone for a pull request that alters the page."""
    caller = Caller(folder, kit, BASE, WORKFLOW)
    head = caller.branch("topic", {"site/index.html": page})
    caller.merge(head)
    sides = {"base": {"sha": caller.first, "ref": "main"}, "head": {"sha": head, "ref": "topic"}}
    event = {"number": 7, "pull_request": {"number": 7} | sides}
    run = caller.run("pull_request", event, path=browsing(kit))
    assert run.decoys == []
    return run


def test_a_picture_without_a_text_fails_the_job_at_its_line(kit: Toolkit, tmp_path: Path) -> None:
    run = change(kit, tmp_path, NO_ALT)
    assert (run.code, run.jobs) == (1, {"gate": "failure"}), run.text
    (annotation,) = (line for line in run.text.splitlines() if re.search(r"::error\b", line))
    assert re.search(r"file=site/index\.html,(.*,)?line=12\b", annotation)
    assert "image-alt" in annotation
    assert "gate| <verdict=fail findings=1>" in run.text
    assert "gate| exit status 1\n" in run.text
    results = {
        path.relative_to(run.artifacts).as_posix(): json.loads(gzip.decompress(path.read_bytes()))
        for path in run.artifacts.rglob("*.json.gz")
    }
    assert sorted(results) == [f"report/lighthouse/site/1/{side}-1.json.gz" for side in ("base", "head")]
    assert all(each["lighthouseVersion"].startswith("13.") for each in results.values())


@pytest.mark.full
def test_a_change_of_words_passes(kit: Toolkit, tmp_path: Path) -> None:
    run = change(kit, tmp_path, WORDS)
    assert (run.code, run.jobs) == (0, {"gate": "success"}), run.text
    assert "gate| <verdict=pass findings=0>" in run.text
    assert "::error" not in run.text
    assert "::warning" not in run.text

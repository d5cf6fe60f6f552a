"""The report job, from the artifact of a stranger's run to what stands on the pull request."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fake_github import REPOSITORY, TOKEN, FakeGitHub, artifact, pull_request, run, zipped
from fake_github.state import SHA
from hostile import STRINGS
from lockgate.errors import ExitCode, InputError, PlatformError
from lockgate.finding import Edit
from lockgate.jobs import report
from lockgate.reports import verdict_json
from lockgate.source import printable
from publish.samples import failing, many, passing
from runner_port import Runner
from verdicts import finding

ROOT = Path(__file__).parents[2]
STRANGE = tuple(printable(text[:100_000]) for text in STRINGS)  # longer ones compress like a bomb


@pytest.fixture
def github():
    with FakeGitHub() as served:
        served.state.runs = [run()]
        served.state.pulls = [pull_request()]
        yield served


def environment(github, **changes):
    inputs = {"run-id": "9000000001", "artifact": "lockgate-report"} | changes
    return {
        "GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN,
        "LOCKGATE_INPUTS": json.dumps(inputs), "GITHUB_ACTIONS": "true", "NO_PROXY": "127.0.0.1",
    }  # fmt: skip


def leave(github, *files, **changes):
    files = files or (("verdict.json", verdict_json.render(failing())),)
    github.state.artifacts = [artifact(zipped(*files), id=5, **changes)]


def published(github):
    (check,) = github.state.check_runs
    (comment,) = github.state.comments
    return check, comment["body"]


def do(github, **changes):
    return report.run(environment(github, **changes), github.state.clock.sleep)


def test_what_the_fork_could_not_write(github, capsys):
    leave(github, ("verdict.json", verdict_json.render(many(120))), ("report.html", b"<script>"))
    assert do(github) == ExitCode.PASS
    check, comment = published(github)
    assert (check["conclusion"], len(check["all"]), check["head_sha"]) == ("failure", 120, SHA)
    assert "❌ fail" in comment
    assert "Pass a list and no shell." in comment
    assert github.state.leaks == []
    assert capsys.readouterr().out.splitlines() == [
        f"run 9000000001, commit {SHA}: fail: 1 finding blocks",
        "check run lockgate: failure, 120 annotations",
        "comment on pull request 12",
    ]


def test_a_pass(github):
    github.state.runs = [run(conclusion="success")]
    leave(github, ("verdict.json", verdict_json.render(passing())))
    assert do(github) == ExitCode.PASS
    check, comment = published(github)
    assert check["conclusion"] == "success"
    assert "✅ pass" in comment


def test_a_pass_that_github_does_not_know_of_is_none(github):
    leave(github, ("verdict.json", verdict_json.render(passing())))
    do(github)
    check, comment = published(github)
    assert check["conclusion"] == "failure"
    assert "⚠️ error" in comment
    assert "the run ended as failure, and its verdict says pass" in comment


def test_the_artifact_names_neither_the_commit_nor_the_pull_request(github):
    github.state.runs.append(run(id=4, head_sha="ab" * 20))
    github.state.pulls.append(pull_request(1))
    github.state.pulls[1]["head"] = {"sha": "ab" * 20, "ref": "main", "repo": None}
    document = json.loads(verdict_json.render(failing()))
    document |= {"head": "ab" * 20, "pull_request": 1, "number": 1, "head_sha": "ab" * 20, "run_id": 4}
    leave(github, ("verdict.json", json.dumps(document).encode()), ("NUMBER", b"1"))
    do(github)
    assert [each["head_sha"] for each in github.state.check_runs] == [SHA]
    assert [each["issue"] for each in github.state.comments] == [12]


@pytest.mark.parametrize("conclusion", ["cancelled", "skipped", "neutral", "stale", "action_required"])
def test_a_run_that_judged_nothing_is_not_reported(github, capsys, conclusion):
    github.state.runs = [run(conclusion=conclusion)]
    leave(github, ("verdict.json", verdict_json.render(passing())))
    assert do(github) == ExitCode.PASS
    assert (github.state.check_runs, github.state.comments) == ([], [])
    assert f"ended as {conclusion}: there is nothing to report" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("event", "pulls", "said"),
    [
        ("push", [pull_request()], "0 open pull requests"),
        ("pull_request", [], "0 open pull requests"),
        ("pull_request", [pull_request(1), pull_request(2)], "2 open pull requests"),
    ],
)
def test_without_the_one_pull_request_there_is_a_check_run_alone(github, capsys, event, pulls, said):
    github.state.runs, github.state.pulls = [run(event=event)], pulls
    leave(github)
    assert do(github) == ExitCode.PASS
    assert len(github.state.check_runs) == 1
    assert github.state.comments == []
    assert f"no comment: {said}" in capsys.readouterr().out


def changed(**values):
    return json.dumps(json.loads(verdict_json.render(failing())) | values).encode()


HOSTILE_FILES = {
    "no archive": [b"junk"],
    "no verdict": [("other.json", b"{}")],
    "another place": [("../verdict.json", changed())],
    "two verdicts": [("verdict.json", changed()), ("verdict.json", changed(verdict="pass"))],
    "a bomb": [("verdict.json", b" " * 60_000_000)],
    "no JSON": [("verdict.json", b"{")],
    "no UTF-8": [("verdict.json", b"\xff\xfe")],
    "deep": [("verdict.json", b"[" * 900_000)],
    "another schema": [("verdict.json", changed(schema="lockgate-verdict/2"))],
    "another type": [("verdict.json", changed(findings="none"))],
    "another word": [("verdict.json", changed(verdict="passed"))],
    "half a character": [("verdict.json", changed(reason="\ud800"))],
    "a lie": [("verdict.json", changed(verdict="pass", exit_code=0))],
}


@pytest.mark.parametrize("name", HOSTILE_FILES)
@pytest.mark.parametrize("conclusion", ["success", "failure"])
def test_a_hostile_artifact_is_an_error_that_the_pull_request_shows(github, name, conclusion):
    github.state.runs = [run(conclusion=conclusion)]
    files = HOSTILE_FILES[name]
    data = files[0] if isinstance(files[0], bytes) else zipped(*files)
    github.state.artifacts = [artifact(data, id=5)]
    with pytest.raises((InputError, PlatformError)) as caught:
        do(github)
    check, comment = published(github)
    assert (check["status"], check["conclusion"]) == ("completed", "failure")
    assert "Lockgate: error" in comment
    assert check["output"]["title"].startswith(f"error: {caught.value.what[:40]}")


@pytest.mark.parametrize(
    "artifacts",
    [[], [artifact(b"", id=5, expired=True)], [artifact(b"", id=5, size_in_bytes=10**12)]],
)
def test_without_an_artifact_the_pull_request_shows_an_error(github, artifacts):
    github.state.artifacts = artifacts
    with pytest.raises(PlatformError):
        do(github)
    check, comment = published(github)
    assert check["conclusion"] == "failure"
    assert "Lockgate: error" in comment


@pytest.mark.parametrize("number", ["", "0", "-1", "1.5", "12\n::error::x", "9" * 30, "../1", "\u0661"])
def test_what_is_no_number_of_a_run_is_refused(github, number):
    with pytest.raises(InputError, match="no number of a run"):
        do(github, **{"run-id": number})
    assert github.state.requests == []


def test_sixty_hostile_strings_in_findings_are_only_ever_text(github, capsys):
    assert len(set(STRANGE)) >= 60
    found = [finding(path=text, message=text, rule=text, blocking=True) for text in STRANGE]
    leave(github, ("verdict.json", verdict_json.render(failing(*found))))
    do(github)
    check, comment = published(github)
    assert len(check["all"]) == len(STRANGE)
    harmless(comment, capsys.readouterr().out)


@pytest.mark.parametrize("number", range(len(STRANGE)))
def test_a_hostile_string_anywhere_else_is_only_ever_text(github, capsys, number):
    text = STRANGE[number]
    document = json.loads(verdict_json.render(failing()))
    document |= {"reason": text, "scope": text, "head": text, "base": text}
    document["rules"][0] |= {"what": text, "why": text, "mend": text, "help": text}
    document["gates"][0] |= {"name": text, "reason": text, "tools": [{"name": text, "version": text}]}
    leave(github, ("verdict.json", json.dumps(document).encode()))
    do(github)
    check, comment = published(github)
    assert len(check["all"]) == 1
    harmless(comment, capsys.readouterr().out)


def harmless(comment, output):
    assert "@" not in comment
    assert not re.search("<(script|img|h1|svg|!--(?! lockgate: verdict))", comment)
    assert comment.count("\n### Blocking: ") == 1
    assert len(output.splitlines()) == 3
    assert Runner().feed(output).commands == []


def as_process(github, *command, **changes):
    names = ("PATH", "HOME", "PIP_INDEX_URL", "UV_DEFAULT_INDEX", "SSL_CERT_FILE", "LOCKGATE_HOME")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    made = kept | environment(github) | changes
    return subprocess.run(command, env=made, capture_output=True, text=True, check=False, timeout=300)


def test_it_runs_as_a_process_in_its_own_environment(github):
    leave(github)
    done = as_process(github, str(ROOT / "scripts" / "run"), "job", "report")
    assert done.returncode == 0, done.stderr
    check, comment = published(github)
    assert check["conclusion"] == "failure"
    assert "❌ fail" in comment
    assert TOKEN not in done.stdout + done.stderr


def test_two_processes_at_once_leave_one_comment_and_one_check_run_each(github):
    github.state.runs = [run(), run(id=9_000_000_002)]
    data = zipped(("verdict.json", verdict_json.render(failing())))
    github.state.artifacts = [artifact(data, id=5), artifact(data, id=6, run=9_000_000_002)]
    for _ in range(2):
        github.state.comments.clear()
        github.state.check_runs.clear()
        both = [
            subprocess.Popen(
                [sys.executable, "-m", "lockgate.jobs", "report"],
                env=dict(os.environ) | environment(github, **{"run-id": str(each["id"])}),
                stdout=subprocess.DEVNULL,
            )
            for each in github.state.runs
        ]
        assert [each.wait(120) for each in both] == [0, 0]
        (comment,) = github.state.comments
        assert "❌ fail" in comment["body"]
        assert [len(each["all"]) for each in github.state.check_runs] == [1, 1]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"GITHUB_TOKEN": ""}, 2, "there is no token for GitHub"),
        ({"GITHUB_TOKEN": "ghs_" + "wr0ng" * 7}, 5, "GitHub answers 401"),
        ({"GITHUB_REPOSITORY": "octo/other"}, 5, "GitHub answers 404"),
        ({"LOCKGATE_INPUTS": "{}"}, 2, "no number of a run"),
    ],
)
def test_a_process_that_cannot_says_why(github, changes, code, words):
    done = as_process(github, sys.executable, "-m", "lockgate.jobs", "report", **changes)
    assert done.returncode == code
    assert words in done.stderr
    assert "what to do: " in done.stderr
    assert "ghs_" not in done.stdout + done.stderr


def test_a_missing_permission_is_named_in_the_log(github):
    leave(github)
    github.state.permissions["checks"] = "read"
    done = as_process(github, sys.executable, "-m", "lockgate.jobs", "report")
    assert done.returncode == 5
    assert "`checks: write`" in done.stderr


def test_the_callers_permissions_are_those_that_are_used(github):
    caller = yaml.safe_load((ROOT / "examples/workflows/report.yml").read_text())["jobs"]["report"]
    called = yaml.safe_load((ROOT / ".github/workflows/report.yml").read_text())["jobs"]["report"]
    assert caller["permissions"] == called["permissions"]
    github.state.permissions = {
        name.replace("-", "_"): level for name, level in caller["permissions"].items()
    }
    leave(github)
    assert do(github) == ExitCode.PASS
    for scope, level in caller["permissions"].items():
        less = {"write": "read", "read": "none"}[level]
        github.state.permissions[scope.replace("-", "_")] = less
        github.state.check_runs.clear()
        github.state.comments.clear()
        with pytest.raises(PlatformError):
            do(github)
        github.state.permissions[scope.replace("-", "_")] = level


def test_nothing_is_checked_out():
    files = ["examples/workflows/report.yml", ".github/workflows/report.yml", "actions/report/action.yml"]
    assert [file for file in files if "actions/checkout" in (ROOT / file).read_text()] == []


@pytest.mark.parametrize(
    "command",
    [
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"],
        ["zizmor", "--offline", "--no-progress", "--persona=auditor", "--strict-collection"],
    ],
)
def test_the_callers_template_is_clean(tmp_path, command):
    text = (ROOT / "examples/workflows/report.yml").read_text().replace("COMMIT", "5f" * 20)
    (tmp_path / "report.yml").write_text(text)
    done = subprocess.run([*command, "report.yml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


FIX = (Edit(2, 1, 2, 10, "yaml.load", "yaml.safe_load"),)


def with_a_fix(github):
    fixable = finding(rule="B506", path="a.py", line=2, fix=FIX)
    leave(github, ("verdict.json", verdict_json.render(failing(finding(blocking=True), fixable))))
    github.state.files = [{"filename": "a.py", "patch": "@@ -1,1 +1,2 @@\n import yaml\n+yaml.load(x)"}]


def test_a_finding_with_a_fix_gets_a_suggestion_once(github, capsys):
    with_a_fix(github)
    do(github)
    assert capsys.readouterr().out.splitlines()[-1] == "review with 1 new suggestion"
    do(github)
    (comment,) = github.state.review_comments
    assert comment["body"].endswith("```suggestion\nyaml.safe_load(x)\n```\n")
    assert capsys.readouterr().out.splitlines()[-1] == "comment on pull request 12"


def test_suggestions_that_github_does_not_take_are_no_failure(github, capsys):
    with_a_fix(github)
    github.state.files[0]["patch"] = (
        "@@ -1,1 +1,1 @@\n import yaml\n+yaml.load(x)"  # one line less in its header
    )
    assert do(github) == ExitCode.PASS
    assert capsys.readouterr().out.splitlines()[-1].startswith("no suggestions: GitHub answers 422")


@pytest.mark.parametrize(
    ("permissions", "checks", "comments", "named"),
    [
        ({"checks": "read"}, 0, 1, "`checks: write`"),
        ({"pull_requests": "read"}, 1, 0, "`pull-requests: write`"),
        ({"pull_requests": "none"}, 1, 0, "pull-requests: write"),
    ],
)
def test_without_one_permission_the_rest_is_done_and_it_is_named(
    github, permissions, checks, comments, named
):
    leave(github)
    github.state.permissions |= permissions
    with pytest.raises(PlatformError) as caught:
        do(github)
    assert (len(github.state.check_runs), len(github.state.comments)) == (checks, comments)
    assert named in caught.value.todo


def test_without_any_permission_to_write_both_are_named(github, capsys):
    leave(github)
    github.state.permissions |= {"checks": "read", "pull_requests": "read"}
    with pytest.raises(PlatformError) as caught:
        do(github)
    assert "`checks: write`" in caught.value.todo
    assert "`pull-requests: write`" in capsys.readouterr().out


def test_each_project_of_a_monorepo_has_its_own_check_run_and_comment(github):
    made = {"api-report": passing(), "web-report": failing()}
    github.state.artifacts = [
        artifact(zipped(("verdict.json", verdict_json.render(each))), id=number, name=name)
        for number, (name, each) in enumerate(made.items(), 5)
    ]
    for _ in range(2):
        for name in made:
            do(github, artifact=name)
    assert [(each["name"], len(each["all"])) for each in github.state.check_runs] == [
        ("lockgate (api-report)", 0),
        ("lockgate (web-report)", 1),
    ]
    first, second = (each["body"] for each in github.state.comments)
    assert "(api-report) for commit" in first
    assert "(web-report) for commit" in second
    assert "Blocking: 1" in second


def test_no_name_of_an_artifact_ends_the_marker(github):
    name = "a --> <script>@team\u00e9 [x](y)"
    github.state.artifacts = [artifact(zipped(("verdict.json", changed())), id=5, name=name)]
    do(github, artifact=name)
    do(github, artifact=name)
    (comment,) = github.state.comments
    assert re.match(r"<!-- lockgate: verdict of [\w%.~-]+ -->\n", comment["body"])
    assert comment["body"].count("-->") == 1
    assert "<script" not in comment["body"]
    assert "@" not in comment["body"]


def test_a_run_that_was_started_again_meanwhile_is_reported_at_its_next_end(github, capsys):
    github.state.runs = [run(run_attempt=2, status="in_progress", conclusion=None)]
    leave(github)
    assert do(github) == ExitCode.PASS
    assert (github.state.check_runs, github.state.comments) == ([], [])
    assert capsys.readouterr().out == (
        "the run 9000000001 was started again, and is reported at its next end\n"
    )

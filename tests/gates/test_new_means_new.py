"""Only what the change brings blocks, for both gates; what was there stays known wherever it goes."""

from random import Random

import pytest

from gates.running import fresh, gate, git, repo
from gates.secrets.tokens import MAKERS
from lockgate.errors import ExitCode
from lockgate.finding import Severity
from lockgate.verdict import Outcome

TOKEN, OTHER = (MAKERS["npm-token"](Random(seed)).value for seed in (1, 2))
BODY = "".join(f"value_{number} = compute({number})\n" for number in range(30))
OLD = f'{BODY}import subprocess\nsubprocess.run(a, shell=True)\ntoken = "{TOKEN}"\n{BODY}'


@pytest.fixture
def old(tmp_path):
    return repo(tmp_path, {"src/old.py": OLD, "src/script.js": "eval(a);\n", "README.md": "a\n"}, oxlint=True)


def change(made, files):
    base = git(made.path, "rev-parse", "HEAD")
    made.commit(files)
    return made.run(base=base)


def known(verdict):
    return {finding.rule for finding in verdict.findings if finding.state == "unchanged"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("first = 1\n\n\n" + OLD, id="moved down"),
        pytest.param(OLD.replace("value_0 = compute(0)\n", "", 1), id="moved up"),
        pytest.param(OLD.replace("subprocess.run(a", "if x:\n    subprocess.run(a"), id="indented"),
        pytest.param(OLD.replace("value_1 = ", "value_1   =   "), id="neighbours reformatted"),
        pytest.param(OLD.replace("\n", "\r\n"), id="line ends"),
        pytest.param(
            OLD.replace("value_2 = compute(2)", "value_2 = compute(2)  # é日"), id="not ASCII any more"
        ),
    ],
)
def test_what_moves_stays_known(old, text):
    verdict = change(old, {"src/old.py": text})
    assert fresh(verdict) == []
    assert known(verdict) == {"B105", "B404", "B602", "npm-token"}
    assert verdict.exit_code is ExitCode.PASS


def test_a_renamed_and_edited_file_keeps_its_findings(old):
    git(old.path, "mv", "src/old.py", "src/new name.py")
    git(old.path, "mv", "src/script.js", "lib.js")
    verdict = change(old, {"src/new name.py": "first = 1\n" + OLD})
    assert fresh(verdict) == []
    assert {finding.path for finding in verdict.findings} == {"src/new name.py", "lib.js"}
    assert {"B602", "npm-token", "eslint/no-eval"} <= known(verdict)


def test_a_second_equal_finding_is_new(old):
    again = OLD + f'subprocess.run(a, shell=True)\ntoken = "{TOKEN}"\n'
    verdict = change(old, {"src/old.py": again, "src/script.js": "eval(a);\neval(a);\n"})
    lines = again.splitlines()
    assert ("B602", "src/old.py", len(lines) - 1) in fresh(verdict)
    assert ("npm-token", "src/old.py", len(lines)) in fresh(verdict)
    assert ("eslint/no-eval", "src/script.js", 2) in fresh(verdict)
    assert len([finding for finding in verdict.findings if finding.rule == "B602"]) == 2
    assert verdict.exit_code is ExitCode.FINDINGS


def test_another_secret_in_the_old_ones_place_is_new(old):
    verdict = change(old, {"src/old.py": OLD.replace(TOKEN, OTHER)})
    assert ("npm-token", "src/old.py", 33) in fresh(verdict)
    assert {rule for rule, _, _ in fresh(verdict)} <= {"npm-token", "B105"}


def test_a_copy_in_another_file_is_new(old):
    verdict = change(old, {"src/copy.py": OLD})
    assert {path for _, path, _ in fresh(verdict)} == {"src/copy.py"}
    assert {"B602", "npm-token"} <= {rule for rule, _, _ in fresh(verdict)}


def test_a_deleted_file_leaves_nothing_behind(old):
    verdict = change(old, {"src/old.py": None, "README.md": "b\n"})
    assert verdict.findings == ()
    assert gate(verdict, "sast").outcome is Outcome.SKIPPED
    assert gate(verdict, "secrets").outcome is Outcome.PASSED
    assert gate(verdict, "secrets").counts["fixed"] > 0


def test_an_untouched_file_is_not_looked_at(old):
    verdict = change(old, {"README.md": "b\n"})
    assert verdict.findings == ()


def test_the_working_tree_counts(old):
    base = git(old.path, "rev-parse", "HEAD")
    (old.path / "src" / "fresh.js").write_text("eval(b);\n")
    assert ("eslint/no-eval", "src/fresh.js", 1) in fresh(old.run(base=base))


def history(verdict):
    return [finding for finding in verdict.findings if finding.commit]


def test_a_secret_that_was_added_and_removed_is_found_in_its_commit(old):
    base = git(old.path, "rev-parse", "HEAD")
    added = old.commit({"a.env": f"A={OTHER}\n"})
    old.commit({"a.env": f"B={OTHER}\n"})
    old.commit({"a.env": None})
    verdict = old.run(base=base, gates=["secrets"])
    (finding,) = history(verdict)
    assert (finding.rule, finding.path, finding.line, finding.commit) == ("npm-token", "a.env", 1, added)
    assert (finding.state, finding.blocking, finding.severity) == ("new", True, Severity.CRITICAL)
    assert f"commit {added[:12]}" in finding.message
    assert "Revoke it" in finding.message
    assert verdict.exit_code is ExitCode.FINDINGS


def test_a_secret_that_is_still_there_is_found_once_though_its_line_changed(old):
    base = git(old.path, "rev-parse", "HEAD")
    old.commit({"a.env": f"A={OTHER}\n"})
    old.commit({"a.env": f"# better\nNPM_TOKEN={OTHER}  # mine\n"})
    verdict = old.run(base=base, gates=["secrets"])
    assert history(verdict) == []
    assert {(finding.path, finding.line) for finding in verdict.findings} == {("a.env", 2)}


def test_an_old_secret_that_is_renamed_inside_the_change_is_not_new(old):
    base = git(old.path, "rev-parse", "HEAD")
    git(old.path, "mv", "src/old.py", "middle.py")
    old.commit()
    git(old.path, "mv", "middle.py", "last.py")
    old.commit({"last.py": "first = 1\n" + OLD})
    verdict = old.run(base=base, gates=["secrets"])
    assert history(verdict) == []
    assert fresh(verdict) == []


def test_an_old_secret_that_is_edited_and_then_removed_is_not_new(old):
    base = git(old.path, "rev-parse", "HEAD")
    old.commit({"src/old.py": OLD.replace("token = ", "npm_token = ")})
    old.commit({"src/old.py": BODY})
    verdict = old.run(base=base, gates=["secrets"])
    assert history(verdict) == []
    assert verdict.exit_code is ExitCode.PASS


def test_the_same_secret_at_two_places_of_history_is_found_once(old):
    base = git(old.path, "rev-parse", "HEAD")
    added = old.commit({"a.env": f"A={OTHER}\n", "b.env": f"B={OTHER}\n"})
    old.commit({"a.env": None, "b.env": None})
    verdict = old.run(base=base, gates=["secrets"])
    assert [(finding.rule, finding.commit) for finding in history(verdict)] == [("npm-token", added)]


def test_the_same_secret_at_two_places_of_the_tree_is_two_findings(old):
    verdict = change(old, {"a.env": f"A={OTHER}\n", "b.env": f"B={OTHER}\n"})
    assert fresh(verdict) == [("npm-token", "a.env", 1), ("npm-token", "b.env", 1)]


def test_a_flaw_that_was_added_and_removed_is_mended(old):
    base = git(old.path, "rev-parse", "HEAD")
    old.commit({"a.py": "import subprocess\nsubprocess.run(a, shell=True)\n"})
    old.commit({"a.py": "a = 1\n"})
    verdict = old.run(base=base, gates=["sast"])
    assert verdict.findings == ()
    assert verdict.exit_code is ExitCode.PASS


def test_a_binary_or_large_version_of_history_harms_nothing(old):
    base = git(old.path, "rev-parse", "HEAD")
    old.commit({"a.bin": bytes(range(256)) * 9})
    old.commit({"a.bin": None, "b.env": f"A={OTHER}\n"})
    old.commit({"b.env": None})
    assert [finding.rule for finding in history(old.run(base=base, gates=["secrets"]))] == ["npm-token"]


def test_lines_of_the_change_are_told_from_others_and_what_is_mended_is_named(old):
    moved = OLD.replace("subprocess.run(a, shell=True)\n", "").replace("import subprocess\n", "")
    verdict = change(old, {
        "src/old.py": f'{moved}secret = "{OTHER}"\n',
        "src/script.js": "check(a);\n",
        "src/new.py": "eval(a)\n",
    })  # fmt: skip
    states = {(each.line, each.state, each.in_diff) for each in verdict.findings if each.rule == "npm-token"}
    assert states == {(31, "unchanged", False), (62, "new", True)}
    mended = {(each.rule, each.path, each.line, each.state) for each in verdict.fixed}
    assert ("B602", "src/old.py", 32, "absent") in mended
    assert ("eslint/no-eval", "src/script.js", 1, "absent") in mended
    assert not any("npm-token" in each for each in mended)
    counts = {gate.name: gate.counts["fixed"] for gate in verdict.gates if gate.outcome != "skipped"}
    assert set(counts) == {"sast", "secrets"}
    assert sum(counts.values()) == len(verdict.fixed)


def test_a_file_that_cannot_be_read_any_more_has_mended_nothing(old):
    verdict = change(old, {"src/old.py": OLD + "def (:\n"})
    assert [each.rule for each in verdict.fixed if each.gate == "sast"] == []
    git(old.path, "mv", "src/old.py", "src/other.py")
    base = git(old.path, "rev-parse", "HEAD~1")
    old.commit()
    verdict = old.run(base=base)
    assert "not-scanned" in {each.rule for each in verdict.findings if each.path == "src/other.py"}
    assert [each.rule for each in verdict.fixed if each.gate == "sast"] == []

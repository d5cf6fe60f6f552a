"""The gate over real checkouts: what is found, what the base had, what a change mends."""

from datetime import UTC, datetime

import pytest

from checkouts import Checkout
from gates.sca.advising import Fake, advisory, at, marks, one, run, sources, task, tree
from lockgate.config.model import ScaConfiguration
from lockgate.finding import NOT_SCANNED, Severity
from lockgate.gates.sca import gate
from lockgate.share import Share

PARSER = "backend/requirements.txt"
OLD = "flask==2.0.0\njinja2==2.10\n"
JINJA = advisory("GHSA-aaaa-bbbb-cccc", "jinja2", ("2.10.1", "3.1.6"), ids=("CVE-2024-1", "PYSEC-2024-2"))
FLASK = advisory("GHSA-ffff-ffff-ffff", "flask", ("2.2.5",), score=9.8, summary="")
LIVE = sources(Fake(JINJA, FLASK))


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "r")


def change(checkout, tmp_path, before, after):
    """Commit two states; give the tree of what differs."""
    base = checkout.commit(before)
    checkout.commit(after)
    return tree(checkout.root, base, tmp_path / "work")


def test_one_finding_for_each_vulnerability_and_component(checkout):
    checkout.commit({PARSER: OLD})
    output = run(tree(checkout.root), LIVE)
    assert marks(output) == [(JINJA.id, PARSER, 2), (FLASK.id, PARSER, 1)]
    found = one(output, JINJA.id)
    assert found.message.startswith("`jinja2 2.10` has GHSA-aaaa-bbbb-cccc: It leaks. Fixed in 2.10.1.")
    assert found.aliases == ("CVE-2024-1", "GHSA-aaaa-bbbb-cccc", "PYSEC-2024-2")
    assert (found.package, found.fixed_in, found.severity) == (
        "pkg:pypi/jinja2@2.10",
        "2.10.1",
        Severity.HIGH,
    )
    assert found.security_severity == 7.5
    assert one(output, FLASK.id).severity is Severity.CRITICAL
    assert {rule.id for rule in output.rules} == {JINJA.id, FLASK.id}
    assert output.counts == {"lockgate": 1}
    assert [(tool.name, tool.version) for tool in output.tools[1:]] == [
        ("osv", "ab" * 6), ("pip-audit", output.tools[-1].version)
    ]  # fmt: skip
    assert output.tables[0].rows == ((PARSER, "PyPI", "2", "2", "0", "2"),)


def test_what_the_base_has_is_known_and_what_the_change_mends_is_gone(checkout, tmp_path):
    given = change(checkout, tmp_path, {PARSER: OLD}, {PARSER: "# pins\nflask==2.1.0\njinja2==3.1.6\n"})
    output = run(given, LIVE)
    assert marks(output) == [(FLASK.id, PARSER, 2)]
    assert one(output).fingerprint in output.known
    assert [(each.rule, each.path, each.line) for each in output.gone] == [(JINJA.id, PARSER, 2)]


def test_what_the_change_adds_is_new(checkout, tmp_path):
    output = run(change(checkout, tmp_path, {PARSER: "flask==3.0.0\n"}, {PARSER: OLD}), LIVE)
    assert marks(output) == [(JINJA.id, PARSER, 2), (FLASK.id, PARSER, 1)]
    assert output.known.isdisjoint(each.fingerprint for each in output.findings)


def test_a_renamed_lock_keeps_its_findings(checkout, tmp_path):
    many = OLD + "".join(f"a{number}==1.0\n" for number in range(30))
    output = run(change(checkout, tmp_path, {PARSER: many}, {PARSER: None, "requirements.txt": many}), LIVE)
    assert {each.path for each in output.findings} == {"requirements.txt"}
    assert {each.fingerprint for each in output.findings} <= output.known
    assert output.gone == ()


UV = """\
version = 1

[[package]]
name = "jinja2"
version = "2.10"
source = { registry = "x" }

[[package]]
name = "flask"
version = "2.1.0"
source = { registry = "x" }
"""


def test_a_lock_of_another_kind_takes_the_place_of_those_that_are_gone(checkout, tmp_path):
    before = {"api/requirements.txt": OLD, "api/requirements-dev.txt": "flask==2.1.0\n"}
    given = change(checkout, tmp_path, before, {**dict.fromkeys(before), "api/uv.lock": UV})
    output = run(given, LIVE)
    assert marks(output) == [(JINJA.id, "api/uv.lock", 3), (FLASK.id, "api/uv.lock", 8)]
    assert {each.fingerprint for each in output.findings if each.tool == "osv"} <= output.known
    assert output.gone == ()


@pytest.mark.parametrize("files", [{"api/uv.lock": UV}, {"api/requirements.txt": None, "web/uv.lock": UV}])
def test_a_lock_beside_or_elsewhere_takes_no_place(checkout, tmp_path, files):
    output = run(change(checkout, tmp_path, {"api/requirements.txt": OLD}, files), LIVE)
    assert len(marks(output)) == 2
    assert output.known.isdisjoint(each.fingerprint for each in output.findings)


YARN = '# yarn lockfile v1\n\na@^1.0.0:\n  version "1.0.0"\n  integrity sha512-' + "A" * 86 + "==\n"
BERRY = """\
__metadata:
  version: 8

"a@npm:^1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
{checksum}
"web@workspace:.":
  version: 0.0.0-use.local
  resolution: "web@workspace:."
  dependencies:
    a: "npm:^1.0.0"
"""


@pytest.mark.parametrize(
    ("checksum", "rules"),
    [
        ("  checksum: 10c0/" + "0" * 128 + "\n", []),
        ("  conditions: os=darwin\n", []),
        ("", ["integrity-missing"]),
    ],
)
def test_a_new_yarn_that_sums_its_own_archives_loses_no_integrity(checkout, tmp_path, checksum, rules):
    manifest = '{"name": "web", "dependencies": {"a": "^1.0.0"}}\n'
    before = {"package.json": manifest, "yarn.lock": YARN}
    given = change(checkout, tmp_path, before, {"yarn.lock": BERRY.format(checksum=checksum)})
    output = run(given, sources(Fake(BAD)))
    assert [each.rule for each in output.findings] == rules


def npm(*versions):
    """Give a lock whose root needs `a`, and whose `a` has copies of `b` of its own."""
    copies = "".join(
        f', "node_modules/{"a/node_modules/" * number}b": {{"version": "{version}"}}'
        for number, version in enumerate(versions)
    )
    return (
        '{"name": "web", "lockfileVersion": 3, "packages": {'
        '"": {"name": "web", "dependencies": {"a": "^1.0.0"}}, '
        '"node_modules/a": {"version": "1.0.0", "dependencies": {"b": "^1.0.0"}}' + copies + "}}"
    )


BAD = advisory("GHSA-bbbb-bbbb-bbbb", "b", ("1.5.0",), ecosystem="npm", score=None, word="low")


def test_a_second_vulnerable_copy_is_new(checkout, tmp_path):
    lock = "web/package-lock.json"
    given = change(checkout, tmp_path, {lock: npm("1.1.0")}, {lock: npm("1.1.0", "1.2.0")})
    output = run(given, sources(Fake(BAD)))
    assert len(marks(output)) == 2
    assert len(output.known & {each.fingerprint for each in output.findings}) == 1


def test_copies_of_one_version_are_one_finding(checkout):
    checkout.commit({"package-lock.json": npm("1.1.0", "1.1.0")})
    found = one(run(tree(checkout.root), sources(Fake(BAD))))
    assert "2 copies of it are locked." in found.message
    assert "Path: web → a 1.0.0 → b 1.1.0." in found.message
    assert found.severity is Severity.LOW


def test_an_upgrade_to_another_vulnerable_version_is_the_same_finding(checkout, tmp_path):
    lock = "package-lock.json"
    given = change(checkout, tmp_path, {lock: npm("1.1.0")}, {lock: npm("1.4.0")})
    output = run(given, sources(Fake(BAD)))
    assert one(output).fingerprint in output.known
    assert output.gone == ()


def test_a_lock_that_cannot_be_read_is_not_scanned(checkout):
    checkout.commit({"web/package-lock.json": "{\n<<<<<<< ours\n", PARSER: OLD})
    output = run(tree(checkout.root), LIVE)
    (unread,) = [each for each in output.findings if each.rule == NOT_SCANNED]
    assert (unread.path, unread.tool, unread.line > 0) == ("web/package-lock.json", "lockgate", True)
    assert len(marks(output)) == 2
    assert NOT_SCANNED in {rule.id for rule in output.rules}


def test_a_base_that_cannot_be_read_knows_nothing(checkout, tmp_path):
    given = change(checkout, tmp_path, {"package-lock.json": "{"}, {"package-lock.json": npm("1.1.0")})
    output = run(given, sources(Fake(BAD)))
    assert one(output).fingerprint not in output.known
    (told,) = [note for note in output.notifications if note.level == "warning"]
    assert "package-lock.json cannot be read" in told.message


def test_a_line_that_pins_nothing_is_reported(checkout):
    checkout.commit({PARSER: "flask>=1\njinja2==3.1.6\n"})
    output = run(tree(checkout.root), LIVE)
    (gap,) = [each for each in output.findings if each.rule == "not-auditable"]
    assert (gap.line, gap.severity, gap.tool) == (1, Severity.MEDIUM, "lockgate")
    assert "flask>=1" in gap.message


def test_what_was_published_since_the_base_is_shown_and_blocks_by_policy(checkout, tmp_path):
    given = change(checkout, tmp_path, {PARSER: OLD}, {PARSER: f"{OLD}click==8.0\n"})
    jinja, flask = at(datetime(2026, 2, 1, tzinfo=UTC), JINJA) + at(datetime(2025, 2, 1, tzinfo=UTC), FLASK)
    live = sources(Fake(jinja, flask))
    shown = run(given, live)
    assert one(shown, JINJA.id).message.endswith("Published on 2026-02-01, after the base.")
    assert "Published" not in one(shown, FLASK.id).message
    assert {each.fingerprint for each in shown.findings} <= shown.known
    blocks = run(given, live, published_since_base="block")
    assert one(blocks, JINJA.id).fingerprint not in blocks.known
    assert one(blocks, FLASK.id).fingerprint in blocks.known
    assert blocks.concerns == {PARSER}


def test_by_policy_it_blocks_in_a_lock_that_the_change_does_not_touch(checkout, tmp_path):
    given = change(checkout, tmp_path, {PARSER: OLD}, {"README.md": "x"})
    jinja, flask = at(datetime(2026, 2, 1, tzinfo=UTC), JINJA) + at(datetime(2025, 2, 1, tzinfo=UTC), FLASK)
    output = run(given, sources(Fake(jinja, flask)), published_since_base="block")
    assert marks(output) == [(JINJA.id, PARSER, 2)]
    assert (output.known & {one(output).fingerprint}, output.gone, output.concerns) == (set(), (), {PARSER})


def test_applies_to_locks_and_not_to_manifests(checkout, tmp_path):
    given = change(checkout, tmp_path, {PARSER: OLD}, {"package.json": "{}", "a.py": "1"})
    assert gate.applies(given, ScaConfiguration()).files == 0
    assert gate.applies(given, ScaConfiguration()).reason == "no lock file in the change"
    assert gate.applies(given, ScaConfiguration(published_since_base="block")).reason == "1 lock file"
    assert gate.applies(tree(checkout.root), ScaConfiguration()).reason == "1 lock file"
    assert gate.applies(tree(checkout.root), ScaConfiguration(exclude=("backend/",))).files == 0


def test_one_job_does_it_all(checkout):
    checkout.commit({PARSER: OLD})
    for share in (Share(1, 2), Share(2, 2)):
        assert run(tree(checkout.root), LIVE, share=share).findings == ()
    assert len(marks(run(tree(checkout.root), LIVE, share=Share(missing="nobody did it")))) == 2


def test_pip_audit_that_disagrees_makes_it_incomplete(checkout):
    checkout.commit({PARSER: OLD})
    made = sources(Fake(JINJA), differences=["jinja2 2.10: pip-audit alone has X"])
    errors = [note.message for note in run(tree(checkout.root), made).notifications if note.level == "error"]
    assert errors[0].startswith(
        "internal error: pip-audit and lockgate disagree about jinja2 2.10: pip-audit alone"
    )
    calm = run(tree(checkout.root), made, second_opinion=False)
    assert [note for note in calm.notifications if note.level == "error"] == []
    assert "pip-audit" not in {tool.name for tool in calm.tools}


def test_pip_audit_is_not_asked_without_python(checkout):
    checkout.commit({"package-lock.json": npm("1.1.0")})
    output = run(tree(checkout.root), sources(Fake(BAD), differences=["never"]))
    assert [tool.name for tool in output.tools] == ["lockgate", "osv"]
    assert len(marks(output)) == 1


def test_nobody_is_asked_about_nothing(checkout):
    checkout.commit({"package-lock.json": '{"name": "web", "lockfileVersion": 3, "packages": {"": {}}}'})
    output = run(tree(checkout.root), sources())
    assert (output.findings, output.counts) == ((), {"lockgate": 1})
    assert task(tree(checkout.root)).today.year == 2026

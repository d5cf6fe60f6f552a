"""The gate sca in whole runs over real repositories: what blocks, what passes, and what is never clean."""

import socket

import msgspec
import pytest

from gates.running import fresh, gate, not_scanned, repo
from lockgate.errors import ExitCode

SETTINGS = "gates: {sca: {advisories: osv, second-opinion: false}}\n"
LOCK = "backend/requirements.txt"
CLEAN = "flask==3.0.0\n"
BAD = "flask==3.0.0\njinja2==2.10\n"
VECTORS = {
    "high": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    "low": "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N",
}


def record(name, package, fixed, score, **values):
    """Write an advisory as OSV does: it holds below the version that mends it."""
    return msgspec.json.encode({
        "id": name, "modified": "2026-10-01T00:00:00Z", "published": "2025-10-01T00:00:00Z",
        "summary": f"A flaw of {package}", "severity": [{"type": "CVSS_V3", "score": VECTORS[score]}],
        "affected": [{"package": {"ecosystem": "PyPI", "name": package},
                      "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}],
    } | values)  # fmt: skip


EXPORT = {
    ".lockgate.yml": SETTINGS,
    "osv/PyPI/GHSA-jjjj-jjjj-jjjj.json": record(
        "GHSA-jjjj-jjjj-jjjj", "jinja2", "2.10.1", "high", aliases=["CVE-2026-11"]
    ),
    "osv/PyPI/PYSEC-2026-11.json": record(
        "PYSEC-2026-11", "jinja2", "2.10.1", "low", aliases=["CVE-2026-11"]
    ),
}


@pytest.fixture
def shop(tmp_path):
    return repo(tmp_path, EXPORT | {LOCK: CLEAN})


def judge(shop, files, base="HEAD~1"):
    shop.commit(files)
    return shop.run(base=base, gates=("sca",))


def test_a_change_that_adds_a_vulnerable_pin_blocks(shop):
    verdict = judge(shop, {LOCK: BAD})
    assert verdict.exit_code is ExitCode.FINDINGS
    (found,) = [each for each in verdict.findings if each.blocking]
    assert (found.rule, found.path, found.line) == ("GHSA-jjjj-jjjj-jjjj", LOCK, 2)
    assert found.aliases == ("CVE-2026-11", "GHSA-jjjj-jjjj-jjjj", "PYSEC-2026-11")
    (told,) = gate(verdict, "sca").notifications
    assert "`osv` of the base" in told.message
    assert "2 records from osv" in told.message


def test_one_that_does_not_passes(shop):
    verdict = judge(shop, {LOCK: "flask==3.0.0\njinja2==2.10.1\n"})
    assert (verdict.exit_code, verdict.findings) == (ExitCode.PASS, ())


def test_what_the_base_has_does_not_block(shop):
    shop.commit({LOCK: BAD})
    verdict = judge(shop, {LOCK: f"{BAD}click==8.1.0\n"})
    assert verdict.exit_code is ExitCode.PASS
    assert [(each.rule, str(each.state)) for each in verdict.findings] == [
        ("GHSA-jjjj-jjjj-jjjj", "unchanged")
    ]


def test_an_upgrade_that_mends_is_credited(shop):
    shop.commit({LOCK: BAD})
    verdict = judge(shop, {LOCK: "flask==3.0.0\njinja2==3.1.6\n"})
    assert [(each.rule, each.package) for each in verdict.fixed] == [
        ("GHSA-jjjj-jjjj-jjjj", "pkg:pypi/jinja2@2.10")
    ]
    assert verdict.findings == ()


def test_a_renamed_lock_brings_nothing_new(shop):
    many = BAD + "".join(f"a{number}==1.0\n" for number in range(20))
    shop.commit({LOCK: many})
    verdict = judge(shop, {LOCK: None, "requirements.txt": many})
    assert (verdict.exit_code, fresh(verdict), verdict.fixed) == (ExitCode.PASS, [], ())


def test_a_second_lock_with_the_same_pin_is_new(shop):
    shop.commit({LOCK: BAD})
    verdict = judge(shop, {"worker/requirements.txt": BAD})
    assert fresh(verdict) == [("GHSA-jjjj-jjjj-jjjj", "worker/requirements.txt", 2)]
    assert verdict.exit_code is ExitCode.FINDINGS


def test_a_lock_that_cannot_be_read_blocks(shop):
    verdict = judge(shop, {"web/package-lock.json": '{"lockfileVersion": 3,\n'})
    assert list(not_scanned(verdict)) == ["web/package-lock.json"]
    assert verdict.exit_code is ExitCode.FINDINGS


def test_a_change_cannot_take_the_advisories_away(shop):
    verdict = judge(shop, {LOCK: BAD, "osv/PyPI/GHSA-jjjj-jjjj-jjjj.json": None,
                           "osv/PyPI/PYSEC-2026-11.json": None,
                           ".lockgate.yml": "gates: {sca: {enabled: false}}\n"})  # fmt: skip
    assert verdict.exit_code is ExitCode.FINDINGS


def test_without_the_network_the_verdict_is_the_same(shop, monkeypatch):
    shop.commit({LOCK: BAD})
    online = shop.run(base="HEAD~1", gates=("sca",))

    def refuse(*_):
        raise OSError("there is no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    offline = shop.run(base="HEAD~1", gates=("sca",))
    assert (offline.findings, offline.gates, offline.reason) == (online.findings, online.gates, online.reason)


def test_no_index_and_no_network_is_incomplete(tmp_path):
    made = repo(tmp_path, {".lockgate.yml": "gates: {sca: {offline: true}}\n", LOCK: CLEAN})
    verdict = judge(made, {LOCK: BAD})
    assert verdict.exit_code is ExitCode.INCOMPLETE
    assert "there is no index of advisories" in verdict.reason


def test_what_was_published_since_blocks_by_policy_in_what_did_not_change(tmp_path):
    late = record("GHSA-late-late-late", "flask", "3.0.1", "high", published="2999-01-01T00:00:00Z")
    for policy, code in (("show", ExitCode.PASS), ("block", ExitCode.FINDINGS)):
        folder = tmp_path / policy
        folder.mkdir()
        settings = SETTINGS.replace("osv,", f"osv, published-since-base: {policy},")
        files = EXPORT | {".lockgate.yml": settings}
        made = repo(folder, files | {LOCK: CLEAN, "osv/PyPI/GHSA-late-late-late.json": late})
        verdict = judge(made, {"README.md": "nothing else"})
        assert verdict.exit_code is code
        assert [each.rule for each in verdict.findings if each.blocking] == (
            ["GHSA-late-late-late"] if code else []
        )


@pytest.mark.full
def test_pip_audit_agrees_over_the_same_records(tmp_path):
    settings = SETTINGS.replace(", second-opinion: false", "")
    made = repo(tmp_path, EXPORT | {".lockgate.yml": settings, LOCK: CLEAN})
    verdict = judge(made, {LOCK: BAD})
    assert verdict.exit_code is ExitCode.FINDINGS, verdict.reason
    assert [tool.name for tool in gate(verdict, "sca").tools] == ["lockgate", "osv", "pip-audit"]

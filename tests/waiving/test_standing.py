"""The list of waivers: what is said of each, in words and in JSON."""

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.config import load
from lockgate.finding import Severity
from lockgate.waiving.standing import render, render_json, standings
from runner_port import Runner
from verdicts import finding, findings, hostile

TODAY = date(2030, 6, 15)
MARK = "0123456789ab" + "0" * 20
TEXT = f"""waivers:
- {{rule: B602, path: src/, owner: "@a", reason: One., expires: 2030-06-20}}
- {{fingerprint: "{MARK}", owner: b, reason: Two., expires: 2030-06-13}}
- {{id: CVE-1, owner: c, reason: Three., expires: 2030-06-15}}
- {{rule: B404, owner: d, reason: Four., expires: 2039-06-15}}
"""
LOADED = load(TEXT.encode(), "c.yml")
FOUND = (
    finding(fingerprint="f" * 32),
    finding(rule="B1", fingerprint=MARK, path="a.py", line=0),
    finding(rule="B404", fingerprint="e" * 32, severity=Severity.LOW),
    finding(rule="B602", gate="policy"),
)
EXTENDED = {("B602", "", "", "src/", ""): 1, ("", MARK, "", "**", ""): 3}


def test_expired_ones_come_first_and_each_says_what_it_holds():
    assert render(standings(LOADED, TODAY, FOUND, EXTENDED), ["a note"]).splitlines() == [
        f"expired 2 days ago · {MARK} · b · extended 3 times · c.yml:3",
        "  Two.",
        "  no longer holds sast · B1 · high · a.py · 0123456789ab",
        "last day today · CVE-1 · c · c.yml:4",
        "  Three.",
        "5 days left · B602 in src/ · @a · extended 1 time · c.yml:2",
        "  One.",
        "  holds sast · B602 · high · src/app.py:3 · ffffffffffff",
        "3,287 days left · B404 · d · c.yml:5",
        "  Four.",
        "  lasts too long for sast · B404 · low · src/app.py:3 · eeeeeeeeeeee",
        "a note",
    ]


def test_a_component_and_a_version_that_mends_it():
    text = (
        "waivers:\n- {id: CVE-1, package: 'pkg:pypi/a@<2', until-fixed: true, owner: c, reason: Three.,"
        " expires: 2030-06-15}\n"
    )
    loaded = load(text.encode(), "c.yml")
    facts = {"aliases": ("CVE-1",), "package": "pkg:pypi/a@1", "rule": "GHSA-1", "fingerprint": "f" * 32}
    found = standings(loaded, TODAY, [finding(**facts), finding(**facts, fixed_in="2.0")], {})
    assert render(found, []).splitlines() == [
        "last day today · CVE-1 of pkg:pypi/a@<2 · until a version mends it · c · c.yml:2",
        "  Three.",
        "  holds sast · GHSA-1 · high · src/app.py:3 · ffffffffffff",
        "  no longer holds, as a version mends it: sast · GHSA-1 · high · src/app.py:3 · ffffffffffff",
    ]
    (row,) = json.loads(render_json(found, loaded, []))["waivers"]
    assert (row["package"], row["until_fixed"]) == ("pkg:pypi/a@<2", True)
    assert [each["waiver"] for each in row["findings"]] == ["holds", "mended"]


def test_none():
    assert render(standings(load(b"", "c.yml"), TODAY, FOUND, {}), []) == "no waivers\n"


def test_many_findings_are_counted():
    lines = render(standings(LOADED, TODAY, FOUND[:1] * 13, {}), []).splitlines()
    assert len([line for line in lines if line.startswith("  holds")]) == 10
    assert "  and 3 more: see `--format json`" in lines


def test_json():
    document = json.loads(render_json(standings(LOADED, TODAY, FOUND, EXTENDED), LOADED, ["x"]))
    assert (document["schema"], document["configuration"], document["notes"]) == (
        "lockgate-waivers/1", "c.yml", ["x"],
    )  # fmt: skip
    assert [row["days_left"] for row in document["waivers"]] == [-2, 0, 5, 3287]
    assert document["waivers"][2] == {
        "rule": "B602", "path": "src/", "owner": "@a", "reason": "One.", "expires": "2030-06-20",
        "until_fixed": False, "days_left": 5, "extensions": 1, "file": "c.yml", "line": 2,
        "findings": [{"fingerprint": "f" * 32, "gate": "sast", "rule": "B602", "severity": "high",
                      "path": "src/app.py", "line": 3, "waiver": "holds"}],
    }  # fmt: skip
    assert [[one["waiver"] for one in row["findings"]] for row in document["waivers"]] == [
        ["expired"], [], ["holds"], ["too-long"],
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(findings(), max_size=5), hostile)
def test_no_text_of_strangers_is_a_command_or_a_line(found, note):
    text = json.dumps(note.encode("utf-8", "replace").decode() or "x")
    row = f"waivers: [{{rule: B602, owner: {text}, reason: {text}, expires: 2030-06-20}}]"
    if not note.strip():
        row = row.replace(text, "x")
    try:
        loaded = load(row.encode(), "c.yml")
    except Exception:  # noqa: BLE001 - text that no YAML holds stands in no configuration
        loaded = LOADED
    listed = standings(loaded, TODAY, found, {})
    said = render(listed, [note])
    assert Runner().feed(said).commands == []
    held = sum(min(len(each.findings), 10) for each in listed)
    assert said.count("\n") == 2 * len(listed) + held + 1
    assert Runner().feed(render_json(listed, loaded, [note]).decode()).commands == []

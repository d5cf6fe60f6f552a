import dataclasses
import json
import re
import unicodedata
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

import verdicts
from lockgate.finding import Edit, Notification, Related, Severity, State
from lockgate.sarif import write
from lockgate.verdict import Outcome, Tool

SCHEMA = json.loads((Path(__file__).parents[1] / "schemas/sarif-schema-2.1.0.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def rendered(verdict):
    data = write.render(verdict)
    log = json.loads(data)
    VALIDATOR.validate(log)
    return log


def only(verdict):
    (run,) = rendered(verdict)["runs"]
    return run


def strings(value):
    if isinstance(value, dict):
        return [*value, *(text for each in value.values() for text in strings(each))]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


@given(verdicts.verdicts())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_every_verdict_gives_valid_sarif_without_invisible_characters(verdict):
    log = rendered(verdict)
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    seen = {character for text in strings(log) for character in text} - {"\n", "\t"}
    assert not {character for character in seen if unicodedata.category(character) in unseen}
    shown = sum(len(run["results"]) for run in log["runs"])
    assert shown == sum(finding.state is not State.ABSENT for finding in verdict.findings)


def test_the_schema_does_refuse():
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({"version": "2.1.0", "runs": [{"results": []}]})


def test_the_same_verdict_gives_the_same_bytes_whatever_the_order():
    findings = [verdicts.finding(line=line, fingerprint=str(line)) for line in (5, 3, 9)]
    forward, backward = verdicts.verdict(*findings), verdicts.verdict(*findings[::-1])
    assert write.render(forward) == write.render(forward) == write.render(backward)


def test_timing_is_not_in_it():
    verdict = verdicts.verdict(verdicts.finding())
    later = dataclasses.replace(verdict, timing=dataclasses.replace(verdict.timing, seconds=99.0))
    assert write.render(verdict) == write.render(later)


def test_one_run_for_each_tool_of_each_gate_in_the_gates_category():
    gates = (
        verdicts.gate(tools=(Tool("bandit", "1.9.4"), Tool("oxlint", "1.94.0"))),
        verdicts.gate(name="secrets", tools=()),
        verdicts.gate(name="sca", tools=(), outcome=Outcome.SKIPPED),
    )
    runs = rendered(verdicts.verdict(verdicts.finding(), gates=gates))["runs"]
    assert [
        (run["automationDetails"]["id"], run["tool"]["driver"]["name"], len(run["results"])) for run in runs
    ] == [
        ("lockgate/sast/", "bandit", 1),
        ("lockgate/sast/", "oxlint", 0),
        ("lockgate/secrets/", "lockgate", 0),
    ]
    assert runs[0]["tool"]["driver"]["version"] == "1.9.4"


def test_a_rule_says_all_that_github_reads():
    (rule,) = only(verdicts.verdict(verdicts.finding()))["tool"]["driver"]["rules"]
    assert rule["helpUri"] == "https://bandit.readthedocs.io/x.html#b602"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["shortDescription"]["text"] == "A shell runs the command."
    assert rule["fullDescription"]["text"] == "A shell runs the command. Input can become a command."
    for part in ("A shell runs the command.", "Input can become a command.", "Pass a list and no shell."):
        assert part in rule["help"]["text"]
        assert part in rule["help"]["markdown"]
    properties = rule["properties"]
    assert properties["tags"] == ["security", "external/cwe/cwe-078"]
    assert properties["precision"] == "high"
    assert 7.0 <= float(properties["security-severity"]) < 9.0  # what GitHub shows as "high"


def test_a_rule_that_is_not_about_security_has_no_security_severity():
    plain = verdicts.rule(cwe=())
    (rule,) = only(verdicts.verdict(verdicts.finding(), rules=(plain,)))["tool"]["driver"]["rules"]
    assert "security-severity" not in rule["properties"]
    assert rule["properties"]["problem.severity"] == "error"


def test_a_finding_whose_rule_is_not_known_still_has_one():
    run = only(verdicts.verdict(verdicts.finding(rule="X1", severity=Severity.LOW, cwe=(89,)), rules=()))
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == run["results"][0]["ruleId"] == "X1"
    assert rule["defaultConfiguration"]["level"] == "note"
    assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))


@pytest.mark.parametrize(
    ("severity", "level"),
    [("critical", "error"), ("high", "error"), ("medium", "warning"), ("low", "note"), ("note", "note")],
)
def test_levels(severity, level):
    (result,) = only(verdicts.verdict(verdicts.finding(severity=Severity.parse(severity))))["results"]
    assert result["level"] == level


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/a.py", "src/a.py"),
        ("a b/#1%.py", "a%20b/%231%25.py"),
        ("é.py", "%C3%A9.py"),
        ("a\nb?.py", "a%0Ab%3F.py"),
        ("c:d.py", "c%3Ad.py"),
        ("caf\udce9.py", "caf%E9.py"),
    ],
)
def test_uris(path, uri):
    (result,) = only(verdicts.verdict(verdicts.finding(path=path)))["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_regions():
    def region(**changes):
        (result,) = only(verdicts.verdict(verdicts.finding(**changes)))["results"]
        return result["locations"][0]["physicalLocation"].get("region")

    assert region(line=0, column=3) is None
    assert region(line=2) == {"startLine": 2}
    assert region(line=2, column=5, end_line=2, end_column=9) == {
        "startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 9,
    }  # fmt: skip
    assert region(line=9, end_line=3, column=5, end_column=2) == {"startLine": 9, "startColumn": 5}


def test_the_fingerprint_that_github_reads_is_left_to_the_upload_where_a_line_has_it():
    def prints(**changes):
        return only(verdicts.verdict(verdicts.finding(**changes)))["results"][0]["partialFingerprints"]

    assert prints() == {"lockgate/v1": "f1"}
    assert prints(line=0) == {"lockgate/v1": "f1", "primaryLocationLineHash": "f1"}
    assert prints(commit="c" * 40) == {"lockgate/v1": "f1", "primaryLocationLineHash": "f1"}


def test_states_only_where_there_is_a_base_and_none_that_is_gone():
    findings = [verdicts.finding(state=state, fingerprint=state, line=n) for n, state in enumerate(State, 1)]
    results = only(verdicts.verdict(*findings))["results"]
    assert [result["baselineState"] for result in results] == ["new", "unchanged"]
    results = only(verdicts.verdict(*findings, base=None))["results"]
    assert all("baselineState" not in result for result in results)


def test_waivers_are_suppressions():
    waived = verdicts.finding(waived=True, waiver="W-1: test data, until 2027-01-01", line=1)
    first, second = only(verdicts.verdict(waived, verdicts.finding(line=2)))["results"]
    assert first["suppressions"] == [
        {"kind": "external", "justification": "W-1: test data, until 2027-01-01"}
    ]
    assert second["suppressions"] == []


def test_an_incomplete_gate_says_so():
    gate = verdicts.gate(
        outcome=Outcome.INCOMPLETE,
        reason="bandit died",
        notifications=(Notification(level="warning", message="half a file", path="a b.py", data={"k": "v"}),),
    )
    (invocation,) = only(verdicts.verdict(gates=(gate,)))["invocations"]
    assert invocation["executionSuccessful"] is False
    notes = invocation["toolExecutionNotifications"]
    assert [(note["level"], note["message"]["text"]) for note in notes] == [
        ("error", "bandit died"),
        ("warning", "half a file"),
    ]
    assert notes[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.py"
    assert only(verdicts.verdict(verdicts.finding()))["invocations"][0]["executionSuccessful"] is True


def test_too_many_results_keep_the_most_important_and_say_so():
    low = [verdicts.finding(line=n, severity=Severity.LOW) for n in range(1, write.RESULT_LIMIT + 11)]
    worst = [
        verdicts.finding(path="z.py", blocking=True),
        verdicts.finding(path="zz.py", severity=Severity.CRITICAL),
    ]
    (run,) = json.loads(write.render(verdicts.verdict(*low, *worst)))["runs"]
    assert len(run["results"]) == write.RESULT_LIMIT
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]
    ]
    assert uris[-2:] == ["z.py", "zz.py"]
    assert run["properties"]["lockgate"] == {"found": len(low) + 2, "written": write.RESULT_LIMIT}
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "25000 of 25012 findings" in note["message"]["text"]


def test_messages_are_cut_and_hold_no_embedded_links():
    (result,) = only(
        verdicts.verdict(verdicts.finding(message="[click](https://evil.example) " + "x" * 9000))
    )["results"]
    text = result["message"]["text"]
    assert len(text) == write.MESSAGE_LIMIT
    assert text.startswith("[click] (https://evil.example)")
    (result,) = only(verdicts.verdict(verdicts.finding(message="")))["results"]
    assert result["message"]["text"]


def test_no_snippets():
    assert "snippet" not in write.render(verdicts.verdict(verdicts.finding())).decode()


def test_script_links_are_no_help():
    run = only(
        verdicts.verdict(
            verdicts.finding(help="javascript:alert(1)"), rules=(verdicts.rule(help="javascript:alert(1)"),)
        )
    )
    assert "javascript" not in json.dumps(run)


@given(verdicts.verdicts())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_two_runs_are_of_one_tool_and_one_category(verdict):
    """Code scanning refuses a file with two such runs, and one with more than 20 runs."""
    runs = rendered(verdict)["runs"]
    keys = {(run["tool"]["driver"]["name"], run["automationDetails"]["id"]) for run in runs}
    assert len(keys) == len(runs) <= 20


def test_a_fix_is_written_and_its_new_text_holds_nothing_invisible():
    fix = (Edit(3, 1, 3, 10, "yaml.load", "yaml.safe_load"), Edit(3, 12, 4, 2, ",\n x", "\u202e"))
    (result,) = only(verdicts.verdict(verdicts.finding(fix=fix)))["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "src/app.py"
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 10},
            "insertedContent": {"text": "yaml.safe_load"},
        },
        {
            "deletedRegion": {"startLine": 3, "startColumn": 12, "endLine": 4, "endColumn": 2},
            "insertedContent": {"text": "\\u202e"},
        },
    ]
    assert "fixes" not in only(verdicts.verdict(verdicts.finding()))["results"][0]


COMPONENT = {
    "tool": "osv", "gate": "sca", "message": "lodash 4.17.15: pollution", "path": "package-lock.json",
    "mend": "Run `npm update lodash`.", "aliases": ("CVE-2020-8203",), "package": "pkg:npm/lodash@4.17.15",
    "fixed_in": "4.17.21", "anyway": "it is known to be exploited",
    "related": (Related("package.json", 12, "^4.17.0"), Related("a b.json", 0, "it")),
    "fix": (Edit(12, 3, 12, 4, "4.17.15", "4.17.21", "package.json"), Edit(3, 1, 3, 2, "1.0", "1.1")),
}  # fmt: skip


def component(**changes):
    return only(verdicts.verdict(verdicts.finding(**changes), gates=()))["results"]


def test_a_component_says_its_names_its_mend_and_the_lines_that_it_is_about():
    (result,) = component(**COMPONENT)
    assert result["message"]["text"] == (
        "lodash 4.17.15: pollution\nMend: Run `npm update lodash`."
        "\nBlocks at any threshold: it is known to be exploited\nRelated: [1](1), [2](2)"
    )
    places = result["relatedLocations"]
    assert [place["id"] for place in places] == [1, 2]
    assert [place["message"]["text"] for place in places] == ["^4.17.0", "it"]
    uris = [place["physicalLocation"]["artifactLocation"]["uri"] for place in places]
    assert uris == ["package.json", "a%20b.json"]
    assert places[0]["physicalLocation"]["region"] == {"startLine": 12}
    assert "region" not in places[1]["physicalLocation"]
    own = result["properties"]["lockgate"]
    assert own["purl"] == "pkg:npm/lodash@4.17.15"
    assert (own["aliases"], own["fixedIn"]) == (["CVE-2020-8203"], "4.17.21")


def test_edits_stand_with_the_file_that_they_change():
    (result,) = component(**COMPONENT)
    (fix,) = result["fixes"]
    changes = {each["artifactLocation"]["uri"]: each["replacements"] for each in fix["artifactChanges"]}
    new = {path: [each["insertedContent"]["text"] for each in edits] for path, edits in changes.items()}
    assert new == {"package.json": ["4.17.21"], "package-lock.json": ["1.1"]}


def test_the_links_are_ours_alone_however_long_a_message_is():
    (result,) = component(**COMPONENT | {"message": "[x](http://e.example) " * 999})
    text = result["message"]["text"]
    assert len(text) <= write.MESSAGE_LIMIT
    assert re.findall(r"\]\(([^)]*)\)", text) == ["1", "2"]

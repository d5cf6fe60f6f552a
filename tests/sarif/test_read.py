import json
import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import verdicts
from lockgate.errors import ToolError
from lockgate.finding import Severity, State
from lockgate.sarif.read import read
from lockgate.sarif.write import render
from lockgate.verdict import Tool

# Visible text without `](`, which writing breaks on purpose.
text = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20).filter(
    lambda value: "](" not in value
)
# Names as Python gets them from a file system: any bytes but null and "/".
names = st.one_of(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=8),
    st.binary(min_size=1, max_size=4).map(
        lambda data: data.translate(None, b"/\0").decode("utf-8", "surrogateescape")
    ),
).filter(lambda name: name not in {"", ".", ".."})
paths = st.lists(names, max_size=3).map("/".join)


@st.composite
def writable(draw):
    found = draw(verdicts.findings(text))
    return replace(
        found,
        path=(path := draw(paths)),
        # What SARIF cannot say: a line of no file, and columns of no line.
        **({} if path else {"line": 0, "column": 0, "end_line": 0, "end_column": 0}),
        cwe=tuple(dict.fromkeys(found.cwe)),
        help=found.help if found.help.startswith("https") else "",
        state=State.NEW,
        # What is said of a component comes from gates alone, and stands in the message.
        mend="", aliases=(), package="", fixed_in="", anyway="", related=(),
    )  # fmt: skip


@given(st.lists(writable(), max_size=6))
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_what_is_written_is_read_back(findings):
    data = render(verdicts.verdict(*findings))
    back = [
        finding for gate in ("sast", "secrets") for finding in read(_of_gate(data, gate), gate=gate).findings
    ]
    assert sorted(back, key=repr) == sorted(map(_without_marks, findings), key=repr)


def _of_gate(data, gate):
    log = json.loads(data)
    log["runs"] = [run for run in log["runs"] if run["automationDetails"]["id"] == f"lockgate/{gate}/"]
    return json.dumps(log).encode()


def _without_marks(finding):
    return replace(
        finding, blocking=False, in_change=True, waiver=finding.waiver if finding.waived else "", fix=(),
    )  # fmt: skip


def sarif(*results, driver=None, **run):
    driver = {"name": "tool", "rules": []} | (driver or {})
    return json.dumps(
        {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": list(results)} | run]}
    ).encode()


def result(**fields):
    return {"message": {"text": "said"}, "ruleId": "R1"} | fields


def at(uri, region=None, **location):
    artifact = {"uri": uri} | location
    return [{"physicalLocation": {"artifactLocation": artifact} | ({"region": region} if region else {})}]


def one(data, **kwargs):
    (finding,) = read(data, gate="byo", **kwargs).findings
    return finding


class TestShapesOfTools:
    def test_codeql_rules_in_an_extension_and_links_in_messages(self):
        finding = one(
            json.dumps(
                {
                    "version": "2.1.0",
                    "runs": [
                        {
                            "tool": {
                                "driver": {"name": "CodeQL", "semanticVersion": "2.20.0", "rules": []},
                                "extensions": [
                                    {"name": "legacy", "rules": [{"id": "other"}]},
                                    {
                                        "name": "codeql/python-queries",
                                        "rules": [
                                            {"id": "py/clear-text"},
                                            {
                                                "id": "py/sql-injection",
                                                "shortDescription": {
                                                    "text": "SQL query built from user input"
                                                },
                                                "defaultConfiguration": {"level": "error"},
                                                "properties": {
                                                    "security-severity": "8.8",
                                                    "tags": ["external/cwe/cwe-089", "security"],
                                                },
                                            },
                                        ],
                                    },
                                ],
                            },
                            "artifacts": [
                                {"location": {"uri": "a/b.py", "uriBaseId": "%SRCROOT%", "index": 0}}
                            ],
                            "results": [
                                {
                                    "ruleId": "py/sql-injection",
                                    "ruleIndex": 1,
                                    "rule": {
                                        "id": "py/sql-injection",
                                        "index": 1,
                                        "toolComponent": {"index": 1},
                                    },
                                    "message": {"text": "This depends on [a value](1)."},
                                    "locations": [
                                        {
                                            "physicalLocation": {
                                                "artifactLocation": {"index": 0},
                                                "region": {"startLine": 7, "startColumn": 2, "endColumn": 9},
                                            }
                                        }
                                    ],
                                    "partialFingerprints": {"primaryLocationLineHash": "x:1"},
                                }
                            ],
                        }
                    ],
                }
            ).encode()
        )
        assert (finding.tool, finding.rule, finding.gate) == ("CodeQL", "py/sql-injection", "byo")
        assert (finding.severity, finding.security_severity) == (Severity.HIGH, 8.8)
        assert (finding.path, finding.line, finding.column, finding.end_column) == ("a/b.py", 7, 2, 9)
        assert finding.message == "This depends on a value."
        assert finding.cwe == (89,)
        assert finding.fingerprint == ""

    def test_eslint_absolute_uris_and_levels(self):
        data = sarif(
            result(ruleId="no-eval", ruleIndex=0, level="error",
                   locations=at("file:///home/me/repo/src/a%20b.js", {"startLine": 1})),
            result(ruleId="no-var", level="warning", locations=at("file:///home/me/repo/c.js"),
                   suppressions=[{"kind": "inSource", "justification": "generated"}]),
            driver={"name": "ESLint", "version": "9.1.0",
                    "rules": [{"id": "no-eval", "helpUri": "https://eslint.org/no-eval"}]},
        )  # fmt: skip
        reading = read(data, gate="byo", root="/home/me/repo/")
        second, first = reading.findings
        assert (first.path, first.severity, first.help) == (
            "src/a b.js",
            Severity.HIGH,
            "https://eslint.org/no-eval",
        )
        assert (second.path, second.severity, second.line) == ("c.js", Severity.MEDIUM, 0)
        assert (first.waived, second.waived, second.waiver) == (False, True, "generated")
        assert reading.tools == (Tool("ESLint", "9.1.0"),)
        assert reading.complete

    def test_trivy_base_on_another_machine_and_scores_in_the_rule(self):
        finding = one(
            sarif(
                result(ruleId="CVE-2024-1", ruleIndex=0, level="error",
                       locations=at("Dockerfile", {"startLine": 1, "endLine": 1}, uriBaseId="ROOTPATH")),
                driver={"name": "Trivy", "rules": [
                    {"id": "CVE-2024-1", "properties": {"security-severity": "9.8", "tags": ["CRITICAL"]}}]},
                originalUriBaseIds={"ROOTPATH": {"uri": "file:///builds/x/"}},
            ),
            root="/home/me/repo",
        )  # fmt: skip
        assert (finding.severity, finding.path, finding.end_line) == (Severity.CRITICAL, "Dockerfile", 1)

    def test_zizmor_as_it_really_writes(self, tmp_path):
        zizmor = shutil.which("zizmor")
        assert zizmor, "the developers' environment has it"
        workflow = tmp_path / ".github/workflows/ci.yml"
        workflow.parent.mkdir(parents=True)
        workflow.write_text(
            "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - run: echo ${{ github.event.head_commit.message }}\n"
        )
        ran = subprocess.run(
            [zizmor, "--offline", "--format=sarif", "."], cwd=tmp_path, capture_output=True, check=False
        )
        reading = read(ran.stdout, gate="byo")
        injected = [f for f in reading.findings if f.rule == "zizmor/template-injection"]
        assert {(f.path, f.line, f.tool) for f in injected} == {(".github/workflows/ci.yml", 6, "zizmor")}
        assert any(rule.id == "zizmor/template-injection" and rule.help for rule in reading.rules)

    def test_semgrep_cwe_words_and_several_runs(self):
        data = json.loads(
            sarif(
                result(level="warning"),
                driver={"name": "Semgrep", "rules": [
                    {"id": "R1", "properties": {"tags": ["CWE-79: Improper Neutralization", "security"]}}]},
            )
        )  # fmt: skip
        data["runs"].append(json.loads(sarif(result(ruleId="Z")))["runs"][0])
        reading = read(b"\xef\xbb\xbf" + json.dumps(data).encode(), gate="byo")
        assert [(f.tool, f.rule, f.cwe) for f in reading.findings] == [
            ("Semgrep", "R1", (79,)),
            ("tool", "Z", ()),
        ]

    def test_messages_by_id_with_arguments(self):
        finding = one(
            sarif(
                result(message={"id": "default", "arguments": ["x", "{0}"]}, ruleId="R1/sub"),
                driver={
                    "rules": [
                        {"id": "R1", "messageStrings": {"default": {"text": "use {0} of {1} in {{}} {7}"}}}
                    ]
                },
            )
        )
        assert finding.message == "use x of {0} in {} {7}"
        assert finding.rule == "R1/sub"

    def test_nulls_and_missing_fields(self):
        finding = one(
            sarif({"message": {}, "ruleId": None, "locations": None, "properties": None, "level": None})
        )
        assert (finding.rule, finding.message, finding.path, finding.line) == ("unnamed", "unnamed", "", 0)
        assert finding.severity is Severity.MEDIUM

    def test_results_that_pass_are_no_findings(self):
        kinds = ["pass", "notApplicable", "fail", "open", "review", "informational"]
        reading = read(sarif(*(result(kind=kind, ruleId=kind) for kind in kinds)), gate="byo")
        assert {f.rule for f in reading.findings} == {"fail", "open", "review", "informational"}
        assert {f.severity for f in reading.findings if f.rule == "informational"} == {Severity.NOTE}

    def test_each_location_is_a_finding(self):
        data = sarif(result(locations=at("a.py", {"startLine": 1}) + at("b.py", {"startLine": 2})))
        assert [(f.path, f.line) for f in read(data, gate="byo").findings] == [("a.py", 1), ("b.py", 2)]


@pytest.mark.parametrize(
    ("fields", "properties", "configuration", "severity"),
    [
        ({}, {"security-severity": "9.0"}, {}, "critical"),
        ({"level": "note"}, {"security-severity": "7.0"}, {}, "high"),
        ({}, {"security-severity": 6.9}, {}, "medium"),
        ({}, {"security-severity": "0.1"}, {}, "low"),
        ({"level": "error"}, {"security-severity": "0.0"}, {}, "high"),
        ({"level": "note"}, {"security-severity": "much"}, {}, "low"),
        ({"level": "note"}, {"security-severity": "nan"}, {}, "low"),
        ({"level": "none"}, {}, {"level": "error"}, "note"),
        ({}, {}, {"level": "error"}, "high"),
        ({}, {}, {"rank": 95.0}, "critical"),
        ({"rank": 10.0}, {}, {"rank": 95.0}, "low"),
        ({}, {}, {}, "medium"),
        (
            {"level": "error", "properties": {"security-severity": "1.0"}},
            {"security-severity": "9"},
            {},
            "low",
        ),
    ],
)
def test_severities(fields, properties, configuration, severity):
    rule = {"id": "R1", "properties": properties, "defaultConfiguration": configuration}
    assert one(sarif(result(**fields), driver={"rules": [rule]})).severity is Severity.parse(severity)


@pytest.mark.parametrize(
    ("uri", "bases", "path"),
    [
        ("src/a.py", {}, "src/a.py"),
        ("./src//a%23b.py", {}, "src/a#b.py"),
        ("b/../a.py", {}, "a.py"),
        ("../a.py", {"X": {"uri": "src/"}}, "a.py"),
        ("a.py", {"X": {"uri": "src/", "uriBaseId": "Y"}, "Y": {"uri": "file:///repo/app/"}}, "app/src/a.py"),
        ("a.py", {"X": {"uri": "file:///elsewhere/"}}, "a.py"),
        ("a.py", {"X": {"uriBaseId": "X"}}, "a.py"),
        ("a.py", {"X": {"uri": "b/", "uriBaseId": "Y"}, "Y": {"uri": "c/", "uriBaseId": "X"}}, "c/b/a.py"),
        ("/repo/a.py", {}, "a.py"),
        ("file:/repo/a.py", {}, "a.py"),
        ("file://localhost/repo/a.py", {}, "a.py"),
        ("caf%E9.py", {}, "caf\udce9.py"),
        ("https://example.org/a.py", {}, ""),
        ("pkg:npm/left-pad@1.0.0", {}, ""),
    ],
)
def test_uris(uri, bases, path):
    data = sarif(result(locations=at(uri, uriBaseId="X")), originalUriBaseIds=bases)
    assert one(data, root="/repo").path == path


@pytest.mark.parametrize(
    "uri",
    ["../a.py", "a/../../b", "%2e%2e/a", "..%2fa", "/etc/passwd", "file:///etc/passwd", "file:///repository/a",
     "/repo/../etc/passwd", "a%00b"],
)  # fmt: skip
def test_paths_outside_the_repository_are_refused(uri):
    with pytest.raises(ToolError, match=r"\$\.runs\[0\]\.results\[1\]\.locations\[0\]"):
        read(sarif(result(), result(locations=at(uri))), gate="byo", root="/repo")


def test_absolute_paths_need_a_root():
    with pytest.raises(ToolError, match="outside the repository"):
        read(sarif(result(locations=at("file:///a.py"))), gate="byo")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "cannot be read"),
        (b"not json", "cannot be read"),
        (b"[]", "object"),
        (b'{"version": "2.1.0"}', "runs"),
        (b'{"version": "2.0.0", "runs": []}', r"\$\.version"),
        (b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": [{}]}]}',
         r"\$\.runs\[0\]\.results\[0\]"),
        (sarif(result(locations=at("a", {"startLine": "x"}))), r"startLine"),
        (sarif(result(ruleIndex=3), driver={"rules": [{"id": "R"}]}), r"runs\[0\]\.results\[0\].*index 3"),
        (sarif(result(rule={"index": 0, "toolComponent": {"index": 2}})), r"extension 2"),
        (sarif(result(locations=[{"physicalLocation": {"artifactLocation": {"index": 4}}}])), r"artifact 4"),
        (sarif(externalPropertyFileReferences={"results": [{}]}), "externalPropertyFileReferences"),
        (b'{"version": "2.1.0", "runs": ' + b"[" * 100_000, "cannot be read"),
        (b'{"version": "2.1.0", "x": ' + b'{"a":' * 100_000, "cannot be read"),
        (b'{"version": "\xff\xfe', "cannot be read"),
        (b'{"version": "2.1.0", "runs": [{"tool"', "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused_with_its_place(data, place):
    with pytest.raises(ToolError, match=place):
        read(data, gate="byo")


def test_too_large_is_refused():
    with pytest.raises(ToolError, match="10 are read at most"):
        read(sarif(), gate="byo", limit=10)


def test_every_prefix_of_a_file_is_refused():
    data = render(verdicts.verdict(verdicts.finding()))
    for end in range(0, len(data), 7):
        with pytest.raises(ToolError):
            read(data[:end], gate="sast")


def test_a_tool_that_did_not_finish_is_not_complete():
    note = {"level": "error", "message": {"text": "no memory"}}
    data = sarif(invocations=[{"executionSuccessful": False, "toolExecutionNotifications": [note]}])
    reading = read(data, gate="byo")
    assert not reading.complete
    assert [(n.level, n.message) for n in reading.notifications] == [("error", "no memory")]
    assert not read(sarif(results=None), gate="byo").complete


def test_rules():
    rule = {
        "id": "R1", "name": "Rule",
        "shortDescription": {"text": "What."}, "fullDescription": {"text": "What. Why."},
        "helpUri": "https://docs.example/r1", "properties": {"tags": ["external/cwe/cwe-078"]},
    }  # fmt: skip
    (read_rule,) = read(sarif(driver={"rules": [rule]}), gate="byo").rules
    assert (read_rule.what, read_rule.why, read_rule.help) == ("What.", "Why.", "https://docs.example/r1")
    assert (read_rule.tool, read_rule.name, read_rule.cwe) == ("tool", "Rule", (78,))


def test_suppressions_under_review_or_rejected_do_not_waive():
    for status in ("underReview", "rejected"):
        assert not one(sarif(result(suppressions=[{"kind": "external", "status": status}]))).waived
    assert one(sarif(result(suppressions=[{"kind": "external", "status": "accepted"}]))).waived

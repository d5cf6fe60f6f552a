"""Hold the README to what the project really does."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from lockgate.cli.arguments import parser
from lockgate.config import load
from lockgate.errors import ExitCode
from lockgate.gates import GATES
from lockgate.jobs.__main__ import JOBS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
_BLOCKS = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)


def _table(heading: str) -> list[list[str]]:
    """Give the rows of the table whose first heading is `heading`, their cells without backticks."""
    lines = README.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows


def test_the_workflows_are_those_that_are_linted_and_run() -> None:
    examples = {path.read_text(): path.name for path in (ROOT / "examples/workflows").glob("*.yml")}
    assert _BLOCKS[0].count("\n") == 10, "the README calls it ten lines"
    assert examples[_BLOCKS[0]] == "pipeline.yml"
    assert [block for block in _BLOCKS if "jobs:" in block and block not in examples] == []


def test_the_check_to_require_is_one_that_the_workflow_has() -> None:
    job = next(iter(yaml.safe_load(_BLOCKS[0])["jobs"]))
    checks = json.loads((ROOT / "contract.json").read_bytes())["workflows"]["pipeline.yml"]["checks"]
    named = re.findall(r"one check to require: `(.*?)`", README)
    assert named == [f"{job} / gate"]
    assert named[0].replace(job, "CALLER") in checks


def test_the_configuration_loads_and_its_values_are_read() -> None:
    configuration = load(_BLOCKS[1].encode(), "README.md").configuration
    assert configuration.gates.sast.fail_on == "medium"
    assert configuration.gates.sbom.min_score == 90
    assert configuration.gates.sca.licences.deny == ("AGPL-3.0-only",)
    assert (configuration.waivers[1].package, configuration.waivers[1].until_fixed) == (
        "pkg:pypi/django@<5.2.9",
        True,
    )
    assert configuration.waivers[0].rule == "B602"
    assert configuration.waiver_caps.critical == 30


def test_the_exit_codes_are_the_contract() -> None:
    assert [int(row[0]) for row in _table("exit code")] == [int(code) for code in ExitCode]


@pytest.mark.parametrize("face", ["action.yml", ".github/workflows/pipeline.yml"])
def test_the_inputs_are_those_of_the_root_action_and_the_workflow(face: str) -> None:
    document = yaml.load((ROOT / face).read_text(), yaml.BaseLoader)
    inputs = document["on"]["workflow_call"]["inputs"] if "on" in document else document["inputs"]
    marked = README.partition(f"<!-- docs: {Path(face).name} inputs -->\n")[2].partition("<!--")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in marked.splitlines()[2:]]
    shown = {row[0].strip(" `"): row[1].strip(" `") for row in rows}
    assert shown == {name: one.get("default", "") for name, one in inputs.items()}


def test_every_gate_has_a_row_and_an_action() -> None:
    named = {row[0].strip("`") for row in _table("gate") if row[0]}
    assert named == {gate.NAME for gate in GATES}
    actions = {path.parent.name for path in (ROOT / "actions").glob("*/action.yml")}
    assert actions == named | set(JOBS)
    assert not named & set(JOBS)


def test_the_commands_and_their_options_exist() -> None:
    parsed = parser()
    for row in _table("command")[2:]:
        words = shlex.split(row[0].strip("`").replace("[", "").replace("]", ""))
        if words[0] != "lockgate":
            continue
        options = re.findall(r"`(--[a-z-]+)", row[1])
        with pytest.raises(SystemExit) as ended:
            parsed.parse_args([words[1], "--help"])
        assert ended.value.code == 0
        for option in options:
            assert option in _help(words[1]), f"{words[1]} has no {option}"


def test_every_claim_names_a_test_that_is_there() -> None:
    rows = _table("claim")
    assert rows
    for claim, command in rows:
        words = shlex.split(command.strip("`"))
        if "pytest" not in words:
            assert words[0] in {"make", "scripts/run"}, claim
            continue
        paths = [word for word in words[words.index("pytest") + 1 :] if word.startswith("tests/")]
        assert paths, claim
        for path in paths:
            assert (ROOT / path.partition("::")[0]).exists(), f"{claim}: {path}"


def test_every_link_into_the_repository_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def _help(command: str) -> str:
    actions = next(action for action in parser()._actions if action.choices)
    return str(actions.choices[command].format_help())  # type: ignore[index]

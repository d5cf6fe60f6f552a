"""How the workflows hang together: jobs, inputs and outputs that refer to each other by name."""

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dev.faces import WORKFLOWS, Face, faces, load, target, triggers
from lockgate.inputs import Cell
from lockgate.jobs.gate import NEEDS
from lockgate.verify.releases import REPOSITORY
from workflows.act import double
from workflows.trees import PIPELINE, REPORT, ROOT, mutated

NAME = r"([A-Za-z_][\w-]*)"
_NEED = re.compile(rf"\bneeds\.{NAME}\.(?:outputs\.{NAME}|result)")
_STEP = re.compile(rf"\bsteps\.{NAME}\.outputs\.{NAME}")
_JOB = re.compile(rf"\bjobs\.{NAME}\.outputs\.{NAME}")
_INPUT = re.compile(rf"\binputs\.{NAME}")
_MATRIX = re.compile(rf"\bmatrix\.{NAME}")
_SET = re.compile(r"""set_output\(\s*["']([\w-]+)""")

Yaml = Mapping[str, Any]


def faults(root: Path) -> list[str]:
    found = faces(root)
    ours, examples = (sorted(root.glob(f"{folder}/*.yml")) for folder in (WORKFLOWS, "examples/workflows"))
    return [
        *(
            f"{path.name}: {name}: it has no timeout"
            for path in ours
            for name, job in load(path)["jobs"].items()
            if "uses" not in job and "timeout-minutes" not in job
        ),
        *(
            f"{path.name}: {fault}"
            for path in (*ours, *examples)
            for fault in workflow_faults(load(path), found)
        ),
        *gate_faults(load(root / PIPELINE)["jobs"]),
        *action_faults(root, found),
    ]


def gate_faults(jobs: Yaml) -> Iterator[str]:
    """Yield why the one job to require might not say what all others came to."""
    gate = jobs["gate"]
    if gate["needs"] != [name for name in jobs if name != "gate"]:
        yield "gate does not need every other job"
    if tuple(gate["needs"]) != NEEDS:
        yield "gate needs other jobs than the program wants results of"
    if gate.get("if") != "${{ always() }}":
        yield "gate does not run always, and a job that is skipped counts as a success"
    if gate["steps"][-1]["with"].get("needs") != "${{ toJSON(needs) }}":
        yield "gate does not read the results of the jobs"
    if any("continue-on-error" in part for part in (gate, gate["steps"][-1])):
        yield "gate may fail and count as a success"


def workflow_faults(workflow: Yaml, found: Mapping[str, Face]) -> Iterator[str]:
    on = triggers(workflow)
    if "workflow_call" in on and "concurrency" in workflow:
        yield "it has a concurrency group, which a caller's own of that name would wait for without end"
    inputs = {name for event in on.values() if event and "inputs" in event for name in event["inputs"]}
    yield from (
        f"there is no input {name}" for name in _INPUT.findall(json.dumps(workflow)) if name not in inputs
    )
    call = on.get("workflow_call") or {}
    for job, output in _JOB.findall(json.dumps(call.get("outputs") or {})):
        if output not in workflow["jobs"].get(job, {}).get("outputs", {}):
            yield f"the job {job} has no output {output}"
    for name, job in workflow["jobs"].items():
        yield from (f"{name}: {fault}" for fault in job_faults(job, workflow["jobs"], found))
        if "workflow_call" in on and "name" not in job:
            yield f"{name}: it has no name for its check"


def job_faults(job: Yaml, jobs: Yaml, found: Mapping[str, Face]) -> Iterator[str]:
    text = json.dumps(job)
    for need, output in _NEED.findall(text):
        if need not in job.get("needs", []):
            yield f"it does not need {need}"
        elif output and output not in outputs_of(jobs[need], found):
            yield f"the job {need} has no output {output}"
    steps = {step["id"]: step for step in job.get("steps", []) if "id" in step}
    for step, output in _STEP.findall(text):
        face = found.get(used(steps.get(step, {})))
        if step not in steps or (face and output not in face.outputs):
            yield f"the step {step} has no output {output}"
    names = set(matrix_names(job))
    yield from (f"there is no {name} in the matrix" for name in _MATRIX.findall(text) if name not in names)
    for part in (job, *job.get("steps", [])):
        yield from with_faults(part, found)


def matrix_names(job: Yaml) -> Iterator[str]:
    """Yield the names that a job's matrix has; those of the plan are the fields of a cell."""
    matrix = job.get("strategy", {}).get("matrix", {})
    yield from matrix
    if matrix.get("include") == "${{ fromJSON(needs.plan.outputs.shards || '[]') }}":
        yield from (field.name for field in dataclasses.fields(Cell))


def outputs_of(job: Yaml, found: Mapping[str, Face]) -> Mapping[str, str]:
    face = found.get(used(job))
    outputs: Mapping[str, str] = face.outputs if face else job.get("outputs", {})
    return outputs


def with_faults(part: Yaml, found: Mapping[str, Face]) -> Iterator[str]:
    """Yield what is wrong with how a job or a step uses something of ours."""
    key = used(part)
    if not key:
        return
    if key not in found:
        yield f"there is no {key}"
        return
    given, inputs = part.get("with", {}), found[key].inputs
    yield from (f"{key} has no input {name}" for name in given if name not in inputs)
    yield from (f"{key} needs {name}" for name, one in inputs.items() if one.required and name not in given)


def used(part: Yaml) -> str:
    """Give the key of what a job or a step uses of ours, from within or as a caller does."""
    use = part.get("uses", "")
    if use.startswith(REPOSITORY):
        use = f"$/{use.partition('@')[0].removeprefix(REPOSITORY).strip('/')}"
    return target(use).removeprefix(f"{WORKFLOWS}/")


def action_faults(root: Path, found: Mapping[str, Face]) -> Iterator[str]:
    """Yield what actions refer to and is not there; the package sets their outputs, or another's action."""
    written = {
        name for path in (ROOT / "scripts/lockgate").rglob("*.py") for name in _SET.findall(path.read_text())
    }
    for key, face in found.items():
        if not face.jobs:
            action = load(root / (key if key == "action.yml" else f"{key}/action.yml"))
            steps = {one["id"]: one for one in action["runs"]["steps"] if "id" in one}
            for step, output in _STEP.findall(json.dumps(action.get("outputs", {}))):
                uses = steps.get(step, {}).get("uses", "")
                if step not in steps or output not in (load(double(uses))["outputs"] if uses else written):
                    yield f"{key}: nothing sets the output {output} of the step {step}"


def test_what_refers_to_each_other_is_there() -> None:
    assert faults(ROOT) == []


def test_every_input_and_output_says_what_it_is() -> None:
    for face in faces(ROOT).values():
        assert face.description or face.jobs, face.key
        for name, one in face.inputs.items():
            assert one.description.endswith("."), f"{face.key}: {name}"
            assert one.kind == ("string" if face.jobs else ""), f"{face.key}: {name}"
            assert not (one.required and one.default), f"{face.key}: {name}"
        assert all(text.endswith(".") for text in face.outputs.values()), face.key


GATE, PLAN = "    needs: [plan, shards, gates]\n", "actions/plan/action.yml"
BROKEN = {
    "gate waits for too few": (
        PIPELINE,
        GATE,
        "    needs: [plan, gates]\n",
        "gate does not need every other job",
    ),
    "gate waits for another": (
        PIPELINE,
        "  gate:\n    name",
        "  x: {}\n  gate:\n    name",
        "gate does not need every other job",
    ),
    "the program waits for others": (
        PIPELINE,
        GATE,
        "    needs: [gates, plan, shards]\n",
        "gate needs other jobs than the program",
    ),
    "gate is skipped": (PIPELINE, "    if: ${{ always() }}\n", "", "gate does not run always"),
    "gate is skipped when cancelled": (PIPELINE, "always()", "!cancelled()", "gate does not run always"),
    "gate reads nothing": (
        PIPELINE,
        "needs: ${{ toJSON(needs) }}",
        "needs: '{}'",
        "gate does not read the results",
    ),
    "gate does not matter": (
        PIPELINE,
        "    timeout-minutes: 10\n",
        "    timeout-minutes: 10\n    continue-on-error: true\n",
        "gate may fail and count as a success",
    ),
    "no timeout": (PIPELINE, "    timeout-minutes: 10\n", "", "pipeline.yml: gate: it has no timeout"),
    "concurrency": (
        REPORT,
        "\njobs:\n",
        "\nconcurrency: report\njobs:\n",
        "report.yml: it has a concurrency group",
    ),
    "no name": (REPORT, "    name: report\n", "", "report.yml: report: it has no name for its check"),
    "no such action": (
        PIPELINE,
        "$/actions/plan",
        "$/actions/plans",
        "pipeline.yml: plan: there is no actions/plans",
    ),
    "no such workflow": (
        "examples/workflows/report.yml",
        "/report.yml@",
        "/reports.yml@",
        "report.yml: report: there is no reports.yml",
    ),
    "no such input": (
        PIPELINE,
        "max-jobs: ${{",
        "most-jobs: ${{",
        "plan: actions/plan has no input most-jobs",
    ),
    "no such input of the root action": (
        PIPELINE,
        "          shards: ${{",
        "          shard: ${{",
        "gates: action.yml has no input shard",
    ),
    "no such input of a workflow": (
        "examples/workflows/pipeline.yml",
        "    uses: ",
        "    with: {ref: main}\n    uses: ",
        "pipeline.yml: lockgate: pipeline.yml has no input ref",
    ),
    "a required input is missing": (
        PIPELINE,
        "          number: ${{ matrix.number }}\n",
        "",
        "shards: actions/shard needs number",
    ),
    "an action's new required input": (
        PLAN,
        "inputs:\n",
        "inputs:\n  new: {description: New., required: true}\n",
        "plan: actions/plan needs new",
    ),
    "no such input here": (PIPELINE, "${{ inputs.scope }}", "${{ inputs.scop }}", "there is no input scop"),
    "no such output of a step": (
        PIPELINE,
        "steps.plan.outputs.gates",
        "steps.plan.outputs.gate",
        "plan: the step plan has no output gate",
    ),
    "no such step": (
        PIPELINE,
        "steps.shard.outputs",
        "steps.shards.outputs",
        "the step shards has no output part",
    ),
    "no such output of a job": (
        PIPELINE,
        "needs.plan.outputs.shards",
        "needs.plan.outputs.cells",
        "the job plan has no output cells",
    ),
    "a job that is not needed": (
        PIPELINE,
        "needs: [plan, shards]",
        "needs: [shards]",
        "gates: it does not need plan",
    ),
    "no such output of the workflow's job": (
        PIPELINE,
        "jobs.gate.outputs.findings",
        "jobs.gates.outputs.findings",
        "the job gates has no output findings",
    ),
    "no such cell": (
        PIPELINE,
        "${{ matrix.count }}",
        "${{ matrix.counts }}",
        "there is no counts in the matrix",
    ),
    "an output that nothing sets": (
        PLAN,
        "steps.plan.outputs.shards",
        "steps.plan.outputs.cells",
        "actions/plan: nothing sets the output cells",
    ),
    "an output that another's action does not set": (
        "actions/attest/action.yml",
        "outputs.attestation-url ",
        "outputs.attestation-urls ",
        "actions/attest: nothing sets the output attestation-urls",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_reference_is_seen(name: str, tmp_path: Path) -> None:
    file, old, new, fault = BROKEN[name]
    found = faults(mutated(tmp_path, file, [(old, new)]))
    assert [said for said in found if fault in said], found

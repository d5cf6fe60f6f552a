"""What callers must grant: a called job that asks for more, even a skipped one, keeps a run from starting."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dev.faces import WORKFLOWS, Face, faces, jobs, load, target, union
from lockgate.errors import InputError
from lockgate.verify.releases import REPOSITORY
from workflows.trees import PIPELINE, REPORT, ROOT, mutated

READ = {"contents": "read"}  # to check out
# The most that each job of a workflow that others call may ask for.
NEEDED = {
    "pipeline.yml": {
        "plan": READ,
        "shards (${{ matrix.gate }} ${{ matrix.number }})": READ,
        "gates": READ,
        "gate": {},
    },
    "code-scanning.yml": {
        "upload": {"actions": "read", "contents": "read", "security-events": "write"},
    },
    "report.yml": {"report": {"actions": "read", "checks": "write", "pull-requests": "write"}},
}
WITHOUT_WRITING = {"pipeline.yml"}


def faults(root: Path) -> list[str]:
    try:
        found = faces(root)
        own = [
            fault for path in sorted(root.glob(f"{WORKFLOWS}/*.y*ml")) for fault in called_faults(root, path)
        ]
    except InputError as error:
        return [error.what]
    called = [face for face in found.values() if face.jobs]
    granted = dict(grants(root, found))
    return [
        *own,
        *(fault for face in called for fault in needed_faults(face)),
        *(f"{face.key}: no example calls it" for face in called if face.key not in granted.values()),
        *example_faults(root, found),
    ]


def called_faults(root: Path, path: Path) -> Iterator[str]:
    """Yield jobs that call a workflow and grant less than it asks for."""
    every = list(jobs(root, path))
    for job in every:
        inner = [other.permissions for other in every if other.name.startswith(f"{job.name} / ")]
        if job.calls and (more := beyond(union(tuple(inner)), job.permissions)):
            yield f"{path.name}: {job.name} calls what needs more than it grants: {', '.join(more)}"


def needed_faults(face: Face) -> Iterator[str]:
    needed = NEEDED.get(face.key, {})
    for job in face.jobs:
        if more := beyond(job.permissions, needed.get(job.name, {})):
            yield f"{face.key}: {job.name} asks for more than it needs: {', '.join(more)}"
        if face.key in WITHOUT_WRITING and "write" in job.permissions.values():
            yield f"{face.key}: {job.name} asks to write"


def beyond(asked: Any, granted: Any) -> list[str]:
    """List the scopes in which one set of permissions is more than another."""
    return [scope for scope in asked if union((granted, {scope: asked[scope]})) != union((granted,))]


def grants(root: Path, found: dict[str, Face]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the examples' jobs (file, job) and what of ours they use."""
    for path in sorted((root / "examples/workflows").glob("*.yml")):
        for name, job in load(path)["jobs"].items():
            for use in (job.get("uses", ""), *(step.get("uses", "") for step in job.get("steps", []))):
                before, _, after = use.partition("@")
                if before.startswith(REPOSITORY) and after:
                    key = target(f"$/{before.removeprefix(REPOSITORY).strip('/')}")
                    yield (path.name, name), key.removeprefix(f"{WORKFLOWS}/")


def example_faults(root: Path, found: dict[str, Face]) -> Iterator[str]:
    used: dict[tuple[str, str], list[str]] = {}
    for place, key in grants(root, found):
        used.setdefault(place, []).append(key)
    for (file, name), keys in used.items():
        workflow = load(root / "examples/workflows" / file)
        job = workflow["jobs"][name]
        granted = job.get("permissions", workflow.get("permissions"))
        yield from (f"examples/workflows/{file}: there is no {key}" for key in keys if key not in found)
        needed = union(tuple(found[key].permissions for key in keys if key in found))
        if granted != needed:
            yield f"examples/workflows/{file}: grants {granted}, and {' and '.join(keys)} needs {needed}"


def test_every_caller_grants_exactly_what_is_asked_for() -> None:
    assert faults(ROOT) == []


def test_the_table_names_every_job() -> None:
    found = {face.key: [job.name for job in face.jobs] for face in faces(ROOT).values() if face.jobs}
    assert {key: sorted(names) for key, names in found.items()} == {
        key: sorted(needed) for key, needed in NEEDED.items()
    }


EXAMPLE, SELFTEST = "examples/workflows/pipeline.yml", ".github/workflows/selftest.yml"
STATED = ("    permissions: {}\n    outputs:", "    outputs:")
BROKEN = {
    "inherited": (
        PIPELINE,
        [STATED, ("\npermissions: {}\njobs:", "\njobs:")],
        "pipeline.yml: the job gate does not state its permissions scope by scope",
    ),
    "all at once": (
        PIPELINE,
        [("    permissions: {}\n", "    permissions: read-all\n")],
        "pipeline.yml: the job gate does not state its permissions scope by scope",
    ),
    "empty": (
        PIPELINE,
        [("    permissions: {}\n", "    permissions:\n")],
        "pipeline.yml: the job gate does not state its permissions scope by scope",
    ),
    "writing": (
        PIPELINE,
        [("  plan:\n", "  more:\n    permissions: {checks: write}\n  plan:\n")],
        "pipeline.yml: more asks to write",
    ),
    "more than needed": (
        PIPELINE,
        [("    permissions: {}\n", "    permissions: {contents: read}\n")],
        "pipeline.yml: gate asks for more than it needs: contents",
    ),
    "more than the example": (
        REPORT,
        [("      checks: write", "      contents: read\n      checks: write")],
        "needs {'actions': 'read', 'checks': 'write', 'contents': 'read', 'pull-requests': 'write'}",
    ),
    "too much granted": (
        EXAMPLE,
        [("contents: read", "contents: write")],
        "grants {'contents': 'write'}, and pipeline.yml needs {'contents': 'read'}",
    ),
    "too little granted": (
        EXAMPLE,
        [("permissions: {contents: read}\n", "permissions: {}\n")],
        "grants {}, and pipeline.yml needs {'contents': 'read'}",
    ),
    "nothing granted": (
        EXAMPLE,
        [("permissions: {contents: read}\n", "")],
        "grants None, and pipeline.yml needs {'contents': 'read'}",
    ),
    "too little granted in a step": (
        "examples/workflows/gate.yml",
        [("permissions:\n  contents: read\n", "permissions: {}\n")],
        "gate.yml: grants {}, and action.yml needs {'contents': 'read'}",
    ),
    "too little granted to ours": (
        SELFTEST,
        [("permissions:\n      contents: read # to check out\n    with:", "permissions: {}\n    with:")],
        "selftest.yml: passes calls what needs more than it grants: contents",
    ),
    "no example": (
        ".github/workflows/new.yml",
        [("", "on: workflow_call\nname: new\npermissions: {}\njobs: {a: {name: a}}\n")],
        "new.yml: no example calls it",
    ),
    "another name in the example": (
        EXAMPLE,
        [("pipeline.yml@", "pipelines.yml@")],
        "examples/workflows/pipeline.yml: there is no pipelines.yml",
    ),
    "called through another": (
        ".github/workflows/outer.yml",
        [
            (
                "",
                "on: push\njobs: {a: {uses: $/.github/workflows/report.yml, permissions: {checks: write}}}\n",
            )
        ],
        "outer.yml: a calls what needs more than it grants: actions, pull-requests",
    ),
    "another repository's": (
        ".github/workflows/outer.yml",
        [("", "on: push\njobs: {a: {uses: a/b/.github/workflows/c.yml@main, permissions: {}}}\n")],
        "outer.yml: the job a calls a workflow of another repository, which is not known",
    ),
    "in a circle": (
        ".github/workflows/outer.yml",
        [("", "on: push\njobs: {a: {uses: $/.github/workflows/outer.yml, permissions: {}}}\n")],
        "outer.yml: workflows call each other more deeply than GitHub allows",
    ),
    "two of one name": (
        PIPELINE,
        [("    name: gates\n", "    name: gate\n")],
        "pipeline.yml: two of its jobs have one name, so their checks cannot be told apart",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_closure_is_seen(name: str, tmp_path: Path) -> None:
    file, changes, fault = BROKEN[name]
    found = faults(mutated(tmp_path, file, changes))
    assert [said for said in found if fault in said], found


def test_a_caller_may_grant_more_to_a_workflow_of_ours_than_it_asks_for(tmp_path: Path) -> None:
    change = ("contents: read # to check out\n    with:", "contents: write\n    with:")
    assert faults(mutated(tmp_path, SELFTEST, [change])) == []

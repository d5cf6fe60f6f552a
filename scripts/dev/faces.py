"""What callers see of the toolkit: its actions and its reusable workflows, as their YAML says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lockgate.config.yaml_lines import YamlError, parse
from lockgate.errors import InputError

WORKFLOWS = ".github/workflows"
LEVELS = ("none", "read", "write")
_DEPTH = 10  # how deeply GitHub lets workflows call each other

Permissions = Mapping[str, str]
Yaml = Any  # the linters hold it to GitHub's schemas


# What an action asks for because of another's that it uses, which says so in its own README.
_OF_OTHERS = {"actions/attest": {"attestations": "write", "contents": "read", "id-token": "write"}}


@dataclass(frozen=True, slots=True)
class Input:
    """Hold one input; `kind` is empty for an action's, whose inputs are all text."""

    description: str
    required: bool
    default: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Hold what a job may do; `name` is its check, `A / B` for the job B of a workflow that A calls.

    `calls` is the workflow that it calls, in this repository; it has no check of its own then.
    """

    name: str
    permissions: Permissions
    calls: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """Hold an action (no `jobs`; `permissions` are what its job needs) or a reusable workflow.

    `key` is what people call it: `action.yml`, `actions/sast`, `pipeline.yml`. `outputs` have descriptions.
    """

    key: str
    name: str
    description: str
    inputs: Mapping[str, Input]
    outputs: Mapping[str, str]
    permissions: Permissions
    secrets: Mapping[str, bool]
    jobs: tuple[Job, ...]


def faces(root: Path) -> dict[str, Face]:
    """Read all actions and reusable workflows of a tree; raise InputError for one that cannot be read."""
    paths = sorted(root.glob(f"{WORKFLOWS}/*.yml"))
    called = {path.name: _workflow(root, path) for path in paths if "workflow_call" in triggers(load(path))}
    actions = {key: _action(root, key) for key in action_keys(root)}
    granted = {key: grant for workflow in called for key, grant in _grants(root, workflow)}
    # An action that no workflow of ours uses is a gate: it does what the root action does.
    fallback = granted.get("action.yml", {})
    return {
        **{
            key: replace(action, permissions=_OF_OTHERS.get(key) or granted.get(key, fallback))
            for key, action in actions.items()
        },
        **called,
    }


def action_keys(root: Path) -> list[str]:
    """List the actions of a tree by what people call them."""
    return [
        "action.yml",
        *(f"actions/{path.parent.name}" for path in sorted(root.glob("actions/*/action.yml"))),
    ]


def load(path: Path) -> Yaml:
    """Read a YAML file whose scalars stay text; raise InputError."""
    try:
        found = parse(path.read_text(encoding="utf-8")).data
    except (OSError, YamlError) as error:
        raise _wrong(path, str(error)) from error
    if not isinstance(found, dict):
        raise _wrong(path, "it is no workflow and no action")
    return found


def triggers(workflow: Yaml) -> Mapping[str, Yaml]:
    """Give the `on:` of a workflow as a mapping, however it is written."""
    on = workflow["on"]
    return on if isinstance(on, dict) else dict.fromkeys([on] if isinstance(on, str) else on)


def target(use: str) -> str:
    """Give the key of the action that `$/…` names, or the path of the workflow; empty for any other use."""
    if not use.startswith("$/"):
        return ""
    return use.removeprefix("$/").rstrip("/") or "action.yml"


def union(jobs: Iterator[Permissions] | tuple[Permissions, ...]) -> dict[str, str]:
    """Give the most that any of several may do, scope by scope."""
    most: dict[str, str] = {}
    for permissions in jobs:
        for scope, level in permissions.items():
            most[scope] = max(level, most.get(scope, "none"), key=LEVELS.index)
    return dict(sorted(most.items()))


def jobs(root: Path, path: Path, above: str = "", depth: int = 1) -> Iterator[Job]:
    """Yield the jobs of a workflow, and those of the workflows that it calls in this tree; raise InputError.

    A job that does not state its permissions would have those of whatever calls it: that is an error.
    """
    if depth > _DEPTH:
        raise _wrong(path, "workflows call each other more deeply than GitHub allows")
    workflow = load(path)
    for name, job in workflow["jobs"].items():
        shown = f"{above}{job.get('name', name)}"
        stated = job["permissions"] if "permissions" in job else workflow.get("permissions")
        use = job.get("uses", "")
        yield Job(shown, _permissions(path, name, stated), target(use))
        if target(use):
            yield from jobs(root, root / target(use), f"{shown} / ", depth + 1)
        elif use:
            raise _wrong(path, f"the job {name} calls a workflow of another repository, which is not known")


def _permissions(path: Path, job: str, stated: Yaml) -> Permissions:
    if not isinstance(stated, dict) or not set(stated.values()) <= set(LEVELS):
        raise _wrong(path, f"the job {job} does not state its permissions scope by scope")
    return {scope: level for scope, level in sorted(stated.items()) if level != "none"}


def _grants(root: Path, workflow: str) -> Iterator[tuple[str, Permissions]]:
    """Yield the actions of this tree that a workflow uses, and what the jobs around them may do."""
    path = root / WORKFLOWS / workflow
    document = load(path)
    for name, job in document["jobs"].items():
        stated = job["permissions"] if "permissions" in job else document.get("permissions")
        for step in job.get("steps", []):
            if key := target(step.get("uses", "")):
                yield key, _permissions(path, name, stated)


def _action(root: Path, key: str) -> Face:
    action = load(root / key if key == "action.yml" else root / key / "action.yml")
    name, description = action["name"], action["description"]
    return Face(key, name, description, _inputs(action), _outputs(action), {}, {}, ())


def _workflow(root: Path, path: Path) -> Face:
    workflow = load(path)
    call = triggers(workflow)["workflow_call"] or {}
    found = tuple(jobs(root, path))
    if len({job.name for job in found}) < len(found):
        raise _wrong(path, "two of its jobs have one name, so their checks cannot be told apart")
    secrets = {name: _true(secret) for name, secret in (call.get("secrets") or {}).items()}
    most = union(tuple(job.permissions for job in found))
    return Face(path.name, workflow["name"], "", _inputs(call), _outputs(call), most, secrets, found)


def _inputs(face: Yaml) -> dict[str, Input]:
    return {
        name: Input(one.get("description", ""), _true(one), one.get("default") or "", one.get("type", ""))
        for name, one in (face.get("inputs") or {}).items()
    }


def _outputs(face: Yaml) -> dict[str, str]:
    return {name: output.get("description", "") for name, output in (face.get("outputs") or {}).items()}


def _true(value: Yaml) -> bool:
    return bool(value) and value.get("required") == "true"


def _wrong(path: Path, what: str) -> InputError:
    return InputError(f"{path.name}: {what}", cause="its YAML was changed", todo="correct it")

"""What workflows and actions may refer to: this repository at the running commit, or a commit of another."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.materialising import ROOT, program

KINDS = {
    "workflow": [".github/workflows/*.y*ml"],
    "action": ["action.y*ml", "actions/**/action.y*ml"],
    "example": ["examples/workflows/*.y*ml"],
}
OWN = re.compile(r"\$/[\w./-]*")
EXAMPLE = re.compile(r"lockgate/lockgate(/[\w.-]+)*@COMMIT")
PINNED = re.compile(r"(?P<action>[\w-]+/[\w.-]+(/[\w.-]+)*)@(?P<commit>[0-9a-f]{40})")
VERSION = re.compile(r" # v\d+\.\d+\.\d+")


def files() -> list[tuple[str, Path]]:
    return [
        (kind, path) for kind, globs in KINDS.items() for glob in globs for path in sorted(ROOT.glob(glob))
    ]


def faults(kind: str, text: str) -> Iterator[str]:
    """Yield what a file of a kind may not say."""
    for key, node in program().scalars(text):
        if key == "uses" and not allowed(kind, node.value, rest(text, node.end_mark.index)):
            yield f"uses: {node.value}"
        elif (key, node.value) == ("secrets", "inherit"):
            yield "secrets: inherit"
        elif key == "run" and "${{" in node.value:
            yield f"run: {node.value}"


def allowed(kind: str, value: str, comment: str) -> bool:
    if OWN.fullmatch(value):
        return kind == "workflow" and ".." not in value
    if EXAMPLE.fullmatch(value):
        return kind == "example"
    return bool(PINNED.fullmatch(value) and VERSION.fullmatch(comment))


def rest(text: str, start: int) -> str:
    """Give what follows on the line."""
    return text[start:].partition("\n")[0]


@pytest.mark.parametrize(("kind", "path"), files(), ids=[str(path.relative_to(ROOT)) for _, path in files()])
def test_only_what_may_be_referred_to_is(kind: str, path: Path) -> None:
    assert list(faults(kind, path.read_text())) == []


def test_every_kind_is_there() -> None:
    assert {kind for kind, _ in files()} == set(KINDS)


def test_an_action_has_one_pin() -> None:
    pins: dict[str, set[str]] = {}
    for _, path in files():
        for match in re.finditer(PINNED.pattern + VERSION.pattern, path.read_text()):
            pins.setdefault(match["action"], set()).add(match[0])
    assert "actions/checkout" in pins
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


def test_what_is_referred_to_is_there() -> None:
    for kind, path in files():
        for key, node in program().scalars(path.read_text()):
            if kind == "workflow" and key == "uses" and node.value.startswith("$/"):
                place = ROOT / node.value[2:]
                assert place.suffix == ".yml" or (place / "action.yml").is_file(), node.value
                assert place.exists(), node.value


COMMIT = "5f" * 20


@pytest.mark.parametrize(
    "value",
    [
        "./actions/sast",
        "./.github/workflows/pipeline.yml",
        "../sast",
        "$/../x",
        "$/actions/sast@v1",
        "docker://alpine:3",
        "lockgate/lockgate@v1 # v1.0.0",
        "lockgate/lockgate@COMMIT",
        "actions/checkout@v7.0.1 # v7.0.1",
        f"actions/checkout@{COMMIT[:12]} # v7.0.1",
        f"actions/checkout@{COMMIT}",
        f"actions/checkout@{COMMIT} # v7",
        f"actions/checkout@{COMMIT} # main",
        f"checkout@{COMMIT} # v7.0.1",
    ],
)
@pytest.mark.parametrize("key", ["uses:", "- uses:", "- name: x\n  uses:", "a:\n  uses:"])
def test_another_reference_is_found(key: str, value: str) -> None:
    assert list(faults("workflow", f"{key} {value}\n")) == [f"uses: {value.partition(' ')[0]}"]
    assert len(list(faults("action", f"{key} {value}"))) == 1


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("workflow", "$/"),
        ("workflow", "$/actions/sast"),
        ("workflow", "$/.github/workflows/pipeline.yml"),
        ("example", "lockgate/lockgate@COMMIT # the commit that you have read"),
        ("example", "lockgate/lockgate/.github/workflows/pipeline.yml@COMMIT"),
        *((kind, f"actions/checkout@{COMMIT} # v7.0.1") for kind in KINDS),
        *((kind, f"github/codeql-action/upload-sarif@{COMMIT} # v4.36.2") for kind in KINDS),
    ],
)
def test_a_reference_that_may_be_is_found_by_nobody(kind: str, value: str) -> None:
    assert list(faults(kind, f"- uses: {value}\n")) == []


@pytest.mark.parametrize("kind", ["action", "example"])
def test_only_workflows_may_refer_to_the_running_commit(kind: str) -> None:
    assert list(faults(kind, "uses: $/actions/sast")) == ["uses: $/actions/sast"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("jobs: {a: {secrets: inherit}}", "secrets: inherit"),
        ("run: echo ${{ github.ref }}", "run: echo ${{ github.ref }}"),
        ("run: |\n  # ${{ github.ref }}\n", "run: # ${{ github.ref }}\n"),
        ("{run: 'echo ${{ github.ref }}'}", "run: echo ${{ github.ref }}"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_inherited_secrets_and_expressions_in_shell_are_found(kind: str, text: str, fault: str) -> None:
    assert list(faults(kind, text)) == [fault]


def test_an_expression_beside_the_shell_is_no_fault() -> None:
    text = (
        "run: echo \"$REF\" # ${{ x }}\nenv: {REF: '${{ github.ref }}'}\nsecrets: {a: '${{ secrets.A }}'}\n"
    )
    assert list(faults("workflow", text)) == []

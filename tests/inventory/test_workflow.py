"""The actions, reusable workflows and images that a workflow or an action names."""

import time
from pathlib import Path

import pytest

from lockgate.inventory.kinds import is_lock, parse
from lockgate.inventory.model import Inventory, LockError, Place

SHA = "11bd71901bbe5b1630ceea73d27597364c9af683"
SHOP = Path(__file__).parents[2] / "examples" / "shop"


def read(text: str, path: str = ".github/workflows/ci.yml") -> Inventory:
    return parse(path, text.encode(), lambda _: None)


def steps(*lines: str) -> str:
    return "jobs:\n  a:\n    steps:\n" + "".join(f"      - {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("line", "name", "version", "gaps"),
    [
        (f"uses: actions/checkout@{SHA} # v4.2.2", "actions/checkout", "v4.2.2", 0),
        (f"uses: 'actions/checkout@{SHA}'   #v4.2.2 (pinned)", "actions/checkout", "v4.2.2", 0),
        (f"uses: actions/checkout@{SHA} # tag=v4.2.2", "actions/checkout", "v4.2.2", 0),
        (f"uses: actions/checkout@{SHA} # ratchet:actions/checkout@v4.2.2", "actions/checkout", "v4.2.2", 0),
        (f"{{uses: actions/checkout@{SHA}}} # v4.2.2", "actions/checkout", SHA, 1),
        (f"uses: actions/checkout@{SHA}", "actions/checkout", SHA, 1),
        (f"uses: actions/checkout@{SHA} # the newest", "actions/checkout", SHA, 1),
        (f"uses: actions/checkout@{SHA} # v4", "actions/checkout", "v4", 1),
        ("uses: actions/checkout@v4.2.2", "actions/checkout", "v4.2.2", 0),
        ("uses: actions/checkout@v4.2.2 # v9.9.9", "actions/checkout", "v4.2.2", 0),
        ("uses: actions/checkout@v4", "actions/checkout", "v4", 1),
        ("uses: actions/checkout@main", "actions/checkout", "main", 1),
        ("uses: Azure/Login@v2.3.0", "azure/login", "v2.3.0", 0),
        ("uses: github/codeql-action/init@v3.28.1", "github/codeql-action", "v3.28.1", 0),
    ],
)
def test_actions(line: str, name: str, version: str, gaps: int) -> None:
    inventory = read(steps("run: true", line))
    (component,) = inventory.components
    assert (component.ecosystem, component.name, component.version) == ("GitHub Actions", name, version)
    assert component.line == 5
    assert [gap.line for gap in inventory.gaps] == [5] * gaps
    assert [gap.pinned for gap in inventory.gaps] == [SHA in line] * gaps


def test_the_folder_of_an_action_and_its_commit_are_kept() -> None:
    (component,) = read(steps(f"uses: Github/codeql-action/init@{SHA} # v3.28.1")).components
    assert component.alias == "github/codeql-action/init"
    assert component.origin.address.endswith(f"/github/codeql-action.git#{SHA}")


@pytest.mark.parametrize(
    "line",
    ["uses: ./.github/actions/x", "uses: $/actions/x", "with: {uses: a/b@v1}", "env: {image: a}",
     "run: 'uses: a/b@v1'"],
)  # fmt: skip
def test_what_is_of_the_repository_or_no_action_is_left_out(line: str) -> None:
    inventory = read(steps(line))
    assert (inventory.components, inventory.gaps) == ((), ())


@pytest.mark.parametrize("uses", ["checkout", "actions/checkout", "${{ matrix.action }}", "a/b@v1 x", "[]"])
def test_what_cannot_be_told_is_a_gap_or_refused_by_github(uses: str) -> None:
    inventory = read(steps(f"uses: {uses}"))
    assert inventory.components == ()
    assert len(inventory.gaps) == (uses != "[]")


def test_reusable_workflows_containers_and_services() -> None:
    inventory = read(
        "on: push\njobs:\n  call:\n    uses: owner/repo/.github/workflows/x.yml@v1.2.3\n"
        "  test:\n    container: node:22\n    services:\n      db:\n        image: postgres:17.2\n"
        "    steps:\n      - uses: docker://alpine:3.22\n"
        "  other:\n    container:\n      image: ${{ inputs.image }}\n"
    )
    assert [(each.ecosystem, each.name, each.version, each.line) for each in inventory.components] == [
        ("GitHub Actions", "owner/repo", "v1.2.3", 4), ("Docker", "node", "22", 6),
        ("Docker", "postgres", "17.2", 9), ("Docker", "alpine", "3.22", 11),
    ]  # fmt: skip
    assert [gap.line for gap in inventory.gaps] == [14]


def test_an_action_s_own_steps_and_image() -> None:
    composite = read(f"runs:\n  using: composite\n  steps:\n    - uses: a/b@{SHA} # v1.0.0\n", "action.yml")
    docker = read("runs:\n  using: docker\n  image: docker://alpine:3.22\n", "x/action.yaml")
    local = read("runs:\n  using: docker\n  image: Dockerfile\n", "action.yml")
    assert [each.name for each in composite.components] == ["a/b"]
    assert [each.name for each in docker.components] == ["alpine"]
    assert local.components == ()


def test_one_action_used_twice_is_one_component() -> None:
    inventory = read(steps("uses: a/b@v1.0.0", "uses: a/b@v1.0.0", "uses: a/b@v1.1.0"))
    assert [(each.version, each.line) for each in inventory.components] == [("v1.0.0", 4), ("v1.1.0", 6)]
    assert inventory.manifest == {"a/b": Place(".github/workflows/ci.yml", 4, "a/b@v1.0.0")}
    assert [need.key for need in inventory.needs] == [each.key for each in inventory.components]


def test_anchors_count_once_where_they_stand() -> None:
    inventory = read(
        "x: &steps\n  - &one\n    uses: a/b@v1.0.0\njobs:\n  a:\n    steps: *steps\n  b:\n    steps: [*one]\n"
    )
    assert [(each.name, each.line) for each in inventory.components] == [("a/b", 3)]


@pytest.mark.parametrize(
    "path", sorted((SHOP / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.name
)
def test_the_shop_s_workflows_pin_what_they_use(path: Path) -> None:
    inventory = read(path.read_text())
    assert inventory.gaps == ()
    assert {each.name for each in inventory.components} <= {
        "actions/checkout",
        "actions/setup-node",
        "actions/setup-python",
    }


@pytest.mark.parametrize(
    "text",
    ["a: [", "a: b: c", "\t- x", "{a: b}: c", "[a]: c", "? {x: y}\n: c", "*a : b", "a: " + "[" * 60,
     "[" * 100_000, "{a: " * 50_000, "- " * 50_000, "a: &a\n  *a : x\n", "a: \x00"],
)  # fmt: skip
def test_what_is_not_yaml_or_hostile_is_refused(text: str) -> None:
    with pytest.raises(LockError):
        read(text)


@pytest.mark.parametrize(
    "text", ["", "# nothing", "a", "- a", "a: !!python/object:os.system x", "---\na: b\n---\nc: d\n"]
)
def test_what_uses_nothing_is_empty(text: str) -> None:
    assert read(text).components == ()


def test_an_alias_bomb_costs_nothing() -> None:
    text = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
    )
    start = time.process_time()
    assert read(text + steps("uses: a/b@v1.0.0")).components[0].name == "a/b"
    assert time.process_time() - start < 1


def test_the_paths_that_hold_workflows() -> None:
    assert is_lock(".github/workflows/ci.yml")
    assert is_lock("actions/x/action.yaml")
    assert not is_lock(".github/ci.yml")

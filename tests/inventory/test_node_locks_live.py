"""The real tools make a lock, and list it; both now, from the registry."""

import json
import os
import re
import subprocess
from pathlib import Path

import node_listings as listings
import pytest

from lockgate.inventory.kinds import parse
from lockgate.inventory.model import Inventory
from lockgate.toolset import Node, install_node_set

pytestmark = pytest.mark.full
FOLDER = Path(__file__).parent / "javascript"
SECONDS = 300


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    return install_node_set("lockers", tmp_path_factory.mktemp("home"))


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Copy the manifests of a fixture, and not its lock."""
    for path in (FOLDER / request.param).rglob("*"):
        if path.name in {"package.json", "pnpm-workspace.yaml"}:
            place = tmp_path / path.relative_to(FOLDER / request.param)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    return tmp_path


def run(argv: list[str], folder: Path, **env: str) -> bytes:
    done = subprocess.run(
        argv, cwd=folder, env={**os.environ, **env}, capture_output=True, check=False, timeout=SECONDS
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-2000:]
    return done.stdout


def read(folder: Path, name: str) -> Inventory:
    return parse(name, (folder / name).read_bytes(), listings.reader(folder))


@pytest.mark.parametrize("project", ["npm3"], indirect=True)
@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_npm(project: Path, node: Node, version: str) -> None:
    flags = ["--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]
    run(["npm", "install", *flags, "--lockfile-version", version], project)
    inventory = read(project, "package-lock.json")
    listing = run(["npm", "ls", "--all", "--json", "--package-lock-only"], project)
    names, edges = listings.npm(listing)
    assert len(names) > 50
    assert listings.ours(inventory, listings.asked) == (names, edges)
    if version != "1":  # it names what version 1 holds of folders by the folder
        tool = node.script("@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js")
        bom = run([*tool, "--package-lock-only"], project)
        assert listings.ours(inventory, listings.named) == listings.cyclonedx(bom)


@pytest.mark.parametrize("project", ["pnpm"], indirect=True)
def test_pnpm(project: Path, node: Node) -> None:
    tool = node.script("pnpm/bin/pnpm.cjs")
    run([*tool, "install", "--lockfile-only", "--ignore-scripts"], project)
    listing = run([*tool, "ls", "-r", "--json", "--depth", "Infinity", "--lockfile-only"], project)
    inventory = read(project, "pnpm-lock.yaml")
    names, edges = listings.pnpm(listing, "demo")
    found, needs = listings.ours(inventory, listings.named)
    assert len(names) > 50
    assert found == names
    # A link has no version in the listing, and a peer is shown only where it is installed first.
    assert edges - needs == {("@demo/a@0.1.0", "@demo/b")}
    peers = {(one.name, need.key) for one in inventory.components for need in one.needs if need.wants}
    assert {
        (parent.rpartition("@")[0], child)
        for parent, child in needs - edges
        if not child.startswith("@demo/")
    } <= peers


@pytest.mark.parametrize("project", ["classic"], indirect=True)
def test_yarn_1(project: Path, node: Node) -> None:
    tool = node.script("yarn/bin/yarn.js")
    run([*tool, "install", "--ignore-scripts", "--non-interactive"], project)
    inventory = read(project, "yarn.lock")
    names, edges = listings.classic(run([*tool, "list", "--json"], project))
    assert len(names) > 50
    assert listings.ours(inventory, listings.asked)[0] == names
    assert listings.classic_edges(inventory) == edges


@pytest.mark.parametrize("project", ["berry"], indirect=True)
def test_yarn_4(project: Path, node: Node) -> None:
    tool = node.script("@yarnpkg/cli-dist/bin/yarn.js")
    registry = run(["npm", "config", "get", "registry"], project).decode().strip().rstrip("/")
    env = {"YARN_NPM_REGISTRY_SERVER": registry, "YARN_ENABLE_TELEMETRY": "0"}
    (project / "yarn.lock").touch()
    run([*tool, "install", "--mode=update-lockfile"], project, **env)
    inventory = read(project, "yarn.lock")
    names, edges = listings.berry(run([*tool, "info", "-A", "-R", "--json"], project, **env))
    found, needs = listings.ours(inventory, lambda component: component.key)
    assert len(names) > 50
    assert found | {"demo@workspace:."} == names
    needs = {(parent or "demo@workspace:.", key) for parent, key in needs}
    assert edges <= needs
    text = (project / "yarn.lock").read_text()
    for parent, child in needs - edges:  # workspaces of the root, patched packages, peers
        peer = re.search(
            rf'resolution: "{re.escape(parent)}"(?:\n  .*)*?\n  peerDependencies:((?:\n    .*)+)', text
        )
        assert "@workspace:" in child or "@patch:" in parent or (peer and child.rpartition("@")[0] in peer[1])


@pytest.mark.parametrize("project", ["npm3"], indirect=True)
def test_a_shrinkwrap(project: Path, node: Node) -> None:
    run(["npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit"], project)
    before = read(project, "package-lock.json").components
    run(["npm", "shrinkwrap"], project)
    after = read(project, "npm-shrinkwrap.json")
    assert (after.kind, after.components) == ("npm-shrinkwrap.json", before)
    assert json.loads((project / "npm-shrinkwrap.json").read_bytes())["lockfileVersion"] in {2, 3}
    assert node.lock

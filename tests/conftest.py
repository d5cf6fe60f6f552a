"""What all tests share: a node that fits, where the machine has none."""

import os
from pathlib import Path

import pytest

from lockgate.host import host
from lockgate.process import which
from lockgate.toolset import install_node_set
from postgres_server import server

__all__ = ["fitting_node", "server"]


@pytest.fixture(scope="session", autouse=True)
def fitting_node(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Put the locked node on PATH where lockgate would take it: each test's own home would fetch it anew."""
    program = Path(install_node_set("oxlint", host(os.environ).home).program)
    if which("node") != str(program):
        folder = tmp_path_factory.mktemp("node")
        (folder / "node").symlink_to(program)
        (folder / "npm").symlink_to(program.parents[1] / "lib/node_modules/npm/bin/npm-cli.js")
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"

"""What a command loads before it does anything: it starts faster the less that is."""

import subprocess
import sys

import pytest

ALWAYS = {"jinja2", "jsonschema_rs", "license_expression", "packageurl", "requests", "rich", "yaml"}


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("lockgate.cli", {*ALWAYS, "msgspec", "packaging", "pathspec"}),
        ("lockgate.cli.about", {*ALWAYS, "msgspec", "packaging", "pathspec"}),
        ("lockgate.cli.rescanning", {*ALWAYS, "packaging", "pathspec"}),
        ("lockgate.cli.billing", {*ALWAYS, "packaging"}),
        ("lockgate.cli.vexing", ALWAYS),
        ("lockgate.worker", {*ALWAYS, "packaging", "pathspec"}),
    ],
)
def test_a_command_loads_no_library_that_it_may_not_need(module: str, unwanted: set[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], check=True, stdout=subprocess.PIPE)
    loaded = set(done.stdout.decode().split())
    assert module in loaded
    assert loaded & unwanted == set()

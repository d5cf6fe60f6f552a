"""The tree as callers get it where `$/` is unknown: for every test that needs one."""

import importlib.machinery
import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
REPOSITORY = "lockgate/lockgate"
COMMIT = "5f" * 20


@cache
def program() -> ModuleType:
    """Load scripts/dev/materialise, which has no suffix."""
    loader = importlib.machinery.SourceFileLoader("materialise", str(ROOT / "scripts/dev/materialise"))
    spec = importlib.util.spec_from_loader("materialise", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def materialise(out: Path) -> Path:
    """Write the tree, pinned by a commit."""
    assert program().materialise(out, REPOSITORY, COMMIT) > 100
    return out

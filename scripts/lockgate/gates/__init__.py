"""The quality gates; `registry` lists them."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lockgate.gates.registry import GATES, Gate, Output, Task

__all__ = ["GATES", "NAMES", "Gate", "Output", "Task"]

NAMES = ("lighthouse", "migrations", "sast", "sbom", "sca", "secrets")
"""Their names, which the command line needs before it needs them."""


def __getattr__(name: str) -> object:
    """Load the gates when they are asked for: a worker starts in half the time, as it needs none of them."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module("lockgate.gates.registry"), name)

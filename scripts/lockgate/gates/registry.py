"""The quality gates, in alphabetical order. To add one: a module that is a `Gate`, and its line here."""

from lockgate.gates.lighthouse import gate as lighthouse
from lockgate.gates.migrations import gate as migrations
from lockgate.gates.protocol import Gate, Output, Task
from lockgate.gates.sast import gate as sast
from lockgate.gates.sbom import gate as sbom
from lockgate.gates.sca import gate as sca
from lockgate.gates.secrets import gate as secrets

__all__ = ["GATES", "Gate", "Output", "Task"]

GATES: tuple[Gate, ...] = (lighthouse, migrations, sast, sbom, sca, secrets)

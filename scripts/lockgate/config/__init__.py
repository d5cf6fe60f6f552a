"""The configuration of a run: `.lockgate.yml`."""

from lockgate.config.gate import GateConfiguration, SeverityName
from lockgate.config.load import NAMES, Loaded, Place, defaults, load
from lockgate.config.model import Configuration, Limits, Waiver

__all__ = [
    "NAMES",
    "Configuration",
    "GateConfiguration",
    "Limits",
    "Loaded",
    "Place",
    "SeverityName",
    "Waiver",
    "defaults",
    "load",
]

"""Policy: which findings block. Stages mark findings in a fixed order and never drop one."""

from lockgate.policy.stages import Context, Judged, judge
from lockgate.policy.vex import Vex, vex
from lockgate.policy.waivers import Waivers, findings_about_waivers, policy_rules, waivers

__all__ = [
    "Context",
    "Judged",
    "Vex",
    "Waivers",
    "findings_about_waivers",
    "judge",
    "policy_rules",
    "vex",
    "waivers",
]

"""The presets of a lighthouserc, for the audits of Lighthouse 13.

As Lighthouse CI has them, with removed audits left out and their successors in their place. Each gives a
level and options for an audit, as an assertion does.
"""

from lockgate.config.yaml_lines import Data
from lockgate.gates.lighthouse.budgets.audits import CATEGORY

_SILENT = frozenset(
    {
        # They tell and do not judge.
        "baseline", "clickjacking-mitigation", "csp-xss", "diagnostics", "has-hsts", "inp-breakdown-insight",
        "js-libraries", "layout-shifts", "lcp-breakdown-insight", "main-thread-tasks", "metrics",
        "network-dependency-tree-insight", "network-requests", "network-rtt", "network-server-latency",
        "origin-isolation", "resource-summary", "script-treemap-data", "third-parties-insight",
        "total-blocking-time", "trusted-types-xss", "user-timings",
    }
)  # fmt: skip
_WARNS = frozenset(
    {
        "bootup-time", "cls-culprits-insight", "cumulative-layout-shift", "dom-size-insight",
        "first-contentful-paint", "forced-reflow-insight", "interactive", "is-on-https",
        "largest-contentful-paint", "mainthread-work-breakdown", "max-potential-fid", "server-response-time",
        "speed-index",
    }
)  # fmt: skip
_WARNS_BY_LENGTH = frozenset(
    {
        "cache-insight", "duplicated-javascript-insight", "legacy-javascript-insight",
        "render-blocking-insight",
    }
)  # fmt: skip
_FAILS_BY_LENGTH = frozenset(
    {
        "image-delivery-insight", "unminified-css", "unminified-javascript", "unused-css-rules",
        "unused-javascript",
    }
)  # fmt: skip
_OFF = frozenset({"long-tasks", "modern-http-insight"})
"""Too strict, and about the server of developers."""
_PWA = frozenset({"is-on-https", "redirects-http", "viewport-insight"})

NAMES = ("lighthouse:all", "lighthouse:no-pwa", "lighthouse:recommended")


def preset(name: str) -> dict[str, Data]:
    """Give a preset's assertions; raise KeyError for another name."""
    if name not in NAMES:
        raise KeyError(name)
    judged = {audit: "error" for audit in CATEGORY if audit not in _SILENT}
    if name == "lighthouse:all":
        return dict(judged)
    off = _OFF | (_PWA if name == "lighthouse:no-pwa" else frozenset())
    return {audit: _recommended(audit) for audit in judged if audit not in off}


def _recommended(audit: str) -> Data:
    if audit in _WARNS:
        return "warn"
    if audit in _WARNS_BY_LENGTH:
        return ["warn", {"maxLength": "0"}]
    return ["error", {"maxLength": "0"}] if audit in _FAILS_BY_LENGTH else "error"

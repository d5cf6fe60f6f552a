"""The audits of Lighthouse 13 by category, and what can be asserted on each."""

PERFORMANCE = (
    "bootup-time", "cache-insight", "cls-culprits-insight", "cumulative-layout-shift", "diagnostics",
    "document-latency-insight", "dom-size-insight", "duplicated-javascript-insight",
    "first-contentful-paint", "font-display-insight", "forced-reflow-insight", "image-delivery-insight",
    "inp-breakdown-insight", "interactive", "largest-contentful-paint", "layout-shifts",
    "lcp-breakdown-insight", "lcp-discovery-insight", "legacy-javascript-insight", "long-tasks",
    "main-thread-tasks", "mainthread-work-breakdown", "max-potential-fid", "metrics", "modern-http-insight",
    "network-dependency-tree-insight", "network-requests", "network-rtt", "network-server-latency",
    "non-composited-animations", "redirects", "render-blocking-insight", "resource-summary",
    "script-treemap-data", "server-response-time", "speed-index", "third-parties-insight",
    "total-blocking-time", "total-byte-weight", "unminified-css", "unminified-javascript", "unsized-images",
    "unused-css-rules", "unused-javascript", "user-timings", "viewport-insight",
)  # fmt: skip
ACCESSIBILITY = (
    "accesskeys", "aria-allowed-attr", "aria-allowed-role", "aria-command-name", "aria-conditional-attr",
    "aria-deprecated-role", "aria-dialog-name", "aria-hidden-body", "aria-hidden-focus",
    "aria-input-field-name", "aria-meter-name", "aria-progressbar-name", "aria-prohibited-attr",
    "aria-required-attr", "aria-required-children", "aria-required-parent", "aria-roles", "aria-text",
    "aria-toggle-field-name", "aria-tooltip-name", "aria-treeitem-name", "aria-valid-attr",
    "aria-valid-attr-value", "autocomplete-valid", "button-name", "bypass", "color-contrast",
    "definition-list", "dlitem", "document-title", "duplicate-id-aria", "empty-heading",
    "form-field-multiple-labels", "frame-title", "heading-order", "html-has-lang", "html-lang-valid",
    "html-xml-lang-mismatch", "identical-links-same-purpose", "image-alt", "image-redundant-alt",
    "input-button-name", "input-image-alt", "label", "label-content-name-mismatch", "landmark-one-main",
    "link-in-text-block", "link-name", "list", "listitem", "meta-refresh", "meta-viewport", "object-alt",
    "presentation-role-conflict", "select-name", "skip-link", "svg-img-alt", "tabindex",
    "table-duplicate-name", "table-fake-caption", "target-size", "td-has-header", "td-headers-attr",
    "th-has-data-cells", "valid-lang", "video-caption",
)  # fmt: skip
BEST_PRACTICES = (
    "baseline", "charset", "clickjacking-mitigation", "csp-xss", "deprecations", "doctype",
    "errors-in-console", "geolocation-on-start", "has-hsts", "image-aspect-ratio", "image-size-responsive",
    "inspector-issues", "is-on-https", "js-libraries", "notification-on-start", "origin-isolation",
    "paste-preventing-inputs", "redirects-http", "third-party-cookies", "trusted-types-xss",
    "valid-source-maps",
)  # fmt: skip
SEO = (
    "canonical", "crawlable-anchors", "hreflang", "http-status-code", "is-crawlable", "link-text",
    "meta-description", "robots-txt",
)  # fmt: skip
CATEGORY = {
    audit: category
    for category, audits in (
        ("seo", SEO),
        ("best-practices", BEST_PRACTICES),
        ("accessibility", ACCESSIBILITY),
        ("performance", PERFORMANCE),
    )
    for audit in audits
}

_MANUAL = "people answer it, and no program"
_PICTURE = "the gate takes no pictures of pages"
_AGENTS = "the gate does not run Lighthouse's category for agents"
NEVER = {
    **dict.fromkeys(("final-screenshot", "full-page-screenshot", "screenshot-thumbnails"), _PICTURE),
    **dict.fromkeys(
        (
            "agent-accessibility-tree", "ard-schema", "llms-txt", "webmcp-form-coverage",
            "webmcp-registered-tools", "webmcp-schema-validity",
        ),
        _AGENTS,
    ),
    **dict.fromkeys(
        (
            "custom-controls-labels", "custom-controls-roles", "focus-traps", "focusable-controls",
            "interactive-element-affordance", "logical-tab-order", "managed-focus",
            "offscreen-content-hidden", "structured-data", "use-landmarks", "visual-order-follows-dom",
        ),
        _MANUAL,
    ),
    "bf-cache": "the gate does not leave the page and come back",
    "interaction-to-next-paint": "nobody touches the page; max-potential-fid stands for it",
}  # fmt: skip
"""Audits of Lighthouse 13 that this gate does not have, and why."""

METRIC = {
    ("cumulative-layout-shift", "value"): "cls",
    ("dom-size-insight", "value"): "dom",
    ("first-contentful-paint", "value"): "fcp",
    ("interactive", "value"): "tti",
    ("largest-contentful-paint", "value"): "lcp",
    ("max-potential-fid", "value"): "inp",
    ("speed-index", "value"): "si",
    ("total-blocking-time", "value"): "tbt",
    ("total-byte-weight", "value"): "bytes.total",
}
"""What is said of an audit and has a metric of its own."""

VALUED = frozenset(
    {
        *(audit for audit, _ in METRIC), "bootup-time", "mainthread-work-breakdown", "metrics",
        "network-rtt", "network-server-latency", "redirects", "server-response-time", "unminified-css",
        "unminified-javascript", "unused-css-rules", "unused-javascript",
    }
)  # fmt: skip
"""The audits that have a `numericValue`."""

UNLISTED = frozenset(
    {
        "cls-culprits-insight", "document-latency-insight", "forced-reflow-insight", "inp-breakdown-insight",
        "lcp-breakdown-insight", "lcp-discovery-insight", "network-dependency-tree-insight",
    }
)  # fmt: skip
"""The audits whose items are parts of a page in a report, or steps that pass as well: nobody counts them."""

_BY_TIME = frozenset(
    {
        "bootup-time", "cls-culprits-insight", "cumulative-layout-shift", "first-contentful-paint",
        "forced-reflow-insight", "interactive", "largest-contentful-paint", "layout-shifts", "long-tasks",
        "mainthread-work-breakdown", "max-potential-fid", "render-blocking-insight", "server-response-time",
        "speed-index", "total-blocking-time",
    }
)  # fmt: skip


def is_timing(audit: str, what: str) -> bool:
    """Say whether an audit's `score`, `value` or `length` differs from run to run of the same page."""
    return audit in _BY_TIME or (what == "value" and (audit, what) not in METRIC)

"""The rules that oxlint runs, and what each is worth: the tool itself gives them no severity.

Left out on purpose: security/detect-object-injection (more than half of all findings on real projects, hardly
one of them a flaw), and twins of rules that are here.
"""

from lockgate.finding import Rule, Severity
from lockgate.gates.cwe import WHY

TOOL = "oxlint"
_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

_ESLINT = "https://oxc.rs/docs/guide/usage/linter/rules/eslint/{}.html"
_REACT = "https://oxc.rs/docs/guide/usage/linter/rules/react/{}.html"
_SECURITY = "https://github.com/eslint-community/eslint-plugin-security/blob/main/docs/rules/{}.md"
_UNSANITIZED = "https://github.com/mozilla/eslint-plugin-no-unsanitized/blob/master/docs/rules/{}.md"
_SDL = "https://github.com/microsoft/eslint-plugin-sdl/blob/main/docs/rules/{}.md"
_DOCS = {"eslint": _ESLINT, "react": _REACT, "security": _SECURITY, "no-unsanitized": _UNSANITIZED,
         "@microsoft/sdl": _SDL}  # fmt: skip

_TEXT_CONTENT = "Use textContent, or sanitise the HTML with DOMPurify."
_NO_STRINGS = "Call the function, or look it up in a fixed table, instead of running text as code."

# id: (severity, CWE, mend)
_TABLE: dict[str, tuple[Severity, int, str]] = {
    "eslint/no-eval": (_HIGH, 95, _NO_STRINGS),
    "eslint/no-new-func": (_HIGH, 95, _NO_STRINGS),
    "eslint/no-script-url": (_MEDIUM, 79, "Use an event handler instead of a `javascript:` address."),
    "react/iframe-missing-sandbox": (
        _MEDIUM, 1021, "Give the iframe a `sandbox` attribute with the least rights that it needs."),
    "react/jsx-no-script-url": (_MEDIUM, 79, "Use an event handler instead of a `javascript:` address."),
    "react/jsx-no-target-blank": (_LOW, 1022, 'Add `rel="noreferrer"` to the link.'),
    "react/no-danger": (_MEDIUM, 79, "Render the text as children, or sanitise the HTML with DOMPurify."),
    "security/detect-bidi-characters": (_HIGH, 1007, "Remove the bidirectional control characters."),
    "security/detect-buffer-noassert": (_LOW, 119, "Leave out the `noAssert` argument."),
    "security/detect-child-process": (
        _HIGH, 78, "Use execFile or spawn with a fixed program and a list of arguments."),
    "security/detect-disable-mustache-escape": (_MEDIUM, 79, "Leave `escapeMarkup` on."),
    "security/detect-eval-with-expression": (_HIGH, 95, _NO_STRINGS),
    "security/detect-invisible-characters": (_MEDIUM, 1007, "Remove the invisible characters."),
    "security/detect-new-buffer": (_LOW, 119, "Use Buffer.from or Buffer.alloc."),
    "security/detect-no-csrf-before-method-override": (_MEDIUM, 352, "Call csrf after methodOverride."),
    "security/detect-non-literal-fs-filename": (
        _LOW, 22, "Resolve the path and check that it is inside the folder that is meant."),
    "security/detect-non-literal-regexp": (_LOW, 1333, "Escape the text before it becomes a pattern."),
    "security/detect-non-literal-require": (_LOW, 829, "Require modules by fixed names."),
    "security/detect-possible-timing-attacks": (_LOW, 208, "Compare with crypto.timingSafeEqual."),
    "security/detect-pseudoRandomBytes": (_MEDIUM, 338, "Use crypto.randomBytes."),
    "security/detect-unsafe-regex": (_MEDIUM, 1333, "Rewrite the pattern without nested repetition."),
    "no-unsanitized/method": (_MEDIUM, 79, _TEXT_CONTENT),
    "no-unsanitized/property": (_MEDIUM, 79, _TEXT_CONTENT),
    "@microsoft/sdl/no-angular-bypass-sanitizer": (_MEDIUM, 79, "Let Angular sanitise the value."),
    "@microsoft/sdl/no-angularjs-bypass-sce": (_MEDIUM, 79, "Leave strict contextual escaping on."),
    "@microsoft/sdl/no-cookies": (_LOW, 1004, "Set the cookie by HTTP, HttpOnly."),
    "@microsoft/sdl/no-document-domain": (_MEDIUM, 346, "Use postMessage."),
    "@microsoft/sdl/no-document-write": (_MEDIUM, 79, _TEXT_CONTENT),
    "@microsoft/sdl/no-electron-node-integration": (_HIGH, 250, "Leave `nodeIntegration` off."),
    "@microsoft/sdl/no-html-method": (_MEDIUM, 79, "Use .text() instead of .html()."),
    "@microsoft/sdl/no-inner-html": (_MEDIUM, 79, _TEXT_CONTENT),
    "@microsoft/sdl/no-insecure-random": (
        _LOW, 338, "Use crypto.getRandomValues where they guard something."),
    "@microsoft/sdl/no-insecure-url": (_LOW, 319, "Use https."),
    "@microsoft/sdl/no-msapp-exec-unsafe": (_MEDIUM, 79, _TEXT_CONTENT),
    "@microsoft/sdl/no-postmessage-star-origin": (_MEDIUM, 346, "Name the origin that may read it."),
    "@microsoft/sdl/no-unsafe-alloc": (_LOW, 908, "Use Buffer.alloc."),
    "@microsoft/sdl/no-winjs-html-unsafe": (_MEDIUM, 79, _TEXT_CONTENT),
}  # fmt: skip


def _rule(rule_id: str, severity: Severity, cwe: int, mend: str) -> Rule:
    plugin, _, name = rule_id.rpartition("/")
    return Rule(
        id=rule_id,
        tool=TOOL,
        name=name.replace("-", " "),
        severity=severity,
        why=WHY[cwe],
        mend=mend,
        help=_DOCS[plugin].format(name),
        cwe=(cwe,),
        tags=("security",),
    )


RULES = {rule_id: _rule(rule_id, *row) for rule_id, row in _TABLE.items()}

"""The rules that oxlint runs, and what each is worth: the tool itself gives them no severity.

Left out on purpose: security/detect-object-injection (more than half of all findings on real projects, hardly
one of them a flaw), and twins of rules that are here.
"""

from lockgate.finding import Rule, Severity

TOOL = "oxlint"
_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

_ESLINT = "https://oxc.rs/docs/guide/usage/linter/rules/eslint/{}.html"
_REACT = "https://oxc.rs/docs/guide/usage/linter/rules/react/{}.html"
_SECURITY = "https://github.com/eslint-community/eslint-plugin-security/blob/main/docs/rules/{}.md"
_UNSANITIZED = "https://github.com/mozilla/eslint-plugin-no-unsanitized/blob/master/docs/rules/{}.md"
_SDL = "https://github.com/microsoft/eslint-plugin-sdl/blob/main/docs/rules/{}.md"
_DOCS = {"eslint": _ESLINT, "react": _REACT, "security": _SECURITY, "no-unsanitized": _UNSANITIZED,
         "@microsoft/sdl": _SDL}  # fmt: skip

_XSS = "An attacker who controls the text runs script in the page as the user who looks at it."
_CODE = "An attacker who controls the text runs code of their own with the rights of this program."
_COMMAND = "An attacker who controls the text runs commands of their own on the machine."
_REGEX = "A crafted input keeps the one thread of the program busy for minutes."
_FILE = "An attacker who controls the name reads or writes files that were not meant."
_OPENER = "The page that is opened can change the page that it was opened from, for instance to a login form."
_PLAIN = "Anyone on the way can read and change what is sent."
_MEMORY = "Old contents of memory, which may be secrets, can leak."
_ELECTRON = "Script of a web page gets the rights of the program on the machine."
_HIDDEN = "The code does not do what a reviewer sees."
_FRAME = "The framed page can run script, open windows or send the user elsewhere."

_TEXT_CONTENT = "Use textContent, or sanitise the HTML with DOMPurify."
_NO_STRINGS = "Call the function, or look it up in a fixed table, instead of running text as code."

# id: (severity, CWE, why, mend)
_TABLE: dict[str, tuple[Severity, int, str, str]] = {
    "eslint/no-eval": (_HIGH, 95, _CODE, _NO_STRINGS),
    "eslint/no-new-func": (_HIGH, 95, _CODE, _NO_STRINGS),
    "eslint/no-script-url": (_MEDIUM, 79, _XSS, "Use an event handler instead of a `javascript:` address."),
    "react/iframe-missing-sandbox": (
        _MEDIUM, 1021, _FRAME, "Give the iframe a `sandbox` attribute with the least rights that it needs."),
    "react/jsx-no-script-url": (_MEDIUM, 79, _XSS, "Use an event handler instead of a `javascript:` address."),
    "react/jsx-no-target-blank": (_LOW, 1022, _OPENER, 'Add `rel="noreferrer"` to the link.'),
    "react/no-danger": (_MEDIUM, 79, _XSS, "Render the text as children, or sanitise the HTML with DOMPurify."),
    "security/detect-bidi-characters": (_HIGH, 1007, _HIDDEN, "Remove the bidirectional control characters."),
    "security/detect-buffer-noassert": (_LOW, 119, _MEMORY, "Leave out the `noAssert` argument."),
    "security/detect-child-process": (
        _HIGH, 78, _COMMAND, "Use execFile or spawn with a fixed program and a list of arguments."),
    "security/detect-disable-mustache-escape": (_MEDIUM, 79, _XSS, "Leave `escapeMarkup` on."),
    "security/detect-eval-with-expression": (_HIGH, 95, _CODE, _NO_STRINGS),
    "security/detect-invisible-characters": (_MEDIUM, 1007, _HIDDEN, "Remove the invisible characters."),
    "security/detect-new-buffer": (_LOW, 119, _MEMORY, "Use Buffer.from or Buffer.alloc."),
    "security/detect-no-csrf-before-method-override": (
        _MEDIUM, 352, "A foreign page can send requests in the user's name.", "Call csrf after methodOverride."),
    "security/detect-non-literal-fs-filename": (
        _LOW, 22, _FILE, "Resolve the path and check that it is inside the folder that is meant."),
    "security/detect-non-literal-regexp": (_LOW, 1333, _REGEX, "Escape the text before it becomes a pattern."),
    "security/detect-non-literal-require": (_LOW, 829, _CODE, "Require modules by fixed names."),
    "security/detect-possible-timing-attacks": (
        _LOW, 208, "The time that the comparison takes tells how much of a guess is right.",
        "Compare with crypto.timingSafeEqual."),
    "security/detect-pseudoRandomBytes": (
        _MEDIUM, 338, "The numbers can be foretold.", "Use crypto.randomBytes."),
    "security/detect-unsafe-regex": (_MEDIUM, 1333, _REGEX, "Rewrite the pattern without nested repetition."),
    "no-unsanitized/method": (_MEDIUM, 79, _XSS, _TEXT_CONTENT),
    "no-unsanitized/property": (_MEDIUM, 79, _XSS, _TEXT_CONTENT),
    "@microsoft/sdl/no-angular-bypass-sanitizer": (_MEDIUM, 79, _XSS, "Let Angular sanitise the value."),
    "@microsoft/sdl/no-angularjs-bypass-sce": (_MEDIUM, 79, _XSS, "Leave strict contextual escaping on."),
    "@microsoft/sdl/no-cookies": (
        _LOW, 1004, "Script in the page can read what is stored in such a cookie.", "Set the cookie by HTTP, HttpOnly."),
    "@microsoft/sdl/no-document-domain": (
        _MEDIUM, 346, "Other hosts of the domain get full access to the page.", "Use postMessage."),
    "@microsoft/sdl/no-document-write": (_MEDIUM, 79, _XSS, _TEXT_CONTENT),
    "@microsoft/sdl/no-electron-node-integration": (_HIGH, 250, _ELECTRON, "Leave `nodeIntegration` off."),
    "@microsoft/sdl/no-html-method": (_MEDIUM, 79, _XSS, "Use .text() instead of .html()."),
    "@microsoft/sdl/no-inner-html": (_MEDIUM, 79, _XSS, _TEXT_CONTENT),
    "@microsoft/sdl/no-insecure-random": (
        _LOW, 338, "The numbers can be foretold.", "Use crypto.getRandomValues where they guard something."),
    "@microsoft/sdl/no-insecure-url": (_LOW, 319, _PLAIN, "Use https."),
    "@microsoft/sdl/no-msapp-exec-unsafe": (_MEDIUM, 79, _XSS, _TEXT_CONTENT),
    "@microsoft/sdl/no-postmessage-star-origin": (
        _MEDIUM, 346, "Any page that holds the window reads the message.", "Name the origin that may read it."),
    "@microsoft/sdl/no-unsafe-alloc": (_LOW, 908, _MEMORY, "Use Buffer.alloc."),
    "@microsoft/sdl/no-winjs-html-unsafe": (_MEDIUM, 79, _XSS, _TEXT_CONTENT),
}  # fmt: skip


def _rule(rule_id: str, severity: Severity, cwe: int, why: str, mend: str) -> Rule:
    plugin, _, name = rule_id.rpartition("/")
    return Rule(
        id=rule_id,
        tool=TOOL,
        name=name.replace("-", " "),
        severity=severity,
        why=why,
        mend=mend,
        help=_DOCS[plugin].format(name),
        cwe=(cwe,),
        tags=("security",),
    )


RULES = {rule_id: _rule(rule_id, *row) for rule_id, row in _TABLE.items()}

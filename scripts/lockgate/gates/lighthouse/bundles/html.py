"""Read from a page's HTML what a browser fetches at once for it.

It takes time in proportion to the text, whatever that is: Python's own parser needs minutes for a hostile
page of 100 kB.
"""

import re
from dataclasses import dataclass, field
from html import unescape

_BEGIN = re.compile(
    r"<(?:!--|(base|img|link|noscript|script|style|template|textarea|title)(?=[\s/>]))", re.IGNORECASE
)
_END = re.compile(r"""(?:[^>"']|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(r"""([^\s"'>/=]+)(?:\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?+""")
_EMPTY = {"base", "img", "link"}
_SCRIPTS = {"", "module", "text/javascript", "application/javascript"}
_FETCHED = {"modulepreload", "preload", "stylesheet"}


@dataclass(slots=True)
class Asked:
    """Hold addresses as they are written: `plain` ones, `modules`; and the text of `inline` modules."""

    base: str = ""
    plain: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)


def asked(text: str) -> Asked:
    """Give what a page asks for by its elements; what browsers that run scripts do not read is left out."""
    found = Asked()
    at = 0
    while begin := _BEGIN.search(text, at):
        if begin[1] is None:
            at = _behind("-->", text, begin.end())
            continue
        end = _END.match(text, begin.end())
        if end is None:
            break
        name, at = begin[1].lower(), end.end()
        inside = at
        if name not in _EMPTY:
            at = _behind(f"</{name}", text, at)
        _note(found, name, _attributes(text[begin.end() : inside - 1]), text[inside:at])
    return found


def _behind(mark: str, text: str, at: int) -> int:
    """Give where the text goes on behind a mark: at its end where there is none."""
    found = re.compile(re.escape(mark), re.IGNORECASE).search(text, at)
    return found.end() if found else len(text)


def _attributes(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(text):
        given.setdefault(found[1].lower(), unescape(found[2] or found[3] or found[4] or "").strip())
    return given


def _note(found: Asked, name: str, given: dict[str, str], inside: str) -> None:
    match name:
        case "base":
            found.base = found.base or given.get("href", "")
        case "img":
            found.plain.append(given.get("src", ""))
        case "link":
            _link(found, given)
        case "script":
            _script(found, given, inside)


def _link(found: Asked, given: dict[str, str]) -> None:
    relations = set(given.get("rel", "").lower().split())
    if relations & _FETCHED and "alternate" not in relations and "disabled" not in given:
        (found.modules if "modulepreload" in relations else found.plain).append(given.get("href", ""))


def _script(found: Asked, given: dict[str, str], inside: str) -> None:
    kind = given.get("type", "").lower()
    if kind not in _SCRIPTS or "nomodule" in given:
        return
    if kind != "module":
        found.plain.append(given.get("src", ""))
    elif "src" in given:
        found.modules.append(given["src"])
    else:
        found.inline.append(inside)

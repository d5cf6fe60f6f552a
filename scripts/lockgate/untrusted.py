"""Show text that strangers wrote: file names, code, messages of tools and of people."""

import re
import unicodedata
from urllib.parse import quote, urlsplit

# Unicode's default-ignorable characters outside the categories C and Z: they take no room on the screen.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ISSUE = re.compile(r"\b(gh)-(?=\d)", re.IGNORECASE)
BREAK = "&#8203;"
"""A space of no width, which parts an `@` or a `#` from the name or number that it would refer to."""
_MARKDOWN = str.maketrans(
    {character: f"&#{ord(character)};" for character in "&<>\"'|`*_[]!~\\$"}
    # GitHub finds mentions and references in the finished HTML, so an entity alone would not stop them.
    | {"@": f"&#64;{BREAK}", "#": f"&#35;{BREAK}"}
)


def visible(text: str) -> str:
    r"""Write what cannot be seen as an escape such as `\u202e`; keep newlines and tabs.

    Line ends become `\n` and colour codes go. The result can be encoded as UTF-8.
    """
    text = _COLOUR.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    code = ord(character)
    if character in "\n\t" or 0x20 <= code < 0x7F:
        return character
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8 (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(character) not in _UNSEEN and not _BLANK.match(character):
        return character
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """Join the words of a text on one line, with everything visible."""
    return " ".join(visible(text).split())


def cut(text: str, limit: int) -> str:
    """Keep at most `limit` UTF-16 code units, GitHub's measure of length; end with `…` if more was there."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * limit:
        return text
    return units[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"


def shown(text: str, longest: int = 200) -> str:
    """Put a stranger's word into a sentence of ours: one line between backticks, cut."""
    plain = cut(one_line(text), longest).replace("`", "'")
    return f"`{plain}`"


def web_link(url: str) -> str:
    """Return an `http` or `https` address that is safe inside quotes and table cells, or an empty string."""
    try:
        parts = urlsplit(visible(url))
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return ""
    return quote(parts.geturl(), safe="%/:=&?~#+,;@")


def markdown(text: str) -> str:
    """Escape a text for one line of GitHub's Markdown, so that it is only ever text.

    No element, link, image, mention, reference to an issue, or end of a table cell can come of it.
    """
    escaped = one_line(text).translate(_MARKDOWN)
    # "://" and "www." are what GitHub turns into links by itself.
    escaped = escaped.replace("://", "&#58;//").replace("www.", "www&#46;")
    return _ISSUE.sub(rf"\1&#45;{BREAK}", escaped)

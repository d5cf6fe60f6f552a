"""Say which pages a budget is for, in the three ways that people write it.

- `wild`: the page's whole path, in which `*` stands for anything (`budgets` of `.lockgate.yml`);
- `robots`: the start of the path, as in a robots.txt, with `*`, and `$` for its end (a budget.json);
- `regex`: a regular expression that is looked for in the page's address (a lighthouserc).
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lockgate.gates.lighthouse.model import Grammar, Limit, Page

_LONGEST_PATTERN = 300
_LONGEST_ADDRESS = 200
_MOST_REPEATS = 3
_MOST_CHOICES = 6
_REPEATED_GROUP = re.compile(r"(?<!\\)\)[*+{]")
_REPEAT = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\d*\})")
_CHOICE = re.compile(r"\||(?<![\\(])\?")
_PORT = re.compile(r":\d{2,5}\b")


def applies(limit: Limit, page: Page) -> bool:
    """Say whether a budget is for a page."""
    return matches(limit.grammar, limit.pages, page) and not any(
        matches(limit.grammar, pattern, page) for pattern in limit.unless
    )


def matches(grammar: Grammar, pattern: str, page: Page) -> bool:
    """Say whether a pattern matches a page: its path, or the path that its file has on a plain server."""
    match grammar:
        case "wild":
            return any(_wild(pattern, path, whole=True) for path in (*_paths(page), page.path))
        case "robots":
            whole = pattern.endswith("$")
            return any(_wild(pattern.removesuffix("$"), path, whole=whole) for path in _paths(page))
        case "regex":
            compiled = expression(pattern)
            return any(compiled.search(address[:_LONGEST_ADDRESS]) for address in _addresses(pattern, page))


def expression(pattern: str) -> re.Pattern[str]:
    """Compile a regular expression; raise ValueError for one that is none, or that might never end.

    Addresses are cut, repetitions are few and not within each other, and so are choices.
    """
    if len(pattern) > _LONGEST_PATTERN:
        message = f"it has more than {_LONGEST_PATTERN} characters"
        raise ValueError(message)
    if _REPEATED_GROUP.search(pattern) or len(_REPEAT.findall(pattern)) > _MOST_REPEATS:
        message = f"it repeats a group, or has more than {_MOST_REPEATS} repetitions"
        raise ValueError(message)
    if len(_CHOICE.findall(pattern)) > _MOST_CHOICES:
        message = f"it has more than {_MOST_CHOICES} `|` and `?`"
        raise ValueError(message)
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        message = f"it is no regular expression: {error}"
        raise ValueError(message) from error


def _paths(page: Page) -> Iterator[str]:
    """Give a page's path, with its query, and its file's."""
    if page.path.startswith("/"):
        yield page.path
    else:
        parts = urlsplit(page.path)
        yield (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if page.file:
        yield f"/{page.file}"


def _addresses(pattern: str, page: Page) -> Iterator[str]:
    """Give the addresses that a page may have had for whom wrote the pattern: any local one, on any port.

    A pattern such as `http://localhost:3000/shop` is of a server that is not ours.
    """
    if not page.path.startswith("/"):
        yield page.path
        return
    scheme = "https" if "https:" in pattern else "http"
    host = "127.0.0.1" if "127" in pattern else "localhost"
    named = _PORT.search(pattern)
    for port in ("", named[0] if named else ":8080"):
        yield from (f"{scheme}://{host}{port}{path}" for path in _paths(page))


def _wild(pattern: str, text: str, *, whole: bool) -> bool:
    """Match `*` with anything, from the text's start, and to its end if `whole`; in linear time."""
    first, *others = pattern.split("*")
    if not others:
        return text == first if whole else text.startswith(first)
    if not text.startswith(first):
        return False
    at = len(first)
    *inner, last = others
    for part in inner:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return text.endswith(last, at) if whole else text.find(last, at) >= 0

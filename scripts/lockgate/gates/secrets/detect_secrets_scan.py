"""detect-secrets' scan of a file, with the same findings several times faster.

Nearly all of its time goes into filters and plumbing for lines in which no plugin finds anything. Here a line
is first held against the plugins' own patterns; only those whose pattern matches are asked, by detect-secrets
itself and behind its own filters.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.core.scan import _get_lines_from_file, _is_filtered_out, _scan_line
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.plugins.keyword import DENYLIST, KeywordDetector
from detect_secrets.settings import get_plugins
from detect_secrets.util.code_snippet import get_code_snippet

Search = Callable[[str], object]


def scan_file(filename: str) -> Iterator[PotentialSecret]:
    """Find what `detect_secrets.core.scan.scan_file` finds, in its order."""
    if _is_filtered_out(required_filter_parameters=["filename"], filename=filename):
        return
    for lines in _get_lines_from_file(filename):
        found = False
        for number in _candidates(lines):
            for secret in _scan(filename, lines, number):
                found = True
                yield secret
        if found:
            return


def _candidates(lines: list[str]) -> Iterator[int]:
    """Give the numbers, from 1, of the lines that a plugin may find something in."""
    searches = [search for _, own in _plugins() for search in own]
    for number, line in enumerate(lines, 1):
        text = line.rstrip()
        if any(search(text) for search in searches):
            yield number


def _scan(filename: str, lines: list[str], number: int) -> Iterator[PotentialSecret]:
    """Take one line through detect-secrets' filters and plugins."""
    line = lines[number - 1].rstrip()
    context = get_code_snippet(lines=lines, line_number=number)
    place: dict[str, Any] = {"filename": filename, "line": line, "context": context}
    if _is_filtered_out(required_filter_parameters=["line"], **place):
        return
    for plugin, searches in _plugins():
        if not any(search(line) for search in searches):
            continue
        for secret in _scan_line(plugin=plugin, line_number=number, **place):
            about = {**place, "secret": secret.secret_value, "plugin": plugin}
            if not _is_filtered_out(required_filter_parameters=["context"], **about):
                yield secret


@cache
def _plugins() -> tuple[tuple[BasePlugin, tuple[Search, ...]], ...]:
    """Pair each plugin with patterns one of which matches whenever it finds something in a line."""
    return tuple((plugin, tuple(_patterns(plugin))) for plugin in get_plugins())


def _patterns(plugin: BasePlugin) -> Iterator[Search]:
    match plugin:
        case HighEntropyStringsPlugin():
            # Only in quotes; and more than N bits of entropy need more than 2^N characters.
            shortest = int(2**plugin.entropy_limit) + 1
            yield re.compile(rf"['\"][{re.escape(plugin.charset)}]{{{shortest},}}['\"]").search
        case KeywordDetector():
            yield re.compile("|".join(DENYLIST), re.IGNORECASE).search
        case RegexBasedDetector():
            yield from (pattern.search for pattern in plugin.denylist)
        case _:
            yield lambda line: True

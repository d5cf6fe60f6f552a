"""How often the end of a waiver was moved: from the versions of the configuration that git has."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from lockgate.config import Waiver, load
from lockgate.errors import ConfigurationError
from lockgate.git import Git

MOST = 200
"""That many versions of the configuration are looked at, the newest ones."""
_MAX_BYTES = 1_000_000

Key = tuple[str, str, str, str, str]
_Ends = dict[Key, date]


def key(waiver: Waiver) -> Key:
    """Tell a waiver from others, whatever its owner, reason and end."""
    return waiver.rule, waiver.fingerprint, waiver.id, waiver.path, waiver.package


def past(git: Git, path: str) -> Iterator[Sequence[Waiver]]:
    """Give the waivers of each version of the configuration, oldest first, those that can be read."""
    for commit in git.commits(path, MOST):
        data = git.show(commit, path, _MAX_BYTES)
        try:
            yield load(data or b"", path).configuration.waivers
        except ConfigurationError:
            continue


def extensions(versions: Iterable[Sequence[Waiver]]) -> Counter[Key]:
    """Count, over the versions from old to new, how often each waiver came back with a later end."""
    ends: _Ends = {}
    moved: Counter[Key] = Counter()
    for waivers in versions:
        now: _Ends = {}
        for waiver in waivers:
            now[key(waiver)] = max(waiver.expires, now.get(key(waiver), waiver.expires))
        moved.update(name for name, end in now.items() if end > ends.get(name, end))
        ends |= now
    return moved

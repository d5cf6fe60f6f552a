"""Attribute growth to sources: what the maps of both sides say about the files that changed."""

from collections import defaultdict
from dataclasses import dataclass, field

from lockgate.gates.lighthouse.bundles.model import Cause, Grown, Side
from lockgate.gates.lighthouse.bundles.source_maps import mapped
from lockgate.gates.lighthouse.bundles.sources import Origin, origin
from lockgate.gates.lighthouse.model import Site

_MAPPED = {"script", "stylesheet"}
_MOST_CHANGES = 40  # those that changed most come first
_MOST_MAPS = 200
_LEAST = 100  # characters


@dataclass(slots=True)
class Attribution:
    """Attribute growth, reading each map once."""

    site: Site
    head: Side
    base: Side
    tracked: frozenset[str]
    _known: dict[tuple[bool, str], dict[Origin, int]] = field(default_factory=dict)

    def causes(self, one: Grown) -> list[Cause]:
        """Give what has more characters in the changed files than before, most first; empty without maps.

        A file that has a map on one side alone says nothing: all of it would seem new.
        """
        now: dict[Origin, int] = defaultdict(int)
        then: dict[Origin, int] = defaultdict(int)
        for change in one.changes[:_MOST_CHANGES] if one.kind in _MAPPED else ():
            new, old = self._of(True, change.head), self._of(False, change.base)
            if (new or not change.head) and (old or not change.base):
                for what, size in new.items():
                    now[what] += size
                for what, size in old.items():
                    then[what] += size
        found = [
            Cause(what.name, size - then.get(what, 0), what.package, what.path, what not in then)
            for what, size in now.items()
            if size - then.get(what, 0) >= _LEAST
        ]
        return sorted(found, key=lambda cause: (-cause.more, cause.name))

    def _of(self, is_head: bool, file: str) -> dict[Origin, int]:
        key = (is_head, file)
        if file and key not in self._known and len(self._known) < _MOST_MAPS:
            build = (self.head if is_head else self.base).build
            found: dict[Origin, int] = defaultdict(int)
            for written, size in mapped(build, file).items():
                if what := origin(written, file, self.site, self.tracked):
                    found[what] += size
            self._known[key] = found
        return self._known.get(key, {})

"""Match what pages of the head show with what those of the base do; equal things of pages are one."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from lockgate.finding import Rule
from lockgate.gates.judged import Judged
from lockgate.gates.lighthouse.model import Page, PageResult, Sample
from lockgate.untrusted import shown

T = TypeVar("T")
State = Literal["gone", "known", "new"]
_NAMED = 3
MOST = 200
"""How many findings of a kind a page has one by one: a report of thousands helps nobody."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Hold what was found in the head, and what the base has already, with the rules of other tools."""

    head: tuple[Judged, ...] = ()
    base: tuple[Judged, ...] = ()
    rules: tuple[Rule, ...] = ()

    def __add__(self, other: "Sides") -> "Sides":
        rules = {rule.id: rule for rule in (*other.rules, *self.rules)}
        return Sides(self.head + other.head, self.base + other.base, tuple(rules.values()))


@dataclass(slots=True)
class Group(Generic[T]):
    """Hold one thing that one or several pages show; `thing` is as the first of them shows it.

    `known`: the base has it too, there or, of a page that is new, elsewhere. `new`: it has not. `gone`: it
    alone has. `stands_for`, unless it is 0, says how many different ones are told as one.
    """

    thing: T
    state: State
    pages: list[Page] = field(default_factory=list)
    stands_for: int = 0


def groups(
    results: Iterable[PageResult],
    things: Callable[[Sample], Sequence[T]],
    identity: Callable[[T], Hashable],
    alike: Sequence[Callable[[T], Hashable]] = (),
) -> list[Group[T]]:
    """Group the things of all pages by identity and state; known ones come first, then new, then gone.

    On a page that the base has, things are matched one to one: by `alike`, strictest first, where None never
    matches; without it by identity. The n-th of equal things of a page goes with the n-th of others.
    """
    results = list(results)
    most: Counter[Hashable] = Counter()
    for result in results:
        if result.base:
            most |= Counter(map(identity, things(result.base[0])))
    found: dict[tuple[Hashable, State, int], Group[T]] = {}
    for result in results:
        head = list(things(result.head[0]))
        if result.base:
            parts = _paired(head, list(things(result.base[0])), alike or (identity,))
        else:
            parts = _of_new_page(head, identity, most)
        for state, part in parts.items():
            for number, thing in _numbered(part, identity):
                group = found.setdefault((identity(thing), state, number), Group(thing, state))
                group.pages.append(result.page)
    order: tuple[State, ...] = ("known", "new", "gone")
    return [group for state in order for group in found.values() if group.state == state]


def few(found: Iterable[Group[T]], family: Callable[[T], Hashable], most: int = MOST) -> list[Group[T]]:
    """Keep `most` groups of each page and state; the others of a family are told as one, after all others."""
    kept: list[Group[T]] = []
    counts: Counter[Hashable] = Counter()
    others: dict[Hashable, Group[T]] = {}
    for group in found:
        page = group.pages[0]
        counts[group.state, page] += 1
        if counts[group.state, page] <= most:
            kept.append(group)
        else:
            key = group.state, page, family(group.thing)
            others.setdefault(key, Group(group.thing, group.state, [page])).stands_for += 1
    return [*kept, *others.values()]


def told(found: Sequence[Group[T]], judge: Callable[[Group[T]], Judged]) -> Sides:
    """Judge groups, those that are new first: searching may come to an end. Keep their order."""
    first = sorted(range(len(found)), key=lambda place: found[place].state != "new")
    judged = {place: judge(found[place]) for place in first}
    return Sides(
        tuple(judged[place] for place, group in enumerate(found) if group.state != "gone"),
        tuple(judged[place] for place, group in enumerate(found) if group.state != "new"),
    )


def identity(group: Group[T], name: str) -> str:
    """Keep what is gone from a page apart from what is new on another: equal ones are only counted."""
    return f"{name} {group.pages[0].path} gone" if group.state == "gone" else name


def pages_shown(pages: Sequence[Page]) -> str:
    """Name the first pages, and say how many more there are."""
    names = ", ".join(shown(page.path, 80) for page in pages[:_NAMED])
    more = len(pages) - _NAMED
    return f"{names} and {more:,} more" if more > 0 else names


def _paired(head: list[T], base: list[T], alike: Sequence[Callable[[T], Hashable]]) -> dict[State, list[T]]:
    """Match two lists one to one, by each key in turn; keep the head's order."""
    known: set[int] = set()
    for key in alike:
        left: dict[Hashable, list[int]] = {}
        for place, thing in enumerate(base):
            left.setdefault(key(thing), []).append(place)
        taken: set[int] = set()
        for place, thing in enumerate(head):
            name = key(thing)
            if place not in known and name is not None and left.get(name):
                taken.add(left[name].pop(0))
                known.add(place)
        base = [thing for place, thing in enumerate(base) if place not in taken]
    return {
        "known": [thing for place, thing in enumerate(head) if place in known],
        "new": [thing for place, thing in enumerate(head) if place not in known],
        "gone": base,
    }


def _of_new_page(
    head: list[T], identity: Callable[[T], Hashable], most: Counter[Hashable]
) -> dict[State, list[T]]:
    """Take for known what another page of the base has as often: a header, say."""
    parts: dict[State, list[T]] = {"known": [], "new": []}
    for number, thing in _numbered(head, identity):
        parts["known" if number < most[identity(thing)] else "new"].append(thing)
    return parts


def _numbered(things: Iterable[T], identity: Callable[[T], Hashable]) -> Iterator[tuple[int, T]]:
    seen: Counter[Hashable] = Counter()
    for thing in things:
        key = identity(thing)
        yield seen[key], thing
        seen[key] += 1

"""How to mend a vulnerability: the command, who stands in the way, and the edit where it needs no thought."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lockgate.finding import Edit, Related
from lockgate.gates.sca.commands import Upgrade, command, tool_of
from lockgate.gates.sca.graph import Graph, Parent
from lockgate.gates.sca.hits import Hit
from lockgate.inventory.environment import PATH as ENVIRONMENT
from lockgate.inventory.kinds import module_of
from lockgate.inventory.model import Component, Place
from lockgate.source import display
from lockgate.text import decode, split_lines
from lockgate.untrusted import cut, one_line
from lockgate.versions import order

_NONE = (
    "No version mends it yet: replace the component, or waive it `until-fixed` and say why it does no harm."
)
_ATTACK = "Remove it, and take every secret of the machines that installed it for stolen."
_BY_HAND = {"file", "pip"}
_RESOLVERS = {"pip-compile", "pipenv", "uv", "uv pip"}  # their locks do not hold the ranges
_SHOWN = 3
_VERSION = r"[0-9A-Za-z.+!*-]{1,100}"


@dataclass(frozen=True, slots=True)
class Remedy:
    """Say how to mend a finding; `related` are the lines where the project asks for what brings it."""

    mend: str
    fix: tuple[Edit, ...] = ()
    related: tuple[Related, ...] = ()


def remedy(hit: Hit, graph: Graph) -> Remedy:
    """Find out how to mend a hit in its lock."""
    path = graph.path(copy.key for copy in hit.copies)
    asked = next(((part, place) for part in path if (place := _manifest(hit, part))), None)
    related = (_asks(*asked),) if asked and asked[1].path != hit.lock.path else ()
    if hit.advisory.malicious:
        return Remedy(_ATTACK, related=related)
    if not hit.target:
        return Remedy(_NONE, related=related)
    if all(copy.bundled for copy in hit.copies):
        return Remedy(_inside(hit, path), related=related)
    tool = tool_of(module_of(hit.lock.path), hit.lock.start)
    parents = [parent for copy in hit.copies for parent in graph.parents(copy.key)]
    if tool in _BY_HAND:  # what the project asks for is the very line to change
        parents = [parent for parent in parents if parent.component]
    against = [parent for parent in parents if _allows(hit, parent) is False]
    asking = [parent for parent in against or parents if not parent.component or _is_project(parent)]
    direct = tool in _BY_HAND or bool(asking)
    upgrade = Upgrade(
        tool=tool,
        name=_shown(hit.component.alias or hit.component.name),
        target=_shown(hit.target),
        direct=direct,
        allowed=not against,
        dev=hit.dev,
        root=any(not parent.component and parent.wants for parent in asking),
        projects=_names(asking),
        parents=_names(parent for parent in against or parents if not _is_project(parent)),
        real=_shown(hit.component.name) if hit.component.alias else "",
        beside=hit.component.version if _has_others(hit) else "",
    )
    own = _manifest(hit, hit.component) if direct else None
    fix = tuple(_edits(hit, own, in_lock=upgrade.tool == "pip"))
    return Remedy(_words(hit, upgrade, against, parents), fix, related)


def _inside(hit: Hit, path: Sequence[Component]) -> str:
    """Say what to do about a component that has no file of its own; no override reaches it."""
    carrier = next((part for part in reversed(path) if not part.bundled), None)
    name = f"`{words(carrier)}`" if carrier else "another component"
    return f"It comes inside the file of {name}: take a version of that which brings {_shown(hit.target)}."


def words(component: Component) -> str:
    """Name a component and its version, on one line."""
    return _shown(f"{component.name} {component.version}".strip())


def _words(hit: Hit, upgrade: Upgrade, against: Sequence[Parent], parents: Sequence[Parent]) -> str:
    how = command(upgrade)
    if not how:
        do = "Install" if hit.lock.path == ENVIRONMENT else "Lock"
        return f"{do} {upgrade.name} {upgrade.target} anew.{_who(hit, upgrade.tool, against, parents)}"
    if upgrade.direct and against and upgrade.tool in {"uv", "uv pip", "pip-compile"}:
        how = f"raise what the project asks for to `{upgrade.name}>={upgrade.target}` and {how}"
    folder = display(hit.lock.path.rpartition("/")[0])
    where = f" in {folder}/" if folder and upgrade.tool not in _BY_HAND else ""
    more = _who(hit, upgrade.tool, against, parents)
    return f"To take {upgrade.target}, {how}{where}.{more}"


def _who(hit: Hit, tool: str, against: Sequence[Parent], parents: Sequence[Parent]) -> str:
    """Say whose range leaves the mended version out, or that all allow it."""
    if against:
        named = [f"{_parent(parent)} asks for `{_shown(parent.wants)}`" for parent in against]
        named = list(dict.fromkeys(named))
        more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
        return f" {'; '.join(named[:_SHOWN])}{more}, which leaves {_shown(hit.target)} out."
    judged = [parent for parent in parents if parent.component and _allows(hit, parent)]
    if judged and len(judged) == len(parents):
        return " All that need it allow it."
    unknown = _names(parent for parent in parents if not _is_project(parent) and _allows(hit, parent) is None)
    if tool in _RESOLVERS and (unknown or not parents):
        those = f": `{', '.join(unknown[:_SHOWN])}`" if unknown else ""
        return f" If it finds no solution, upgrade what needs {_shown(hit.component.name)} too{those}."
    return ""


def _names(parents: Iterable[Parent]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_shown(parent.component.name) for parent in parents if parent.component))


def _has_others(hit: Hit) -> bool:
    """Say whether the lock has other versions of it, which a command for all of them would change too."""
    mine, inventory = hit.component, hit.lock.inventory
    return inventory is not None and any(
        other.name == mine.name and other.version != mine.version for other in inventory.components
    )


def _parent(parent: Parent) -> str:
    return f"`{words(parent.component)}`" if parent.component else "The project"


def _allows(hit: Hit, parent: Parent) -> bool | None:
    """Say whether a parent's range has the version that mends; None when nobody knows."""
    wants = parent.wants.strip()
    if not wants:
        return None
    wants = re.sub(r"^npm:(@?[^@]+@)?", "", wants)
    return order.satisfies(hit.component.ecosystem, hit.target, wants)


def _is_project(parent: Parent) -> bool:
    """Say whether a parent is a project of the workspace."""
    return parent.component is not None and parent.component.origin.kind == "workspace"


def _manifest(hit: Hit, component: Component) -> Place | None:
    places = hit.lock.inventory.manifest if hit.lock.inventory else {}
    return places.get(component.alias or component.name) or places.get(component.name)


def _asks(component: Component, place: Place) -> Related:
    """Point to the line where the project asks for a component; not all requirements name it."""
    named = component.ecosystem == "PyPI" and place.wants.lower().replace("_", "-").startswith(component.name)
    text = place.wants if named else f"{component.name} {place.wants}"
    return Related(display(place.path), place.line, f"the project asks for `{_shown(text.strip())}` here")


def _edits(hit: Hit, asked: Place | None, *, in_lock: bool) -> Iterator[Edit]:
    """Find exact pins of the version: in a lock written by hand, else where the project asks for it."""
    for part in hit.copies if in_lock else ():
        yield from _edit(hit, hit.lock.path, part.line, "")
    if asked and not in_lock:
        yield from _edit(hit, asked.path, asked.line, display(asked.path))


def _edit(hit: Hit, path: str, line: int, shown: str) -> Iterator[Edit]:
    data = hit.lock.read(path)
    lines = split_lines(decode(data) or "") if data else []
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    old = re.escape(hit.component.version)
    names = "|".join(map(re.escape, filter(None, (hit.component.alias, hit.component.name))))
    python = (
        rf"(?i:\b(?:{names.replace('-', '[-_.]')})(?:\[[\w ,.-]*\])?\s*={{2,3}}\s*)({old})(?=[\s\"';,#]|$)"
    )
    npm = rf"\"(?:{names})\"\s*:\s*\"({old})\""
    found = (
        re.search(npm if hit.component.ecosystem == "npm" else python, text) if len(text) < 2_000 else None
    )
    plain = found and "--hash" not in text and not text.rstrip().endswith("\\")
    if found and plain and re.fullmatch(_VERSION, hit.target) and re.fullmatch(_VERSION, found[1]):
        start, end = found.span(1)
        yield Edit(line, start + 1, line, end + 1, found[1], hit.target, shown)


def _shown(text: str) -> str:
    return cut(one_line(text), 200).replace("`", "'")

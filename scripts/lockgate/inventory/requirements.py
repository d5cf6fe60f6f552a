"""Read requirements.txt: what it pins; what it does not pin is a gap."""

import re
from collections import defaultdict
from collections.abc import Mapping

from lockgate.inventory.model import Component, File, Inventory, Kind, Origin, Place, Read, Scope
from lockgate.inventory.python_graph import Edge, needs_of, settle, unique
from lockgate.inventory.python_manifest import beside, for_development, pyproject, requirements_in, split
from lockgate.inventory.requirement_lines import Pin, collect

_HEADER = re.compile(r"^#.*?(?:pip-compile|pip compile|uv export|pdm export)\b(.*)$", re.MULTILINE)


def parse(path: str, data: bytes, read: Read) -> Inventory:
    """Read a requirements file and the files that it includes.

    Comments `# via` of pip-compile and uv give the edges; without any, everything listed is direct.
    Raises LockError for what is not text or holds the markers of a merge.
    """
    found = collect(path, data, read)
    scope = Scope.DEV if for_development("/".join(path.split("/")[-2:])) else Scope.RUNTIME
    components: dict[str, Component] = {}
    names: dict[str, list[str]] = defaultdict(list)
    via: dict[str, list[str]] = {}
    seen: set[tuple[str, str, str, str]] = set()
    for pin in found.pins:
        identity = (pin.name, pin.version, pin.marker, pin.origin.address)
        if identity in seen:
            continue
        seen.add(identity)
        key = unique(f"{pin.name}@{pin.version}", components)
        components[key] = _component(key, pin, scope, found.index)
        names[pin.name].append(key)
        via[key] = pin.via
    places = _places(path, found.text, via, read)
    edges, roots = _graph(components, names, via, places, scope)
    project = pyproject(beside(path, "pyproject.toml"), read)
    return Inventory(
        path=path,
        kind="requirements.txt",
        ecosystem="PyPI",
        name=project.name,
        version=project.version,
        needs=needs_of(roots),
        components=settle(components, edges, roots),
        gaps=tuple(found.gaps),
        manifest=places,
    )


def _component(key: str, pin: Pin, scope: Scope, index: str) -> Component:
    origin = pin.origin
    if origin.kind is Kind.REGISTRY:
        origin = Origin(Kind.REGISTRY, index)
    return Component(
        key=key,
        ecosystem="PyPI",
        name=pin.name,
        version=pin.version,
        line=pin.line,
        end_line=pin.end_line,
        scope=scope,
        files=(File("", "", pin.hashes),) if pin.hashes else (),
        origin=origin,
        marker=pin.marker,
    )


def _graph(
    components: Mapping[str, Component],
    names: Mapping[str, list[str]],
    via: Mapping[str, list[str]],
    places: Mapping[str, Place],
    scope: Scope,
) -> tuple[dict[str, list[Edge]], list[Edge]]:
    edges: dict[str, list[Edge]] = defaultdict(list)
    roots = []
    for key, component in components.items():
        parents = [parent for name in via[key] for parent in names.get(name, ()) if parent != key]
        for parent in parents:
            edges[parent].append(Edge(key))
        # A parent that is not listed is a file, or the project itself.
        if not via[key] or any(name not in names for name in via[key]):
            place = places.get(component.name)
            asked = split(place.wants) if place else None
            roots.append(Edge(key, asked[2] if asked else "", scope))
    return edges, roots


def _places(path: str, text: str, via: Mapping[str, list[str]], read: Read) -> dict[str, Place]:
    """Find the lines to change: in the files that a comment names, else in the one of the same stem."""
    named = {
        word.partition(" ")[2].strip() for words in via.values() for word in words if word.startswith("-r ")
    }
    for header in _HEADER.findall(text[:2000]):
        named.update(word for word in header.split() if word.endswith((".in", ".toml")))
    if any("pyproject.toml" in word for words in via.values() for word in words):
        named.add("pyproject.toml")
    sources = sorted(named)[:20] or [re.sub(r"\.txt$", "", path.rpartition("/")[2]) + ".in"]
    found: dict[str, Place] = {}
    for name in sources:
        # pip-compile names its source from where it was started: mostly the folder of the file, or the top.
        for where in dict.fromkeys(
            (beside(path, name), beside(path, name.rpartition("/")[2]), beside("", name))
        ):
            manifest = pyproject(where, read) if name.endswith(".toml") else requirements_in(where, read)
            if manifest.wanted and where != path:
                found = {**manifest.places, **found}
                break
    return found or _own(path, text, via)


def _own(path: str, text: str, via: Mapping[str, list[str]]) -> dict[str, Place]:
    """Take the file for its own manifest where nothing says that it was made from another."""
    if any(via.values()):
        return {}
    return requirements_in(path, lambda _: text.encode()).places

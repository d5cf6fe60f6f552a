"""How a locked component comes into a project: who needs it, and the shortest path to it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from lockgate.inventory.model import Component, Inventory, Kind


@dataclass(frozen=True, slots=True)
class Parent:
    """Say who needs a component, None for the project itself, and the range that it asks for, as written."""

    component: Component | None
    wants: str = ""


class Graph:
    """Walk what the components of one lock need; each is visited once, so that circles do no harm."""

    def __init__(self, inventory: Inventory) -> None:
        self._components = {component.key: component for component in inventory.components}
        self._parents: defaultdict[str, list[Parent]] = defaultdict(list)
        needs = {need.key: need.wants for need in inventory.needs}
        for component in inventory.components:
            if component.direct:
                needs.setdefault(component.key, "")
            for need in component.needs:
                self._parents[need.key].append(Parent(component, need.wants))
        for key, wants in needs.items():
            self._parents[key].append(Parent(None, wants))
        self._before = self._walk(needs)

    def parents(self, key: str) -> list[Parent]:
        """Give who needs a component, in the lock's order, the project last."""
        return self._parents.get(key, [])

    def path(self, keys: Iterable[str]) -> tuple[Component, ...]:
        """Give the shortest way from the project to one of some components; empty where there is none."""
        paths = [self._path(key) for key in keys if key in self._before]
        return min(paths, key=len, default=())

    def _walk(self, needs: Iterable[str]) -> dict[str, str]:
        """Give what each component that can be reached is reached from first; empty for the project."""
        before = {key: "" for key in needs if key in self._components}
        queue = list(before)
        for key in queue:  # grows as it goes
            for need in self._components[key].needs:
                if need.key in self._components and need.key not in before:
                    before[need.key] = key
                    queue.append(need.key)
        return before

    def _path(self, key: str) -> tuple[Component, ...]:
        path = []
        while key:
            path.append(self._components[key])
            key = self._before[key]
        return tuple(reversed(path))


def is_ours(component: Component) -> bool:
    """Say whether a component is a part of the repository itself, whatever others of its name there are."""
    return component.origin.kind in {Kind.PATH, Kind.WORKSPACE}

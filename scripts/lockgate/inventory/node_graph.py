"""What follows from who needs whom: scopes, and which components nobody is seen to need."""

from collections.abc import Iterable, Mapping, Sequence

from lockgate.inventory.model import Need, Scope

Graph = Mapping[str, Sequence[Need]]
_ALLOWED = (
    (Scope.RUNTIME, frozenset({Scope.RUNTIME})),
    (Scope.OPTIONAL, frozenset({Scope.RUNTIME, Scope.OPTIONAL})),
    (Scope.DEV, frozenset(Scope)),
)


def scopes(roots: Iterable[Need], graph: Graph) -> dict[str, Scope]:
    """Give each key that can be reached the scope of its strongest way: its weakest step's."""
    top = [*roots]
    found: dict[str, Scope] = {}
    for scope, allowed in _ALLOWED:
        # What a stronger round has reached passes on everything that this round allows.
        stack = [need.key for need in top if need.scope in allowed and need.key not in found]
        stack += [need.key for key in found for need in graph.get(key, ()) if need.scope in allowed]
        while stack:
            key = stack.pop()
            if key not in found and key in graph:
                found[key] = scope
                stack += [need.key for need in graph[key] if need.scope in allowed]
    return found


def unneeded(graph: Graph, reached: Mapping[str, Scope]) -> list[str]:
    """Name those that cannot be reached and that nobody else needs: what asks for them is not seen."""
    needed = {need.key for key, needs in graph.items() for need in needs if need.key != key}
    return [key for key in graph if key not in reached and key not in needed]

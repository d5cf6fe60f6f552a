"""Which licences the policy lets pass, by SPDX expressions."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lockgate.bom.licences import expression, normalised, parsed
from lockgate.config.model import Licences
from lockgate.errors import ConfigurationError
from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.sca.rule_book import judged, named
from lockgate.inventory.model import Component, Inventory
from lockgate.untrusted import shown

Term = str | tuple[str, tuple["Term", ...]]
"""A licence, with its exception where it has one, or `OR` or `AND` and their terms."""


@dataclass(frozen=True, slots=True)
class LicencePolicy:
    """Hold SPDX identifiers that are allowed and denied; it is false where it says nothing."""

    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    unknown: Severity = Severity.LOW

    def __bool__(self) -> bool:
        return bool(self.allow or self.deny)

    @classmethod
    def of(cls, licences: Licences) -> "LicencePolicy":
        """Read it: an entry is an identifier, one WITH an exception, or several with OR or AND between.

        Raises ConfigurationError for one that SPDX does not know, which would never apply.
        """
        allow = _all("allow", licences.allow)
        return cls(allow, _all("deny", licences.deny), Severity.parse(licences.unknown))

    def judge(self, inventory: Inventory, components: Sequence[Component]) -> Iterator[Judged]:
        """Judge components of a lock; one that names no licence at all is one finding, not hundreds."""
        silent = not any(component.licence for component in components)
        if silent and components:
            message = (
                f"The lock names the licence of none of its {len(components)} components: "
                "nobody has compared them with the policy."
            )
            yield judged("licence-unknown", inventory, None, message, severity=self.unknown)
            return
        for component in components:
            yield from self._of(inventory, component)

    def _of(self, inventory: Inventory, component: Component) -> Iterator[Judged]:
        licence = normalised(component.licence)
        name, said = named(component), shown(licence.expression or licence.raw)
        if licence.expression is None:
            message = f"{name} has the licence {said}, which is no SPDX expression." if licence.raw else (
                f"{name} names no licence."
            )  # fmt: skip
            yield judged(
                "licence-unknown", inventory, component, message, identity=licence.raw, severity=self.unknown
            )
        elif not _passes(_terms(licence.expression), self._is_not_denied):
            message = f"{name} is under {said}, which the policy denies."
            yield judged("licence-denied", inventory, component, message, identity=licence.expression)
        elif not _passes(_terms(licence.expression), self._is_allowed):
            message = f"{name} is under {said}, which the policy does not allow."
            yield judged("licence-not-allowed", inventory, component, message, identity=licence.expression)

    def _is_not_denied(self, licence: str) -> bool:
        """Deny a licence with an exception as the licence is, unless allowed with that very exception."""
        if licence in self.deny:
            return False
        base = licence.partition(" WITH ")[0]
        return base not in self.deny or licence in self.allow

    def _is_allowed(self, licence: str) -> bool:
        """Allow a licence with an exception as the licence is: an exception only ever permits more."""
        listed = not self.allow or not self.allow.isdisjoint({licence, licence.partition(" WITH ")[0]})
        return listed and self._is_not_denied(licence)


def _all(key: str, entries: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for entry in entries:
        known = expression(entry)
        if known is None:
            raise ConfigurationError(
                f"`gates.sca.licences.{key}` has {entry!r}, which is no licence of SPDX",
                cause="It is misspelt, or a name that SPDX does not have, so it would never apply.",
                todo="Write SPDX's identifier, such as `GPL-3.0-only`, `Apache-2.0` or `LicenseRef-ours`.",
            )
        found |= _leaves(_terms(known))
    return frozenset(found)


def _leaves(term: Term) -> set[str]:
    return {term} if isinstance(term, str) else {leaf for each in term[1] for leaf in _leaves(each)}


def _passes(term: Term, accepts: Callable[[str], bool]) -> bool:
    """Say whether a licence passes: one alternative of OR is enough, all parts of AND must pass."""
    if isinstance(term, str):
        return accepts(term)
    kind, terms = term
    return (any if kind == "OR" else all)(_passes(each, accepts) for each in terms)


@lru_cache(maxsize=4096)
def _terms(text: str) -> Term:
    """Take a valid expression apart."""
    return _term(parsed(text)) if " " in text else text


def _term(node: object) -> Term:
    kind = type(node).__name__
    if kind in {"OR", "AND"}:
        return kind, tuple(_term(each) for each in node.args)  # type: ignore[attr-defined]
    return str(node)

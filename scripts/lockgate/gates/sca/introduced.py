"""What a change brings into a lock that deserves a look, whatever advisories say."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from posixpath import join, normpath
from urllib.parse import urlsplit

from lockgate.gates.judged import Judged
from lockgate.gates.sca.graph import is_ours
from lockgate.gates.sca.names import near
from lockgate.gates.sca.rule_book import judged, named
from lockgate.inventory.model import Component, Inventory, Kind
from lockgate.untrusted import shown

_PLAIN = ("git+http://", "git://", "http://")
_STRONG = ("sha256:", "sha384:", "sha512:")
_LOCAL = ("exec:", "file:", "link:", "portal:")
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


def introduced(head: Inventory, base: Inventory | None) -> Iterator[Judged]:
    """Compare a lock with the base's; `base` is None where the lock itself is new.

    A package counts as the base's if any copy of it had there what is found now.
    """
    before = _by_name(base)
    trusted = bool(base and any(_hashed(component) for component in base.components)) or any(
        _hashed(component) for component in head.components
    )
    for component in head.components:
        if component.ecosystem not in {"PyPI", "npm"}:
            continue
        old = before[component.name]
        yield from _script(head, component, old)
        yield from _origin(head, component, old)
        if trusted:
            yield from _integrity(head, component, old)
        if not old and component.origin.kind is Kind.REGISTRY:
            yield from _name(head, component)
    yield from _registries(head, base)


def _by_name(inventory: Inventory | None) -> defaultdict[str, list[Component]]:
    found: defaultdict[str, list[Component]] = defaultdict(list)
    for component in inventory.components if inventory else ():
        found[component.name].append(component)
    return found


def _script(head: Inventory, component: Component, old: Iterable[Component]) -> Iterator[Judged]:
    if component.install_script and not is_ours(component) and not any(each.install_script for each in old):
        message = (
            f"{named(component)} runs a script while it is installed, and is new here or did not before."
        )
        yield judged("install-script", head, component, message)


def _origin(head: Inventory, component: Component, old: Iterable[Component]) -> Iterator[Judged]:
    kind, address = component.origin.kind, component.origin.address
    if plain := next((each for each in _addresses(component) if _is_plain(each)), ""):
        if not any(_is_plain(each) for one in old for each in _addresses(one)):
            message = f"{named(component)} comes from {_place(plain)}, which is not encrypted."
            yield judged("origin-unencrypted", head, component, message, identity=_host(plain))
        return
    if kind in {Kind.REGISTRY, Kind.WORKSPACE} or (kind is Kind.PATH and not _outside(head.path, address)):
        return
    if any((each.origin.kind, _where(each)) == (kind, _where(component)) for each in old):
        return
    what = {Kind.GIT: "a git repository", Kind.URL: "an address of its own", Kind.PATH: "a folder outside"}[
        kind
    ]
    message = f"{named(component)} comes from {what}, {_place(address)}, not from a registry."
    yield judged("origin-not-registry", head, component, message, identity=_where(component))


def _integrity(head: Inventory, component: Component, old: Iterable[Component]) -> Iterator[Judged]:
    """Name a hash that is missing or weak; a component inside its parent's file has none of its own."""
    if component.origin.kind not in {Kind.REGISTRY, Kind.URL} or component.bundled:
        return
    if component.ecosystem == "npm" and component.files and not _hashed(component):
        return  # yarn 2 to 4 has a checksum, of the archive that it packs itself
    if not _hashed(component):
        if not any(not _hashed(each) and not each.bundled for each in old):
            message = f"The lock has no hash of {named(component)}, and has those of others."
            if any(_hashed(each) for each in old):
                message = f"The lock has no hash of {named(component)} any more."
            yield judged("integrity-missing", head, component, message)
    elif not _strong(component) and not any(_hashed(each) and not _strong(each) for each in old):
        kinds = " and ".join(sorted({each.partition(":")[0].upper() for each in component.hashes}))
        message = f"The lock has only {kinds} of {named(component)}, which can be forged."
        yield judged("integrity-weak", head, component, message)


def _name(head: Inventory, component: Component) -> Iterator[Judged]:
    if popular := near(component.ecosystem, component.name):
        message = f"{named(component)} is new, and has nearly the name of the popular {shown(popular)}."
        yield judged("name-near-popular", head, component, message)


def _registries(head: Inventory, base: Inventory | None) -> Iterator[Judged]:
    """Name each host of a registry that the base's lock does not have, once.

    A base that names no host has the usual ones left out; a lock that now names one for most is only more
    explicit, while one for a few is what poisoning looks like.
    """
    usual = (
        Counter(host for each in base.components if (host := _registry(each)) is not None) if base else None
    )
    if not usual:
        return
    now: defaultdict[str, list[Component]] = defaultdict(list)
    for component in head.components:
        if (host := _registry(component)) is not None:
            now[host].append(component)
    most = sum(map(len, now.values())) / 2
    for host, components in now.items():
        if not host or host in usual or (set(usual) == {""} and len(components) > most):
            continue
        those = ", ".join(shown(each) for each in sorted(filter(None, usual))[:3]) or "the usual registry"
        message = (
            f"{named(components[0])}{_more(components)} from {shown(host)}; the base takes all from {those}."
        )
        yield judged("registry-changed", head, components[0], message, identity=host)


def _more(components: list[Component]) -> str:
    names = {component.name for component in components}
    return f" and {len(names) - 1} more come" if len(names) > 1 else " comes"


def _registry(component: Component) -> str | None:
    """Give the host of a registry's component, empty where it is left out; None for another origin."""
    if component.origin.kind is not Kind.REGISTRY or component.bundled or is_ours(component):
        return None
    return next((host for each in _addresses(component) if (host := _host(each))), "")


def _addresses(component: Component) -> Iterator[str]:
    if component.origin.address:
        yield component.origin.address
    for file in component.files:
        if file.address:
            yield file.address


def _is_plain(address: str) -> bool:
    return address.startswith(_PLAIN) and _host(address) not in _HERE


def _where(component: Component) -> str:
    """Name where a component comes from without what each version changes: host and path up to the name."""
    address = component.origin.address.partition("#")[0].partition("?")[0]
    return _host(address) or address


def _place(address: str) -> str:
    """Show an address without the password that it may hold."""
    start, sign, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    return shown(start + sign + place.rpartition("@")[2] + slash + path)


def _host(address: str) -> str:
    try:
        return (urlsplit(address.removeprefix("git+").removeprefix("registry+")).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _hashed(component: Component) -> bool:
    return any(file.hashes for file in component.files)


def _strong(component: Component) -> bool:
    return any(digest.startswith(_STRONG) for digest in component.hashes)


def _outside(lock: str, address: str) -> bool:
    """Say whether a path, as a lock writes it, leaves the repository."""
    for scheme in _LOCAL:
        address = address.removeprefix(scheme)
    path = address.partition("#")[0].replace("\\", "/")
    if path.startswith(("/", "~")) or path[1:2] == ":":
        return True
    return normpath(join(lock.rpartition("/")[0], path)).startswith("..")

"""Take what changes from build to build, or with a neighbour, out of names: hashes, positions, colours."""

import re
from urllib.parse import unquote

from lockgate.gates.lighthouse.bundles import names

_LONGEST = 200
_OWN = re.compile(r"https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?(?=[/?#]|$)")
_PREFIXED = re.compile(r"(css|e|emotion|go|jsx|sc|styled|svelte)-[\w-]+")
_VITE = re.compile(r"_(.+)_[A-Za-z0-9]{5}_\d+")
_MODULE = re.compile(r"(.+__)(?=\w*[A-Z\d])[\w+-]{5}")
_REACT = re.compile(r"[:«_]r[0-9a-z]+[:»_]")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|lab|lch|oklch|oklab)a?\([^()]{0,100}\)")
_PART = re.compile(r"[^\W\d_]*\d[^\W_]*")
_POSITION = re.compile(
    r":(?:nth-(?:last-)?(?:child|of-type)\([^()]{0,40}\)|(?:first|last|only)-(?:child|of-type))"
)
_NAMED = re.compile(r'(?<=[.#])(?:[^\W]|-|\\.)+|(?<==")[^"]*(?=")')


def own(address: str) -> str:
    """Take the origin of a loopback server off an address: its port differs from run to run."""
    return _OWN.sub("", address)


def word(name: str) -> str:
    """Put `*` in the place of what a build made up in a class or an id: `Card_button__x7Yz1`, `:r3:`."""
    name = name[:_LONGEST]
    if _PREFIXED.fullmatch(name):
        return f"{name.partition('-')[0]}-*"
    if vite := _VITE.fullmatch(name):
        return f"_{vite[1]}_*"
    if module := _MODULE.fullmatch(name):
        return f"{module[1]}*"
    return _PART.sub("*", _REACT.sub("*", name))


def address(url: str) -> str:
    """Give an address without query, fragment, hashes and the port of a loopback server."""
    return names.stable(unquote(re.split(r"[?#]", own(url), maxsplit=1)[0]))


def value(text: str) -> str:
    """Give an attribute's value without colours, hashes and the port of a loopback server."""
    plain = _COLOUR.sub("*", text)
    if "/" in plain or "." in plain:
        return " ".join(map(address, plain.split()))
    return _REACT.sub("*", plain)


def selector(text: str) -> str:
    """Give a selector without positions among siblings, and with stable names."""
    return _NAMED.sub(lambda found: word(value(found[0])), _POSITION.sub("", text[:2_000]))

"""Pages that no build of ours has: those of `urls`, and those of a site that `start` serves."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.errors import ConfigurationError
from lockgate.gates.lighthouse.model import Page
from lockgate.gates.lighthouse.sites.pages import Choice
from lockgate.untrusted import shown

PORT = "{port}"
"""Stands in `start` and `ready` for a port that is free."""


def of_urls(configuration: LighthouseConfiguration) -> Choice:
    """Give the pages of `urls`; raise ConfigurationError for what is no plain address of the web."""
    addresses = dict.fromkeys(configuration.urls)
    for address in addresses:
        _see(address, "urls", ("http", "https"))
    return _choice([Page(address) for address in addresses], configuration)


def of_start(configuration: LighthouseConfiguration) -> Choice:
    """Give the pages of a site that `start` serves: `pages`, else the one of `ready`.

    Raise ConfigurationError for a pattern: there is no build to look pages up in.
    """
    for pattern in configuration.pages:
        if "*" in pattern or not pattern.startswith("/"):
            raise ConfigurationError(
                f"`gates.lighthouse.pages` has {shown(pattern)}, which cannot be looked up",
                cause="`start` serves the site, so that nothing says which pages it has",
                todo="name each page by its path, such as `/products/`",
            )
    parts = ready(configuration.ready)
    own = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return _choice([Page(path) for path in dict.fromkeys(configuration.pages)] or [Page(own)], configuration)


def is_movable(configuration: LighthouseConfiguration) -> bool:
    """Say whether `start` can serve on another port: else head and base cannot run side by side."""
    return PORT in configuration.ready


def ready(address: str, port: int = 1) -> SplitResult:
    """Take the address of `ready` apart, on a port where that is free; raise ConfigurationError."""
    parts = _see(address.replace(PORT, str(port)), "ready", ("http",))
    if not _is_loopback(parts.hostname or ""):
        raise _refused(address, "ready", "it is not of this machine", "http://127.0.0.1:3000/")
    return parts


def _see(address: str, key: str, schemes: Sequence[str]) -> SplitResult:
    example = "http://127.0.0.1:3000/" if key == "ready" else "https://example.com/products/"
    try:
        parts = urlsplit(address)
        whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise _refused(address, key, "it is no address", example) from None
    if parts.scheme not in schemes or not whole or not address.isprintable() or " " in address:
        raise _refused(address, key, f"it is no whole address of {' or '.join(schemes)}", example)
    if "@" in parts.netloc:
        raise _refused(f"{parts.scheme}://…", key, "it holds a user's name or password", example)
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _choice(pages: Sequence[Page], configuration: LighthouseConfiguration) -> Choice:
    most = configuration.most_pages
    return Choice(tuple(pages[:most]), max(0, len(pages) - most))


def _refused(address: str, key: str, cause: str, example: str) -> ConfigurationError:
    return ConfigurationError(
        f"`gates.lighthouse.{key}` has {shown(address)}, which is not asked",
        cause=cause,
        todo=f"write an address such as {example}",
    )

"""What a run of a page is asked for: the questions of the driver."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from lockgate.errors import ConfigurationError, InputError
from lockgate.untrusted import shown

_HOST = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_.-]{0,250}[a-z0-9_])?\.?|[0-9a-f]*:[0-9a-f:.]+", re.IGNORECASE)
_LONGEST_LOAD = 30.0
# Besides those of puppeteer, which switch off most of what talks to the network by itself.
_ALWAYS = (
    "--disable-component-update", "--disable-domain-reliability", "--disable-gpu", "--no-pings",
    "--no-proxy-server", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """Say what is measured, and whom a page may call besides its own host.

    `categories` are Lighthouse's ids. `speed_index` takes pictures for the metric `si`, and for
    the score of performance as others know it: without them it is made of the other metrics.
    Raise ConfigurationError for a host that is none.
    """

    form_factor: Literal["desktop", "mobile"] = "mobile"
    categories: tuple[str, ...] = ("performance", "accessibility")
    speed_index: bool = False
    third_parties: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for host in self.third_parties:
            if not _HOST.fullmatch(host):
                raise ConfigurationError(
                    f"gates.lighthouse.third-parties in `.lockgate.yml`: {shown(host)} is no host",
                    cause="it is an address with its scheme or path, or a list in one word",
                    todo="write names such as `cdn.example.com` or `*.example.com`, one an entry",
                )


def host_of(url: str) -> str:
    """Give the host of a page's address; raise InputError where it has none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not _HOST.fullmatch(host) or parts.scheme not in ("http", "https"):
        raise InputError(
            f"the address {shown(url)} cannot be opened",
            cause="it has no scheme, or no host",
            todo="write it whole, such as https://example.com/page",
        )
    return host


def arguments(url: str, settings: Settings, *, sandbox: bool) -> list[str]:
    """Give Chrome's arguments for a page: it reaches the page's own host and those that are allowed."""
    hosts = ", ".join(f"EXCLUDE {host}" for host in sorted({host_of(url), *settings.third_parties}))
    return [
        *_ALWAYS,
        f"--host-resolver-rules=MAP * ~NOTFOUND, {hosts}",
        *(() if sandbox else ("--no-sandbox",)),
    ]


def question(settings: Settings, seconds: float) -> dict[str, object]:
    """Give what the driver is asked for that does not depend on the page; times in milliseconds."""
    load = min(_LONGEST_LOAD, seconds / 2) * 1000
    return {
        "onlyCategories": list(settings.categories),
        "formFactor": settings.form_factor,
        "speedIndex": settings.speed_index,
        "maxWaitForFcp": round(load / 2),  # less: a page that paints nothing is called that
        "maxWaitForLoad": round(load),
        "patience": round(seconds * 1000),
    }

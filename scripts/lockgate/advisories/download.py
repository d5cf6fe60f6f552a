"""Fetch OSV's exports: one archive an ecosystem, only when one has changed."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import requests

from lockgate import __version__
from lockgate.errors import PlatformError
from lockgate.untrusted import one_line

ADDRESS = "https://osv-vulnerabilities.storage.googleapis.com"
"""Where OSV publishes them (https://google.github.io/osv.dev/data/)."""
ECOSYSTEMS = ("GitHub Actions", "PyPI", "npm")
LARGEST = 2 << 30
"""Bytes of one archive."""
SECONDS = 900.0
"""Time for all of them."""

_TIMEOUT = (10.0, 60.0)  # seconds to connect, and between two bytes


def download(
    session: requests.Session,
    folder: Path,
    etags: Mapping[str, str],
    *,
    address: str = ADDRESS,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, str]:
    """Fetch the exports into `folder/<ecosystem>/all.zip` and give their ETags by ecosystem.

    `etags` are those of what is there already: when none has changed, nothing is fetched and the same come
    back. Raise PlatformError when one cannot be had whole.
    """
    deadline = clock() + SECONDS
    fetched: dict[str, str] = {}
    same: list[str] = []
    for ecosystem in ECOSYSTEMS:
        found = _fetch(
            session, folder, ecosystem, address, etags.get(ecosystem, ""), lambda: deadline - clock()
        )
        if found is None:
            same.append(ecosystem)
        else:
            fetched[ecosystem] = found
    if not fetched:
        return dict(etags)
    for ecosystem in same:
        fetched[ecosystem] = (
            _fetch(session, folder, ecosystem, address, "", lambda: deadline - clock()) or etags[ecosystem]
        )
    return fetched


def _fetch(
    session: requests.Session,
    folder: Path,
    ecosystem: str,
    address: str,
    etag: str,
    left: Callable[[], float],
) -> str | None:
    """Fetch one archive and give its ETag; None when it is the one that `etag` names."""
    url = f"{address}/{quote(ecosystem)}/all.zip"
    headers = {"User-Agent": f"lockgate/{__version__}", **({"If-None-Match": etag} if etag else {})}
    try:
        with session.get(
            url, headers=headers, stream=True, timeout=_TIMEOUT, allow_redirects=False
        ) as response:
            if response.status_code == 304 and etag:
                return None
            if response.status_code != 200:
                raise _failed(url, f"it answered {response.status_code}")
            _save(response, folder / ecosystem / "all.zip", url, left)
            return response.headers.get("ETag", "")[:200]
    except (requests.RequestException, OSError) as error:
        raise _failed(url, str(error)) from error


def _save(response: requests.Response, file: Path, url: str, left: Callable[[], float]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with file.open("wb") as stream:
        for piece in response.iter_content(1 << 20):
            size += stream.write(piece)
            if size > LARGEST:
                raise _failed(url, f"it sent more than {LARGEST} bytes")
            if left() < 0:
                raise _failed(url, f"it was not done after {SECONDS:.0f} seconds")


def _failed(url: str, cause: str) -> PlatformError:
    return PlatformError(
        f"{url} could not be fetched",
        cause=one_line(cause)[:300],
        todo="try again, or get the exports elsewhere and run `lockgate advisories update --from PATH`",
    )

"""A client for one repository's part of GitHub's REST API.

It repeats what may be repeated, waits as long as GitHub asks, and shows its token to the API alone.
"""

import re
from collections.abc import Iterator
from itertools import count
from typing import TypeVar
from urllib.parse import quote, urlsplit

import msgspec
import requests

from lockgate import __version__
from lockgate.api.failures import ApiError, UnclearError, refused, strange, unreachable
from lockgate.api.pace import Pace
from lockgate.errors import InputError, PlatformError

T = TypeVar("T")

_TIMEOUT = (10.0, 60.0)  # seconds to connect, and between two bytes
_DOWNLOAD_SECONDS = 300.0
_ATTEMPTS = 5
_PAGES = 100
_HEADERS = {
    "Accept": "application/vnd.github+json",
    "User-Agent": f"lockgate/{__version__}",
    "X-GitHub-Api-Version": "2022-11-28",
}


class Client:
    """Ask GitHub about `repository`, given as `owner/name`; paths are relative to it.

    `url` is what `GITHUB_API_URL` names. Raises ApiError for every answer that is none, and UnclearError for
    a write of which nobody knows whether it was done.
    """

    def __init__(
        self, session: requests.Session, pace: Pace, *, url: str, token: str, repository: str
    ) -> None:
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise InputError(
                "there is no token for GitHub",
                cause="the step has no GITHUB_TOKEN in its environment",
                todo="set `GITHUB_TOKEN: ${{ github.token }}` in the `env:` of the step",
            )
        owner, _, name = repository.partition("/")
        self._session = session
        self._pace = pace
        self._authorise = _Bearer(token)
        self._root = url.rstrip("/")
        self._base = f"{self._root}/repos/{_path((owner, name))}"

    def get(self, kind: type[T], *path: str | int, **query: str | int) -> T:
        """Read one thing."""
        response = self._send("GET", self._address(path), query=query)
        return _decoded(response, kind)

    def pages(self, kind: type[T], *path: str | int, **query: str | int) -> Iterator[T]:
        """Read a list page by page, as GitHub links them.

        https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
        """
        address = self._address(path)
        parameters: dict[str, str | int] = {"per_page": 100, **query}
        for _ in range(_PAGES):
            response = self._send("GET", address, query=parameters)
            yield _decoded(response, kind)
            address = response.links.get("next", {}).get("url", "")
            parameters = {}
            if not address:
                return
            if _origin(address) != _origin(self._root):
                raise strange(_where("GET", address))
        raise strange(_where("GET", address))

    def post(self, kind: type[T], *path: str | int, body: object) -> T:
        """Make a thing, once."""
        return _decoded(self._send("POST", self._address(path), body=body), kind)

    def patch(self, kind: type[T], *path: str | int, body: object) -> T:
        """Change a thing, once: a change of a list may add to it."""
        return _decoded(self._send("PATCH", self._address(path), body=body), kind)

    def delete(self, *path: str | int) -> None:
        """Take a thing away; it may be gone already."""
        try:
            self._send("DELETE", self._address(path))
        except ApiError as error:
            if error.status != 404:
                raise

    def download(self, *path: str | int, limit: int) -> bytes:
        """Fetch what an address redirects to, at most `limit` bytes.

        The file lies with another host, which must not see the token.
        https://docs.github.com/en/rest/actions/artifacts#download-an-artifact
        """
        address = self._address(path)
        where = _where("GET", address)
        for attempt in count():
            response = self._send("GET", address, redirected=True)
            target = response.headers.get("location", "")
            if urlsplit(target).scheme not in {"https", urlsplit(self._root).scheme}:
                raise strange(where)
            try:
                return self._fetch(target, limit, where)
            except requests.RequestException as error:
                self._again("GET", attempt, unreachable(error, where))
        raise AssertionError  # pragma: no cover - count() never ends

    def _fetch(self, address: str, limit: int, where: str) -> bytes:
        data = bytearray()
        deadline = self._pace.clock() + _DOWNLOAD_SECONDS
        headers = {"User-Agent": _HEADERS["User-Agent"], "Accept-Encoding": "identity"}
        with self._session.get(
            address, headers=headers, auth=_nobody, timeout=_TIMEOUT, allow_redirects=False, stream=True
        ) as response:
            if response.status_code != 200:
                raise requests.HTTPError(response=response)
            for chunk in response.iter_content(65536):
                data += chunk
                if len(data) > limit or self._pace.clock() > deadline:
                    raise PlatformError(
                        f"the file of {where} is larger than {limit:,} bytes, or comes too slowly",
                        cause="somebody put something else in its place",
                        todo="look at the artifact and at the run that made it",
                    )
        return bytes(data)

    def _send(
        self,
        method: str,
        address: str,
        *,
        query: dict[str, str | int] | None = None,
        body: object = None,
        redirected: bool = False,
    ) -> requests.Response:
        where = _where(method, address)
        if method != "GET":
            self._pace.write()
        for attempt in count():
            try:
                response = self._session.request(
                    method, address, params=query, json=body, headers=_HEADERS, auth=self._authorise,
                    timeout=_TIMEOUT, allow_redirects=False,
                )  # fmt: skip
            except requests.RequestException as error:
                self._again(method, attempt, unreachable(error, where))
                continue
            delay = self._pace.limited(response, attempt)
            if delay is not None:  # GitHub did nothing, so anything can be repeated
                self._pace.wait(delay, refused(response, where))
            elif response.status_code >= 500:
                self._again(method, attempt, refused(response, where))
            elif response.status_code >= 300 and not (redirected and response.is_redirect):
                raise refused(response, where)
            else:
                return response
        raise AssertionError  # pragma: no cover - count() never ends

    def _again(self, method: str, attempt: int, failure: ApiError) -> None:
        """Wait before another attempt, or raise the failure: a write is never repeated blindly."""
        if method not in {"GET", "DELETE"}:
            raise UnclearError(failure.what, cause=failure.cause, todo=failure.todo, status=failure.status)
        if attempt + 1 >= _ATTEMPTS:
            raise failure
        self._pace.wait(2.0**attempt, failure)

    def _address(self, path: tuple[str | int, ...]) -> str:
        return f"{self._base}/{_path(path)}"


class _Bearer:
    """Put the token on a request; with this, requests takes none from a .netrc file."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _path(segments: tuple[str | int, ...]) -> str:
    """Join segments; raise InputError for one that would lead elsewhere."""
    words = [str(segment) for segment in segments]
    if not {"", ".", ".."}.isdisjoint(words):
        raise InputError(
            f"no part of an address can be {words!r}",
            cause="GITHUB_REPOSITORY is not owner/name",
            todo="run it as a job of GitHub Actions",
        )
    return "/".join(quote(word, safe="") for word in words)


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _where(method: str, address: str) -> str:
    return f"{method} {urlsplit(address).path}"


def _decoded(response: requests.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(response.content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise strange(_where(response.request.method or "", response.url)) from error

"""Ask OSV's API, again and again within a budget of seconds; take no answer that may be another one's."""

import random
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from itertools import count
from urllib.parse import urlsplit

import requests

from lockgate import __version__
from lockgate.errors import PlatformError
from lockgate.untrusted import cut, one_line

LARGEST = 64 << 20
"""Bytes of one answer; OSV itself sends at most 32 MiB."""
_CONNECT, _READ = 10.0, 60.0  # seconds to connect, and between two bytes
_LONGEST_NAP = 30.0
_KNOCKS = 3  # waits for a host that never answered yet: most often there is no network at all
_SOON = frozenset({408, 429, 500, 502, 503, 504})
_TODO = (
    "let the job reach {host}; or run `lockgate advisories update` where there is a network"
    " and set `offline: true`, which asks nobody"
)


class Transport:
    """Send requests to one host and no other: redirects are refused, and no credentials are sent.

    `url` has no path; `seconds` is the budget from one `start()` to the next. `chance` gives 0.0 to 1.0.
    """

    def __init__(
        self,
        session: requests.Session,
        url: str,
        *,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.url = url.rstrip("/")
        self._session = session
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._deadline = clock() + seconds
        self._answered = False

    def start(self) -> None:
        """Begin with a whole budget."""
        self._deadline = self._clock() + self._seconds

    def get(self, path: str) -> bytes:
        """Fetch a body; raise PlatformError when there is none within the budget."""
        return self._send("GET", path, None)

    def post(self, path: str, body: bytes) -> bytes:
        """Ask with a body, and fetch one; raise PlatformError when there is none within the budget."""
        return self._send("POST", path, body)

    def strange(self, path: str) -> PlatformError:
        """Say that an answer has another form than is documented."""
        return PlatformError(
            f"the answer to {path} of {self._host} is not what OSV documents",
            cause="a proxy answered in its place, or the server has a fault",
            todo=_TODO.format(host=self._host),
        )

    @property
    def _host(self) -> str:
        return urlsplit(self.url).netloc

    def _send(self, method: str, path: str, body: bytes | None) -> bytes:
        for attempt in count():
            try:
                status, headers, data = self._once(method, path, body)
            except requests.RequestException as error:
                failure = self._failed(path, f"gives no whole answer: {type(error).__name__}")
                if attempt >= _KNOCKS and not self._answered:
                    raise failure from error
                self._nap(attempt, failure)
                continue
            if status == 200:
                return data
            said = cut(one_line(data[:400].decode("utf-8", "replace")), 200)
            failure = self._failed(path, f"answers {status}{f': {said}' if said else ''}")
            if status not in _SOON:
                raise failure
            self._nap(attempt, failure, headers)
        raise AssertionError  # pragma: no cover - count() never ends

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, Mapping[str, str], bytes]:
        left = max(self._deadline - self._clock(), 0.001)
        headers = {"User-Agent": f"lockgate/{__version__}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        with self._session.request(
            method, self.url + path, data=body, headers=headers, auth=_nobody, stream=True,
            timeout=(min(_CONNECT, left), min(_READ, left)), allow_redirects=False,
        ) as response:  # fmt: skip
            self._answered = True
            return response.status_code, response.headers, self._body(path, response)

    def _body(self, path: str, response: requests.Response) -> bytes:
        data = bytearray()
        for chunk in response.iter_content(65536):
            data += chunk
            if len(data) > LARGEST:
                raise self._failed(path, f"sends more than {LARGEST:,} bytes")
            if self._clock() > self._deadline:
                raise self._failed(path, "sends too slowly")
        return bytes(data)

    def _nap(self, attempt: int, failure: PlatformError, headers: Mapping[str, str] | None = None) -> None:
        """Wait before another attempt, or raise the failure where the budget has no room for it."""
        backoff = min(0.5 * 2.0 ** min(attempt, 10), _LONGEST_NAP) * (0.5 + self._chance())
        seconds = max(backoff, _asked(headers or {}))
        if self._clock() + seconds >= self._deadline:
            raise failure
        self._sleep(seconds)

    def _failed(self, path: str, what: str) -> PlatformError:
        return PlatformError(
            f"{self._host} {what} ({path})",
            cause="the network, a proxy, or OSV itself",
            todo=_TODO.format(host=self._host),
        )


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send no credentials: with this, requests takes none from a .netrc file."""
    return request


def _asked(headers: Mapping[str, str]) -> float:
    """Give the seconds that the server asks to wait for (RFC 9110, 10.2.3), 0.0 where it asks for none."""
    asked = headers.get("Retry-After", "")
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        return max(parsedate_to_datetime(asked).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return 0.0

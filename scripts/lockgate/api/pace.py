"""When to ask again, and when to give up."""

import time
from collections.abc import Callable

import requests

from lockgate.errors import LockgateError

_SECONDS_BETWEEN_WRITES = 1.0
_SECONDS_UNTOLD = 60.0


class Pace:
    """Wait as GitHub asks, in all at most `patience` seconds.

    https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
    """

    def __init__(
        self,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        patience: float = 600.0,
    ) -> None:
        self.clock = clock
        self._sleep = sleep
        self._left = patience
        self._wrote = False

    def write(self) -> None:
        """Leave a second between two writes."""
        if self._wrote:
            self._sleep(_SECONDS_BETWEEN_WRITES)
        self._wrote = True

    def wait(self, seconds: float, failure: LockgateError) -> None:
        """Wait, or raise the failure where that would take too long."""
        if seconds > self._left:
            raise failure
        self._left -= seconds
        self._sleep(seconds)

    def limited(self, response: requests.Response, attempt: int) -> float | None:
        """Give the seconds to wait after a limit of rate was met, None where there was none.

        https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
        """
        if response.status_code not in {403, 429}:
            return None
        retry_after = response.headers.get("retry-after", "")
        if retry_after.isascii() and retry_after.isdigit():
            return max(float(retry_after), 1.0)
        if response.headers.get("x-ratelimit-remaining") == "0":
            reset = response.headers.get("x-ratelimit-reset", "")
            known = reset.isascii() and reset.isdigit()
            return max(float(reset) - self.clock(), 0.0) + 1.0 if known else _SECONDS_UNTOLD
        if response.status_code == 429 or b"secondary rate limit" in response.content[:10_000]:
            return _SECONDS_UNTOLD * 2.0**attempt
        return None

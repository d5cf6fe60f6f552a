"""Advisories from OSV's API: which ids hold for a pin is the server's answer, records are kept between runs.

Source: https://google.github.io/osv.dev/post-v1-querybatch/ and https://google.github.io/osv.dev/get-v1-vulns/
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import requests
from requests.adapters import HTTPAdapter

from lockgate.advisories import osv
from lockgate.advisories.grouping import Extra, advisories
from lockgate.advisories.model import Advisory, Package, Pin, Snapshot
from lockgate.advisories.transport import Transport
from lockgate.cache import Cache

URL = "https://api.osv.dev"
QUERIES = 1000
"""Queries in one request, at most."""
_AT_ONCE = 16
_BATCH = "/v1/querybatch"
_ID = re.compile(r"[A-Za-z0-9][\w.:+-]{2,99}", re.ASCII)
_NO_EXTRA = Extra()
_PAGES = 100  # of about 1,000 ids each: a server that has more goes round in circles

Held = dict[str, str]
"""Ids, and when the record of each was changed."""
Given = TypeVar("Given")
Made = TypeVar("Made")


class _Named(msgspec.Struct):
    id: str
    modified: str


class _Result(msgspec.Struct):
    vulns: list[_Named] = []
    next_page_token: str = ""


class _Batch(msgspec.Struct):
    results: list[_Result]


@dataclass(frozen=True, slots=True)
class _Query:
    """Ask for one version of a package, or for all of them where it is empty."""

    package: Package
    version: str = ""

    def body(self, token: str) -> dict[str, object]:
        """Give it as OSV takes it."""
        asked = {"version": self.version, "page_token": token}
        named = {"ecosystem": self.package.ecosystem, "name": self.package.name}
        return {"package": named} | {name: text for name, text in asked.items() if text}


def new_session() -> requests.Session:
    """Make a session with room for all requests that are sent at once."""
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=_AT_ONCE))
    return session


def live(cache: Cache, extra: Extra = _NO_EXTRA) -> "Live":
    """Ask OSV itself, and keep its records in a cache."""
    return Live(new_session(), cache, extra=extra)


class Live:
    """Answer from OSV, or another server of its API at `url`.

    `seconds` is the budget of one call, attempts and waits included. Every call raises PlatformError for what
    is not a whole answer: a pin is clean only when the server says so.
    """

    snapshot = Snapshot(source="OSV")

    def __init__(
        self,
        session: requests.Session,
        cache: Cache,
        *,
        url: str = URL,
        seconds: float = 120.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        extra: Extra = _NO_EXTRA,
    ) -> None:
        self._transport = Transport(session, url, seconds=seconds, clock=clock, sleep=sleep)
        self._cache = cache
        self._extra = extra

    def of(self, pins: Iterable[Pin]) -> Mapping[Pin, tuple[Advisory, ...]]:
        """Give the advisories of each pin, sorted by id; pins without any are missing.

        All records of a package that has a hit are read: a twin that does not hold still gives severity.
        """
        self._transport.start()
        asked = {pin: _Query(pin.package, pin.version) for pin in sorted(set(pins))}
        held = self._ids(asked.values())
        hit = {pin: held[query] for pin, query in asked.items() if held[query]}
        first: dict[Package, Held] = {}
        for pin, ids in hit.items():
            first[pin.package] = first.get(pin.package, {}) | ids
        known = self._of_packages(first)
        groups = {
            package: advisories(records.values(), package, None, self._extra)
            for package, records in known.items()
        }
        answers = {pin: self._named(ids, groups[pin.package], known[pin.package]) for pin, ids in hit.items()}
        return {pin: found for pin, found in answers.items() if found}

    def records(self, packages: Iterable[Package]) -> Mapping[Package, tuple[osv.Record, ...]]:
        """Give the records of packages, withdrawn ones apart, sorted by id."""
        self._transport.start()
        return {
            package: tuple(records[text] for text in sorted(records) if not osv.is_withdrawn(records[text]))
            for package, records in self._of_packages({package: {} for package in packages}).items()
        }

    def _named(
        self, ids: Held, groups: Sequence[Advisory], records: Mapping[str, osv.Record]
    ) -> tuple[Advisory, ...]:
        """Pick the advisories that the server named; raise PlatformError when none of them has an id."""
        found = tuple(group for group in groups if not ids.keys().isdisjoint(group.ids))
        lost = ids.keys() - {text for group in found for text in group.ids}
        for text in sorted(lost):
            if not osv.is_withdrawn(records[text]):
                raise self._transport.strange(f"/v1/vulns/{text}")
        return found

    def _of_packages(self, packages: Mapping[Package, Held]) -> dict[Package, dict[str, osv.Record]]:
        """Read all records of packages, and those that are known to hold."""
        listed = self._ids(map(_Query, sorted(packages)))
        ids = {query.package: packages[query.package] | held for query, held in listed.items()}
        wanted: Held = {}
        for held in ids.values():
            wanted |= held
        records = self._records(wanted)
        return {package: {text: records[text] for text in held} for package, held in ids.items()}

    def _ids(self, queries: Iterable[_Query]) -> dict[_Query, Held]:
        """Ask which ids hold, page by page; a page may hold nothing but the way to the next."""
        found: dict[_Query, Held] = {query: {} for query in queries}
        waiting = [(query, "") for query in found]
        for _ in range(_PAGES):
            if not waiting:
                return found
            parts = [waiting[start : start + QUERIES] for start in range(0, len(waiting), QUERIES)]
            results = [result for part in _at_once(self._batch, parts) for result in part]
            for (query, _token), result in zip(waiting, results, strict=True):
                found[query] |= {named.id: named.modified for named in result.vulns}
            waiting = [
                (query, result.next_page_token)
                for (query, _token), result in zip(waiting, results, strict=True)
                if result.next_page_token
            ]
        raise self._transport.strange(_BATCH)

    def _batch(self, asked: Sequence[tuple[_Query, str]]) -> list[_Result]:
        body = msgspec.json.encode({"queries": [query.body(token) for query, token in asked]})
        try:
            results = msgspec.json.decode(self._transport.post(_BATCH, body), type=_Batch).results
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise self._transport.strange(_BATCH) from error
        named = [each for result in results for each in result.vulns]
        if len(results) != len(asked) or not all(_ID.fullmatch(each.id) for each in named):
            raise self._transport.strange(_BATCH)
        return results

    def _records(self, wanted: Held) -> dict[str, osv.Record]:
        """Read records, those that changed since the last run from the server."""
        keys = {
            text: self._cache.key("osv", self._transport.url, text, changed)
            for text, changed in wanted.items()
        }
        kept = self._cache.get(keys.values())
        found = {text: record for text, key in keys.items() if (record := _read(kept.get(key, b""), text))}
        fresh: dict[bytes, bytes] = {}
        missing = sorted(wanted.keys() - found.keys())
        for text, data in zip(missing, _at_once(self._fetch, missing), strict=True):
            if (record := _read(data, text)) is None:
                raise self._transport.strange(f"/v1/vulns/{text}")
            found[text] = record
            if _is_at_least(record.get("modified"), wanted[text]):  # else a replica is behind: ask again
                fresh[keys[text]] = data
        self._cache.put(fresh)
        return found

    def _fetch(self, text: str) -> bytes:
        return self._transport.get(f"/v1/vulns/{text}")


def _at_once(work: Callable[[Given], Made], things: Sequence[Given]) -> list[Made]:
    """Do work for several things at a time; the first failure ends it, and nothing more is begun."""
    if len(things) < 2:
        return [work(thing) for thing in things]
    with ThreadPoolExecutor(min(_AT_ONCE, len(things))) as pool:
        return list(pool.map(work, things))


def _read(data: bytes, text: str) -> osv.Record | None:
    """Read the record of an id; None when it is another's, or none at all."""
    try:
        record = osv.decode(data)
    except ValueError:
        return None
    return record if record["id"] == text else None


def _is_at_least(modified: str | None, wanted: str) -> bool:
    changed, expected = osv.moment(modified), osv.moment(wanted)
    return changed is not None and expected is not None and changed >= expected

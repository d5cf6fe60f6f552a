"""Stop what does not come to an end by itself, whatever it does against that."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from lockgate.errors import ToolError
from lockgate.postgres.database import Database

_GRACE = 1.0


@dataclass(slots=True)
class Limit:
    """Say whether the time was over."""

    over: bool = False


@contextmanager
def limited(connection: "psycopg.Connection[Any]", database: Database, seconds: float) -> Iterator[Limit]:
    """Cancel what runs on a connection after some seconds, and end its process where it does not care.

    A time limit of the server's own would not do: what is running can set another one.
    """
    limit, done = Limit(), threading.Event()

    def stop() -> None:
        limit.over = True
        with suppress(psycopg.Error):
            connection.cancel_safe(timeout=_GRACE)
        while not done.wait(_GRACE):
            with suppress(psycopg.Error, ToolError), database.connect(superuser=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield limit
    finally:
        timer.cancel()
        done.set()
        timer.join()

"""A throw-away PostgreSQL for tests: the installed one of any major, else npm's; imported by conftest.py."""

import os
from typing import TYPE_CHECKING

import pytest

from lockgate.errors import ToolError
from lockgate.host import host

if TYPE_CHECKING:  # psycopg is loaded by those tests alone that ask for a server
    from collections.abc import Iterator

    from lockgate.postgres.programs import Programs
    from lockgate.postgres.server import Server

MAJORS = (17, 16, 15, 14, 18)


def any_programs() -> "Programs":
    """Give an installed PostgreSQL, else npm's; skip the test where there is neither."""
    from lockgate.postgres.programs import choose, installed  # noqa: PLC0415

    for major in MAJORS:
        for programs in installed(major):
            return programs
    try:
        return choose(MAJORS[0], frozenset(), host(os.environ).home)
    except ToolError as error:
        pytest.skip(f"no PostgreSQL: {error.what}")


def answers(server: "Server") -> bool:
    """Say whether a server still lets somebody in."""
    try:
        server.database("postgres").connect().close()
    except ToolError:
        return False
    return True


@pytest.fixture(scope="session")
def server() -> "Iterator[Server]":
    """Run one server for the whole session; each test makes databases of its own."""
    from lockgate.postgres.server import serve  # noqa: PLC0415

    with serve(any_programs()) as running:
        yield running

"""What tests of copies share: migrations in a line, and a session that needs no server."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from lockgate.gates.migrations.model import Failure, Migration, Trace
from lockgate.gates.migrations.sessions.statements import split


def fresh() -> str:
    """Name a database that no other test has."""
    return f"test_{secrets.token_hex(6)}"


def migration(name: str, up: str, down: str | None = None, *, atomic: bool = True) -> Migration:
    back = None if down is None else split(down)
    return Migration(name, f"db/{name}.sql", split(up), back, atomic)


@dataclass
class Told:
    """Answer as told: by `up name` or `down name`, and write down what was asked."""

    answers: dict[str, Failure] = field(default_factory=dict)
    migrations: Sequence[Migration] = ()
    asked: list[str] = field(default_factory=list)

    def plan(self) -> Sequence[Migration]:
        return self.migrations

    def apply(self, one: Migration) -> Trace:
        return self._answer(f"up {one.name}")

    def replay(self, one: Migration) -> Failure | None:
        return self.apply(one).failure

    def revert(self, one: Migration) -> Trace:
        return self._answer(f"down {one.name}")

    def close(self) -> None:
        pass

    def _answer(self, what: str) -> Trace:
        self.asked.append(what)
        return Trace(failure=self.answers.get(what))

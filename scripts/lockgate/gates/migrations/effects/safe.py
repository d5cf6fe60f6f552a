"""What a safe form is made of, and how it is put into one sentence."""

import re
from dataclasses import dataclass

from lockgate.gates.migrations.effects.frameworks import alone, own
from lockgate.gates.migrations.effects.moments import Moment
from lockgate.gates.migrations.model import Applied, Project
from lockgate.untrusted import shown

BATCH = 10_000
"""So many rows are written in one transaction."""
_LONGEST = 600  # what is said at the end, such as NOT VALID, is what makes it safe
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """Hold the statements of one migration of a safe form; `note` says when or how often it is run."""

    statements: tuple[str, ...]
    atomic: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Safe:
    """Hold a safe form: its migrations in order, what it is about, and what has to be said beside it."""

    parts: tuple[Part, ...]
    topic: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Hold a step of a migration and the table that it makes others wait for."""

    applied: Applied
    moment: Moment
    table: int

    @property
    def name(self) -> str:
        """Give the table's name as it is written in SQL."""
        relations = {**self.applied.before.relations, **self.applied.after.relations}
        relation = relations.get(self.table)
        return quoted(relation.schema, relation.name) if relation else "…"

    @property
    def short(self) -> str:
        """Give the table's name without a schema, to make other names of."""
        relation = self.applied.before.relations.get(self.table)
        return relation.name if relation else "table"


def quoted(schema: str, name: str) -> str:
    """Write a name of two parts in SQL."""
    return quote(name) if schema == "public" else f"{quote(schema)}.{quote(name)}"


def quote(name: str) -> str:
    """Write a name in SQL."""
    return name if _PLAIN.match(name) else '"' + name.replace('"', '""') + '"'


def mend(safe: Safe | None, project: Project) -> str:
    """Put a safe form into one sentence for who uses that tool; empty for none."""
    if safe is None:
        return ""
    parts = [_part(part, project) for part in safe.parts]
    if len(parts) == 1:
        text = f"Write {parts[0]}"
    else:
        steps = "; ".join(f"({number}) {part}" for number, part in enumerate(parts, 1))
        text = f"Write, each in a migration of its own: {steps}" if parts else ""
    tool = own(project, safe.topic) if parts else ""
    ending = [text, f"with {tool}" if tool else ""]
    return ". ".join(filter(None, [", ".join(filter(None, ending)), safe.words])) + "."


def _part(part: Part, project: Project) -> str:
    where = "" if part.atomic else f"{alone(project)} "
    text = "; ".join(shown(statement, _LONGEST) for statement in part.statements)
    return f"{where}{text}{', ' if part.note else ''}{part.note}"


def with_timeout(moment: Moment, *, local: bool = True) -> Safe:
    """Give the form of a statement that does not wait long for its lock; `local` in a transaction."""
    timeout = f"SET {'LOCAL ' if local else ''}lock_timeout = '2s'"
    statement = () if moment.tagged else (moment.step.what,)
    return Safe((Part((timeout, *statement), atomic=local),), words="Try again when the time runs out")


def own_migration(moment: Moment) -> Safe:
    """Give the form of writing rows that holds no lock of another statement."""
    words = "Put the rows into a migration of their own"
    if not moment.is_short:
        words += f", in batches of some {BATCH:,}, each with its own transaction"
    return Safe((), words=f"{words}: {shown(moment.step.what)}")

"""Try on copies what is not tried in the deploy itself: the models, the way back, a second run, rows."""

from collections.abc import Iterable, Iterator
from contextlib import closing

from lockgate.errors import ToolError
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.histories import prisma_drift
from lockgate.gates.migrations.histories.drift import Drift, drift
from lockgate.gates.migrations.model import Measured, Session
from lockgate.gates.migrations.named_files import named_file
from lockgate.gates.migrations.outputs import output
from lockgate.gates.migrations.rehearsals.rehearsals import Stage, back, on_rows, twice
from lockgate.gates.migrations.rehearsals.seed import seed_of
from lockgate.gates.migrations.sessions.measure import BASE, HEAD, Work
from lockgate.gates.migrations.sessions.opening import Opening
from lockgate.gates.migrations.sessions.tool_session import ToolSession
from lockgate.gates.protocol import Output
from lockgate.gates.tool_run import attempt
from lockgate.postgres.given import AnyServer


def rehearsed(
    server: AnyServer, work: Work, measured: Measured, opening: Opening, folder: str
) -> Iterator[Output]:
    """Try each; one that fails is told, the others count. `folder` is the configuration's."""
    if not any(each.trace.failure for each in measured.applied):
        yield attempt(lambda: output(_drift(server, work, opening)))
    if not measured.applied or work.whole or work.project.kind == "command":
        return
    stage = Stage(server, work.project, work.head, measured.applied, BASE, HEAD, opening.seconds)
    yield attempt(lambda: output(back(stage)))
    yield attempt(lambda: output(twice(stage)))
    if opening.configuration.seed:
        yield attempt(lambda: output(_seeded(stage, opening, folder)))


def _drift(server: AnyServer, work: Work, opening: Opening) -> Iterator[Judged]:
    project, configuration, database = work.project, opening.configuration, server.database(HEAD)
    if project.kind == "prisma" and configuration.code == "run":
        prisma = prisma_drift.find(project, opening.sides.beside.root)
        if not isinstance(prisma, str):
            yield from drift(project, prisma_drift.ask(prisma, database.url, configuration.environment))
    elif project.kind in {"alembic", "django"}:
        with closing(work.head(database)) as session:
            found = _asked(session)
        there = _drift_before(server, opening) if found and not work.whole else set()
        yield from drift(project, (one for one in found if (one.app, one.words) not in there))


def _drift_before(server: AnyServer, opening: Opening) -> set[tuple[str, str]]:
    """Give what the base's own models have and its migrations do not make: nothing where nobody can."""
    try:
        with opening.at_base() as opens, closing(opens(server.database(BASE))) as session:
            found = _asked(session) if isinstance(session, ToolSession) and session.is_apart() else ()
    except ToolError:
        return set()
    return {(one.app, one.words) for one in found}


def _asked(session: Session) -> Iterable[Drift]:
    return session.drift() if isinstance(session, ToolSession) else ()


def _seeded(stage: Stage, opening: Opening, folder: str) -> Iterable[Judged]:
    seed = seed_of(*named_file(opening.sides, folder, opening.configuration.seed, "seed"))
    return [seed] if isinstance(seed, Judged) else on_rows(stage, seed)

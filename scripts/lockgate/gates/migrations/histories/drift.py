"""Drift: what the models say that the migrations do not make."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lockgate.gates.judged import Judged
from lockgate.gates.migrations.model import Project
from lockgate.gates.migrations.rule_book import Place, judged
from lockgate.untrusted import shown

_MOST = 20
_MEND = {
    "alembic": "Run `alembic revision --autogenerate`, and read what it wrote.",
    "django": "Run `manage.py makemigrations`.",
    "prisma": "Run `prisma migrate dev`.",
}


@dataclass(frozen=True, slots=True)
class Drift:
    """Hold one thing that the models say and the migrations do not make.

    `app` is whose models they are (empty where the tool has no apps), `words` what would have to be done, as
    the tool puts it, and `path` the file of the models, empty where nobody knows it. `line` is that of the
    model or of its field, 0 where nobody knows it.
    """

    app: str
    words: str
    path: str = ""
    line: int = 0


def drift(project: Project, answer: Iterable[Drift]) -> Iterator[Judged]:
    """Judge what a tool answered: one finding an app, at its models or at the file that names the project."""
    apps: dict[tuple[str, str], list[Drift]] = {}
    for one in answer:
        apps.setdefault((one.app, one.path), []).append(one)
    for (app, path), found in sorted(apps.items()):
        words = [one.words for one in found]
        line = min((one.line for one in found if one.line), default=0)
        of = f" of {shown(app)}" if app else ""
        more = f" and {len(words) - _MOST} more" if len(words) > _MOST else ""
        yield judged(
            "drift",
            Place(path, line, line) if path else Place(project.path),
            f"the models{of} and the migrations differ: {', '.join(map(shown, words[:_MOST]))}{more}",
            identity=" ".join((app, *sorted(words))),
            mend=_MEND.get(project.kind, ""),
        )

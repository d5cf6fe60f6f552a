"""Whole runs of the gate over small repositories, on a server that all tests share."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from gates.running import Repo, gate, repo
from lockgate.postgres.server import Server
from lockgate.verdict import Verdict

Files = Mapping[str, "str | bytes | None"]
TABLES = "create table users (id int primary key, name text);\ncreate table teams (id int primary key);\n"
REWRITE = "-- wider\n\nalter table users alter id type bigint;\n"
HARMLESS = "create table new (id bigint);\n"


def url_of(server: Server, place: str = "") -> str:
    """Give a URL with which the server's superuser connects: over its socket, or to `place`."""
    reach = server.database("postgres").superuser
    login = f"{reach['user']}:{reach['password']}"
    if place:
        return f"postgresql://{login}@{place}/postgres"
    return f"postgresql://{login}@/postgres?host={reach['host']}"


def settings(gate_settings: Mapping[str, object], **more: object) -> str:
    """Write a configuration of the gate."""
    return yaml.safe_dump({**more, "gates": {"migrations": dict(gate_settings)}})


@dataclass(frozen=True, slots=True)
class Change:
    """Hold a repository whose last commit is the base, and the configuration of all its runs."""

    repo: Repo
    path: str = ""

    def judge(self, after: Files, *, base: str = "HEAD~1") -> Verdict:
        """Commit the change and judge it."""
        self.repo.commit(after)
        return Repo(self.repo.path / self.path, self.repo.home).run(base=base, gates=("migrations",))


def change(
    folder: Path, before: Files, server: Server | None = None, *, path: str = "", seconds: float = 60.0,
    **own: object,
) -> Change:  # fmt: skip
    """Make a repository that stands at its base; with `server` the gate uses that one.

    The configuration lies in the folder `path`, which is what is judged.
    """
    given = {"database-url": url_of(server)} if server else {}
    own = {name.replace("_", "-"): value for name, value in own.items()}
    text = settings({**given, **own}, limits={"seconds-per-file": seconds})
    folder.mkdir(parents=True, exist_ok=True)
    return Change(repo(folder, {f"{path}/.lockgate.yml".lstrip("/"): text, **before}), path)


def found(verdict: Verdict, *, rules: "tuple[str, ...]" = ()) -> list[tuple[str, str, int]]:
    """Give what is found: rule, file and line, of these rules or all."""
    return sorted((f.rule, f.path, f.line) for f in verdict.findings if not rules or f.rule in rules)


def told(verdict: Verdict) -> list[str]:
    """Give what the gate says of itself."""
    return [note.message for note in gate(verdict, "migrations").notifications]

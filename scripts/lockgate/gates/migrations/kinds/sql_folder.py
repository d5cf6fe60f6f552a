"""Folders of SQL files: which tool's they are, and their migrations in the order that it applies them.

Golang-migrate, sqlx, Knex and folders of no known tool are read here: they differ in nothing but the
transaction.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from lockgate.gates.migrations.kinds import dbmate, drizzle, flyway, goose, prisma
from lockgate.gates.migrations.kinds.sql_text import (
    Read,
    Sql,
    file_name,
    migration,
    one_query,
    sql_of,
    text_of,
)
from lockgate.gates.migrations.model import Failure, Migration, Project
from lockgate.gates.migrations.sessions.statements import OUTSIDE, kind_of

_NUMBERED = re.compile(r"(?P<number>\d+)[_-](?P<words>.*?)(?:[.-](?P<way>up|down))?\.sql", re.DOTALL)
_IN_GO = re.compile(r"(?P<number>\d+)_.*(?<!_test)\.go", re.DOTALL)
_TOPS = frozenset({"migrate", "migration", "migrations", "schema_migrations", "sqls"})
OTHERS = frozenset({
    "bigquery", "clickhouse", "cockroach", "cockroachdb", "db2", "derby", "duckdb", "h2", "hsqldb", "mariadb",
    "mssql", "mysql", "oracle", "redshift", "snowflake", "spanner", "sqlite", "sqlite3", "sqlserver",
})  # fmt: skip
"""Databases that are not PostgreSQL, as folders are called."""
_POSTGRES = frozenset({"pg", "postgres", "postgresql"})
_VENDORS = OTHERS | _POSTGRES | {"common"}
_OTHER_SQL = re.compile(
    r"\bAUTO_?INCREMENT\b|\bENGINE\s*=\s*InnoDB\b|^\s*PRAGMA\s|^\s*(?:CREATE|ALTER)\s+TABLE\s+[^;'\"(]*`",
    re.IGNORECASE | re.MULTILINE,
)
_KNEX = frozenset(f"knexfile.{ending}" for ending in ("cjs", "js", "mjs", "ts"))
_MARKERS = frozenset({"Cargo.toml", *_KNEX})
_WANTED = frozenset({prisma.LOCK, "_journal.json", "snapshot.json", "__init__.py", *_MARKERS})
_LOOKED_AT = 5


def find(paths: Iterable[str]) -> Iterator[Project]:
    """Find the projects of SQL files by their names alone; no folder belongs to two of them.

    Which tool's they are is certain only after `settle`.
    """
    folders: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        folder, _, name = path.rpartition("/")
        if name.endswith((".sql", ".go")) or name in _WANTED:
            folders[folder].add(name)
    found = [
        *prisma.find(folders),
        *drizzle.find(folders),
        *flyway.find(folders, _VENDORS),
        *_numbered(folders),
    ]
    taken: set[str] = set()
    for project in found:
        own = {path.rpartition("/")[0] for path in project.files}
        if not own & taken and not OTHERS.intersection(project.files[0].lower().split("/")):
            yield project
        taken |= own


def _numbered(folders: Mapping[str, set[str]]) -> Iterator[Project]:
    for folder, names in folders.items():
        matches = [match for name in names if (match := _NUMBERED.fullmatch(name))]
        files = tuple(sorted(f"{folder}/{match[0]}".lstrip("/") for match in matches))
        both = any(match["way"] for match in matches)
        top = _is_top(folder)
        if files and "__init__.py" not in names and (both or top):
            go = tuple(f"{folder}/{name}" for name in names if _IN_GO.fullmatch(name)) if top else ()
            style = _style(folder, folders, both=both)
            yield Project("sql", folder, files[0], tuple(sorted((*files, *go))), style)


def _is_top(folder: str) -> bool:
    above, _, last = folder.lower().rpartition("/")
    return last in _TOPS or (last in _POSTGRES and above.rpartition("/")[2] in _TOPS)


def _style(folder: str, folders: Mapping[str, set[str]], *, both: bool) -> str:
    """Name the tool by what lies in the folders above."""
    beside = set(folders.get("", ())) & _MARKERS
    while folder:
        beside |= folders.get(folder, set()) & _MARKERS
        folder = folder.rpartition("/")[0]
    if both and beside & _KNEX:
        return "knex"
    if "Cargo.toml" in beside:
        return "sqlx"
    return "migrate" if both else "plain"


def plain(folder: str, paths: Iterable[str]) -> Project | None:
    """Take a folder that the configuration names, whatever its files are called."""
    start = f"{folder}/" if folder else ""
    files = tuple(sorted(path for path in paths if path.startswith(start) and path.endswith(".sql")))
    return Project("sql", folder, files[0], files, "plain") if files else None


def settle(project: Project, read: Read) -> Project | None:
    """Look into a project's files for whose it is; None when it is not for PostgreSQL."""
    if project.kind == "prisma":
        return prisma.settle(project, read)
    if project.style == "drizzle":
        return drizzle.settle(project, read)
    texts = _beginning(project, read)
    if any(map(_OTHER_SQL.search, texts)):
        return None
    style = project.style if project.style == "flyway" else _marked_as(texts) or project.style
    files = project.files if style == "goose" else tuple(filter(_is_sql, project.files))
    return replace(project, style=style, files=files)


def _beginning(project: Project, read: Read) -> list[str]:
    return [text_of(path, read) or "" for path in list(filter(_is_sql, project.files))[:_LOOKED_AT]]


def _is_sql(path: str) -> bool:
    return path.endswith(".sql")


def _marked_as(texts: list[str]) -> str:
    """Name the tool that a file's comments are for."""
    tools = (("goose", goose.is_marked), ("dbmate", dbmate.is_marked))
    return next((style for style, is_marked in tools if any(map(is_marked, texts))), "")


def migrations(project: Project, read: Read) -> tuple[Migration, ...]:
    """Give a project's migrations in the order in which its tool applies them."""
    if project.kind == "prisma":
        return prisma.migrations(project, read)
    return _STYLES[project.style](project, read)


def _in_order(project: Project) -> list[str]:
    """Sort by number, then by name; what has none comes last."""

    def key(path: str) -> tuple[bool, int, str]:
        match = _NUMBERED.fullmatch(file_name(path)) or _IN_GO.fullmatch(file_name(path))
        return (not match, int(match["number"]) if match else 0, path)

    return sorted(project.files, key=key)


def _marked(read_one: Callable[[str, Read], Migration]) -> Callable[[Project, Read], tuple[Migration, ...]]:
    def read_all(project: Project, read: Read) -> tuple[Migration, ...]:
        return tuple(
            _in_go(path) if path.endswith(".go") else read_one(path, read) for path in _in_order(project)
        )

    return read_all


def _in_go(path: str) -> Migration:
    words = "it is written in Go: let the project's own program apply it, with `command`"
    return migration(file_name(path).removesuffix(".go"), path, Sql(refused=Failure(words)), atomic=True)


def _pairs(make: Callable[..., Migration]) -> Callable[[Project, Read], tuple[Migration, ...]]:
    """Read a tool's folder that has a file for each way."""

    def read_all(project: Project, read: Read) -> tuple[Migration, ...]:
        ways = [(path, *_way(path)) for path in _in_order(project) if path.endswith(".sql")]
        downs = {name: path for path, name, way in ways if way == "down"}
        return tuple(
            make(
                name, path, text_of(path, read), sql_of(text_of(downs[name], read)) if name in downs else None
            )
            for path, name, way in ways
            if way != "down"
        )

    return read_all


def _way(path: str) -> tuple[str, str]:
    """Give a migration's name and which way a file leads."""
    match = re.fullmatch(r"(.*?)(?:[.-](up|down))?\.sql", file_name(path), re.DOTALL)
    return (match[1], match[2] or "") if match else (file_name(path), "")


def _query(name: str, path: str, text: str | None, down: Sql | None) -> Migration:
    return one_query(name, path, sql_of(text), down)


def _sqlx(name: str, path: str, text: str | None, down: Sql | None) -> Migration:
    if text and text.startswith("-- no-transaction"):
        return one_query(name, path, sql_of(text), down)
    return migration(name, path, sql_of(text), down, atomic=True, whole=True)


def _knex(name: str, path: str, text: str | None, down: Sql | None) -> Migration:
    return migration(name, path, sql_of(text), down, atomic=True, whole=True)


def _of_no_tool(project: Project, read: Read) -> tuple[Migration, ...]:
    """Read a folder that the configuration names: its files may be some tool's all the same."""
    style = _marked_as(_beginning(project, read))
    return _STYLES[style](project, read) if style else _pairs(_plain)(project, read)


def _plain(name: str, path: str, text: str | None, down: Sql | None) -> Migration:
    """Take a file for one transaction, unless a statement in it does not allow one."""
    up = sql_of(text and text.removeprefix("\ufeff"))
    outside = any(OUTSIDE.match(kind_of(each)) for each in up.statements)
    return migration(name, path, up, down, atomic=not outside)


_STYLES: Mapping[str, Callable[[Project, Read], tuple[Migration, ...]]] = {
    "dbmate": _marked(dbmate.read_one),
    "drizzle": drizzle.migrations,
    "flyway": flyway.migrations,
    "goose": _marked(goose.read_one),
    "knex": _pairs(_knex),
    "migrate": _pairs(_query),
    "plain": _of_no_tool,
    "sqlx": _pairs(_sqlx),
}

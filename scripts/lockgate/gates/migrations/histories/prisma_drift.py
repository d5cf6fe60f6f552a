"""Ask a project's own Prisma whether its schema is what its migrations make.

`prisma migrate diff` compares a database that has them with the schema. Until Prisma 6 the database is an
argument; since Prisma 7 it is the configuration's, so that one of ours stands before the project's.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import msgspec

from lockgate.errors import ToolError
from lockgate.gates.migrations.histories.drift import Drift
from lockgate.gates.migrations.model import Project
from lockgate.process import run, which
from lockgate.source import read_bytes
from lockgate.untrusted import cut, one_line

_SECONDS = 120.0
_SAME = b"No difference detected"
_MOST_BYTES = 1024 * 1024
_MOST_WORDS = 300
_CONFIGURATIONS = ("prisma.config.ts", "prisma.config.mts", "prisma.config.js", "prisma.config.mjs",
                   "prisma.config.cts", "prisma.config.cjs")  # fmt: skip
_OFFLINE = {"CHECKPOINT_DISABLE": "1", "PRISMA_HIDE_UPDATE_MESSAGE": "1", "NO_COLOR": "1"}


class _Package(msgspec.Struct):
    version: str = ""


@dataclass(frozen=True, slots=True)
class Prisma:
    """Name a project's Prisma: its program, major version and schema, and the folder that it is run in."""

    program: Path
    major: int
    schema: Path
    folder: Path
    path: str


def find(project: Project, root: Path) -> Prisma | str:
    """Find the Prisma that a project has installed, or say why it cannot be asked."""
    if not project.files:
        return "there is no migration"
    migrations = PurePosixPath(project.files[0]).parents[1]
    schema = _schema(root, migrations.parent)
    if schema is None:
        return "no schema.prisma stands beside the folder of its migrations"
    for folder in (PurePosixPath(project.folder), *PurePosixPath(project.folder).parents):
        package = root / folder / "node_modules" / "prisma"
        if (package / "build" / "index.js").is_file():
            break
    else:
        return "Prisma is not installed: there is no node_modules/prisma"
    try:
        data = read_bytes(package / "package.json", _MOST_BYTES)
        version = msgspec.json.decode(data, type=_Package).version
    except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError):
        version = ""
    if not (match := re.match(r"\d{1,4}", version)):
        return "node_modules/prisma has no version"
    path = schema.relative_to(root).as_posix()
    return Prisma(package / "build" / "index.js", int(match[0]), schema, root / project.folder, path)


def ask(prisma: Prisma, url: str, variables: Mapping[str, str] | None = None) -> list[Drift]:
    """Compare a database that has all migrations with the schema; this runs code of the project.

    `variables` are those that its configuration reads. Raise ToolError where Prisma does not answer.
    """
    node = which("node")
    if node is None:
        raise ToolError(
            "there is no node to run the project's Prisma with",
            cause="Node.js is not installed, or not on PATH",
            todo="install it, or leave `run` out of the configuration of the gate `migrations`",
        )
    url = url.replace("@/", "@localhost/", 1)  # Prisma wants a host's name, and then takes the socket
    environment = {**(variables or {}), **_OFFLINE, "DATABASE_URL": url}
    with TemporaryDirectory(prefix="lockgate-prisma-") as scratch:
        argv = [
            node,
            str(prisma.program),
            "migrate",
            "diff",
            "--exit-code",
            *_sources(prisma, url, Path(scratch)),
        ]
        done = run(argv, cwd=prisma.folder, seconds=_SECONDS, env=environment, max_output=_MOST_BYTES)
    if done.code == 0 and _SAME in done.stdout:
        return []
    if done.code == 2 and (words := _words(done.stdout)):
        return [Drift("", word, prisma.path) for word in words]
    said = one_line((done.stderr or done.stdout).decode("utf-8", "replace"))
    raise ToolError(
        f"prisma migrate diff ended with {done.code}: {cut(said, _MOST_WORDS) or 'it said nothing'}",
        cause="its engine is not there, or it cannot read the schema or its configuration",
        todo="run `prisma migrate diff` in the project yourself; its engine has to be installed with it",
    )


def _schema(root: Path, folder: PurePosixPath) -> Path | None:
    """Find the schema beside the migrations: a file, or a folder of several."""
    for place in (root / folder / "schema.prisma", root / folder / "schema", root / folder):
        if place.is_file() or (place.is_dir() and any(place.glob("*.prisma"))):
            return place
    return None


def _sources(prisma: Prisma, url: str, scratch: Path) -> list[str]:
    if prisma.major < 7:
        return ["--from-url", url, "--to-schema-datamodel", str(prisma.schema)]
    configuration = scratch / "prisma.config.mjs"
    configuration.write_text(_configuration(prisma, url), "utf-8")
    return ["--config", str(configuration), "--from-config-datasource", "--to-schema", str(prisma.schema)]


def _configuration(prisma: Prisma, url: str) -> str:
    """Write a configuration that is the project's with our database; it may name tables that are left out."""
    theirs = next((place for name in _CONFIGURATIONS if (place := prisma.folder / name).is_file()), None)
    head = f"import theirs from {json.dumps(str(theirs))};\n" if theirs else "const theirs = {};\n"
    ours = f"schema: {json.dumps(str(prisma.schema))}, datasource: {{ url: {json.dumps(url)} }}"
    return f"{head}export default {{ ...theirs, {ours} }};\n"


def _words(output: bytes) -> list[str]:
    """Read the summary: `[*] Changed the `x` table` and, below it, what of it, each a `[+] …` of its own."""
    lines = [one_line(line) for line in output.decode("utf-8", "replace").splitlines()]
    return [line for line in lines if line.startswith(("[+]", "[-]", "[*]"))]

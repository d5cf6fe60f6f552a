"""The files that adopt Lockgate: what is written where, and what is said of one that is there already."""

import difflib
import json
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lockgate.adopt.pin import Pin
from lockgate.adopt.stacks import Stack
from lockgate.config import NAMES
from lockgate.config.yaml_lines import YamlError, parse
from lockgate.errors import InputError, PlatformError
from lockgate.gates import GATES
from lockgate.source import read_bytes
from lockgate.text import decode
from lockgate.verify.callers import collect

_MAX_BYTES = 1_000_000
_TEMPLATES = Path(__file__).parent / "workflows"
_USES = re.compile(r"(uses: )[\w.-]+/[\w.-]+(/[\w./-]+)@\w+.*")
_PLAIN = re.compile(r"[A-Za-z.][\w./ -]*[A-Za-z]", re.ASCII)
_BRANCHES = "branches: [main]"

_CONFIGURATION = """\
# Lockgate's configuration. It is read from the base of a change, so that no change weakens its own gates.
# Found here: {stacks}
# Every key is optional, and what stands behind a `#` is an example. `lockgate schema` prints every key.

fail-on: high # the lowest severity that blocks: critical, high, medium, low or note
# exclude: [generated/] # what no gate looks at, written as in .gitignore

gates:
{gates}
# waivers: # accepted exceptions, each with an owner and an end
#   - rule: B602
#     path: tools/**
#     owner: "@platform"
#     reason: The command is a constant.
#     expires: 2026-12-31
"""
_GATE = """\
  {name}: # {words}
    enabled: true
    # fail-on: medium
    # exclude: [{exclude}]{why}
"""
_SITE = """\
    # directory: {directory} # {name} found here: what its build makes{but}
    # build: [{install}, {build}] # makes it, the base's too; it is code of the change
    # budgets: {{"*": {{script: 170 KB, accessibility: 0.95}}}} # what any page may have, and must score
    # timings: never # no page is timed: quicker by a minute or two
"""
_BUT = {"Next.js": " (`output: 'export'`; else `start` and `ready`)"}
# Where each puts its site; of several that are found, the first one here is named.
_BUILT = {
    "Next.js": "out", "Nuxt": ".output/public", "Astro": "dist", "Angular": "dist/app/browser",
    "React": "dist", "Svelte": "dist", "Vue": "dist",
}  # fmt: skip
_SERVER = "    # postgres-version: 17 # the major that production runs; else one that is installed\n"
_CODE = "    # code: run # {names} found here: migrations are code, and each change would run its own\n"
_RUN_CODE = ("Alembic", "Django")
_ENTRY = """\
  - package-ecosystem: github-actions # it moves the pins in .github/workflows, Lockgate's too
    directory: /
    schedule:
      interval: weekly
    cooldown:
      default-days: 7
"""
_DEPENDABOT = f"version: 2\nupdates:\n{_ENTRY}"


@dataclass(frozen=True, slots=True)
class File:
    """Hold a file to write. `names` are its path from the top, and those that would stand in for it.

    `calls` is the reusable workflow that it calls, which another file may call already.
    """

    names: tuple[str, ...]
    what: str
    text: str
    calls: str = ""

    @property
    def path(self) -> str:
        """Give the path that is written."""
        return self.names[0]


def propose(pin: Pin, branch: str, found: Sequence[Stack], vendored: Sequence[str]) -> tuple[File, ...]:
    """Give the files for a repository whose default branch is `branch`; raise InputError."""
    return (
        File(NAMES, "the configuration", _configuration(found, vendored)),
        File(
            _names("workflows/lockgate"),
            "the pipeline, for each change",
            _pipeline(pin, branch),
            "pipeline.yml",
        ),
        File(
            _names("workflows/lockgate-report"),
            "optional: a comment and a check run, for forks too; its token may write these",
            _pinned(pin, "report"),
            "report.yml",
        ),
        File(_names("dependabot"), "upgrades of the pins", _DEPENDABOT),
    )


def present(root: Path, file: File) -> str:
    """Give the path of the file that is there already; empty where there is none."""
    return next((name for name in file.names if os.path.lexists(root / name)), "")


def called(root: Path, repository: str) -> dict[str, str]:
    """Give the reusable workflows of the toolkit that a checkout calls already, and a place of each call."""
    try:
        found = collect([], root, repository)
    except InputError:  # none is called, or a workflow cannot be read: then nobody knows of a call
        return {}
    targets = ((use.target, places) for use, places in found.items())
    return {PurePosixPath(target.path).name: places[0] for target, places in targets if target}


def write(root: Path, file: File) -> None:
    """Write a file that is not there, whole; follow no link, overwrite nothing; raise PlatformError."""
    target = root / file.path
    top = os.path.realpath(root)
    try:
        if os.path.realpath(target.parent) != os.path.normpath(f"{top}/{Path(file.path).parent}"):
            raise NotADirectoryError(0, "a folder on the way is a link")
        target.parent.mkdir(parents=True, exist_ok=True)
        _put(target, file.text.encode())
    except OSError as error:
        raise PlatformError(
            f"{file.path} cannot be written: {error.strerror}",
            cause="the folder is a link or not writable, or the file appeared meanwhile",
            todo="see to it, and start again: what is written already stays as it is",
        ) from error


def held_back(root: Path, name: str, file: File) -> list[str]:
    """Say, in lines, what a file that is there and stays as it is lacks of the one that would be written."""
    old = _read(root / name)
    if old == file.text:
        return [f"{name} is there, as it would be written"]
    if name.startswith(".github/dependabot") and _upgrades_actions(old):
        return [f"{name} is there, and upgrades github-actions"]
    if name.startswith(".github/dependabot"):
        return [f"{name} is there and stays as it is; add this below its `updates:`", *_ENTRY.splitlines()]
    lines = [f"{name} is there and stays as it is; what would be written differs so:"]
    return [*lines, *difflib.unified_diff(
        old.splitlines(), file.text.splitlines(), name, "would be written", lineterm=""
    )]  # fmt: skip


def _names(stem: str) -> tuple[str, ...]:
    return (f".github/{stem}.yml", f".github/{stem}.yaml")


def _configuration(found: Sequence[Stack], vendored: Sequence[str]) -> str:
    names = dict.fromkeys(stack.name for stack in found)
    return _CONFIGURATION.format(
        stacks=", ".join(names) or "no language that lockgate knows", gates="".join(_gates(found, vendored))
    )


def _gates(found: Sequence[Stack], vendored: Sequence[str]) -> Iterator[str]:
    names = {stack.name for stack in found}
    code = [name for name in _RUN_CODE if name in names]
    for gate in GATES:
        own = vendored if gate.NAME == "sast" else ()  # a secret is one, whoever wrote it down
        words = (gate.__doc__ or gate.NAME).partition("\n")[0]
        yield _GATE.format(
            name=gate.NAME, words=words,
            exclude=", ".join(map(json.dumps, own)) or "tests/",
            why=" # found here: is it what others wrote?" if own else "",
        )  # fmt: skip
        if gate.NAME == "lighthouse":
            yield _site(found)
        if gate.NAME == "migrations":
            yield _SERVER
            yield _CODE.format(names=" and ".join(code)) if code else ""


def _site(found: Sequence[Stack]) -> str:
    """Give examples of what builds the site of a front end; nothing where there is none."""
    sites = [stack for name in _BUILT for stack in found if stack.name == name]
    if not sites:
        return ""
    name, folder = sites[0].name, sites[0].folder
    npm = f"npm --prefix {shlex.quote(folder)}" if folder else "npm"
    return _SITE.format(
        directory=_quoted(f"{folder}/{_BUILT[name]}".lstrip("/")), name=name, but=_BUT.get(name, ""),
        install=_quoted(f"{npm} ci"), build=_quoted(f"{npm} run build"),
    )  # fmt: skip


def _quoted(text: str) -> str:
    """Write a text for YAML, with quotes only where it needs them."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _pipeline(pin: Pin, branch: str) -> str:
    if not branch.isprintable():
        raise InputError(
            "the default branch has a name that no workflow can hold",
            cause="it is not UTF-8, or has characters that cannot be seen",
            todo="rename the branch",
        )
    quoted = "main" if branch == "main" else json.dumps(re.sub(r"([*?+!\[\]\\])", r"\\\1", branch))
    return _pinned(pin, "pipeline").replace(_BRANCHES, f"branches: [{quoted}]")


def _pinned(pin: Pin, name: str) -> str:
    text = (_TEMPLATES / f"{name}.yml").read_text(encoding="utf-8")
    return _USES.sub(lambda match: f"{match[1]}{pin.repository}{match[2]}@{pin}", text)


def _put(target: Path, data: bytes) -> None:
    with target.open("xb") as stream:
        try:
            stream.write(data)
            stream.flush()
        except OSError:
            target.unlink()
            raise


def _read(file: Path) -> str:
    with suppress(OSError):
        return decode(read_bytes(file, _MAX_BYTES)) or ""
    return ""


def _upgrades_actions(text: str) -> bool:
    try:
        data = parse(text).data
    except YamlError:
        return False
    updates = data.get("updates") if isinstance(data, dict) else None
    entries = updates if isinstance(updates, list) else []
    return any(
        isinstance(each, dict) and each.get("package-ecosystem") == "github-actions" for each in entries
    )

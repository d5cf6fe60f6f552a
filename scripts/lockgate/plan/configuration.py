"""Find the configuration: from the base when there is one, so that a change cannot weaken its own gates."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lockgate.config import NAMES, Configuration, Loaded, Waiver, defaults, load
from lockgate.errors import ConfigurationError, InputError
from lockgate.finding import Finding, Severity
from lockgate.fingerprint import content_key, fingerprints
from lockgate.git import Git
from lockgate.plan.vex import statements
from lockgate.source import display, read_bytes

if TYPE_CHECKING:  # the policy is for those who judge
    from lockgate.policy.vex import Said

_MAX_BYTES = 1_000_000
_LATER = "it takes effect once it is merged, and excuses nothing here"
_MAX_IN_BASE = 64_000_000  # `load` refuses what is too large; here it must not look as if there were none

Read = Callable[[str], bytes | None]
Folder = Sequence[str]
"""The names that a configuration may have in one folder."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Hold the configuration in force, findings about what the change does to it, and what its VEX says."""

    loaded: Loaded
    findings: tuple[Finding, ...] = ()
    vex: tuple["Said", ...] = ()


def settle(
    root: Path, prefix: str, config: Path | None, git: Git | None, base: str | None, *, staged: bool = False
) -> Settled:
    """Load the configuration in force: `config`, else the nearest `.lockgate.yml` from `prefix` up.

    One that lies in the checkout is the base's, where there is a base. Raise ConfigurationError when the
    working tree's, or with `staged` the index's, is invalid; when only the base's is, the defaults judge, so
    that a change can mend it.
    """
    given = _inside(root, config) if config else None
    if config and given is None:
        loaded = load(_read_given(config), display(str(config)))
        return Settled(loaded, vex=statements(loaded, _reader_of_folder(config.parent), ""))
    folders = [[given]] if given else _folders(prefix)
    read = _reader_of_index(git) if git and staged else _reader_of_folder(root)
    head = _first(folders, read)
    vex = statements(head, read, _folder(head))
    if git is None or base is None:
        before, problem = head, ""
    else:
        before, vex, problem = _of_base(folders, git, base)
    if given and not (head or before or problem):
        raise _no_config(given, "No such file")
    if problem:
        return Settled(defaults(), (_invalid(problem, head),))
    return Settled(_in_force(before or defaults(), head), tuple(_changes(before, head)), vex)


def _in_force(base: Loaded, head: Loaded | None) -> Loaded:
    """Add the change's own waivers to the base's configuration, where that says so."""
    if head is None or base.configuration.waivers_from_the_change == "forbid":
        return base
    pairs = zip(head.configuration.waivers, head.waiver_places, strict=True)
    added = [pair for pair in pairs if pair[0] not in base.configuration.waivers]
    waivers = (*base.configuration.waivers, *(waiver for waiver, _ in added))
    return replace(
        base,
        configuration=msgspec.structs.replace(base.configuration, waivers=waivers),
        waiver_places=(*base.waiver_places, *(replace(place, added=True) for _, place in added)),
    )


def _of_base(folders: Sequence[Folder], git: Git, base: str) -> tuple[Loaded | None, tuple["Said", ...], str]:
    def read(path: str) -> bytes | None:
        return git.show(base, path, _MAX_IN_BASE)

    try:
        loaded = _first(folders, read)
        return loaded, statements(loaded, read, _folder(loaded)), ""
    except ConfigurationError as error:
        return None, (), error.what


def _folder(loaded: Loaded | None) -> str:
    return loaded.path.rpartition("/")[0] if loaded else ""


def _inside(root: Path, config: Path) -> str | None:
    """Give the path in the checkout that a configuration has, whatever links lead to the checkout.

    Links that the tree itself holds are not followed: a change could aim them elsewhere.
    """
    for name in (os.path.abspath(config), os.path.realpath(config)):  # noqa: PTH100 - see above
        path = Path(name)
        for parent in reversed(path.parents):
            if parent.resolve() == root:
                return path.relative_to(parent).as_posix()
    return None


def _folders(prefix: str) -> list[Folder]:
    folders = [f"{prefix}/", ""] if prefix else [""]
    return [[folder + name for name in NAMES] for folder in folders]


def _first(folders: Sequence[Folder], read: Read) -> Loaded | None:
    for names in folders:
        found = {path: data for path in names if (data := read(path)) is not None}
        if len(found) > 1:
            raise ConfigurationError(
                f"there are two configurations, {' and '.join(map(display, found))}",
                cause="one was added and the other forgotten",
                todo="put all into one of them and remove the other",
            )
        for path, data in found.items():
            return load(data, display(path))
    return None


def _reader_of_folder(root: Path) -> Read:
    def read(path: str) -> bytes | None:
        try:
            return read_bytes(root / path, _MAX_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigurationError(
                f"{display(path)} cannot be read: {error.strerror or error}",
                cause="it is a link, too large or not readable by this user",
                todo="make it a regular file of at most 1 MB",
            ) from error

    return read


def _reader_of_index(git: Git) -> Read:
    return lambda path: git.show("", path, _MAX_IN_BASE)


def _read_given(config: Path) -> bytes:
    try:
        return read_bytes(Path(os.path.realpath(config)), _MAX_BYTES)
    except OSError as error:
        raise _no_config(str(config), error.strerror or str(error)) from error


def _no_config(path: str, why: str) -> InputError:
    return InputError(
        f"the configuration {display(path)} cannot be read: {why}",
        cause="a wrong path",
        todo="check `--config` (or the input `config`)",
    )


def _changes(before: Loaded | None, head: Loaded | None) -> Iterator[Finding]:
    """Report what a change does to the configuration: it takes effect only once it is merged."""
    old, new = (loaded.configuration if loaded else Configuration() for loaded in (before, head))
    path = (head or before or defaults()).path
    if old.waivers != new.waivers:
        added, removed = _only(new.waivers, old.waivers), _only(old.waivers, new.waivers)
        what = f"This change adds {added} and removes {removed} waivers: {_then(before)}."
        yield _finding(path, "waivers-changed", what)
    if _without_waivers(old) != _without_waivers(new):
        what = f"This change alters the configuration of the gates: {_LATER}."
        yield _finding(path, "configuration-changed", what)


def _only(ours: Sequence[Waiver], theirs: Sequence[Waiver]) -> int:
    return len([waiver for waiver in ours if waiver not in theirs])


def _then(before: Loaded | None) -> str:
    """Say what waivers of the change do here."""
    if before is None or before.configuration.waivers_from_the_change == "forbid":
        return _LATER
    place = before.place("waivers-from-the-change")
    return f"those it adds hold here too, as `waivers-from-the-change: allow` in the base says ({place})"


def _without_waivers(configuration: Configuration) -> tuple[object, ...]:
    fields = configuration.__struct_fields__
    return tuple(getattr(configuration, field) for field in fields if field != "waivers")


def _invalid(problem: str, head: Loaded | None) -> Finding:
    what = f"The configuration in the base cannot be read, so the defaults judge this change. {problem}"
    return _finding(head.path if head else NAMES[0], "configuration-invalid", what)


def _finding(path: str, rule: str, message: str) -> Finding:
    return Finding(
        gate="policy", tool="lockgate", rule=rule, severity=Severity.NOTE, path=path, line=1, end_line=1,
        message=message, fingerprint=fingerprints([content_key(rule, (), 0, 0)], path)[0],
        sources=(f"lockgate/{rule}",),
    )  # fmt: skip

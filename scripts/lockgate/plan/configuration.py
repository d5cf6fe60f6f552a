"""Find the configuration: from the base when there is one, so that a change cannot weaken its own gates."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lockgate.config import NAMES, Configuration, Loaded, defaults, load
from lockgate.errors import ConfigurationError, InputError
from lockgate.finding import Finding, Severity
from lockgate.fingerprint import content_key, fingerprints
from lockgate.git import Git
from lockgate.source import display, read_bytes

_MAX_BYTES = 1_000_000

Read = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Settled:
    """Hold the configuration in force, and findings about what the change does to it."""

    loaded: Loaded
    findings: tuple[Finding, ...] = ()


def settle(root: Path, prefix: str, config: Path | None, git: Git | None, base: str | None) -> Settled:
    """Load the configuration in force: `config` when given, else the nearest of `.lockgate.yml` from `prefix` up."""
    given = _inside(root, config) if config else None
    if config and given is None:
        return Settled(load(_read_given(config), str(config)))
    candidates = [given] if given else _candidates(prefix)
    head = _first(candidates, _reader_of_folder(root))
    if given and head is None and base is None:
        raise _no_config(given)
    if git is None or base is None:
        return Settled(head or defaults())
    before = _first(candidates, lambda path: git.show(base, path, _MAX_BYTES))
    return Settled(before or defaults(), tuple(_changes(before, head)))


def _inside(root: Path, config: Path) -> str | None:
    resolved = Path(os.path.abspath(config))  # noqa: PTH100 - resolve() would follow a link that the tree holds
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else None


def _candidates(prefix: str) -> list[str]:
    folders = [f"{prefix}/", ""] if prefix else [""]
    return [folder + name for folder in folders for name in NAMES]


def _first(paths: list[str], read: Read) -> Loaded | None:
    for path in paths:
        data = read(path)
        if data is not None:
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


def _read_given(config: Path) -> bytes:
    try:
        return read_bytes(config.resolve(), _MAX_BYTES)
    except OSError as error:
        raise _no_config(str(config)) from error


def _no_config(path: str) -> InputError:
    return InputError(
        f"the configuration {path} cannot be read",
        cause="a wrong path",
        todo="check `--config` (or the input `config`)",
    )


def _changes(before: Loaded | None, head: Loaded | None) -> Iterator[Finding]:
    """Report what a change does to the configuration: it takes effect only once it is merged."""
    old, new = (loaded.configuration if loaded else Configuration() for loaded in (before, head))
    path = (head or before or defaults()).path
    if old.waivers != new.waivers:
        added = len([waiver for waiver in new.waivers if waiver not in old.waivers])
        removed = len([waiver for waiver in old.waivers if waiver not in new.waivers])
        yield _finding(path, "waivers-changed", f"This change adds {added} and removes {removed} waivers")
    if _without_waivers(old) != _without_waivers(new):
        yield _finding(path, "configuration-changed", "This change alters the configuration of the gates")


def _without_waivers(configuration: Configuration) -> tuple[object, ...]:
    fields = configuration.__struct_fields__
    return tuple(getattr(configuration, field) for field in fields if field != "waivers")


def _finding(path: str, rule: str, what: str) -> Finding:
    return Finding(
        gate="policy", tool="lockgate", rule=rule, severity=Severity.NOTE, path=path, line=1, end_line=1,
        message=f"{what}: it takes effect once it is merged, and excuses nothing here.",
        fingerprint=fingerprints([content_key(rule, (), 0, 0)], path)[0], sources=(f"lockgate/{rule}",),
    )  # fmt: skip

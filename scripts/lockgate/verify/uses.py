"""What a workflow or an action uses, whoever wrote it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lockgate.config.yaml_lines import Data, YamlError, parse
from lockgate.text import split_lines

OWN = "$"
"""The repository of `$/path`: the one that the file is in, at the commit that runs."""
_REMOTE = re.compile(r"([\w.-]+/[\w.-]+)((?:/[\w.-]+)*)@([\w./+-]+)", re.ASCII)
_OWN = re.compile(r"\$/((?:[\w.-]+(?:/[\w.-]+)*)?)", re.ASCII)
_SHA = re.compile("[0-9a-f]{40}")
_IMAGE = re.compile(r"docker://[^@\s]+@sha256:[0-9a-f]{64}")
_COMMENT = re.compile(r"""["']?[ \t]+#[ \t]*(.*)""")


@dataclass(frozen=True, slots=True)
class Target:
    """Name an action or a workflow: `repository` in small letters, `path` in it, `ref` as written."""

    repository: str
    path: str
    ref: str

    @property
    def is_commit(self) -> bool:
        """Say whether the ref is a full commit SHA, which alone cannot be moved."""
        return bool(_SHA.fullmatch(self.ref))


@dataclass(frozen=True, slots=True)
class Use:
    """Hold the text of a `uses:` and the comment behind it."""

    text: str
    comment: str = ""

    @property
    def target(self) -> Target | None:
        """Give what it names; None for a path in the checkout, an image, and what is no reference at all."""
        if own := _OWN.fullmatch(self.text):
            return Target(OWN, own[1], "")
        if remote := _REMOTE.fullmatch(self.text):
            return Target(remote[1].lower(), remote[2].strip("/"), remote[3])
        return None

    def names(self, repository: str) -> bool:
        """Say whether it means something in a repository, well written or not."""
        return bool(re.match(rf"{re.escape(repository)}(?![\w.-])", self.text, re.IGNORECASE))

    @property
    def is_pinned_image(self) -> bool:
        """Say whether it is a container image that is named by its digest."""
        return bool(_IMAGE.fullmatch(self.text))

    def __str__(self) -> str:
        return f"{self.text} # {self.comment}" if self.comment else self.text


def uses(text: str) -> Iterator[tuple[int, Use]]:
    """Yield each `uses:` of a workflow or an action with its line, from 1; raise YamlError.

    The key counts wherever it stands: syntax that is newer than this must not hide an action.
    """
    document = parse(text)
    if not isinstance(document.data, dict):
        raise YamlError("this is neither a workflow nor an action", 1)
    lines = split_lines(text)
    for path, value in _values(document.data, ()):
        line = document.line(path)
        behind = _COMMENT.fullmatch(lines[line - 1].partition(value)[2].rstrip())
        yield line, Use(value, behind[1] if behind else "")


def _values(data: Data, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        if key == "uses" and isinstance(value, str):
            yield (*path, key), value
        else:
            yield from _values(value, (*path, key))

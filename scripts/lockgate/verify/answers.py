"""Judge how a caller uses the toolkit, and list what that runs, down to the last action and lock file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lockgate.config.yaml_lines import YamlError
from lockgate.verify.releases import newest
from lockgate.verify.toolkit import Toolkit
from lockgate.verify.uses import OWN, Use, uses

_VERSION = re.compile(r"(?<![\w.-])v?(\d+\.\d+\.\d+)(?![\w.+-])")
_DEPTH = 20  # GitHub runs workflows to a depth of 10, and actions in one to another 10
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one line of an answer: a fact, or a `fault` with it. `depth` indents what something else uses."""

    name: str
    text: str
    fault: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what there is to say about a use, and the places that it stands at."""

    use: Use
    places: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def verified(self) -> bool:
        """Say whether nothing is wrong with it."""
        return not any(row.fault for row in self.rows)


def answer(use: Use, places: Iterable[str], toolkit: Toolkit) -> Answer:
    """Judge a use of the toolkit: its pin, whether that is a release, its comment, and what it runs."""
    return Answer(use, tuple(places), tuple(_rows(use, toolkit)))


def _rows(use: Use, toolkit: Toolkit) -> Iterator[Row]:
    target = use.target
    if target is None:
        yield Row("pin", "none", "this is no reference that GitHub takes: OWNER/REPO/PATH@SHA")
        return
    commit = target.ref if target.is_commit else toolkit.releases.get(target.ref, "")
    if target.is_commit:
        yield Row("pin", "a full commit SHA")
        yield _release(commit, toolkit)
        yield from _comment(use.comment, toolkit.versions(commit))
    else:
        now = f"; now it is {commit}" if commit else ""
        yield Row("pin", target.ref, f"a branch, a tag or a short SHA can be moved{now}")
    if commit and toolkit.has(commit):
        yield from _runs(
            Row("runs", f"{toolkit.repository}/{target.path}".rstrip("/")),
            (commit, target.path),
            toolkit,
            set(),
        )
        yield from _installs(toolkit, commit)
    elif commit:
        yield Row("runs", "not known", "this clone does not have the commit")


def _release(commit: str, toolkit: Toolkit) -> Row:
    if versions := toolkit.versions(commit):
        return Row("release", ", ".join(versions))
    version, sha = newest(toolkit.releases)
    known = f"the newest release is {version}, {sha}" if version else "there is no release yet"
    if toolkit.has(commit):
        return Row("release", "none", f"a commit of the toolkit that was never released; {known}")
    return Row(
        "release", "none", f"newer than this clone, or no commit of the toolkit but of a fork; {known}"
    )


def _comment(comment: str, versions: list[str]) -> Iterator[Row]:
    if named := _VERSION.search(comment):
        told = f"v{named[1]}"
        yield Row("comment", told, "" if told in versions else "the commit is not that release")


def _runs(
    row: Row, place: tuple[str, str] | None, toolkit: Toolkit, seen: set[tuple[str, str]]
) -> Iterator[Row]:
    """Yield the row of an action or a workflow, then all that it uses; what was open before is not opened."""
    if place is None or place in seen:
        yield row
        return
    seen.add(place)
    try:
        used = list(dict.fromkeys(use for _, use in uses(toolkit.face(*place))))
        if used and row.depth == _DEPTH:
            raise YamlError("it uses actions more deeply than GitHub allows", 1)
    except YamlError as error:
        yield replace(row, fault=row.fault or f"line {error.line}: {error.message}")
        return
    yield row
    for use in used:
        fault, inner = _judge(use, place[0], toolkit)
        yield from _runs(Row("runs", str(use), fault, row.depth + 1), inner, toolkit, seen)


def _judge(use: Use, commit: str, toolkit: Toolkit) -> tuple[str, tuple[str, str] | None]:
    """Say what is wrong with a use inside the toolkit, and which file of which commit it leads to."""
    target = use.target
    if target is None:
        return "" if use.is_pinned_image else "not pinned: it can be anything on the day of the run", None
    if target.repository == OWN:
        return "", (commit, target.path)
    ours = target.repository == toolkit.repository.lower()
    if not target.is_commit:
        other = toolkit.releases.get(target.ref, "") if ours else ""
        return "not pinned by a full commit SHA", (other, target.path) if other else None
    if not ours:
        return "", None
    known = target.ref == commit or toolkit.versions(target.ref)
    return "" if known else "a commit that was never released", (target.ref, target.path)


def _installs(toolkit: Toolkit, commit: str) -> Iterator[Row]:
    for lock in toolkit.locks(commit):
        count = "1 package" if lock.packages == 1 else f"{lock.packages:,} packages"
        some = ", ".join(lock.loose[:_NAMED])
        fault = f"{len(lock.loose)} without a hash: {some}" if lock.loose else ""
        yield Row("installs", f"{lock.path}: {count}{'' if fault else ', all by hash'}", fault)

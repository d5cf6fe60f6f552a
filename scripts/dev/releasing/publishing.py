"""Publish a release with `gh`: a draft with all assets first, since a published one cannot be mended."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lockgate.errors import LockgateError, PlatformError
from lockgate.process import network, run
from lockgate.verify.releases import REPOSITORY

Gh = Callable[[Sequence[str]], str]
Sleep = Callable[[float], None]
_SECONDS = 300.0


def client(environment: Mapping[str, str]) -> Gh:
    """Give the way to start `gh` with the job's token; it raises PlatformError when `gh` fails."""
    given = {name: environment[name] for name in ("GH_TOKEN", "GH_HOST") if name in environment}

    def start(arguments: Sequence[str]) -> str:
        done = run(
            ["gh", *arguments], cwd=Path.cwd(), seconds=_SECONDS,
            env={**network(), **given, "GH_PROMPT_DISABLED": "1", "NO_COLOR": "1"},
        )  # fmt: skip
        if done.code != 0:
            raise _failed(
                f"gh {arguments[0]} {arguments[1]}: {done.stderr.decode('utf-8', 'replace').strip()}"
            )
        return done.stdout.decode()

    return start


def publish(
    version: str, commit: str, notes: Path, assets: Sequence[Path], gh: Gh, sleep: Sleep = time.sleep
) -> str:
    """Make the draft, compare what GitHub has of it, publish it, and give its address."""
    tag = f"v{version}"
    if _tagged(gh, tag) or _release(gh, tag):
        raise _failed(f"{tag} is there already")
    gh([
        "release", "create", tag, "--repo", REPOSITORY, "--draft", "--target", commit, "--title", tag,
        "--notes-file", str(notes), *map(str, assets),
    ])  # fmt: skip
    wanted = {file.name: f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}" for file in assets}
    if not _soon(lambda: _holds(_release(gh, tag), commit, wanted), sleep):
        raise _failed(f"the draft of {tag} is not what was sent")
    gh(["release", "edit", tag, "--repo", REPOSITORY, "--draft=false"])
    if not _soon(lambda: _tagged(gh, tag) == commit, sleep):
        raise _failed(f"{tag} does not lead to {commit}")
    if not _soon(lambda: _release(gh, tag).get("immutable") is True, sleep):
        raise _failed(f"{tag} is published, but not immutable", "turn on immutable releases in the settings")
    return str(_release(gh, tag).get("html_url"))


def _soon(holds: Callable[[], bool], sleep: Sleep) -> bool:
    """Ask until it holds, five times at most: GitHub's lists lag behind what was just written."""
    for _ in range(4):
        if holds():
            return True
        sleep(2.0)
    return holds()


def _holds(release: Mapping[str, Any], commit: str, assets: Mapping[str, str]) -> bool:
    there = {asset.get("name"): asset.get("digest") for asset in release.get("assets", [])}
    return there == assets and release.get("target_commitish") == commit


def _release(gh: Gh, tag: str) -> dict[str, Any]:
    """Give a release, a draft too, which only the list has; empty when there is none."""
    found = json.loads(gh(["api", f"repos/{REPOSITORY}/releases?per_page=100"]))
    return next((release for release in found if release.get("tag_name") == tag), {})


def _tagged(gh: Gh, tag: str) -> str:
    """Give what a tag leads to, "" when there is none."""
    found = json.loads(gh(["api", f"repos/{REPOSITORY}/git/matching-refs/tags/{tag}"]))
    return next((str(ref["object"]["sha"]) for ref in found if ref["ref"] == f"refs/tags/{tag}"), "")


def _failed(what: str, todo: str = "") -> LockgateError:
    return PlatformError(
        what,
        cause="an earlier attempt left something, or GitHub refused",
        todo=todo
        or "look at the Releases page, delete a draft that was left there, and run the workflow again",
    )

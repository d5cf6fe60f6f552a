"""Publishing, against a double of GitHub that keeps its rules: a published release is locked."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dev.releasing.publishing import client, publish
from lockgate.errors import PlatformError

COMMIT = "5f" * 20


@dataclass
class GitHub:
    """Know releases and tags; `damaged` and `mutable` make it misbehave."""

    releases: list[dict[str, Any]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    damaged: bool = False
    mutable: bool = False
    moved: str = ""
    late: int = 0
    slept: int = 0

    def sleep(self, seconds: float) -> None:
        assert seconds == 2.0
        self.slept += 1
        self.late -= 1

    def __call__(self, arguments: Sequence[str]) -> str:
        self.calls.append(" ".join(arguments[:2]))
        if arguments[0] == "api":
            return json.dumps(self._api(arguments[1]))
        assert arguments[3:5] == ["--repo", "lockgate/lockgate"]
        tag = arguments[2]
        if arguments[1] == "create":
            options, assets = arguments[5:12], [Path(file) for file in arguments[12:]]
            assert [options[n] for n in (0, 1, 3, 5)] == ["--draft", "--target", "--title", "--notes-file"]
            self.releases.append({
                "tag_name": tag, "draft": True, "target_commitish": options[2], "name": options[4],
                "body": Path(options[6]).read_text(), "assets": [self._asset(file) for file in assets],
                "immutable": False, "html_url": f"https://github.com/lockgate/lockgate/releases/tag/{tag}",
            })  # fmt: skip
        else:
            assert list(arguments[5:]) == ["--draft=false"]
            (release,) = [release for release in self.releases if release["tag_name"] == tag]
            release |= {"draft": False, "immutable": not self.mutable}
            self.tags[tag] = self.moved or release["target_commitish"]
        return ""

    def _api(self, path: str) -> object:
        if path == "repos/lockgate/lockgate/releases?per_page=100":
            return [] if self.late > 0 else self.releases
        prefix = path.removeprefix("repos/lockgate/lockgate/git/matching-refs/tags/")
        assert prefix != path
        return [
            {"ref": f"refs/tags/{tag}", "object": {"type": "commit", "sha": sha}}
            for tag, sha in self.tags.items()
            if tag.startswith(prefix)
        ]

    def _asset(self, file: Path) -> dict[str, str]:
        digest = hashlib.sha256(b"" if self.damaged else file.read_bytes()).hexdigest()
        return {"name": file.name, "digest": f"sha256:{digest}"}


@pytest.fixture
def built(tmp_path: Path) -> tuple[Path, list[Path]]:
    files = [tmp_path / name for name in ("notes.md", "SHA256SUMS", "lockgate-1.2.3.tar.gz")]
    for file in files:
        file.write_text(f"{file.name} of --help; `$(x)`")
    return files[0], files[1:]


def test_a_draft_with_all_assets_comes_first(built: tuple[Path, list[Path]]) -> None:
    github = GitHub(tags={"v1.2.30": "00" * 20, "v1.2.2": "00" * 20})
    assert (
        publish("1.2.3", COMMIT, *built, github, github.sleep)
        == "https://github.com/lockgate/lockgate/releases/tag/v1.2.3"
    )
    (release,) = github.releases
    assert (release["draft"], release["name"], release["body"]) == (
        False,
        "v1.2.3",
        "notes.md of --help; `$(x)`",
    )
    assert [asset["name"] for asset in release["assets"]] == ["SHA256SUMS", "lockgate-1.2.3.tar.gz"]
    assert github.tags["v1.2.3"] == COMMIT
    assert [call for call in github.calls if call.startswith("release")] == ["release create", "release edit"]


def test_github_may_be_late(built: tuple[Path, list[Path]]) -> None:
    github = GitHub(late=4)
    assert publish("1.2.3", COMMIT, *built, github, github.sleep).endswith("/v1.2.3")
    assert github.slept == 4
    never = GitHub(late=9)
    with pytest.raises(PlatformError, match=r"the draft of v1\.2\.3 is not what was sent"):
        publish("1.2.3", COMMIT, *built, never, never.sleep)


@pytest.mark.parametrize(
    ("github", "words", "published"),
    [
        (GitHub(tags={"v1.2.3": COMMIT}), "v1.2.3 is there already", False),
        (GitHub(releases=[{"tag_name": "v1.2.3", "draft": True}]), "v1.2.3 is there already", False),
        (GitHub(damaged=True), "the draft of v1.2.3 is not what was sent", False),
        (GitHub(moved="00" * 20), f"v1.2.3 does not lead to {COMMIT}", True),
        (GitHub(mutable=True), "v1.2.3 is published, but not immutable", True),
    ],
)
def test_what_goes_wrong_is_said(
    built: tuple[Path, list[Path]], github: GitHub, words: str, *, published: bool
) -> None:
    with pytest.raises(PlatformError, match=words):
        publish("1.2.3", COMMIT, *built, github, github.sleep)
    assert ("release edit" in github.calls) is published


def test_gh_gets_the_token_and_nothing_else_and_its_failure_is_an_error(tmp_path: Path) -> None:
    gh = tmp_path / "gh"
    gh.write_text('#!/bin/sh\n[ "$1" = fail ] && { echo why >&2; exit 1; }\necho "$*"; env\n')
    gh.chmod(0o755)
    start = client({"GH_TOKEN": "word", "GITHUB_TOKEN": "other", "SECRET": "third"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        said = start(["api", "x; y"])
        with pytest.raises(PlatformError, match="gh fail now: why"):
            start(["fail", "now"])
    assert said.splitlines()[0] == "api x; y"
    assert "GH_TOKEN=word" in said
    assert "other" not in said
    assert "third" not in said

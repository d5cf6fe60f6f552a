"""Hold a change of contract.json to the changelog, against what callers have now."""

import json
from collections.abc import Iterator

from dev.contracts import changes, entries, unsaid
from lockgate.errors import InputError
from lockgate.git import Git
from lockgate.verify.releases import newest, released

FILE, CHANGELOG = "contract.json", "CHANGELOG.md"
_MAIN = "refs/remotes/origin/main"
_MAX_BYTES = 16_000_000


def bases(git: Git, since: str = "") -> dict[str, str]:
    """Give the commits to compare with by their names: where HEAD left `since`, or main and the last release.

    It is empty where there is neither. Raise InputError when `since` names no commit.
    """
    head = git.resolve("HEAD")
    if since and not git.resolve(since):
        raise InputError(f"there is no commit {since}", cause="a typing error, or it was not fetched",
                         todo="name a commit, a branch or a tag")  # fmt: skip
    names = [since] if since else [_MAIN, newest(released(str(git.root)))[0]]
    commits = {name: git.resolve(name) for name in names if name}
    met = {name: git.merge_base(commit, head) for name, commit in commits.items() if commit and head}
    return {name: commit for name, commit in met.items() if commit}


def faults(git: Git, base: str) -> Iterator[str]:
    """Yield what the changelog owes to the callers of a commit; nothing to those who had no contract."""
    old, log = (git.show(base, name, _MAX_BYTES) for name in (FILE, CHANGELOG))
    if old is not None:
        now = (git.root / CHANGELOG).read_text(encoding="utf-8")
        found = changes(json.loads(old), json.loads((git.root / FILE).read_bytes()))
        yield from unsaid(found, entries((log or b"").decode(), now))

"""The time that a document of a commit bears, so that the same commit gives the same bytes."""

from datetime import UTC, datetime

from lockgate.errors import InputError
from lockgate.git import Git
from lockgate.untrusted import one_line


def time_of(git: Git | None, epoch: str, commit: str = "HEAD") -> datetime:
    """Give the time that `epoch` (SOURCE_DATE_EPOCH) says, else that of a commit, else now.

    https://reproducible-builds.org/specs/source-date-epoch/
    """
    given = epoch
    if not given and git and (found := git.resolve(commit)):
        given = git.ask("rev-list", "--max-count=1", "--timestamp", found).partition(" ")[0]
    if not given:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(given), UTC)
    except (OSError, OverflowError, ValueError) as error:
        raise InputError(
            f"SOURCE_DATE_EPOCH is `{one_line(given)[:80]}`",
            cause="it is no number of seconds since 1970",
            todo="set it to what `git log -1 --format=%ct` prints, or not at all",
        ) from error

"""What the fake GitHub holds, and how tests put it there."""

import io
import re
import warnings
import zipfile
from dataclasses import dataclass, field

REPOSITORY = "octo/app"
TOKEN = "ghs_" + "t0ken" * 7
SHA = "5f" * 20
FORK = {"id": 77, "owner": {"login": "stranger"}}
BOT = {"login": "github-actions[bot]", "type": "Bot"}


@dataclass
class Clock:
    """A time that passes only in sleep."""

    now: float = 1_800_000_000.0
    naps: list[float] = field(default_factory=list)

    def time(self):
        return self.now

    def sleep(self, seconds):
        self.naps.append(seconds)
        self.now += seconds


@dataclass
class Fault:
    """Answer a request so instead; `done` does what was asked all the same, `cut` closes the connection."""

    status: int = 502
    headers: dict = field(default_factory=dict)
    message: str = "Server Error"
    done: bool = False
    cut: bool = False


@dataclass
class State:
    """One repository; `faults` are by the number of the request, counted from 1.

    `next_host` makes the links to following pages lead elsewhere.
    """

    permissions: dict = field(
        default_factory=lambda: {"actions": "read", "checks": "write", "pull_requests": "write"}
    )
    clock: Clock = field(default_factory=Clock)
    runs: list = field(default_factory=list)
    artifacts: list = field(default_factory=list)
    blobs: dict = field(default_factory=dict)
    pulls: list = field(default_factory=list)
    comments: list = field(default_factory=list)
    files: list = field(default_factory=list)
    reviews: list = field(default_factory=list)
    review_comments: list = field(default_factory=list)
    check_runs: list = field(default_factory=list)
    faults: dict = field(default_factory=dict)
    blob_faults: list = field(default_factory=list)
    requests: list = field(default_factory=list)
    leaks: list = field(default_factory=list)
    remaining: int = 5000
    reset: int = 1_800_000_060
    next_host: str = ""
    ids: int = 1000

    def new_id(self):
        self.ids += 1
        return self.ids

    @property
    def shown(self):
        """Pairs of a file and the numbers of one hunk's new lines, as its header counts them."""
        for file in self.files:
            for start, count in re.findall(r"^@@ -\S+ \+(\d+),(\d+) @@", file.get("patch", ""), re.MULTILINE):
                yield file["filename"], range(int(start), int(start) + int(count))

    @property
    def commits(self):
        return {each["head_sha"] for each in self.runs}


def run(**changes):
    """Describe a run of a fork's pull request."""
    values = {
        "id": 9_000_000_001, "run_attempt": 1, "event": "pull_request", "status": "completed",
        "conclusion": "failure", "html_url": f"https://github.example/{REPOSITORY}/actions/runs/9000000001",
        "head_sha": SHA, "head_branch": "mend", "head_repository": FORK, "pull_requests": [],
    }  # fmt: skip
    return values | changes


def pull_request(number=12, **changes):
    values = {"number": number, "state": "open", "head": {"sha": SHA, "ref": "mend", "repo": FORK}}
    return values | changes


def artifact(data, **changes):
    """Describe an artifact and what is in it."""
    return {"name": "lockgate-report", "expired": False, "size_in_bytes": len(data), "data": data} | changes


def zipped(*files, method=zipfile.ZIP_DEFLATED):
    """Pack pairs of name and content, also two of one name."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", method) as archive:
        warnings.simplefilter("ignore")  # two of one name are what is wanted
        for name, data in files:
            archive.writestr(name, data)
    return stream.getvalue()

"""A made-up pull request on examples/shop, with a past: it mends, adds and passes a token on."""

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

from lockgate.publish.runs import Run
from lockgate.reports import history, verdict_json
from lockgate.reports.history import History
from lockgate.verdict import Verdict

ROOT = Path(__file__).resolve().parents[2]
_SHOP = ROOT / "examples" / "shop"
_LATER = ("deploy", ".github", "backend/orders", "frontend/scripts")
"""What the shop has not got from its first day: each goes in with a commit of its own."""

_WHEN = "2026-01-01T00:00:00Z"
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": _WHEN,
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_COMMITTER_DATE": _WHEN,
}  # fmt: skip

_MENDS = (
    ("backend/orders/passwords.py", "hashlib.md5(", "hashlib.sha256("),
    ("backend/catalog/feeds.py", "pictures.extractall(folder)", 'pictures.extractall(folder, filter="data")'),
)
_NEW = '''

def caption(picture: Path, text: str) -> None:
    """Write `text` below a picture."""
    subprocess.run(f"mogrify -gravity south -splice 0x32 -annotate 0 '{text}' {picture}", shell=True)


def fetch(address: str) -> bytes:
    """Get a supplier's picture."""
    return requests.get(address, verify=False).content
'''


class Sample:
    """Be that repository, in a new folder, with the reports of its runs beside it."""

    def __init__(self, folder: Path) -> None:
        self._repository = folder / "shop"
        self._past = folder / "past"
        self.report = folder / "report"
        self._repository.mkdir()
        self._git("init", "-q", "-b", "main")

    def run(self) -> tuple[Verdict, History, Run]:
        """Judge each commit of the past, then the change; give what the reports are made of."""
        for day, part in enumerate((".", *_LATER), 16):
            shutil.copytree(_SHOP / part, self._repository / part, ignore=_left_out, dirs_exist_ok=True)
            self._commit()
            self._lockgate("--all", "--output", str(self._past / f"2026-11-{day}"))
        head = self._change()
        self._lockgate("--base", "main", "--history", str(self._past), "--output", str(self.report))
        verdict = verdict_json.restore(verdict_json.read((self.report / "verdict.json").read_bytes()))
        address = "https://github.com/octo/shop/actions/runs/1"
        run = Run(
            id=1, run_attempt=1, event="pull_request", status="completed", conclusion="failure",
            html_url=address, head_sha=head, head_branch="pictures", head_repository=None,
        )  # fmt: skip
        return verdict, history.read(self._past), run

    def _change(self) -> str:
        self._git("switch", "-q", "-c", "pictures")
        for path, old, new in _MENDS:
            self._replace(path, old, new)
        self._replace(
            "backend/catalog/images.py", "import subprocess\n", "import subprocess\n\nimport requests\n"
        )
        images = self._repository / "backend/catalog/images.py"
        images.write_text(images.read_text(encoding="utf-8") + _NEW, encoding="utf-8")
        passed_on = self._repository / "deploy/pictures.env"
        password = sha256(b"nobody's").hexdigest()[:18]
        passed_on.write_text(f"DATABASE_URL=postgresql://shop:{password}@postgres.internal:5432/shop\n")
        self._commit()
        passed_on.unlink()
        return self._commit()

    def _replace(self, path: str, old: str, new: str) -> None:
        file = self._repository / path
        text = file.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{path} of the shop has no single {old!r}")
        file.write_text(text.replace(old, new), encoding="utf-8")

    def _commit(self) -> str:
        self._git("add", "-A")
        self._git("commit", "-q", "-m", "x")
        return self._git("rev-parse", "HEAD")

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 - no shell
            ["git", *arguments],  # noqa: S607 - the developer's own
            cwd=self._repository, env={**os.environ, **_ENVIRONMENT}, check=True,
            stdout=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip
        return done.stdout.strip()

    def _lockgate(self, *arguments: str) -> None:
        argv = [str(ROOT / "scripts" / "run"), "run", str(self._repository), *arguments]
        done = subprocess.run(argv, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - no shell
        if done.returncode not in (0, 1):
            raise RuntimeError(f"lockgate ended with {done.returncode}")


def _left_out(folder: str, names: list[str]) -> list[str]:
    """Leave out what comes later, and what is installed into the example."""
    here = Path(folder).relative_to(_SHOP)
    later = [name for name in names if (here / name).as_posix() in _LATER]
    return [*later, *({"node_modules", ".next", ".venv", "__pycache__"} & {*names})]

"""Small git checkouts, made by tests, with names and objects that git itself would not make."""

import os
import subprocess
from pathlib import Path
from subprocess import PIPE

WHEN = "2026-01-01T00:00:00Z"
ENVIRONMENT = {
    "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": WHEN,
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_COMMITTER_DATE": WHEN,
}  # fmt: skip


class Checkout:
    """Be a git checkout in a folder of its own."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        argv = ["git", "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(argv, cwd=self.root, env=ENVIRONMENT, input=stdin, stdout=PIPE, check=True)
        return os.fsdecode(done.stdout).strip()

    def write(self, path: str | bytes, data: str | bytes = "") -> Path:
        file = self.root / os.fsdecode(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return file

    def commit(self, files: "dict[str, str | bytes | None] | None" = None) -> str:
        """Commit all there is, after writing `files`, where None removes one; give the commit's hash."""
        for path in [path for path, data in (files or {}).items() if data is None]:
            self.git("rm", "-q", "--", f":(literal){path}")
        for path, data in (files or {}).items():
            if data is not None:
                self.write(path, data)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "::error::x")
        return self.git("rev-parse", "HEAD")

    def blob(self, data: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", stdin=data)

    def commit_of(self, *entries: tuple[str, str, bytes], parent: str = "") -> str:
        """Commit a tree of (mode, hash, name) that may be as hostile as can be."""
        width = len(self.blob(b"")) // 2
        tree = b"".join(
            mode.lstrip("0").encode() + b" " + name + b"\0" + bytes.fromhex(object_id)[:width]
            for mode, object_id, name in entries
        )
        made = self.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=tree)
        return self.git("commit-tree", made, *(("-p", parent) if parent else ()), "-m", "x")

    def tree_of(self, *entries: tuple[str, str, bytes]) -> str:
        return self.git("rev-parse", f"{self.commit_of(*entries)}^{{tree}}")


def listing(folder: Path) -> dict[str, tuple[object, ...]]:
    """Give all that a write would alter below a folder, `.git` included."""
    found: dict[str, tuple[object, ...]] = {}
    for path in (folder, *folder.rglob("*")):
        status = path.lstat()
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path)] = (status.st_mode, status.st_mtime_ns, status.st_size, status.st_ino, data)
    return found

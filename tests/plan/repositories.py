"""Real git repositories for the tests of the plan."""

import subprocess


class Repository:
    """A repository at `root`; `git` gives what git prints."""

    def __init__(self, root, *, start=True):
        self.root = root
        if start:
            root.mkdir(parents=True)
            self.git("init", "-q", "-b", "main")

    def git(self, *words):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false",
                    "-c", "protocol.file.allow=always"]  # fmt: skip
        done = subprocess.run(
            ["git", *identity, *words], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, **files):
        """Write files (`a` is `a.py`), commit everything, give the commit."""
        for name, text in files.items():
            (self.root / f"{name}.py").write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "words")
        return self.git("rev-parse", "HEAD")

    def write(self, path, text):
        """Write any file."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def clone(self, root, *words):
        """Clone it as actions/checkout would."""
        self.git("clone", "-q", *words, self.root.as_uri(), str(root))
        return Repository(root, start=False)

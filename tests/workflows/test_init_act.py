"""A fresh Django and Next.js repository: `lockgate init`, commit, and the workflow that it wrote runs."""

from pathlib import Path

import pytest

from checkouts import Checkout
from e2e.engine import FLAW, Machine
from workflows.act import EXPORT, OFFLINE, REPOSITORY, SHA, Caller, Json, Toolkit, toolkit

ZERO = "0" * 40
KEY = "django-insecure-" + "x7(v!h2k@m#9q$w4e^r6t&y8u*i1o-p3a_s5d=f"
# What `django-admin startproject` and `create-next-app` write, in short.
FRESH: dict[str, str | bytes | None] = {
    ".gitignore": "node_modules/\n.next/\n*.sqlite3\n",
    "backend/manage.py": (
        "#!/usr/bin/env python\nimport os\nimport sys\n\n\ndef main():\n"
        "    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
        "    from django.core.management import execute_from_command_line\n\n"
        "    execute_from_command_line(sys.argv)\n\n\nif __name__ == '__main__':\n    main()\n"
    ),
    "backend/requirements.txt": "Django==6.0\n",
    "backend/shop/__init__.py": "",
    "backend/shop/settings.py": f"SECRET_KEY = '{KEY}'\nDEBUG = True\nALLOWED_HOSTS = []\n",
    "backend/shop/urls.py": (
        "from django.contrib import admin\nfrom django.urls import path\n\n"
        "urlpatterns = [path('admin/', admin.site.urls)]\n"
    ),
    "frontend/app/layout.tsx": (
        "export default function RootLayout({ children }: { children: React.ReactNode }) {\n"
        '  return <html lang="en"><body>{children}</body></html>;\n}\n'
    ),
    "frontend/app/page.tsx": "export default function Home() {\n  return <main>Hello</main>;\n}\n",
    "frontend/next.config.ts": "export default {};\n",
    "frontend/package.json": '{"private": true, "dependencies": {"next": "16.0.0", "react": "19.0.0"}}\n',
    "frontend/tsconfig.json": '{"compilerOptions": {"strict": true, "jsx": "preserve"}}\n',
}
PASSED = {"plan": "success", "gates": "success", "gate": "success"}


class Adopter(Caller):
    """Be a repository with nothing of lockgate in it, but for what `lockgate init` writes."""

    def __init__(self, folder: Path, toolkit: Toolkit) -> None:
        self.folder, self.toolkit = folder, toolkit
        self.checkout = Checkout(folder / "repository")
        self.checkout.git("remote", "add", "origin", "https://github.com/caller/app")
        (folder / "decoys").mkdir()

    def adopt(self) -> str:
        """Run it, and answer what it wrote for sca: the one gate that would ask over the network."""
        machine = Machine(self.folder / "machine").with_oxlint()
        done = machine.run("init", str(self.checkout.root), "--yes", "--pin", SHA, "--repository", REPOSITORY)
        assert done.returncode == 0, done.stderr.decode()
        written = self.checkout.root / ".lockgate.yml"
        head, sca, rest = written.read_text().partition("\n  sca: ")
        assert sca
        _, secrets, tail = rest.partition("\n  secrets: ")
        written.write_text(f"{head}{sca}{OFFLINE}{secrets}{tail}")
        return done.stdout.decode()


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Toolkit:
    return toolkit(tmp_path_factory)


@pytest.fixture
def adopter(kit: Toolkit, tmp_path: Path) -> Adopter:
    return Adopter(tmp_path, kit)


def push(adopter: Adopter, before: str) -> Json:
    after = adopter.checkout.git("rev-parse", "HEAD")
    return {"ref": "refs/heads/main", "before": before, "after": after, "created": before == ZERO}


def test_init_commit_and_the_workflow_runs_the_first_time(adopter: Adopter) -> None:
    first = adopter.commit(FRESH | EXPORT)
    told = adopter.adopt()
    assert "Found: Python, TypeScript, Django in backend, Next.js in frontend" in told
    adopted = adopter.commit({})
    run = adopter.run("push", push(adopter, first))
    assert (run.code, run.jobs) == (0, PASSED), run.text
    assert run.outputs == {"verdict": "pass", "findings": "0"}
    assert run.verdict["base"] == first

    head = adopter.branch("topic", {"backend/shop/tasks.py": FLAW})
    adopter.merge(head)
    sides: Json = {"base": {"sha": adopted, "ref": "main"}, "head": {"sha": head, "ref": "topic"}}
    change: Json = {"number": 7, "action": "opened", "pull_request": {"number": 7} | sides}
    run = adopter.run("pull_request", change)
    assert run.jobs["gate"] == "failure", run.text
    assert run.outputs == {"verdict": "fail", "findings": "1"}


def test_a_repository_that_begins_with_it_runs_the_first_time_too(adopter: Adopter) -> None:
    assert "No commit yet" in adopter.adopt()
    adopter.commit(FRESH | EXPORT)
    run = adopter.run("push", push(adopter, ZERO))
    assert (run.code, run.jobs) == (0, PASSED), run.text
    assert {gate["name"]: gate["outcome"] for gate in run.verdict["gates"]} == {
        "lighthouse": "skipped", "migrations": "skipped", "sast": "passed", "sbom": "passed",
        "sca": "passed", "secrets": "passed",
    }  # fmt: skip
    assert run.verdict["base"] is None

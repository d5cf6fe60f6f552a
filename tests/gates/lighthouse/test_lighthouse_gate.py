"""Where the gate applies, and what it says where it does not."""

import sys
from pathlib import Path

import pytest

from gates.lighthouse.judged_site import SITE, Project, html
from lockgate.errors import ConfigurationError
from lockgate.gates.lighthouse import gate
from lockgate.gates.protocol import Applies

WEB = {f"web/{name}": text for name, text in SITE.items()}
NEXT = '{"dependencies": {"next": "15"}, "scripts": {"build": "next build"}}'


def asked(project: Project, **keys: object) -> Applies:
    task = project.task(**keys)
    return gate.applies(task.tree, task.configuration)


@pytest.mark.parametrize(
    ("base", "reason"), [("HEAD~1", "1 site in the change (plain)"), ("", "1 site (plain)")]
)
def test_a_site_that_the_change_may_alter(tmp_path: Path, base: str, reason: str) -> None:
    project = Project(tmp_path, WEB).change({"web/src/app.ts": "1"})
    assert asked(project, base=base, directory="web/out") == Applies(1, reason, alone=True)


def test_a_change_elsewhere(tmp_path: Path) -> None:
    project = Project(tmp_path, WEB).change({"README.md": "x"})
    assert asked(project, directory="web/out") == Applies(0, "no site in the change")


def test_a_repository_without_a_site(tmp_path: Path) -> None:
    project = Project(tmp_path, {"index.html": html(), "app.py": "x"}).change({"README.md": "x"})
    assert asked(project, directory="") == Applies(0, "no site in the change")
    assert asked(project, directory="", base="") == Applies(0, "no site")


def test_one_that_is_not_built_is_said(tmp_path: Path) -> None:
    project = Project(tmp_path, {"web/package.json": NEXT}).change({"web/app.ts": "x"})
    told = asked(project, directory="")
    assert told.files == 0
    assert (
        told.reason == "no site: web/package.json makes a site with next, and web/out has no index.html yet"
    )


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ({"urls": ("https://example.com/",)}, "urls"),
        ({"start": "npm start", "ready": "http://127.0.0.1:3000/"}, "start"),
    ],
)
def test_what_is_named_applies_to_any_change(tmp_path: Path, keys: dict[str, object], kind: str) -> None:
    project = Project(tmp_path, {"a.py": "x"}).change({"a.py": "y"})
    assert asked(project, directory="", **keys).reason == f"1 site in the change ({kind})"


def test_keys_that_contradict_each_other_end_the_plan(tmp_path: Path) -> None:
    project = Project(tmp_path).change({"a.py": "y"})
    with pytest.raises(ConfigurationError, match="has both `directory` and `urls`"):
        asked(project, urls=("https://example.com/",))


def test_a_plan_loads_nothing_that_measures() -> None:
    loaded = "import sys; import lockgate.gates.lighthouse.gate; print(*sys.modules)"
    from lockgate.process import run  # noqa: PLC0415 - the names of this module are what is tested

    done = run(
        [sys.executable, "-c", loaded], cwd=Path("/"), seconds=60, env={"PYTHONPATH": ":".join(sys.path)}
    )
    names = done.stdout.decode().split()
    assert "lockgate.gates.lighthouse.gate" in names
    assert not {"lockgate.gates.lighthouse.judging", "requests", "brotli"} & set(names)

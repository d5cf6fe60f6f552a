import os
import subprocess
from pathlib import Path

import pytest

from checkouts import Checkout
from lockgate.errors import InputError, PlatformError
from lockgate.hook import STARTER, install


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))  # no setting of this user's git
    return Checkout(tmp_path / "r")


def test_the_starter_is_there():
    assert os.access(STARTER, os.X_OK)


def test_the_hook_runs_the_starter_whatever_its_name(checkout, tmp_path):
    starter = tmp_path / "it's $(here)" / "run"
    starter.parent.mkdir()
    starter.write_text('#!/bin/sh\necho "<$*>"\nexit 3\n')
    starter.chmod(0o755)
    said = install(checkout.root, starter)
    hook = checkout.root / ".git" / "hooks" / "pre-commit"
    assert said == f"{hook} judges what is staged from now on"
    done = subprocess.run([hook], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (3, "<hook>\n")


def test_git_runs_it(checkout, tmp_path):
    starter = tmp_path / "run"
    starter.write_text("#!/bin/sh\nexit 1\n")
    starter.chmod(0o755)
    install(checkout.root, starter)
    with pytest.raises(subprocess.CalledProcessError):
        checkout.commit({"a": "x"})


def test_again_is_no_error_and_changes_nothing(checkout):
    install(checkout.root)
    hook = checkout.root / ".git" / "hooks" / "pre-commit"
    before = hook.stat()
    assert install(checkout.root) == f"{hook} is this hook already"
    assert hook.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("link", [False, True])
def test_another_hook_is_never_overwritten(checkout, tmp_path, link):
    hook = checkout.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    if link:
        hook.symlink_to(tmp_path / "nowhere")
    else:
        hook.write_text("#!/bin/sh\n# mine\n")
    with pytest.raises(InputError) as caught:
        install(checkout.root)
    assert str(hook) in caught.value.what
    assert f"add `{STARTER} hook` to its pre-commit" in caught.value.todo
    assert not (tmp_path / "nowhere").exists()
    assert link or hook.read_text() == "#!/bin/sh\n# mine\n"


def test_a_setting_that_leads_to_other_hooks_is_named(checkout):
    checkout.git("config", "core.hooksPath", "team/hooks")
    with pytest.raises(InputError, match=r"`core\.hooksPath` leads to team/hooks"):
        install(checkout.root)
    assert not (checkout.root / "team").exists()
    assert not (checkout.root / ".git" / "hooks" / "pre-commit").exists()


def test_a_linked_worktree_shares_the_hooks(checkout, tmp_path):
    checkout.commit({"a": "x"})
    checkout.git("worktree", "add", "-q", str(tmp_path / "linked"))
    hook = checkout.root / ".git" / "hooks" / "pre-commit"
    assert install(tmp_path / "linked") == f"{hook} judges what is staged from now on"
    assert hook.is_file()


def test_no_checkout_and_no_folder_for_hooks(checkout, tmp_path):
    with pytest.raises(InputError, match="no git checkout"):
        install(Path("/"))
    folder = checkout.root / ".git" / "hooks"
    if folder.exists():
        folder.rename(tmp_path / "hooks")
    folder.write_text("a file")
    with pytest.raises(PlatformError, match="cannot be written"):
        install(checkout.root)

from pathlib import Path

import pytest

from checkouts import Checkout
from lockgate.errors import InputError
from lockgate.verify.callers import collect
from lockgate.verify.uses import Use

SHA = "5f" * 20
USE = f"lockgate/lockgate@{SHA}"


@pytest.fixture
def caller(tmp_path: Path) -> Checkout:
    checkout = Checkout(tmp_path / "caller")
    checkout.write(".github/workflows/a.yml", f"a:\n  uses: {USE} # v1.0.0\nb: {{uses: x/y@z}}\n")
    checkout.write(
        ".github/workflows/b.yaml", f"a: [{{uses: LockGate/lockgate/actions/sast@v1}}, {{uses: {USE}}}]"
    )
    checkout.write(".github/actions/own/action.yml", f"a:\n  uses: {USE} # v1.0.0\n")
    checkout.write(".github/workflows/notes.md", "no: 1\n}")
    return checkout


def test_all_workflows_and_actions_of_the_checkout_are_read(caller: Checkout) -> None:
    assert collect([], caller.root / ".github", "lockgate/lockgate") == {
        Use(USE, "v1.0.0"): [".github/workflows/a.yml:2", ".github/actions/own/action.yml:2"],
        Use("LockGate/lockgate/actions/sast@v1"): [".github/workflows/b.yaml:1"],
        Use(USE): [".github/workflows/b.yaml:1"],
    }


def test_files_and_references_can_be_named(caller: Checkout) -> None:
    file = str(caller.root / ".github/workflows/a.yml")
    assert collect([file, "acme/copy@x"], caller.root, "acme/copy") == {
        Use("acme/copy@x"): ["the command line"]
    }
    assert collect([file], Path("/"), "lockgate/lockgate") == {Use(USE, "v1.0.0"): [f"{file}:2"]}


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (["nowhere.yml"], "nowhere.yml cannot be read: No such file"),
        (["x/y@z"], "x/y@z is neither a file nor a use of lockgate/lockgate"),
        ([USE, "x/y@z"], "x/y@z is neither"),
        (["{root}/.github/workflows/notes.md"], "notes.md:2 cannot be read"),
        (["{root}/.github"], "github cannot be read: not a regular file"),
        (["{root}/link.yml"], "link.yml cannot be read"),
        (["{root}/large.yml"], "large.yml cannot be read: larger than 1 MB"),
        (["{root}/binary.yml"], "binary.yml:1 cannot be read: it is a binary file"),
        (["{root}/other.yml"], "lockgate/lockgate is not used in"),
    ],
)
def test_nothing_is_passed_over(caller: Checkout, what: list[str], words: str) -> None:
    caller.write("large.yml", f"a: {'x' * 1_000_000}")
    caller.write("binary.yml", b"a: \0")
    caller.write("other.yml", "uses: lockgate/lockgate-other@x")
    (caller.root / "link.yml").symlink_to(caller.root / ".github/workflows/a.yml")
    with pytest.raises(InputError, match=words):
        collect([word.format(root=caller.root) for word in what], caller.root, "lockgate/lockgate")


def test_a_workflow_of_the_checkout_that_cannot_be_read_is_an_error(caller: Checkout) -> None:
    caller.write(".github/workflows/c.yml", "a: 1\n}")
    with pytest.raises(InputError, match=r"workflows/c\.yml:2 cannot be read"):
        collect([], caller.root, "lockgate/lockgate")


def test_no_use_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not used in the workflows and actions here"):
        collect([], tmp_path, "lockgate/lockgate")

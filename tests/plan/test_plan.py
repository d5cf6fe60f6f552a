from contextlib import closing

import pytest

from lockgate.cache import Cache
from lockgate.errors import ExitCode, InputError, PlatformError
from lockgate.gates import GATES
from lockgate.gates.protocol import Applies
from lockgate.inputs import Options
from lockgate.plan import _planned, make
from plan.repositories import Repository


@pytest.fixture
def plan(tmp_path):
    def planned(path, environment=None, **options):
        with closing(Cache(None)) as cache:
            return make(Options(path=path, **options), environment or {}, cache, tmp_path / "workspace")

    return planned


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path.resolve() / "repo")


def test_each_gate_says_why_it_runs_or_not(plan, repository):
    repository.write(".lockgate.yml", "gates: {secrets: {enabled: false}}\n")
    head = repository.commit()
    made = plan(repository.root)
    assert [(gate.gate.NAME, gate.runs, gate.reason) for gate in made.gates] == [
        ("lighthouse", False, "no site"),
        ("migrations", False, "no migration"),
        ("sast", False, "no Python, JavaScript or TypeScript file"),
        ("sbom", False, "no lock file"),
        ("sca", False, "no lock file"),
        ("secrets", False, "disabled in .lockgate.yml"),
    ]
    assert (made.head, made.dirty, made.prefix) == (head, False, "")


class Stopwatch:
    NAME = "sast"

    def applies(self, tree, configuration):
        return Applies(2, "2 pages", 7.0, alone=True)


def test_a_gate_that_measures_time_says_so(plan, repository):
    repository.commit()
    made = plan(repository.root)
    assert {gate.alone for gate in made.gates if gate.gate.NAME != "lighthouse"} == {False}
    one = _planned(Stopwatch(), made.tree, made.settled)
    assert (one.files, one.reason, one.seconds, one.alone) == (2, "2 pages", 7.0, True)


def test_a_change(plan, repository):
    base = repository.commit(a="x = 1\n", b="x = 1\n")
    repository.commit(a="x = 2\n")
    made = plan(repository.root, base=base)
    assert (made.base.commit, made.tree.changed) == (base, frozenset({"a.py"}))
    assert [source.path for source in made.tree.head] == ["a.py"]
    assert {gate.gate.NAME: gate.work for gate in made.gates}["sast"] == 1
    repository.write("b.py", "x = 3\n")
    assert plan(repository.root, base=base).dirty


def test_a_folder_in_a_checkout(plan, repository):
    repository.write("app/web/a.py", "x = 1\n")
    repository.write("b.py", "x = 1\n")
    repository.commit()
    made = plan(repository.root / "app" / "web", all=True)
    assert (made.prefix, [source.path for source in made.tree.head]) == ("app/web", ["app/web/a.py"])


def test_a_folder_that_is_no_checkout(plan, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.py").write_text("x = 1\n")
    made = plan(tmp_path / "folder")
    assert (made.head, made.dirty, made.base.commit, made.base.why) == ("", False, None, "not a git checkout")
    assert [source.path for source in made.tree.head] == ["a.py"]


def test_an_empty_repository(plan, repository):
    made = plan(repository.root)
    assert (made.head, made.base.why, made.tree.head) == ("", "no commit yet", ())


def test_a_link_to_a_checkout(plan, repository, tmp_path):
    head = repository.commit(a="x = 1\n")
    (tmp_path / "alias").symlink_to(repository.root)
    assert plan(tmp_path / "alias").head == head


@pytest.mark.parametrize("name", ["nowhere", "a" * 5_000, "a\0b", "loop", "file"])
def test_what_is_no_folder(plan, tmp_path, name):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as caught:
        plan(tmp_path / name)
    assert caught.value.exit_code is ExitCode.BAD_INPUT
    assert caught.value.what.endswith("is not a folder")


def test_gates_are_chosen_by_name(plan, tmp_path):
    assert [gate.gate.NAME for gate in plan(tmp_path).gates] == [gate.NAME for gate in GATES]
    assert [gate.gate.NAME for gate in plan(tmp_path, gates=("secrets", "sast")).gates] == ["sast", "secrets"]
    assert [gate.gate.NAME for gate in plan(tmp_path, gates=("secrets",)).gates] == ["secrets"]


@pytest.mark.parametrize(("name", "near"), [("secret", "secrets"), ("sats", "sast"), ("sasst", "sast")])
def test_an_unknown_gate_names_the_nearest(plan, tmp_path, name, near):
    with pytest.raises(InputError) as caught:
        plan(tmp_path, gates=("sast", name))
    assert caught.value.what == f"there is no gate `{name}`"
    assert caught.value.todo.startswith(f"did you mean `{near}`? Gates: ")


def test_an_unknown_gate_like_none(plan, tmp_path):
    with pytest.raises(InputError) as caught:
        plan(tmp_path, gates=("x" * 1_000,))
    assert caught.value.todo == f"Gates: {', '.join(gate.NAME for gate in GATES)}"
    assert len(caught.value.what) < 120


def test_an_event_whose_file_is_lost_stops_a_pull_request(plan, repository):
    repository.commit(a="x = 1\n")
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": "/nowhere",
    }
    with pytest.raises(PlatformError):
        plan(repository.root, environment)
    assert plan(repository.root, environment, all=True).base.commit is None

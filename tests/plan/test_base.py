import pytest

from lockgate.errors import ExitCode, InputError, PlatformError
from lockgate.event import EventBase
from lockgate.git import find
from lockgate.inputs import Options
from lockgate.plan.base import Base, choose
from plan.repositories import Repository

NONE = EventBase("", "the event schedule compares with nothing")


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "repo")


def chosen(repository, event=None, **options):
    return choose(find(repository.root), Options(path=repository.root, **options), event)


def refused(repository, event=None, **options):
    with pytest.raises(PlatformError) as caught:
        chosen(repository, event, **options)
    assert caught.value.exit_code is ExitCode.PLATFORM
    return caught.value


def test_all_compares_with_nothing(repository):
    repository.commit()
    event = EventBase("nowhere", "words")
    assert chosen(repository, event, all=True) == Base(None, "everything was asked for")


def test_a_folder_without_git():
    options = Options(path=".")
    assert choose(None, options, EventBase("x", "y")) == Base(None, "not a git checkout")
    with pytest.raises(PlatformError) as caught:
        choose(None, Options(path=".", base="main"), None)
    assert caught.value.cause == "not a git checkout"


def test_an_empty_repository(repository):
    assert chosen(repository) == Base(None, "no commit yet")
    assert refused(repository, base="main").cause == "no commit yet"


class TestGiven:
    def test_it_is_where_the_head_left_it(self, repository):
        start = repository.commit(a="1")
        repository.git("switch", "-q", "-c", "work")
        repository.commit(b="1")
        repository.git("switch", "-q", "main")
        later = repository.commit(c="1")
        repository.git("switch", "-q", "work")
        assert chosen(repository, base="main") == Base(start, "`main`")
        assert chosen(repository, EventBase(later, "words"), base=start[:10]).commit == start
        repository.git("tag", "-a", "-m", "words", "v1", "main")
        assert chosen(repository, base="v1").commit == start

    def test_unrelated_histories_are_compared_directly(self, repository):
        start = repository.commit(a="1")
        repository.git("switch", "-q", "--orphan", "alone")
        repository.commit(b="1")
        assert chosen(repository, base="main").commit == start

    @pytest.mark.parametrize("revision", ["nowhere", "--help", "main:a.py", "0" * 40, "a b", "\n"])
    def test_what_is_no_commit_here(self, repository, revision):
        repository.commit(a="1")
        error = refused(repository, base=revision)
        assert error.cause == "there is no such commit here"
        assert revision in error.what

    def test_a_shallow_clone_is_told_how_to_be_deep(self, repository, tmp_path):
        start = repository.commit(a="1")
        repository.commit(a="2")
        shallow = repository.clone(tmp_path / "shallow", "--depth", "1")
        error = refused(shallow, base=start)
        assert error.cause == "the clone is shallow"
        assert "`fetch-depth: 0`" in error.todo

    def test_so_is_one_where_the_histories_do_not_meet(self, repository, tmp_path):
        repository.commit(a="1")
        repository.git("switch", "-q", "-c", "work")
        repository.commit(b="1")
        repository.git("switch", "-q", "main")
        repository.commit(c="1")
        shallow = repository.clone(tmp_path / "shallow", "--depth", "1", "--no-single-branch", "-b", "work")
        error = refused(shallow, base="origin/main")
        assert "shallow" in error.cause
        assert "cut off" in error.cause

    def test_so_is_one_that_lacks_commits_of_the_change(self, repository, tmp_path):
        repository.commit(a="1")
        repository.git("switch", "-q", "-c", "work")
        for text in "123":
            repository.commit(b=text)
        repository.git("switch", "-q", "main")
        later = repository.commit(theirs="1")
        repository.git("merge", "-q", "--no-ff", "-m", "words", "work")
        shallow = repository.clone(tmp_path / "shallow", "--depth", "3")
        assert "commits of the change are cut off" in refused(shallow, base=later).cause
        deep = repository.clone(tmp_path / "deep", "--depth", "9")
        assert chosen(deep, base=later).commit == later


class TestEvent:
    def test_a_push_compares_with_the_commit_before(self, repository):
        start = repository.commit(a="1")
        repository.commit(a="2")
        assert chosen(repository, EventBase(start, "the commit before the push")) == Base(
            start, "the commit before the push"
        )

    def test_one_that_compares_with_nothing(self, repository):
        repository.commit(a="1")
        assert chosen(repository, NONE) == Base(None, NONE.why)

    def test_one_that_is_lost_is_an_error_and_not_a_run_by_the_heads_configuration(self, repository):
        start = repository.commit(a="1")
        lost = EventBase("", "the pull request's base", lost=True)
        error = refused(repository, lost)
        assert error.what == "the event does not name the pull request's base"
        assert chosen(repository, lost, base=start).commit == start
        assert chosen(repository, lost, all=True).commit is None

    def test_its_commit_is_not_here(self, repository):
        repository.commit(a="1")
        assert refused(repository, EventBase("ab" * 20, "words")).cause == "there is no such commit here"

    def pull(self, repository):
        """A pull request, and the merge that GitHub makes of it after the base went on."""
        start = repository.commit(a="1")
        repository.git("switch", "-q", "-c", "work")
        head = repository.commit(b="1")
        repository.git("switch", "-q", "main")
        later = repository.commit(theirs="1")
        repository.git("switch", "-q", "--detach")
        repository.git("merge", "-q", "--no-ff", "-m", "words", "work")
        return start, head, later

    def test_what_others_merged_meanwhile_is_not_the_pull_requests(self, repository):
        start, head, later = self.pull(repository)
        assert chosen(repository, EventBase(start, "words", head=head)).commit == later

    def test_only_a_merge_of_its_very_head_moves_the_base(self, repository):
        start, head, _ = self.pull(repository)
        assert chosen(repository, EventBase(start, "words")).commit == start
        repository.git("switch", "-q", "--detach", head)
        assert chosen(repository, EventBase(start, "words", head=head)).commit == start

    @pytest.mark.parametrize("missing", [True, False])
    def test_a_checkout_without_the_head_is_refused(self, repository, missing):
        start, head, later = self.pull(repository)
        repository.git("switch", "-q", "--detach", later)
        with pytest.raises(PlatformError, match="does not hold the pull request's head") as refused:
            chosen(repository, EventBase(start, "words", head="ab" * 20 if missing else head))
        assert "pull_request_target" in refused.value.cause

    def test_a_merge_into_something_else_does_not(self, repository):
        _, head, later = self.pull(repository)
        repository.git("switch", "-q", "--orphan", "alone")
        repository.commit(c="1")
        repository.git("merge", "-q", "--allow-unrelated-histories", "-m", "words", "work")
        assert repository.git("rev-parse", "HEAD^2") == head
        fork = repository.git("merge-base", later, "HEAD")
        assert chosen(repository, EventBase(later, "words", head=head)).commit == fork


class TestBranch:
    def test_on_the_default_branch_everything_counts(self, repository):
        repository.commit(a="1")
        repository.write("a.py", "2")
        assert chosen(repository) == Base(None, "on the default branch, main")

    def test_another_branch_compares_with_where_it_began(self, repository):
        start = repository.commit(a="1")
        repository.git("switch", "-q", "-c", "work")
        repository.commit(a="2")
        assert chosen(repository) == Base(start, "where it left main")
        repository.git("switch", "-q", "--detach")
        assert chosen(repository) == Base(start, "where it left main")

    def test_a_fresh_branch_compares_once_something_differs(self, repository):
        start = repository.commit(a="1")
        repository.git("switch", "-q", "-c", "work")
        assert chosen(repository) == Base(None, "nothing differs from main")
        repository.write("new.py", "1")
        assert chosen(repository).commit == start
        (repository.root / "new.py").unlink()
        repository.write("a.py", "2")
        assert chosen(repository).commit == start

    def test_the_remotes_default_branch_comes_first(self, repository, tmp_path):
        repository.commit(a="1")
        repository.git("branch", "-m", "trunk")
        clone = repository.clone(tmp_path / "clone")
        start = clone.git("rev-parse", "HEAD")
        assert chosen(clone) == Base(None, "on the default branch, trunk")
        clone.git("switch", "-q", "-c", "main")
        clone.commit(b="1")
        assert chosen(clone) == Base(start, "where it left origin/trunk")

    def test_no_default_branch(self, repository):
        repository.commit(a="1")
        repository.git("branch", "-m", "other")
        assert chosen(repository) == Base(None, "no default branch to compare with")

    def test_no_common_history(self, repository):
        repository.commit(a="1")
        repository.git("switch", "-q", "--orphan", "alone")
        repository.commit(b="1")
        assert chosen(repository) == Base(None, "no common history with main")


def test_a_change_that_is_asked_for_and_is_none_is_an_error(repository):
    start = repository.commit(a="1")
    with pytest.raises(InputError) as caught:
        chosen(repository, NONE, change=True)
    assert caught.value.what == f"there is no base to compare with: {NONE.why}"
    assert chosen(repository, change=True, base=start).commit == start

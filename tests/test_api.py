"""The client of GitHub's API against a GitHub on loopback."""

import pytest
import requests

from fake_github import REPOSITORY, TOKEN, FakeGitHub, Fault, artifact, client, pull_request, run
from lockgate.api import ApiError, Client, Pace, UnclearError
from lockgate.errors import InputError, LockgateError, PlatformError

COMMENT = {"body": "words"}


@pytest.fixture
def github():
    with FakeGitHub() as served:
        served.state.runs = [run()]
        served.state.pulls = [pull_request()]
        yield served


def read(github, **options):
    return client(github, **options).get(dict, "actions", "runs", 9_000_000_001)


def write(github, **options):
    return client(github, **options).post(dict, "issues", 12, "comments", body=COMMENT)


def test_it_reads(github):
    assert read(github)["head_branch"] == "mend"
    assert github.state.requests == [f"GET /repos/{REPOSITORY}/actions/runs/9000000001"]
    assert github.state.clock.naps == []


@pytest.mark.parametrize("number", [1, 99, 100, 101, 250])
def test_it_reads_all_pages(github, number):
    github.state.comments = [{"id": each, "issue": 12, "body": "x"} for each in range(number)]
    pages = list(client(github).pages(list[dict], "issues", 12, "comments"))
    assert [each["id"] for page in pages for each in page] == list(range(number))
    assert len(github.state.requests) == -(-number // 100)


def test_it_goes_to_no_other_host_for_the_next_page(github):
    github.state.comments = [{"id": each, "issue": 12, "body": "x"} for each in range(101)]
    with FakeGitHub() as other:
        github.state.next_host = other.url
        with pytest.raises(ApiError, match="not what GitHub documents"):
            list(client(github).pages(list[dict], "issues", 12, "comments"))
        assert len(github.state.requests) == 1
        assert other.state.requests == []


@pytest.mark.parametrize(
    ("fault", "naps"),
    [
        (Fault(500), [1.0]),
        (Fault(502), [1.0]),
        (Fault(cut=True), [1.0]),
        (Fault(403, {"Retry-After": "7"}, "You have exceeded a secondary rate limit."), [7.0]),
        (Fault(429, {"Retry-After": "0"}), [1.0]),
        (Fault(403, message="You have exceeded a secondary rate limit."), [60.0]),
        (Fault(429), [60.0]),
    ],
)
def test_a_read_is_repeated(github, fault, naps):
    github.state.faults = {1: fault}
    assert read(github)["id"] == 9_000_000_001
    assert github.state.clock.naps == naps


def test_it_backs_off_further_each_time_and_gives_up(github):
    github.state.faults = {number: Fault(503) for number in range(1, 99)}
    with pytest.raises(ApiError, match="503") as caught:
        read(github)
    assert github.state.clock.naps == [1.0, 2.0, 4.0, 8.0]
    assert caught.value.status == 503
    assert len(github.state.requests) == 5


def test_it_waits_for_the_reset_of_the_primary_limit(github):
    github.state.remaining = 0
    assert write(github)["id"]
    assert github.state.clock.naps == [61.0]
    assert len(github.state.comments) == 1


def test_it_does_not_wait_for_ever(github):
    github.state.remaining, github.state.reset = 0, int(github.state.clock.now) + 3000
    with pytest.raises(ApiError, match="API rate limit exceeded"):
        read(github)
    assert github.state.clock.naps == []
    github.state.faults = {number: Fault(429, {"Retry-After": "100"}) for number in range(2, 99)}
    with pytest.raises(ApiError, match="429"):
        read(github)
    assert sum(github.state.clock.naps) == 600.0


@pytest.mark.parametrize("limit", [Fault(403, {"Retry-After": "5"}), Fault(429, {"Retry-After": "5"})])
def test_a_write_that_a_limit_stopped_is_repeated(github, limit):
    github.state.faults = {1: limit}
    write(github)
    assert [each["body"] for each in github.state.comments] == ["words"]


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("cut", [True, False])
def test_a_write_that_may_have_been_done_is_not_repeated(github, done, cut):
    github.state.faults = {1: Fault(done=done, cut=cut)}
    with pytest.raises(UnclearError):
        write(github)
    assert len(github.state.requests) == 1
    assert len(github.state.comments) == int(done)


def test_a_second_lies_between_two_writes(github):
    asked = client(github)
    for _ in range(3):
        asked.post(dict, "issues", 12, "comments", body=COMMENT)
    assert github.state.clock.naps == [1.0, 1.0]


def test_what_is_gone_already_can_be_deleted(github):
    client(github).delete("issues", "comments", 4711)
    assert len(github.state.requests) == 1


@pytest.mark.parametrize(
    ("permissions", "what", "todo"),
    [
        ({"pull_requests": "read"}, "403 to POST", "`pull-requests: write`"),
        ({}, "403 to POST", "`pull-requests: write`"),
    ],
)
def test_a_missing_permission_to_write_is_named(github, permissions, what, todo):
    github.state.permissions = permissions
    with pytest.raises(ApiError, match=what) as caught:
        write(github)
    assert todo in caught.value.todo
    assert "lacks a permission" in caught.value.cause


def test_a_missing_permission_to_read_is_named(github):
    github.state.permissions = {}
    with pytest.raises(ApiError, match="404") as caught:
        read(github)
    assert "`actions: read, checks: write, pull-requests: write`" in caught.value.todo


def test_a_wrong_token_is_refused_and_shown_nowhere(github):
    wrong = "ghs_wr0ng"
    with pytest.raises(ApiError, match="401") as caught:
        read(github, token=wrong)
    assert wrong not in str(caught.value)


@pytest.mark.parametrize("token", ["", "gh s", "ghs\nX-Evil: 1", "\u00e9"])
def test_what_is_no_token_is_refused_unseen(github, token):
    with pytest.raises(InputError, match="no token") as caught:
        read(github, token=token)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize("repository", ["", "octo", "octo/", "../x", "octo/..", "octo/."])
def test_what_is_no_repository_is_refused(github, repository):
    with pytest.raises(InputError):
        read(github, repository=repository)


def test_no_segment_of_a_path_leads_elsewhere(github):
    asked = client(github)
    asked.get(dict, "commits", "a/../../../user?x=1#", "check-runs")
    assert github.state.requests == [
        f"GET /repos/{REPOSITORY}/commits/a%2F..%2F..%2F..%2Fuser%3Fx%3D1%23/check-runs"
    ]
    with pytest.raises(InputError):
        asked.get(dict, "commits", "..")


def test_what_the_server_says_is_only_ever_text(github):
    said = "::error::x\n##[error]\u202ey" + "z" * 999
    github.state.faults = {1: Fault(422, message=said)}
    with pytest.raises(ApiError) as caught:
        write(github)
    assert "\u202e" not in caught.value.what
    assert "\n" not in caught.value.what
    assert len(caught.value.what) < 300


def test_an_answer_of_another_form_is_an_error(github):
    with pytest.raises(ApiError, match="not what GitHub documents"):
        client(github).get(list[int], "actions", "runs", 9_000_000_001)


def test_a_server_that_is_not_there_is_an_error(github):
    with pytest.raises(ApiError, match="no answer from GitHub") as caught:
        read(github, url="http://127.0.0.1:9")
    assert isinstance(caught.value, PlatformError)


def downloaded(github, limit=1000):
    return client(github).download("actions", "artifacts", 5, "zip", limit=limit)


def test_the_token_does_not_follow_to_the_store(github, tmp_path, monkeypatch):
    github.state.artifacts = [artifact(b"PK", id=5)]
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    session = requests.Session()  # reads .netrc, as any does
    asked = Client(session, Pace(), url=github.url, token=TOKEN, repository=REPOSITORY)
    assert asked.download("actions", "artifacts", 5, "zip", limit=1000) == b"PK"
    assert github.state.leaks == []


def test_the_store_sees_a_token_that_does_follow(github):
    github.state.blobs["/blob/5"] = b"PK"
    requests.get(f"{github.blobs}/blob/5", headers={"Authorization": "x"}, timeout=9)
    assert github.state.leaks == ["/blob/5"]


def test_a_download_ends_at_its_limit(github):
    github.state.artifacts = [artifact(b"x" * 1000, id=5)]
    assert len(downloaded(github)) == 1000
    github.state.artifacts[0]["data"] += b"x" * 10_000_000
    with pytest.raises(PlatformError, match="larger than 1,000 bytes"):
        downloaded(github)


def test_a_download_is_repeated_from_a_new_address(github):
    github.state.artifacts = [artifact(b"PK", id=5)]
    github.state.blob_faults = [Fault(503), Fault(cut=True), Fault(403)]
    assert downloaded(github) == b"PK"
    assert len(github.state.requests) == 4


def test_the_signed_address_is_shown_nowhere(github):
    github.state.artifacts = [artifact(b"PK", id=5)]
    github.state.blob_faults = [Fault(503)] * 9
    with pytest.raises(LockgateError) as caught:
        downloaded(github)
    assert "s3cret" not in str(caught.value)


def test_an_expired_artifact_is_an_error_that_says_so(github):
    github.state.artifacts = [artifact(b"PK", id=5, expired=True)]
    with pytest.raises(ApiError, match="410") as caught:
        downloaded(github)
    assert "no longer" in caught.value.cause


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("Resource not accessible by integration", "lacks a permission"),
        ("Unable to create comment because issue is locked.", "locked or archived"),
        ("Repository was archived so is read-only.", "locked or archived"),
    ],
)
def test_what_no_permission_helps_against_is_told_apart(github, said, cause):
    github.state.faults = {1: Fault(403, message=said)}
    with pytest.raises(ApiError, match=said) as caught:
        write(github)
    assert cause in caught.value.cause


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "5000"}])
def test_a_limit_of_rate_is_not_taken_for_a_missing_permission(github, headers):
    github.state.faults = {1: Fault(403, headers, "You have exceeded a secondary rate limit.")}
    with pytest.raises(ApiError) as caught:
        write(github, patience=10.0)
    assert "too many requests" in caught.value.cause
    assert "grant" not in caught.value.todo

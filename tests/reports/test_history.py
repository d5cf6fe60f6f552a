import json
import os
from dataclasses import replace

import pytest

from lockgate.errors import ExitCode, InputError
from lockgate.reports import verdict_json
from lockgate.reports.history import MOST_RUNS, History, Past, read
from lockgate.verdict import Answer
from verdicts import finding, gate, verdict


def passed(**changes):
    whole = (gate(outcome=gate().outcome.PASSED, counts={"findings": 3, "new": 0, "fixed": 0}),)
    values = {"answer": Answer.PASS, "exit_code": ExitCode.PASS, "gates": whole, "funnel": ()}
    return verdict(**(values | changes))


def leave(folder, name, made=None):
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    data = made if isinstance(made, bytes) else verdict_json.render(made or passed())
    (place / "verdict.json").write_bytes(data)
    return place / "verdict.json"


def names(history):
    return [run.name for run in history.runs]


def test_runs_are_in_the_order_of_their_names_and_digits_count_as_numbers(tmp_path):
    for name in ("10/report", "9/report", "2026-11-21", "2026-11-3", "b", "", "9/again"):
        leave(tmp_path, name)
    assert names(read(tmp_path)) == [
        "", "9/again", "9/report", "10/report", "2026-11-3", "2026-11-21", "b",
    ]  # fmt: skip


def test_a_verdict_is_as_it_was(tmp_path):
    made = verdict(finding(blocking=True))
    leave(tmp_path, "1", made)
    assert read(tmp_path) == History((Past("1", made),))


def test_times_of_files_decide_nothing(tmp_path):
    os.utime(leave(tmp_path, "1"), (2e9, 2e9))
    os.utime(leave(tmp_path, "2"), (1e9, 1e9))
    assert names(read(tmp_path)) == ["1", "2"]


def test_only_two_folders_deep_and_no_link(tmp_path):
    leave(tmp_path / "history", "a/b")
    leave(tmp_path / "history", "a/b/c")
    elsewhere = leave(tmp_path, "elsewhere")
    (tmp_path / "history" / "linked").symlink_to(elsewhere.parent)
    (tmp_path / "history" / "file").mkdir()
    (tmp_path / "history" / "file" / "verdict.json").symlink_to(elsewhere)
    history = read(tmp_path / "history")
    assert (names(history), history.unread) == (["a/b"], 1)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"schema": "lockgate-verdict/2"}',
        verdict_json.render(passed()).replace(b'"pass"', b'"fine"'),
        verdict_json.render(passed()).replace(b'"lockgate-verdict/1"', b'"lockgate-verdict/2"'),
        verdict_json.render(passed())[:-40],
    ],
)  # fmt: skip
def test_what_is_no_verdict_is_counted(tmp_path, data):
    leave(tmp_path, "1", data)
    leave(tmp_path, "2")
    history = read(tmp_path)
    assert (names(history), history.unread, history.older) == (["2"], 1, 0)


def test_a_verdict_that_contradicts_itself_is_not_believed(tmp_path):
    document = json.loads(verdict_json.render(verdict(finding(blocking=True))))
    leave(tmp_path, "1", json.dumps(document | {"verdict": "pass", "exit_code": 0}).encode())
    assert read(tmp_path).unread == 1


def test_a_pipe_or_a_huge_file_blocks_nothing(tmp_path):
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "verdict.json")
    huge = leave(tmp_path, "huge")
    with huge.open("r+b") as stream:
        stream.truncate(10**12)
    assert read(tmp_path).unread == 2


def test_the_last_runs_count_when_there_are_too_many(tmp_path):
    for number in range(MOST_RUNS + 3):
        leave(tmp_path, str(number))
    history = read(tmp_path)
    assert (names(history)[0], names(history)[-1], history.older) == ("3", str(MOST_RUNS + 2), 3)


def test_a_folder_with_too_much_in_it_is_refused(tmp_path):
    for number in range(20_001):
        (tmp_path / str(number)).touch()
    with pytest.raises(InputError, match="more than 20,000 files"):
        read(tmp_path)


def test_no_folder(tmp_path):
    (tmp_path / "file").touch()
    for name in ("none", "file"):
        with pytest.raises(InputError, match="cannot be read"):
            read(tmp_path / name)


def test_the_last_verdict_of_a_commit_is_chosen_and_none_of_changes_on_top_of_it():
    mine, other = passed(head="c" * 40), passed(head="d" * 40)
    runs = (Past("1", mine), Past("2", mine), Past("3", replace(mine, dirty=True)), Past("4", other))
    assert History(runs).of("c" * 40) == Past("2", mine)
    assert History(runs).of("e" * 40) is None
    assert History((Past("1", passed(head="")),)).of("") is None
    assert History(runs).of(None) is None

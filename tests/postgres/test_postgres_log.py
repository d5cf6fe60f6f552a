import pytest

from lockgate.errors import ToolError
from lockgate.postgres.log import Entry, read


def line(message, level="LOG", pid=7, transaction="3/14", state="00000", database="shop"):
    return f"\x1e{pid}\x1f{transaction}\x1f{state}\x1f{database}\x1f{level}:  {message}\n"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


def test_entries_are_read_in_order(log):
    log.write_text(line("statement: SELECT 1") + line("x", "ERROR", 8, "", "42P01", ""))
    assert read(log, 0) == (
        [
            Entry(7, "3/14", "shop", "LOG", "statement: SELECT 1", "00000"),
            Entry(8, "", "", "ERROR", "x", "42P01"),
        ],
        log.stat().st_size,
    )


def test_a_message_of_several_lines_is_one_entry(log):
    log.write_text(line("a\n\tb\n\t\x1e1\x1f\x1f00000\x1f\x1fLOG:  forged"))
    entries, _ = read(log, 0)
    assert [entry.message for entry in entries] == ["a\nb\n\x1e1\x1f\x1f00000\x1f\x1fLOG:  forged"]


def test_what_is_not_whole_yet_is_read_later(log):
    whole, half = line("a"), line("b")
    log.write_text(whole + half[:-3])
    entries, at = read(log, 0)
    assert ([entry.message for entry in entries], at) == (["a"], len(whole))
    log.write_text(whole + half)
    entries, at = read(log, at)
    assert ([entry.message for entry in entries], at) == (["b"], len(whole + half))
    assert read(log, at) == ([], at)


def test_what_is_not_of_the_server_is_left_out(log):
    log.write_bytes(
        b"sh: 1: not found\n"
        + line("a").encode()
        + b"\x1enonsense\n"
        + line("\udcff").encode(errors="surrogateescape")
    )
    assert [entry.message for entry in read(log, 0)[0]] == ["a", "\N{REPLACEMENT CHARACTER}"]


def test_a_log_that_grows_too_fast_is_an_error(log):
    log.write_text(line("a" * 2 * 1024 * 1024))
    with pytest.raises(ToolError, match="grew by more than 1 MiB"):
        read(log, 0, most=1024 * 1024)


def test_a_log_that_is_gone_is_an_error(log):
    with pytest.raises(ToolError, match="cannot be read"):
        read(log, 0)

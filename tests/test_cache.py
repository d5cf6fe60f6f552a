import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.cache import Cache, code_digest

SCRIPTS = Path(__file__).parents[1] / "scripts"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "home" / "results.db"


def place(file):
    """Give the one database that the cache made."""
    (found,) = file.parent.glob("*.db")
    return found


def store(file, results, **options):
    cache = Cache(file, **options)
    cache.put({cache.key(name): value for name, value in results.items()})
    cache.close()


def load(file, *names, **options):
    cache = Cache(file, **options)
    found = cache.get([cache.key(name) for name in names])
    cache.close()
    return {name: found[key] for name in names if (key := cache.key(name)) in found}


def test_results_are_there_in_the_next_run(file):
    assert load(file, "a") == {}
    store(file, {"a": b"1", "b": b""})
    assert load(file, "a", "b", "c") == {"a": b"1", "b": b""}
    store(file, {"a": b"2"})
    assert load(file, "a", "b") == {"a": b"2", "b": b""}


def test_without_a_file_results_live_as_long_as_the_run():
    cache, other = Cache(None), Cache(None)
    cache.put({cache.key("a"): b"1"})
    assert cache.get([cache.key("a")]) == {cache.key("a"): b"1"}
    assert cache.key("a") != other.key("a")
    cache.close()
    assert cache.get([cache.key("a")]) == {}


def test_the_salt_belongs_to_the_file_and_to_no_other(file, tmp_path):
    one, again, other = Cache(file), Cache(file), Cache(tmp_path / "other.db")
    assert one.salt == again.salt != other.salt
    assert len(one.salt) == 32
    assert one.digest(b"x") == again.digest(b"x") != other.digest(b"x")


def test_code_of_another_generation_finds_nothing(file):
    store(file, {"a": b"1"}, generation="old")
    assert load(file, "a", generation="new") == {}
    assert load(file, "a", generation="old") == {"a": b"1"}


PARTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=4)


@given(PARTS, PARTS)
@settings(max_examples=50, deadline=None)
def test_different_parts_have_different_keys(one, other):
    assert (SHARED.key(*one, "end") == SHARED.key(*other, "end")) == (one == other)


SHARED = Cache(None)


def test_a_path_of_any_bytes_has_a_key():
    assert len(SHARED.key("bandit", os.fsdecode(b"\xff\xfe\n"))) == 20
    assert SHARED.key(os.fsdecode(b"\xff")) != SHARED.key(os.fsdecode(b"\xfe"))


def test_the_oldest_make_room(file):
    for name in "abcdef":
        store(file, {name: name.encode()}, max_rows=3)
    assert load(file, *"abcdef") == {"d": b"d", "e": b"e", "f": b"f"}
    store(file, {"d": b"again"}, max_rows=3)
    store(file, {"g": b"g"}, max_rows=3)
    assert load(file, *"abcdefg") == {"d": b"again", "f": b"f", "g": b"g"}


@pytest.mark.parametrize("rubbish", [b"rubbish", b"SQLite format 3\0" + b"\xff" * 5000, b"\0" * 4096])
def test_a_spoiled_file_is_made_anew(file, rubbish):
    store(file, {"a": b"1"})
    place(file).write_bytes(rubbish)
    assert load(file, "a") == {}
    store(file, {"a": b"2"})
    assert load(file, "a") == {"a": b"2"}


def test_damage_within_is_a_miss_now_and_made_anew_for_the_next_run(file):
    names = [str(number) for number in range(3000)]
    store(file, dict.fromkeys(names, b"x" * 100))
    data = bytearray(place(file).read_bytes())
    data[3 * 4096 :] = b"\xff" * (len(data) - 3 * 4096)
    place(file).write_bytes(data)
    assert load(file, *names) == {}
    store(file, {"a": b"1"})
    store(file, {"b": b"2"})
    assert load(file, "a", "b") == {"a": b"1", "b": b"2"}


def test_values_of_another_type_are_misses(file):
    store(file, {"a": b"1", "b": b"2", "c": b"3"})
    with sqlite3.connect(place(file)) as database:
        database.execute("UPDATE results SET value = 'text' WHERE value = X'31'")
        database.execute("UPDATE results SET value = NULL WHERE value = X'32'")
    database.close()
    assert load(file, "a", "b", "c") == {"c": b"3"}


@pytest.mark.parametrize("salt", [b"short", "text", None, 7])
def test_a_salt_that_is_none_is_replaced_once_and_for_all(file, salt):
    store(file, {"a": b"1"})
    with sqlite3.connect(place(file)) as database:
        database.execute("UPDATE meta SET value = ?", (salt,))
    database.close()
    assert load(file, "a") == {}
    store(file, {"a": b"2"})
    assert load(file, "a") == {"a": b"2"}


def test_a_busy_file_is_left_alone(file):
    store(file, {"a": b"1"})
    before = place(file).stat().st_ino
    holder = sqlite3.connect(place(file), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    busy = subprocess.run(
        [sys.executable, "-c", BUSY, str(file)], env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    holder.execute("ROLLBACK")
    holder.close()
    assert (busy.stdout, busy.stderr) == ("{}\n", "")
    assert place(file).stat().st_ino == before
    assert load(file, "a") == {"a": b"1"}


BUSY = """
import sqlite3, sys
from pathlib import Path
connect = sqlite3.connect
sqlite3.connect = lambda *args, **options: connect(*args, **{**options, "timeout": 0.1})
from lockgate.cache import Cache
cache = Cache(Path(sys.argv[1]))
cache.put({cache.key("b"): b"2"})
print(cache.get([cache.key("b")]))
"""
WRITE = """
import sys
from pathlib import Path
from lockgate.cache import Cache
cache = Cache(Path(sys.argv[1]))
for number in range(50):
    cache.put({cache.key(sys.argv[2], str(number)): b"x"})
print(cache.salt.hex())
"""


def test_runs_at_once_share_the_file(file):
    store(file, {"a": b"1"})
    argv = [sys.executable, "-c", WRITE, str(file)]
    runs = [
        subprocess.Popen(
            [*argv, name], env={**os.environ, "PYTHONPATH": str(SCRIPTS)}, stdout=subprocess.PIPE, text=True
        )
        for name in "bcd"
    ]
    salts = {run.communicate(timeout=60)[0] for run in runs}
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len(salts) == 1
    cache = Cache(file)
    keys = [cache.key(name, str(number)) for name in "bcd" for number in range(50)]
    assert len(cache.get(keys)) == 150


def test_a_home_that_cannot_be_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "results.db")
    cache.put({cache.key("a"): b"1"})
    assert cache.get([cache.key("a")]) == {cache.key("a"): b"1"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes into any folder")
def test_a_folder_that_cannot_be_written_is_no_error(file):
    store(file, {"a": b"1"})
    file.parent.chmod(0o500)
    place(file).chmod(0o400)
    assert load(file, "b") == {}
    file.parent.chmod(0o700)


def test_nobody_else_can_read_it(file):
    previous = os.umask(0)
    try:
        store(file, {"a": b"1"})
        cache = Cache(file)
        cache.put({cache.key("b"): b"2"})
        modes = {path.stat().st_mode & 0o077 for path in (file.parent, *file.parent.iterdir())}
        assert os.umask(0) == 0
    finally:
        os.umask(previous)
    assert modes == {0}


def test_what_was_hashed_is_not_in_the_file(file):
    cache = Cache(file, generation="code")
    cache.put({cache.key("path/of/it", cache.digest(b"hunter2")): b"result"})
    cache.close()
    assert not any(word in place(file).read_bytes() for word in (b"hunter2", b"path/of/it"))


def test_the_digest_of_the_code_is_stable():
    assert code_digest() == code_digest()
    assert len(code_digest()) == 64

import os
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.source import MAX_BYTES, Source, display, printable, read_bytes

FDS = Path("/proc/self/fd")


def open_descriptors():
    return len(list(FDS.iterdir())) if FDS.is_dir() else 0


def test_a_file_is_read_up_to_the_limit(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"x" * 10)
    assert read_bytes(file, 10) == b"x" * 10
    with pytest.raises(OSError, match="larger than 0 MB"):
        read_bytes(file, 9)


def test_a_huge_sparse_file_is_refused_by_its_size(tmp_path):
    file = tmp_path / "huge"
    with file.open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    with pytest.raises(OSError, match="larger than 20 MB"):
        read_bytes(file, MAX_BYTES)


def make_link(file):
    (file.parent / "target").write_text("secret")
    file.symlink_to("target")


def make_socket(file):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(file))  # the whole path may be too long for one


@pytest.mark.parametrize("make", [make_link, make_socket, Path.mkdir, os.mkfifo, lambda _: None])
def test_what_is_no_file_is_refused_at_once_and_left_closed(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "odd")
    before = open_descriptors()
    for _ in range(3):
        with pytest.raises(OSError):
            read_bytes(tmp_path / "odd", 100)
    assert open_descriptors() == before


def test_a_device_is_refused():
    with pytest.raises(OSError, match="not a regular file"):
        read_bytes(Path("/dev/zero"), 100)


def test_the_place_of_a_source():
    assert Source("a/b", "/r", "").file == Path("/r/a/b")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (b"a/\xc3\xa9", "a/é"),
        (b"caf\xe9", "caf\\xe9"),
        (b"a\nb::error::", "a\nb::error::"),
        (b"\xff", "\\xff"),
    ],
)
def test_display(path, shown):
    assert display(os.fsdecode(path)) == shown


@given(st.binary())
def test_any_path_can_be_displayed(path):
    display(path.decode("utf-8", "surrogateescape")).encode()


@given(st.text(st.characters()))
def test_any_text_can_be_made_printable(text):
    shown = printable(text)
    shown.encode()
    assert printable(shown) == shown
    assert shown == text or any("\ud800" <= character <= "\udfff" for character in text)


@given(st.binary(max_size=100))
def test_bytes_come_back(data):
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        assert read_bytes(Path(file.name), 100) == data

import gzip
import hashlib
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from dev.releasing.assets import pack, sums
from lockgate.errors import InputError


def tree(folder: Path, names: list[str]) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "run").chmod(0o755)
    (folder / "link").symlink_to("b/run")
    return folder


def test_the_same_tree_gives_the_same_bytes(tmp_path: Path) -> None:
    names = ["run", "b/run", "a.yml", "b.yml", "b/é"]
    one = pack(tree(tmp_path / "one", names), "top", 1_700_000_000)
    two = tree(tmp_path / "two", names[::-1])
    os.utime(two / "a.yml", (5, 5))
    (two / "run").chmod(0o711)
    (two / "a.yml").chmod(0o600)
    assert pack(two, "top", 1_700_000_000) == one
    assert pack(two, "top", 1_700_000_001) != one
    assert int.from_bytes(one[4:8], "little") == 0, "gzip has no time"


def test_what_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "x.tar.gz"
    file.write_bytes(pack(tree(tmp_path / "tree", ["run", "b/run", "a.yml"]), "top", 1_700_000_000))
    with tarfile.open(file) as tar:
        entries = tar.getmembers()
        assert [(entry.name, oct(entry.mode), entry.linkname) for entry in entries] == [
            ("top/a.yml", "0o644", ""), ("top/b/run", "0o644", ""),
            ("top/link", "0o777", "b/run"), ("top/run", "0o755", ""),
        ]  # fmt: skip
        assert {(entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname) for entry in entries} == {
            (1_700_000_000, 0, 0, "", "")
        }
        assert tar.extractfile("top/b/run").read() == b"b/run"
    assert gzip.decompress(file.read_bytes())


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="is no file"):
        pack(tmp_path, "top", 0)


def test_the_sums_are_those_that_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "SHA256SUMS").write_bytes(sums({"a": b"x"}))
    assert (tmp_path / "SHA256SUMS").read_text() == f"{hashlib.sha256(b'x').hexdigest()}  a\n"
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True)

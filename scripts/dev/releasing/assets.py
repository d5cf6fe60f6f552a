"""What is attached to a release: the same tree gives the same bytes, whoever packs it, wherever."""

import gzip
import hashlib
import io
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from lockgate.errors import InputError, PlatformError
from lockgate.verify.releases import REPOSITORY

_SECONDS = 300


def archive(root: Path, version: str, seconds: int) -> bytes:
    """Pack the tree that needs no `$/` references, as GitHub Enterprise Server wants it; times are `seconds`.

    It refers to itself by its tag, as the commit that a server gives it is not known. It is made twice.
    """
    made = [_made(root, version, seconds) for _ in range(2)]
    if made[0] != made[1]:
        raise PlatformError(
            "the archive differs each time that it is made",
            cause="a file changed in between, or its making depends on the time",
            todo="run it again, with nothing else at work in this folder",
        )
    return made[0]


def sums(files: Mapping[str, bytes]) -> bytes:
    """Give the lines that `sha256sum --check` reads."""
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()).encode()


def pack(folder: Path, top: str, seconds: int) -> bytes:
    """Pack a folder below the name `top`: sorted, nobody's, of one time; raise InputError for a device."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for file in sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()):
            entry = tarfile.TarInfo(f"{top}/{file.relative_to(folder).as_posix()}")
            entry.mtime = seconds
            if file.is_symlink():
                entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, str(file.readlink()), 0o777
                tar.addfile(entry)
            elif file.is_file():
                data = file.read_bytes()
                entry.size, entry.mode = len(data), 0o755 if file.stat().st_mode & 0o100 else 0o644
                tar.addfile(entry, io.BytesIO(data))
            else:
                raise InputError(f"{file} is no file", cause="a device or a pipe", todo="remove it")
    # No name and no time in the header; level 9 is what every zlib has.
    return gzip.compress(packed.getvalue(), 9, mtime=0)


def _made(root: Path, version: str, seconds: int) -> bytes:
    with TemporaryDirectory(prefix="lockgate-release-") as place:
        tree = Path(place, "tree")
        argv = [sys.executable, "-I", str(root / "scripts/dev/materialise"), str(tree),
                "--repository", REPOSITORY, "--ref", f"v{version}"]  # fmt: skip
        done = subprocess.run(  # noqa: S603 - no shell
            argv, cwd=root, check=False, timeout=_SECONDS, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if done.returncode:
            raise PlatformError(
                f"scripts/dev/materialise failed:\n{done.stdout}",
                cause="a reference cannot be spelt out, or PyYAML is not there",
                todo="correct it; start this by `scripts/run --env core --`, which has PyYAML",
            )
        return pack(tree, f"lockgate-{version}", seconds)

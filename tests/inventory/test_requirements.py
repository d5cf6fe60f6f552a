import time

import pytest

from inventory.python_locks import components, direct, edges, named, parsed, recorded, scopes
from lockgate.inventory.model import Kind, LockError, Place


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-line.txt"])
def test_the_graph_of_its_comments_is_that_of_the_lock_of_the_same_packages(name: str) -> None:
    found, lock = recorded(f"pip/{name}"), recorded("uv/uv.lock")
    mine = {one.partition("@")[0] for one in components(found)}
    # The line form is of the same day. `idna==3.6` is asked for by the other project alone.
    expected = {pair for pair in edges(lock) if {one.partition("@")[0] for one in pair} <= mine}
    assert edges(found) == {pair for pair in expected if "idna@3.6" not in pair} - {
        pair for pair in expected if "lib@0.1.0" in pair
    }
    assert direct(found) == {"requests", "colorama", "flask"}
    assert {(need.key, need.wants) for need in found.needs} == {
        ("requests@2.34.2", ">=2.31"),
        ("colorama@0.4.6", ">=0.4"),
        ("flask@3.1.3", ">=3"),
    }
    assert found.manifest["flask"] == Place("requirements.in", 3, "flask>=3")


def test_hashes_lines_and_marker() -> None:
    found = recorded("pip/requirements.txt")
    assert len(named(found, "blinker").hashes) == 2
    assert (named(found, "blinker").line, named(found, "blinker").end_line) == (3, 5)
    assert named(found, "colorama").marker == "sys_platform == 'win32'"


@pytest.mark.parametrize(
    ("line", "name", "version", "marker"),
    [
        ("Django==6.0.8", "django", "6.0.8", ""),
        ("zope.interface == 1!2.0+local.1  # why", "zope-interface", "1!2.0+local.1", ""),
        ('a[x, y]==1.0; python_version < "3.8"', "a", "1.0", 'python_version < "3.8"'),
        ("a (==2004d)", "a", "2004d", ""),
        ("a===1.0-weird", "a", "1.0-weird", ""),
        ("a==1 --global-option=x --hash=sha256:00", "a", "1", ""),
    ],
)
def test_a_pin(line: str, name: str, version: str, marker: str) -> None:
    found = parsed("requirements.txt", line + "\n")
    (one,) = found.components
    assert (one.name, one.version, one.marker, one.direct) == (name, version, marker, True)
    assert found.gaps == ()


@pytest.mark.parametrize(
    "line", ["a", "a>=1", "a==1.*", "a===", "a==1,<2", "a~=1.0", "a @", "!!", "a b", "./dist/x", "a" * 5000]
)
def test_what_pins_nothing_is_a_gap(line: str) -> None:
    found = parsed("requirements.txt", f"\nok==1\n{line}\n")
    assert components(found) == {"ok@1"}
    assert [gap.line for gap in found.gaps] == [3]


@pytest.mark.parametrize(
    ("line", "name", "version", "kind"),
    [
        ("git+https://g.example/a@abc#egg=A.b", "a-b", "", Kind.GIT),
        ("a @ git+https://g.example/a@abc ; os_name == 'nt'", "a", "", Kind.GIT),
        ("a @ https://f.example/a-1.2-py3-none-any.whl", "a", "1.2", Kind.URL),
        ("https://f.example/a_b-1.2.tar.gz#sha256=00", "a-b", "1.2", Kind.URL),
        ("-e git+https://g.example/a@abc#egg=a", "a", "", Kind.GIT),
        ("-e ./libs/a", "a", "", Kind.PATH),
        ("./wheels/a-1.0-py3-none-any.whl", "a", "1.0", Kind.PATH),
    ],
)
def test_an_address(line: str, name: str, version: str, kind: Kind) -> None:
    found = parsed("requirements.txt", line, {"libs/a/pyproject.toml": '[project]\nname = "A"\n'})
    (one,) = found.components
    assert (one.name, one.version, one.origin.kind) == (name, version, kind)


def test_the_project_itself_is_no_component() -> None:
    found = parsed("api/requirements.txt", "-e .\n--no-binary :all:\n-i https://index.example/simple\na==1\n")
    assert components(found) == {"a@1"}
    assert found.gaps == ()
    assert found.components[0].origin.address == "https://index.example/simple"


def test_one_package_twice_under_different_markers_is_two_components() -> None:
    found = parsed(
        "requirements.txt", "a==1 ; os_name == 'nt'\na==2 ; os_name != 'nt'\na==2 ; os_name != 'nt'\n"
    )
    assert [one.key for one in found.components] == ["a@1", "a@2"]


def test_included_files_and_constraints() -> None:
    files = {"base.txt": "-r requirements.txt\nb==1\n", "c.txt": "c==3\nunused==9\n"}
    found = parsed("requirements.txt", "# all\n-r base.txt\n--constraint=c.txt\nc\nd>1\n", files)
    assert {(one.key, one.line) for one in found.components} == {("b@1", 2), ("c@3", 4)}
    assert [(gap.line, gap.text) for gap in found.gaps] == [(5, "d>1")]


@pytest.mark.parametrize("name", ["../x.txt", "/etc/x.txt", "missing.txt", "C:\\x.txt", "bad.txt"])
def test_a_file_that_cannot_be_included_is_a_gap(name: str) -> None:
    found = parsed("requirements.txt", f"-r {name}\n", {"bad.txt": "\0"})
    assert [gap.line for gap in found.gaps] == [1]


def test_more_than_a_hundred_included_files_are_a_gap() -> None:
    files = {f"r{number}.txt": f"-r r{number + 1}.txt\n" for number in range(1000)}
    assert [gap.why for gap in parsed("requirements.txt", "-r r0.txt", files).gaps] == [
        "the file that it includes cannot be read"
    ]


def test_via_of_the_project_is_direct() -> None:
    text = "a==1\n    # via\n    #   shop (pyproject.toml)\n    #   b\n"
    text += "b==2  # via -c c.txt, c\nc==3\n  # via b[x], c\n"
    found = parsed("requirements.txt", text)
    assert edges(found) == {("b@2", "a@1"), ("c@3", "b@2"), ("b@2", "c@3")}
    assert direct(found) == {"a"}


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("requirements.txt", "runtime"),
        ("requirements-dev.txt", "dev"),
        ("requirements/test.txt", "dev"),
        ("docs/requirements.txt", "dev"),
        ("lint-requirements.txt", "dev"),
        ("device/requirements.txt", "runtime"),
    ],
)
def test_a_scope_by_the_name_of_the_file(path: str, scope: str) -> None:
    assert scopes(parsed(path, "a==1\n")) == {"a": scope}


def test_a_file_of_its_own_is_its_own_manifest() -> None:
    assert parsed("requirements.txt", "#\nA==1\n").manifest == {"a": Place("requirements.txt", 2, "A==1")}


def test_utf_16_as_windows_writes_it() -> None:
    assert components(parsed("requirements.txt", "a==1\r\n".encode("utf-16"))) == {"a@1"}


@pytest.mark.parametrize(
    ("text", "line"), [(b"a==1\n<<<<<<< HEAD\n", 2), (b"a==1\n\0", 2), (b"\n\xff\n", 2), (b"\xff\xfe\x00", 0)]
)
def test_what_is_no_text_is_refused(text: bytes, line: int) -> None:
    with pytest.raises(LockError) as error:
        parsed("requirements.txt", text)
    assert error.value.line == line


@pytest.mark.parametrize(
    "text",
    [
        "a==1 \\\n" * 100_000,
        "a==1\n" + "# via b\n" * 100_000,
        " --hash=sha256:00" * 50_000,
        "a" + " " * 500_000 + "b",
        "a==1 " + "#" * 500_000,
        "a[" + "," * 500_000,
        "-" * 500_000,
        "https://" + "a-1" * 100_000,
        "-e " + "a/" * 200_000,
    ],
)
def test_hostile_lines_take_linear_time(text: str) -> None:
    start = time.perf_counter()
    found = parsed("requirements.txt", text)
    assert time.perf_counter() - start < 4
    assert len(found.components) + len(found.gaps) <= 1

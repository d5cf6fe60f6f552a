"""The files that adopt Lockgate."""

import re
from pathlib import Path

import pytest
import yaml

from lockgate.adopt.files import File, held_back, present, propose, write
from lockgate.adopt.pin import Pin
from lockgate.adopt.stacks import Stack
from lockgate.config import Configuration, load
from lockgate.errors import InputError, PlatformError
from lockgate.gates import GATES

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "scripts/lockgate/adopt/workflows"
PIN = Pin("lockgate/lockgate", "5f" * 20)
STACKS = (Stack("Python"), Stack("Django", "backend"), Stack("Django", "admin"))


def files(
    pin: Pin = PIN,
    branch: str = "main",
    vendored: tuple[str, ...] = (),
    stacks: tuple[Stack, ...] = STACKS,
) -> dict[str, File]:
    return {file.path: file for file in propose(pin, branch, stacks, vendored)}


def unpinned(text: str) -> str:
    return re.sub(r"(uses: lockgate/lockgate/[\w./-]+)@.*", r"\1", text)


@pytest.mark.parametrize("name", ["pipeline.yml", "report.yml"])
def test_the_workflows_are_those_of_the_readme(name: str) -> None:
    example = (ROOT / "examples/workflows" / name).read_text()
    assert unpinned((TEMPLATES / name).read_text()) == unpinned(example) != example


def test_the_workflows_are_pinned_and_else_those_of_the_readme() -> None:
    for path, name in (("lockgate", "pipeline"), ("lockgate-report", "report")):
        made = files(Pin("mine/gates", "5f" * 20, "v1.2.3"))[f".github/workflows/{path}.yml"].text
        example = (ROOT / f"examples/workflows/{name}.yml").read_text()
        calls = f"    uses: mine/gates/.github/workflows/{name}.yml@{'5f' * 20} # v1.2.3\n"
        assert made.splitlines(keepends=True)[-1] == calls
        assert made.splitlines()[:-1] == example.splitlines()[:-1]


def test_a_commit_that_is_no_release_has_no_comment() -> None:
    assert files()[".github/workflows/lockgate.yml"].text.endswith(f"@{'5f' * 20}\n")


@pytest.mark.parametrize(
    ("branch", "listed"),
    [
        ("main", "main"),
        ("master", "master"),
        ("true", "true"),
        ('a"]\\b', 'a"\\]\\\\b'),
        ("a+b!é", "a\\+b\\!é"),
    ],
)
def test_the_default_branch_is_the_one_that_is_pushed_to(branch: str, listed: str) -> None:
    text = files(branch=branch)[".github/workflows/lockgate.yml"].text
    assert yaml.safe_load(text)[True]["push"] == {"branches": [listed]}
    assert text.count("\n") == 10


@pytest.mark.parametrize("branch", ["caf\udce9", "a\u2028b", "a\u202eb"])
def test_a_branch_that_no_workflow_can_name_is_refused(branch: str) -> None:
    with pytest.raises(InputError, match="default branch"):
        files(branch=branch)


@pytest.mark.parametrize("vendored", [(), ("*.min.js", "vendor/")])
def test_the_configuration_names_every_gate_and_is_the_defaults(vendored: tuple[str, ...]) -> None:
    text = files(vendored=vendored)[".lockgate.yml"].text
    assert load(text.encode(), ".lockgate.yml").configuration == Configuration()
    assert list(yaml.safe_load(text)["gates"]) == [gate.NAME for gate in GATES]
    assert "# Found here: Python, Django\n" in text


def test_every_example_in_the_configuration_is_one_that_loads() -> None:
    text = files(vendored=("*.min.js", "vendor/"))[".lockgate.yml"].text
    loaded = uncommented(text)
    assert loaded.gates.sast.exclude == ("*.min.js", "vendor/")
    assert loaded.gates.secrets.exclude == ("tests/",), "a secret is one in a vendored folder too"
    assert (loaded.gates.migrations.code, loaded.gates.migrations.postgres_version) == ("run", 17)
    assert (loaded.fail_on, loaded.gates.secrets.fail_on) == ("high", "medium")
    assert [waiver.rule for waiver in loaded.waivers] == ["B602"]


@pytest.mark.parametrize(
    ("found", "named"),
    [
        ((), ""),
        ((Stack("FastAPI"), Stack("Next.js", "web")), ""),
        ((Stack("Alembic", "api"),), "Alembic"),
        ((Stack("Django"), Stack("Alembic", "api"), Stack("Django", "admin")), "Alembic and Django"),
    ],
)
def test_code_of_a_change_is_run_only_if_somebody_decides_so(found: tuple[Stack, ...], named: str) -> None:
    text = files(stacks=found)[".lockgate.yml"].text
    assert load(text.encode(), "x").configuration.gates.migrations.code == "never"
    assert ("    # code: run #" in text) is bool(named)
    assert (f" # {named} found here: " in text) is bool(named)
    assert "    # postgres-version: 17 #" in text


def uncommented(text: str) -> Configuration:
    """Load a configuration with all its examples in it."""
    body = text.partition("\n\n")[2]
    return load(re.sub(r"^( *)# ", r"\1", body, flags=re.MULTILINE).encode(), "x").configuration


@pytest.mark.parametrize(
    ("found", "named", "directory", "build"),
    [
        ((Stack("Next.js"),), "Next.js", "out", ("npm ci", "npm run build")),
        (
            (Stack("Astro", "web"), Stack("Django", "api"), Stack("React", "web")),
            "Astro", "web/dist", ("npm --prefix web ci", "npm --prefix web run build"),
        ),
        (
            (Stack("Vue", "the app, #1"),),
            "Vue", "the app, #1/dist",
            ("npm --prefix 'the app, #1' ci", "npm --prefix 'the app, #1' run build"),
        ),
    ],
)  # fmt: skip
def test_a_front_end_has_examples_of_how_it_is_built(
    found: tuple[Stack, ...], named: str, directory: str, build: tuple[str, ...]
) -> None:
    text = files(stacks=found)[".lockgate.yml"].text
    assert load(text.encode(), "x").configuration == Configuration()
    assert f" # {named} found here: " in text
    site = uncommented(text).gates.lighthouse
    assert (site.directory, site.build, site.timings) == (directory, build, "never")
    assert (site.budgets["*"].script, site.budgets["*"].accessibility) == ("170 KB", 0.95)


@pytest.mark.parametrize("folder", ["a\nb: c", 'a" #', "caf\udce9", "-x", "1", "{port}", "y\u2028z"])
def test_the_name_of_a_folder_cannot_end_its_comment(folder: str) -> None:
    text = files(stacks=(Stack("Vue", folder),))[".lockgate.yml"].text
    assert load(text.encode(), "x").configuration == Configuration()
    assert len(text.splitlines()) == len(files(stacks=(Stack("Vue"),))[".lockgate.yml"].text.splitlines())


@pytest.mark.parametrize("found", [(), (Stack("Express"),), (Stack("JavaScript"), Stack("Flask"))])
def test_without_a_front_end_nothing_is_said_of_a_build(found: tuple[Stack, ...]) -> None:
    text = files(stacks=found)[".lockgate.yml"].text
    assert "  lighthouse: # " in text
    assert "# build:" not in text


def test_dependabot_moves_the_pins() -> None:
    made = yaml.safe_load(files()[".github/dependabot.yml"].text)
    assert made["version"] == 2
    assert [entry["package-ecosystem"] for entry in made["updates"]] == ["github-actions"]


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    file = files()[".github/workflows/lockgate.yml"]
    assert present(tmp_path, file) == ""
    write(tmp_path, file)
    assert (tmp_path / file.path).read_text() == file.text
    assert present(tmp_path, file) == file.path


def test_nothing_is_overwritten_or_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    top = tmp_path / "top"
    top.mkdir()
    (top / ".lockgate.yml").symlink_to(tmp_path / "outside/new")
    (top / ".github").symlink_to(tmp_path / "outside")
    assert present(top, files()[".lockgate.yml"]) == ".lockgate.yml"
    for file in files().values():
        with pytest.raises(PlatformError):
            write(top, file)
    assert list((tmp_path / "outside").iterdir()) == []


def test_the_other_name_of_a_file_counts(tmp_path: Path) -> None:
    (tmp_path / ".lockgate.yaml").write_text("fail-on: low\n")
    assert present(tmp_path, files()[".lockgate.yml"]) == ".lockgate.yaml"


def test_what_differs_is_shown(tmp_path: Path) -> None:
    file = files()[".github/workflows/lockgate.yml"]
    write(tmp_path, file)
    assert held_back(tmp_path, file.path, file) == [f"{file.path} is there, as it would be written"]
    newer = files(Pin("lockgate/lockgate", "6a" * 20))[file.path]
    lines = held_back(tmp_path, file.path, newer)
    assert lines[0] == f"{file.path} is there and stays as it is; what would be written differs so:"
    assert [line[-42:] for line in lines if re.match(r"[-+] ", line)] == [f"l@{'5f' * 20}", f"l@{'6a' * 20}"]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n", "      default-days: 7"),
        ("updates: {a: b}\n", "      default-days: 7"),
        ("- [::error::", "      default-days: 7"),
        ("\0", "      default-days: 7"),
        (
            "updates:\n- {package-ecosystem: github-actions, directory: /}\n",
            ".github/dependabot.yml is there, and upgrades github-actions",
        ),
    ],
)
def test_an_entry_for_dependabot_is_shown_unless_there_is_one(tmp_path: Path, text: str, last: str) -> None:
    (tmp_path / ".github").mkdir()
    place = tmp_path / ".github/dependabot.yml"
    place.write_text(text)
    file = files()[".github/dependabot.yml"]
    assert held_back(tmp_path, file.path, file)[-1] == last
    assert place.read_text() == text

import importlib.machinery
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dev.faces import faces
from lockgate.errors import ExitCode
from workflows.trees import ROOT, copy

PROGRAM = "scripts/dev/docs"
# Inputs that mean the same wherever they are: read in one place, they need not be read in another.
SHARED = {"path", "gates", "base", "scope", "config", "fail-on", "output", "jobs", "max-jobs"}


def load() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("docs", str(ROOT / PROGRAM))
    spec = importlib.util.spec_from_loader("docs", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


DOCS = load()


def start(root: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, root / PROGRAM, *arguments], check=False, capture_output=True, text=True
    )
    return done.returncode, done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Copy what the program reads and writes, and the program."""
    copy(tmp_path)
    (tmp_path / "scripts/dev").mkdir(parents=True)
    (tmp_path / "scripts/lockgate").symlink_to(ROOT / "scripts/lockgate")
    for name in (PROGRAM, "scripts/dev/faces.py", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def stale(*names: str) -> str:
    return "".join(f"{name} is not as the YAML says: run scripts/dev/docs --write\n" for name in names)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_the_pages_are_as_the_yaml_says() -> None:
    assert start(ROOT, "--check") == (0, "")


def test_the_readme_has_the_tables_that_callers_need() -> None:
    readme = (ROOT / "README.md").read_text()
    assert {"action.yml inputs", "pipeline.yml inputs", "pipeline.yml outputs"} <= set(
        re.findall("<!-- docs: (.*) -->", readme)
    )


def test_a_change_of_the_yaml_is_seen_and_written(tree: Path) -> None:
    assert start(tree, "--check") == (0, "")
    edit(tree / "actions/sast/action.yml", "Folder of the checkout", "Directory of the checkout")
    assert start(tree, "--check") == (1, stale("actions/sast/README.md"))
    edit(tree / "action.yml", "Processes to use", "Workers to use")
    edit(tree / ".github/workflows/pipeline.yml", 'default: "4"', 'default: "8"')
    edit(tree / ".github/workflows/pipeline.yml", "          max-jobs: ${{", "          most: ${{")
    edit(tree / ".github/workflows/report.yml", "      checks: write", "      statuses: write")
    names = ["README.md", "actions/plan/README.md", "actions/report/README.md", "actions/sast/README.md"]
    assert start(tree, "--check") == (1, stale(*names))
    assert start(tree, "--write") == (0, "")
    assert start(tree, "--check") == (0, "")
    readme = (tree / "README.md").read_text()
    assert "| `jobs` | | Workers to use. Empty uses every core. |\n" in readme
    assert "| `max-jobs` | `8` | " in readme
    assert "    most: ${{ inputs.max-jobs }}\n```\n" in (tree / "actions/plan/README.md").read_text()
    assert "- `statuses: write`\n" in (tree / "actions/report/README.md").read_text()


def test_a_change_by_hand_is_seen_and_the_rest_is_left_alone(tree: Path) -> None:
    edit(tree / "README.md", "| `fail-on` | |", "| `fail-on` | `high` |")
    (tree / "actions/gate/README.md").unlink()
    assert start(tree, "--check") == (1, stale("README.md", "actions/gate/README.md"))
    edit(tree / "README.md", "# Lockgate\n", "# Lock gate\n")
    start(tree, "--write")
    assert (tree / "README.md").read_text() == (ROOT / "README.md").read_text().replace(
        "# Lockgate\n", "# Lock gate\n"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<!-- docs: action.yml inputs -->", "<!-- docs: actions/none inputs -->"),
        ("<!-- docs: action.yml inputs -->", "<!-- docs: action.yml secrets -->"),
        ("<!-- docs: action.yml inputs -->", "<!-- docs action.yml inputs -->"),
        ("<!-- docs: action.yml inputs -->", ""),
        ("<!-- docs end -->", ""),
        ("<!-- docs end -->\n\n<!-- docs: pipeline.yml outputs", "\n\n<!-- docs: pipeline.yml outputs"),
    ],
)
def test_a_marker_that_is_none_is_an_error_and_nothing_is_lost(tree: Path, old: str, new: str) -> None:
    edit(tree / "README.md", old, new)
    before = (tree / "README.md").read_text()
    assert start(tree, "--check")[0] == ExitCode.BAD_INPUT
    assert start(tree, "--write")[0] == ExitCode.BAD_INPUT
    assert (tree / "README.md").read_text() == before


def test_it_is_asked_for_one_thing(tree: Path) -> None:
    assert start(tree)[0] == start(tree, "--nonsense")[0] == start(tree, "--write", "--check")[0] == 2


def test_each_action_has_a_page_that_shows_its_use(tree: Path) -> None:
    edit(
        tree / "examples/workflows/gate.yml",
        "@COMMIT # the commit that you have read",
        f"@{'5f' * 20} # v1.2.3",
    )
    start(tree, "--write")
    for path in (tree / "actions").iterdir():
        uses = re.findall(r"uses: (lockgate/.*)", (path / "README.md").read_text())
        assert uses == [f"lockgate/lockgate/actions/{path.name}@{'5f' * 20} # v1.2.3"], path


def test_an_action_that_a_workflow_calls_is_shown_as_that_calls_it(tree: Path) -> None:
    page = (tree / "actions/gate/README.md").read_text()
    assert "(../../.github/workflows/pipeline.yml) calls it" in page
    assert (
        """\
- id: gate
  uses: lockgate/lockgate/actions/gate@COMMIT # the commit that you have read
  with:
    needs: ${{ toJSON(needs) }}
"""
        in page
    )
    assert page.endswith("## Permissions\n\nNone.\n")


def test_inputs_of_one_name_have_one_meaning() -> None:
    found: dict[str, dict[tuple[str, str], list[str]]] = {name: {} for name in SHARED}
    for face in faces(ROOT).values():
        for name in SHARED & set(face.inputs):
            one = face.inputs[name]
            found[name].setdefault((one.description, one.default), []).append(face.key)
    assert all(found.values()), "a name of SHARED is no input"
    assert {name: said for name, said in found.items() if len(said) > 1} == {}


# --- what stands in a cell ---

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
ANY = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)
SPECIAL = st.text(st.sampled_from("\\`*_[]()<>~|#!&$@ -+=a\n"), max_size=20)


def cell(markdown: str) -> list[tuple[str, str]]:
    """Give what a Markdown reader sees in the first of two cells of a row."""
    table = f"| head | next |\n|---|---|\n| {markdown} | last |\n"
    inline = [token for token in MARKDOWN.parse(table) if token.type == "inline"]
    assert [token.content for token in (inline[0], inline[1], inline[3])] == ["head", "next", "last"]
    return [(child.type, child.content) for child in inline[2].children or []]


@given(ANY | SPECIAL)
def test_a_description_is_only_ever_text(words: str) -> None:
    words = " ".join(words.replace("`", "'").split())
    assert "".join(content for _, content in cell(DOCS.text(words))) == words
    assert {kind for kind, _ in cell(DOCS.text(words))} <= {"text", "text_special"}


@given(ANY | SPECIAL)
def test_a_default_is_only_ever_code(words: str) -> None:
    words = " ".join(words.split())
    assert cell(DOCS.code(words)) == ([("code_inline", words)] if words else [])


def test_code_in_a_description_stays_code() -> None:
    assert cell(DOCS.text("The output `a|b_c` of *x*.")) == [
        ("text", "The output "), ("code_inline", "a|b_c"), ("text", " of *x*."),
    ]  # fmt: skip

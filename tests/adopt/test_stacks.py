"""What a repository is made of."""

from pathlib import Path

import pytest

from e2e.engine import write
from lockgate.adopt.stacks import Stack, reader, stacks, vendored

MANAGE = 'import os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'


def found(folder: Path, files: dict[str, str]) -> list[str]:
    write(folder, files)
    return [str(stack) for stack in stacks(sorted(files), reader(folder))]


def test_a_django_back_end_and_a_next_front_end(tmp_path: Path) -> None:
    files = {
        "backend/manage.py": MANAGE,
        "frontend/package.json": '{"dependencies": {"next": "16.0.0", "react": "19.0.0"}}',
        "frontend/app/page.tsx": "export default () => null;\n",
    }
    assert found(tmp_path, files) == ["Python", "TypeScript", "Django in backend", "Next.js in frontend"]


@pytest.mark.parametrize(
    ("name", "text", "frameworks"),
    [
        ("requirements.txt", "Flask==3.1\n", ["Flask"]),
        ("requirements-dev.in", "django-environ\nfastapi[standard]>=0.1\n", ["FastAPI"]),
        ("pyproject.toml", 'dependencies = ["Django>=5"]\n', ["Django"]),
        ("requirements.txt", "alembic==1.16\n", ["Alembic"]),
        ("package.json", '{"devDependencies": {"vue": "3", "react": "19"}}', ["React", "Vue"]),
        ("package.json", '{"dependencies": {"nextjs": "1"}}', []),
        ("package.json", '{"dependencies": ["next"]}', []),
        ("package.json", '{"dependencies": ' + '{"next":' * 5000, []),
        ("package.json", "\0\x1b[31m", []),
        ("node_modules/a/package.json", '{"dependencies": {"next": "1"}}', []),
    ],
)
def test_a_framework_is_what_a_manifest_depends_on(
    tmp_path: Path, name: str, text: str, frameworks: list[str]
) -> None:
    assert found(tmp_path, {name: text}) == frameworks


def test_a_manifest_that_is_a_link_or_is_gone_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"dependencies": {"next": "1"}}')
    (tmp_path / "package.json").symlink_to("secret.json")
    assert stacks(["package.json", "gone/package.json"], reader(tmp_path)) == ()


def test_a_language_needs_no_manifest(tmp_path: Path) -> None:
    names = {"a.py": "", "b.mjs": "", "c.mts": "", "d.rs": ""}
    assert found(tmp_path, names) == ["JavaScript", "Python", "TypeScript"]
    assert stacks(["x.rs"], reader(tmp_path)) == ()


def test_names_are_ours_and_only_folders_are_strangers() -> None:
    text = b'{"dependencies": {"next": "1", "\\u001b]0;x": "1"}}'
    assert stacks(["a\nb/package.json"], lambda path: text) == (Stack("Next.js", "a\nb"),)


def test_what_others_wrote_is_named_by_patterns_of_ours() -> None:
    paths = ["a/vendor/x.py", "vendor", "node_modules/y/z.js", "static/jquery.min.js", "min.js", "src/a.py"]
    assert vendored(paths) == ("*.min.js", "node_modules/", "vendor/")

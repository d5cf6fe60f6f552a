"""A site of Wagtail, whose 190 migrations come from PyPI: none of them is reported, what is planted is."""

from pathlib import Path

import pytest

from gates.migrations.gate_runs import Change, change
from gates.migrations.tool_projects import PROJECTS, python_with
from lockgate.errors import ExitCode

FOLDER = PROJECTS / "wagtail"
HEAD = (
    "from django.db import migrations, models\n\n\n"
    "def fill(apps, editor):\n"
    '    apps.get_model("press", "Release").objects.update(number=1)\n\n\n'
    "class Migration(migrations.Migration):\n"
    '    dependencies = [("press", "0001_initial"), ("wagtailcore", "0095_groupsitepermission")]\n'
    "    operations = [\n"
)
MODEL = (FOLDER / "press/models.py").read_text()


@pytest.fixture
def site(tmp_path: Path) -> Change:
    files = {
        f"site/{file.relative_to(FOLDER)}": file.read_text()
        for file in FOLDER.rglob("*")
        if file.suffix in {".py", ".txt"}
    }
    return change(tmp_path, files, code="run", python=python_with(FOLDER), seconds=300.0)


def judged(site: Change, operations: str, model: str = MODEL) -> tuple[ExitCode, set[tuple[str, str, int]]]:
    text = f"{HEAD}{operations}    ]\n"
    verdict = site.judge({"site/press/migrations/0002_change.py": text, "site/press/models.py": model})
    told = [note.message for gate in verdict.gates for note in gate.notifications if note.level == "error"]
    assert told == []
    return verdict.exit_code, {(each.rule, Path(each.path).name, each.line) for each in verdict.findings}


@pytest.mark.full
def test_none_of_wagtails_own_is_reported(site: Change) -> None:
    key = "models.BigAutoField(primary_key=True, serialize=False)"
    made = f"        migrations.CreateModel('Desk', [('id', {key})]),\n"
    model = f"{MODEL}\n\nclass Desk(models.Model):\n    id = models.BigAutoField(primary_key=True)\n"
    assert judged(site, made, model) == (ExitCode.PASS, set())


@pytest.mark.full
@pytest.mark.parametrize(
    ("operations", "model", "rule", "line"),
    [
        (
            "        migrations.AlterField('release', 'number', models.BigIntegerField()),\n",
            MODEL.replace("IntegerField", "BigIntegerField"), "rewrite-under-lock", 11,
        ),
        (
            "        migrations.AlterField('release', 'number', models.IntegerField(db_index=True)),\n",
            MODEL.replace("IntegerField()", "IntegerField(db_index=True)"), "scan-under-lock", 11,
        ),
        (
            """\
        migrations.AlterField('release', 'title', models.CharField(max_length=90)),
        migrations.RunPython(fill),
""",
            MODEL.replace("80", "90"), "rows-under-lock", 5,
        ),
        (
            "        migrations.RemoveField('release', 'title'),\n",
            MODEL.partition("    title")[0], "contract-still-used", 11,
        ),
        (
            "        migrations.AddField('release', 'place', models.TextField(default='')),\n",
            f"{MODEL}    place = models.TextField(default='')\n", "writers-broken", 11,
        ),
        ("", f"{MODEL}    place = models.TextField(default='')\n", "drift", 13),
        (
            "        migrations.RunSQL('ALTER TABLE wagtailcore_page ALTER url_path TYPE varchar(4000)'),\n",
            MODEL, "rewrite-under-lock", 11,
        ),
        ("        migrations.RunSQL('ALTER TABLE nobody ADD COLUMN x integer'),\n", MODEL, "fails", 11),
    ],
)  # fmt: skip
def test_what_is_planted_is_found_at_its_line(
    site: Change, operations: str, model: str, rule: str, line: int
) -> None:
    code, found = judged(site, operations, model)
    file = "models.py" if rule == "drift" else "0002_change.py"
    assert code is ExitCode.FINDINGS
    assert (rule, file, line) in found

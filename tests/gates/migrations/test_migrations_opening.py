"""What stands before the first migration, and what is found where a tool cannot even begin."""

from pathlib import Path

from gates.migrations.gate_runs import TABLES, change, found, told
from lockgate.errors import ExitCode
from lockgate.postgres.server import Server


def test_sqlx_has_its_own_table_before_the_first_migration(server: Server, tmp_path: Path) -> None:
    before = {
        "Cargo.toml": "[package]\n",
        "migrations/1_a.sql": f"{TABLES}UPDATE _sqlx_migrations SET success = true;\n",
    }
    made = change(tmp_path, before, server)
    verdict = made.judge({"migrations/2_b.sql": "DELETE FROM _sqlx_migrations WHERE version = 7;\n"})
    assert found(verdict) == []
    assert not any("fails" in words for words in told(verdict))
    assert verdict.exit_code is ExitCode.PASS


def test_a_migration_that_is_no_python_is_found_although_nothing_can_be_run(tmp_path: Path) -> None:
    migration = (
        "from django.db.migrations import Migration as M\n\nclass Migration(M):\n    dependencies = {}\n"
    )
    before = {"manage.py": "", "shop/migrations/0001_a.py": migration.format("[]")}
    made = change(tmp_path, before, code="never")
    path = "shop/migrations/0002_b.py"
    verdict = made.judge({path: migration.format('[("shop", "0001_a")]') + "<<<<<<< HEAD\n"})
    assert found(verdict, rules=("fails",)) == [("fails", path, 5)]

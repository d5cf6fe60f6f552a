"""Drift, as the drivers answer it and as a project's own Prisma prints it."""

import json
from pathlib import Path

import pytest

from lockgate.errors import ToolError
from lockgate.finding import Severity
from lockgate.gates.migrations.histories.drift import Drift, drift
from lockgate.gates.migrations.histories.prisma_drift import Prisma, ask, find
from lockgate.gates.migrations.model import Project

DJANGO = Project("django", "backend", "backend/manage.py")
PRISMA = Project(
    "prisma", "web", "web/prisma/migrations/migration_lock.toml", ("web/prisma/migrations/1_x/migration.sql",)
)
URL = "postgresql://app@/head?host=/tmp/none"
# Stands for the program: it writes down how it was called, and answers as told.
DOUBLE = """
const fs = require("fs");
const at = process.argv.indexOf("--config");
fs.writeFileSync("called.json", JSON.stringify({
  argv: process.argv.slice(2), url: process.env.DATABASE_URL, home: process.env.LOCKGATE_TEST_SECRET ?? null,
  config: at < 0 ? null : fs.readFileSync(process.argv[at + 1], "utf8"),
}));
process.stdout.write(%s);
process.exit(%d);
"""
SUMMARY = "\n[+] Added tables\n  - Tag\n\n[*] Changed the `review` table\n  [+] Added column `votes`\n"


def test_no_answer_is_no_drift() -> None:
    assert list(drift(DJANGO, [])) == []


def test_each_app_is_one_finding_at_its_models() -> None:
    answer = [Drift("orders", "add field paid to order", "backend/orders/models.py", 9),
              Drift("orders", "remove field x from order", "backend/orders/models.py", 4),
              Drift("orders", "delete model gone", "backend/orders/models.py"),
              Drift("cart", "create model\nCart")]  # fmt: skip
    cart, orders = (one.finding for one in drift(DJANGO, answer))
    assert (cart.path, orders.path) == ("backend/manage.py", "backend/orders/models.py")
    words = "`add field paid to order`, `remove field x from order`, `delete model gone`"
    assert orders.message == f"The models of `orders` and the migrations differ: {words}"
    assert "`create model Cart`" in cart.message
    assert (orders.rule, orders.severity, orders.line) == ("drift", Severity.HIGH, 4)
    assert "makemigrations" in orders.mend


def test_a_long_answer_is_cut_and_counted() -> None:
    (found,) = drift(DJANGO, [Drift("a", f"add field f{number}") for number in range(1000)])
    assert found.finding.message.endswith("`add field f19` and 980 more")


def project(root: Path, version: str, output: str = "", code: int = 0, *, config: str = "") -> Path:
    package = root / "web/node_modules/prisma"
    (package / "build").mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"version": version}))
    (package / "build/index.js").write_text(DOUBLE % (json.dumps(output), code))
    (root / "web/prisma").mkdir()
    (root / "web/prisma/schema.prisma").write_text("model Tag { id Int @id }")
    if config:
        (root / "web" / config).write_text("export default {};")
    return root


def found_in(root: Path) -> Prisma:
    found = find(PRISMA, root)
    assert isinstance(found, Prisma)
    return found


def test_until_prisma_6_the_database_is_an_argument(tmp_path: Path) -> None:
    prisma = found_in(project(tmp_path, "6.19.0", "No difference detected.\n"))
    assert ask(prisma, URL) == []
    called = json.loads((tmp_path / "web/called.json").read_text())
    assert called["argv"] == [
        "migrate", "diff", "--exit-code", "--from-url", "postgresql://app@localhost/head?host=/tmp/none",
        "--to-schema-datamodel", str(tmp_path / "web/prisma/schema.prisma"),
    ]  # fmt: skip
    assert called["url"] == "postgresql://app@localhost/head?host=/tmp/none"


def test_since_prisma_7_a_configuration_of_ours_stands_before_the_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCKGATE_TEST_SECRET", "x")
    prisma = found_in(project(tmp_path, "7.10.0", "No difference detected.\n", config="prisma.config.ts"))
    assert ask(prisma, URL) == []
    called = json.loads((tmp_path / "web/called.json").read_text())
    assert called["argv"][-3:] == ["--from-config-datasource", "--to-schema", str(prisma.schema)]
    assert f'import theirs from "{tmp_path}/web/prisma.config.ts"' in called["config"]
    assert 'url: "postgresql://app@localhost/head?host=/tmp/none"' in called["config"]
    assert called["home"] is None


def test_a_difference_is_drift_of_the_schema(tmp_path: Path) -> None:
    prisma = found_in(project(tmp_path, "7.0.0", SUMMARY, 2))
    path = "web/prisma/schema.prisma"
    assert ask(prisma, URL) == [
        Drift("", "[+] Added tables", path),
        Drift("", "[*] Changed the `review` table", path),
        Drift("", "[+] Added column `votes`", path),
    ]


@pytest.mark.parametrize(
    ("output", "code"), [("", 0), ("Error: no engine", 1), ("", 2), (SUMMARY, 0), (SUMMARY, 3)]
)
def test_half_an_answer_is_none(tmp_path: Path, output: str, code: int) -> None:
    prisma = found_in(project(tmp_path, "7.0.0", output, code))
    with pytest.raises(ToolError, match=f"prisma migrate diff ended with {code}"):
        ask(prisma, URL)


def test_a_prisma_that_cannot_be_asked_is_said(tmp_path: Path) -> None:
    assert find(PRISMA, tmp_path) == "no schema.prisma stands beside the folder of its migrations"
    root = project(tmp_path, "x")
    assert find(PRISMA, root) == "node_modules/prisma has no version"
    (root / "web/node_modules/prisma/build/index.js").unlink()
    assert find(PRISMA, root) == "Prisma is not installed: there is no node_modules/prisma"


def test_a_schema_may_be_a_folder(tmp_path: Path) -> None:
    root = project(tmp_path, "6.0.0")
    (root / "web/prisma/schema").mkdir()
    (root / "web/prisma/schema.prisma").rename(root / "web/prisma/schema/tag.prisma")
    assert found_in(root).path == "web/prisma/schema"

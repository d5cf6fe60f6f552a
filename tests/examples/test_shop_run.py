"""The engine on the shop: each planted flaw is found, no clean twin is, and nothing else."""

import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from e2e.engine import PACKAGE, Done, Machine, git, repository
from examples.shop_table import SHOP, Row, rows
from lockgate.errors import ToolError
from lockgate.gates import GATES

Finding = dict[str, object]
SCHEMA = PACKAGE.parents[1] / "tests" / "schemas" / "sarif-schema-2.1.0.json"
NOT_OURS = shutil.ignore_patterns(
    "node_modules", ".next", ".venv", "__pycache__", "db.sqlite3", ".ruff_cache"
)
NAMES = [gate.NAME for gate in GATES]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("machine")).with_oxlint()


@pytest.fixture(scope="module")
def no_browser(machine: Machine) -> str:
    """Say why no page can be loaded here; empty where one can. All other gates are held all the same."""
    try:
        machine.with_lighthouse()
    except ToolError as error:
        if not error.what.startswith("there is no Chrome"):
            raise
        return f"the gate lighthouse is not run: {error}"
    return ""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, machine: Machine, no_browser: str) -> tuple[Machine, Done]:
    shop = repository(tmp_path_factory.mktemp("repository") / "shop", {})
    shutil.copytree(SHOP, shop, ignore=NOT_OURS, dirs_exist_ok=True)
    before = listing(shop)
    machine.with_migrations(shop / "backend")
    gates = ["--gates", ",".join(name for name in NAMES if name != "lighthouse")] if no_browser else []
    done = machine.run("run", str(shop), "--all", *gates)
    assert listing(shop) == before, "nothing is written inside the checkout"
    return machine, done


@pytest.fixture
def needs_browser(no_browser: str) -> None:
    if no_browser:
        pytest.skip(no_browser)


@pytest.mark.usefixtures("needs_browser")
def test_the_readme_shows_what_is_printed(run: tuple[Machine, Done]) -> None:
    readme = (PACKAGE.parents[1] / "README.md").read_text()
    shown = readme.partition("$ make run\n")[2].partition("```")[0].splitlines()
    # There, the shop is a folder of a checkout, which is in each path and so in each fingerprint.
    plain = [line.replace("examples/shop/", "") for line in shown[:-1] if line != "…"]
    lines = [line.rpartition("  ")[0] or line for line in plain]
    assert len(lines) == 4
    for line in lines:
        assert line.encode() in run[1].stdout, line


def listing(folder: Path) -> list[tuple[str, int, int]]:
    paths = sorted(Path(where, name) for where, _, names in os.walk(folder) for name in names)
    return [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths]


@pytest.fixture(scope="module")
def verdict(run: tuple[Machine, Done]) -> dict[str, list[Finding]]:
    return json.loads(run[0].report("verdict.json"))


@pytest.fixture(scope="module")
def found(verdict: dict[str, list[Finding]]) -> Counter[tuple[str, str, object, object]]:
    """Count gate, tool/rule, path and line; a merged finding counts once for each of its sources."""
    return Counter(
        (str(f["gate"]), source, f["path"], f["line"])
        for f in verdict["findings"]
        for source in f["sources"]  # type: ignore[attr-defined]
    )


def flaw(row: Row) -> tuple[str, str, str, int]:
    return row.gate, f"{row.tool}/{row.rule}", row.flaw_path, row.flaw_line


def test_the_run_fails_with_all_gates_whole(
    run: tuple[Machine, Done], verdict: dict[str, list[Finding]], no_browser: str
) -> None:
    assert run[1].returncode == 1, run[1].stderr
    assert (verdict["verdict"], verdict["exit_code"]) == ("fail", 1)
    told = {str(gate["name"]): gate["outcome"] for gate in verdict["gates"]}
    expected = {
        "lighthouse": "failed", "migrations": "failed", "sast": "failed", "sbom": "passed", "sca": "failed",
        "secrets": "failed",
    }  # fmt: skip
    assert list(expected) == NAMES
    assert told == {name: expected[name] for name in NAMES if name != "lighthouse" or not no_browser}


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.tool}:{row.rule}")
def test_the_flaw_is_found_once_and_its_twin_is_not(
    row: Row, found: Counter[object], no_browser: str
) -> None:
    if row.gate == "lighthouse" and no_browser:
        pytest.skip(no_browser)
    assert found[flaw(row)] == 1
    assert [key for key in found if key[2:] == (row.twin_path, row.twin_line)] == []  # type: ignore[index]


def test_no_line_is_found_that_the_table_does_not_list(
    found: Counter[tuple[str, str, object, object]],
) -> None:
    """Another tool may find a listed line too, as the table says; no tool finds any other."""
    listed = {(row.flaw_path, row.flaw_line) for row in rows()}
    assert {key for key in found if key[2:] not in listed} == set()


def test_sast_finds_nothing_that_the_table_does_not_list(
    found: Counter[tuple[str, str, object, object]],
) -> None:
    assert {key for key in found if key[0] == "sast"} == {flaw(row) for row in rows() if row.gate == "sast"}


def test_sca_finds_nothing_that_the_table_does_not_list(
    found: Counter[tuple[str, str, object, object]],
) -> None:
    assert {key for key in found if key[0] == "sca"} == {flaw(row) for row in rows() if row.gate == "sca"}


@pytest.mark.usefixtures("needs_browser")
def test_lighthouse_finds_nothing_that_the_table_does_not_list(
    found: Counter[tuple[str, str, object, object]],
) -> None:
    of_gate = {flaw(row) for row in rows() if row.gate == "lighthouse"}
    assert {key for key in found if key[0] == "lighthouse"} == of_gate


def test_migrations_finds_nothing_that_the_table_does_not_list(
    found: Counter[tuple[str, str, object, object]],
) -> None:
    of_gate = {flaw(row) for row in rows() if row.gate == "migrations"}
    assert {key for key in found if key[0] == "migrations"} == of_gate


def test_the_flaws_of_migrations_are_of_both_tools_and_six_kinds() -> None:
    kinds = {(row.rule, row.flaw_path.partition("/")[0]) for row in rows() if row.gate == "migrations"}
    both = {"contract-still-used", "rewrite-under-lock", "rows-under-lock", "scan-under-lock"}
    assert kinds >= {(rule, folder) for rule in both for folder in ("backend", "frontend")}
    assert {rule for rule, _ in kinds} - both == {"lock-without-timeout", "parent-locked", "writers-broken"}


def test_sca_says_how_a_component_came_and_what_it_asked(
    run: tuple[Machine, Done], verdict: dict[str, list[Finding]]
) -> None:
    ways = {f["path"]: "" for f in verdict["findings"]} | {
        str(f["package"]): str(f["message"]).partition("Path: ")[2]
        for f in verdict["findings"]
        if f["tool"] == "osv"
    }
    assert "django 5.2.19 → sqlparse 0.4.4" in ways["pkg:pypi/sqlparse@0.4.4"]
    assert "mkdirp 0.5.5 → minimist 1.2.5" in ways["pkg:npm/minimist@1.2.5"]
    assert b"6 records from advisories" in run[1].stdout


def test_the_sarif_file_is_valid_and_has_every_finding(run: tuple[Machine, Done]) -> None:
    log = json.loads(run[0].report("lockgate.sarif"))
    assert list(Draft7Validator(json.loads(SCHEMA.read_text())).iter_errors(log)) == []
    results = [result for each in log["runs"] for result in each["results"]]
    assert len(results) == len(json.loads(run[0].report("verdict.json"))["findings"])
    for result in results:
        assert result["partialFingerprints"]["lockgate/v1"]


def test_the_page_shows_code_without_the_planted_secrets(run: tuple[Machine, Done], no_browser: str) -> None:
    page = run[0].report("report.html").decode()
    key = (SHOP / "deploy/keys/labels-signing.pem").read_text().splitlines()[1:-1]
    staging = (SHOP / "deploy/staging.env").read_text()
    tokens = [*key, *(word.split("=", 1)[1] for word in staging.split() if "sk-ant" in word)]
    assert len(tokens) >= 3
    ran = [row for row in rows() if row.gate != "lighthouse" or not no_browser]
    assert page.count("<pre ") >= len({(row.flaw_path, row.flaw_line) for row in ran})
    assert [token for token in tokens if token in page] == []


def test_a_change_is_judged_for_its_own_migrations_alone(tmp_path: Path) -> None:
    """The base has the first of each history; the change adds the others, flaws and twins."""
    shop = repository(tmp_path / "shop", {})
    shutil.copytree(SHOP, shop, ignore=NOT_OURS, dirs_exist_ok=True)
    merged = {"0001", "0002_product_featured", "20260112", "20260203", "20260317", "20260408"}
    files = [*shop.glob("backend/*/migrations/0*.py"), *shop.glob("frontend/prisma/migrations/*/*.sql")]
    added = {
        path: path.read_bytes()
        for path in files
        if not any(name in str(path.relative_to(shop)) for name in merged)
    }
    assert len(files) > len(added) > 10
    for path in added:
        path.unlink()
    for written in ({}, added):
        for path, text in written.items():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text)
        git(shop, "add", "--all", "--force")
        git(shop, "commit", "--quiet", "--message", "x")
    machine = Machine(tmp_path / "machine").with_migrations(shop / "backend")
    done = machine.run("run", str(shop), "--base", "HEAD~1", "--gates", "migrations")
    assert done.returncode == 1, done.stdout + done.stderr
    found = json.loads(machine.report("verdict.json"))["findings"]
    planted = [row for row in rows() if row.gate == "migrations" and shop / row.flaw_path in added]
    assert len(planted) == 7
    assert sorted((f["sources"], f["path"], f["line"]) for f in found) == sorted(
        ([f"lockgate/{row.rule}"], row.flaw_path, row.flaw_line) for row in planted
    )


@pytest.mark.parametrize(("lock", "blocks"), [("", True), ("sqlparse==0.6.1", False)], ids=["adds", "mends"])
def test_a_change_that_adds_a_vulnerable_package_blocks_and_one_that_does_not_passes(
    tmp_path: Path, lock: str, blocks: bool
) -> None:
    """The base has the package mended, or, the other way round, the change mends it."""
    shop = repository(tmp_path / "shop", {})
    shutil.copytree(SHOP, shop, ignore=NOT_OURS, dirs_exist_ok=True)
    requirements = shop / "backend" / "requirements.txt"
    planted = requirements.read_text()
    mended = planted.replace("sqlparse==0.4.4", "sqlparse==0.6.1")
    assert mended != planted
    before, after = (planted, mended) if lock else (mended, planted)
    for text in (before, after):
        requirements.write_text(text)
        git(shop, "add", "--all", "--force")
        git(shop, "commit", "--quiet", "--message", "x")
    machine = Machine(tmp_path / "machine")
    done = machine.run("run", str(shop), "--base", "HEAD~1", "--gates", "sca")
    assert done.returncode == (1 if blocks else 0), done.stdout + done.stderr
    found = json.loads(machine.report("verdict.json"))["findings"]
    assert [f["package"] for f in found if f["blocking"]] == ["pkg:pypi/sqlparse@0.4.4"] * blocks

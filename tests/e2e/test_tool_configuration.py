"""What a checkout says to the tools themselves, in their own files, changes nothing."""

import json
from pathlib import Path

from e2e.engine import FLAW, Machine, repository

TOKEN = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"  # in two, so that this file holds none
FILES = {
    "src/flaw.py": FLAW,
    "src/flaw.js": "eval(name);\n",
    "src/app.ini": f"token = {TOKEN}\n",
}
OFF = '{"ignorePatterns": ["**"], "rules": {"no-eval": "off"}, "plugins": [], "categories": {}}'
BANDIT = "[bandit]\nexclude = src,/src,**\nskips = B602\n"
TOOLS = {
    ".bandit": BANDIT,
    "setup.cfg": BANDIT,
    "tox.ini": BANDIT,
    "bandit.yaml": "skips: [B602]\nexclude_dirs: [src]\n",
    "pyproject.toml": '[tool.bandit]\nexclude_dirs = ["src"]\nskips = ["B602"]\n',
    ".secrets.baseline": '{"version": "1.5.0", "plugins_used": [], "filters_used": [], "results": {}}',
    **{
        f"{folder}{name}": OFF
        for folder in ("", "src/")
        for name in (".oxlintrc.json", "oxlintrc.json", ".eslintrc.json")
    },
    "eslint.config.js": "export default [{ ignores: ['**'] }];\n",
    ".eslintignore": "**\n",
    ".oxlintignore": "**\n",
    ".ignore": "**\n",
    "package.json": '{"eslintConfig": ' + OFF + "}",
}


def findings(folder: Path, machine: Machine) -> set[tuple[str, str, bool]]:
    done = machine.run("run", str(folder), "--all", "--format", "json")
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    outcomes = {gate["name"]: gate["outcome"] for gate in document["gates"]}
    assert (outcomes["sast"], outcomes["secrets"]) == ("failed", "failed")
    return {
        (each["path"], source, each["blocking"])
        for each in document["findings"]
        for source in each["sources"]
        if each["path"] in FILES
    }


def test_no_file_for_a_tool_silences_it(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine").with_oxlint()
    plain = findings(repository(tmp_path / "plain", FILES), machine)
    assert {("src/flaw.py", "bandit/B602", True), ("src/flaw.js", "oxlint/eslint/no-eval", True)} <= plain
    assert ("src/app.ini", "lockgate/github-classic-token", True) in plain
    assert findings(repository(tmp_path / "silenced", FILES | TOOLS), machine) == plain

"""How a vulnerability is mended: the version, the command, who stands in the way, the edit."""

import shlex

import pytest

from checkouts import Checkout
from gates.sca.advising import Fake, advisory, one, run, sources, tree
from lockgate.finding import Related
from lockgate.fixes import apply, is_known
from lockgate.gates.sca.commands import Upgrade, command, tool_of


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "r")


def found(checkout, files, *advisories, rule=None):
    checkout.commit(files)
    return one(run(tree(checkout.root), sources(Fake(*advisories))), rule)


def wants(name, *fixed, **values):
    return advisory(f"GHSA-{name}", name, fixed, **values)


def pins(*lines):
    return {"requirements.txt": "".join(f"{line}\n" for line in lines)}


@pytest.mark.parametrize(
    ("version", "fixed", "first"),
    [
        ("1.25", ("1.26.5", "2.0.6"), "1.26.5"),  # its own branch first
        ("2.0.1", ("1.26.5", "2.0.6"), "2.0.6"),  # not a version below it
        ("1.9", ("1.10", "1.9.1"), "1.9.1"),  # by version, not by text
        ("1.9rc1", ("1.9",), "1.9"),
        ("1!1.0", ("2.0", "1!1.1"), "1!1.1"),
    ],
)
def test_the_smallest_version_above_mends(checkout, version, fixed, first):
    assert found(checkout, pins(f"a=={version}"), wants("a", *fixed)).fixed_in == first


def test_without_a_version_that_mends_it_says_so(checkout):
    without = found(checkout, pins("a==1.0"), wants("a"))
    assert (without.fixed_in, without.fix) == ("", ())
    assert "No version mends it." in without.message
    assert "until-fixed" in without.mend


def test_one_target_mends_all_that_is_known(checkout):
    both = wants("a", "1.1"), advisory("GHSA-other", "a", ("1.4",))
    mended = found(checkout, pins("a==1.0"), *both, rule="GHSA-a")
    assert mended.fixed_in == "1.1"
    assert mended.mend == "To take 1.4, write `a==1.4` there, with its hashes if the others have them."
    assert [(edit.old, edit.new) for edit in mended.fix] == [("1.0", "1.4")]


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("a==1.0", "a==1.4"),
        ("A[x, y] == 1.0 ; python_version > '3'  # why", "A[x, y] == 1.4 ; python_version > '3'  # why"),
        ("a==1.0 --hash=sha256:" + "0" * 64, None),
    ],
)
def test_a_pin_without_hashes_is_edited(checkout, line, after):
    files = pins(f"{line}", "b==1.0")
    fix = found(checkout, files, wants("a", "1.4")).fix
    assert (apply(files["requirements.txt"], fix) if fix else None) == (after and f"{after}\nb==1.0\n")
    assert not fix or is_known("osv", "GHSA-a", fix)


def npm(wanted="^1.0.0", root="^1.0.0", version="1.1.0", direct=""):
    own = f'"b": "{direct}", ' if direct else ""
    return {
        "web/package.json": (
            f'{{\n  "name": "web",\n  "dependencies": {{\n    {own}\n    "a": "{root}"\n  }}\n}}\n'
        ),
        "web/package-lock.json": (
            f'{{"name": "web", "lockfileVersion": 3, "packages": {{'
            f'"": {{"name": "web", "dependencies": {{{own}"a": "{root}"}}}},\n'
            f'"node_modules/a": {{"version": "1.0.0", "dependencies": {{"b": "{wanted}"}}}},\n'
            f'"node_modules/b": {{"version": "{version}"}}}}}}'
        ),
    }


AGAIN = "--upgrade-package a==2` with the arguments that its first lines name"
B = wants("b", "1.5.0", ecosystem="npm")


def test_a_range_that_allows_it_needs_an_update_alone(checkout):
    mended = found(checkout, npm(), B)
    assert mended.mend == "To take 1.5.0, run `npm update b` in web/. All that need it allow it."
    assert "Path: web → a 1.0.0 → b 1.1.0." in mended.message
    assert mended.related == (Related("web/package.json", 5, "the project asks for `a ^1.0.0` here"),)
    assert mended.line == 3


def test_a_range_that_leaves_it_out_is_named_and_overruled(checkout):
    mended = found(checkout, npm("~1.1.0"), B)
    assert mended.mend == (
        'To take 1.5.0, add `"b": "1.5.0"` to `overrides` in package.json and run `npm install` in web/. '
        "`a 1.0.0` asks for `~1.1.0`, which leaves 1.5.0 out."
    )


def test_an_exact_pin_of_the_project_is_edited_in_its_manifest(checkout):
    files = npm(direct="1.1.0")
    mended = found(checkout, files, B)
    assert mended.mend.startswith("To take 1.5.0, run `npm install b@1.5.0` in web/.")
    (edit,) = mended.fix
    assert edit.path == "web/package.json"
    assert apply(files["web/package.json"], [edit]) == npm(direct="1.5.0")["web/package.json"]


def test_a_range_of_the_project_is_not_edited(checkout):
    assert found(checkout, npm(direct="~1.1.0"), B).fix == ()


def test_a_bundled_component_is_mended_by_who_brings_it(checkout):
    files = npm()
    lock = files["web/package-lock.json"].replace('"1.1.0"}', '"1.1.0", "inBundle": true}')
    mended = found(checkout, files | {"web/package-lock.json": lock}, B)
    assert mended.mend == (
        "It comes inside the file of `a 1.0.0`: take a version of that which brings 1.5.0."
    )


def test_an_override_names_the_major_version_beside_another(checkout):
    files = npm("~1.1.0")
    other = '"node_modules/b": {"version": "2.0.0"},\n"node_modules/a/node_modules/b"'
    lock = files["web/package-lock.json"].replace('"node_modules/b"', other)
    mended = found(checkout, files | {"web/package-lock.json": lock}, B)
    assert 'add `"b@1": "1.5.0"` to `overrides`' in mended.mend


BERRY = """\
__metadata:
  version: 8

"a@npm:^1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
  dependencies:
    b: "npm:1.1.0"

"b@npm:1.1.0":
  version: 1.1.0
  resolution: "b@npm:1.1.0"

"web@workspace:.":
  version: 0.0.0-use.local
  resolution: "web@workspace:."
  dependencies:
    a: "npm:^1.0.0"
"""


def test_a_range_of_yarn_is_read_behind_its_protocol(checkout):
    files = {"package.json": '{"name": "web", "dependencies": {"a": "^1.0.0"}}\n', "yarn.lock": BERRY}
    assert found(checkout, files, B).mend == (
        'To take 1.5.0, add `"b": "1.5.0"` to `resolutions` in package.json and run `yarn install`. '
        "`a 1.0.0` asks for `npm:1.1.0`, which leaves 1.5.0 out."
    )


UV = """\
version = 1

[[package]]
name = "shop"
source = { virtual = "." }
dependencies = [{ name = "a" }]

[[package]]
name = "a"
version = "1.0"
source = { registry = "x" }
dependencies = [{ name = "b" }]

[[package]]
name = "b"
version = "1.1"
source = { registry = "x" }
"""


def test_uv_locks_no_ranges_so_who_may_be_in_the_way_is_named(checkout):
    files = {"uv.lock": UV, "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["a"]\n'}
    assert found(checkout, files, wants("b", "1.5")).mend == (
        "To take 1.5, run `uv lock --upgrade-package b==1.5`. "
        "If it finds no solution, upgrade what needs b too: `a`."
    )


POETRY = """\
[[package]]
name = "a"
version = "1.0"
[package.dependencies]
b = "<1.5"

[[package]]
name = "b"
version = "1.1"

[metadata]
lock-version = "2.0"
"""


def test_a_requirement_that_does_not_name_itself_is_named(checkout):
    manifest = '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\na = "^1.0"\n'
    mended = found(checkout, {"poetry.lock": POETRY, "pyproject.toml": manifest}, wants("b", "1.5"))
    assert mended.related == (Related("pyproject.toml", 4, "the project asks for `a ^1.0` here"),)
    assert mended.mend == (
        "To take 1.5, run `poetry update a b`. `a 1.0` asks for `<1.5`, which leaves 1.5 out."
    )


def test_the_line_of_the_finding_itself_is_not_related(checkout):
    assert found(checkout, pins("a==1.0"), wants("a", "1.4")).related == ()


def test_an_attack_is_removed_and_not_upgraded(checkout):
    bad = advisory("MAL-2026-1", "b", ecosystem="npm", malicious=True, score=None)
    mended = found(checkout, npm(), bad)
    assert mended.mend.startswith("Remove it")
    assert "No version" not in mended.message


def test_hostile_words_stay_words(checkout):
    summary = "one\n::error::two `three` " + "x" * 5_000
    message = found(checkout, pins("a==1.0"), wants("a", "1.1", summary=summary)).message
    assert "\n" not in message
    assert "x… Fixed in 1.1." in message
    assert len(message) < 500


def test_a_long_path_is_cut_in_the_middle(checkout):
    steps = 400
    entries = [
        f'"node_modules/p{number}": {{"version": "1.0.0", "dependencies": {{"p{number + 1}": "*"}}}}'
        for number in range(steps)
    ]
    last = f'"node_modules/p{steps}": {{"version": "1.0.0"}}'
    lock = (
        '{"name": "web", "lockfileVersion": 3, "packages": {'
        '"": {"name": "web", "dependencies": {"p0": "*"}}, ' + ",\n".join([*entries, last]) + "}}"
    )
    bad = wants(f"p{steps}", "2.0.0", ecosystem="npm")
    message = found(checkout, {"package-lock.json": lock}, bad).message
    assert "Path: web → p0 1.0.0 → p1 1.0.0 → … 396 more … → p398 1.0.0 → p399 1.0.0 → p400 1.0.0." in message


@pytest.mark.parametrize(
    ("tool", "direct", "allowed", "words"),
    [
        ("uv", False, True, "run `uv lock --upgrade-package a==2`"),
        ("uv", False, False, 'add `"a>=2"` to `override-dependencies` of `[tool.uv]` and run `uv lock`'),
        ("uv pip", True, True, f"run `uv pip compile {AGAIN}"),
        ("pip-compile", True, True, f"run `pip-compile {AGAIN}"),
        ("poetry", True, True, "run `poetry update a`"),
        ("poetry", True, False, "run `poetry add 'a@^2'`"),
        ("pdm", True, True, "run `pdm update a`"),
        ("pdm", False, True, 'write `a = ">=2"` below `[tool.pdm.resolution.overrides]` and run `pdm lock`'),
        ("pipenv", True, True, "run `pipenv upgrade a==2`"),
        ("pnpm", True, True, "run `pnpm update a@2`"),
        ("pnpm", False, True, 'add `"a": "2"` to `pnpm.overrides` in package.json and run `pnpm install`'),
        ("yarn", True, True, "run `yarn upgrade a@2`"),
        ("yarn", False, False, 'add `"a": "2"` to `resolutions` in package.json and run `yarn install`'),
        ("yarn berry", True, True, "run `yarn up a@2`"),
        ("yarn berry", False, True, "run `yarn up -R a`"),
        ("file", True, True, "write `a@2` there, by its commit if the others are"),
        ("yarn", False, True, "remove this entry from yarn.lock and run `yarn install`"),
        ("", True, True, ""),
    ],
)  # fmt: skip
def test_each_tool_has_its_command(tool, direct, allowed, words):
    assert command(Upgrade(tool=tool, name="a", target="2", direct=direct, allowed=allowed)) == words


ASK = 'add `"{}": "2"` to `{}` in package.json and run `{} install`'


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("npm", ASK.format("a@1", "overrides", "npm")),
        ("pnpm", ASK.format("a@1", "pnpm.overrides", "pnpm")),
        ("yarn", ASK.format("**/b/a", "resolutions", "yarn")),
        ("yarn berry", ASK.format("b/a", "resolutions", "yarn")),
    ],
)
def test_an_override_leaves_other_versions_alone(tool, words):
    assert (
        command(Upgrade(tool=tool, name="a", target="2", allowed=False, parents=("b",), beside="1.9"))
        == words
    )


@pytest.mark.parametrize(
    ("tool", "root", "words"),
    [
        ("npm", False, "run `npm install -w web a@2`"),
        ("npm", True, "run `npm install -w web --include-workspace-root a@2`"),
        ("pnpm", False, "run `pnpm -r update a@2`"),
        ("yarn", False, "run `yarn workspace web upgrade a@2`"),
        ("yarn", True, "run `yarn workspace web upgrade a@2` and run `yarn upgrade a@2`"),
        ("yarn berry", False, "run `yarn up a@2`"),
    ],
)
def test_a_project_of_a_workspace_is_named(tool, root, words):
    upgrade = Upgrade(
        tool=tool, name="a", target="2", direct=True, allowed=False, root=root, projects=("web",)
    )
    assert command(upgrade) == words


@pytest.mark.parametrize(
    ("tool", "direct", "words"),
    [
        ("npm", True, "run `npm install a@npm:b@2`"),
        ("npm", False, ASK.format("a", "overrides", "npm").replace('"2"', '"npm:b@2"')),
        ("pnpm", True, "run `pnpm update a@npm:b@2`"),
        ("yarn", True, "run `yarn upgrade a@npm:b@2`"),
        ("yarn berry", True, "run `yarn up a@npm:b@2`"),
    ],
)
def test_an_alias_is_never_asked_for_as_a_package_of_that_name(tool, direct, words):
    assert command(Upgrade(tool=tool, name="a", real="b", target="2", direct=direct, allowed=False)) == words


def test_an_alias_is_told_from_the_lock(checkout):
    files = {
        "package-lock.json": (
            '{"name": "web", "lockfileVersion": 3, "packages": {'
            '"": {"name": "web", "dependencies": {"x": "npm:b@1.1.0"}},\n'
            '"node_modules/x": {"name": "b", "version": "1.1.0"}}}'
        )
    }
    assert found(checkout, files, B).mend.startswith("To take 1.5.0, run `npm install x@npm:b@1.5.0`.")


def test_yarn_1_does_not_say_which_project_asks():
    words = command(Upgrade(tool="yarn", name="a", target="2", direct=True, root=False))
    assert words == "write `a@2` in the package.json of the project that asks for it, and run `yarn install`"


def test_poetry_updates_who_is_in_the_way_too():
    upgrade = Upgrade(tool="poetry", name="a", target="2", allowed=False, parents=("b", "c"))
    assert command(upgrade) == "run `poetry update b c a`"


def test_poetry_is_not_told_a_group_that_nobody_knows():
    upgrade = Upgrade(tool="poetry", name="a", target="2", direct=True, allowed=False, dev=True)
    assert command(upgrade) == "raise what the project asks for to `a>=2` and run `poetry update a`"


def test_a_name_cannot_become_a_command():
    words = command(Upgrade(tool="npm", name="a; rm -rf ~", target="2 && x"))
    assert shlex.split(words.removeprefix("run `").removesuffix("`")) == ["npm", "update", "a; rm -rf ~"]


def test_the_first_lines_tell_who_made_a_lock():
    assert tool_of("requirements", "#    uv pip compile --universal a.in") == "uv pip"
    assert tool_of("requirements", "#    pip-compile a.in") == "pip-compile"
    assert tool_of("requirements", "a==1") == "pip"
    assert tool_of("yarn_lock", "__metadata:\n  version: 8") == "yarn berry"
    assert tool_of("yarn_lock", "# yarn lockfile v1") == "yarn"
    assert tool_of("pylock", "") == ""

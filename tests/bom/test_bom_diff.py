"""What differs between two bills."""

import pytest

from lockgate.bom.diff import Change, diff, text, to_markdown
from lockgate.bom.read import Listed, Listing


def listing(*components: Listed) -> Listing:
    return Listing(format="CycloneDX 1.6", name="x", version="", serial="", when="", components=components)


def npm(name: str, version: str, **more: object) -> Listed:
    return Listed(
        ref=f"{name}{version}", name=name, version=version, purl=f"pkg:npm/{name}@{version}", **more
    )  # type: ignore[arg-type]


def pypi(name: str, version: str) -> Listed:
    return Listed(ref=name, name=name, version=version, purl=f"pkg:pypi/{name}@{version}")


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ([npm("a", "1.0.0")], [npm("a", "1.0.0")], []),
        ([], [npm("a", "1.0.0")], [Change("added", "npm:a", "", "1.0.0")]),
        ([npm("a", "1.0.0")], [], [Change("removed", "npm:a", "1.0.0")]),
        ([npm("a", "1.9.0")], [npm("a", "1.10.0")], [Change("upgraded", "npm:a", "1.9.0", "1.10.0")]),
        (
            [npm("a", "1.0.0")],
            [npm("a", "1.0.0-rc.1")],
            [Change("downgraded", "npm:a", "1.0.0", "1.0.0-rc.1")],
        ),
        ([pypi("a", "2024.1")], [pypi("a", "1!1.0")], [Change("upgraded", "pypi:a", "2024.1", "1!1.0")]),
        (
            [npm("a", "1.0.0"), npm("a", "9.0.0")],
            [npm("a", "1.0.0"), npm("a", "10.0.0"), npm("a", "11.0.0")],
            [Change("added", "npm:a", "", "11.0.0"), Change("upgraded", "npm:a", "9.0.0", "10.0.0")],
        ),
        (
            [npm("a", "1.0.0"), npm("a", "2.0.0")],
            [npm("a", "3.0.0")],
            [Change("upgraded", "npm:a", "1.0.0", "3.0.0"), Change("removed", "npm:a", "2.0.0")],
        ),
        (
            [Listed(ref="a", name="a", version="one")],
            [Listed(ref="a", name="a", version="two")],
            [Change("altered", "a", "one", "two")],
        ),
        (
            [npm("a", "1.0.0", licence="MIT")],
            [npm("a", "1.0.0", licence="GPLv3")],
            [Change("licence", "npm:a", "MIT", "GPL-3.0-only")],
        ),
        ([npm("a", "1.0.0", licence="Apache 2.0")], [npm("a", "1.0.0", licence="Apache-2.0")], []),
        (
            [npm("a", "1.0.0", licence="MIT")],
            [npm("a", "1.0.0")],
            [Change("licence", "npm:a", "MIT", "none")],
        ),
        (
            [npm("a", "1.0.0", scope="dev")],
            [npm("a", "1.0.0", scope="runtime")],
            [Change("scope", "npm:a", "dev", "runtime")],
        ),
        (
            [],
            [npm("a", "1.0.0", install_script=True, origin="git")],
            [
                Change("install script", "npm:a", "", "1.0.0"),
                Change("origin", "npm:a", "", "git"),
                Change("added", "npm:a", "", "1.0.0"),
            ],
        ),
        ([npm("a", "1.0.0", install_script=True)], [npm("a", "1.0.0", install_script=True)], []),
        ([], [npm("a", "", origin="workspace")], [Change("added", "npm:a", "", "")]),
    ],
)
def test_changes(base: list[Listed], head: list[Listed], expected: list[Change]) -> None:
    assert list(diff(listing(*base), listing(*head)).changes) == expected


def test_text_and_markdown() -> None:
    found = diff(
        listing(npm("a", "1.0.0")), listing(npm("a", "2.0.0"), npm("b", "1.0.0", install_script=True))
    )
    assert text(found).splitlines() == [
        "Runs a script when it is installed (1)",
        "  npm:b 1.0.0",
        "Added (1)",
        "  npm:b 1.0.0",
        "Upgraded (1)",
        "  npm:a 1.0.0 → 2.0.0",
    ]
    assert (
        "**Upgraded** (1)\n\n| package | before | after |\n|---|---|---|\n| npm:a | 1.0.0 | 2.0.0 |"
        in to_markdown(found)
    )
    assert to_markdown(diff(listing(), listing())) == "No component differs.\n"


def test_hostile_names_are_only_text() -> None:
    name = "a|b](x) @me\n::error::x"
    found = diff(listing(), listing(Listed(ref="a", name=name, version="::error::")))
    assert not any(line.lstrip().startswith("::") for line in text(found).splitlines())
    written = to_markdown(found)
    assert "](" not in written
    assert "@me" not in written
    assert written.count("\n|") == 3


def test_a_long_table_is_cut_and_says_so() -> None:
    found = diff(listing(), listing(*(npm(f"a{number}", "1.0.0") for number in range(250))))
    assert "**Added** (250)" in to_markdown(found)
    assert "50 more are not shown." in to_markdown(found)

import pytest

from dev.releasing.changelog import MAJOR, MINOR, PATCH, decide, level_of, sections
from lockgate.errors import InputError

HEAD = "# Changelog\n\nWords.\n\n## [Unreleased]\n\n"
ADDED, FIXED = "### Added\n- A gate.\n", "### Fixed\n- A flaw.\n"
BREAKS = "### Changed\n- The input `x` is `y`. Callers must rename it.\n"


def log(*versions: tuple[str, str]) -> str:
    days = range(28, 0, -1)
    parts = [
        f"## [{version}] - 2026-01-{day:02}\n\n{body}\n"
        for (version, body), day in zip(versions, days, strict=False)
    ]
    return HEAD + "".join(parts)


def test_the_newest_section_is_the_release() -> None:
    found = sections(log(("0.2.0", ADDED + "\n" + FIXED), ("0.1.0", ADDED)))
    assert [section.version for section in found] == ["0.2.0", "0.1.0"]
    assert decide(found).notes == "### Added\n- A gate.\n\n### Fixed\n- A flaw.\n"


@pytest.mark.parametrize(
    ("notes", "level"),
    [
        (FIXED, PATCH), ("### Security\n- x\n", PATCH), ("### Changed\n- x\n", PATCH),
        (ADDED, MINOR), ("### Deprecated\n- x\n", MINOR), (FIXED + ADDED, MINOR),
        (BREAKS, MAJOR), ("### Removed\n- x\n", MAJOR), (ADDED + BREAKS, MAJOR),
        ("### Fixed\n- x\n  Callers must y.\n", MAJOR), ("### Changed\n- Callers mustard\n", PATCH),
    ],
)  # fmt: skip
def test_what_entries_ask_for(notes: str, level: int) -> None:
    assert level_of(notes) == level


@pytest.mark.parametrize(
    ("last", "notes", "allowed"),
    [
        ("1.2.3", FIXED, ["1.2.4", "1.3.0", "2.0.0"]),
        ("1.2.3", ADDED, ["1.3.0", "2.0.0"]),
        ("1.2.3", BREAKS, ["2.0.0"]),
        ("0.2.3", FIXED, ["0.2.4", "0.3.0", "1.0.0"]),
        ("0.2.3", ADDED, ["0.3.0", "1.0.0"]),
        ("0.2.3", BREAKS, ["0.3.0", "1.0.0"]),
    ],
)
def test_the_number_follows_from_the_entries(last: str, notes: str, allowed: list[str]) -> None:
    tried = ["0.2.4", "0.2.5", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.0.1", "1.1.0",
             "1.2.4", "1.2.5", "1.3.0", "1.3.1", "2.0.0", "2.0.1", "2.1.0", "3.0.0"]  # fmt: skip

    def follows(version: str) -> bool:
        try:
            return decide(sections(log((version, notes), (last, ADDED)))).version == version
        except InputError:
            return False

    assert [version for version in tried if follows(version)] == allowed


@pytest.mark.parametrize(
    ("version", "first"), [("0.1.0", True), ("1.0.0", True), ("0.0.1", False), ("2.0.0", False)]
)
def test_the_first_release(version: str, *, first: bool) -> None:
    found = sections(log((version, ADDED)))
    if first:
        assert decide(found).version == version
    else:
        with pytest.raises(InputError, match="does not follow nothing"):
            decide(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# Changelog\n", r"first section is not `## \[Unreleased\]`"),
        (log(("0.1.0", ADDED)).replace("## [Unreleased]\n", ""), "first section is not"),
        (HEAD, "it has no version"),
        (HEAD + ADDED + log(("0.1.0", ADDED))[len(HEAD) :], r"there are entries below \[Unreleased\]"),
        (log(("0.1", ADDED)), r"`## \[0\.1\] - 2026-01-28` is no version"),
        (log(("01.1.0", ADDED)), "is no version"),
        (log(("1.0.0-rc.1", ADDED)), "is no version"),
        (log(("0.1.0", ADDED)).replace("2026-01-28", "28 January"), "is no version"),
        (log(("0.1.0", ADDED)).replace("2026-01-28", "2026-02-30"), "2026-02-30 is no day"),
        (log(("0.1.0", "")), "has text outside its lists, or an empty one"),
        (log(("0.1.0", "Words.\n" + ADDED)), "has text outside its lists"),
        (log(("0.1.0", ADDED + "### Fixed\n\nwords\n")), "or an empty one"),
        (log(("0.1.0", "### Novel\n- x\n")), "a heading that is unknown or doubled"),
        (log(("0.1.0", ADDED + FIXED + ADDED)), "a heading that is unknown or doubled"),
        (log(("0.1.0", ADDED), ("0.1.0", ADDED)), "0.1.0 stands above 0.1.0"),
        (log(("0.9.0", ADDED), ("0.10.0", ADDED)), "0.9.0 stands above 0.10.0"),
        (
            log(("0.2.0", ADDED), ("0.1.0", ADDED)).replace("2026-01-28", "2025-01-28"),
            "0.2.0 stands above 0.1.0",
        ),
    ],
)
def test_another_form_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        sections(text)

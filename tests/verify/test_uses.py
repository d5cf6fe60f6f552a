import pytest

from lockgate.config.yaml_lines import YamlError
from lockgate.verify.uses import Target, Use, uses

SHA = "5f" * 20
WORKFLOW = f"""\
on: push
jobs:
  call:
    uses: a/b/.github/workflows/c.yml@{SHA} # v1.2.3
  steps:
    steps:
      - uses: 'a/b@{SHA}'   #  quoted
      - {{run: x, uses: a/b@main}}
      - parallel: [{{uses: $/hidden}}]
      - uses: >-
          docker://x
      - uses: [1, {{uses: deep}}]
      - with: {{uses: an input of that name counts too}}
"""


def test_every_use_with_its_line_and_comment() -> None:
    assert list(uses(WORKFLOW)) == [
        (4, Use(f"a/b/.github/workflows/c.yml@{SHA}", "v1.2.3")),
        (7, Use(f"a/b@{SHA}", "quoted")),
        (8, Use("a/b@main")),
        (9, Use("$/hidden")),
        (10, Use("docker://x")),
        (12, Use("deep")),
        (13, Use("an input of that name counts too")),
    ]


@pytest.mark.parametrize("text", ["", "[uses]", "uses", "a: [", "&a [*a]", "{uses: 1, uses: 2}", "a: \x00"])
def test_what_is_no_workflow_is_refused(text: str) -> None:
    with pytest.raises(YamlError):
        list(uses(text))


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (f"Lockgate/LockGate@{SHA}", Target("lockgate/lockgate", "", SHA)),
        ("a/b/c-d/.e_f@v1.0+x", Target("a/b", "c-d/.e_f", "v1.0+x")),
        ("$/", Target("$", "", "")),
        ("$/a/b.yml", Target("$", "a/b.yml", "")),
        *((text, None) for text in ("$/a@v1", "$//a", "./a", "a/b", "a@b", "a/b@c d", "a/b/@c", "")),
        ("a/b@c\n", None),
        ("é/b@c", None),
    ],
)  # fmt: skip
def test_targets(text: str, target: Target | None) -> None:
    assert Use(text).target == target


@pytest.mark.parametrize(
    ("ref", "full"),
    [(SHA, True), (SHA[:39], False), (SHA + "5", False), (SHA.upper(), False), ("main", False)],
)
def test_only_a_full_sha_is_a_commit(ref: str, *, full: bool) -> None:
    target = Use(f"a/b@{ref}").target
    assert target is not None
    assert target.is_commit is full


def test_an_image_is_pinned_by_its_digest_alone() -> None:
    assert Use(f"docker://x/y@sha256:{'0' * 64}").is_pinned_image
    assert not Use("docker://x/y:1.0").is_pinned_image
    assert not Use(f"docker://x/y@sha256:{'0' * 63}").is_pinned_image


def test_a_repository_is_named_well_written_or_not() -> None:
    named = ["a/b@main", "A/B/c@${{ x }}", "a/b", "a/b/"]
    assert [Use(text).names("a/b") for text in named] == [True] * 4
    assert [Use(text).names("a/b") for text in ("a/bc@x", "a/b-c@x", "a/b.c", "x/a/b@y", "./a/b")] == [
        False
    ] * 5

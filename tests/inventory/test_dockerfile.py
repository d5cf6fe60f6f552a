"""The images that a Dockerfile names, and what names none."""

import time

import pytest

from lockgate.inventory.kinds import parse
from lockgate.inventory.model import Inventory, LockError, Place, Scope

DIGEST = "sha256:" + "a1" * 32


def read(text: str | bytes) -> Inventory:
    return parse("app/Dockerfile", text.encode() if isinstance(text, str) else text, lambda _: None)


def images(text: str) -> list[tuple[str, str, int]]:
    return [(each.name, each.version, each.line) for each in read(text).components]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FROM python:3.13", [("python", "3.13", 1)]),
        ("from python:3.13 as base\n", [("python", "3.13", 1)]),
        (f"FROM python@{DIGEST}", [("python", DIGEST, 1)]),
        (f"FROM python:3.13@{DIGEST}", [("python", f"3.13@{DIGEST}", 1)]),
        ("FROM registry.example:5000/team/app:1.2", [("registry.example:5000/team/app", "1.2", 1)]),
        ("FROM --platform=$BUILDPLATFORM golang:1.25 AS build", [("golang", "1.25", 1)]),
        ("FROM scratch", []),
        ("# a comment\n\nFROM \\\n  # another\n  python:3.13", [("python", "3.13", 3)]),
        ("ARG V=3.13\nFROM python:${V}-slim", [("python", "3.13-slim", 2)]),
        ("ARG V=3.13 S='-slim'\nFROM python:$V$S", [("python", "3.13-slim", 2)]),
        ("ARG V=3\nARG W=$V.13\nFROM python:$W", [("python", "3.13", 3)]),
        ("FROM python:${V:-3.13}", [("python", "3.13", 1)]),
        ("ARG D=1\nFROM python:3.13${D:+-slim}", [("python", "3.13-slim", 2)]),
        ("FROM node:22 AS Web\nFROM web\nFROM nginx:1.29\nCOPY --from=web /a /b\nCOPY --from=0 /a /b",
         [("node", "22", 1), ("nginx", "1.29", 3)]),
        ("FROM a:1\nCOPY --from=ghcr.example/uv:0.9 --chown=x /uv /bin/",
         [("a", "1", 1), ("ghcr.example/uv", "0.9", 2)]),
        ("FROM a:1\nRUN --mount=type=bind,from=tools:2,source=/x true", [("a", "1", 1), ("tools", "2", 2)]),
        ("FROM a:1\nRUN <<EOF\nFROM b:2\nEOF\nFROM c:3", [("a", "1", 1), ("c", "3", 5)]),
        ("FROM a:1\nCOPY <<-'E1' <<E2 /x/\nFROM b:2\n\tE1\nFROM b:2\nE2\nFROM c:3",
         [("a", "1", 1), ("c", "3", 7)]),
        ("FROM a:1\nRUN cat <<<'EOF'\nFROM c:3", [("a", "1", 1), ("c", "3", 3)]),
        ("# escape=`\nFROM `\n a:1", [("a", "1", 2)]),
        ("FROM a:1\nFROM a:1", [("a", "1", 1)]),
        ("\ufeffFROM a:1\r\nRUN x \\\r\n  y\r\n", [("a", "1", 1)]),
        ("", []),
    ],
)  # fmt: skip
def test_images(text: str, found: list[tuple[str, str, int]]) -> None:
    assert images(text) == found
    assert read(text).gaps == ()


def test_the_syntax_image_serves_the_build_alone() -> None:
    inventory = read("# syntax=docker/dockerfile:1.7\nFROM a:1\n# syntax=b:2\n")
    assert [(each.name, each.version, each.scope) for each in inventory.components] == [
        ("docker/dockerfile", "1.7", Scope.DEV), ("a", "1", Scope.RUNTIME),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "named"),
    [
        ("FROM python", 1, ["python"]),
        ("FROM python:latest", 1, ["python"]),
        ("ARG V\nFROM python:$V", 2, []),
        ("ARG IMAGE\nFROM ${IMAGE}", 2, []),
        ("FROM a:1\nCOPY --from=$STAGE /a /b", 2, ["a"]),
        ("FROM", 1, []),
        ("FROM python@sha256:short", 1, []),
    ],
)
def test_what_nobody_can_answer_for_is_a_gap(text: str, line: int, named: list[str]) -> None:
    inventory = read(text)
    assert [gap.line for gap in inventory.gaps] == [line]
    assert [each.name for each in inventory.components] == named


def test_an_image_has_the_line_to_change_and_is_asked_for_directly() -> None:
    inventory = read("ARG V=3.13\nFROM python:$V\n")
    (component,) = inventory.components
    assert (inventory.ecosystem, component.ecosystem, component.direct) == ("Docker", "Docker", True)
    assert [need.key for need in inventory.needs] == [component.key]
    assert inventory.manifest == {"python": Place("app/Dockerfile", 2, "python:3.13")}


@pytest.mark.parametrize("data", [b"FROM \xff\xfe", b"<<<<<<< ours\nFROM a:1\n=======\n>>>>>>> theirs\n"])
def test_what_is_no_text_or_half_merged_is_refused(data: bytes) -> None:
    with pytest.raises(LockError):
        read(data)


@pytest.mark.parametrize(
    "text",
    ["FROM a:1 \\\n" * 50_000, "RUN <<E\n" * 50_000, "FROM " + "$A" * 200_000, "COPY " + "--from=" * 100_000,
     "ARG A=" + "x" * 500_000, "FROM " + "a/" * 300_000, "RUN --mount=" + "from=," * 20_000],
)  # fmt: skip
def test_hostile_text_takes_time_in_proportion(text: str) -> None:
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 3


def test_arguments_cannot_multiply() -> None:
    lines = ["ARG A0=xxxxxxxxxx", *(f"ARG A{n}=" + f"$A{n - 1}" * 10 for n in range(1, 12)), "FROM a:$A11"]
    inventory = read("\n".join(lines))
    assert [gap.line for gap in inventory.gaps] == [13]

import pytest
import yaml

from lockgate.inventory.model import LockError
from lockgate.inventory.node_yaml import load


def test_values_are_texts_and_lines_are_known() -> None:
    (document,) = load(
        "a: 1.10\nb:\n  'k@1': {x: [true, null]}\n  l:\n    m: 'n\n\n      o'\n\n  p: |\n    q\n\nz: ''\n"
    )
    assert document.value == {
        "a": "1.10",
        "b": {"k@1": {"x": ["true", "null"]}, "l": {"m": "n\no"}, "p": "q\n"},
        "z": "",
    }
    assert document.lines["a",] == (1, 1)
    assert document.lines["b", "k@1"] == (3, 3)
    assert document.lines["b", "l"] == (4, 7)
    assert document.lines["b", "p"][0] == 9
    assert document.lines["z",] == (12, 12)


def test_it_reads_what_pyyaml_reads() -> None:
    text = "a:\n  - b: c\n    d: [e, {f: g}]\n  - h\ni: {}\nj: []\n'k: l': >-\n  m\n  n\n"
    assert load(text)[0].value == yaml.safe_load(text)


def test_several_documents() -> None:
    assert [one.value for one in load("a: b\n---\nc: d\n")] == [{"a": "b"}, {"c": "d"}]
    assert load("# nothing\n") == []
    with pytest.raises(LockError, match="too many documents"):
        load("a: b\n---\n" * 11)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: &x b\n", 1, "anchor"),
        ("a: b\nc: *x\n", 2, "alias"),
        ("a: b\nc: &x [d]\n", 2, "anchor"),
        ("a: !!python/object:x {}\n", 1, "tag"),
        ("a: !!str b\n", 1, "tag"),
        ("a: b\na: c\n", 2, "'a' twice"),
        ("a:\n  b: c\n  b: d\n", 3, "'b' twice"),
        ("? [a]\n: b\n", 1, "not a text"),
        ("- a\n", 1, "not a mapping"),
        ("a: [b\n", 2, "not YAML"),
        ("a: b: c\n", 1, "not YAML"),
        ("a: \x07\n", 0, "not YAML"),
        ("a: " + "[" * 300_000, 1, "nested too deeply"),
        ("a:\n " + "- " * 300_000, 2, "nested too deeply"),
        ("a: " + "{b: " * 100 + "}" * 100, 1, "nested too deeply"),
    ],
)
def test_what_is_refused(text: str, line: int, why: str) -> None:
    with pytest.raises(LockError, match=why) as caught:
        load(text)
    assert caught.value.line == line

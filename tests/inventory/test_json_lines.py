import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.inventory.json_lines import Located, load
from lockgate.inventory.model import LockError

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('ab\\"\n', max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
_DOCUMENTS = st.fixed_dictionaries(
    {
        "name": _VALUES,
        "packages": st.dictionaries(st.text('xyz/{}":,', max_size=4), _VALUES, max_size=5),
        "z": _VALUES,
    }
)


def plain(record: dict[str, object]) -> object:
    return {
        key: {name: at.value for name, at in value.items()}
        if isinstance(value, dict) and all(isinstance(at, Located) for at in value.values())
        else value
        for key, value in record.items()
    }


@given(_DOCUMENTS, st.sampled_from([None, 0, 2]), st.booleans())
def test_it_reads_what_json_reads(document: dict[str, object], indent: int | None, escaped: bool) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=escaped)
    assert plain(load(text.encode(), frozenset({"packages"}))) == document


@given(_DOCUMENTS, st.integers(1, 3))
@settings(max_examples=50)
def test_lines_are_those_of_the_text(document: dict[str, dict[str, object]], indent: int) -> None:
    text = "\r\n\n" + json.dumps(document, indent=indent)
    lines = text.split("\n")
    for key, at in load(text.encode(), frozenset({"packages"}))["packages"].items():
        assert lines[at.line - 1].strip().startswith(f"{json.dumps(key)}: ")
        entry = "\n".join(lines[at.line - 1 : at.end_line]).rstrip().removesuffix(",")
        assert json.loads("{" + entry + "}") == {key: document["packages"][key]}


def test_a_minified_text_is_one_line() -> None:
    made = load(b'{"packages":{"a":{"b":[1]},"c":2}}', frozenset({"packages"}))
    assert made == {"packages": {"a": Located({"b": [1]}, 1, 1), "c": Located(2, 1, 1)}}


def test_nested_tables() -> None:
    made = load(b'{"d":{"a":{"x":1,\n"d":{"b":\n{}}}}}', frozenset({"d"}), nested=True)
    assert made == {"d": {"a": Located({"x": 1, "d": {"b": Located({}, 2, 3)}}, 1, 3)}}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('{"a":1,\n"a":2}', 2, 'it has the key "a" twice in one object'),
        ('{"t":{"a":1,\n"a":2}}', 2, 'it has the key "a" twice in one object'),
        ('{"t":{\n"b":{"a":1,"a":2}}}', 2, 'it has the key "a" twice in one object'),
        ('{\n"a":NaN}', 2, "it holds NaN, which is not JSON"),
        ('{"a":[\n-Infinity]}', 1, "it holds -Infinity, which is not JSON"),
        ('{"a":1}\n{', 2, "it is not JSON: something stands behind its end"),
        ('{"a":1,}', 1, "it is not JSON: a key is expected"),
        ('{"a":1\n "b":2}', 2, "it is not JSON: ',' is expected"),
        ('{"t":{"a":[1,}}', 1, "it is not JSON: Expecting value"),
        ('{"t":{"a":1', 1, "it is not JSON: ',' is expected"),
        ("{", 1, "it is not JSON: a key is expected"),
        ("[]", 1, "it is not JSON: an object is expected"),
        ("", 1, "it is not JSON: an object is expected"),
        ('{"a":"\\ud800"}', 0, "it holds half a character (a lone surrogate)"),
        ('{"a":' + "1" * 5000 + "}", 1, "it holds a number that is too large"),
        ('{\n<<<<<<< HEAD\n"a":1\n=======\n"a":2\n>>>>>>> x\n}', 2, "it holds a merge conflict"),
    ],
)
def test_what_is_refused(text: str, line: int, why: str) -> None:
    with pytest.raises(LockError) as caught:
        load(text.encode(), frozenset({"t"}))
    assert (caught.value.line, caught.value.why) == (line, why)


def test_what_is_not_utf_8_is_refused() -> None:
    with pytest.raises(LockError, match="not UTF-8") as caught:
        load(b'{\n"a":"\xff"}', frozenset())
    assert caught.value.line == 2


def test_a_byte_order_mark_and_pairs_of_surrogates_are_read() -> None:
    assert load('\ufeff{"a":"\\ud83d\\ude00"}'.encode(), frozenset()) == {"a": "\U0001f600"}


def test_the_cost_is_linear() -> None:
    def seconds(count: int) -> float:
        data = json.dumps({"t": {f"k{at}": {"a": {"b": "c" * 50}} for at in range(count)}}, indent=2).encode()
        start = time.perf_counter()
        assert len(load(data, frozenset({"t"}))["t"]) == count
        return time.perf_counter() - start

    assert min(seconds(20_000) for _ in range(3)) < 30 * min(seconds(2_000) for _ in range(3))

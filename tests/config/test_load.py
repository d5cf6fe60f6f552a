import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.config import Configuration, defaults, load
from lockgate.errors import ConfigurationError, ExitCode

WAIVER = "waivers:\n- rule: B602\n  owner: a\n  reason: b\n  expires: 2030-01-31\n"
SEVERITIES = "critical, high, medium, low, note"


def refusal(data):
    with pytest.raises(ConfigurationError) as caught:
        load(data if isinstance(data, bytes) else data.encode(), "conf.yml")
    assert caught.value.exit_code is ExitCode.BAD_CONFIGURATION
    place, _, what = caught.value.what.partition(": ")
    name, _, line = place.partition(":")
    assert name == "conf.yml"
    return int(line), what, caught.value.todo


def loaded(text):
    return load(text.encode(), "conf.yml").configuration


@pytest.mark.parametrize("data", [b"", b"# words\n", b"---\n", b"null\n", b"~", b"\xef\xbb\xbf", b"{}"])
def test_an_empty_file_is_the_defaults(data):
    assert load(data, "conf.yml").configuration == defaults().configuration == Configuration()


def test_every_key():
    text = """
fail-on: medium
exclude: [vendor/, '!vendor/ours/', '# words']
gates:
  sast: {enabled: false, fail-on: critical, exclude: ['**/*.min.js']}
  secrets: {enabled: True}
waiver-caps: {critical: 0, high: 3650}
limits: {seconds-per-file: 2.5, seconds-per-tool: 10}
"""
    made = loaded(text + WAIVER)
    assert (made.fail_on, made.exclude) == ("medium", ("vendor/", "!vendor/ours/", "# words"))
    sast = made.gate("sast")
    assert (sast.enabled, sast.fail_on, sast.exclude) == (False, "critical", ("**/*.min.js",))
    assert made.gate("secrets").enabled
    assert (made.waiver_caps.critical, made.waiver_caps.high, made.waiver_caps.low) == (0, 3650, 365)
    assert (made.limits.seconds_per_file, made.limits.seconds_per_tool) == (2.5, 10.0)
    (waiver,) = made.waivers
    assert (waiver.rule, waiver.owner, waiver.expires) == ("B602", "a", datetime.date(2030, 1, 31))
    assert waiver.path == "**"


def test_scalars_are_what_their_key_says():
    made = loaded(WAIVER.replace("B602", "601").replace("owner: a", "owner: no"))
    assert (made.waivers[0].rule, made.waivers[0].owner) == ("601", "no")


def test_byte_order_mark_and_crlf_do_not_shift_lines():
    text = "\ufeff# one\r\nfail-on: low\r\n\r\n" + WAIVER.replace("\n", "\r\n") + WAIVER[9:]
    made = load(text.encode(), "conf.yml")
    assert made.configuration.fail_on == "low"
    assert [place.line for place in made.waiver_places] == [5, 9]


def test_aliases_that_do_not_multiply_are_fine():
    made = loaded("exclude: &dirs [a/, b/]\ngates: {sast: {exclude: *dirs}}\n")
    assert made.gate("sast").exclude == made.exclude == ("a/", "b/")


@pytest.mark.parametrize(
    ("text", "line", "key", "near"),
    [
        ("\nfail-onn: high\n", 2, "fail-onn", "fail-on"),
        ("gates:\n  sast:\n    fail_on: high\n", 3, "fail_on", "fail-on"),
        ("gates:\n  sats: {}\n", 2, "sats", "sast"),
        (WAIVER + "  expiry: 2030-01-01\n", 6, "expiry", "expires"),
        ("limits:\n  # words\n  second-per-file: 1\n", 3, "second-per-file", "seconds-per-file"),
        ("waiver-caps: {hihg: 1}\n", 1, "hihg", "high"),
    ],
)
def test_an_unknown_key_names_the_line_and_the_nearest_key(text, line, key, near):
    at, what, todo = refusal(text)
    assert at == line
    assert f"unknown key `{key}`" in what
    assert f"did you mean `{near}`?" in todo


def test_an_unknown_key_like_none_lists_all():
    line, what, todo = refusal("fail-on: low\nzzzz: 1\n")
    assert (line, what) == (2, "unknown key `zzzz`")
    keys = "fail-on, exclude, gates, waivers, waivers-from-the-change, waiver-caps, limits"
    assert todo == f"Known keys: {keys}"


@pytest.mark.parametrize(
    ("text", "line", "place", "hint"),
    [
        ("gates:\n  sast:\n    enabled: maybe\n", 3, "gates.sast.enabled", "`true` or `false`"),
        ("gates: [sast]\n", 1, "gates", "key: value"),
        ("gates:\n  sast:\n", 2, "gates.sast", "key: value"),
        ("exclude: vendor/\n", 1, "exclude", "a list"),
        ("exclude:\n- a\n-\n", 3, "exclude[1]", "a value after the colon"),
        ("exclude:\n- a\n- {b: c}\n", 3, "exclude[1]", "a value"),
        ("fail-on: HIGH\n", 1, "fail-on", SEVERITIES),
        ("fail-on:\n", 1, "fail-on", "a value after the colon"),
        ("gates: {secrets: {fail-on: bad}}\n", 1, "gates.secrets.fail-on", SEVERITIES),
        ("limits:\n  seconds-per-file: ten\n", 2, "limits.seconds-per-file", "a number"),
        ("limits: {seconds-per-tool: 0}\n", 1, "limits.seconds-per-tool", "a number"),
        ("limits: {seconds-per-tool: nan}\n", 1, "limits.seconds-per-tool", "a number"),
        ("limits: {seconds-per-tool: inf}\n", 1, "limits.seconds-per-tool", "a number"),
        ("waiver-caps: {low: 1.5}\n", 1, "waiver-caps.low", "a whole number"),
        ("waiver-caps: {low: -1}\n", 1, "waiver-caps.low", "a whole number"),
        ("waivers:\n- B602\n", 2, "waivers[0]", "key: value"),
        ("waivers:\n- rule: x\n  owner: y\n", 2, "waivers[0]", "`owner`, `reason` and `expires`"),
        (WAIVER.replace("2030-01-31", "tomorrow"), 5, "waivers[0].expires", "YYYY-MM-DD"),
        (WAIVER.replace("2030-01-31", "2030-02-30"), 5, "waivers[0].expires", "YYYY-MM-DD"),
        (WAIVER.replace("2030-01-31", "2030-01-31T00:00:00Z"), 5, "waivers[0].expires", "YYYY-MM-DD"),
        (WAIVER.replace("owner: a", "owner: ' '"), 3, "waivers[0].owner", "a value"),
        (WAIVER.replace("rule: B602", "rule: ''"), 2, "waivers[0].rule", "a value"),
        (WAIVER.replace("rule: B602", "fingerprint: abc123"), 2, "waivers[0].fingerprint", "all 32 digits"),
        (WAIVER.replace("rule: B602", f"fingerprint: {'A' * 32}"), 2, "waivers[0].fingerprint", "32 digits"),
        (WAIVER + "  path: ''\n", 6, "waivers[0].path", "a value"),
    ],
)  # fmt: skip
def test_a_wrong_value_names_its_line_and_the_mend(text, line, place, hint):
    at, what, todo = refusal(text)
    assert (at, what.partition(": ")[0]) == (line, f"`{place}`")
    assert hint in todo


@pytest.mark.parametrize(
    ("place", "text", "line"),
    [
        ("exclude[1]", "exclude:\n- a\n- %s\n", 3),
        ("gates.secrets.exclude[0]", "gates:\n  secrets:\n    exclude: [%s]\n", 3),
        ("waivers[0].path", WAIVER + "  path: %s\n", 6),
    ],
)
@pytest.mark.parametrize("pattern", ["'!'", "'a\\'", "'[z-a]'", "'[a-\\]'"])
def test_a_pattern_that_cannot_be_read_names_its_line(place, text, line, pattern):
    at, what, todo = refusal(text % pattern)
    assert at == line
    assert what.startswith(f"`{place}`: `{pattern[1:-1]}` is no pattern")
    assert ".gitignore" in todo


@pytest.mark.parametrize("pattern", ["'# words'", "'!vendor/'", "'/'", "'  '"])
def test_a_waivers_path_must_match_something(pattern):
    assert refusal(WAIVER + f"  path: {pattern}\n")[0] == 6


@pytest.mark.parametrize(
    "named", ["", "rule: a\n  id: b", f"fingerprint: {'0' * 32}\n  id: b", "id: b\n  rule: c"]
)
def test_a_waiver_names_its_findings_in_exactly_one_way(named):
    text = "exclude: []\nwaivers:\n- owner: a\n  reason: b\n  expires: 2030-01-01\n" + (
        f"  {named}\n" if named else ""
    )
    line, what, _ = refusal(text)
    assert line == 3
    assert "exactly one of" in what


@pytest.mark.parametrize("named", ["rule: a", "id: b", f"fingerprint: {'0' * 32}"])
def test_each_way_is_enough(named):
    assert len(loaded(WAIVER.replace("rule: B602", named)).waivers) == 1


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"fail-on: low\nfail-on: high\n", 2, "stands twice"),
        (b"gates:\n  sast: {}\n  sast: {}\n", 3, "stands twice"),
        (b"gates:\n\tsast: {}\n", 2, "token"),
        (b"fail-on: low\nexclude: [\xe9]\n", 2, "not UTF-8"),
        ("fail-on: low\n".encode("utf-16"), 1, "not UTF-8"),
        (b"a: 1\nb: \0\n", 2, "U+0000"),
        (b"a: 1\nb: \x1b\n", 2, "U+001B"),
        ("# a\u2028b\nfail-on: x\n".encode(), 1, "U+2028"),
        (b"fail-on: low\n---\nfail-on: high\n", 2, "another document"),
        (b"- a\n- b\n", 1, "must be a mapping"),
        (b"words\n", 1, "must be a mapping"),
        (b"? [a]\n: b\n", 1, "a key must be a plain word"),
        (b"exclude: [a\n", 2, "expected"),
        (b"exclude: *nobody\n", 1, "alias"),
        (b"#" * 1_000_001, 1, "larger than 1 MB"),
    ],
)
def test_a_file_that_is_no_plain_mapping(data, line, words):
    at, what, _ = refusal(data)
    assert at == line
    assert words in what


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 900_000,
        b"{a: " * 100_000,
        b"- " * 400_000,
        b"? " * 400_000,
        b"exclude: [" + b"a," * 400_000 + b"]",
        b"exclude: &a [*a]\n",
        b"k0: &k0 x\n" + b"".join(b"k%d: &k%d [%s]\n" % (n, n, b"*k%d, " % (n - 1) * 9) for n in range(1, 9)),
    ],
    ids=["sequences", "mappings", "dashes", "questions", "many", "itself", "aliases"],
)  # fmt: skip
def test_a_bomb_does_not_go_off(data):
    assert "too many values" in refusal(data)[1]


def test_a_message_is_short_whatever_the_value():
    for text in (
        "fail-on: " + "x" * 900_000,
        "? " + "k" * 900_000 + "\n: 1\n",
        "exclude: [" + "x" * 1_001 + "]",
    ):
        line, what, todo = refusal(text)
        assert line == 1
        assert len(what) + len(todo) < 800


def test_a_tag_makes_no_object():
    assert refusal("fail-on: !!python/object/apply:os.system [id]\n")[0] == 1
    assert loaded("fail-on: !!python/name:os.system low\n").fail_on == "low"


@settings(max_examples=150)
@given(st.binary(max_size=60) | st.text("-:[]{}&*!|>'\"%@`?, \n\tabfailon0", max_size=60).map(str.encode))
def test_any_bytes_are_loaded_or_refused(data):
    try:
        load(data, "conf.yml")
    except ConfigurationError as error:
        line = int(error.what.split(":")[1])
        assert 1 <= line <= data.count(b"\n") + data.count(b"\r") + 2

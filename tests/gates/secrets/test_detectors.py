import re
from collections import Counter
from itertools import pairwise
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gates.secrets.tokens import ALPHABETS, MAKERS, VARIANTS, Sample
from lockgate.gates.secrets.detectors import Hit, find
from lockgate.gates.secrets.keywords import candidates
from lockgate.gates.secrets.kinds import KINDS
from lockgate.gates.secrets.kinds.checksums import base62
from lockgate.gates.secrets.kinds.kind import Kind, named, token
from lockgate.gates.secrets.kinds.placeholders import is_placeholder, is_random

BY_ID = {kind.id: kind for kind in KINDS}
# A password has no length of its own, and a block of text has marks rather than word boundaries around it.
OF_ANY_LENGTH = {kind.id for kind in KINDS if kind.id.endswith("-url-password")}
BLOCKS = {
    "gcp-service-account-key",
    "pgp-private-key",
    "private-key",
    "private-key-encrypted",
    "putty-private-key",
}
PLACEMENTS = {
    "python": '{name} = "{text}"\n',
    "env": "A=1\n{name}={text}\nB=2\n",
    "json": '{{"a": 1, "{name}": "{text}", "b": []}}',
    "yaml": "env:\n  {name}: {text}\n  other: 1\n",
    "toml": "[a]\n{name} = '{text}'\n",
    "curl": "curl -s -H 'X-{name}: {text}' https://shop.internal/api\n",
    "url": "see https://shop.internal/api?a=1&{name}={text} for more\n",
    "template": "const a = {{ {name}: `{text}` }};\n",
    "end": "{name}={text}",
    "crlf": "a\r\n{name}: {text}\r\nb\r\n",
}


def samples(kind: Kind) -> list[Sample]:
    makers = [table[kind.id] for table in (MAKERS, VARIANTS) if kind.id in table]
    return [maker(Random(f"{kind.id} {seed}")) for maker in makers for seed in range(3)]


def ids(text: str) -> list[str]:
    return [hit.kind.id for hit in find(text)]


def place(sample: Sample, placement: str) -> str:
    return PLACEMENTS[placement].format(name=sample.name, text=sample.text)


def each_kind(*, without: set[str] = frozenset()) -> pytest.MarkDecorator:
    kinds = [kind for kind in KINDS if kind.id not in without]
    return pytest.mark.parametrize("kind", kinds, ids=lambda kind: kind.id)


def test_every_kind_has_a_maker():
    assert set(MAKERS) == set(BY_ID)
    assert set(VARIANTS) <= set(BY_ID)


def test_the_registry_is_in_order_and_whole():
    assert [kind.id for kind in KINDS] == sorted(BY_ID)
    assert len(KINDS) == len(BY_ID) >= 90
    assert max(Counter(kind.name for kind in KINDS).values()) == 1


@each_kind()
def test_a_kind_is_described(kind: Kind):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.id)
    assert kind.why.endswith(".")
    assert kind.mend.endswith(".")
    assert kind.help.startswith("https://")
    assert kind.cwe == (798,)
    assert "secret" in re.compile(kind.pattern, re.ASCII).groupindex


@each_kind()
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_value_is_found_exactly(kind: Kind, placement: str):
    for sample in samples(kind):
        text = place(sample, placement)
        hits = list(find(text))
        assert [hit.kind.id for hit in hits] == [kind.id]
        assert text[hits[0].start : hits[0].end] == sample.value
        assert hits[0].checksum is not False


@each_kind(without=OF_ANY_LENGTH)
def test_a_value_that_lost_its_last_character_is_not_found(kind: Kind):
    sample = samples(kind)[0]
    assert ids(place(sample, "python").replace(sample.value, sample.value[:-1])) == []


@each_kind(without=OF_ANY_LENGTH | BLOCKS)
def test_a_value_inside_a_longer_word_is_not_found(kind: Kind):
    sample = samples(kind)[0]
    filler = "".join(Random(kind.id).choices(ALPHABETS["a"], k=9000))
    around = place(sample, "python")
    assert ids(around.replace(sample.value, sample.value + filler)) == []
    if sample.around == "<value>":
        assert ids(around.replace(sample.value, "Zq9k" + sample.value)) == []


@each_kind(without=BLOCKS | {"jwt"})
def test_a_placeholder_is_not_found(kind: Kind):
    prefix = re.match(r"(?:[A-Za-z0-9]{1,8}[-_.])*", samples(kind)[0].value)[0]
    for sample in samples(kind)[:1]:
        body = sample.value[len(prefix) :]
        for fake in (
            "x" * len(body),
            "0" * len(body),
            ("example" * 99)[: len(body)],
            ("your-" * 99)[: len(body)],
        ):
            assert ids(place(sample, "python").replace(sample.value, prefix + fake)) == []


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7" + "EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
        "postgres://postgres:postgres@db/app",
        "postgres://app:password@db.shop.internal/app",
        "postgres://app:${DB_PASSWORD}@db.shop.internal/app",
        "postgres://app:{{ password }}@db.shop.internal/app",
        "postgres://app:%s@db.shop.internal/app",
        "postgres://app:***@db.shop.internal/app",
        "postgres://app:<password>@db.shop.internal/app",
        "postgres://app:@db.shop.internal/app",
        "postgres://app:q7Xw2LpZ@localhost/app",
        "postgres://app:q7Xw2LpZ@127.0.0.1/app",
        "postgres://app:q7Xw2LpZ@db.example.com/app",
        "-----BEGIN PRIVATE " + "KEY-----\n...\n-----END PRIVATE " + "KEY-----",
        "-----BEGIN RSA PRIVATE " + "KEY-----",
        "FASTLY_API_TOKEN = get_fastly_token_from_the_vault_",
    ],
)
def test_what_people_write_in_documentation_is_not_found(text: str):
    assert ids(text) == []


def test_a_jwt_without_signature_algorithm_or_json_is_not_found():
    sample = MAKERS["jwt"](Random(1)).value
    assert ids(sample) == ["jwt"]
    assert ids(sample.replace("eyJ", "eyK", 1)) == []
    assert ids("eyJ" + "hdXRvbWF0aWM" + sample[sample.index(".") :]) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.checksum], ids=lambda kind: kind.id)
def test_a_wrong_checksum_is_flagged(kind: Kind):
    sample = samples(kind)[-1 if kind.id.startswith("gitlab-pat") else 0]
    last = "1" if sample.value[-1] == "0" else "0"
    (right,) = find(sample.text)
    (wrong,) = find(sample.text.replace(sample.value, sample.value[:-1] + last))
    assert right.checksum is (True if MAKERS[kind.id].finish is not str or kind.id == "gitlab-pat" else None)
    assert wrong.checksum is (False if right.checksum else None)


def test_published_checksums_fit():
    # npm's and GitHub's announcements split these made-up tokens into entropy and checksum.
    assert base62("qkJaB6MffYVzZXWqmcoF49yrUxP3wf") == "0LsakP"
    assert base62("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ") == "0mLq17"


def test_a_stateless_app_token_is_one_hit_without_checksum():
    sample = VARIANTS["github-app-token"](Random(2))
    assert [(hit.kind.id, hit.checksum) for hit in find(sample.text)] == [("github-app-token", None)]


def test_a_written_escape_may_stand_before_a_value():
    sample = MAKERS["github-classic-token"](Random(3))
    assert ids(f'"line\\n{sample.value}\\n"') == ["github-classic-token"]


def test_hits_come_by_position_and_each_place_once():
    rng = Random(4)
    makers = [MAKERS[name] for name in ("npm-token", "private-key", "npm-token", "stripe-live-key")]
    text = "\n".join(maker(rng).value for maker in makers)
    hits = list(find(text))
    assert [hit.kind.id for hit in hits] == ["npm-token", "private-key", "npm-token", "stripe-live-key"]
    assert all(left.end <= right.start for left, right in pairwise(hits))


def test_the_kind_named_by_the_value_wins_over_the_kind_named_by_the_line():
    value = MAKERS["sonar-token"](Random(5)).value
    assert ids(f"COHERE_API_KEY={value}\nAUTH0_SECRET={value}") == ["sonar-token", "sonar-token"]


ASSERTIONS = re.compile(r"\(\?<?[=!](?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)")


@each_kind()
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_keyword_is_in_whatever_the_pattern_matches(kind: Kind, data: st.DataObject):
    # Without assertions and with short repeats a pattern matches more and sooner, never without its literals.
    loose = re.sub(r"\{[0-9]+(?:,[0-9]+)?\}", "{1}", ASSERTIONS.sub("", kind.pattern))
    text = data.draw(st.from_regex(re.compile(loose, re.ASCII), fullmatch=True))
    assert any(keyword in text.lower() for keyword in kind.keywords)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([word for kind in KINDS for word in kind.keywords]), max_size=6), st.data())
def test_one_pass_finds_the_same_keywords_as_a_search_for_each(words: list[str], data: st.DataObject):
    cut = [word[data.draw(st.integers(0, 2)) :] for word in words]
    text = data.draw(st.sampled_from(["", " ", "s", "-"])).join(cut)
    expected = [kind.id for kind in KINDS if any(keyword in text for keyword in kind.keywords)]
    assert [kind.id for kind in candidates(text)] == expected


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200), st.sampled_from(sorted(MAKERS)))
def test_any_text_around_a_value_is_survived(text: str, name: str):
    value = MAKERS[name](Random(6)).value
    for hit in find(f"{text}\n{value}\ud800{text}"):
        assert isinstance(hit, Hit)
        assert 0 <= hit.start < hit.end


def seconds(text: str) -> float:
    start = process_time()
    for _ in find(text):
        pass
    return process_time() - start


@each_kind()
def test_work_grows_with_the_length_of_hostile_input(kind: Kind):
    value = samples(kind)[0].text
    name = samples(kind)[0].name
    for piece in (
        kind.keywords[0],
        value[:-1],
        value[: len(value) // 2],
        f"{name}={value[:-1]}",
        value[:6] + "a" * 40,
    ):
        short, long = piece * (20_000 // len(piece) + 1), piece * (80_000 // len(piece) + 1)
        assert seconds(long) < 12 * seconds(short) + 0.25


@pytest.mark.parametrize(
    "fill", ["a", "=", "-", "eyJ", "-----BEGIN PRIVATE ", "mysql+", '"type": "service_account" ']
)
def test_ten_megabytes_on_one_line_take_bounded_time(fill: str):
    every = " ".join(keyword for kind in KINDS for keyword in kind.keywords)
    assert seconds(every + fill * (10_000_000 // len(fill))) < 60


def test_helpers_bound_the_value_on_both_sides():
    pattern = re.compile(token("ab_", "[a-z]{4}"), re.ASCII)
    assert pattern.search("x ab_wxyz,")["secret"] == "ab_wxyz"
    assert not any(pattern.search(text) for text in ("xab_wxyz", "ab_wxyzz", "ab_wxy", "-ab_wxyz"))
    assert re.search(named("shop_key", "[a-z0-9]{4}"), 'SHOP_KEY": "a1b2"', re.ASCII)["secret"] == "a1b2"


def test_placeholders_are_told_from_random_values():
    rng = Random(7)
    drawn = ["".join(rng.choices(ALPHABETS[alphabet], k=32)) for alphabet in "hlaw" for _ in range(500)]
    assert sum(is_random(value) for value in drawn) >= 1995
    assert is_placeholder("your-token")
    assert not is_random("aaaabbbbaaaabbbb")

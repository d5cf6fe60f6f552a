import sys
import time
from random import Random

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.settings import get_settings

from gates.running import reports, write
from gates.secrets.tokens import MAKERS
from lockgate.finding import Severity
from lockgate.gates.secrets import detect_secrets_worker
from lockgate.gates.secrets.detect_secrets_rules import RULES, rule
from lockgate.process.pool import Job, Pool

NPM, GITHUB, AWS = (
    MAKERS[kind](Random(7)).value for kind in ("npm-token", "github-classic-token", "aws-access-key-id")
)
TYPES = (
    "AWS Access Key|Artifactory Credentials|Azure Storage Account access key|Base64 High Entropy String"
    "|Basic Auth Credentials|Cloudant Credentials|Discord Bot Token"
    "|GitHub Token|GitLab Token"
    "|Hex High Entropy String|IBM COS HMAC Credentials|IBM Cloud IAM Key|JSON Web Token|Mailchimp Access Key"
    "|NPM tokens"
    "|OpenAI Token|Private Key|Public IP (ipv4)|PyPI Token|Secret Keyword|SendGrid API Key"
    "|Slack Token|SoftLayer Credentials"
    "|Square OAuth Secret|Stripe Access Key|Telegram Bot Token|Twilio API Key"
)


def bomb():
    """Nest aliases: each of nine levels names the one before nine times."""
    levels = ["a: &a [" + ",".join(["x"] * 9) + "]"]
    for one, other in zip("abcdefgh", "bcdefghi", strict=True):
        levels.append(f"{other}: &{other} [" + ",".join([f"*{one}"] * 9) + "]")
    return "\n".join(levels) + "\n"


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    files = {
        "clean.py": "a = 1\n",
        "empty": "",
        "token.py": f'# first\ntoken = "{GITHUB}"\n',
        "twice.py": f'a = "{GITHUB}"\nb = "{GITHUB}"\n',
        "latin1.txt": f"é = 1\ntoken = '{GITHUB}'\n".encode("latin-1"),
        "utf16.txt": f"é = 1\ntoken = '{GITHUB}'\n".encode("utf-16"),
        "bom.py": b"\xef\xbb\xbf" + f"token = '{GITHUB}'\n".encode(),
        "nul.py": f"token = '{GITHUB}'\n\0\n",
        "binary.bin": bytes(range(256)) * 4 + GITHUB.encode(),
        "crlf.py": f"a = 1\r\ntoken = '{GITHUB}'\r\n",
        "formfeed.py": f"a = 1\n\x0c\ntoken = '{GITHUB}'\n",
        "date.yaml": f"day: 0000-00-00\ntoken: '{GITHUB}'\n",
        "multi.yaml": f"a: |\n  one\n  {GITHUB}\nb: c\n",
        "deep.yaml": "[" * 3000 + "]" * 3000 + f"  # '{GITHUB}'\n",
        "settings.ini": f"[a]\ntoken = {GITHUB}\n",
        "allowed.py": f'token = "{GITHUB}"  # pragma: allowlist secret\n',
        "odd names/--x 'y' \"z\"\n::error::.py": f'token = "{GITHUB}"\n',
        "not\udce9utf8.py": f'token = "{GITHUB}"\n',
    }
    return reports("detect-secrets", tmp_path_factory.mktemp("secrets"), files)


def places(report):
    return [(raw.rule, raw.line) for raw in report.findings]


def test_every_type_of_detect_secrets_is_known():
    assert set(get_mapping_from_secret_type_to_class()) == set(TYPES.split("|"))
    assert {described.name for described in RULES} == set(TYPES.split("|"))
    assert len({described.id for described in RULES}) == len(RULES)


def test_a_typed_token_blocks_and_a_guess_warns():
    assert rule("GitHub Token").severity == rule("A type of tomorrow").severity == Severity.HIGH
    assert rule("Secret Keyword").severity == Severity.MEDIUM
    assert rule("Hex High Entropy String").severity == Severity.LOW


@pytest.mark.parametrize("name", ["clean.py", "empty", "binary.bin", "allowed.py"])
def test_nothing_is_found_where_detect_secrets_finds_nothing(analysed, name):
    assert (analysed[name].findings, analysed[name].problem) == ((), "")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("token.py", 2),
        ("latin1.txt", 2),
        ("utf16.txt", 2),
        ("bom.py", 1),
        ("nul.py", 1),
        ("crlf.py", 2),
        ("formfeed.py", 3),
        ("date.yaml", 2),
        ("settings.ini", 2),
        ("odd names/--x 'y' \"z\"\n::error::.py", 1),
        ("not\udce9utf8.py", 1),
    ],
)
def test_a_token_is_found_in_any_name_and_encoding(analysed, name, line):
    assert analysed[name].problem == ""
    assert ("github-token", line) in places(analysed[name])


def test_equal_values_are_one_finding_at_the_first_line(analysed):
    assert [place for place in places(analysed["twice.py"]) if place[0] == "github-token"] == [
        ("github-token", 1)
    ]


def test_the_value_is_marked_and_nowhere(analysed):
    text = f'token = "{GITHUB}"'
    for raw in analysed["token.py"].findings:
        assert GITHUB not in f"{raw.message}{raw.key}{raw.help}"
        assert {text[start - 1 : end - 1] for _, start, end in raw.secrets} == {GITHUB}


def test_no_part_of_a_token_is_left_to_see(tmp_path):
    values = {kind: maker(Random(9)).value for kind, maker in MAKERS.items()}
    files = {}
    for kind, value in values.items():
        if "\n" not in value:
            files |= {f"{kind}/a.py": f'password = f("{value}", b)', f"{kind}/b.env": f"TOKEN={value}"}
    found = reports("detect-secrets", tmp_path, files)
    left = {}
    for name, report in found.items():
        for raw in report.findings:
            text, value = files[name], values[name.split("/")[0]]
            for _, start, end in sorted(raw.secrets, reverse=True):
                text = text[: start - 1] + "\0" + text[end - 1 :]
            left |= {name: text} if any(value[at : at + 6] in text for at in range(len(value) - 5)) else {}
    assert sum(bool(report.findings) for report in found.values()) > 50
    assert left == {}


@pytest.mark.parametrize("end", [True, False])
def test_a_private_key_hides_all_its_lines(tmp_path, end):
    text = MAKERS["private-key"](Random(9)).text
    lines = text.splitlines() if end else text.splitlines()[:-1]
    (report,) = reports("detect-secrets", tmp_path, {"k.pem": "\n".join(["# a", *lines, "# b"])}).values()
    (raw,) = (raw for raw in report.findings if raw.rule == "private-key")
    assert [line for line, _, _ in raw.secrets] == list(range(2, 2 + len(lines)))


def test_a_value_that_a_transformer_changed_hides_its_whole_line(analysed):
    raws = [raw for raw in analysed["multi.yaml"].findings if raw.rule == "github-token"]
    assert raws
    for raw in raws:
        assert raw.secrets


def test_deep_nesting_is_said_and_not_silent(analysed):
    assert analysed["deep.yaml"].problem in {"", "it is nested too deeply"}
    assert ("github-token", 1) in places(analysed["deep.yaml"]) or analysed["deep.yaml"].problem


def test_a_yaml_bomb_and_an_endless_line_are_stopped_and_the_rest_is_scanned(tmp_path):
    assert len(bomb()) < 400
    files = {
        "bomb.yml": bomb(),
        "line.js": "secret" * 20_000 + "\n",
        **{f"{number}.py": f'token = "{GITHUB}"\n' for number in range(20)},
    }
    started = time.monotonic()
    found = reports("detect-secrets", tmp_path, files, seconds=3.0)
    assert time.monotonic() - started < 25
    assert {name for name, report in found.items() if report.problem} == {"bomb.yml", "line.js"}
    for name in ("bomb.yml", "line.js"):
        assert "after 3 seconds" in found[name].problem or "memory" in found[name].problem
    for number in range(20):
        assert ("github-token", 1) in places(found[f"{number}.py"])


def test_no_setting_verifies_over_the_network():
    detect_secrets_worker.load()
    filters = get_settings().filters
    assert filters
    assert not [path for path in filters if "verif" in path]
    assert len(get_settings().plugins) == len(RULES)


SPY = """
import os, runpy, sys
sys.addaudithook(lambda event, details: os._exit(99) if event in {events!r} else None)
runpy.run_module("lockgate.worker", run_name="__main__")
"""


# Not socket.bind: a library that detect-secrets imports asks in this way whether there is IPv6.
NETWORK = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}
VERIFIED = ("aws-access-key-id", "slack-bot-token", "slack-webhook-url", "stripe-live-key")


@pytest.mark.parametrize(
    ("events", "dies"), [(NETWORK, False), ({"os.chdir"}, True)], ids=["network", "hook"]
)
def test_no_token_ever_leaves_the_machine(tmp_path, events, dies):
    samples = [MAKERS[kind](Random(3)) for kind in VERIFIED]
    write(tmp_path, {"a.py": "".join(f'token = "{sample.text}"\n' for sample in samples)})
    argv = (sys.executable, "-I", "-X", "utf8", "-c", SPY.format(events=events))
    (reply,) = Pool("detect-secrets", 1, 30.0, argv).map([Job(str(tmp_path), "a.py")])
    assert bool(reply.problem) is dies
    assert (b"aws-access-key" in reply.result) is not dies

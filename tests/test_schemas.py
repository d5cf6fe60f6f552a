"""The published JSON Schemas: as the types say, and true for real files."""

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lockgate.config import load
from lockgate.config.model import Configuration
from lockgate.errors import ConfigurationError
from lockgate.reports import verdict_json
from verdicts import finding, verdict, verdicts

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "scripts" / "dev" / "schemas"
README = (ROOT / "README.md").read_text() if (ROOT / "README.md").is_file() else ""
EXAMPLES = [text for text in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if "waivers:" in text]


def validator(name):
    schema = json.loads((ROOT / "schema" / name).read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


CONFIGURATION = validator("lockgate.schema.json")
VERDICT = validator("verdict-1.schema.json")
VALID = """
fail-on: medium
exclude: [vendor/]
gates:
  sast: {enabled: false, fail-on: critical, exclude: ['*.min.js']}
  secrets: {fail-on: null}
waivers:
- {rule: B602, owner: a, reason: b, expires: '2030-01-31', path: 'tools/**'}
- {fingerprint: 0123456789abcdef0123456789abcdef, owner: a, reason: b, expires: '2030-01-31'}
- {id: CVE-2024-1234, owner: a, reason: b, expires: '2030-01-31'}
waiver-caps: {critical: 0}
limits: {seconds-per-file: 2.5}
"""


def test_they_are_as_the_types_say():
    done = subprocess.run([sys.executable, PROGRAM, "--check"], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_stale_schema_is_seen(tmp_path):
    (tmp_path / "scripts" / "dev").mkdir(parents=True)
    (tmp_path / "scripts" / "lockgate").symlink_to(ROOT / "scripts" / "lockgate")
    program = tmp_path / "scripts" / "dev" / "schemas"
    program.write_bytes(PROGRAM.read_bytes())

    def start(option):
        argv = [sys.executable, program, option]
        return subprocess.run(argv, check=False, capture_output=True, text=True)

    assert start("--check").stdout.count("is not as the types say") == 2
    assert start("--write").returncode == 0
    assert start("--check").returncode == 0
    file = tmp_path / "schema" / "verdict-1.schema.json"
    file.write_text(file.read_text().replace("boolean", "string"))
    done = start("--check")
    assert (done.returncode, done.stdout.split()[0]) == (1, "schema/verdict-1.schema.json")
    assert start("--nonsense").returncode == 2


def test_no_schema_claims_an_address_and_each_type_says_what_it_is():
    for schema in (CONFIGURATION.schema, VERDICT.schema):
        assert "$id" not in json.dumps(schema)
        for name, kind in schema["$defs"].items():
            assert kind["title"] == name
            assert kind["description"].endswith(".")


@pytest.mark.parametrize("text", ["{}", VALID])
def test_a_valid_configuration_fits_both(text):
    CONFIGURATION.validate(yaml.safe_load(text))
    assert isinstance(load(text.encode(), "x").configuration, Configuration)


def test_the_configurations_of_the_readme_fit_both():
    assert EXAMPLES
    for text in EXAMPLES:
        # Dates become text, as JSON has them.
        CONFIGURATION.validate(json.loads(json.dumps(yaml.safe_load(text), default=str)))
        assert load(text.encode(), "README.md").configuration.waivers


@pytest.mark.parametrize(
    "text",
    [
        "fail-onn: high",
        "fail-on: severe",
        "exclude: vendor/",
        "exclude: ['']",
        "gates: {sast: {enable: true}}",
        "gates: {sats: {}}",
        "waiver-caps: {high: -1}",
        "limits: {seconds-per-file: 0}",
        "waivers: [{owner: a, reason: b, expires: '2030-01-01'}]",
        "waivers: [{rule: a, id: b, owner: a, reason: b, expires: '2030-01-01'}]",
        "waivers: [{rule: a, owner: a, expires: '2030-01-01'}]",
        "waivers: [{rule: a, owner: '', reason: b, expires: '2030-01-01'}]",
        "waivers: [{rule: a, owner: a, reason: b, expires: 'soon'}]",
        "waivers: [{fingerprint: abc, owner: a, reason: b, expires: '2030-01-01'}]",
    ],
)
def test_an_invalid_configuration_fits_neither(text):
    assert not CONFIGURATION.is_valid(yaml.safe_load(text))
    with pytest.raises(ConfigurationError):
        load(text.encode(), "x")


def test_the_defaults_in_the_schema_are_those_of_the_program():
    properties = CONFIGURATION.schema["$defs"]["Configuration"]["properties"]
    shown = {name: value["default"] for name, value in properties.items()}
    assert shown == json.loads(msgspec.json.encode(Configuration()))


@settings(max_examples=25)
@given(verdicts(st.text(st.characters(codec="utf-8"), max_size=20)))
def test_any_verdict_fits(made):
    VERDICT.validate(json.loads(verdict_json.render(made)))


def test_seconds_stand_in_timing_alone():
    document = json.loads(verdict_json.render(verdict(finding())))
    assert document["timing"] == {"seconds": 1.0, "gates": {"sast": 1.0}}
    assert "seconds" not in document["gates"][0]
    del document["timing"]
    assert not VERDICT.is_valid(document)

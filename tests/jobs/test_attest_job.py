"""What is attested: seen before GitHub's action is asked, which fails late and says little."""

import json

import pytest

from lockgate.errors import ExitCode, InputError
from lockgate.jobs import attest
from runner_port import file_commands

SUBJECT = {"subject-path": "dist/*"}
BILL = {"bomFormat": "CycloneDX", "components": [{"name": "a"}, {"name": "b"}]}


def do(tmp_path, bill, inputs=None, *, name="sbom.cdx.json"):
    (tmp_path / name).write_bytes(bill if isinstance(bill, bytes) else json.dumps(bill).encode())
    output = tmp_path / "output"
    environment = {
        "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output), "GITHUB_WORKSPACE": str(tmp_path),
        "LOCKGATE_INPUTS": json.dumps({"sbom": name, **(SUBJECT if inputs is None else inputs)}),
    }  # fmt: skip
    return attest.run(environment), file_commands(output.read_text())


@pytest.mark.parametrize("bill", [BILL, {"spdxVersion": "SPDX-2.3", "packages": [{}, {}]}])
def test_a_bill_is_named_and_counted(tmp_path, capsys, bill):
    code, outputs = do(tmp_path, bill)
    assert (code, outputs) == (ExitCode.PASS, {"sbom": str(tmp_path / "sbom.cdx.json")})
    assert capsys.readouterr().out == "sbom.cdx.json: 2 components, 0.0 MB\n"


def test_a_whole_path_is_taken_too(tmp_path):
    (tmp_path / "report").mkdir()
    name = str(tmp_path / "report/sbom.cdx.json")
    assert do(tmp_path, BILL, name=name)[1] == {"sbom": name}


@pytest.mark.parametrize(
    "bill", [b"{", b"[]", b"\xff", b"[" * 100_000, {}, {"bomFormat": "other"}, {"bomFormat": 1}]
)
def test_what_is_no_bill_is_refused(tmp_path, bill):
    with pytest.raises(InputError, match=r"sbom\.cdx\.json is no bill of materials"):
        do(tmp_path, bill)


def test_a_bill_that_github_does_not_take_is_refused_before_it_is_asked(tmp_path):
    padding = b'{"bomFormat": "CycloneDX", "x": "' + b"x" * attest.MOST_BYTES + b'"}'
    with pytest.raises(InputError, match="larger than 16 MB") as caught:
        do(tmp_path, padding)
    assert "--project" in caught.value.todo


def test_a_bill_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "folder").mkdir()
    for name in ("none", "folder"):
        environment = {
            "GITHUB_WORKSPACE": str(tmp_path),
            "LOCKGATE_INPUTS": json.dumps({"sbom": name} | SUBJECT),
        }
        with pytest.raises(InputError, match=f"{name} cannot be attested"):
            attest.run(environment)


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"subject-name": "image"},
        {"subject-digest": "sha256:0"},
        {**SUBJECT, "subject-name": "image", "subject-digest": "sha256:0"},
    ],
)
def test_it_must_be_said_what_the_bill_is_of(tmp_path, inputs):
    with pytest.raises(InputError, match="what the bill is of"):
        do(tmp_path, BILL, inputs)

"""A shard's job, as its action starts it."""

import json

import pytest

from e2e.engine import FLAW, repository
from lockgate.errors import ExitCode, InputError
from lockgate.jobs import shard
from runner_port import file_commands


def start(tmp_path, **inputs):
    folder = repository(tmp_path / "r", {"a.py": FLAW, "b.py": FLAW + "A = 1\n"})
    environment = {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "schedule", "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_WORKSPACE": str(folder), "RUNNER_TEMP": str(tmp_path / "temp"),
        "LOCKGATE_HOME": str(tmp_path / "home"), "LOCKGATE_INPUTS": json.dumps(inputs),
    }  # fmt: skip
    return shard.run(environment)


def test_it_writes_its_part_and_names_it(tmp_path, capsys):
    for number in ("1", "2"):
        folder = tmp_path / number
        folder.mkdir()
        assert start(folder, gate="sast", number=number, count="2") is ExitCode.PASS
        part = folder / "temp" / "lockgate-parts" / f"part-sast-{number}.json"
        assert file_commands((folder / "output").read_text()) == {"part": str(part)}
        assert json.loads(part.read_text())["number"] == int(number)
        assert f"part {number} of 2 of sast: " in capsys.readouterr().out
        # A finding is no failure of the job that found it: the one that judges says so.


@pytest.mark.parametrize(
    ("inputs", "name"),
    [
        ({"gate": "sast", "number": "3", "count": "2"}, "part 3 of 2"),
        ({"gate": "sast", "number": "0", "count": "2"}, "`number`"),
        ({"gate": "sast", "number": "1", "count": "x"}, "`count`"),
        ({"gate": "no", "number": "1", "count": "1"}, "gate `no`"),
        ({"number": "1", "count": "1"}, "gate"),
    ],
)
def test_inputs_that_no_plan_wrote(tmp_path, inputs, name):
    with pytest.raises(InputError, match=name):
        start(tmp_path, **inputs)

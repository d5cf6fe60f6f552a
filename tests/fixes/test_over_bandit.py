"""Every fix is taken to bandit itself: what it found there is gone, and nothing else came or went."""

from collections import Counter

import pytest

from gates.running import reports
from lockgate.finding import Severity
from lockgate.fixes import apply, is_known

# name: (rule, before, after); no `after` where somebody has to decide.
CASES = {
    "yaml": ("B506", "import yaml\nyaml.load(x)\n", "import yaml\nyaml.safe_load(x)\n"),
    "yaml_named": (
        "B506", "import yaml as y\nc = y.load(x, Loader=y.Loader)\n",
        "import yaml as y\nc = y.safe_load(x)\n"),
    "yaml_loader": (
        "B506", "import yaml\nc = yaml.load(x, Loader=yaml.FullLoader)\n",
        "import yaml\nc = yaml.safe_load(x)\n"),
    "yaml_second": (
        "B506", "import yaml\nfrom yaml import UnsafeLoader\nyaml.load(\n    x,\n    UnsafeLoader,\n)\n",
        "import yaml\nfrom yaml import UnsafeLoader\nyaml.safe_load(\n    x,\n)\n"),
    "yaml_nested": (
        "B506", "import yaml\nyaml.load(read(yaml.safe_load(é)), Loader=yaml.CLoader)  # ü\n",
        "import yaml\nyaml.safe_load(read(yaml.safe_load(é)))  # ü\n"),
    "yaml_own_loader": ("B506", "import yaml\nyaml.load(x, Loader=Mine)\n", None),
    "yaml_stars": ("B506", "import yaml\nyaml.load(x, **how)\n", None),
    "yaml_comment": ("B506", "import yaml\nyaml.load(\n    x,  # why\n    Loader=yaml.Loader,\n)\n", None),
    "yaml_member": ("B506", "from yaml import load\nimport yaml\nload(x)\n", None),
    "verify": (
        "B501", "import requests\nrequests.get(u, verify=False, timeout=1)\n",
        "import requests\nrequests.get(u, timeout=1)\n"),
    "verify_lines": (
        "B501", "import httpx\nclient = httpx.Client(\n    timeout=1,\n    verify=False,\n)\n",
        "import httpx\nclient = httpx.Client(\n    timeout=1,\n)\n"),
    "verify_first": (
        "B501", "import requests\nrequests.get(verify = False, url=u, timeout=1)\n",
        "import requests\nrequests.get(url=u, timeout=1)\n"),
    "verify_alone": ("B501", "import httpx\nhttpx.Client(verify=False)\n", "import httpx\nhttpx.Client()\n"),
    "verify_comma": ("B501", "import httpx\nhttpx.Client(verify=False,)\n", None),
    "verify_brackets": (
        "B501", "import requests\nrequests.get((u), verify=False, timeout=1)\n", None),
    "verify_two": (
        "B501", "import requests\nrequests.get(u, verify=False, timeout=1); requests.get(v, timeout=1)\n",
        "import requests\nrequests.get(u, timeout=1); requests.get(v, timeout=1)\n"),
    "flask": (
        "B201", "from flask import Flask\napp = Flask(1)\napp.run(host=h, debug=True)\n",
        "from flask import Flask\napp = Flask(1)\napp.run(host=h)\n"),
    "ssl": (
        "B323", "import ssl\nc = ssl._create_unverified_context()\n",
        "import ssl\nc = ssl.create_default_context()\n"),
    "ssl_arguments": ("B323", "import ssl\nc = ssl._create_unverified_context(p)\n", None),
    "torch": (
        "B614", "import torch\nm = torch.load(f)\n", "import torch\nm = torch.load(f, weights_only=True)\n"),
    "torch_false": (
        "B614", "import torch\nm = torch.load(\n    f,\n    weights_only=False,\n)\n",
        "import torch\nm = torch.load(\n    f,\n    weights_only=True,\n)\n"),
    "torch_brackets": ("B614", "import torch\nm = torch.load((f))\n", None),
    "hash": ("B324", "import hashlib\nhashlib.md5(x)\n", None),
    "shell": ("B602", "import subprocess\nsubprocess.run(c, shell=True)\n", None),
    "crlf": (
        "B506", "# é\r\nimport yaml\r\nyaml.load(x)\r\n", "# é\r\nimport yaml\r\nyaml.safe_load(x)\r\n"),
}  # fmt: skip


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Let one worker look at all files, as they are and mended."""
    folder = tmp_path_factory.mktemp("mended")
    files = {f"{name}_before.py": before for name, (_, before, _) in CASES.items()}
    files |= {f"{name}_after.py": after for name, (_, _, after) in CASES.items() if after}
    return reports("bandit", folder, {name: text.encode() for name, text in files.items()})


def rules(report):
    return Counter(finding.rule for finding in report.findings)


@pytest.mark.parametrize("name", CASES)
def test_bandit_is_content_with_a_fix(answers, name):
    rule, before, after = CASES[name]
    report = answers[f"{name}_before.py"]
    (found,) = [finding for finding in report.findings if finding.rule == rule]
    if after is None:
        assert found.fix == ()
        return
    assert is_known("bandit", rule, found.fix)
    assert apply(before, found.fix) == after
    assert rules(answers[f"{name}_after.py"]) == rules(report) - Counter([rule])
    assert answers[f"{name}_after.py"].problem == ""
    assert found.severity >= Severity.LOW


def test_nothing_else_has_a_fix(answers):
    fixed = {rule for rule, _, after in CASES.values() if after}
    others = [raw for each in answers.values() for raw in each.findings if raw.rule not in fixed]
    assert {raw.rule for raw in others} >= {"B324", "B602"}
    assert [raw.rule for raw in others if raw.fix] == []

"""What the configuration adds to the locks: an installed environment, and licences that an index knows."""

from dataclasses import replace
from pathlib import Path

import pytest

from checkouts import Checkout
from gates.sca.advising import Fake, advisory, marks, one, run, sources, tree
from lockgate.bom.metadata import Said
from lockgate.config.model import Licences, ScaConfiguration
from lockgate.errors import ToolError
from lockgate.finding import NOT_SCANNED
from lockgate.gates.sca import gate

LOCK = "requirements.txt"
JINJA = advisory("GHSA-aaaa-bbbb-cccc", "jinja2", ("3.1.6",))
LIVE = sources(Fake(JINJA))


@pytest.fixture
def checkout(tmp_path):
    made = Checkout(tmp_path / "r")
    made.commit({LOCK: "flask==2.0.0\n"})
    return made


@pytest.fixture
def environment(tmp_path):
    site = tmp_path / "venv" / "lib" / "python3.12" / "site-packages"
    install(site, "app", "1.0", "Requires-Dist: Jinja2>=2")
    install(site, "Jinja2", "2.10", "License-Expression: BSD-3-Clause")
    return str(tmp_path / "venv")


def install(site, name, version, *lines):
    place = site / f"{name}-{version}.dist-info"
    place.mkdir(parents=True)
    text = "\n".join(["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *lines, ""])
    (place / "METADATA").write_text(text)


def changed(checkout, tmp_path):
    """Give a change that touches no lock of what is installed."""
    base = checkout.commit({"a.py": ""})
    checkout.commit({LOCK: "flask==2.0.1\n"})
    return tree(checkout.root, base, tmp_path / "work")


def test_what_is_installed_is_judged(checkout, environment):
    output = run(tree(checkout.root), LIVE, environment=environment)
    assert marks(output) == [(JINJA.id, "environment", 0)]
    assert "app 1.0" in one(output).message
    assert one(output).package == "pkg:pypi/jinja2@2.10"
    assert one(output).mend == "Install jinja2 3.1.6 anew. All that need it allow it."


def test_in_a_change_it_is_new_and_counts(checkout, environment, tmp_path):
    output = run(changed(checkout, tmp_path), LIVE, environment=environment)
    assert marks(output) == [(JINJA.id, "environment", 0)]
    assert one(output).fingerprint not in output.known
    assert output.concerns == {"environment"}
    assert {each.rule for each in output.findings} == {JINJA.id}  # nothing in it is new by a change


def test_it_applies_without_a_lock(tmp_path, environment):
    made = Checkout(tmp_path / "empty")
    made.commit({"a.py": ""})
    given = tree(made.root)
    applies = gate.applies(given, ScaConfiguration(environment=environment))
    assert (applies.files, applies.reason) == (1, "1 installed environment")
    assert marks(run(given, LIVE, environment=environment)) == [(JINJA.id, "environment", 0)]


def test_both_are_counted(checkout, environment):
    applies = gate.applies(tree(checkout.root), ScaConfiguration(environment=environment))
    assert (applies.files, applies.reason) == (2, "1 lock file, and 1 installed environment")


@pytest.mark.parametrize("name", ["venv", "HERE/venv", "HERE", "LINK"])
def test_nothing_of_the_checkout_is_an_environment(checkout, environment, tmp_path, name):
    link = tmp_path / "link"
    link.symlink_to(checkout.root)
    folder = name.replace("HERE", str(checkout.root)).replace("LINK", str(link / "venv"))
    Path(environment).rename(checkout.root / "venv")
    with pytest.raises(ToolError, match="which is not read"):
        run(tree(checkout.root), LIVE, environment=folder)


def test_an_environment_that_is_not_there_is_a_finding(checkout, tmp_path):
    output = run(tree(checkout.root), LIVE, environment=str(tmp_path / "gone"))
    assert [(each.rule, each.path) for each in output.findings] == [(NOT_SCANNED, "environment")]


class Index:
    """Be an index that knows licences by name, or that fails."""

    def __init__(self, fails=None, **licences):
        self.fails, self.licences, self.asked = fails, licences, []

    def __call__(self, home, seconds):
        return self.ask

    def ask(self, keys):
        if self.fails:
            raise self.fails
        self.asked += keys
        return {key: Said(self.licences[key[0]]) for key in keys if key[0] in self.licences}


def judged(given, index, *, offline=False, **licences):
    made = replace(sources(Fake(), Fake(count=1)), licences=index)
    return run(given, made, offline=offline, licences=Licences(**licences))


def rules(output):
    return [(each.rule, each.package) for each in output.findings if each.tool == "lockgate"]


def test_an_index_is_asked_for_licences_where_the_policy_wants_it(checkout):
    index = Index(flask="License :: OSI Approved :: MIT License")
    output = judged(tree(checkout.root), index, deny=("MIT",), from_="index")
    assert rules(output) == [("licence-denied", "pkg:pypi/flask@2.0.0")]
    assert index.asked == [("flask", "2.0.0")]
    assert "licences: the package index knows those of 1 of 1 packages of PyPI" in [
        note.message for note in output.notifications
    ]


@pytest.mark.parametrize(
    ("values", "offline"),
    [({"deny": ("MIT",)}, False), ({"from_": "index"}, False), ({"deny": ("MIT",), "from_": "index"}, True)],
    ids=["from the lock", "no policy", "offline"],
)
def test_it_is_not_asked_otherwise(checkout, values, offline):
    index = Index(flask="MIT")
    judged(tree(checkout.root), index, offline=offline, **values)
    assert index.asked == []


def test_the_bases_licences_are_known_too(checkout, tmp_path):
    output = judged(changed(checkout, tmp_path), Index(flask="MIT"), deny=("MIT",), from_="index")
    (found,) = output.findings
    assert found.rule == "licence-denied"
    assert found.fingerprint in output.known


def test_an_index_that_does_not_answer_is_an_error_and_nothing_is_clean(checkout):
    failing = Index(fails=ToolError("the index is away", cause="no network", todo="find one"))
    output = judged(tree(checkout.root), failing, deny=("MIT",), from_="index")
    assert [note.level for note in output.notifications if "the index is away" in note.message] == ["error"]
    assert rules(output) == [("licence-unknown", "")]

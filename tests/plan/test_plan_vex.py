"""VEX files: read from where the configuration comes, so that a change excuses nothing in itself."""

import json

import pytest

from lockgate.errors import ConfigurationError
from lockgate.git import Git
from lockgate.plan.configuration import settle
from plan.repositories import Repository

NAME = ".lockgate.yml"
NAMES_IT = "gates:\n  sca:\n    vex:\n    - vex/a.json\n"


def openvex(status="not_affected", **more):
    more = {"justification": "component_not_present"} if status == "not_affected" and not more else more
    statement = {
        "vulnerability": {"name": "CVE-2024-1"}, "products": [{"@id": "pkg:pypi/django@4.2.1"}],
        "status": status,
    }  # fmt: skip
    return json.dumps({"@context": "https://openvex.dev/ns/v0.2.0", "statements": [statement | more]})


@pytest.fixture
def checkout(tmp_path):
    made = Repository(tmp_path.resolve() / "repo")
    made.write("a.py", "x = 1\n")
    return made


def said(checkout, base=None, **options):
    settled = settle(checkout.root, "", options.pop("config", None), Git(checkout.root), base, **options)
    return [(each.statement.id, each.statement.status, each.path) for each in settled.vex]


HELD = [("CVE-2024-1", "not_affected", "vex/a.json")]


def test_none_is_asked_for_where_none_is_named(checkout):
    checkout.write("vex/a.json", "{")
    assert said(checkout) == []


def test_without_a_base_the_tree_says_it(checkout):
    checkout.write(NAME, NAMES_IT)
    checkout.write("vex/a.json", openvex())
    assert said(checkout) == HELD


def test_a_changes_own_vex_excuses_nothing_in_it(checkout):
    base = checkout.commit()
    checkout.write(NAME, NAMES_IT)
    checkout.write("vex/a.json", openvex())
    checkout.commit()
    assert said(checkout, base) == []
    assert said(checkout, checkout.git("rev-parse", "HEAD")) == HELD


def test_a_change_to_a_vex_waits_for_its_merge(checkout):
    checkout.write(NAME, NAMES_IT)
    checkout.write("vex/a.json", openvex("affected", action_statement="Wait."))
    base = checkout.commit()
    checkout.write("vex/a.json", openvex())
    assert said(checkout, base) == [("CVE-2024-1", "affected", "vex/a.json")]


def test_the_path_goes_from_the_configurations_folder(checkout):
    checkout.write(f"sub/{NAME}", NAMES_IT)
    checkout.write("sub/vex/a.json", openvex())
    settled = settle(checkout.root, "sub", None, Git(checkout.root), None)
    assert [each.path for each in settled.vex] == ["sub/vex/a.json"]


def test_a_configuration_from_elsewhere_brings_its_own(checkout, tmp_path):
    (tmp_path / "policy/vex").mkdir(parents=True)
    config = tmp_path / "policy/c.yml"
    config.write_text(NAMES_IT)
    (tmp_path / "policy/vex/a.json").write_text(openvex())
    assert said(checkout, config=config) == HELD


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("vex/a.json", None, "there is no file `vex/a.json`"),
        ("../a.json", openvex(), "there is no file `../a.json`"),
        ("/etc/hostname", openvex(), "there is no file `/etc/hostname`"),
        ("vex/a.json", "{", "`vex/a.json`: "),
        ("vex/a.json", "{}", "it is neither OpenVEX nor CycloneDX"),
        ("vex/a.json", openvex(justification=""), "statements/0 (CVE-2024-1): `not_affected` without a"),
        ("vex/a.json", openvex("fine"), "`fine` is no status"),
    ],
)
def test_what_cannot_be_relied_on_is_refused_with_its_place(checkout, path, text, words):
    checkout.write(NAME, NAMES_IT.replace("vex/a.json", path))
    if text is not None:
        checkout.write("vex/a.json", text)
    with pytest.raises(ConfigurationError) as caught:
        said(checkout)
    assert caught.value.what.startswith(".lockgate.yml:4: `gates.sca.vex[0]`: ")
    assert words in caught.value.what


def test_a_base_whose_vex_cannot_be_read_excuses_nothing_and_can_be_mended(checkout):
    checkout.write(NAME, NAMES_IT)
    checkout.write("vex/a.json", "{")
    base = checkout.commit()
    checkout.write("vex/a.json", openvex())
    settled = settle(checkout.root, "", None, Git(checkout.root), base)
    assert (settled.vex, [each.rule for each in settled.findings]) == ((), ["configuration-invalid"])

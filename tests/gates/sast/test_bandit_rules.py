import pytest
from bandit.core.extension_loader import MANAGER

from gates.running import reports
from gates.sast.bandit_flaws import FLAWS
from lockgate.gates.cwe import WHY
from lockgate.gates.sast.bandit import rules
from lockgate.gates.sast.bandit_rules import TABLE, why

IDS = {*MANAGER.plugins_by_id, *MANAGER.blacklist_by_id}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flaws")
    return reports("bandit", folder, {f"{rule}.py": code for rule, code in FLAWS.items()})


def test_every_rule_of_bandit_is_described_and_no_other():
    assert set(TABLE) == IDS


def test_blacklists_have_bandits_own_cwe():
    listed = {rule_id: row["cwe"] for rule_id, row in MANAGER.blacklist_by_id.items()}
    assert {rule_id: TABLE[rule_id][0] for rule_id in listed} == listed


def test_every_rule_has_a_flaw_here():
    assert set(FLAWS) == IDS


@pytest.mark.parametrize("rule_id", sorted(FLAWS))
def test_a_flaw_is_found_with_the_cwe_of_the_table(found, rule_id):
    report = found[f"{rule_id}.py"]
    assert report.problem == ""
    mine = [raw for raw in report.findings if raw.rule == rule_id]
    assert [raw.cwe for raw in mine] == [(TABLE[rule_id][0],)]
    assert mine[0].help.startswith("https://bandit.readthedocs.io/")
    assert mine[0].help != "https://bandit.readthedocs.io/en/1.9.4/"


@pytest.mark.parametrize("rule_id", sorted(TABLE))
def test_a_description_is_one_plain_sentence_each(rule_id):
    (rule,) = rules([rule_id])
    assert (rule.cwe, rule.tool, rule.id) == ((TABLE[rule_id][0],), "bandit", rule_id)
    assert rule.why == why(rule_id)
    assert rule.why in WHY.values()
    for sentence in (rule.what, rule.why, rule.mend):
        assert sentence.endswith(".")
        assert "\n" not in sentence


def test_an_unknown_rule_is_described_by_its_name_alone():
    (rule,) = rules(["B999"])
    assert (rule.name, rule.what, rule.why, rule.mend, rule.cwe) == ("B999", "", "", "", ())


def test_rules_come_in_order_and_only_those_asked_for():
    assert [rule.id for rule in rules({"B602", "B101"})] == ["B101", "B602"]
    assert rules([]) == ()

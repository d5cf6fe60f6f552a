from lockgate.gates.cwe import WHY
from lockgate.gates.sast.bandit_rules import TABLE
from lockgate.gates.sast.oxlint_rules import RULES


def test_every_cwe_that_a_rule_names_is_explained_and_no_other():
    named = {cwe for cwe, _, _ in TABLE.values()} | {cwe for rule in RULES.values() for cwe in rule.cwe}
    assert named == set(WHY)


def test_each_is_one_plain_sentence_in_order():
    assert list(WHY) == sorted(WHY)
    for sentence in WHY.values():
        assert sentence.endswith(".")
        assert ". " not in sentence
        assert sentence[0].isupper()
        assert len(sentence) <= 110

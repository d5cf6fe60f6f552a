"""How bad an advisory is: scores against FIRST's own examples, and words."""

import pytest

from advisories.corpus import entry, record
from lockgate.advisories import severity
from lockgate.advisories.model import Package

LOOM = Package("PyPI", "loom")
# https://www.first.org/cvss/v4-0/examples · https://www.first.org/cvss/v3-1/examples · https://www.first.org/cvss/v2/guide
V4 = {"type": "CVSS_V4", "score": "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}
V3 = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:L/A:N"}
V3_HIGHER = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
V2 = {"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:C/I:C/A:C"}


@pytest.mark.parametrize(
    ("severities", "score"),
    [
        ([V4], 7.3),
        ([V3], 4.3),
        ([V2], 10.0),
        ([V2, V3_HIGHER, V4], 7.3),
        ([V2, V3], 4.3),
        ([V3, V3_HIGHER], 9.8),
        ([{"type": "CVSS_V4", "score": V3["score"]}, V3], 4.3),
        ([{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}], None),
        ([{"type": "CVSS_V3", "score": "9.8"}, {"type": "Ubuntu", "score": "high"}], None),
        ([{"type": "CVSS_V3", "score": "CVSS:3.1/" + "AV:N/" * 1000}], None),
        ([], None),
    ],
)
def test_the_best_kind_of_score_counts_over_all_twins(severities, score):
    twins = [record(f"X-{number}", severity=[each]) for number, each in enumerate(severities)]
    found, vector = severity.rated(twins, LOOM)
    assert found == score
    assert bool(vector) == (score is not None)


def test_a_score_of_another_package_does_not_count():
    twin = record("X-1", entry("other", severity=[V3_HIGHER]), entry("Loom", severity=[V3]))
    assert severity.rated([twin], LOOM)[0] == 4.3


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (["LOW", "MODERATE"], "medium"), (["CRITICAL", "high"], "critical"), (["Important"], "high"),
        (["terrible"], ""), ([7], ""), ([None], ""), ([], ""),
    ],
)  # fmt: skip
def test_the_worst_of_the_databases_words_counts(said, word):
    assert severity.word(record("X-1", database_specific={"severity": each}) for each in said) == word


def test_a_record_without_a_word_has_none():
    assert severity.word([record("X-1"), record("X-2", database_specific=None)]) == ""

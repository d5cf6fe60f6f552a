import pytest

from lockgate.gates.lighthouse.decisions.machine import unsteady


@pytest.mark.parametrize(
    ("base", "head", "why"),
    [
        ([2000] * 5, [2000] * 5, ""),
        ([2000, 1700, 2300, 1900, 2400], [1800, 2200, 2000, 1600, 2300], ""),
        ([2000] * 5, [2500] * 5, ""),
        ([2000] * 5, [2501] * 5, "another pace for each side: its benchmark is 2,000 and 2,501"),
        ([2501] * 5, [2000] * 5, "another pace for each side: its benchmark is 2,000 and 2,501"),
        ([249] * 5, [260] * 5, "too slow: its benchmark is 249, and 250 is the least"),
        ([1000, 1000, 2000, 3000, 3000], [2000] * 5, "changed its pace from run to run"),
        ([2000] * 5, [1000, 1000, 2000, 3000, 3000], "changed its pace from run to run"),
        ([2000, 2000, 2000, 2000, 90000], [2000] * 5, ""),  # one run alone does not move a rank test
        ([2000], [2100], ""),
        ([0, 0, 2000], [0, 2100], ""),
        ([0], [2100], ""),
        ([], [], ""),
    ],
)
def test_times_are_believed_where_the_machine_keeps_its_pace(base, head, why):
    found = unsteady(base, head)
    assert why in found
    assert bool(found) == bool(why)

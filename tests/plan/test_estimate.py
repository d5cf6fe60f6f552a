import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockgate.inputs import Cell
from lockgate.plan.estimate import estimate


def test_little_work_stays_in_one_job():
    made = estimate({"sast": 40, "secrets": 30}, cores=4, most=8)
    assert (made.cells, made.alone, made.shared) == ((), 17.5, 17.5)
    assert str(made) == "about 18 s in one job; more jobs would not pay"


def test_much_work_is_spread_so_that_each_job_has_about_a_minute():
    made = estimate({"sast": 960, "secrets": 240}, cores=4, most=16)
    assert [(cell.gate, cell.count) for cell in made.cells if cell.number == 1] == [
        ("sast", 4),
        ("secrets", 1),
    ]
    assert made.alone == 300
    assert made.shared < made.alone - 60
    assert str(made) == f"about 300 s in one job, {made.shared:.0f} s in 5 jobs and one that judges"


@pytest.mark.parametrize(("seconds", "most"), [(40, 8), (2400, 8)])
def test_what_measures_time_changes_no_job_and_is_named(seconds, most):
    made = estimate({"sast": seconds}, 2, most, ("lighthouse",))
    without = estimate({"sast": seconds}, 2, most)
    assert (made.cells, made.alone, made.shared) == (without.cells, without.alone, without.shared)
    assert bool(made.cells) is (seconds > 40)
    assert str(made) == f"{without}; after that lighthouse measures time, by itself"


def test_the_caller_may_forbid_it():
    assert estimate({"sast": 10_000, "secrets": 10_000}, cores=1, most=1).cells == ()


def test_nothing_to_do():
    assert estimate({}, cores=2, most=4).cells == ()
    assert estimate({"sast": 0.0}, cores=2, most=4).cells == ()


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["sast", "sca", "secrets"]), st.floats(0, 1e6)),
    st.integers(1, 64),
    st.integers(1, 256),
)
def test_cells_are_whole_and_within_the_limit_and_pay(seconds, cores, most):
    made = estimate(seconds, cores, most)
    assert len(made.cells) <= most
    assert len(set(made.cells)) == len(made.cells)
    for cell in made.cells:
        assert {Cell(cell.gate, number, cell.count) for number in range(1, cell.count + 1)} <= set(made.cells)
    if made.cells:
        assert {cell.gate for cell in made.cells} == {gate for gate, needed in seconds.items() if needed > 0}
        assert made.shared <= made.alone - 60
    else:
        assert made.shared == made.alone


@pytest.mark.parametrize("most", [2, 3, 4, 256])
def test_the_same_work_gives_the_same_jobs(most):
    work = {"sast": 900.0, "secrets": 900.0}
    assert estimate(work, 2, most) == estimate(dict(reversed(work.items())), 2, most)

from hypothesis import given
from hypothesis import strategies as st

from lockgate.share import WHOLE, Share


@given(st.binary(min_size=20, max_size=20), st.integers(1, 300))
def test_each_key_is_in_exactly_one_share(key, count):
    assert [Share(number, count).holds(key) for number in range(1, count + 1)].count(True) == 1


def test_the_whole_holds_all_and_a_share_that_others_had_nothing():
    for key in (b"\0" * 20, b"\xff" * 20):
        assert WHOLE.holds(key)
        assert not Share(missing="why").holds(key)


def test_shares_are_about_equal():
    keys = [number.to_bytes(4) * 5 for number in range(4000)]
    for number in range(1, 5):
        assert 900 < sum(Share(number, 4).holds(key) for key in keys) < 1100

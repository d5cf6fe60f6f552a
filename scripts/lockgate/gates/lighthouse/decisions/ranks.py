"""The exact distribution of the rank sum, and the one-sided Mann–Whitney test."""

from collections.abc import Sequence
from functools import lru_cache
from math import comb

Ranks = tuple[int, ...]


def p_slower(base: Sequence[float], head: Sequence[float]) -> float:
    """Give the chance that runs of one same page speak for a slower head at least as much as these do.

    It is exact and conditional on the ties: of all ways to call `len(head)` of the runs the head's, the share
    whose rank sum is not below this one. Neither side may be empty.
    """
    marks = midranks([*base, *head])
    return tail(tuple(sorted(marks)), len(head), sum(marks[len(base) :]))


def midranks(values: Sequence[float]) -> Ranks:
    """Give each value twice its rank, counted from 1: whole numbers, as ties share the middle one."""
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for place, value in enumerate(sorted(values), 1):
        first.setdefault(value, place)
        last[value] = place
    return tuple(first[value] + last[value] for value in values)


def tail(marks: Ranks, count: int, least: int) -> float:
    """Give the share of all choices of `count` of the marks, sorted, that sum to `least` or more."""
    ways = comb(len(marks), count)
    width = _width(ways)
    # The coefficients are digits to the base 2**width: modulo one less than the base, a number is its
    # digits' sum, and that is never more than `ways`.
    return (_choices(marks, count) >> (least * width)) % ((1 << width) - 1) / ways


@lru_cache(maxsize=1024)
def few(base: int, head: int, share: float) -> int:
    """Give the place, from either end, of the difference beyond which the shift lies in `share` at most.

    Places count from 1 in the sorted differences of each run with each; 0 where even the outermost does not
    do. It is the largest k with P(U < k) ≤ `share`, for the Mann–Whitney count U.
    """
    marks = tuple(range(2, 2 * (base + head) + 1, 2))
    top = sum(marks[base:])  # U = 0 mirrors U = base * head, and each step of U is 2 of a doubled rank sum
    k = 0
    while k < base * head and tail(marks, head, top - 2 * k) <= share:
        k += 1
    return k


def _width(ways: int) -> int:
    return ways.bit_length() + 1


@lru_cache(maxsize=4096)
def _choices(marks: Ranks, count: int) -> int:
    """Count for each sum the choices of `count` marks: the coefficients of a polynomial, in one integer."""
    width = _width(comb(len(marks), count))
    by_count = [1, *[0] * count]
    for mark in marks:
        for chosen in range(count, 0, -1):
            by_count[chosen] += by_count[chosen - 1] << (mark * width)
    return by_count[count]

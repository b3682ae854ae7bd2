from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from fairlab.estimates import estimate, further
from fairlab.identifiability import Floats
from fairsim.engine.draws import Draws


def normals(*shape: int) -> Floats:
    return ndtri(Draws(1, 0).stream("normals").uniform(np.arange(math.prod(shape)))).reshape(shape)


def test_intervals_are_students():
    # mean 5, sd 2.5820, t(3) = 3.1824
    found = estimate([2, 4, 6, 8])
    assert (found.replications, found.mean) == (4, 5)
    assert found.half_width == pytest.approx(3.182446 * 2.581989 / 2)
    assert found.next_high - found.mean == pytest.approx(3.182446 * 2.581989 * math.sqrt(1.25))


@pytest.mark.parametrize(
    ("values", "median", "is_lopsided"),
    [
        ([0, 0, 0, 0, 2025], 0, True),  # 81 % of fairs have no wait: their mean is 405
        ([9, 9, 9, 1], 9, True),
        ([2, 4, 6, 8], 5, False),
        ([392, 392, 392], 392, False),
        ([392], 392, False),
    ],
)
def test_mean_of_few_replications_is_told_from_one_of_all(values: list[float], median: float, is_lopsided: bool):
    found = estimate(values)
    assert (found.median, found.is_lopsided) == (median, is_lopsided)


def test_single_replication_says_nothing_of_its_spread():
    assert (estimate([3.0]).low, estimate([3.0]).high) == (-math.inf, math.inf)


@pytest.mark.parametrize("count", [8, 10, 20])
def test_one_further_value_lies_in_its_interval_as_often_as_that_says(count):
    """95 % of 4000 draws, within three standard deviations; the least and the largest of ten would hold 82 %."""
    normal = normals(4000, count + 1)
    for values in (normal, np.exp(normal)):
        held = sum(low <= last <= high for *seen, last in values.tolist() for low, high in [further(seen)])
        assert held / 4000 == pytest.approx(0.95, abs=0.011)


def test_further_value_of_what_is_never_below_0_keeps_to_that():
    assert further([0.0, 10.0])[0] == 0.0
    assert 0 < further([1.0, 10.0])[0] < 1
    assert further([-1.0, 10.0])[0] < -1

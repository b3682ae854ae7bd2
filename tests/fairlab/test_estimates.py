from __future__ import annotations

import math

import pytest

from fairlab.estimates import estimate


def test_intervals_are_students():
    # mean 5, sd 2.5820, t(3) = 3.1824
    found = estimate([2, 4, 6, 8])
    assert (found.replications, found.mean) == (4, 5)
    assert found.half_width == pytest.approx(3.182446 * 2.581989 / 2)
    assert found.next_high - found.mean == pytest.approx(3.182446 * 2.581989 * math.sqrt(1.25))


def test_single_replication_says_nothing_of_its_spread():
    assert (estimate([3.0]).low, estimate([3.0]).high) == (-math.inf, math.inf)

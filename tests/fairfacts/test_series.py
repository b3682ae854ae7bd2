"""Histograms and counts by hour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairfacts.series import Histogram, plain


def histogram(*lengths_ms: int) -> Histogram:
    histogram = Histogram(10_000)
    for length_ms in lengths_ms:
        histogram.add(length_ms)
    return histogram


def test_counts_by_number_are_a_json_object():
    assert plain({9: 2, 10: 1}) == {"9": 2, "10": 1}


def test_nothing_counted_has_mean_and_quantiles_of_zero():
    assert (histogram().mean_s(), histogram().quantile_s(0.5)) == (0.0, 0.0)


def test_mean_is_exact():
    assert histogram(1, 2, 30_000).mean_s() == 10.001


def test_lengths_fall_into_classes_by_their_beginnings():
    assert histogram(0, 1, 9_999, 10_000, 25_000).classes == {-1: 1, 0: 2, 1: 1, 2: 1}


@pytest.mark.parametrize(("share", "quantile_s"), [(0.0, 0.0), (0.25, 5.0), (0.5, 10.0), (0.75, 20.0), (1.0, 30.0)])
def test_quantiles_are_interpolated_in_their_class(share: float, quantile_s: float):
    assert histogram(1, 9_999, 10_000, 25_000).quantile_s(share) == quantile_s


def test_what_took_no_time_is_no_part_of_a_class():
    """Most did not wait: the median is 0, and no half of the first class."""
    waits = histogram(*[0] * 6, 4_000, 9_999, 10_000, 25_000)
    assert [waits.quantile_s(share) for share in (0.5, 0.6, 0.7)] == [0.0, 0.0, 5.0]


@given(st.lists(st.integers(0, 200_000), min_size=1), st.sampled_from([0.1, 0.5, 0.9, 1.0]))
def test_quantile_lies_within_a_class_of_the_exact_one(lengths_ms: list[int], share: float):
    rank = share * len(lengths_ms)
    exact_ms = next(
        length
        for place, length in enumerate(sorted(lengths_ms), start=1)
        if place >= rank
    )  # fmt: skip
    assert abs(histogram(*lengths_ms).quantile_s(share) * 1000 - exact_ms) <= 10_000

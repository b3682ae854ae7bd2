"""Pairs: a mean of nothing is no number to take a difference from."""

from __future__ import annotations

import pytest

from fairlab.pairs import Pair, in_no_pair, pairs_by_measure

MEAN = "agreements.value_mean_usd"


def side(signed: int, mean: float) -> dict[str, dict[str, float]]:
    return {"agreements": {"signed": signed, "value_mean_usd": mean}}


def test_pairs_of_which_one_side_has_nothing_are_left_out_of_a_difference():
    """Two of three branches signed nothing: their 0 turned the sign of the effect round."""
    pairs: list[Pair] = [
        (side(1, 12_965), side(0, 0)),
        (side(4, 71_477), side(1, 166_902)),
        (side(6, 126_546), side(0, 0)),
    ]
    told = pairs_by_measure(pairs)[MEAN]
    assert (told.a.mean, told.b.mean, told.difference.mean) == (71_477, 166_902, 95_425)
    assert told.difference.replications == 1
    assert pairs_by_measure(pairs)["agreements.signed"].difference.mean == pytest.approx(-10 / 3)
    assert in_no_pair(pairs) == []


def test_measure_of_no_pair_is_named_and_has_no_difference():
    one_side: list[Pair] = [(side(1, 12_965), side(0, 0)), (side(0, 0), side(2, 9))]
    assert (list(pairs_by_measure(one_side)), in_no_pair(one_side)) == (["agreements.signed"], [MEAN])
    neither: list[Pair] = [(side(0, 0), side(0, 0))]
    assert (list(pairs_by_measure(neither)), in_no_pair(neither)) == (["agreements.signed"], [])

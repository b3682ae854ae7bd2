"""Stopping: when an interval is narrow enough, and how often it must be."""

from __future__ import annotations

import pytest

from fairfacts.errors import LabError
from fairlab.estimates import estimate
from fairlab.replications import Replication
from fairlab.stopping import Ended, Plan, Stopping, Until, read_until

HELD = "negotiations.held"


def held(*values: float) -> list[tuple[Replication, ...]]:
    """Replications of one scenario with these numbers of talks."""
    return [(Replication(7, 0, 0, "", {"negotiations": {"held": value}}, {}),) for value in values]


@pytest.mark.parametrize(
    ("until", "values", "narrow"),
    [
        ("agreements.signed_on_site=5%", [0, 0, 0, 0], False),  # no share of 0 is a width
        ("agreements.signed_on_site=0.5", [0, 0], False),
        ("agreements.signed_on_site=0.5", [0] * 8, True),  # so many that one more is rare
        ("negotiations.held=5%", [392, 392], False),
        ("negotiations.held=5%", [392] * 5, True),
        ("negotiations.lapse_share=0.1", [1.0, 1.0, 1.0], False),
        ("programme.held=5%", [190, 190], True),  # given: it is always so
    ],
)
def test_a_few_fairs_that_are_alike_are_no_narrow_interval(until: str, values: list[float], narrow: bool):
    assert read_until(until).holds(estimate(values)) is narrow


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("negotiations.hold=1%", "did you mean negotiations.held"),
        ("negotiations.held", "write negotiations.held=0.5% or"),
        ("negotiations.held=-3", "-3 is no width"),
        ("negotiations.held=wide%", "wide% is no width"),
    ],
)
def test_bad_width_is_refused(text, remedy):
    with pytest.raises(LabError, match=remedy):
        read_until(text)


def test_replications_are_enough_when_the_interval_was_narrow_three_times_in_a_row():
    stopping = Stopping(Plan(2, Until(HELD, 10, relative=False), most=40))
    played = held(391, 393, 392, 392, 392, 900, 392)
    assert [stopping.are_enough(played[: count + 1]) for count in range(5)] == [False] * 4 + [True]
    assert stopping.known == estimate([391, 393, 392, 392, 392])


@pytest.mark.parametrize(
    ("until", "values", "half_width", "words"),
    [
        ("negotiations.held=0.1%", (92, 76, 61), 0.505, "± 50.5 %, and 0.1 % was asked; give a larger --most"),
        ("negotiations.held=5", (92, 76, 61), 38.51, "± 38.51, and 5 was asked; give a larger --most"),
        ("negotiations.held=5", (92,), None, "± unknown, and 5 was asked; give a larger --most"),
        ("negotiations.held=5%", (0, 0), None, "± unknown, and 5 % was asked; give a larger --most"),
    ],
)
def test_condition_that_did_not_come_true_is_told(until: str, values: tuple[float, ...], half_width: float, words: str):
    known = estimate(values) if len(values) > 1 else None
    ended = Ended.of(read_until(until), known, len(values))
    assert (ended.half_width, ended.is_met) == (half_width and pytest.approx(half_width, rel=0.01), False)
    assert ended.words == f"not narrow enough after {len(values)} replications: negotiations.held {words}"


def test_condition_that_came_true_is_met():
    assert Ended.of(read_until("negotiations.held=50%"), estimate([92, 90, 91]), 3).is_met


def test_a_plan_of_a_fixed_number_needs_all_of_them():
    fixed, until = Plan(4, most=2), Plan(4, Until(HELD, 10, relative=False), most=40)
    assert (fixed.largest, until.largest, Stopping(fixed).are_enough(held(392) * 4)) == (4, 40, False)


def test_a_breakdown_is_no_condition():
    with pytest.raises(LabError, match="is no number but a breakdown or a text"):
        Stopping(Plan(2, Until("negotiations.lapsed_per_hour", 1, relative=False))).are_enough(
            [(Replication(7, 0, 0, "", {"negotiations": {"lapsed_per_hour": {"1": 2}}}, {}),)]
        )

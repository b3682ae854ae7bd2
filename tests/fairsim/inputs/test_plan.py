"""What a scenario plans: each fault of an entry of `[[disruptions]]` is named, with what to write instead."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fairfacts.errors import ScenarioError
from fairfacts.parts.disruptions import EntryCap, LanesClosed
from fairsim.inputs.plan import Condition, at_scale, read_plan
from fairsim.inputs.small_scale import Lanes

EPOCH = datetime(2020, 9, 4, tzinfo=UTC)
DEMAND = {"kind": "demand", "factor": 2.0, "lasts_min": 60}
AT = {"begins": "day 1 10:00"}
IF = {"when": "streams.viewers >= 3000"}


def plan(entry: Any, scale: float = 1.0) -> Any:
    return read_plan(entry, "mine.toml", EPOCH, 6, scale)


def test_a_threshold_shrinks_with_the_run_and_a_delay_does_not() -> None:
    planned = plan(DEMAND | IF | {"after_min": 30}, 0.1)
    assert (planned.when, planned.after_ms) == (Condition("streams.viewers", ">=", 300.0), 1_800_000)
    assert planned.when.holds(300)
    assert not planned.when.holds(299.9)


def test_an_end_says_how_long_it_lasts() -> None:
    planned = plan({"kind": "demand", "factor": 2.0, "ends": "day 1 11:30"} | AT)
    assert planned.what.lasts_min == 90


def people_at(scale: float, people: int) -> int:
    return at_scale(EntryCap(people=people), scale, Lanes((), ())).people  # type: ignore[union-attr]  # as it came


def lanes_of(closed: int, stated: int, played: int) -> int:
    what = LanesClosed(gate=1, lanes=closed, lasts_min=5)
    return at_scale(what, played / stated, Lanes((1, stated), (1, played))).lanes  # type: ignore[union-attr]


def test_people_shrink_with_the_run_and_a_cap_over_none_lets_somebody_in() -> None:
    assert [people_at(scale, 18_000) for scale in (1, 0.05)] == [18_000, 900]
    assert [people_at(0.1, people) for people in (0, 4, 14)] == [0, 1, 1]


@pytest.mark.parametrize(
    ("closed", "stated", "played", "closes"),
    [
        (8, 26, 26, 8),
        (8, 26, 13, 4),
        (5, 26, 4, 1),  # 0.8 of the four that are played for 2.6
        (13, 26, 3, 2),
        (25, 26, 3, 2),  # the gate stays open, as it was to
        (26, 26, 3, 3),
        (5, 26, 1, 1),  # which is all of it, and is remarked
        (600, 1000, 2000, 1000),  # no log may name more
    ],
)
def test_lanes_close_by_their_share_of_the_gate(closed: int, stated: int, played: int, closes: int) -> None:
    assert lanes_of(closed, stated, played) == closes


EITHER = "give either begins (a moment such as 'day 1 20:10') or when (such as 'streams.viewers >= 3000')"
KINDS = "kind is missing; known are: "
FAULTS = {
    "no table": ("demand", "is 'demand'; write a table [[disruptions]] for each"),
    "no kind": (AT, KINDS),
    "another kind": (AT | {"kind": "demands"}, "kind is 'demands'; did you mean demand?"),
    "another key": (DEMAND | AT | {"factors": 3}, ".demand.factors is no key; did you mean factor?"),
    "a text for a number": (DEMAND | AT | {"factor": "much"}, ".demand.factor"),
    "neither moment nor condition": (DEMAND, EITHER),
    "a moment and a condition": (DEMAND | AT | IF, EITHER),
    "a delay after a moment": (
        DEMAND | AT | {"after_min": 5},
        ".demand.after_min goes with when; say with begins when it begins",
    ),
    "an end after a condition": (
        DEMAND | IF | {"ends": "day 2 10:00"},
        ".demand.ends goes with begins; say with when how long it lasts (lasts_min)",
    ),
    "an end and a length": (DEMAND | AT | {"ends": "day 1 11:00"}, ".demand: give either ends or lasts_min"),
    "an end before": (
        {"kind": "demand", "factor": 2.0, "ends": "day 1 09:00"} | AT,
        ".demand.ends is 'day 1 09:00', which is not after it begins; let it end later",
    ),
    "a number for a moment": (DEMAND | {"begins": 36_000}, ".demand.begins is 36000; write a moment such as"),
    "a moment after the fair": (
        DEMAND | {"begins": "day 7 10:00"},
        ".demand.begins: day 7 10:00 lies outside the fair",
    ),
    "a number for a condition": (
        DEMAND | {"when": 3000},
        ".demand.when is 3000; write a condition such as 'streams.viewers >= 3000'",
    ),
    "a condition without a threshold": (DEMAND | {"when": "streams.viewers >"}, "write a condition such as"),
    "a threshold that is no number": (DEMAND | {"when": "streams.viewers > 3.0.0"}, ".demand.when: 3.0.0 is no number"),
    "another gauge": (
        DEMAND | {"when": "streams.viewer > 3000"},
        ".demand.when: streams.viewer cannot be looked at; did you mean streams.viewers?",
    ),
    "a delay that is a text": (DEMAND | IF | {"after_min": "5"}, ".demand.after_min is '5'; it is a time of 0 to"),
    "a delay before the condition": (DEMAND | IF | {"after_min": -1}, ".demand.after_min is -1; it is a time of 0 to"),
    "a delay of over a year": (DEMAND | IF | {"after_min": 600_000}, "it is a time of 0 to 527040 min"),
}


@pytest.mark.parametrize(("entry", "complaint"), FAULTS.values(), ids=FAULTS)
def test_each_fault_of_an_entry_is_named(entry: Any, complaint: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        plan(entry)
    assert str(refused.value).startswith("mine.toml: disruptions")
    assert complaint in str(refused.value)

"""What a scenario plans: each fault of an entry of `[[disruptions]]` is named, with what to write instead."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fairfacts.errors import ScenarioError
from fairsim.inputs.plan import Condition, read_plan

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


def test_people_and_lanes_shrink_with_the_run() -> None:
    cap, lanes = (
        {"kind": "entry_cap", "people": 18_000},
        {"kind": "lanes_closed", "gate": 0, "lanes": 8, "lasts_min": 5},
    )
    assert [plan(cap | AT, scale).what.people for scale in (1, 0.05)] == [18_000, 900]
    assert [plan(lanes | AT, scale).what.lanes for scale in (1, 0.5, 0.01)] == [8, 4, 1]
    assert plan(lanes | AT | {"lanes": 1000}, 20).what.lanes == 1000  # no log may name more


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

"""The measures of a whole run: each says what no other says."""

from __future__ import annotations

import pytest

from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairfacts.measures import MEASURES, State, value_at

ALIKE = {
    ("negotiations.talking", "platform.rooms_in_use"),
    ("negotiations.talking_peak", "platform.rooms_in_use_peak"),
    ("streams.viewers", "platform.viewers_in_use"),
    ("routes.departed", "routes.seats"),
}
"""What people do, and what that takes of the platform, which others may use too; tours of one seat in a small fair."""
LEAST_VALUES = 4
"""With so many values of its own, a measure that is always another one's is no coincidence."""


def courses_of(log: list[Event]) -> dict[str, list[str]]:
    """The values of each measure, every six hours."""
    state, courses, due_ms = State(), dict[str, list[str]](), 0
    for event in log:
        if event.at_ms >= due_ms:
            due_ms += 6 * HOUR_MS
            for part, measures in state.snapshot().items():
                for name, value in measures.items():
                    courses.setdefault(f"{part}.{name}", []).append(repr(value))
        state.fold([event])
    return courses


def depths_of(value: object) -> set[int]:
    """How many keys lead to the values of a measure; empty breakdowns have none."""
    if not isinstance(value, dict):
        return {0}
    return {1 + depth for inner in value.values() for depth in depths_of(inner)}


def test_as_many_keys_lead_to_a_number_as_its_measure_says(
    small_log: list[Event], small_disrupted: list[Event], booked: list[Event]
) -> None:
    for log in (small_log, small_disrupted, booked):
        state = State()
        for first in range(0, len(log), len(log) // 8):
            state.fold(log[first : first + len(log) // 8])
            snapshot = state.snapshot()
            for path, measure in MEASURES.items():
                value = value_at(snapshot, path)
                if measure.levels and isinstance(value, dict):
                    assert depths_of(value) <= {measure.levels}, path


@pytest.mark.slow
def test_no_two_measures_are_one(small_log: list[Event], small_disrupted: list[Event], booked: list[Event]):
    several = [courses_of(log) for log in (small_log, small_disrupted, booked)]
    first, same = dict[tuple[str, ...], str](), set()
    for name in several[0]:
        course = tuple(value for courses in several for value in courses[name])
        if len(set(course)) >= LEAST_VALUES and first.setdefault(course, name) != name:
            same.add((first[course], name))
    assert same == ALIKE

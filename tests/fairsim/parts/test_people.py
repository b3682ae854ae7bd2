"""People register one by one, faster than their organisations, and use the platform and the halls from the next day."""

from __future__ import annotations

from collections import Counter

from tests.fairsim.runs import log_of, of_types

from fairfacts.clock import DAY_MS, HOUR_MS
from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.people import PersonRegistered
from fairfacts.parts.visits import VisitStarted


def registered(log: list[Event], hour: int) -> tuple[int, int]:
    """Return the organisations and people who are registered at an hour, those of its first moment among them."""
    state = State()
    state.fold(event for event in log if event.at_ms <= hour * HOUR_MS)
    shown = state.snapshot()
    return shown["organisations"]["registered"], shown["people"]["registered"]


def test_people_register_faster_than_organisations(large_log: list[Event]):
    (before, people_before), (after, people_after) = registered(large_log, 0), registered(large_log, 32)
    # 18,000 and 104,000 before the opening; 19,630 and 156,000 on the second morning
    assert people_after / people_before > 1.3 > 1.12 > after / before > 1.05


def test_people_register_in_the_night_before_the_halls_open(large_log: list[Event]):
    hours = Counter(event.at_ms // HOUR_MS for event in of_types(large_log, PersonRegistered))
    night = sum(hours[hour] for hour in range(24, 32))
    assert (night > 0, sum(hours[hour] for hour in range(24)) > sum(hours[hour] for hour in range(48, 72))) == (
        True,
    ) * 2


def test_delegates_are_numbered_on_and_come_from_the_next_day_on(log: list[Event]):
    count = {event.organisation: event.delegates for event in of_types(log, OrganisationRegistered)}
    day: dict[tuple[int, int], int] = {}
    for event in of_types(log, PersonRegistered):
        assert event.delegate == count[event.organisation]
        count[event.organisation] += 1
        day[event.organisation, event.delegate] = event.at_ms // DAY_MS
    came = [(one.organisation, one.delegate, one.at_ms // DAY_MS) for one in of_types(log, VisitStarted)]
    assert [day[org, who] < today for org, who, today in came if (org, who) in day].count(False) == 0


def test_nobody_registers_where_the_rate_is_none():
    assert of_types(log_of("people.registrations_per_day=0", scale=0.005), PersonRegistered) == []

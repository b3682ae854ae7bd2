"""Alarms over whole runs: rare in a fair that goes as usual, and there within two minutes of what they are about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fairfacts.clock import DAY_MS, HOUR_MS, MINUTE_MS, hour_of
from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.parts.alarms import NEAR_SHARE
from fairfacts.parts.disruptions import DisruptionBegun, PlatformOutage
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

SCALE = 0.02


def minutes(scenario: str, until_ms: int) -> Iterator[tuple[int, list[Event], State]]:
    """Yield each minute of a run with its events and the state after it."""
    state = State()
    for now_ms, events in play(load_scenario(scenario, scale=SCALE), 7, slice_ms=MINUTE_MS):
        state.fold(events)
        yield now_ms, events, state
        if now_ms >= until_ms:
            return


@pytest.mark.slow
def test_a_fair_that_goes_as_usual_raises_an_alarm_in_one_hour_of_twenty_at_most():
    raised, last_ms = set(), 6 * DAY_MS
    for now_ms, _, state in minutes("ciftis2020", last_ms):
        if state.parts.alarms.raised:
            raised.add(hour_of(now_ms - 1))
    assert len(raised) <= 0.05 * last_ms / HOUR_MS


def is_down(events: list[Event], _: State) -> bool:
    return any(isinstance(event, DisruptionBegun) and isinstance(event.what, PlatformOutage) for event in events)


def is_full(_: list[Event], state: State) -> bool:
    return 0 < state.parts.venue.cap <= state.parts.venue.inside


def is_short_of_requests(_: list[Event], state: State) -> bool:
    platform = state.parts.platform
    return 0 < NEAR_SHARE * platform.requests_most_per_s * 60 <= platform.requests_last


@pytest.mark.parametrize(
    ("scenario", "until_ms", "alarm", "fact"),
    [
        ("opening-night", 22 * HOUR_MS, "platform.capacity", is_down),
        ("entry-cap", DAY_MS + 12 * HOUR_MS, "venue.cap", is_full),
        ("tenfold", 13 * HOUR_MS, "platform.requests", is_short_of_requests),
    ],
)
def test_an_alarm_is_raised_within_two_minutes_of_the_fact(scenario: str, until_ms: int, alarm: str, fact) -> None:
    began_ms = raised_ms = None
    for now_ms, events, state in minutes(scenario, until_ms):
        if began_ms is None and fact(events, state):
            began_ms = now_ms - MINUTE_MS
        if began_ms is not None and alarm in state.parts.alarms.raised:
            raised_ms = now_ms
            break
    assert began_ms is not None
    assert raised_ms is not None
    assert raised_ms - began_ms <= 2 * MINUTE_MS


def test_ten_times_the_demand_raises_the_alarm_of_requests_in_the_first_morning():
    requests = [state.parts.alarms.raised.get("platform.requests") for *_, state in minutes("tenfold", 13 * HOUR_MS)]
    assert any(requests)

"""The outlook: what is usual, what wants doing and what usually follows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.fairfacts.courses import write_course
from tests.fairfacts.parts.test_alarms import HALLS, NINE, ZONES, counted, entered, metered
from tests.fairfacts.stories import HOUR, STARTED, after

from fairfacts.alarm_answers import AlarmAnswer
from fairfacts.clock import DAY_MS
from fairfacts.evidence.outlook import Outlook, outlook
from fairfacts.measures import State
from fairfacts.parts.disruptions import DisruptionBegun, PlatformOutage
from fairfacts.parts.platform import PlatformOpened
from fairfacts.parts.runs import FairOpened

TWO_DAYS = msgspec.structs.replace(STARTED, duration_ms=2 * DAY_MS, inputs=())
OPENED = PlatformOpened(at_ms=0, rooms=10, viewers=100, requests_per_s=50, open_days=365)


def story(*events: Any, started: Any = STARTED) -> State:
    return after(started, OPENED, FairOpened(at_ms=0), *events)


def told(state: State, at_ms: int, answers: Sequence[AlarmAnswer] = ()) -> Outlook:
    return outlook(state, at_ms, 0.8, answers)


def crowd(day_ms: int = DAY_MS) -> list[Any]:
    """A crowd in a small zone, by default on the first day on which the halls usually open."""
    people = [entered(number) for number in range(32)]
    events = [HALLS, *people, *(counted(minute, 10, 22) for minute in range(12))]
    return [msgspec.structs.replace(event, at_ms=event.at_ms + day_ms) for event in events]


def test_crowd_usually_eases_within_the_day_and_its_zone_is_named() -> None:
    state = story(*ZONES, *crowd())
    (matter,) = told(state, state.parts.at_ms).matters
    assert (matter.alarm, matter.state, matter.where, matter.since_ms) == (
        "venue.density",
        "over",
        "Education",
        DAY_MS + NINE,
    )
    assert matter.eases_ms is not None
    assert state.parts.at_ms < matter.eases_ms <= DAY_MS + 17 * HOUR
    assert (matter.until_ms, matter.answer) == (None, None)


def test_outage_names_when_it_is_to_be_over() -> None:
    begun = DisruptionBegun(
        at_ms=HOUR,
        disruption=0,
        cause="scheduled",
        what=PlatformOutage(capacity_share=0.0, lasts_min=30.0),
    )
    state = story(begun, metered(HOUR + 60_000, share=0.0))
    (matter,) = told(state, state.parts.at_ms).matters
    assert (matter.text, matter.until_ms, matter.eases_ms) == ("Platform is down", HOUR + 30 * 60_000, None)


def test_outage_that_was_announced_beyond_the_end_of_the_fair_is_over_with_it() -> None:
    begins_ms = STARTED.duration_ms - HOUR
    outage = PlatformOutage(capacity_share=0.0, lasts_min=120.0)
    begun = DisruptionBegun(at_ms=begins_ms, disruption=0, cause="scheduled", what=outage)
    state = story(begun, metered(begins_ms + 60_000, share=0.0))
    assert [matter.until_ms for matter in told(state, state.parts.at_ms).matters] == [STARTED.duration_ms]


def test_nothing_is_forecast_for_after_the_end_of_the_fair() -> None:
    state, ends_ms = story(*ZONES, *crowd()), STARTED.duration_ms
    assert [told(state, at_ms).ahead_ms for at_ms in (ends_ms - 2 * HOUR, ends_ms - HOUR // 2)] == [
        ends_ms - HOUR,
        ends_ms,
    ]


def test_alarm_may_ease_at_midnight_of_the_last_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_course(tmp_path / "late", [(hour / 24, 0.1) for hour in range(25)], [100] * 48 + [0])
    late = msgspec.structs.replace(STARTED.description, key="late")
    started = msgspec.structs.replace(STARTED, fair=late, duration_ms=DAY_MS, inputs=())
    state = story(*ZONES, *crowd(day_ms=0), started=started)
    ahead = told(state, state.parts.at_ms)
    assert [(matter.alarm, matter.eases_ms) for matter in ahead.matters] == [("venue.density", DAY_MS)]


def test_answer_stands_with_its_alarm() -> None:
    state = story(metered(HOUR, share=0.0))
    answer = AlarmAnswer("platform.capacity", "acknowledged", HOUR)
    assert [matter.answer for matter in told(state, HOUR, answers=[answer]).matters] == [answer]


def test_fair_of_another_length_has_no_usual_course() -> None:
    state = story(*ZONES, *crowd(), started=TWO_DAYS)
    ahead = told(state, state.parts.at_ms)
    assert (ahead.counts, ahead.zones, ahead.gates) == ([], [], [])
    assert [matter.eases_ms for matter in ahead.matters] == [None]


def test_a_fair_without_requests_at_noon_has_fewer_than_usual() -> None:
    state = story()
    requests, entries = told(state, 12 * HOUR + DAY_MS).counts
    assert (requests.measure, requests.came, requests.way) == ("negotiations.initiated", 0, "fewer")
    assert requests.usual > 500
    assert (entries.measure, entries.way, requests.since_ms) == ("venue.entered", "fewer", 11 * HOUR + DAY_MS)

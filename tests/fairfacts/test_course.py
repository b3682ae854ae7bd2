"""The course of the gauges: minute by minute, by the hour after the close, and small."""

from __future__ import annotations

from tests.fairfacts.stories import DAY, GOLDEN, HOUR, MINUTE, STARTED, after

from fairfacts.course import MOST_MINUTES
from fairfacts.event import Event
from fairfacts.measures import GAUGES, State, value_at
from fairfacts.parts.platform import PlatformMetered
from fairfacts.parts.runs import FairClosed
from fairfacts.parts.venue.events import VisitorEntered, ZonesCounted
from fairfacts.parts.visits import VisitStarted


def metered(at_ms: int) -> PlatformMetered:
    return PlatformMetered(at_ms=at_ms, requests=1, waiting=0, capacity_share=1.0)


def came(visit: int, at_ms: int) -> VisitStarted:
    return VisitStarted(at_ms=at_ms, visit=visit, organisation=9, economy="SG", channel="app", attempt=1)


SHOWN = dict.fromkeys(("venue.inside", "venue.waiting", "visits.online"))


def course_after(*events: Event) -> list[tuple[int, ...]]:
    return after(*events).parts.course.rows()


def rows(*events: Event) -> list[tuple[int, ...]]:
    """Return minute, people inside, in queues, and visitors online; nothing else goes on in these stories."""
    kept = [(minute, dict(zip(GAUGES, levels, strict=True))) for minute, *levels in course_after(STARTED, *events)]
    silent = GAUGES - SHOWN.keys()
    assert all(levels[gauge] == 0 for _, levels in kept for gauge in silent)
    return [(minute, *(levels[gauge] for gauge in SHOWN)) for minute, levels in kept]


def test_gauges_are_kept_as_they_stand_when_a_minute_is_metered_or_counted():
    entered = VisitorEntered(
        at_ms=9 * HOUR + 1, visitor=0, organisation=3, economy="CN", gate=0, waited_ms=0, checked_ms=1
    )
    counted = ZonesCounted(at_ms=9 * HOUR + 2 * MINUTE, inside=(1,), waiting=(2, 300))
    events = (came(0, 9 * HOUR), metered(9 * HOUR + MINUTE), entered, metered(9 * HOUR + 2 * MINUTE), counted)
    assert rows() == []
    assert rows(*events) == [(541, 0, 0, 1), (542, 1, 302, 1)]


def test_every_gauge_reads_the_level_that_the_snapshot_shows():
    shown = []
    for count, event in enumerate(GOLDEN, start=1):
        if isinstance(event, PlatformMetered | ZonesCounted):
            state = after(*GOLDEN[:count])
            *_, (_, *levels) = state.parts.course.rows()
            snapshot = state.snapshot()
            assert dict(zip(GAUGES, levels, strict=True)) == {path: value_at(snapshot, path) for path in GAUGES}
            shown.append(levels)
    assert shown


def test_minutes_in_which_nothing_went_on_are_absent():
    assert rows(metered(MINUTE), came(0, DAY), metered(DAY + MINUTE)) == [(1, 0, 0, 0), (1441, 0, 0, 1)]


def test_once_the_fair_has_closed_the_first_minute_of_each_hour_is_kept():
    minutes = [metered(6 * DAY + minute * MINUTE) for minute in range(30, 200, 7)]
    assert [row[0] - 6 * 1440 for row in rows(FairClosed(6 * DAY), *minutes)] == [30, 65, 121, 184]


def test_run_that_never_closes_keeps_one_minute_an_hour_after_two_weeks():
    minutes = [metered(minute * MINUTE) for minute in range(MOST_MINUTES + 240)]
    state = after(STARTED, *minutes)
    kept = [row[0] for row in state.parts.course.rows()]
    assert kept == [*range(MOST_MINUTES + 1), *(MOST_MINUTES + hour * 60 for hour in (1, 2, 3))]


def test_course_of_six_busy_days_is_small_and_restored_as_it_was():
    state = after(STARTED)
    for minute in range(6 * 1440):
        count = minute * 7919 % 97  # as many as that come in the minute
        state.fold([*(came(0, minute * MINUTE) for _ in range(count)), metered(minute * MINUTE)])
    restored = State.restore(state.checkpoint())
    assert restored.parts.course.rows() == state.parts.course.rows()
    assert len(state.parts.course.rows()) == 6 * 1440
    assert len(state.checkpoint()) < 100_000

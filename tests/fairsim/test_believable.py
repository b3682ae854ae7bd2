"""What an organiser would not believe does not come back (docs/believable.md)."""

from __future__ import annotations

from collections import Counter

from tests.fairsim.runs import of_types

from fairfacts.clock import MINUTE_MS
from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.parts.programme import SessionScheduled
from fairfacts.parts.streams import ViewerJoined
from fairfacts.parts.venue.events import VisitorEntered


def test_most_watched_stream_is_the_opening_summit(log: list[Event]) -> None:
    kinds = {event.session: event.kind for event in of_types(log, SessionScheduled)}
    ((session, _),) = Counter(event.stream for event in of_types(log, ViewerJoined)).most_common(1)
    assert kinds[session] == "summit"


def test_agreements_are_rare_beside_talks(log: list[Event]) -> None:
    state = State()
    state.fold(log)
    measures = state.snapshot()
    assert 0 < measures["agreements"]["signed"] < 0.02 * measures["negotiations"]["held"]


def test_few_stand_long_before_the_doors(log: list[Event]) -> None:
    waits = [event.waited_ms for event in of_types(log, VisitorEntered)]
    assert max(waits) < 60 * MINUTE_MS
    assert sum(wait > 10 * MINUTE_MS for wait in waits) < 0.1 * len(waits)

"""The programme: what is lawful by a hair, and what is not."""

from __future__ import annotations

import msgspec
import pytest
from tests.fairfacts.laws.breaking import broken
from tests.fairfacts.stories import DAY, HOUR, MINUTE
from tests.fairfacts.test_auditor import BAKER

from fairfacts.parts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionRescheduled,
    SessionScheduled,
)

TEN, ELEVEN, NOON = 10 * HOUR, 11 * HOUR, 12 * HOUR
FORUM = SessionScheduled(
    at_ms=0,
    session=0,
    kind="industry_forum",
    title="Forum",
    sector="finance",
    mode="hybrid",
    streamed=True,
    counted=True,
    room="room 1",
    capacity=2,
    starts_ms=TEN,
    ends_ms=ELEVEN,
)
OPENED = SessionOpened(at_ms=TEN, session=0, kind="industry_forum")


def planned(session: int, starts_ms: int, ends_ms: int, room: str = "room 1") -> SessionScheduled:
    return msgspec.structs.replace(FORUM, session=session, starts_ms=starts_ms, ends_ms=ends_ms, room=room)


def moved(session: int, starts_ms: int, ends_ms: int, *, at_ms: int = HOUR, room: str = "room 1") -> SessionRescheduled:
    return SessionRescheduled(at_ms=at_ms, session=session, room=room, capacity=2, starts_ms=starts_ms, ends_ms=ends_ms)


def cancelled(session: int = 0, *, at_ms: int = HOUR, was_open: bool = False, attended: int = 0) -> SessionCancelled:
    return SessionCancelled(at_ms=at_ms, session=session, kind="industry_forum", was_open=was_open, attended=attended)


def closed(at_ms: int = ELEVEN, *, attended: int = 0, overran_ms: int = 0) -> SessionClosed:
    return SessionClosed(
        at_ms=at_ms,
        session=0,
        kind="industry_forum",
        mode="hybrid",
        counted=True,
        attended=attended,
        overran_ms=overran_ms,
    )


def admitted(at_ms: int = TEN) -> AttendeeAdmitted:
    return AttendeeAdmitted(at_ms=at_ms, session=0, organisation=BAKER, economy="SG", visitor=None)


def turned_away(reason: str = "full", at_ms: int = TEN) -> AttendeeTurnedAway:
    return AttendeeTurnedAway(at_ms=at_ms, session=0, organisation=BAKER, economy="SG", reason=reason)  # type: ignore[arg-type]


def test_sessions_of_one_room_may_follow_each_other_and_not_overlap():
    assert broken(FORUM, planned(1, ELEVEN, NOON), planned(2, 9 * HOUR, TEN)) == {}
    assert broken(FORUM, planned(1, TEN, ELEVEN, "room 2")) == {}
    assert broken(FORUM, planned(1, ELEVEN - 1, NOON)) == {"session.clash": 1}
    assert broken(FORUM, planned(1, 9 * HOUR, TEN + 1)) == {"session.clash": 1}


def test_sessions_online_have_neither_room_nor_seats_and_never_clash():
    online = msgspec.structs.replace(FORUM, mode="online", room="", capacity=0)
    assert broken(online, msgspec.structs.replace(online, session=1)) == {}
    for fault in ({"room": "room 1"}, {"capacity": 1}, {"mode": "hybrid"}):
        assert broken(msgspec.structs.replace(online, **fault)) == {"session.room": 1}
    assert broken(msgspec.structs.replace(FORUM, capacity=0)) == {"session.room": 1}


def test_a_session_is_numbered_known_and_takes_time():
    assert broken(msgspec.structs.replace(FORUM, session=1)) == {"session.sequence": 1}
    assert broken(msgspec.structs.replace(FORUM, kind="picnic")) == {"session.kind": 1}
    assert broken(planned(0, TEN, TEN + 1)) == {}
    assert broken(planned(0, TEN, TEN)) == {"session.times": 1}


def test_a_session_that_is_moved_leaves_its_place_to_others():
    other = planned(1, ELEVEN, NOON)
    assert broken(FORUM, other, moved(0, NOON, 13 * HOUR), moved(1, TEN, ELEVEN)) == {}
    assert broken(FORUM, other, moved(1, TEN, ELEVEN)) == {"session.clash": 1}
    assert broken(FORUM, moved(0, TEN + MINUTE, NOON)) == {}  # not with itself


def test_a_session_is_moved_before_it_opens_to_times_that_are_to_come():
    assert broken(FORUM, moved(0, HOUR, HOUR + 1)) == {}
    assert broken(FORUM, moved(0, HOUR - 1, TEN)) == {"session.times": 1}
    assert broken(FORUM, moved(0, TEN, TEN)) == {"session.times": 1}
    assert broken(FORUM, moved(1, TEN, ELEVEN)) == {"session.rescheduled": 1}
    assert broken(FORUM, OPENED, moved(0, NOON, DAY, at_ms=TEN)) == {"session.rescheduled": 1}
    assert broken(FORUM, OPENED, closed(), moved(0, NOON, DAY, at_ms=ELEVEN)) == {"session.rescheduled": 1}


def test_a_session_that_is_cancelled_leaves_its_place_and_is_not_held():
    assert broken(FORUM, planned(1, ELEVEN, NOON), cancelled(), moved(1, TEN, ELEVEN)) == {}
    assert broken(FORUM, cancelled(), OPENED) == {"session.opens": 1}
    assert broken(FORUM, cancelled(), cancelled()) == {"session.cancelled": 1}
    assert broken(FORUM, cancelled(1)) == {"session.cancelled": 1}
    assert broken(FORUM, cancelled(was_open=True)) == {"session.cancelled": 1}
    assert broken(FORUM, OPENED, admitted(), cancelled(at_ms=TEN, was_open=True, attended=1)) == {}
    assert broken(FORUM, OPENED, cancelled(at_ms=TEN, was_open=True, attended=1)) == {"session.attended": 1}
    assert broken(FORUM, OPENED, cancelled(at_ms=TEN, was_open=True), closed()) == {"session.closes": 1}


@pytest.mark.parametrize(
    "wrong", [{"at_ms": TEN + 1}, {"kind": "evening"}, {"session": 1}], ids=["late", "of another kind", "unknown"]
)
def test_a_session_opens_once_as_it_was_scheduled(wrong: dict[str, object]):
    assert broken(FORUM, OPENED) == {}
    assert broken(FORUM, OPENED, OPENED) == {"session.opens": 1}
    assert broken(FORUM, msgspec.structs.replace(OPENED, **wrong)) == {"session.opens": 1}


def test_a_session_closes_as_late_as_it_says_with_those_it_admitted():
    assert broken(FORUM, OPENED, admitted(), admitted(), closed(attended=2)) == {}
    assert broken(FORUM, OPENED, admitted(), closed()) == {"session.attended": 1}
    assert broken(FORUM, OPENED, closed(ELEVEN + 5, overran_ms=5)) == {}
    assert broken(FORUM, OPENED, closed(ELEVEN + 5, overran_ms=4)) == {"session.closes": 1}
    assert broken(FORUM, closed()) == {"session.closes": 1}
    for wrong in ({"kind": "evening"}, {"mode": "on_site"}, {"counted": False}):
        assert broken(FORUM, OPENED, msgspec.structs.replace(closed(), **wrong)) == {"session.closes": 1}


def test_a_room_admits_as_many_as_it_has_seats_and_turns_others_away():
    assert broken(FORUM, OPENED, admitted(), admitted(), turned_away()) == {}
    assert broken(FORUM, OPENED, *[admitted()] * 3) == {"attendee.capacity": 1}
    assert broken(FORUM, OPENED, admitted(), turned_away()) == {"attendee.turned_away": 1}
    assert broken(FORUM, OPENED, closed(), admitted(ELEVEN)) == {"attendee.capacity": 1}
    assert broken(admitted()) == {"attendee.capacity": 1}
    full = (OPENED, admitted(), admitted(), closed(attended=2))
    assert broken(FORUM, *full, turned_away(at_ms=ELEVEN)) == {"attendee.turned_away": 1}
    assert broken(FORUM, cancelled(), turned_away("cancelled")) == {}
    assert broken(FORUM, turned_away("cancelled")) == {"attendee.turned_away": 1}
    stranger = msgspec.structs.replace(admitted(), economy="CN")
    assert broken(FORUM, OPENED, stranger) == {"organisation.registered": 1}

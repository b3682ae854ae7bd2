"""Measures of the programme."""

from __future__ import annotations

import pytest
from msgspec import structs
from tests.fairfacts.stories import DAY, HOUR, MINUTE, STARTED, changed

from fairfacts.parts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionRescheduled,
    SessionScheduled,
    Title,
    number_of_room,
    parts_of_title,
    room_of,
    title_of,
)

SUMMIT = SessionScheduled(
    at_ms=0,
    session=0,
    kind="summit",
    title="Summit",
    sector="other",
    mode="hybrid",
    streamed=True,
    counted=False,
    room="room 1",
    capacity=9,
    starts_ms=20 * HOUR,
    ends_ms=22 * HOUR,
)
FORUM = SessionScheduled(
    at_ms=0,
    session=1,
    kind="industry_forum",
    title="Forum",
    sector="finance",
    mode="on_site",
    streamed=False,
    counted=True,
    room="room 1",
    capacity=2,
    starts_ms=DAY,
    ends_ms=DAY + HOUR,
)
OF_FORUM = {"counted_scheduled": 1, "starts_by_kind": {"industry_forum": "2020-09-05T00:00+08:00"}}
"""What scheduling it adds to the measures."""
OPENED = SessionOpened(at_ms=DAY, session=1, kind="industry_forum")
CLOSED = SessionClosed(
    at_ms=DAY + HOUR, session=1, kind="industry_forum", mode="on_site", counted=True, attended=2, overran_ms=0
)


def test_summit_is_scheduled_for_the_evening():
    assert changed("programme", STARTED, SUMMIT) == {
        "scheduled": 1,
        "starts_by_kind": {"summit": "2020-09-04T20:00+08:00"},
    }


def test_session_is_live_from_its_begin_to_its_end():
    assert changed("programme", STARTED, FORUM, OPENED) == {
        "scheduled": 1,
        **OF_FORUM,
        "live": 1,
        "live_sessions": {"1": DAY},
    }


def test_session_that_ended_was_held():
    assert changed("programme", STARTED, FORUM, OPENED, CLOSED) == {
        "scheduled": 1,
        **OF_FORUM,
        "held": 1,
        "counted_held": 1,
        "held_by_kind": {"industry_forum": 1},
    }


def test_delegates_are_admitted_or_turned_away():
    admitted, turned_away = (
        AttendeeAdmitted(at_ms=DAY, session=1, organisation=4, economy="CN", visitor=None),
        AttendeeTurnedAway(at_ms=DAY, session=1, organisation=5, economy="CN", reason="full"),
    )
    assert changed("programme", STARTED, FORUM, OPENED, admitted, admitted, turned_away) == {
        "scheduled": 1,
        **OF_FORUM,
        "live": 1,
        "live_sessions": {"1": DAY},
        "attended": 2,
        "turned_away": 1,
        "attended_by_session": {"1": 2},
    }


def test_visitors_from_inside_the_halls_are_told_apart():
    admitted = (
        AttendeeAdmitted(at_ms=DAY, session=1, organisation=4, economy="CN", visitor=None),
        AttendeeAdmitted(at_ms=DAY, session=1, organisation=4, economy="CN", visitor=7),
    )
    measures = changed("programme", STARTED, FORUM, OPENED, *admitted)
    assert (measures["attended"], measures["attended_visitors"]) == (2, 1)


def test_summit_is_held_outside_the_count():
    opened, closed = (
        SessionOpened(at_ms=DAY, session=0, kind="summit"),
        SessionClosed(at_ms=DAY, session=0, kind="summit", mode="hybrid", counted=False, attended=9, overran_ms=0),
    )
    assert changed("programme", opened, closed) == {"held": 1, "held_by_kind": {"summit": 1}}


def test_session_without_a_room_that_ends_late_is_online_only_and_overran():
    opened = SessionOpened(at_ms=DAY, session=1, kind="provincial")
    closed = SessionClosed(
        at_ms=DAY, session=1, kind="provincial", mode="online", counted=True, attended=0, overran_ms=5 * MINUTE
    )
    assert changed("programme", opened, closed) == {
        "held": 1,
        "counted_held": 1,
        "online_only_held": 1,
        "held_by_kind": {"provincial": 1},
        "overran": 1,
    }


def test_session_that_is_moved_and_then_broken_off_is_not_held():
    moved = SessionRescheduled(at_ms=HOUR, session=1, room="room 2", capacity=5, starts_ms=DAY, ends_ms=DAY + HOUR)
    broken_off = SessionCancelled(at_ms=DAY + MINUTE, session=1, kind="industry_forum", was_open=True, attended=1)
    came_too_late = AttendeeTurnedAway(
        at_ms=DAY + 2 * MINUTE, session=1, organisation=5, economy="CN", reason="cancelled"
    )
    assert changed("programme", STARTED, FORUM, moved, OPENED, broken_off, came_too_late) == {
        "scheduled": 1,
        **OF_FORUM,
        "cancelled": 1,
        "counted_cancelled": 1,
        "rescheduled": 1,
        "turned_away": 1,
        "turned_away_cancelled": 1,
    }


TITLES = {row.key: row.titles["en"] for row in STARTED.description.session_kinds}


@pytest.mark.parametrize("kind", TITLES)
def test_title_and_what_it_was_made_from_are_one(kind):
    fair = STARTED.description
    made = Title(48 if "{number}" in TITLES[kind] else 0, "digital trade: (a) 7" if "{about}" in TITLES[kind] else "")
    assert parts_of_title(fair, kind, title_of(fair, kind, 48, "digital trade: (a) 7")) == made


def test_place_of_a_title_may_come_again():
    kind = next(row for row in STARTED.description.session_kinds if row.key == "industry_forum")
    again = structs.replace(kind, titles={"en": "Forum {number}: {about} ({about}, {number})"})
    fair = structs.replace(STARTED.description, session_kinds=(again,))
    assert parts_of_title(fair, kind.key, title_of(fair, kind.key, 4, "trade")) == Title(4, "trade")
    assert parts_of_title(fair, kind.key, "Forum 4: trade (travel, 4)") is None


@pytest.mark.parametrize("title", ["", "Keynote", "Industry forum", "Industry forum x: y", "An Industry forum 4: x"])
def test_title_of_somebodys_own_was_made_from_nothing(title):
    assert parts_of_title(STARTED.description, "industry_forum", title) is None
    assert parts_of_title(STARTED.description, "no_kind_of_this_fair", title) is None


def test_room_without_a_name_has_a_number():
    assert [number_of_room(name) for name in (room_of(12), "Hall 3", "room 3a", "")] == [12, None, None, None]

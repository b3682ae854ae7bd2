"""Measures of the programme."""

from __future__ import annotations

from tests.fairfacts.stories import DAY, HOUR, MINUTE, STARTED, changed

from fairfacts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionRescheduled,
    SessionScheduled,
)

SUMMIT = SessionScheduled(0, 0, "summit", "Summit", "other", "hybrid", True, False, "room 1", 9, 20 * HOUR, 22 * HOUR)
FORUM = SessionScheduled(
    0, 1, "industry_forum", "Forum", "finance", "on_site", False, True, "room 1", 2, DAY, DAY + HOUR
)
OPENED = SessionOpened(DAY, 1, "industry_forum")
CLOSED = SessionClosed(DAY + HOUR, 1, "industry_forum", "on_site", True, 2, 0)


def test_summit_is_scheduled_for_the_evening():
    assert changed("programme", STARTED, SUMMIT) == {"scheduled": 1, "summit_starts": "2020-09-04T20:00+08:00"}


def test_session_is_live_from_its_begin_to_its_end():
    assert changed("programme", STARTED, FORUM, OPENED) == {
        "scheduled": 1,
        "live": 1,
        "live_sessions": {"1": DAY},
    }


def test_session_that_ended_was_held():
    assert changed("programme", STARTED, FORUM, OPENED, CLOSED) == {
        "scheduled": 1,
        "held": 1,
        "counted_held": 1,
        "held_by_kind": {"industry_forum": 1},
        "industry_forums_as_reported": 1,
    }


def test_delegates_are_admitted_or_turned_away():
    admitted, turned_away = AttendeeAdmitted(DAY, 1, 4, "CN", None), AttendeeTurnedAway(DAY, 1, 5, "CN", "full")
    assert changed("programme", STARTED, FORUM, OPENED, admitted, admitted, turned_away) == {
        "scheduled": 1,
        "live": 1,
        "live_sessions": {"1": DAY},
        "attended": 2,
        "turned_away": 1,
        "attended_by_session": {"1": 2},
    }


def test_visitors_from_inside_the_halls_are_told_apart():
    admitted = AttendeeAdmitted(DAY, 1, 4, "CN", None), AttendeeAdmitted(DAY, 1, 4, "CN", 7)
    measures = changed("programme", STARTED, FORUM, OPENED, *admitted)
    assert (measures["attended"], measures["attended_visitors"]) == (2, 1)


def test_summit_is_held_outside_the_count():
    opened, closed = SessionOpened(DAY, 0, "summit"), SessionClosed(DAY, 0, "summit", "hybrid", False, 9, 0)
    assert changed("programme", opened, closed) == {"held": 1, "held_by_kind": {"summit": 1}}


def test_session_without_a_room_that_ends_late_is_online_only_and_overran():
    opened = SessionOpened(DAY, 1, "provincial")
    closed = SessionClosed(DAY, 1, "provincial", "online", True, 0, 5 * MINUTE)
    assert changed("programme", opened, closed) == {
        "held": 1,
        "counted_held": 1,
        "online_only_held": 1,
        "held_by_kind": {"provincial": 1},
        "overran": 1,
    }


def test_closing_report_counts_promotion_sessions_among_the_industry_forums():
    promotion = SessionClosed(DAY, 2, "industry_promotion", "on_site", True, 2, 0)
    measures = changed("programme", OPENED, CLOSED, SessionOpened(DAY, 2, "industry_promotion"), promotion)
    assert measures["industry_forums_as_reported"] == 2


def test_session_that_is_moved_and_then_broken_off_is_not_held():
    moved = SessionRescheduled(HOUR, 1, "room 2", 5, DAY, DAY + HOUR)
    broken_off = SessionCancelled(DAY + MINUTE, 1, "industry_forum", True, 1)
    came_too_late = AttendeeTurnedAway(DAY + 2 * MINUTE, 1, 5, "CN", "cancelled")
    assert changed("programme", STARTED, FORUM, moved, OPENED, broken_off, came_too_late) == {
        "scheduled": 1,
        "cancelled": 1,
        "rescheduled": 1,
        "turned_away": 1,
        "turned_away_cancelled": 1,
    }

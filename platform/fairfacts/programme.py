"""The programme: sessions in rooms and slots, who is admitted to them, and how they ran."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from fairfacts.event import Count, EconomyCode, Event, Milliseconds
from fairfacts.runs import RunStarted
from fairfacts.series import plain

SessionKind = Literal[
    "summit", "summit_forum", "industry_forum", "industry_promotion", "foreign_day", "provincial", "evening"
]
Mode = Literal["on_site", "hybrid", "online"]
WhyTurnedAway = Literal["full", "cancelled"]


class SessionScheduled(Event, frozen=True, tag="session.scheduled"):
    """A session took its place in the programme."""

    session: Count
    kind: SessionKind
    title: str
    sector: str
    mode: Mode
    streamed: bool
    counted: bool
    """Whether the session is one of the forums and events that the documents count (the summit is not)."""
    room: str
    """Empty when the session is held online only."""
    capacity: Count
    """People that the room admits; 0 when the session is held online only."""
    starts_ms: Milliseconds
    ends_ms: Milliseconds


class SessionOpened(Event, frozen=True, tag="session.opened"):
    """A session began."""

    session: Count
    kind: SessionKind


class AttendeeAdmitted(Event, frozen=True, tag="attendee.admitted"):
    """A delegate entered a session's room."""

    session: Count
    organisation: Count
    economy: EconomyCode
    visitor: Count | None
    """Of those inside the halls; null for whoever came for the session alone."""


class AttendeeTurnedAway(Event, frozen=True, tag="attendee.turned_away"):
    """A delegate was not admitted: the session's room was full, or the session cancelled."""

    session: Count
    organisation: Count
    economy: EconomyCode
    reason: WhyTurnedAway


class SessionRescheduled(Event, frozen=True, tag="session.rescheduled"):
    """A session took another place in the programme: another room, other times."""

    session: Count
    room: str
    capacity: Count
    starts_ms: Milliseconds
    ends_ms: Milliseconds


class SessionCancelled(Event, frozen=True, tag="session.cancelled"):
    """A session is not held; one that was under way was broken off."""

    session: Count
    kind: SessionKind
    was_open: bool
    attended: Count
    """People who had been admitted, and leave."""


class SessionClosed(Event, frozen=True, tag="session.closed"):
    """A session ended and its room emptied."""

    session: Count
    kind: SessionKind
    mode: Mode
    counted: bool
    attended: Count
    overran_ms: Milliseconds


MEASURES: Mapping[str, str] = {
    "scheduled": "sessions · in the programme",
    "summit_starts": "moment · the opening summit's begin as scheduled, or empty",
    "live": "sessions · under way now",
    "held": "sessions · that have ended",
    "counted_held": "sessions · of those held, that the documents count (all but the summit)",
    "online_only_held": "sessions · of those held, without a room",
    "held_by_kind": "sessions · held, by kind",
    "industry_forums_as_reported": "sessions · industry forums and industry promotion sessions held, which the closing"
    " report counts together",
    "cancelled": "sessions · that were not held, or broken off",
    "rescheduled": "times · that a session took another room or other times",
    "live_sessions": "sessions · under way now: since when, by session",
    "overran": "sessions · of those held, that ended after their scheduled time",
    "attended": "people · admitted to sessions, each once per session",
    "turned_away": "people · not admitted, as the room was full or the session cancelled",
    "turned_away_cancelled": "people · of those, who came to a session that was cancelled",
    "attended_visitors": "people · admitted to sessions, of those, visitors from inside the halls",
    "attended_by_session": "people · admitted, by session",
}


class ProgrammeMeasures(msgspec.Struct):
    """The programme and its attendance."""

    epoch: str = ""
    scheduled: int = 0
    summit_starts: str = ""
    held: int = 0
    counted_held: int = 0
    online_only_held: int = 0
    overran: int = 0
    attended: int = 0
    attended_visitors: int = 0
    turned_away: int = 0
    turned_away_cancelled: int = 0
    cancelled: int = 0
    rescheduled: int = 0
    live_sessions: dict[int, int] = msgspec.field(default_factory=dict)
    held_by_kind: dict[str, int] = msgspec.field(default_factory=dict)
    attended_by_session: dict[int, int] = msgspec.field(default_factory=dict)

    def started(self, event: RunStarted) -> None:
        """Take over the epoch, for moments."""
        self.epoch = event.epoch

    def schedule(self, event: SessionScheduled) -> None:
        """Add a session to the programme."""
        self.scheduled += 1
        if event.kind == "summit":
            starts = datetime.fromisoformat(self.epoch) + timedelta(milliseconds=event.starts_ms)
            self.summit_starts = starts.isoformat(timespec="minutes")

    def open(self, event: SessionOpened) -> None:
        """Begin a session."""
        self.live_sessions[event.session] = event.at_ms

    def reschedule(self, _: SessionRescheduled) -> None:
        """Count a change of the programme."""
        self.rescheduled += 1

    def cancel(self, event: SessionCancelled) -> None:
        """Take a session out of the programme."""
        self.cancelled += 1
        self.live_sessions.pop(event.session, None)

    def admit(self, event: AttendeeAdmitted) -> None:
        """Count a delegate in."""
        self.attended += 1
        self.attended_visitors += event.visitor is not None
        self.attended_by_session[event.session] = self.attended_by_session.get(event.session, 0) + 1

    def turn_away(self, event: AttendeeTurnedAway) -> None:
        """Count a delegate who was not admitted."""
        self.turned_away += 1
        self.turned_away_cancelled += event.reason == "cancelled"

    def close(self, event: SessionClosed) -> None:
        """End a session."""
        self.live_sessions.pop(event.session, None)
        self.held += 1
        self.counted_held += event.counted
        self.online_only_held += event.mode == "online"
        self.overran += event.overran_ms > 0
        self.held_by_kind[event.kind] = self.held_by_kind.get(event.kind, 0) + 1

    def snapshot(self) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        kinds = self.held_by_kind
        return {
            "scheduled": self.scheduled,
            "summit_starts": self.summit_starts,
            "live": len(self.live_sessions),
            "held": self.held,
            "counted_held": self.counted_held,
            "online_only_held": self.online_only_held,
            "held_by_kind": dict(kinds),
            "industry_forums_as_reported": kinds.get("industry_forum", 0) + kinds.get("industry_promotion", 0),
            "cancelled": self.cancelled,
            "rescheduled": self.rescheduled,
            "live_sessions": plain(self.live_sessions),
            "overran": self.overran,
            "attended": self.attended,
            "turned_away": self.turned_away,
            "turned_away_cancelled": self.turned_away_cancelled,
            "attended_visitors": self.attended_visitors,
            "attended_by_session": plain(self.attended_by_session),
        }

"""The programme: sessions in rooms and slots, who is admitted to them, and how they ran."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Literal, NamedTuple

import msgspec

from fairfacts.clock import iso_text
from fairfacts.event import Count, EconomyCode, Event, Milliseconds
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.parts.fairs import ENGLISH, FairDescription, filled, row_of
from fairfacts.series import plain

Mode = Literal["on_site", "hybrid", "online"]
WhyTurnedAway = Literal["full", "cancelled"]
ROOM = "room {number}"
"""The name of a room that has none of its own."""


class Title(NamedTuple):
    """What a title is made of, for whoever names the session in another language."""

    number: int
    """Which of its kind the session is, from 1; 0 where the title does not say."""
    about: str
    """Its topic, sector or host; empty where the title does not say."""


def title_of(fair: FairDescription, kind: str, number: int, about: str) -> str:
    """Return the title of a session that has none of its own: the inverse of `parts_of_title`, for tests."""
    return filled(_title(fair, kind), number=number, about=about)


def parts_of_title(fair: FairDescription, kind: str, title: str) -> Title | None:
    """Return what `title_of` made a title from; None where the title is somebody's own."""
    parts = _parts(_title(fair, kind), title) if title else None
    return None if parts is None else Title(int(parts.get("number", 0)), parts.get("about", ""))


def _title(fair: FairDescription, kind: str) -> str:
    known = row_of(fair.session_kinds, kind)
    return known.titles.get(ENGLISH, "") if known else ""


def room_of(number: int) -> str:
    """Return the name of a room that has none of its own."""
    return ROOM.format(number=number)


def number_of_room(name: str) -> int | None:
    """Return the number that `room_of` made a name from; None where the name is somebody's own, or empty."""
    parts = _parts(ROOM, name)
    return None if parts is None else int(parts["number"])


def _parts(template: str, text: str) -> dict[str, str] | None:
    match = _pattern(template).fullmatch(text)
    return None if match is None else match.groupdict()


@cache
def _pattern(template: str) -> re.Pattern[str]:
    pattern = re.escape(template)
    for name, accepted in (("number", r"[0-9]{1,9}"), ("about", ".+")):
        first, *others = pattern.split(rf"\{{{name}\}}")
        if others:  # a place that comes again holds the same
            pattern = f"{first}(?P<{name}>{accepted}){f'(?P={name})'.join(others)}"
    return re.compile(pattern)


class SessionScheduled(Event, frozen=True, tag="session.scheduled"):
    """A session took its place in the programme."""

    session: Count
    kind: str
    title: str
    sector: str
    mode: Mode
    streamed: bool
    counted: bool
    room: str
    """Empty when the session is held online only."""
    capacity: Count
    """People that the room admits; 0 when the session is held online only."""
    starts_ms: Milliseconds
    ends_ms: Milliseconds


class SessionOpened(Event, frozen=True, tag="session.opened"):
    """A session began."""

    session: Count
    kind: str


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
    kind: str
    was_open: bool
    attended: Count
    """People who had been admitted, and leave."""


class SessionClosed(Event, frozen=True, tag="session.closed"):
    """A session ended and its room emptied."""

    session: Count
    kind: str
    mode: Mode
    counted: bool
    attended: Count
    overran_ms: Milliseconds


MEASURES: Mapping[str, Measure] = {
    "scheduled": Measure("sessions", "in the programme", given="from the start"),
    "starts_by_kind": Measure("moment", "begin of the first session as scheduled, by kind"),
    "live": Measure("sessions", "under way now"),
    "held": Measure("sessions", "that have ended", given="in the end"),
    "counted_scheduled": Measure(
        "sessions", "of those in the programme, that the fair counts in its total", given="from the start"
    ),
    "counted_held": Measure("sessions", "of those held, that the fair counts in its total", given="in the end"),
    "counted_cancelled": Measure("sessions", "of those cancelled, that the fair counts in its total"),
    "online_only_held": Measure("sessions", "of those held, without a room", given="in the end"),
    "held_by_kind": Measure("sessions", "held, by kind", given="in the end"),
    "cancelled": Measure("sessions", "that were not held, or broken off"),
    "rescheduled": Measure("times", "that a session took another room or other times"),
    "live_sessions": Measure("sessions", "under way now: since when, by session"),
    "overran": Measure("sessions", "of those held, that ended after their scheduled time"),
    "attended": Measure("people", "admitted to sessions, each once per session"),
    "turned_away": Measure("people", "not admitted, as the room was full or the session cancelled"),
    "turned_away_cancelled": Measure("people", "of those, who came to a session that was cancelled"),
    "attended_visitors": Measure("people", "admitted to sessions, of those, visitors from inside the halls"),
    "attended_by_session": Measure("people", "admitted, by session"),
}


class ProgrammeMeasures(PartState):
    """The programme and its attendance."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    scheduled: int = 0
    starts_by_kind_ms: dict[str, int] = msgspec.field(default_factory=dict)
    counted: set[int] = msgspec.field(default_factory=set)
    counted_cancelled: int = 0
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

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            SessionScheduled: self.schedule,
            SessionOpened: self.open,
            AttendeeAdmitted: self.admit,
            AttendeeTurnedAway: self.turn_away,
            SessionRescheduled: self.reschedule,
            SessionCancelled: self.cancel,
            SessionClosed: self.close,
        }

    def schedule(self, event: SessionScheduled) -> None:
        """Add a session to the programme."""
        self.scheduled += 1
        kind, starts = event.kind, self.starts_by_kind_ms
        starts[kind] = min(starts.get(kind, event.starts_ms), event.starts_ms)
        if event.counted:
            self.counted.add(event.session)

    def open(self, event: SessionOpened) -> None:
        """Begin a session."""
        self.live_sessions[event.session] = event.at_ms

    def reschedule(self, _: SessionRescheduled) -> None:
        """Count a change of the programme."""
        self.rescheduled += 1

    def cancel(self, event: SessionCancelled) -> None:
        """Take a session out of the programme."""
        self.cancelled += 1
        self.counted_cancelled += event.session in self.counted
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

    def snapshot(self, fair: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        epoch = fair.run.began
        return {
            "scheduled": self.scheduled,
            "starts_by_kind": {kind: iso_text(epoch, at_ms) for kind, at_ms in self.starts_by_kind_ms.items()},
            "live": len(self.live_sessions),
            "held": self.held,
            "counted_scheduled": len(self.counted),
            "counted_held": self.counted_held,
            "counted_cancelled": self.counted_cancelled,
            "online_only_held": self.online_only_held,
            "held_by_kind": dict(self.held_by_kind),
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

"""The laws of the programme."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import ClassVar

import msgspec

from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.parts.fairs import has
from fairfacts.parts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionRescheduled,
    SessionScheduled,
)


class ProgrammeLaws(PartLaws):
    """Sessions: scheduled, open, held, and who is admitted."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "session.kind": "a session is of a kind that the fair has",
        "session.sequence": "sessions are numbered 0, 1, 2, ... as they are scheduled",
        "session.room": "a session is without a room and seats when it is online, and only then",
        "session.clash": "two sessions of one room do not overlap",
        "session.times": "a session ends after it begins",
        "session.opens": "a session opens once, when it is scheduled to, as what it is scheduled to be",
        "session.closes": "a session that is open closes as what it was scheduled to be, as late as it says",
        "session.attended": "a session says how many it has admitted",
        "session.rescheduled": "a session is moved in the programme before it opens",
        "session.cancelled": "a session is cancelled once, and not after it was held",
        "session.held": "every session scheduled is held or cancelled by the end of the run",
        "attendee.capacity": "a room admits no more than its capacity, and nobody once the session has closed",
        "attendee.turned_away": "a delegate is turned away from a full room or a cancelled session only",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self.sessions: dict[int, SessionScheduled] = {}
        self.open: set[int] = set()
        self._held: set[int] = set()
        """Sessions that are over, the cancelled ones among them."""
        self._cancelled: set[int] = set()
        self._admitted: dict[int, int] = defaultdict(int)
        self._in_room: dict[str, list[SessionScheduled]] = defaultdict(list)
        self._register = others.of(RegisterLaws)

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {
            SessionScheduled: self._scheduled,
            SessionOpened: self._opened,
            AttendeeAdmitted: self._admit,
            AttendeeTurnedAway: self._turned_away,
            SessionRescheduled: self._reschedule,
            SessionCancelled: self._cancel,
            SessionClosed: self._closed,
        }

    def is_room(self, place: str) -> bool:
        """Return whether a session was scheduled in a place."""
        return place in self._in_room

    def is_open_in(self, room: str) -> bool:
        """Return whether a session is open in a room."""
        open_now = (self.sessions.get(number) for number in self.open)
        return any(session is not None and session.room == room for session in open_now)

    def end(self) -> None:
        """Every session has been held."""
        if self.open or self._held != self.sessions.keys():
            self.breaks(None, "session.held")

    def _scheduled(self, event: SessionScheduled) -> None:
        if event.session != len(self.sessions):
            self.breaks(event, "session.sequence")
        if not has(self.fair.session_kinds, event.kind):
            self.breaks(event, "session.kind")
        if event.sector:
            self._register.hold_sector(event, event.sector)
        if event.ends_ms <= event.starts_ms:
            self.breaks(event, "session.times")
        if not (event.mode == "online") == (not event.room) == (event.capacity == 0):
            self.breaks(event, "session.room")
        self._place(event, event)

    def _place(self, event: SessionScheduled | SessionRescheduled, session: SessionScheduled) -> None:
        in_room = self._in_room[session.room] if session.room else []
        if any(session.starts_ms < other.ends_ms and other.starts_ms < session.ends_ms for other in in_room):
            self.breaks(event, "session.clash")
        in_room.append(session)
        self.sessions[session.session] = session

    def _take_out(self, session: SessionScheduled | None) -> None:
        if session is not None and session in self._in_room.get(session.room, ()):
            self._in_room[session.room].remove(session)

    def _reschedule(self, event: SessionRescheduled) -> None:
        session = self.sessions.get(event.session)
        if session is None or event.session in self.open or event.session in self._held:
            self.breaks(event, "session.rescheduled")
        if event.ends_ms <= event.starts_ms or event.starts_ms < event.at_ms:
            self.breaks(event, "session.times")
        if session is None:
            return
        self._take_out(session)
        place = {name: getattr(event, name) for name in ("room", "capacity", "starts_ms", "ends_ms")}
        self._place(event, msgspec.structs.replace(session, **place))

    def _cancel(self, event: SessionCancelled) -> None:
        number, session = event.session, self.sessions.get(event.session)
        if session is None or number in self._held or event.was_open is not (number in self.open):
            self.breaks(event, "session.cancelled")
        if event.attended != self._admitted.pop(number, 0):
            self.breaks(event, "session.attended")
        self._take_out(session)
        self.open.discard(number)
        self._held.add(number)
        self._cancelled.add(number)

    def _opened(self, event: SessionOpened) -> None:
        session = self.sessions.get(event.session)
        if (
            session is None
            or (session.starts_ms, session.kind) != (event.at_ms, event.kind)
            or event.session in self.open
            or event.session in self._held
        ):
            self.breaks(event, "session.opens")
        self.open.add(event.session)

    def _admit(self, event: AttendeeAdmitted) -> None:
        session = self.sessions.get(event.session)
        self._admitted[event.session] = admitted = self._admitted[event.session] + 1
        if session is None or admitted > session.capacity or event.session in self._held:
            self.breaks(event, "attendee.capacity")
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")

    def _turned_away(self, event: AttendeeTurnedAway) -> None:
        session = self.sessions.get(event.session)
        if event.reason == "cancelled":
            lawful = event.session in self._cancelled
        else:
            is_full = session is not None and self._admitted[event.session] >= session.capacity
            lawful = is_full and event.session not in self._held
        if not lawful:
            self.breaks(event, "attendee.turned_away")
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")

    def _closed(self, event: SessionClosed) -> None:
        session = self.sessions.get(event.session)
        if (
            session is None
            or event.session not in self.open
            or event.at_ms != session.ends_ms + event.overran_ms
            or (event.kind, event.mode, event.counted) != (session.kind, session.mode, session.counted)
        ):
            self.breaks(event, "session.closes")
        if event.attended != self._admitted.pop(event.session, 0):
            self.breaks(event, "session.attended")
        self.open.discard(event.session)
        self._held.add(event.session)

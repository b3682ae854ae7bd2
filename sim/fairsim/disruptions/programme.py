"""Disruptions of the programme. They are over when the session is."""

from __future__ import annotations

from typing import TypeVar

from fairfacts.clock import MINUTE_MS
from fairfacts.errors import ScenarioError
from fairfacts.parts.disruptions import SessionCancellation, SessionDelay, SessionMove
from fairsim.disruptions.kind import Kind, Undo
from fairsim.inputs.plan import room_number
from fairsim.parts.programme.sessions import Session

Change = TypeVar("Change", bound=SessionCancellation | SessionDelay | SessionMove)


def _nothing() -> None:
    """Undo nothing: a session that was changed stays so."""


class _OfSession(Kind[Change]):
    def _session(self, number: int) -> Session:
        return self.parts.programme.sessions[number]

    def lasts_ms(self, what: Change) -> int:
        """Return the time until the session ends, or would have ended."""
        return max(self._session(what.session).ends_ms - self.context.env.now, 1)

    def _check_change(self, kind: str, number: int) -> None:
        if self.parts.programme.has_opened_doors(number):
            raise ScenarioError(f"{kind}: session {number} has opened its doors; name one that is to come")

    @staticmethod
    def _check_clash(kind: str, number: int, clash: Session | None) -> None:
        if clash:
            raise ScenarioError(
                f"{kind}: session {number} would be in {clash.place} together with session {clash.number};"
                " choose another room or another time"
            )


class SessionCancellations(_OfSession[SessionCancellation]):
    """A session is cancelled: its people leave, and signatures planned in it are given online."""

    WHAT = SessionCancellation
    BEGUN = "Session {session} is cancelled."

    def check(self, what: SessionCancellation) -> None:
        """Refuse a session that is over."""
        if self.parts.programme.is_over(what.session):
            raise ScenarioError(
                f"session_cancelled: session {what.session} is over; name one that is to come or in progress"
            )

    def begin(self, what: SessionCancellation) -> Undo:
        """Cancel the session."""
        self.parts.programme.cancel(what.session)
        return _nothing


class SessionDelays(_OfSession[SessionDelay]):
    """A session begins and ends later."""

    WHAT = SessionDelay
    BEGUN = "Session {session} begins {by_min:g} min later."

    def check(self, what: SessionDelay) -> None:
        """Refuse a session that has opened its doors, or would clash with another one, or outlast the fair."""
        self._check_change("session_delayed", what.session)
        by_ms = round(what.by_min * MINUTE_MS)
        if not self.parts.programme.ends_in_fair(what.session, by_ms=by_ms):
            raise ScenarioError(
                f"session_delayed: session {what.session} would end after the fair has closed; delay it by less than"
                f" {what.by_min:g} min, or cancel it"
            )
        clash = self.parts.programme.clash(what.session, by_ms=by_ms)
        self._check_clash("session_delayed", what.session, clash)

    def begin(self, what: SessionDelay) -> Undo:
        """Delay the session."""
        self.parts.programme.reschedule(what.session, by_ms=round(what.by_min * MINUTE_MS))
        return _nothing


class SessionMoves(_OfSession[SessionMove]):
    """A session is held in another room."""

    WHAT = SessionMove
    BEGUN = "Session {session} is held in {room}."

    def check(self, what: SessionMove) -> None:
        """Refuse a session that has opened its doors or no room, or would clash with another one."""
        self._check_change("session_moved", what.session)
        if not self._session(what.session).seats:
            raise ScenarioError(f"session_moved: session {what.session} is online only; name one that has a room")
        clash = self.parts.programme.clash(what.session, room=room_number(what.room))
        self._check_clash("session_moved", what.session, clash)

    def begin(self, what: SessionMove) -> Undo:
        """Move the session."""
        self.parts.programme.reschedule(what.session, room=room_number(what.room))
        return _nothing

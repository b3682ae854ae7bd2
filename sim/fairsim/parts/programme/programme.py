"""Sessions as they are held: doors, begin, stream, end."""

from __future__ import annotations

import numpy as np

from fairfacts.clock import MINUTE_MS
from fairfacts.parts.programme import (
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionRescheduled,
    SessionScheduled,
)
from fairsim.engine.kernel import Process
from fairsim.inputs.parameters import Programme as ProgrammeParameters
from fairsim.parts.notices import Notices
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context, Part
from fairsim.parts.programme.doors import Doors
from fairsim.parts.programme.plan import lay_in, lay_out
from fairsim.parts.programme.sessions import Session
from fairsim.parts.streams.streams import Streams
from fairsim.parts.venue.venue import Venue


class Programme(Part):
    """The sessions, and where each of them stands."""

    def __init__(
        self,
        context: Context,
        organisations: Organisations,
        streams: Streams,
        venue: Venue,
        notices: Notices,
    ) -> None:
        super().__init__(context)
        self._streams = streams
        self._doors = Doors(context, organisations, venue, notices)
        self._open: set[int] = set()
        self._running = context.draws.stream("programme.running")
        self.rooms = sorted(self._parameters.room_seats, reverse=True)
        """The seats of the rooms, the largest first."""
        self._names: list[str] = []
        """The names of the rooms, if a timetable gives them."""
        self.sessions = self._plan(organisations)
        self._counted = {kind.key: kind.counted for kind in context.scenario.fair.kinds.sessions}

    @property
    def _parameters(self) -> ProgrammeParameters:
        return self._context.parameters.programme

    def announce(self) -> None:
        """Publish the programme."""
        for session in self.sessions:
            self.emit(
                SessionScheduled(
                    at_ms=self.env.now,
                    session=session.number,
                    kind=session.kind,
                    title=session.title,
                    sector=session.sector,
                    mode=session.mode,
                    streamed=session.streamed,
                    counted=self._counted[session.kind],
                    room=session.place,
                    capacity=session.seats,
                    starts_ms=session.starts_ms,
                    ends_ms=session.ends_ms,
                )
            )

    def hold(self, number: int) -> Process:
        """Hold a session from its doors to its end, unless it is cancelled."""
        env, planned = self.env, self.sessions[number]
        # a disruption may delay it meanwhile
        while (wait_ms := self._doors_ms(self.sessions[number]) - env.now) > 0:
            yield env.timeout(wait_ms)
        session = self.sessions[number]
        self._doors.admitted[number] = 0
        audience = env.process(self._doors.admit(session, planned)) if session.seats else None
        yield env.timeout(session.starts_ms - env.now)
        if number not in self._doors.over:
            self._open_session(session)
        overrun_ms = self._overrun_ms(session)
        yield env.timeout(session.ends_ms + overrun_ms - env.now)
        if audience is not None:
            yield audience
        if number not in self._doors.over:
            self._close_session(session, overrun_ms)

    def end_all(self) -> None:
        """Close the sessions that are on as the fair closes: what was to end now ends, and overruns no longer."""
        for session in [self.sessions[number] for number in sorted(self._open)]:
            self._close_session(session, self.env.now - session.ends_ms)

    def has_opened_doors(self, number: int) -> bool:
        """Return whether a session has opened its doors."""
        return number in self._doors.admitted or number in self._doors.over

    def is_over(self, number: int) -> bool:
        """Return whether a session was held or cancelled."""
        return number in self._doors.over

    def cancel(self, number: int) -> None:
        """Cancel a session; if it is in progress, it ends and everybody leaves."""
        session, was_open = self.sessions[number], number in self._open
        if was_open and session.streamed:
            self._streams.end(number)
        self._open.discard(number)
        self._doors.over.add(number)
        attended = self._doors.admitted.pop(number, 0)
        self.emit(SessionCancelled(self.env.now, number, session.kind, was_open, attended))

    def reschedule(self, number: int, *, by_ms: int = 0, room: int | None = None) -> None:
        """Delay a session that has not opened its doors, or move it to another room."""
        session = self.sessions[number]
        if room is not None:
            name = self._names[room] if self._names else ""
            session = session._replace(room=room, seats=self.rooms[room], name=name)
        session = self.sessions[number] = session._replace(
            starts_ms=session.starts_ms + by_ms, ends_ms=session.ends_ms + by_ms
        )
        self.emit(
            SessionRescheduled(self.env.now, number, session.place, session.seats, session.starts_ms, session.ends_ms)
        )

    def ends_in_fair(self, number: int, *, by_ms: int) -> bool:
        """Return whether a session that is delayed is to end before the fair closes, or as it does."""
        scenario = self._context.scenario
        return self.sessions[number].ends_ms + by_ms <= scenario.at_ms(scenario.parameters.fair.days)

    def clash(self, number: int, *, by_ms: int = 0, room: int | None = None) -> Session | None:
        """Return a session that would be in the same room at the same time after a change, or None."""
        moved = self.sessions[number]
        room, starts_ms, ends_ms = moved.room if room is None else room, moved.starts_ms + by_ms, moved.ends_ms + by_ms
        for other in self.sessions:
            if (
                other.number != number
                and other.number not in self._doors.over
                and other.room == room >= 0
                and starts_ms < other.ends_ms
                and other.starts_ms < ends_ms
            ):
                return other
        return None

    def _plan(self, organisations: Organisations) -> list[Session]:
        """Return the documented programme, or that of the scenario's timetable with its rooms."""
        scenario, draws = self._context.scenario, self._context.draws
        sectors = [sector.name for sector in organisations.sectors]
        if scenario.timetable is None:
            return lay_out(scenario, sectors, organisations.hosts(), draws)
        sessions, self.rooms, self._names = lay_in(scenario.timetable, scenario, draws)
        return sessions

    def _doors_ms(self, session: Session) -> int:
        return max(session.starts_ms - round(self._parameters.doors_min * MINUTE_MS), 0)

    def _open_session(self, session: Session) -> None:
        self._open.add(session.number)
        self.emit(SessionOpened(self.env.now, session.number, session.kind))
        if session.streamed:
            interest = self._doors.interest(session)
            self._streams.start(session.number, session.ends_ms - session.starts_ms, interest)

    def _close_session(self, session: Session, overrun_ms: int) -> None:
        if session.streamed:
            self._streams.end(session.number)
        self._open.discard(session.number)
        self._doors.over.add(session.number)
        self.emit(
            SessionClosed(
                at_ms=self.env.now,
                session=session.number,
                kind=session.kind,
                mode=session.mode,
                counted=self._counted[session.kind],
                attended=self._doors.admitted.pop(session.number),
                overran_ms=overrun_ms,
            )
        )

    def _overrun_ms(self, session: Session) -> int:
        """Return by how much a session ends late."""
        of_session, parameters = np.array([session.number]), self._parameters
        if self._running.uniform(of_session, LATE)[0] >= parameters.overrun_share:
            return 0
        late_min = self._running.exponential(of_session, parameters.overrun_mean_min, BY_HOW_MUCH)
        return min(round(min(float(late_min[0]), parameters.overrun_max_min) * MINUTE_MS), session.spare_ms)


# substreams of `programme.running`, by session
LATE, BY_HOW_MUCH = 0, 1

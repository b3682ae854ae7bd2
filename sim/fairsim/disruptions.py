"""Disruptions: when they begin and end, what becomes of what was in progress, and what people are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fairfacts.disruptions import (
    AnyDisruption,
    BordersOpened,
    Cause,
    Demand,
    DisruptionBegun,
    DisruptionEnded,
    EntryCap,
    LanesClosed,
    PlatformOutage,
    SessionCancellation,
    SessionDelay,
    SessionMove,
    StaffCut,
    StreamFailure,
    kind_of,
    lasts_ms,
)
from fairfacts.errors import ScenarioError
from fairfacts.platform import Channel
from fairsim.arrivals import MINUTE_MS
from fairsim.demand import Demand as Demands
from fairsim.demand import concerns
from fairsim.draws import Draws
from fairsim.kernel import Emit, Kernel, Story
from fairsim.negotiations import Desks
from fairsim.notices import Notices
from fairsim.organisations import Organisations
from fairsim.plan import Condition, Planned, check_origin, check_places, room_number
from fairsim.platform import Platform
from fairsim.programme import Programme
from fairsim.scenario import Scenario
from fairsim.streams import Streams
from fairsim.venue import Venue
from fairsim.visits import Visits

Undo = Callable[[], None]
Gauges = Mapping[str, Callable[[], int]]
"""Numbers of the fair that a condition may look at, by the names of their measures."""


class Disruptions:
    """What goes wrong with the fair, or is changed by those who run it.

    What was in progress fails in a defined way:
    an outage throws every visitor off, and breaks off the talks and views that the platform has no capacity for, the
    latest first; a failing stream throws its viewers off. Whom the notice reaches comes back when service is said to be
    back, the others try again and again, ever more rarely. A cancelled session's people go home, and what was to be
    signed in it is signed online. Whoever is in a lane, a talk or the halls is not concerned by closed lanes, staff
    that is cut or another cap.
    """

    def __init__(
        self,
        env: Kernel,
        scenario: Scenario,
        draws: Draws,
        organisations: Organisations,
        platform: Platform,
        desks: Desks,
        streams: Streams,
        programme: Programme,
        visits: Visits,
        venue: Venue,
        demand: Demands,
        notices: Notices,
        emit: Emit,
    ) -> None:
        self._env, self._emit = env, emit
        self._organisations, self._platform, self._desks, self._streams = organisations, platform, desks, streams
        self._programme, self._visits, self._venue = programme, visits, venue
        self._demand, self._notices = demand, notices
        self._planned, self._parameters = scenario.disruptions, scenario.parameters
        self._returns = draws.stream("disruptions.returns")
        self._next_number = 0
        self._outages: list[float] = []
        """Shares of the capacity that the outages under way leave."""
        self._failing: dict[int, list[Undo]] = {}
        self._deeds: dict[type[Any], Callable[[Any], Undo]] = {
            PlatformOutage: self._outage,
            StreamFailure: self._stream_failure,
            SessionCancellation: self._cancel,
            SessionDelay: self._delay,
            SessionMove: self._move,
            LanesClosed: self._close_lanes,
            Demand: self._change_demand,
            StaffCut: self._cut_staff,
            EntryCap: self._change_cap,
            BordersOpened: self._open_borders,
        }
        self.gauges: Gauges = {
            "visits.online": lambda: len(visits.online),
            "streams.viewers": lambda: platform.watching,
            "negotiations.talking": lambda: platform.talking,
            "venue.inside": venue.gauge_inside,
            "venue.waiting": venue.gauge_waiting,
        }

    def planned(self) -> list[Story]:
        """Return the stories of the disruptions that the scenario plans."""
        return [self._wait_for(planned) for planned in self._planned]

    def begin(self, what: AnyDisruption, cause: Cause) -> None:
        """A disruption takes effect now.

        Raises:
            ScenarioError: it cannot, as things stand; nothing has happened then.
        """
        self._check(what)
        env, number = self._env, self._next_number
        self._next_number += 1
        self._emit(DisruptionBegun(env.now, number, cause, what))
        undo = self._deeds[type(what)](what)
        self._tell(what, number, over=False)
        length_ms = lasts_ms(what)
        if isinstance(what, SessionCancellation | SessionDelay | SessionMove):
            # over when the session would have been
            length_ms = max(self._programme.sessions[what.session].ends_ms - env.now, 1)
        if length_ms is not None:
            env.after(length_ms, self._end, (number, what, undo, env.now))

    def _end(self, disruption: tuple[int, AnyDisruption, Undo, int]) -> None:
        number, what, undo, began_ms = disruption
        self._emit(DisruptionEnded(self._env.now, number, what, self._env.now - began_ms))
        undo()
        if not (isinstance(what, PlatformOutage) and self._outages):  # else it is short of capacity still
            self._tell(what, number, over=True)

    def _tell(self, what: AnyDisruption, number: int, *, over: bool) -> None:
        if text := _TEXTS.get(type(what), ("", ""))[over]:
            said = {name: getattr(what, name) for name in what.__struct_fields__}
            self._notices.publish(kind_of(what), text.format(**said), over=over, disruption=number)

    def _wait_for(self, planned: Planned) -> Story:
        """A planned disruption waits for its moment or its condition; what cannot take effect then is passed over."""
        env, when = self._env, planned.when
        if isinstance(when, Condition):
            while not when.holds(self.gauges[when.gauge]()):
                yield env.timeout(MINUTE_MS)
            yield env.timeout(planned.after_ms)
        else:
            yield env.timeout(when - env.now)
        try:
            self.begin(planned.what, "condition" if isinstance(when, Condition) else "scheduled")
        except ScenarioError as fault:
            self._notices.publish(kind_of(planned.what), f"Not done: {fault}.")

    def _check(self, what: AnyDisruption) -> None:
        """Refuse what is impossible in this fair, or as things stand."""
        kind = kind_of(what)
        check_places(what, len(self._programme.sessions), self._programme.rooms, self._parameters.venue.gate_lanes)
        check_origin(what, {economy.code for economy in self._organisations.economies})
        if isinstance(what, SessionCancellation | StreamFailure) and self._programme.is_over(what.session):
            raise ScenarioError(f"{kind}: session {what.session} is over; name one that is to come or under way")
        if isinstance(what, StreamFailure) and not self._programme.sessions[what.session].streamed:
            raise ScenarioError(f"{kind}: session {what.session} is not streamed; name one that is")
        if isinstance(what, SessionDelay | SessionMove):
            self._check_change(what)

    def _check_change(self, what: SessionDelay | SessionMove) -> None:
        kind, session = kind_of(what), self._programme.sessions[what.session]
        if self._programme.has_opened_doors(what.session):
            raise ScenarioError(f"{kind}: session {what.session} has opened its doors; name one that is to come")
        if isinstance(what, SessionMove) and not session.seats:
            raise ScenarioError(f"{kind}: session {what.session} is online only; name one that has a room")
        if isinstance(what, SessionMove):
            clash = self._programme.clash(what.session, room=room_number(what.room))
        else:
            clash = self._programme.clash(what.session, by_ms=round(what.by_min * MINUTE_MS))
        if clash:
            raise ScenarioError(
                f"{kind}: session {what.session} would be in {clash.place} together with session {clash.number};"
                " choose another room or another time"
            )

    def _outage(self, what: PlatformOutage) -> Undo:
        self._outages.append(what.capacity_share)
        self._limit()
        back_ms = self._env.now + (lasts_ms(what) or 0)
        platform, spread_ms = self._platform, self._parameters.notices.return_spread_min * MINUTE_MS

        def again_ms(key: int, channel: Channel) -> int:
            """After the announced end for whom the notice reaches; the others try at once, and again."""
            if self._notices.reaches(key, channel):
                return max(back_ms - self._env.now + round(self._returns.one_exponential(key, spread_ms)), 1)
            return platform.again_after_ms(key, 1)

        self._desks.break_off(platform.talks_over(), lambda key, _: again_ms(key, "website"))
        self._streams.break_off(platform.views_over(), again_ms)
        if platform.is_down:
            for visitor in self._visits.drop_all():
                if after_ms := again_ms(visitor.key, visitor.channel):
                    self._visits.log_in_later(visitor, after_ms)

        def undo() -> None:
            self._outages.remove(what.capacity_share)
            self._limit()

        return undo

    def _limit(self) -> None:
        self._platform.limit(min(self._outages, default=1.0))

    def _stream_failure(self, what: StreamFailure) -> Undo:
        return self._streams.fail(what.session)

    def _cancel(self, what: SessionCancellation) -> Undo:
        self._programme.cancel(what.session)
        return _nothing

    def _delay(self, what: SessionDelay) -> Undo:
        self._programme.reschedule(what.session, by_ms=round(what.by_min * MINUTE_MS))
        return _nothing

    def _move(self, what: SessionMove) -> Undo:
        self._programme.reschedule(what.session, room=room_number(what.room))
        return _nothing

    def _close_lanes(self, what: LanesClosed) -> Undo:
        return self._venue.close_lanes(what.gate, what.lanes)

    def _change_demand(self, what: Demand) -> Undo:
        self._demand.begin(what)
        self._redraw(what)

        def undo() -> None:
            self._demand.end(what)
            self._redraw(what)

        return undo

    def _redraw(self, what: Demand) -> None:
        if what.of != "on_site":
            self._visits.redraw()
            self._streams.redraw()
        if what.of != "online":
            self._venue.redraw()

    def _cut_staff(self, what: StaffCut) -> Undo:
        return self._desks.cut_staff(what.share, lambda economy: concerns(what.origin, economy))

    def _change_cap(self, what: EntryCap) -> Undo:
        return self._venue.change_cap(what.people)

    def _open_borders(self, what: BordersOpened) -> Undo:
        return self._venue.open_borders(what.overseas_share)


def _nothing() -> None:
    """There is nothing to take back."""


_TEXTS: Mapping[type[Any], tuple[str, str]] = {
    PlatformOutage: (
        "The platform has {capacity_share:.0%} of its capacity; service is expected back in {lasts_min:g} min.",
        "The platform has its full capacity again.",
    ),
    StreamFailure: (
        "The stream of session {session} has failed; it is expected back in {lasts_min:g} min.",
        "The stream of session {session} is back.",
    ),
    SessionCancellation: ("Session {session} is cancelled.", ""),
    SessionDelay: ("Session {session} begins {by_min:g} min later.", ""),
    SessionMove: ("Session {session} is held in {room}.", ""),
    LanesClosed: (
        "{lanes} lanes of gate {gate} are closed; take another gate.",
        "Gate {gate} has all its lanes again.",
    ),
    StaffCut: (
        "{share:.0%} of the negotiators ({origin}) are away; answers take longer.",
        "The negotiators ({origin}) are back.",
    ),
    EntryCap: ("At most {people:,} people may be inside the halls.", "The usual number of people may be inside again."),
    BordersOpened: ("Borders are open: visitors from abroad may come.", "Borders are closed again."),
}
"""What everybody is told as a disruption begins, and as it ends; nobody announces demand."""

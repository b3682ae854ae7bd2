"""The programme: the documented sessions laid into rooms and slots, and how they are held."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairfacts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    Mode,
    SessionCancelled,
    SessionClosed,
    SessionKind,
    SessionOpened,
    SessionRescheduled,
    SessionScheduled,
    WhyTurnedAway,
)
from fairfacts.timetable import Timetable
from fairsim import imported
from fairsim.arrivals import DAY_MS, HOUR_MS, MINUTE_MS, gaps_ms
from fairsim.draws import Draws, Keys
from fairsim.kernel import Emit, Kernel, Story
from fairsim.notices import Notices
from fairsim.organisations import Organisations
from fairsim.parameters import Programme as ProgrammeParameters
from fairsim.scenario import Scenario
from fairsim.streams import Interest, Streams
from fairsim.venue import Venue, Visitor

SUMMIT_FORUMS = ("opening of services trade", "digital trade", "services trade of multinationals", "tourism")
"""Topics of the high-level forums (opening document, paragraph 10), in our words."""
TITLES: dict[SessionKind, str] = {
    "summit": "Global trade in services summit",
    "summit_forum": "High-level forum: {topic}",
    "industry_forum": "Industry forum {number}: {sector}",
    "industry_promotion": "Industry promotion {number}: {sector}",
    "foreign_day": "Event of a foreign economy {number}: {host}",
    "provincial": "Event of a province or city {number}",
    "evening": "Evening event {number}",
}


class Session(NamedTuple):
    """A place in the programme."""

    number: int
    kind: SessionKind
    title: str
    sector: str
    mode: Mode
    streamed: bool
    room: int
    """Place of the room in the list of rooms; -1 for a session online only."""
    seats: int
    starts_ms: int
    ends_ms: int
    host: str
    """The economy whose event it is; empty for others."""
    name: str = ""
    """Of its room; the room's number is, where there is none."""
    spare_ms: int = DAY_MS
    """From its end until its room is needed again."""

    @property
    def place(self) -> str:
        """Return the room as people know it; empty for a session online only."""
        return (self.name or f"room {self.room + 1}") if self.room >= 0 else ""


def lay_out(
    parameters: ProgrammeParameters, days: int, sectors: list[str], hosts: list[str], draws: Draws
) -> list[Session]:
    """Return the programme: every session in a room and slot of its own, the high-level forums in the largest rooms.

    Events of foreign economies are those of `hosts`, in turn.

    Sessions online only need no room. Rooms are added to the given ones, of the smallest size, where the slots of all
    rooms do not hold the programme (a short fair, say): the documents fix the sessions, not the rooms.
    """
    kinds = _kinds(parameters)
    numbers, draw = np.arange(len(kinds)), draws.stream("programme.layout")
    shuffled = np.argsort(draw.uniform(numbers, ORDER), kind="stable").tolist()
    sector_of = (draw.uniform(numbers, SECTOR) * len(sectors)).astype(int).tolist()
    daytime = [number for number in shuffled if kinds[number] not in ("summit", "evening")]
    may_be_online = [number for number in daytime if kinds[number] != "summit_forum"]
    online = [number for number in daytime if number in set(may_be_online[: parameters.online_only])]
    in_rooms = [number for number in daytime if number not in set(online)]
    # sessions online only would have no audience without a stream, and the summit is streamed as well
    streamed = set([*sorted(online), SUMMIT, *in_rooms][: parameters.streamed])
    in_rooms.sort(key=lambda number: kinds[number] != "summit_forum")
    evening = [number for number in numbers.tolist() if kinds[number] == "evening"]
    rooms = sorted(parameters.room_seats, reverse=True)
    places = _places(parameters, days, online, in_rooms, evening, rooms)
    counts: dict[SessionKind, int] = {}
    sessions = []
    for number, kind in enumerate(kinds):
        counts[kind] = counts.get(kind, 0) + 1
        sector, (starts_ms, room) = sectors[sector_of[number]], places[number]
        host = hosts[(counts[kind] - 1) % len(hosts)] if kind == "foreign_day" and hosts else ""
        topic = SUMMIT_FORUMS[(counts[kind] - 1) % len(SUMMIT_FORUMS)]
        length_min = {"summit": parameters.summit_min, "evening": parameters.evening_min}.get(
            kind, parameters.session_min
        )
        sessions.append(
            Session(
                number=number,
                kind=kind,
                title=TITLES[kind].format(
                    number=counts[kind], sector=sector.replace("_", " "), topic=topic, host=host or "all"
                ),
                sector=sector,
                mode="online" if room == NO_ROOM else "hybrid" if number in streamed else "on_site",
                streamed=number in streamed,
                room=room,
                seats=0 if room == NO_ROOM else rooms[room],
                starts_ms=starts_ms,
                ends_ms=starts_ms + round(length_min * MINUTE_MS),
                host=host,
            )
        )
    return sessions


def lay_in(
    timetable: Timetable, parameters: ProgrammeParameters, days: int, sectors: list[str], scale: float, draws: Draws
) -> tuple[list[Session], list[int], list[str]]:
    """Return the programme of a timetable, the seats of its rooms, and their names."""
    laid = imported.lay_in(timetable, days)
    usual = sorted(parameters.room_seats, reverse=True)
    seats = [
        usual[min(place, len(usual) - 1)] if said is None else max(1, round(said * scale))
        for place, said in enumerate(laid.seats)
    ]
    found = imported.sectors_of(laid.sessions, sectors, draws, SECTOR)
    sessions = []
    for number, (one, sector) in enumerate(zip(laid.sessions, found, strict=True)):
        in_room = one.room != NO_ROOM
        streamed = one.entry.streamed or not in_room
        after = (o.starts_ms - one.ends_ms for o in laid.sessions if in_room and o.room == one.room)
        sessions.append(
            Session(
                number=number,
                kind=one.kind,
                title=one.entry.title,
                sector=sector,
                mode="online" if not in_room else "hybrid" if streamed else "on_site",
                streamed=streamed,
                room=one.room,
                seats=seats[one.room] if in_room else 0,
                starts_ms=one.starts_ms,
                ends_ms=one.ends_ms,
                host="",
                name=laid.rooms[one.room] if in_room else "",
                spare_ms=min((gap for gap in after if gap >= 0), default=days * DAY_MS - one.ends_ms),
            )
        )
    return sessions, seats, laid.rooms


def _places(
    parameters: ProgrammeParameters,
    days: int,
    online: list[int],
    in_rooms: list[int],
    evening: list[int],
    rooms: list[int],
) -> dict[int, tuple[int, int]]:
    """Return begin and room of each session, no two of them in one room at a time; adds to `rooms` where they lack."""

    def begins(hours: Iterable[float]) -> list[int]:
        days_of = range(parameters.first_day - 1, days)
        return [round(day * DAY_MS + hour * HOUR_MS) for day in days_of for hour in hours]

    slots, evenings = begins(parameters.slots_h), begins([parameters.evening_starts_h])
    places = {number: (slots[place % len(slots)], NO_ROOM) for place, number in enumerate(online)}
    for numbers, moments in ((in_rooms, slots), (evening, evenings)):
        cells = _cells(len(numbers), len(moments), rooms)
        places |= {number: (moments[slot], room) for number, (slot, room) in zip(numbers, cells, strict=True)}
    summit_ms = round(parameters.summit_starts_h * HOUR_MS)
    places[SUMMIT] = (summit_ms, 0)
    if min(slots) < summit_ms + parameters.summit_min * MINUTE_MS:  # sessions on its day: a hall of its own
        places[SUMMIT] = (summit_ms, len(rooms))
        rooms.append(rooms[0])
    return places


def _kinds(parameters: ProgrammeParameters) -> list[SessionKind]:
    counts: dict[SessionKind, int] = {
        "summit": 1,
        "summit_forum": parameters.summit_forums,
        "industry_forum": parameters.industry_forums,
        "industry_promotion": parameters.industry_promotions,
        "foreign_day": parameters.foreign_days,
        "provincial": parameters.provincial,
        "evening": parameters.evening,
    }
    return [kind for kind, count in counts.items() for _ in range(count)]


def _cells(count: int, slots: int, rooms: list[int]) -> list[tuple[int, int]]:
    """Return so many different cells (slot, room), the largest rooms first; adds to `rooms` where they lack."""
    while len(rooms) * slots < count:
        rooms.append(rooms[-1])
    return [(slot, room) for room in range(len(rooms)) for slot in range(slots)][:count]


class Programme:
    """Sessions as they are held: doors, admission, begin, stream, end."""

    def __init__(
        self,
        env: Kernel,
        scenario: Scenario,
        draws: Draws,
        organisations: Organisations,
        streams: Streams,
        venue: Venue,
        notices: Notices,
        emit: Emit,
    ) -> None:
        self._env, self._emit, self._organisations, self._streams = env, emit, organisations, streams
        self._venue, self._notices = venue, notices
        self.adopt(scenario)
        self._admitted: dict[int, int] = {}
        """People in each session that has opened its doors and is not over."""
        self._over: set[int] = set()
        """Sessions that are over, the cancelled ones among them."""
        self._open: set[int] = set()
        self._audience = draws.stream("programme.audience")
        self._running = draws.stream("programme.running")
        sectors = [sector.name for sector in organisations.sectors]
        self.rooms = sorted(self._parameters.room_seats, reverse=True)
        """Seats of the rooms, the largest first."""
        self._names: list[str] = []
        """Of the rooms, where they have some."""
        days = scenario.parameters.fair.days
        if scenario.timetable is None:
            self.sessions = lay_out(self._parameters, days, sectors, organisations.hosts(), draws)
        else:
            self.sessions, self.rooms, self._names = lay_in(
                scenario.timetable, self._parameters, days, sectors, scenario.scale, draws
            )

    def adopt(self, scenario: Scenario) -> None:
        """Play by a scenario's parameters from now on."""
        self._parameters = scenario.parameters.programme
        self._summit_factor = scenario.parameters.streams.summit_factor

    def announce(self) -> None:
        """Publish the programme."""
        for session in self.sessions:
            self._emit(
                SessionScheduled(
                    at_ms=self._env.now,
                    session=session.number,
                    kind=session.kind,
                    title=session.title,
                    sector=session.sector,
                    mode=session.mode,
                    streamed=session.streamed,
                    counted=session.kind != "summit",
                    room=session.place,
                    capacity=session.seats,
                    starts_ms=session.starts_ms,
                    ends_ms=session.ends_ms,
                )
            )

    def hold(self, number: int) -> Story:
        """One session from its doors to its end, unless it is cancelled."""
        env, planned = self._env, self.sessions[number]
        # it may be delayed while it is waited for
        while (wait_ms := self._doors_ms(self.sessions[number]) - env.now) > 0:
            yield env.timeout(wait_ms)
        session = self.sessions[number]
        self._admitted[number] = 0
        audience = env.process(self._admit(session, planned)) if session.seats else None
        yield env.timeout(session.starts_ms - env.now)
        if number not in self._over:
            self._open_session(session)
        overrun_ms = self._overrun_ms(session)
        yield env.timeout(session.ends_ms + overrun_ms - env.now)
        if audience is not None:
            yield audience
        if number not in self._over:
            self._close_session(session, overrun_ms)

    def has_opened_doors(self, number: int) -> bool:
        """Return whether a session's doors are open, or were."""
        return number in self._admitted or number in self._over

    def is_over(self, number: int) -> bool:
        """Return whether a session was held or cancelled."""
        return number in self._over

    def cancel(self, number: int) -> None:
        """A session is not held; if it is under way, it is broken off, and everybody leaves."""
        session, was_open = self.sessions[number], number in self._open
        if was_open and session.streamed:
            self._streams.end(number)
        self._open.discard(number)
        self._over.add(number)
        attended = self._admitted.pop(number, 0)
        self._emit(SessionCancelled(self._env.now, number, session.kind, was_open, attended))

    def reschedule(self, number: int, *, by_ms: int = 0, room: int | None = None) -> None:
        """A session that has not opened its doors takes another place in the programme."""
        session = self.sessions[number]
        if room is not None:
            name = self._names[room] if self._names else ""
            session = session._replace(room=room, seats=self.rooms[room], name=name)
        session = self.sessions[number] = session._replace(
            starts_ms=session.starts_ms + by_ms, ends_ms=session.ends_ms + by_ms
        )
        self._emit(
            SessionRescheduled(self._env.now, number, session.place, session.seats, session.starts_ms, session.ends_ms)
        )

    def clash(self, number: int, *, by_ms: int = 0, room: int | None = None) -> Session | None:
        """Return a session that would be in the way of a session in another place, if there is one."""
        moved = self.sessions[number]
        room, starts_ms, ends_ms = moved.room if room is None else room, moved.starts_ms + by_ms, moved.ends_ms + by_ms
        for other in self.sessions:
            if (
                other.number != number
                and other.number not in self._over
                and other.room == room >= 0
                and starts_ms < other.ends_ms
                and other.starts_ms < ends_ms
            ):
                return other
        return None

    def _doors_ms(self, session: Session) -> int:
        return max(session.starts_ms - round(self._parameters.doors_min * MINUTE_MS), 0)

    def _open_session(self, session: Session) -> None:
        self._open.add(session.number)
        self._emit(SessionOpened(self._env.now, session.number, session.kind))
        if session.streamed:
            self._streams.start(session.number, session.ends_ms - session.starts_ms, self._interest(session))

    def _close_session(self, session: Session, overrun_ms: int) -> None:
        if session.streamed:
            self._streams.end(session.number)
        self._open.discard(session.number)
        self._over.add(session.number)
        self._emit(
            SessionClosed(
                at_ms=self._env.now,
                session=session.number,
                kind=session.kind,
                mode=session.mode,
                counted=session.kind != "summit",
                attended=self._admitted.pop(session.number),
                overran_ms=overrun_ms,
            )
        )

    def _interest(self, session: Session) -> Interest:
        """Return who is interested in a session: its own sector more than others, and the economy whose event it is."""
        organisations, parameters = self._organisations, self._parameters
        sectors = [sector.name for sector in organisations.sectors]
        codes = [economy.code for economy in organisations.economies]
        of_sector = session.kind in ("industry_forum", "industry_promotion")
        return Interest(
            factor=self._summit_factor if session.kind == "summit" else 0.0,
            sector=sectors.index(session.sector) if of_sector else -1,
            sector_weight=parameters.own_sector_weight,
            economy=codes.index(session.host) if session.host else -1,
            economy_weight=parameters.host_weight,
        )

    def _admit(self, session: Session, planned: Session) -> Story:
        """Delegates come, and are admitted while there are seats; those whom no notice reached come as was planned.

        While there are visitors inside the halls, it is they who come; otherwise delegates who come for the session.
        """
        register, number = self._organisations.register, session.number
        keys, moments = self._draw_arrivals(session, planned)
        order = np.argsort(moments, kind="stable")
        interest, codes = self._interest(session), self._organisations.economies
        at_hand = np.where((register.registered_ms <= self._env.now) & ~register.overseas, register.delegates, 0)
        interested = interest.weights(register.sector, register.economy)
        weights = np.cumsum(at_hand * interested)
        if not weights[-1]:
            return  # a fair of overseas organisations alone
        who = np.searchsorted(weights, self._audience.uniform(keys[order], WHO) * weights[-1], side="right")
        waits_ms, admitted = gaps_ms(moments[order], self._env.now), list[Visitor]()
        for key, organisation, wait_ms in zip(keys[order].tolist(), who.tolist(), waits_ms, strict=True):
            yield self._env.timeout(wait_ms)
            visitor = self._visitor(key, interested)
            if visitor is not None:
                organisation = visitor.organisation
            economy = codes[register.economy[organisation]].code
            if number in self._over:
                if not self._notices.reaches(key):
                    self._turn_away(number, organisation, economy, "cancelled")
            elif self._admitted[number] < session.seats:
                self._admitted[number] += 1
                if visitor is not None:
                    visitor.in_session = True
                    admitted.append(visitor)
                of_halls = None if visitor is None else visitor.number
                self._emit(AttendeeAdmitted(self._env.now, number, organisation, economy, of_halls))
            else:
                self._turn_away(number, organisation, economy, "full")
        yield self._env.timeout(max(session.ends_ms - self._env.now, 0))
        for visitor in admitted:
            visitor.in_session = False

    def _visitor(self, key: int, interested: NDArray[np.float64]) -> Visitor | None:
        """Return a visitor inside the halls who comes, by interest, and is in no session; None where there is none."""
        most, found = float(interested.max()), None
        for attempt in range(TRIES):
            visitor = self._venue.anybody(self._audience.one(key, VISITOR + 2 * attempt))
            if visitor is None:
                return None
            if visitor.in_session:
                continue
            found = visitor
            if self._audience.one(key, VISITOR + 2 * attempt + 1) < float(interested[visitor.organisation]) / most:
                break
        return found

    def _draw_arrivals(self, session: Session, planned: Session) -> tuple[Keys, NDArray[np.int64]]:
        """Return who comes to a session's doors, by key, and when."""
        parameters, audience = self._parameters, self._audience
        appeal = audience.lognormal(np.array([session.number]), 1.0, parameters.audience_sigma)[0]
        per_seat = {
            "summit": parameters.summit_audience_per_seat,
            "evening": parameters.evening_audience_per_seat,
        }.get(session.kind, appeal * parameters.audience_per_seat)
        keys = session.number * MOST_ATTENDEES + np.arange(round(per_seat * planned.seats))
        offsets_min = (
            audience.normal(keys, ARRIVAL) * parameters.arrival_sigma_min - parameters.arrival_before_start_min
        )
        starts_ms = np.full(len(keys), session.starts_ms)
        if session.starts_ms != planned.starts_ms:
            told = np.array([self._notices.reaches(key) for key in keys.tolist()], np.bool_)
            starts_ms = np.where(told, session.starts_ms, planned.starts_ms)
        moments = np.rint(starts_ms + offsets_min * MINUTE_MS)
        return keys, moments.clip(self._env.now, session.ends_ms - 1).astype(np.int64)

    def _turn_away(self, session: int, organisation: int, economy: str, reason: WhyTurnedAway) -> None:
        self._emit(AttendeeTurnedAway(self._env.now, session, organisation, economy, reason))

    def _overrun_ms(self, session: Session) -> int:
        """Return by how much a session ends late."""
        of_session, parameters = np.array([session.number]), self._parameters
        if self._running.uniform(of_session, LATE)[0] >= parameters.overrun_share:
            return 0
        late_min = self._running.exponential(of_session, parameters.overrun_mean_min, BY_HOW_MUCH)
        return min(round(min(float(late_min[0]), parameters.overrun_max_min) * MINUTE_MS), session.spare_ms)


SUMMIT = 0
"""Number of the summit: it is the first of the kinds."""
NO_ROOM = -1
MOST_ATTENDEES = 1 << 20
# lanes of the streams of layout (by session), audience (by session, by attendee) and running (by session)
ORDER, SECTOR = 0, 1
ARRIVAL, WHO, VISITOR = 2, 4, 5
TRIES = 40
"""Visitors who are asked for each attendee, until one is interested enough; the last one comes in any case."""
LATE, BY_HOW_MUCH = 0, 1

"""The programme: the documented sessions laid into rooms and slots, and how they are held."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fairfacts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    Mode,
    SessionClosed,
    SessionKind,
    SessionOpened,
    SessionScheduled,
)
from fairsim.arrivals import DAY_MS, HOUR_MS, MINUTE_MS, gaps_ms
from fairsim.draws import Draws
from fairsim.kernel import Emit, Kernel, Story
from fairsim.organisations import Organisations
from fairsim.parameters import Programme as ProgrammeParameters
from fairsim.scenario import Scenario
from fairsim.streams import Streams

SUMMIT_FORUMS = ("opening of services trade", "digital trade", "services trade of multinationals", "tourism")
"""Topics of the high-level forums (opening document, paragraph 10), in our words."""
TITLES: dict[SessionKind, str] = {
    "summit": "Global trade in services summit",
    "summit_forum": "High-level forum: {topic}",
    "industry_forum": "Industry forum {number}: {sector}",
    "industry_promotion": "Industry promotion {number}: {sector}",
    "foreign_day": "Event of a foreign economy {number}",
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


def lay_out(parameters: ProgrammeParameters, days: int, sectors: list[str], draws: Draws) -> list[Session]:
    """Return the programme: every session in a room and slot of its own, the larger kinds in the larger rooms.

    Sessions online only need no room. Rooms are added to the given ones, of the smallest size, where the slots of all
    rooms do not hold the programme (a short fair, say): the documents fix the sessions, not the rooms.
    """
    kinds = _kinds(parameters)
    numbers = np.arange(len(kinds))
    draw = draws.stream("programme.layout")
    order = np.argsort(draw.uniform(numbers, ORDER), kind="stable").tolist()
    movable = [number for number in order if kinds[number] not in ("summit", "evening")]
    online = {number for number in movable if kinds[number] != "summit_forum"}
    online = set([number for number in movable if number in online][: parameters.online_only])
    # sessions online only would have no audience without a stream; the summit is streamed as well
    streamed = {0, *online, *[n for n in movable if n not in online][: parameters.streamed - 1 - len(online)]}
    streamed = set(sorted(streamed, key=lambda number: (number not in online, number))[: parameters.streamed])
    sector_of = (draw.uniform(numbers, SECTOR) * len(sectors)).astype(int).tolist()
    slots = [
        round(day * DAY_MS + hour * HOUR_MS)
        for day in range(parameters.first_day - 1, days)
        for hour in parameters.slots_h
    ]
    evenings = [
        round(day * DAY_MS + parameters.evening_starts_h * HOUR_MS) for day in range(parameters.first_day - 1, days)
    ]
    seats = sorted(parameters.room_seats, reverse=True)
    in_rooms = [number for number in movable if number not in online]
    in_rooms.sort(key=lambda number: kinds[number] != "summit_forum")
    cells = _cells(len(in_rooms), len(slots), seats)
    place = {number: (slots[slot], room) for number, (slot, room) in zip(in_rooms, cells, strict=True)}
    place |= {number: (slots[i % len(slots)], NO_ROOM) for i, number in enumerate(n for n in movable if n in online)}
    at_evening = [number for number in numbers.tolist() if kinds[number] == "evening"]
    cells = _cells(len(at_evening), len(evenings), seats)
    place |= {number: (evenings[slot], room) for number, (slot, room) in zip(at_evening, cells, strict=True)}
    place[0] = (round(parameters.summit_starts_h * HOUR_MS), 0)
    if min(slots) < place[0][0] + parameters.summit_min * MINUTE_MS:  # sessions on its day: a hall of its own
        place[0] = (place[0][0], len(seats))
        seats.append(seats[0])
    counts: dict[SessionKind, int] = {}
    sessions = []
    for number in numbers.tolist():
        kind, (starts_ms, room) = kinds[number], place[number]
        counts[kind] = counts.get(kind, 0) + 1
        sector = sectors[sector_of[number]]
        topic = SUMMIT_FORUMS[(counts[kind] - 1) % len(SUMMIT_FORUMS)]
        title = TITLES[kind].format(number=counts[kind], sector=sector.replace("_", " "), topic=topic)
        mode: Mode = "online" if room == NO_ROOM else "hybrid" if number in streamed else "on_site"
        length = {"summit": parameters.summit_min, "evening": parameters.evening_min}.get(kind, parameters.session_min)
        session_seats = 0 if room == NO_ROOM else seats[room]
        ends_ms = starts_ms + round(length * MINUTE_MS)
        sessions.append(
            Session(number, kind, title, sector, mode, number in streamed, room, session_seats, starts_ms, ends_ms)
        )
    return sessions


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


def _cells(count: int, slots: int, seats: list[int]) -> list[tuple[int, int]]:
    """Return so many different cells (slot, room), the largest rooms first; adds rooms to `seats` where they lack."""
    while len(seats) * slots < count:
        seats.append(seats[-1])
    return [(slot, room) for room in range(len(seats)) for slot in range(slots)][:count]


class Programme:
    """Sessions as they are held: doors, admission, begin, stream, end."""

    def __init__(
        self,
        env: Kernel,
        scenario: Scenario,
        draws: Draws,
        organisations: Organisations,
        streams: Streams,
        emit: Emit,
    ) -> None:
        self._env, self._emit, self._organisations, self._streams = env, emit, organisations, streams
        self._parameters = scenario.parameters.programme
        self._audience = draws.stream("programme.audience")
        self._running = draws.stream("programme.running")
        sectors = [sector.name for sector in organisations.sectors]
        self.sessions = lay_out(self._parameters, scenario.parameters.fair.days, sectors, draws)

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
                    room=f"room {session.room + 1}" if session.room >= 0 else "",
                    capacity=session.seats,
                    starts_ms=session.starts_ms,
                    ends_ms=session.ends_ms,
                )
            )

    def hold(self, session: Session) -> Story:
        """One session from its doors to its end."""
        env, parameters = self._env, self._parameters
        admitted: list[int] = []
        doors_ms = max(session.starts_ms - round(parameters.doors_min * MINUTE_MS), env.now)
        yield env.timeout(doors_ms - env.now)
        audience = env.process(self._admit(session, admitted)) if session.seats else None
        yield env.timeout(session.starts_ms - env.now)
        self._emit(SessionOpened(env.now, session.number, session.kind))
        if session.streamed:
            self._streams.start(session.number, session.ends_ms - session.starts_ms)
        overrun_ms = self._overrun_ms(session)
        yield env.timeout(session.ends_ms + overrun_ms - env.now)
        if audience is not None:
            yield audience
        if session.streamed:
            self._streams.end(session.number)
        self._emit(
            SessionClosed(
                at_ms=env.now,
                session=session.number,
                kind=session.kind,
                mode=session.mode,
                counted=session.kind != "summit",
                attended=len(admitted),
                overran_ms=overrun_ms,
            )
        )

    def _admit(self, session: Session, admitted: list[int]) -> Story:
        """Delegates come, and are admitted while there are seats."""
        parameters, audience, register = self._parameters, self._audience, self._organisations.register
        appeal = audience.lognormal(np.array([session.number]), 1.0, parameters.audience_sigma)[0]
        keys = session.number * MOST_ATTENDEES + np.arange(round(appeal * parameters.audience_per_seat * session.seats))
        offsets_min = (
            audience.normal(keys, ARRIVAL) * parameters.arrival_sigma_min - parameters.arrival_before_start_min
        )
        latest_ms = session.ends_ms - 1
        moments = np.rint(session.starts_ms + offsets_min * MINUTE_MS).clip(self._env.now, latest_ms).astype(np.int64)
        order = np.argsort(moments, kind="stable")
        at_hand = np.where((register.registered_ms <= self._env.now) & ~register.overseas, register.delegates, 0)
        weights = np.cumsum(at_hand)
        if not weights[-1]:
            return  # a fair of overseas organisations alone
        who = np.searchsorted(weights, audience.uniform(keys[order], WHO) * weights[-1], side="right")
        codes, economies = self._organisations.economies, register.economy[who].tolist()
        waits_ms = gaps_ms(moments[order], self._env.now)
        for organisation, economy, wait_ms in zip(who.tolist(), economies, waits_ms, strict=True):
            yield self._env.timeout(wait_ms)
            if len(admitted) < session.seats:
                admitted.append(organisation)
                self._emit(AttendeeAdmitted(self._env.now, session.number, organisation, codes[economy].code))
            else:
                self._emit(AttendeeTurnedAway(self._env.now, session.number, organisation, codes[economy].code))

    def _overrun_ms(self, session: Session) -> int:
        """Return by how much a session ends late."""
        of_session, parameters = np.array([session.number]), self._parameters
        if self._running.uniform(of_session, LATE)[0] >= parameters.overrun_share:
            return 0
        late_min = self._running.exponential(of_session, parameters.overrun_mean_min, BY_HOW_MUCH)
        return round(min(float(late_min[0]), parameters.overrun_max_min) * MINUTE_MS)


NO_ROOM = -1
MOST_ATTENDEES = 1 << 20
# lanes of the streams of layout (by session), audience (by session, by attendee) and running (by session)
ORDER, SECTOR = 0, 1
ARRIVAL, WHO = 2, 4
LATE, BY_HOW_MUCH = 0, 1

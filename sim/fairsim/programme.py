"""The programme: the documented sessions laid into rooms and slots, and how they are held."""

from __future__ import annotations

from collections.abc import Iterable
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
    """Return the programme: every session in a room and slot of its own, the high-level forums in the largest rooms.

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
        topic = SUMMIT_FORUMS[(counts[kind] - 1) % len(SUMMIT_FORUMS)]
        length_min = {"summit": parameters.summit_min, "evening": parameters.evening_min}.get(
            kind, parameters.session_min
        )
        sessions.append(
            Session(
                number=number,
                kind=kind,
                title=TITLES[kind].format(number=counts[kind], sector=sector.replace("_", " "), topic=topic),
                sector=sector,
                mode="online" if room == NO_ROOM else "hybrid" if number in streamed else "on_site",
                streamed=number in streamed,
                room=room,
                seats=0 if room == NO_ROOM else rooms[room],
                starts_ms=starts_ms,
                ends_ms=starts_ms + round(length_min * MINUTE_MS),
            )
        )
    return sessions


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


SUMMIT = 0
"""Number of the summit: it is the first of the kinds."""
NO_ROOM = -1
MOST_ATTENDEES = 1 << 20
# lanes of the streams of layout (by session), audience (by session, by attendee) and running (by session)
ORDER, SECTOR = 0, 1
ARRIVAL, WHO = 2, 4
LATE, BY_HOW_MUCH = 0, 1

"""The plan of the programme: sessions in rooms and slots, from the parameters or from a timetable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from fairfacts.clock import MINUTE_MS
from fairfacts.interchange.timetable import Timetable
from fairfacts.parts.fairs import ENGLISH
from fairfacts.parts.programme import Mode
from fairsim.engine.draws import Draws
from fairsim.inputs.kinds import SessionKind
from fairsim.inputs.parameters import Programme as ProgrammeParameters
from fairsim.inputs.parameters import SessionNumbers
from fairsim.inputs.programme import imported
from fairsim.inputs.scenario import Scenario
from fairsim.parts.programme.sessions import NO_ROOM, Session


class Of(NamedTuple):
    """What a session is of: its kind, with the kind's parameters, and its place among the sessions of the kind."""

    kind: SessionKind
    numbers: SessionNumbers
    place: int


class Groups(NamedTuple):
    """The numbers of the sessions by where they are held."""

    plenary: list[int]
    online: list[int]
    in_rooms: list[int]
    streamed: set[int]


def lay_out(scenario: Scenario, sectors: list[str], hosts: list[str], draws: Draws) -> list[Session]:
    """Return the programme of the parameters: each session in a room and slot of its own.

    Sessions of economies are those of `hosts`, in turn. Sessions online only need no room. If the slots of all rooms do
    not hold the programme (in a short fair, for example), rooms of the smallest size are added: reports fix the
    sessions, not the rooms.
    """
    parameters, of = scenario.parameters.programme, _sessions(scenario)
    draw = draws.stream("programme.layout").uniform(np.arange(len(of)), SECTOR)
    sector_of = (draw * len(sectors)).astype(int).tolist()
    groups, rooms = _groups(of, parameters, draws), sorted(parameters.room_seats, reverse=True)
    places = _places(of, scenario, groups, rooms)
    sessions = []
    for number, (kind, numbers, place) in enumerate(of):
        sector, (starts_ms, room) = sectors[sector_of[number]], places[number]
        host = hosts[place % len(hosts)] if kind.hosted and hosts else ""
        streamed = number in groups.streamed
        sessions.append(
            Session(
                number=number,
                kind=kind.key,
                title=_title(kind, place, sector, host),
                sector=sector,
                mode=_mode(room, streamed=streamed),
                streamed=streamed,
                room=room,
                seats=0 if room == NO_ROOM else rooms[room],
                starts_ms=starts_ms,
                ends_ms=starts_ms + round(numbers.length_min * MINUTE_MS),
                host=host,
            )
        )
    return sessions


def lay_in(timetable: Timetable, scenario: Scenario, draws: Draws) -> tuple[list[Session], list[int], list[str]]:
    """Return the programme of a timetable, the seats of its rooms, and their names."""
    parameters = scenario.parameters
    laid = imported.lay_in(timetable, parameters, scenario.fair)
    usual = sorted(parameters.programme.room_seats, reverse=True)
    seats = [
        usual[min(place, len(usual) - 1)]
        if stated is None
        else max(1, round(stated / timetable.scale * scenario.scale))
        for place, stated in enumerate(laid.seats)
    ]
    sector_of = imported.sectors_of(laid.sessions, scenario.fair.sectors, draws, SECTOR)
    sessions = []
    for number, (placed, sector) in enumerate(zip(laid.sessions, sector_of, strict=True)):
        in_room, streamed = placed.room != NO_ROOM, bool(placed.entry.streamed)
        sessions.append(
            Session(
                number=number,
                kind=placed.kind,
                title=placed.entry.title,
                sector=sector,
                mode=_mode(placed.room, streamed=streamed),
                streamed=streamed,
                room=placed.room,
                seats=seats[placed.room] if in_room else 0,
                starts_ms=placed.starts_ms,
                ends_ms=placed.ends_ms,
                host="",
                name=laid.rooms[placed.room] if in_room else "",
                spare_ms=placed.spare_ms,
            )
        )
    return sessions, seats, laid.rooms


def _sessions(scenario: Scenario) -> list[Of]:
    """Return what each session is of, kind by kind."""
    kinds = zip(scenario.fair.kinds.sessions, scenario.parameters.programme.kinds, strict=True)
    return [Of(kind, numbers, place) for kind, numbers in kinds for place in range(numbers.count)]


def _groups(of: list[Of], parameters: ProgrammeParameters, draws: Draws) -> Groups:
    """Return which sessions are plenaries, online only or in rooms, and which are streamed."""
    numbers, draw = np.arange(len(of)), draws.stream("programme.layout")
    shuffled = np.argsort(draw.uniform(numbers, ORDER), kind="stable").tolist()
    plenary = [number for number, (kind, *_) in enumerate(of) if kind.plenary]
    # nothing is drawn of a kind that is never online only and never streamed: its sessions keep their order
    fixed = [n for n, (kind, *_) in enumerate(of) if not kind.plenary and kind.online == kind.streamed == "never"]
    others = [number for number in shuffled if number not in {*plenary, *fixed}]
    always_online = [number for number in others if of[number].kind.online == "always"]
    may_be_online = [number for number in others if of[number].kind.online == "some"]
    online = {*always_online, *may_be_online[: max(parameters.online_only - len(always_online), 0)]}
    in_rooms = [number for number in others if number not in online]
    # sessions online only would have no audience without a stream
    may_be_streamed = [number for number in in_rooms if of[number].kind.streamed == "some"]
    always = [number for number, (kind, *_) in enumerate(of) if kind.streamed == "always"]
    streamed = set([*dict.fromkeys([*always, *sorted(online)]), *may_be_streamed][: parameters.streamed])
    in_rooms = sorted([*in_rooms, *fixed], key=lambda number: not of[number].kind.largest_rooms)
    return Groups(plenary, [number for number in others if number in online], in_rooms, streamed)


def _title(kind: SessionKind, place: int, sector: str, host: str) -> str:
    """Return the title of the session in a place, from 0, of its kind."""
    topics = [topic[ENGLISH] for topic in kind.topics]
    about = topics[place % len(topics)] if topics else host or "all" if kind.hosted else sector.replace("_", " ")
    pattern = kind.title.get(ENGLISH, f"{kind.name[ENGLISH]} {{number}}")
    return pattern.format(number=place + 1, about=about)


def _mode(room: int, *, streamed: bool) -> Mode:
    if room == NO_ROOM:
        return "online"
    return "hybrid" if streamed else "on_site"


def _places(of: list[Of], scenario: Scenario, groups: Groups, rooms: list[int]) -> dict[int, tuple[int, int]]:
    """Return begin and room of each session, no two of them in one room at a time; adds to `rooms` if they lack."""
    places: dict[int, tuple[int, int]] = {}
    overrun_min = scenario.parameters.programme.overrun_max_min
    for slots, numbers in _by_slots(of, scenario, groups.online).items():
        places |= {number: (slots[place % len(slots)], NO_ROOM) for place, number in enumerate(numbers)}
    taken: set[tuple[int, int]] = set()
    for slots, numbers in _by_slots(of, scenario, groups.in_rooms).items():
        cells = _cells(len(numbers), slots, rooms, taken)
        taken.update(cells)
        places |= zip(numbers, cells, strict=True)
    for slots, numbers in _by_slots(of, scenario, groups.plenary).items():
        for place, number in enumerate(numbers):
            starts_ms = slots[place % len(slots)]
            places[number] = starts_ms, _hall(number, starts_ms, of, places, rooms, overrun_min)
    return places


def _by_slots(of: list[Of], scenario: Scenario, numbers: Iterable[int]) -> dict[tuple[int, ...], list[int]]:
    """Return sessions by the moments at which one of their kind may begin."""
    by_slots: dict[tuple[int, ...], list[int]] = {}
    slots: dict[str, tuple[int, ...]] = {}
    for number in numbers:
        kind = of[number].numbers
        if kind.key not in slots:
            days = range(kind.first_day - 1, min(kind.last_day, scenario.parameters.fair.days))
            slots[kind.key] = tuple(scenario.at_ms(day, hour) for day in days for hour in kind.starts_h)
        by_slots.setdefault(slots[kind.key], []).append(number)
    return by_slots


def _hall(
    number: int,
    starts_ms: int,
    of: list[Of],
    places: dict[int, tuple[int, int]],
    rooms: list[int],
    overrun_min: float,
) -> int:
    """Return the room of a plenary: the largest, or a hall of its own if another session is held there meanwhile."""

    def length_ms(session: int) -> int:
        return round((of[session].numbers.length_min + overrun_min) * MINUTE_MS)

    ends_ms = starts_ms + length_ms(number)
    largest = [session for session, (_, room) in places.items() if room == 0 and session != number]
    if any(places[session][0] < ends_ms and starts_ms < places[session][0] + length_ms(session) for session in largest):
        rooms.append(rooms[0])
        return len(rooms) - 1
    return 0


def _cells(count: int, slots: tuple[int, ...], rooms: list[int], taken: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return this number of free cells (slot, room), the largest rooms first; adds to `rooms` if they lack.

    What begins at one of two moments has left the room by the other one (`consistency._check_slots`).
    """
    cells: list[tuple[int, int]] = []
    room = 0
    while len(cells) < count:
        if room == len(rooms):
            rooms.append(rooms[-1])
        cells += [(slot, room) for slot in slots if (slot, room) not in taken]
        room += 1
    return cells[:count]


# substreams of `programme.layout`, by session
ORDER, SECTOR = 0, 1

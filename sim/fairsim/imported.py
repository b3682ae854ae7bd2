"""An imported programme: the sessions of a timetable, laid into the days of the fair.

The timetable's first day is the fair's first, and its clocks show the fair's time: what begins at ten begins at ten.
Rooms keep their names; those whose seats the timetable does not say get seats of the parameters, the largest first.
Where two sessions overlap in a room, the later one gets a room of its own beside it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple, get_args

import numpy as np

from fairfacts.errors import ScenarioError
from fairfacts.programme import SessionKind
from fairfacts.timetable import Entry, Timetable
from fairsim.arrivals import DAY_MS, HOUR_MS
from fairsim.draws import Draws

OCCASIONS = 3
"""Sessions in which results are announced and signed: each needs a room (`fairsim.results`)."""
KINDS: tuple[SessionKind, ...] = get_args(SessionKind)
EVENING_MS = 18 * HOUR_MS
"""What begins so late in the day is an evening event, where the timetable does not say what it is."""


class Placed(NamedTuple):
    """An entry of a timetable in its place in the fair; the one numbered 0 is first."""

    entry: Entry
    kind: SessionKind
    room: int
    """Place in the list of rooms; -1 for a session online only."""
    starts_ms: int
    ends_ms: int


class Laid(NamedTuple):
    """A timetable laid into a fair."""

    sessions: list[Placed]
    rooms: list[str]
    seats: list[int | None]
    """Of the rooms, as the timetable says them."""


def lay_in(timetable: Timetable, days: int) -> Laid:
    """Return a timetable in the days of a fair: the summit first, or what is held in the largest room.

    Raises:
        ScenarioError: it has more days, or nothing is held in a room.
    """
    held = [entry for entry in timetable.entries if not entry.cancelled]
    first = min((entry.starts.date() for entry in held), default=None)
    free_ms: defaultdict[str, int] = defaultdict(int)
    rooms: dict[str, int | None] = {}
    placed = []
    for entry in held:
        assert first is not None, "it is the date of one of them"
        starts_ms = (entry.starts.date() - first).days * DAY_MS + _time_ms(entry.starts)
        ends_ms = starts_ms + round((entry.ends - entry.starts).total_seconds() * 1000)
        if ends_ms > days * DAY_MS:
            raise ScenarioError(
                f"{timetable.title}: {entry.title!r} ends on day {(ends_ms - 1) // DAY_MS + 1}, and the fair has {days}"
                " days; set fair.days"
            )
        name = entry.room
        while name and free_ms[name] > starts_ms:
            name = f"{name} +"
        if name:
            free_ms[name] = ends_ms
            rooms[name] = rooms.get(name) or entry.seats
        place = list(rooms).index(name) if name else -1
        placed.append(Placed(entry, _kind(entry, starts_ms), place, starts_ms, ends_ms))
    in_rooms = sum(one.room >= 0 for one in placed)
    if in_rooms < OCCASIONS:
        raise ScenarioError(
            f"{timetable.title}: {in_rooms} of its sessions are held in rooms, and results are announced in"
            f" {OCCASIONS}; give it more"
        )
    seats = list(rooms.values())
    placed.sort(key=lambda one: (one.kind != "summit", one.room < 0, -(seats[one.room] or 0) if one.room >= 0 else 0))
    return Laid([placed[0], *sorted(placed[1:], key=lambda one: one.starts_ms)], list(rooms), seats)


def sectors_of(placed: list[Placed], sectors: list[str], draws: Draws, lane: int) -> list[str]:
    """Return the sector of each session: its track, where that is one, or one that is drawn."""
    drawn = (draws.stream("programme.layout").uniform(np.arange(len(placed)), lane) * len(sectors)).astype(int).tolist()
    tracks = [one.entry.track.lower().replace(" ", "_") for one in placed]
    return [track if track in sectors else sectors[place] for track, place in zip(tracks, drawn, strict=True)]


def _kind(entry: Entry, starts_ms: int) -> SessionKind:
    said = entry.kind.lower().replace(" ", "_")
    if found := next((kind for kind in KINDS if kind == said), None):
        return found
    return "evening" if starts_ms % DAY_MS >= EVENING_MS else "industry_forum"


def _time_ms(moment: datetime) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1000 + moment.microsecond // 1000

"""An imported programme: the sessions of a timetable, laid into the days of the fair.

A timetable whose dates are days of the fair keeps them; else its first day is the fair's first. Its clocks show the
fair's time: what begins at ten begins at ten. Rooms keep their names; a room whose seats the timetable does not have
gets seats of the parameters, the largest first. Of two sessions that overlap in a room, the later one gets a room
beside it. The report of the reading has all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from fairfacts.clock import day_of, days_text, midnight_ms, shown_ms
from fairfacts.errors import ScenarioError, did_you_mean
from fairfacts.interchange.files import read_timetable
from fairfacts.interchange.reading import Reading, Report, quoted
from fairfacts.interchange.timetable import Entry, Options, Timetable
from fairsim.engine.draws import Draws
from fairsim.inputs.fair import Fair, epoch_of
from fairsim.inputs.faults import Faults
from fairsim.inputs.keys import Known
from fairsim.inputs.kinds import SessionKind
from fairsim.inputs.parameters import Parameters
from fairsim.inputs.programme.modes import as_its_kind, note_streams
from fairsim.inputs.sectors import Sector

EVENING_H = 18
"""What begins so late in the day is of a kind that does, where the timetable does not say what it is."""
MOST_SESSIONS = 20_000
"""Of a programme: a hundred times the largest fairs'."""
MOST_AT_ONCE = 200
"""Sessions in one room at the same time: more are a mistake in the timetable."""
OPTIONS = tuple(field.name for field in msgspec.structs.fields(Options))


class Placed(NamedTuple):
    """An entry of a timetable in its place in the fair; the one numbered 0 is first."""

    entry: Entry
    """As its kind has it held: in a room, streamed or not."""
    kind: str
    room: int
    """Place in the list of rooms; -1 for a session online only."""
    starts_ms: int
    ends_ms: int
    spare_ms: int
    """From its end until its room is needed again, or the fair ends."""


class Laid(NamedTuple):
    """A timetable laid into a fair."""

    sessions: list[Placed]
    rooms: list[str]
    seats: list[int | None]
    """Of the rooms, as the timetable has them, at its scale."""


class Programme(NamedTuple):
    """A programme as its file has it."""

    file: str
    timetable: Timetable
    report: Report


def read_programme(source: tuple[Any, str], changes: Mapping[str, tuple[str, str]]) -> Programme:
    """Return the programme that a scenario imports.

    Args:
        source: what the scenario states as `timetable`, a file or a table, and the scenario's file.
        changes: of the table's options, from the command line, each with where it was written.

    Raises:
        ScenarioError: names file, entry, value and what is allowed.
    """
    value, written_in = source
    file, options = _file_and_options(value, written_in, changes)
    path = Path(written_in).parent / file
    return Programme(str(path), *read_timetable(path, options))


def fit_programme(programme: Programme, parameters: Parameters, fair: Fair) -> Report:
    """Return the report of a programme that fits into its fair, with what is played otherwise than the file has it.

    Raises:
        ScenarioError: it does not fit; names file, entry, value and what is allowed.
    """
    timetable, report = programme.timetable, programme.report
    reading = Reading(programme.file, report.format, report.unit, ScenarioError)
    laid = lay_in(timetable, parameters, fair, reading)
    _note_occasions(laid, fair, reading)
    _note_hours(laid, parameters, reading)
    _note_tracks(timetable, fair.sectors, reading)
    return msgspec.structs.replace(report, remarks=(*report.remarks, *reading.remarks))


def _note_occasions(laid: Laid, fair: Fair, reading: Reading) -> None:
    """Say which occasion is held in a session that is not of its kind or topic, as the programme has none that is."""
    for occasion in fair.kinds.occasions:
        fits = (session.kind == occasion.session and occasion.topic in session.entry.title for session in laid.sessions)
        if occasion.session and not any(fits):
            about = f" on {occasion.topic}" if occasion.topic else ""
            message = f"no session is a {occasion.session}{about}: held in the first one in a room that has no other"
            reading.remark(f"occasion {occasion.key}", "assumed", "session", message)


def _note_hours(laid: Laid, parameters: Parameters, reading: Reading) -> None:
    """Say which sessions in rooms lie outside the hours of the halls, so that nobody comes to them from there."""
    halls = parameters.venue
    evenings = {kind.key for kind in parameters.programme.kinds if min(kind.starts_h) >= EVENING_H}
    outside = [
        session for session in laid.sessions
        if session.room >= 0 and session.kind not in evenings
        and not halls.opens_h <= session.entry.starts.hour + session.entry.starts.minute / 60 < halls.closes_h
    ]  # fmt: skip
    if outside and halls.days:
        which = ", ".join(quoted(session.entry.title) for session in outside[:3])
        which += ", ..." if len(outside) > 3 else ""
        hours = f"the halls are open from {halls.opens_h:g} to {halls.closes_h:g} (venue.opens_h, venue.closes_h)"
        message = (
            f"{len(outside)} sessions begin while the halls are closed, and nobody comes to them from there: {hours}"
        )
        reading.remark(which, "assumed", "hours", message)


def _file_and_options(value: Any, written_in: str, changes: Mapping[str, tuple[str, str]]) -> tuple[str, Options]:
    """Return the file that a scenario states, and how it is to be read."""
    table = value if isinstance(value, Mapping) else {"file": value}
    if not isinstance(table.get("file"), str):
        raise ScenarioError(f"{written_in}: timetable is {value!r}; name a schedule.json or an .ics file")
    stated = {name: part for name, part in table.items() if name != "file"}
    places = dict.fromkeys(stated, f"{written_in}: timetable")
    for name, (part, place) in changes.items():
        stated[name], places[name] = part, place
    faults = Faults()
    for name in stated:
        if name not in OPTIONS:
            faults.add(places[name], f"{name} is no key of timetable; {did_you_mean(name, OPTIONS)}")
            continue
        try:
            msgspec.convert({name: stated[name]}, Options, strict=name not in changes)
        except msgspec.ValidationError:
            faults.add(places[name], f"{name} is {stated[name]!r}; {_allowed(name)}")
    faults.refuse()
    return table["file"], msgspec.convert(stated, Options, strict=False)


def _allowed(name: str) -> str:
    return {
        "time_zone": "write the name of a time zone, such as Europe/Berlin",
        "default_length_min": "write minutes, over 0 and up to 44640, such as 30",
        "skip_unreadable": "write true or false",
    }[name]


class _Kinds:
    """Which kind an entry is of."""

    def __init__(self, parameters: Parameters, fair: Fair) -> None:
        self.by_key = {kind.key: kind for kind in fair.kinds.sessions}
        self.plenary = {key for key, kind in self.by_key.items() if kind.plenary}
        self._known = Known({kind.key: kind.name for kind in fair.kinds.sessions})
        ordinary = [kind for kind in parameters.programme.kinds if kind.key not in self.plenary]
        by_count = sorted(ordinary, key=lambda kind: -kind.count)
        evenings = [kind.key for kind in ordinary if min(kind.starts_h) >= EVENING_H]
        self._usual = [kind.key for kind in by_count] or list(self.by_key)
        self._evening = [*evenings[:1], *self._usual]

    def of(self, entry: Entry, reading: Reading) -> SessionKind:
        """Return the kind of an entry: the one that it states, else by its time the one of most sessions."""
        if stated := self._known.find(entry.kind):
            return self.by_key[stated]
        likely = self._evening if entry.starts.hour >= EVENING_H else self._usual
        fits = (key for key in likely if entry.room or self.by_key[key].online != "never")
        kind = next(fits, likely[0])
        if entry.kind:
            message = f"type {quoted(entry.kind)} is no kind of session: played as {kind}"
            reading.remark(quoted(entry.title), "coerced", "type", message)
        else:
            reading.remark(quoted(entry.title), "assumed", "type", f"it has no type: played as {kind}")
        return self.by_key[kind]


def lay_in(timetable: Timetable, parameters: Parameters, fair: Fair, reading: Reading | None = None) -> Laid:
    """Return a timetable in the days of a fair: the plenary first, or the session in the largest room.

    Raises:
        ScenarioError: sessions end after the fair, or too few are held in rooms; names all of them.
    """
    reading = reading or Reading(timetable.title, "", "entries", ScenarioError)
    kinds, days, epoch = _Kinds(parameters, fair), parameters.fair.days, epoch_of(parameters, fair)
    if not fair.kinds.sessions:
        reading.fault("", "the fair has no kind of session to play it as; write a table [[sessions]] into fair.toml")
        reading.refuse()
    held = _held(timetable, reading)
    first = _first_day(held, days, epoch, reading)
    rooms, of_kinds = _Rooms(reading), [(entry, kinds.of(entry, reading)) for entry in held]
    note_streams(of_kinds, reading)
    placed, closes_ms = [], midnight_ms(epoch, days)
    for stated, kind in of_kinds:
        entry = as_its_kind(stated, kind, reading)
        starts_ms, ends_ms = _times_ms(entry, first, epoch)
        if ends_ms > closes_ms:
            last = day_of(epoch, ends_ms - 1) + 1
            reading.fault(quoted(entry.title), f"ends on day {last}, and the fair has {days_text(days)}; set fair.days")
        room = rooms.take(entry, starts_ms, ends_ms)
        placed.append(Placed(entry, kind.key, room, starts_ms, ends_ms, closes_ms - ends_ms))
    in_rooms = sum(session.room >= 0 for session in placed)
    occasions = sum(bool(occasion.session) for occasion in fair.kinds.occasions)
    if in_rooms < occasions:
        reading.fault(
            "",
            f"{in_rooms} of its sessions are held in rooms, and results are announced in {occasions}; give it more",
        )
    reading.refuse()
    rooms.note_unknown_seats()
    return Laid(_in_order(_with_spare_time(placed), rooms.seats, kinds.plenary), rooms.names, rooms.seats)


def _held(timetable: Timetable, reading: Reading) -> list[Entry]:
    """Return the entries that are not cancelled."""
    held = [entry for entry in timetable.entries if not entry.cancelled]
    for entry in timetable.entries:
        if entry.cancelled:
            reading.remark(quoted(entry.title), "left out", "cancelled", "is cancelled")
    if not held:
        reading.fault("", "no session of it is held; name a programme that has one which is not cancelled")
        reading.refuse()
    if len(held) > MOST_SESSIONS:
        reading.fault("", f"it has {len(held):,} sessions; a programme has at most {MOST_SESSIONS:,}")
        reading.refuse()
    return held


def _first_day(held: list[Entry], days: int, epoch: datetime, reading: Reading) -> date:
    """Return the date in a timetable that is the fair's first day."""
    first = min(entry.starts.date() for entry in held)
    last = max(entry.starts.date() for entry in held)
    if epoch.date() <= first and last < epoch.date() + timedelta(days=days):
        return epoch.date()
    where = f"from {first} to the fair's first day, {epoch.date()}; its clock times stay"
    reading.remark("", "moved", "days", f"{len(held)} sessions {where}")
    return first


def _times_ms(entry: Entry, first: date, epoch: datetime) -> tuple[int, int]:
    """Return begin and end in ms since the fair's epoch: begin by the clock, end by the length."""
    at = entry.starts
    clock_ms = ((at.hour * 60 + at.minute) * 60 + at.second) * 1000 + at.microsecond // 1000
    starts_ms = shown_ms(epoch, (at.date() - first).days, clock_ms)
    return starts_ms, starts_ms + round((entry.ends - entry.starts).total_seconds() * 1000)


class _Rooms:
    """The rooms of a programme: each holds one session at a time."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._places: dict[str, int] = {}
        self._free_ms: list[int] = []
        self.seats: list[int | None] = []

    @property
    def names(self) -> list[str]:
        return list(self._places)

    def take(self, entry: Entry, starts_ms: int, ends_ms: int) -> int:
        """Return the place of the room that a session is held in, -1 for one online only."""
        if not entry.room:
            return -1
        for copy in range(MOST_AT_ONCE):
            name = entry.room if not copy else f"{entry.room} +" if copy == 1 else f"{entry.room} +{copy}"
            place = self._places.setdefault(name, len(self._places))
            if place == len(self._free_ms):
                self._free_ms.append(0)
                self.seats.append(None)
            if self._free_ms[place] <= starts_ms:
                break
        else:
            self._reading.fault(quoted(entry.title), f"room {quoted(entry.room)} has over {MOST_AT_ONCE} sessions then")
            self._reading.refuse()
        if copy:
            message = f"room {quoted(entry.room)} has another session then: held in {quoted(name)}"
            self._reading.remark(quoted(entry.title), "moved", "room", message)
        self._free_ms[place] = ends_ms
        self.seats[place] = self.seats[place] or entry.seats
        return place

    def note_unknown_seats(self) -> None:
        """Note the rooms that get seats of the parameters."""
        for name, seats in zip(self._places, self.seats, strict=True):
            if seats is None:
                self._reading.remark(quoted(name), "assumed", "seats", "its seats are not in the file: a usual room's")


def _with_spare_time(placed: list[Placed]) -> list[Placed]:
    """Return sessions, each with the time until its room is needed again."""
    following: dict[int, int] = {}
    spared = []
    for session in reversed(placed):
        needed_ms = following.get(session.room, session.ends_ms + session.spare_ms)
        spared.append(session._replace(spare_ms=min(session.spare_ms, needed_ms - session.ends_ms)))
        if session.room >= 0:
            following[session.room] = session.starts_ms
    return spared[::-1]


def _in_order(placed: list[Placed], seats: list[int | None], plenary: set[str]) -> list[Placed]:
    """Return sessions with a plenary first, or the one in the largest room; the others by their begin."""

    def rank(session: Placed) -> tuple[bool, bool, int]:
        return session.kind not in plenary, session.room < 0, -(seats[session.room] or 0) if session.room >= 0 else 0

    first, *others = sorted(placed, key=rank)  # `_held` refuses a programme without sessions
    return [first, *sorted(others, key=lambda session: session.starts_ms)]


def sectors_of(placed: list[Placed], sectors: tuple[Sector, ...], draws: Draws, lane: int) -> list[str]:
    """Return the sector of each session: its track, where that is a sector, or one that is drawn."""
    drawn = (draws.stream("programme.layout").uniform(np.arange(len(placed)), lane) * len(sectors)).astype(int).tolist()
    known = _tracks(sectors)
    return [
        known.find(session.entry.track) or sectors[place].name for session, place in zip(placed, drawn, strict=True)
    ]


def _tracks(sectors: tuple[Sector, ...]) -> Known:
    return Known({sector.name: sector.names for sector in sectors})


def _note_tracks(timetable: Timetable, sectors: tuple[Sector, ...], reading: Reading) -> None:
    """Note the entries whose track is no sector."""
    known = _tracks(sectors)
    for entry in timetable.entries:
        if entry.cancelled or known.find(entry.track):
            continue
        if not entry.track:
            reading.remark(quoted(entry.title), "assumed", "track", "it has no track: a sector is drawn")
        else:
            message = f"track {quoted(entry.track)} is no sector of the fair: a sector is drawn"
            reading.remark(quoted(entry.title), "coerced", "track", message)

"""Timetables: a programme as other software reads and writes it, as `schedule.json` and as iCalendar.

`schedule.json` is the format of frab and pretalx (https://c3voc.de/wiki/schedule): `type` is the kind of session and
`track` its sector; what is in the room `online` has no room, and what may be recorded is streamed. Of a calendar, only
events that have a time of day are sessions, and what repeats is refused; what is ours stands in properties that begin
with `X-CLOUDFAIR`.
"""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from fairfacts.errors import ScenarioError

ONLINE = "online"
PRODUCT = "-//Cloudfair//Programme//EN"
SCHEMA = "https://c3voc.de/schedule/schema.json"
ZONES = {timedelta(): "UTC", timedelta(hours=8): "Asia/Shanghai"}
"""Names of the zones that a fair's clock may have: other software wants a name where an offset would do."""
SLOT = timedelta(minutes=5)
_DURATION = re.compile(r"^(?:(\d+):)?(\d+):(\d\d)$")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A session in a timetable."""

    uid: str
    """Its own among all timetables."""
    title: str
    starts: datetime
    """With the offset of the place where it is held."""
    ends: datetime
    room: str = ""
    """Empty when it is held online only."""
    seats: int | None = None
    """Of the room, where the timetable says it."""
    kind: str = ""
    track: str = ""
    streamed: bool = False
    cancelled: bool = False


class Timetable(msgspec.Struct, frozen=True, kw_only=True):
    """A programme with its sessions in the order of their begin."""

    title: str
    acronym: str
    entries: tuple[Entry, ...]


def read_timetable(path: Path) -> Timetable:
    """Return the timetable in a file: iCalendar where its name ends in `.ics`, else `schedule.json`.

    Raises:
        ScenarioError: it cannot be read, or holds no session; names the file, the place in it and what is allowed.
    """
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise ScenarioError(
            f"{path}: cannot be read ({fault.strerror}); name a schedule.json or an .ics file"
        ) from fault
    read = from_icalendar if path.suffix.lower() == ".ics" else from_schedule
    timetable = read(content, str(path))
    if not timetable.entries:
        raise ScenarioError(f"{path}: holds no session; name a timetable that has some")
    return timetable


class _Event(msgspec.Struct):
    title: str
    start: str
    duration: str
    date: str | None = None
    guid: str | None = None
    id: int | str | None = None
    track: str | None = None
    type: str | None = None
    do_not_record: bool | str | None = None
    do_not_stream: bool | str | None = None


class _Day(msgspec.Struct):
    date: str
    rooms: dict[str, list[_Event]] | list[Any]
    """A list, and an empty one, where a day has no event."""


class _Room(msgspec.Struct):
    name: str
    capacity: float | None = None


class _Conference(msgspec.Struct):
    title: str
    days: list[_Day]
    acronym: str = ""
    rooms: list[_Room] = []


class _Schedule(msgspec.Struct):
    conference: _Conference


class _File(msgspec.Struct):
    schedule: _Schedule


def from_schedule(content: bytes, name: str = "schedule.json") -> Timetable:
    """Return the timetable that a `schedule.json` holds.

    Raises:
        ScenarioError: it is none; names the place in it and what is allowed.
    """
    try:
        conference = msgspec.json.decode(content, type=_File).schedule.conference
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        reason, _, place = str(fault).partition(" - at `$.")
        raise ScenarioError(f"{name}: {place.rstrip('`') or 'it'} is no part of a schedule.json: {reason}") from fault
    seats = {room.name: int(room.capacity) for room in conference.rooms if room.capacity}
    entries: list[Entry] = []
    for day_place, day in enumerate(conference.days):
        for room, events in day.rooms.items() if isinstance(day.rooms, dict) else ():
            for event_place, event in enumerate(events):
                where = f"{name}: schedule.conference.days[{day_place}].rooms.{room}[{event_place}]"
                starts = _moment(event.date or f"{day.date}T{event.start}", where)
                entries.append(
                    Entry(
                        uid=event.guid or f"{conference.acronym}-{event.id or len(entries)}",
                        title=event.title,
                        starts=starts,
                        ends=starts + _length(event.duration, where),
                        room="" if room.lower() == ONLINE else room,
                        seats=seats.get(room),
                        kind=event.type or "",
                        track=event.track or "",
                        streamed=not (event.do_not_record or event.do_not_stream),
                    )
                )
    return _timetable(conference.title, conference.acronym, entries)


def to_schedule(timetable: Timetable, version: str, base_url: str) -> bytes:
    """Return a timetable as `schedule.json`; sessions that are cancelled are left out.

    `version` is of the programme, `base_url` the address under which a session's number leads to it.
    """
    entries = [entry for entry in timetable.entries if not entry.cancelled]
    by_day: dict[date, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for number, entry in enumerate(entries, 1):
        by_day[entry.starts.date()][entry.room or ONLINE].append(_event(number, entry, timetable.acronym, base_url))
    first, last = min(by_day, default=date(1970, 1, 1)), max(by_day, default=date(1970, 1, 1))
    days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
    zone = entries[0].starts.tzinfo if entries else UTC
    seats = {entry.room or ONLINE: entry.seats or None for entry in entries}
    conference: dict[str, Any] = {
        "acronym": timetable.acronym,
        "title": timetable.title,
        "start": first.isoformat(),
        "end": last.isoformat(),
        "daysCount": len(days),
        "timeslot_duration": _hours(SLOT),
        "rooms": [
            {"name": room, "guid": _guid(f"{timetable.acronym}/{room}"), "description": None, "capacity": seats[room]}
            for room in sorted(seats)
        ],
        "days": [
            {
                "index": index,
                "date": day.isoformat(),
                "day_start": datetime.combine(day, time(), zone).isoformat(),
                "day_end": datetime.combine(day + timedelta(days=1), time(), zone).isoformat(),
                "rooms": {room: by_day[day][room] for room in sorted(by_day[day])} if day in by_day else {},
            }
            for index, day in enumerate(days, 1)
        ],
    }
    if entries and (offset := entries[0].starts.utcoffset()) in ZONES:
        conference["time_zone_name"] = ZONES[offset]
    schedule = {"url": base_url, "version": version, "base_url": base_url, "conference": conference}
    return msgspec.json.format(
        msgspec.json.encode({"$schema": SCHEMA, "generator": {"name": "cloudfair"}, "schedule": schedule}), indent=1
    )


def _event(number: int, entry: Entry, acronym: str, base_url: str) -> dict[str, Any]:
    return {
        "id": number,
        "guid": _guid(entry.uid),
        "logo": "",
        "date": entry.starts.isoformat(),
        "start": f"{entry.starts:%H:%M}",
        "duration": _hours(entry.ends - entry.starts),
        "room": entry.room or ONLINE,
        "slug": f"{acronym}-{number}-{slug(entry.title)}",
        "url": base_url,
        "title": entry.title,
        "subtitle": "",
        "track": entry.track,
        "type": entry.kind,
        "language": "en",
        "abstract": "",
        "description": "",
        "recording_license": "",
        "do_not_record": not entry.streamed,
        "persons": [],
        "links": [],
        "attachments": [],
        "answers": [],
    }


def from_icalendar(content: bytes, name: str = "programme.ics") -> Timetable:
    """Return the timetable that a calendar holds.

    Raises:
        ScenarioError: it is none, or an event of it repeats or has no end.
    """
    import icalendar

    try:
        calendar = icalendar.Calendar.from_ical(content)
    except (ValueError, IndexError) as fault:
        raise ScenarioError(f"{name}: is no iCalendar: {fault}") from fault
    zone = _zone(str(calendar.get("x-wr-timezone", "")))
    entries: list[Entry] = []
    for event in calendar.walk("VEVENT"):
        starts, where = event.decoded("dtstart", None), f"{name}: {event.get('summary') or event.get('uid')}"
        if not isinstance(starts, datetime):
            continue  # a day, not a session
        if "rrule" in event:
            raise ScenarioError(f"{where}: repeats (RRULE); write its repetitions as events of their own")
        ends = event.decoded("dtend", None) or starts + event.decoded("duration", timedelta())
        if not isinstance(ends, datetime) or ends <= starts:
            raise ScenarioError(f"{where}: ends at {ends}, and begins at {starts}; a session takes some time")
        seats, tracks = str(event.get("x-cloudfair-seats", "")), event.get("categories")
        entries.append(
            Entry(
                uid=str(event.get("uid", f"{name}-{len(entries)}")),
                title=str(event.get("summary", "")),
                starts=_local(starts, zone),
                ends=_local(ends, zone),
                room=str(event.get("location", "")),
                seats=int(seats) if seats.isdecimal() else None,
                kind=str(event.get("x-cloudfair-kind", "")),
                track=str(tracks.cats[0]) if tracks is not None and hasattr(tracks, "cats") and tracks.cats else "",
                streamed=str(event.get("x-cloudfair-streamed", "TRUE")).upper() == "TRUE",
                cancelled=str(event.get("status", "")).upper() == "CANCELLED",
            )
        )
    title = str(calendar.get("x-wr-calname", "")) or Path(name).stem
    return _timetable(title, slug(title), entries)


def to_icalendar(timetable: Timetable) -> bytes:
    """Return a timetable as a calendar."""
    import icalendar

    calendar = icalendar.Calendar()
    for name, value in (("prodid", PRODUCT), ("version", "2.0"), ("x-wr-calname", timetable.title)):
        calendar.add(name, value)
    made = datetime.now(UTC)
    for entry in timetable.entries:
        event = icalendar.Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", made)
        event.add("summary", entry.title)
        for name, moment in (("dtstart", entry.starts), ("dtend", entry.ends)):
            zone = ZONES.get(moment.utcoffset() or timedelta())
            event.add(name, moment.astimezone(ZoneInfo(zone) if zone else UTC))
        if entry.room:
            event.add("location", entry.room)
        if entry.track:
            event.add("categories", [entry.track])
        if entry.cancelled:
            event.add("status", "CANCELLED")
        for name, ours in (("kind", entry.kind), ("seats", entry.seats), ("streamed", str(entry.streamed).upper())):
            if ours:
                event.add(f"x-cloudfair-{name}", str(ours))
        calendar.add_component(event)
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _timetable(title: str, acronym: str, entries: Iterable[Entry]) -> Timetable:
    ordered = sorted(entries, key=lambda entry: (entry.starts.replace(tzinfo=None), entry.room, entry.title, entry.uid))
    return Timetable(title=title, acronym=acronym, entries=tuple(ordered))


def _moment(said: str, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as fault:
        raise ScenarioError(f"{where}: date is {said!r}; write it like 2020-09-04T20:00:00+08:00") from fault
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _length(said: str, where: str) -> timedelta:
    if (found := _DURATION.match(said)) and int(found[3]) < 60:
        length = timedelta(days=int(found[1] or 0), hours=int(found[2]), minutes=int(found[3]))
        if length:
            return length
    raise ScenarioError(f"{where}: duration is {said!r}; write hours and minutes, such as 01:30")


def _local(moment: datetime, zone: tzinfo | None) -> datetime:
    """Return a moment as the clocks of its place show it, with a fixed offset."""
    local = moment.astimezone(zone) if zone and moment.tzinfo else moment.replace(tzinfo=moment.tzinfo or zone or UTC)
    offset = local.utcoffset()
    assert offset is not None, "an aware moment has an offset"
    return local.replace(tzinfo=timezone(offset))


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # no zone of that name: the events' own count
        return None


def _hours(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _guid(name: str) -> str:
    """Return a UUID: the name itself where it is one."""
    try:
        return str(uuid.UUID(name))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def slug(text: str) -> str:
    """Return a text as it may stand in an address: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "programme"

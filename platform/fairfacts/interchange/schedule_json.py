"""`schedule.json`, the format of frab and pretalx (https://c3voc.de/wiki/schedule): its reader and its writer.

`type` is the kind of session and `track` its sector. A session in the room `online` has no room; one that may be
recorded and streamed is streamed, unless its kind never is. docs/formats.md has every field that is read.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

import msgspec

from fairfacts.clock import zone_of
from fairfacts.interchange.cancelled import is_cancelled
from fairfacts.interchange.clock import in_years, named_zone
from fairfacts.interchange.durations import SLOT, LastPart, last_part, length_of
from fairfacts.interchange.fields import Fields, is_text
from fairfacts.interchange.reading import Reading, quoted
from fairfacts.interchange.rooms import ONLINE, is_online, room_name, room_of, same_room
from fairfacts.interchange.timetable import (
    Draft,
    Entry,
    Options,
    ReadTimetable,
    Timetable,
    finish,
    guid,
    scale_of,
    seats_of,
    slug,
    untitled,
)

FORMAT = "schedule.json"
SCHEMA = "https://c3voc.de/schedule/schema.json"
NO_DAY = date(1970, 1, 1)
"""Of a programme without sessions: the format wants a day."""
NEVER = ("do_not_record", "do_not_stream")
STATES, CANCELLED = ("state", "status"), ("cancelled", "canceled")
USED = ("guid", "id", "title", "date", "start", "duration", "track", "type", "room", *NEVER, *STATES, *CANCELLED)
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$", re.ASCII)
_CLOCK = re.compile(r"^(\d{1,2}):(\d\d)(?::(\d\d))?$", re.ASCII)


def read(content: bytes, reading: Reading, options: Options) -> ReadTimetable:
    """Return the timetable in the content of a file; its faults and remarks go to the reading."""
    schedule = Fields(_decoded(content, reading), "", reading).table("schedule", required=True)
    reading.refuse()  # what is in it is no matter then
    conference = schedule.table("conference", required=True)
    title, acronym = conference.text("title", required=True), conference.text("acronym")
    seats, events = _seats(conference, reading), list(_events(conference, reading))
    ends_in = last_part([event.value.get("duration") for *_, event in events])
    drafts = []
    for number, (day, room, event) in enumerate(events):
        make = partial(_draft, event, day, room, seats, acronym, number, ends_in, options, reading)
        if (draft := reading.attempt(make, skip=options.skip_unreadable)) is not None:
            drafts.append(draft)
    scale = scale_of(schedule.table("cloudfair").number("scale"), reading)
    named = named_zone(conference.text("time_zone_name"), reading)
    return finish(title, acronym, drafts, named, {}, reading, options, total=len(events), scale=scale)


def _decoded(content: bytes, reading: Reading) -> Any:
    """Return the JSON value of a file; every key of an object once, and numbers that JSON has."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) < len(pairs):
            (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
            raise ValueError(f"an object has the key {quoted(twice)} twice")
        return table

    def no_number(name: str) -> Any:
        raise ValueError(f"{name} is no number of JSON")

    text = reading.text_of(content)
    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=no_number)
    except json.JSONDecodeError as fault:
        reading.fault(f"line {fault.lineno}, column {fault.colno}", f"is no JSON: {fault.msg}")
    except ValueError as fault:  # also an integer of thousands of digits
        reading.fault("", f"is no JSON that can be understood: {fault}")
    except RecursionError:
        reading.fault("", "is nested too deeply; a schedule.json has ten levels")
    reading.refuse()
    raise AssertionError("refuse raises")


def _seats(conference: Fields, reading: Reading) -> dict[str, int | None]:
    """Return the seats of the rooms by their names."""
    seats: dict[str, int | None] = {}
    for room in conference.tables("rooms"):
        name, capacity = room_name(room.text("name", required=True)), room.number("capacity")
        known = None if capacity is None else seats_of(capacity, room.place, "capacity", reading)
        if known is not None and seats.get(name) not in (None, known):
            reading.fault(room.place, f"room {quoted(name)} has {seats[name]} seats before and {known} here")
        seats[name] = known or seats.get(name)
    return seats


def _events(conference: Fields, reading: Reading) -> Iterator[tuple[Fields, str, Fields]]:
    """Yield each event with its day and the name of its room as the file has it."""
    for day in conference.tables("days", required=True):
        if day.value.get("rooms") == []:  # how PHP and some exporters write an empty map
            continue
        rooms = day.table("rooms", required=True)
        for room in rooms.value:
            if not is_text(room):
                reading.fault(rooms.place, f"{quoted(room)} is no name of a room: it has half of a character")
                continue
            for event in rooms.tables(room):
                event.ignore_others(USED)
                yield day, room, event


def _draft(
    event: Fields,
    day: Fields,
    room: str,
    seats: Mapping[str, int | None],
    acronym: str,
    number: int,
    ends_in: LastPart,
    options: Options,
    reading: Reading,
) -> Draft:
    """Return one event as an entry."""
    starts, name = _starts(event, day, reading), room_of(room, event.place, reading)
    _compare_room(event, room, name, reading)
    never = [event.flag(field) for field in NEVER if event.value.get(field) not in (None, "")]
    clock = _CLOCK.match(event.text("start"))
    entry = Entry(
        uid=_uid(event, acronym, number),
        title=event.text("title", required=True).strip() or untitled(event.place, "its title is empty", reading),
        starts=starts,
        ends=starts + length_of(event, ends_in, options, reading),
        room=name,
        seats=seats.get(name) if name else None,
        kind=event.name("type"),
        track=event.name("track"),
        streamed=not any(never) if never else None,
        cancelled=_is_cancelled(event, reading),
    )
    return Draft(event.place, entry, clock=f"{int(clock[1]):02}:{clock[2]}" if clock else "")


def _compare_room(event: Fields, key: str, room: str, reading: Reading) -> None:
    """Compare the room that an event has itself with the one that it stands under."""
    own = event.name("room")
    if not own or same_room(own, key):
        return
    if bool(room) == is_online(own):
        event.fault("room", own, f"it stands under {quoted(key)}, and one of them is online; write one of them in both")
    else:
        message = f"it stands under {quoted(key)}, which counts; its own room is {quoted(own)}"
        reading.remark(event.place, "coerced", "room", message)


def _is_cancelled(event: Fields, reading: Reading) -> bool:
    """Return whether an event is not held, by any of the fields that say so; the states are not of the format."""
    states = [
        is_cancelled("" if (state := event.any(field)) is None else state, field, event.place, reading)
        for field in STATES
    ]
    return any([*states, *(event.flag(field) for field in CANCELLED)])


def _uid(event: Fields, acronym: str, number: int) -> str:
    """Return the uid of an event: its `guid`, or else its `id`, or else its number in the file."""
    given = event.value.get("id")
    name = str(given) if isinstance(given, int) else event.text("id")
    return event.text("guid") or f"{acronym}-{name or number}"


def _starts(event: Fields, day: Fields, reading: Reading) -> datetime:
    """Return when an event begins: by its `date`, or by a day and its `start`."""
    written, start = event.text("date"), event.text("start")
    nothing = datetime(2000, 1, 1)  # noqa: DTZ001  # stands in for a fault
    try:
        if not written or _DAY.match(written):
            on = written or day.text("date", required=True)
            if not (clock := _CLOCK.match(start)):
                event.fault("start", start, "write hours and minutes, such as 10:30")
                return nothing
            hour, minute, second = (int(part or 0) for part in clock.groups())
            moment = datetime.combine(date.fromisoformat(on), time(hour, minute, second))
            moment = _after_midnight(moment, day, event, reading)
        else:
            moment = datetime.fromisoformat(written)
    except (ValueError, OverflowError):
        event.fault("date", written or start, "write it like 2027-05-07T20:00:00+08:00")
        return nothing
    if not in_years(moment):
        event.fault("date", written, "a programme is held between 1900 and 2199")
        return nothing
    return moment


def _after_midnight(moment: datetime, day: Fields, event: Fields, reading: Reading) -> datetime:
    """Return the moment of a clock time that lies before the begin of its day: it is of the night after the day."""
    try:
        begin = datetime.fromisoformat(day.text("day_start")).replace(tzinfo=None)
        end = datetime.fromisoformat(day.text("day_end")).replace(tzinfo=None)
    except ValueError:
        return moment
    later = moment + timedelta(days=1)
    if begin.date() == moment.date() and moment < begin and later <= end:
        reading.remark(event.place, "moved", "day", f"start {moment:%H:%M} lies before day_start: on {later:%Y-%m-%d}")
        return later
    return moment


def to_schedule(timetable: Timetable, version: str, base_url: str) -> bytes:
    """Return a timetable as `schedule.json`; cancelled sessions are left out.

    An event's `id` is the number of its session plus 1 (the format begins at 1), so that it stays the same whatever is
    cancelled later; its `url` is the session's own. The format counts lengths in minutes: seconds are rounded.

    Args:
        timetable: what is written.
        version: of the programme.
        base_url: address of the sessions, without a slash at the end; a session's number follows it.
    """
    entries = [entry for entry in timetable.entries if not entry.cancelled]
    days = _days(entries, timetable, base_url)
    conference: dict[str, Any] = {
        "acronym": timetable.acronym,
        "title": timetable.title,
        "start": days[0]["date"],
        "end": days[-1]["date"],
        "daysCount": len(days),
        "timeslot_duration": _hours(SLOT),
        "rooms": _rooms(entries, timetable.acronym),
        "days": days,
    }
    if timetable.zone:
        conference["time_zone_name"] = timetable.zone
    ours = {"scale": timetable.scale}
    schedule = {"url": base_url, "version": version, "base_url": base_url, "cloudfair": ours, "conference": conference}
    return msgspec.json.format(
        msgspec.json.encode({"$schema": SCHEMA, "generator": {"name": "cloudfair"}, "schedule": schedule}), indent=1
    )


def _days(entries: list[Entry], timetable: Timetable, base_url: str) -> list[dict[str, Any]]:
    """Return the days from the first session's to the last one's, with the events of each by room."""
    by_day: dict[date, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for place, entry in enumerate(entries):
        number = place if entry.number is None else entry.number
        by_day[entry.starts.date()][entry.room or ONLINE].append(_event(number, entry, timetable.acronym, base_url))
    first, last = min(by_day, default=NO_DAY), max(by_day, default=NO_DAY)
    zone = zone_of(timetable.zone) or (entries[0].starts.tzinfo if entries else UTC)
    days = (first + timedelta(days=day) for day in range((last - first).days + 1))
    return [
        {
            "index": index,
            "date": day.isoformat(),
            "day_start": datetime.combine(day, time(), zone).isoformat(),
            "day_end": datetime.combine(day + timedelta(days=1), time(), zone).isoformat(),
            "rooms": {room: by_day[day][room] for room in sorted(by_day[day])} if day in by_day else {},
        }
        for index, day in enumerate(days, 1)
    ]


def _rooms(entries: list[Entry], acronym: str) -> list[dict[str, Any]]:
    """Return the rooms, each with the seats that one of its sessions has."""
    seats: dict[str, int | None] = {}
    for entry in entries:
        room = entry.room or ONLINE
        seats[room] = seats.get(room) or entry.seats
    return [
        {"name": room, "guid": guid(f"{acronym}/{room}"), "description": None, "capacity": seats[room]}
        for room in sorted(seats)
    ]


def _event(number: int, entry: Entry, acronym: str, base_url: str) -> dict[str, Any]:
    return {
        "id": number + 1,
        "guid": guid(entry.uid),
        "logo": "",
        "date": entry.starts.isoformat(),
        "start": f"{entry.starts:%H:%M}",
        "duration": _hours(entry.ends - entry.starts),
        "room": entry.room or ONLINE,
        "slug": f"{acronym}-{number + 1}-{slug(entry.title)}",
        "url": f"{base_url.rstrip('/')}/{number}",
        "title": entry.title,
        "subtitle": "",
        "track": entry.track,
        "type": entry.kind,
        "language": "en",
        "abstract": "",
        "description": "",
        "recording_license": "",
        **({} if entry.streamed is None else {"do_not_record": not entry.streamed}),
        "persons": [],
        "links": [],
        "attachments": [],
        "answers": [],
    }


def _hours(length: timedelta) -> str:
    """Return a length as hours and minutes, one minute at least."""
    minutes = max(1, (length + timedelta(seconds=30)) // timedelta(minutes=1))
    return f"{minutes // 60:02}:{minutes % 60:02}"

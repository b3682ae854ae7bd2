"""Timetables: read from bytes, a conference as pretalx exports it, and what frab's tools want of a `schedule.json`."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fairfacts.errors import ScenarioError
from fairfacts.interchange import ics, schedule_json
from fairfacts.interchange.reading import Reading
from fairfacts.interchange.timetable import Options, ReadTimetable

BERLIN = timezone(timedelta(hours=2))
ROOMS: dict[str, int | None] = {"Großer Saal": 600, "Room B": 120, "Workshop 1": 25, "Foyer": None}
TRACKS = ("Digital trade", "Logistics", None)
FIRST = date(2019, 8, 22)
SLOTS = ("10:00", "11:00", "12:00", "14:00", "15:30", "17:00")


def from_icalendar(content: bytes, name: str = "programme.ics", options: Options | None = None) -> ReadTimetable:
    """Return the timetable that a calendar holds."""
    return ics.read(content, Reading(name, ics.FORMAT, "entries", ScenarioError), options or Options())


def from_schedule(content: bytes, name: str = "schedule.json", options: Options | None = None) -> ReadTimetable:
    """Return the timetable that a `schedule.json` holds."""
    return schedule_json.read(
        content, Reading(name, schedule_json.FORMAT, "entries", ScenarioError), options or Options()
    )


def conference() -> dict[str, Any]:
    """Three days in four rooms, another day with nothing, keynotes, workshops, and a party over midnight."""
    days, number = [], 0
    for place in range(4):
        day = FIRST + timedelta(days=place)
        rooms: dict[str, list[Any]] = {}
        for room in ROOMS if place != 2 else ():
            for slot in SLOTS[place : len(SLOTS) - (room == "Foyer")]:
                number += 1
                rooms.setdefault(room, []).append(event(number, day, slot, room))
        days.append(
            {
                "index": place + 1,
                "date": day.isoformat(),
                "day_start": f"{day}T04:00:00+02:00",
                "day_end": f"{day + timedelta(days=1)}T03:59:00+02:00",
                "rooms": rooms or [],  # as PHP and some exporters write a map that is empty
            }
        )
    days[0]["rooms"]["Foyer"].append(event(number + 1, FIRST, "22:30", "Foyer", duration="03:00", title="Party"))
    return {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "generator": {"name": "pretalx", "version": "2024.3.1"},
        "schedule": {
            "url": "https://cfp.example.org/democon/schedule/",
            "version": "0.9",
            "base_url": "https://cfp.example.org/",
            "conference": {
                "acronym": "democon",
                "title": "DemoCon 2019",
                "start": FIRST.isoformat(),
                "end": (FIRST + timedelta(days=3)).isoformat(),
                "daysCount": 4,
                "timeslot_duration": "00:05",
                "time_zone_name": "Europe/Berlin",
                "colors": {"primary": "#3aa57c"},
                "rooms": [
                    {"name": name, "guid": str(uuid5(NAMESPACE_URL, name)), "description": None, "capacity": capacity}
                    for name, capacity in ROOMS.items()
                ],
                "tracks": [{"name": track, "color": "#123456"} for track in TRACKS if track],
                "days": days,
            },
        },
    }


def event(number: int, day: date, slot: str, room: str, duration: str = "00:45", title: str = "") -> dict[str, Any]:
    workshop = room.startswith("Workshop")
    return {
        "guid": str(uuid5(NAMESPACE_URL, f"democon/{number}")),
        "id": number,
        "logo": None,
        "date": datetime.fromisoformat(f"{day}T{slot}:00").replace(tzinfo=BERLIN).isoformat(),
        "start": slot,
        "duration": "00:55" if workshop and not title else duration,
        "room": room,
        "slug": f"democon-{number}-talk",
        "url": f"https://cfp.example.org/democon/talk/{number}/",
        "title": title or f"Talk {number}: trade & “services”",
        "subtitle": "",
        "track": TRACKS[number % len(TRACKS)],
        "type": "Workshop" if workshop else "Talk",
        "language": "en",
        "abstract": "What it is about",
        "description": None,
        "recording_license": "",
        "do_not_record": workshop,
        "persons": [{"code": "ABCDEF", "public_name": "Ada Example", "biography": "", "answers": []}],
        "links": [],
        "attachments": [],
        "answers": [],
    }


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


_TEXT = {"type": "string"}
_LIST = {"type": "array"}
_URI = {"type": "string", "format": "uri"}
_GUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_DATE = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
_MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)$"}
_LENGTH = {"type": "string", "pattern": "^[0-9]+:[0-9]{2}$"}
_EVENT = _object(
    "abstract answers attachments date description do_not_record duration guid id language links logo persons"
    " recording_license room slug start subtitle title track type url",
    id={"type": "integer", "minimum": 1},
    guid=_GUID,
    logo=_TEXT,
    date=_MOMENT,
    start={"type": "string", "pattern": r"^\d\d:\d\d$"},
    duration=_LENGTH,
    room=_TEXT,
    slug={"type": "string", "pattern": "^[a-z0-9_-]+[a-z0-9]$"},
    url=_URI,
    title=_TEXT,
    subtitle=_TEXT,
    track=_TEXT,
    type=_TEXT,
    language=_TEXT,
    abstract=_TEXT,
    description=_TEXT,
    recording_license=_TEXT,
    do_not_record={"type": "boolean"},
    persons=_LIST,
    links=_LIST,
    attachments=_LIST,
    answers=_LIST,
)
_DAY = _object(
    "date day_end day_start index rooms",
    index={"type": "integer", "minimum": 1},
    date=_DATE,
    day_start=_MOMENT,
    day_end=_MOMENT,
    rooms={"type": "object", "additionalProperties": {"type": "array", "items": _EVENT}},
)
_ROOM = _object(
    "guid name",
    name=_TEXT,
    guid=_GUID,
    description={"type": ["string", "null"]},
    capacity={"type": ["number", "null"]},
)
_CONFERENCE = _object(
    "title acronym days daysCount start end timeslot_duration",
    acronym={"type": "string", "pattern": "^[a-z0-9_-]+$"},
    title=_TEXT,
    start=_DATE,
    end=_DATE,
    daysCount={"type": "integer"},
    timeslot_duration=_LENGTH,
    time_zone_name={"type": "string", "pattern": "^([A-Z][a-z]+/[A-Z][a-z]+)|UTC$"},
    rooms={"type": "array", "items": _ROOM},
    days={"type": "array", "items": _DAY},
)
FRAB = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["schedule"],
    "properties": {
        "schedule": {
            "type": "object",
            "required": ["base_url", "conference", "version"],
            "properties": {"version": _TEXT, "base_url": _URI, "conference": _CONFERENCE},
        }
    },
}
"""What https://c3voc.de/schedule/schema.json asks of a `schedule.json`, in our words and in places more strictly."""

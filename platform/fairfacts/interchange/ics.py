"""iCalendar (RFC 5545): its reader and its writer, by the library `icalendar`.

An event with a time of day is a session. Properties of ours begin with `X-CLOUDFAIR`. docs/formats.md has every
property that is read.
"""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fairfacts.clock import zone_of
from fairfacts.interchange.cancelled import is_cancelled
from fairfacts.interchange.clock import named_zone
from fairfacts.interchange.ics_event import Event, Lines, event_lines
from fairfacts.interchange.reading import Reading, quoted
from fairfacts.interchange.rooms import ONLINE, room_of
from fairfacts.interchange.timetable import (
    MAX_LENGTH,
    Draft,
    Entry,
    Options,
    ReadTimetable,
    Timetable,
    default_length,
    finish,
    scale_of,
    seats_of,
    slug,
    untitled,
)
from fairfacts.wall_clock import now

if TYPE_CHECKING:
    import icalendar  # half a second to import: the functions that need it import it

FORMAT = "iCalendar"
PRODUCT = "-//Cloudfair//Programme//EN"
LEFT_OUT = ("VTODO", "VJOURNAL", "VFREEBUSY")
"""Components that are no sessions."""
ZONES = ("X-WR-TIMEZONE", "TIMEZONE-ID")
"""Properties of a calendar that name its zone."""


def read(content: bytes, reading: Reading, options: Options) -> ReadTimetable:
    """Return the timetable in the content of a file; its faults and remarks go to the reading."""
    from fairfacts.interchange.ics_text import name_of

    text = reading.text_of(content)
    places = event_lines(text, reading)
    reading.refuse()
    calendars = _parsed(text, reading)
    _cancel(calendars, reading)
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if len(places) != len(events):  # BEGIN in a folded line, say
        places = [Lines(0, [])] * len(events)
    zones: dict[str, tzinfo] = {}
    drafts = []
    for number, (event, lines) in enumerate(zip(events, places, strict=True), 1):
        make = partial(_draft_of, event, number, lines, zones, options, reading)
        draft = reading.attempt(make, skip=options.skip_unreadable)
        if draft is not None:
            drafts.append(draft)
    _note_others(calendars, reading)
    for tzid, zone in zones.items():
        if (key := getattr(zone, "key", tzid)) != tzid:
            reading.remark("", "coerced", "zone", f"time zone {quoted(tzid)} is read as {key}")
    title = name_of(_first(calendars, "X-WR-CALNAME") or _first(calendars, "NAME")) or Path(reading.file).stem
    named, scale = _zone_of_file(calendars, reading, options), scale_of(_scale(calendars, reading), reading)
    return finish(title, slug(title), drafts, named, zones, reading, options, total=len(events), scale=scale)


def _parsed(text: str, reading: Reading) -> list[icalendar.Component]:
    """Return the calendars in a text."""
    import icalendar

    icalendar.use_zoneinfo()  # type: ignore[no-untyped-call]  # the library has no types for it; forgets the time zones that other files define
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a zone that the library guesses; `Event.zone` notes it
            calendars = icalendar.Calendar.from_ical(text, multiple=True)
    except Exception as fault:  # the library raises what it meets: ValueError, IndexError, OSError for a long TZID
        reading.fault("", f"is no iCalendar: {quoted(str(fault))[1:-1]}")
        calendars = []
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        reading.fault("", "is no iCalendar; its first line is BEGIN:VCALENDAR") if not reading.faults else None
    reading.refuse()
    return list(calendars)


def _cancel(calendars: list[icalendar.Component], reading: Reading) -> None:
    """Cancel the events of a calendar that is sent to cancel them (RFC 5546)."""
    from icalendar import vText

    for calendar in calendars:
        if str(calendar.get("METHOD", "")).strip().upper() == "CANCEL":
            events = calendar.walk("VEVENT")
            for event in events:
                event["STATUS"] = vText("CANCELLED")
            reading.remark(
                "", "coerced", "METHOD", f"METHOD is CANCEL: all of its sessions ({len(events)}) are cancelled"
            )


def _draft_of(
    event: icalendar.Component,
    number: int,
    lines: Lines,
    zones: dict[str, tzinfo],
    options: Options,
    reading: Reading,
) -> Draft | None:
    return _draft(Event(event, number, lines, reading), zones, options, reading)


def _draft(event: Event, zones: dict[str, tzinfo], options: Options, reading: Reading) -> Draft | None:
    """Return an event as an entry; None where it is a day, not a session."""
    starts = event.time("DTSTART", zones, options)
    if starts is not None and not isinstance(starts, datetime):
        event.remark("left out", "days", f"{quoted(event.text('SUMMARY'))} has a day and no time")
        return None
    if starts is None and not event.has("DTSTART"):
        event.fault("DTSTART is missing")
    for name in ("RRULE", "RDATE"):
        if event.has(name):
            event.fault(f"it repeats ({name}); write its repetitions as events of their own")
    ends = _ends(event, starts, zones, options, reading) if starts else None
    seats = event.text("X-CLOUDFAIR-SEATS")
    if seats and not (seats.isascii() and seats.isdecimal() and len(seats) < 10):
        event.fault(f"X-CLOUDFAIR-SEATS is {quoted(seats)}; a whole number is wanted")
        seats = ""
    nothing = datetime(2000, 1, 1)  # noqa: DTZ001  # stands in for a fault
    title = event.text("SUMMARY").strip() or untitled(event.place, "it has no SUMMARY", reading)
    location = event.text("LOCATION") or (ONLINE if event.has("X-CLOUDFAIR-STREAMED") else "")
    entry = Entry(
        uid=_uid(event, reading),
        title=title,
        starts=starts or nothing,
        ends=ends or nothing,
        room=room_of(location, event.place, reading),
        seats=seats_of(int(seats), event.place, "X-CLOUDFAIR-SEATS", reading) if seats else None,
        kind=event.text("X-CLOUDFAIR-KIND"),
        track=_track(event),
        streamed=_flag(event, "X-CLOUDFAIR-STREAMED"),
        cancelled=is_cancelled(event.text("STATUS"), "STATUS", event.place, reading),
    )
    return Draft(event.place, entry, version=_version(event))


def _ends(
    event: Event, starts: datetime, zones: dict[str, tzinfo], options: Options, reading: Reading
) -> datetime | None:
    """Return when an event ends; None where that is a fault."""
    ends = event.time("DTEND", zones, options)
    if ends is None:
        length = getattr(event.value("DURATION"), "dt", None)
        if event.has("DTEND") or (event.has("DURATION") and not isinstance(length, timedelta)):
            return None  # there is a fault already
        ends = starts + (length or default_length(options, event.place, "it has no end", reading))
    elif event.has("DURATION"):
        event.remark("coerced", "end", "it has DTEND and DURATION: DTEND counts")
    if not isinstance(ends, datetime):
        event.fault(f"DTEND is the day {ends}, and DTSTART has a time; give the end a time")
        return None
    if starts.tzinfo and not ends.tzinfo:
        event.remark("coerced", "zone", "DTEND names no time zone: read in that of DTSTART")
        ends = ends.replace(tzinfo=starts.tzinfo)
    if ends.tzinfo and not starts.tzinfo:
        event.fault("DTSTART names no time zone, and DTEND does; give both the same")
    elif not starts < ends <= starts + MAX_LENGTH:
        event.fault(f"ends at {ends}, begins at {starts}; a session lasts over 0 and up to {MAX_LENGTH.days} days")
    return ends


def _uid(event: Event, reading: Reading) -> str:
    uid, instance = event.text("UID"), event.value("RECURRENCE-ID")
    if not uid:
        event.remark("assumed", "uid", "it has no UID: its number in the file stands in")
        uid = f"{Path(reading.file).name}-{event.number}"
    moment = getattr(instance, "dt", None)
    return f"{uid}/{moment.isoformat()}" if moment is not None and hasattr(moment, "isoformat") else uid


def _track(event: Event) -> str:
    """Return the first category, which is the track."""
    value = event.all("CATEGORIES")
    names = [str(name) for category in value for name in getattr(category, "cats", [])]
    if len(names) > 1:
        event.remark("coerced", "track", f"the first of {len(names)} categories counts: {quoted(names[0])}")
    return names[0] if names else ""


def _flag(event: Event, name: str) -> bool | None:
    """Return a flag; None where it is missing."""
    text = event.text(name).upper()
    if text not in ("", "TRUE", "FALSE"):
        event.fault(f"{name} is {quoted(text)}; write TRUE or FALSE")
    return text != "FALSE" if text else None


def _version(event: Event) -> int:
    value = event.value("SEQUENCE")
    return int(value) if isinstance(value, int) else 0


def _note_others(calendars: list[icalendar.Component], reading: Reading) -> None:
    """Note what is no session."""
    for name in LEFT_OUT:
        if count := sum(len(calendar.walk(name)) for calendar in calendars):
            reading.remark("", "left out", name, f"{count} of {name} are no sessions")


def _first(calendars: list[icalendar.Component], name: str) -> str:
    values = [value for calendar in calendars if (value := calendar.get(name)) is not None]
    first = values[0] if values else ""
    return str(first[0] if isinstance(first, list) else first)


def _scale(calendars: list[icalendar.Component], reading: Reading) -> float | None:
    text = _first(calendars, "X-CLOUDFAIR-SCALE")
    try:
        return float(text) if text else None
    except ValueError:
        reading.fault("", f"X-CLOUDFAIR-SCALE is {quoted(text)}; a number is wanted")
        return None


def _zone_of_file(
    calendars: list[icalendar.Component], reading: Reading, options: Options
) -> tuple[str, tzinfo | None]:
    """Return the zone that the calendars name, and its name."""
    values = [calendar.get(name) for calendar in calendars for name in ZONES]
    flat = [str(tz) for value in values for tz in (value if isinstance(value, list) else [value]) if tz is not None]
    names = list(dict.fromkeys(flat))
    if len(names) > 1 and not options.time_zone:
        shown = ", ".join(map(quoted, names[:3]))
        reading.fault(
            "", f"the calendar names {len(names)} time zones ({shown}); keep one, or state timetable.time_zone"
        )
    return named_zone(names[0], reading) if names else ("", None)


def to_icalendar(timetable: Timetable) -> bytes:
    """Return a timetable as a calendar."""
    import icalendar

    from fairfacts.interchange.ics_text import Text, category, without_controls

    calendar = icalendar.Calendar()
    for name, value in (("prodid", PRODUCT), ("version", "2.0"), ("x-wr-calname", Text(timetable.title))):
        calendar.add(name, value)
    calendar.add("x-cloudfair-scale", f"{timetable.scale!r}")
    if timetable.zone:
        calendar.add("x-wr-timezone", timetable.zone)
    made = now()
    for entry in timetable.entries:
        event = icalendar.Event()
        event.add("uid", Text(entry.uid))
        event.add("dtstamp", made)
        event.add("summary", Text(entry.title))
        for name, moment in (("dtstart", entry.starts), ("dtend", entry.ends)):
            event.add(name, moment.astimezone(zone_of(timetable.zone) or UTC))
        if entry.room:
            event.add("location", Text(entry.room))
        if entry.track:
            event.add("categories", category(entry.track))
        if entry.cancelled:
            event.add("status", "CANCELLED")
        streamed = "" if entry.streamed is None else str(entry.streamed).upper()
        for name, ours in (("kind", entry.kind), ("seats", entry.seats), ("streamed", streamed)):
            if ours:
                event.add(f"x-cloudfair-{name}", without_controls(str(ours)))
        calendar.add_component(event)
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written

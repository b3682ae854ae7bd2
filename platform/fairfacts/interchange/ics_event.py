"""The events of a calendar: where they stand in their file, and their properties, each checked as it is taken."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from fairfacts.interchange.clock import in_years
from fairfacts.interchange.reading import Kind, Reading, quoted
from fairfacts.interchange.timetable import Options

if TYPE_CHECKING:
    import icalendar  # it takes half a second to import

USED = frozenset(
    [
        *("UID", "SUMMARY", "DTSTART", "DTEND", "DURATION", "LOCATION", "CATEGORIES", "STATUS", "SEQUENCE"),
        *("RECURRENCE-ID", "RRULE", "RDATE", "X-CLOUDFAIR-KIND", "X-CLOUDFAIR-SEATS", "X-CLOUDFAIR-STREAMED"),
    ]
)
"""Properties of an event that are read."""
_LINES = re.compile(r"\r?\n")
_MARK = re.compile(r"^(BEGIN|END):(.*?)\s*$", re.IGNORECASE)
_UTC_IN_ZONE = re.compile(r"^DT(?:START|END);[^:]*TZID=[^:]*:\d{8}T\d{6}Z\s*$", re.IGNORECASE | re.ASCII)


class Lines(NamedTuple):
    """Where an event stands in its file."""

    first: int
    """Line of its BEGIN, the first line of the file being 1."""
    text: list[str]


def event_lines(text: str, reading: Reading) -> list[Lines]:
    """Return the lines of each event, in the order of their begins; a fault where BEGIN and END do not match."""
    opened: list[tuple[str, int]] = []
    events: list[Lines] = []
    for number, line in enumerate(_LINES.split(text), 1):
        mark = _MARK.match(line)
        if mark is None:
            if events and opened and opened[-1][0] == "VEVENT":
                events[-1].text.append(line)
        elif mark[1].upper() == "END":
            if not _closes(mark[2].upper(), number, opened, reading):
                return []
        elif (name := mark[2].upper()) == "VEVENT" and any(name == outer for outer, _ in opened):
            reading.fault(f"line {number}", "BEGIN:VEVENT within an event; END the other one before")
            return []
        else:
            opened.append((name, number))
            if name == "VEVENT":
                events.append(Lines(number, []))
    if opened:
        reading.fault(f"line {opened[-1][1]}", f"BEGIN:{opened[-1][0]} has no END; the file is cut off")
    return events


def _closes(name: str, number: int, opened: list[tuple[str, int]], reading: Reading) -> bool:
    """Close the component that was opened last; a fault, and False, where an END is that of another one."""
    if opened and opened[-1][0] == name:
        opened.pop()
        return True
    where = f"{opened[-1][0]} of line {opened[-1][1]} is open" if opened else "nothing is open"
    reading.fault(f"line {number}", f"END:{quoted(name)[1:-1]} ends nothing: {where}")
    return False


class Event:
    """One event of a calendar; faults and remarks go to the reading with its place."""

    def __init__(self, event: icalendar.Component, number: int, lines: Lines, reading: Reading) -> None:
        self._event, self._reading, self.number = event, reading, number
        self.place = f"entry {number}" + (f" (line {lines.first})" if lines.first else "")
        self._broken = {str(name).upper() for name, _ in event.errors if name}
        for name, message in event.errors:
            if not name:
                self.remark("left out", "line", quoted(message)[1:-1])
        if any(_UTC_IN_ZONE.match(line) for line in lines.text):
            self.fault("a time is in UTC (it ends in Z) and names a time zone (TZID); remove one of the two")
        reading.ignored.update(name for name in map(str.upper, event) if name not in USED)

    def fault(self, message: str) -> None:
        """Keep a fault of the event."""
        self._reading.fault(self.place, message)

    def remark(self, kind: Kind, about: str, message: str) -> None:
        """Keep a remark about the event."""
        self._reading.remark(self.place, kind, about, message)

    def has(self, name: str) -> bool:
        """Return whether the event has a property."""
        return name in self._event

    def value(self, name: str) -> Any:
        """Return a property that an event has once; None where it is missing, or has a fault."""
        value = self._event.get(name)
        if isinstance(value, list):
            texts = list(dict.fromkeys(map(_written, value)))
            if len(texts) > 1:
                self.fault(f"{name} is there {len(value)} times ({', '.join(map(quoted, texts[:3]))}); keep one")
                return None
            value = value[0]
        if str(getattr(value, "params", {}).get("ENCODING", "")).upper() == "QUOTED-PRINTABLE":
            self.fault(f"{name} is quoted-printable, as in vCalendar 1.0; save the calendar as iCalendar 2.0, in UTF-8")
            return None
        if value is not None and name in self._broken:
            self.fault(f"{name} is {quoted(_written(value))}, which cannot be read")
            return None
        return value

    def all(self, name: str) -> list[Any]:
        """Return every value of a property that an event may have several times."""
        value = self._event.get(name)
        return value if isinstance(value, list) else [] if value is None else [value]

    def text(self, name: str) -> str:
        """Return a property as text; an empty one where it is missing."""
        value = self.value(name)
        return "" if value is None else str(value)

    def time(self, name: str, zones: dict[str, tzinfo], options: Options) -> Any:
        """Return a begin or an end: a datetime, naive where it names no zone, or a date; None where it is missing."""
        value = self.value(name)
        if value is None:
            return None
        moment, tzid = getattr(value, "dt", None), str(value.params.get("TZID", ""))
        if not isinstance(moment, datetime) or not in_years(moment):
            if type(moment).__name__ == "date":
                return moment
            self.fault(f"{name} is {quoted(_written(value))}; write it like 20200904T200000")
            return None
        if tzid and moment.tzinfo is None and not options.time_zone:
            self.fault(f"{name} names the time zone {quoted(tzid)}, which is not known; state timetable.time_zone")
        elif tzid and moment.tzinfo is None:
            self.remark("coerced", "zone", f"{quoted(tzid)} is not known: read in {options.time_zone}")
        elif tzid and moment.tzinfo is not None and getattr(moment.tzinfo, "key", "") != "UTC":
            zones[tzid] = moment.tzinfo
        return moment


def _written(value: Any) -> str:
    """Return a property as the file has it, or nearly: the library gives text of some types and bytes of others."""
    written = value.to_ical()
    return written.decode("utf-8", "replace") if isinstance(written, bytes) else str(written)

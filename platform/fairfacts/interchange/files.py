"""Timetables in files."""

from __future__ import annotations

from pathlib import Path

from fairfacts.errors import ScenarioError
from fairfacts.interchange import ics, schedule_json
from fairfacts.interchange.reading import Reading, read_bytes
from fairfacts.interchange.timetable import Options, ReadTimetable


def read_timetable(path: Path, options: Options | None = None) -> ReadTimetable:
    """Return the timetable in a file: iCalendar where its name ends in `.ics`, else `schedule.json`.

    Raises:
        ScenarioError: the file cannot be read, or has no session, or has faults; names all of them with their places.
    """
    is_calendar = path.suffix.lower() == ".ics"
    reading = Reading(str(path), ics.FORMAT if is_calendar else schedule_json.FORMAT, "entries", ScenarioError)
    content = read_bytes(path, reading, "name a schedule.json or an .ics file")
    read = (ics.read if is_calendar else schedule_json.read)(content, reading, options or Options())
    if not read.timetable.entries:
        left_out = len(read.report.remarks)
        why = f" ({'; '.join(read.report.summary()[1:4])})" if left_out else ""
        raise ScenarioError(f"{path}: has no session{why}; name a timetable that has some")
    return read

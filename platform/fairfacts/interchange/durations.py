"""Durations of a `schedule.json`: what the parts of one mean, by those of the whole file."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Literal

from fairfacts.interchange.fields import Fields
from fairfacts.interchange.reading import Reading
from fairfacts.interchange.timetable import MAX_LENGTH, Options, default_length

SLOT = timedelta(minutes=5)
LastPart = Literal["seconds", "minutes", "either"]
"""What a duration of three parts ends in."""
_DURATION = re.compile(r"^(\d{1,4}):(\d\d)(?::(\d\d))?$", re.ASCII)


def last_part(durations: list[Any]) -> LastPart:
    """Return what durations of three parts end in, in one file.

    Parts that cannot be days and hours are hours, minutes and seconds. A file that writes others as `HH:MM` counts
    days, as pretalx does. Where each has three parts, as Python writes all lengths, `1:00:00` may be a day or an hour.
    """
    matches = [match for text in durations if isinstance(text, str) and (match := _DURATION.match(text))]
    if any(parts[3] and (parts[1].startswith("0") or int(parts[2]) > 23) for parts in matches):
        return "seconds"
    return "minutes" if any(not parts[3] for parts in matches) else "either"


def length_of(event: Fields, ends_in: LastPart, options: Options, reading: Reading) -> timedelta:
    """Return the length of an event: `HH:MM`, `D:HH:MM`, or `HH:MM:SS` where the file counts seconds."""
    written = event.text("duration")
    if not written:
        return default_length(options, event.place, "it has no duration", reading)
    parts, most = _DURATION.match(written), 59 if ends_in == "seconds" else 23
    if parts is None or int(parts[3] or parts[2]) > 59 or (parts[3] and int(parts[2]) > most):
        event.fault("duration", written, "write hours and minutes, such as 01:30")
        return SLOT
    first, second, third = (int(part or 0) for part in parts.groups())
    if not parts[3]:
        length = timedelta(hours=first, minutes=second)
    elif ends_in == "either":
        days, hours = f"{24 * first + second:02}:{third:02}", f"{first:02}:{second:02}"
        event.fault("duration", written, f"a day may be meant or an hour: write {days} or {hours}, hours and minutes")
        return SLOT
    elif ends_in == "seconds":
        length = timedelta(hours=first, minutes=second, seconds=third)
        reading.remark(event.place, "coerced", "duration", f"{written!r} is read as hours, minutes and seconds")
    else:
        length = timedelta(days=first, hours=second, minutes=third)
        reading.remark(event.place, "coerced", "duration", f"{written!r} is read as days, hours and minutes")
    if not length:
        return default_length(options, event.place, f"its duration is {written!r}", reading)
    if length > MAX_LENGTH:
        event.fault("duration", written, f"a session lasts at most {MAX_LENGTH.days} days")
        return SLOT
    return length

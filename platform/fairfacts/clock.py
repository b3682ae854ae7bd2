"""The fair's clock: minutes, hours and days, how people write a moment, and how a moment looks in text.

A moment is a number of whole milliseconds since the run's epoch, which is midnight at the fair's place before its
first day. Every function here that has to do with dates takes the epoch as a datetime in the fair's time zone
(`read_epoch`). Where the clocks change during the fair, a day has 23 or 25 hours. People write a moment in one of
three ways, wherever a command, a file or the API takes one:

- `2020-09-05T10:00`, ISO 8601; without an offset it is the fair's own time, and a date alone is its midnight,
- `day 2 10:00`, the day of the fair counted from 1 and what its clocks show,
- `122400000`, milliseconds since the epoch.

Of a time that the clocks show twice, the first is meant; an offset names the other. Text has the offset of both.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from fairfacts.errors import MomentError

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
"""A day without a change of the clocks, and any length of 24 hours."""

_DAY_AND_TIME = re.compile(r"day ([1-9][0-9]{0,4}) ([01]?[0-9]|2[0-3]):([0-5][0-9])")
_MOST_DIGITS = 40
_MILLISECOND = timedelta(milliseconds=1)
_ANY_EPOCH = datetime.fromisoformat("2027-05-07T00:00:00+08:00")


def minute_of(at_ms: int) -> int:
    """Return the minute since the epoch in which `at_ms` lies."""
    return at_ms // MINUTE_MS


def hour_of(at_ms: int) -> int:
    """Return the hour since the epoch in which `at_ms` lies."""
    return at_ms // HOUR_MS


def day_of(epoch: datetime, at_ms: int) -> int:
    """Return the day of the fair, counted from 0, in which `at_ms` lies."""
    return (moment_at(epoch, at_ms).date() - epoch.date()).days


def midnight_ms(epoch: datetime, day: int) -> int:
    """Return when a day of the fair begins, counted from 0."""
    return shown_ms(epoch, day, 0)


def shown_ms(epoch: datetime, day: int, clock_ms: int) -> int:
    """Return when the fair's clocks show a time of a day: so long after 0:00, on a day without a change of the clocks.

    Of a time that they show twice, this is the first; of one that they leap over, so long after the leap.
    """
    midnight = datetime.combine(epoch.date() + timedelta(days=day), time(), epoch.tzinfo)
    return _since(epoch, midnight + timedelta(milliseconds=clock_ms))


def clock_changes(epoch: datetime, end_ms: int) -> list[tuple[int, int]]:
    """Return when the fair's clocks change, and by how many ms they are then ahead of what they were at the epoch."""

    def ahead_ms(at_ms: int) -> int:
        return round((moment_at(epoch, at_ms).replace(tzinfo=None) - epoch.replace(tzinfo=None)) / _MILLISECOND) - at_ms

    changes = []
    for day_ms in range(0, end_ms, DAY_MS):
        minutes, before = range(day_ms, min(day_ms + DAY_MS, end_ms) + 1, MINUTE_MS), ahead_ms(day_ms)
        place = bisect_left(minutes, True, key=lambda at_ms: ahead_ms(at_ms) != before)
        if place < len(minutes):
            changes.append((minutes[place], ahead_ms(minutes[place])))
    return changes


def zone_of(name: str) -> tzinfo | None:
    """Return the time zone of an IANA name, or None where there is none of that name."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def zone_name(epoch: datetime) -> str:
    """Return the IANA name of the zone of an epoch; an empty text where it has an offset alone."""
    return str(getattr(epoch.tzinfo, "key", ""))


def read_epoch(text: str, zone: str = "") -> datetime:
    """Return the moment of `at_ms` = 0 in the fair's time zone; without a zone, in the offset that the text has.

    Raises:
        MomentError: the text is no ISO 8601 moment with an offset, no date can be counted from it, or there is no such
            zone.
    """
    try:
        epoch = datetime.fromisoformat(text)
        sound = epoch.utcoffset() is not None and 1900 <= epoch.year < 3000
    except ValueError:
        sound = False
    if not sound:
        raise MomentError(
            f"epoch is {text!r}; it is a moment with offset in the years 1900 to 2999,"
            " such as 2027-05-07T00:00:00+08:00"
        )
    if not zone:
        return epoch
    if (fair_zone := zone_of(zone)) is None:
        raise MomentError(f"time_zone is {zone!r}, which is none; write it like Europe/Berlin")
    return epoch.astimezone(fair_zone)


def read_moment(text: str, epoch: datetime, within: range | None = None, *, day_ends: bool = False) -> int:
    """Return the moment that a person wrote, in ms since the epoch.

    Args:
        text: as the module says.
        epoch: the moment of `at_ms` = 0, in the fair's time zone.
        within: the moments that are allowed, up to the end of the fair; without it, any from the epoch on.
        day_ends: whether a date alone means the end of that day instead of its midnight.

    Raises:
        MomentError: the text is no moment, or lies before the epoch or outside `within`.
    """
    at_ms = any_moment(text, epoch, day_ends=day_ends)
    if within is not None and at_ms not in within:
        raise MomentError(
            f"{text} lies outside the fair; it lasts from {epoch:%Y-%m-%d %H:%M} to"
            f" {moment_at(epoch, within.stop):%Y-%m-%d %H:%M}"
        )
    if at_ms < 0:
        raise MomentError(f"{text} lies before the run's epoch; the first moment is {epoch.isoformat()}")
    return at_ms


def check_moment(text: str) -> None:
    """Refuse a text that is no moment of any fair.

    Raises:
        MomentError: names the text and how to write one.
    """
    any_moment(text, _ANY_EPOCH, day_ends=False)


def any_moment(text: str, epoch: datetime, *, day_ends: bool) -> int:
    """Return the moment that a person wrote, as `read_moment`; one before the epoch is negative.

    Raises:
        MomentError: the text is no moment.
    """
    if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS:
        return int(text)
    if written := _DAY_AND_TIME.fullmatch(text):
        day, hour, minute = map(int, written.groups())
        shown = datetime.combine(epoch.date() + timedelta(days=day - 1), time(hour, minute), epoch.tzinfo)
        return _shown_ms(text, epoch, shown)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise MomentError(
            f"{text} is no moment; write ms since the epoch, a date and time such as {epoch.isoformat()}, or a day of"
            " the fair and a time such as 'day 2 10:00'"
        ) from None
    if not is_date(text):
        return _since(epoch, moment) if moment.tzinfo else _shown_ms(text, epoch, moment.replace(tzinfo=epoch.tzinfo))
    if day_ends and moment.date() < date.max:
        moment += timedelta(days=1)
    return _since(epoch, moment.replace(tzinfo=epoch.tzinfo))


def _shown_ms(text: str, epoch: datetime, shown: datetime) -> int:
    """Return the moment at which the fair's clocks show a time; a time that they leap over is refused."""
    at_ms = _since(epoch, shown)
    if shown.replace(fold=0).utcoffset() < shown.replace(fold=1).utcoffset():  # type: ignore[operator]  # it is aware
        there = moment_at(epoch, at_ms)
        raise MomentError(f"{text} is never shown at the fair: its clocks leap over it; write {there:%Y-%m-%dT%H:%M}")
    return at_ms


def _since(epoch: datetime, moment: datetime) -> int:
    """Return the time from the epoch to a moment; within one zone, Python would count what the clocks show instead."""
    offset, of_epoch = moment.utcoffset(), epoch.utcoffset()
    assert offset is not None, "an aware moment has an offset"
    assert of_epoch is not None, "an epoch has an offset"
    shown = moment.replace(tzinfo=None) - epoch.replace(tzinfo=None)
    return (shown - (offset - of_epoch)) // _MILLISECOND


def is_date(text: str) -> bool:
    """Return whether a text is a date alone; digits alone are milliseconds."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return not text.isdecimal()


def moment_at(epoch: datetime, at_ms: float) -> datetime:
    """Return the moment `at_ms` after the epoch, in the epoch's zone."""
    return (epoch.astimezone(UTC) + timedelta(milliseconds=at_ms)).astimezone(epoch.tzinfo)


def moment_text(epoch: datetime, at_ms: int) -> str:
    """Return a moment as the fair's clocks show it, such as `Sat 5 Sep 14:32`, and its offset if it comes twice."""
    moment = moment_at(epoch, at_ms)
    return f"{moment:%a} {moment.day} {moment:%b %H:%M} {offset_if_twice(moment)}".rstrip()


def offset_if_twice(moment: datetime) -> str:
    """Return the offset of a moment, such as `+02:00`, if its clocks show it twice, as they go back; else nothing."""
    if moment.replace(fold=0).utcoffset() == moment.replace(fold=1).utcoffset():
        return ""
    return moment.isoformat()[-len("+02:00") :]


def days_text(days: int) -> str:
    """Return a number of days as people write it: 1 day, 6 days."""
    return f"{days} day{'' if days == 1 else 's'}"


def date_text(epoch: datetime, at_ms: int) -> str:
    """Return the date at the fair's place, such as `2020-09-05`."""
    return moment_at(epoch, at_ms).date().isoformat()


def iso_text(epoch: datetime, at_ms: int) -> str:
    """Return a moment in ISO 8601 to the minute, such as `2020-09-05T14:32+08:00`."""
    return moment_at(epoch, at_ms).isoformat(timespec="minutes")

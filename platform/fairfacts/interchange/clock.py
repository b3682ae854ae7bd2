"""One clock for a timetable: the time zone that its sessions are shown in.

In this order: the zone that the scenario names, the zone that the file names, the zone that all its entries name, the
offset that all its entries have. A file with none of these cannot be understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from fairfacts.clock import zone_of
from fairfacts.interchange.reading import Reading, quoted

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Of a programme: a year outside them is a mistake in writing."""
REMEDY = "name the zone of the place: timetable.time_zone"


def in_years(moment: datetime) -> bool:
    """Return whether a moment lies in years that a programme may have."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def named_zone(written: str, reading: Reading) -> tuple[str, tzinfo | None]:
    """Return the name of a zone and the zone, which may have a name of Windows; None where there is none."""
    name = written.strip()
    zone = zone_of(name) or (zone_of_library(name) if name else None)
    if zone is None:
        return written, None
    key = str(getattr(zone, "key", name))
    if key != written:
        reading.remark("", "coerced", "zone", f"{quoted(written)} is read as {key}")
    return key, zone


def zone_of_library(name: str) -> tzinfo | None:
    """Return the zone that `icalendar` knows: by a name of Windows, or as a calendar defined it."""
    from icalendar.timezone import tzp  # half a second to import

    try:
        return tzp.timezone(name)
    except (ValueError, OSError):  # a name that is too long for a file's
        return None


def one_clock(
    moments: Iterable[datetime], named: tuple[str, tzinfo] | None, entry_zones: Mapping[str, tzinfo], reading: Reading
) -> tzinfo | None:
    """Return the zone that all sessions are shown in.

    Args:
        moments: begins and ends; a naive one is shown as it is.
        named: name and zone that the scenario or the file names.
        entry_zones: zones that single entries name.
        reading: gets a fault where the clocks do not agree.
    """
    if named:
        return named[1]
    known = list(moments)
    aware = [moment for moment in known if moment.tzinfo]
    if not aware:
        if known:
            reading.remark("", "assumed", "clock", "the file names no time zone; its times are the fair's local times")
        return None
    if entry_zones:
        return _common(aware, entry_zones, reading)
    offsets = sorted({moment.utcoffset() or timedelta() for moment in aware})
    if len(offsets) > 1 or len(aware) < len(known):
        also = [] if len(aware) == len(known) else ["no offset"]
        shown = ", ".join([*(str(timezone(offset)) for offset in offsets), *also])
        reading.fault("", f"its times have different offsets ({shown}), and it names no time zone; {REMEDY}")
        return None
    if not offsets[0]:
        reading.remark("", "assumed", "clock", f"the file names only UTC; its sessions are shown in UTC (or {REMEDY})")
    return timezone(offsets[0])


def _common(aware: list[datetime], zones: Mapping[str, tzinfo], reading: Reading) -> tzinfo:
    """Return a zone of several, which all show the same times."""
    first, *others = zones.values()
    for zone in others:
        if any(moment.astimezone(zone).utcoffset() != moment.astimezone(first).utcoffset() for moment in aware):
            names = ", ".join(sorted(zones))
            reading.fault("", f"its entries are in different time zones ({names}); {REMEDY}")
            break
    if any(moment.tzinfo in (UTC, ZoneInfo("UTC")) for moment in aware):
        reading.remark("", "moved", "clock", f"times in UTC are shown in the zone of the others, {next(iter(zones))}")
    return first


def local(moment: datetime, zone: tzinfo | None) -> datetime:
    """Return a moment as the clocks of its place show it, with a fixed offset; a naive one is of that place."""
    shown = moment.astimezone(zone) if zone and moment.tzinfo else moment.replace(tzinfo=moment.tzinfo or zone or UTC)
    offset = shown.utcoffset()
    assert offset is not None, "an aware moment has an offset"
    return shown.replace(tzinfo=timezone(offset), fold=0)

"""A timetable: a programme as other software writes and reads it, whatever the format of its file."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Annotated, NamedTuple

import msgspec

from fairfacts.clock import zone_of
from fairfacts.interchange.cancelled import note_title
from fairfacts.interchange.clock import REMEDY as CLOCK_REMEDY
from fairfacts.interchange.clock import local, one_clock
from fairfacts.interchange.reading import Reading, Report, quoted
from fairfacts.interchange.rooms import CONTROL, note_alike

MAX_SEATS = 100_000
"""Of a room: the largest halls of the world have fewer."""
MAX_SCALE = 20
"""Of a fair against the documented one."""
UNTITLED = "untitled"
MAX_LENGTH = timedelta(days=31)
"""Of a session."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A session in a timetable."""

    uid: str
    """Unique among all timetables."""
    title: str
    starts: datetime
    """With the offset of the place where it is held."""
    ends: datetime
    room: str = ""
    """Empty when it is held online only."""
    seats: int | None = None
    """Of the room, where the timetable has them."""
    kind: str = ""
    track: str = ""
    streamed: bool | None = None
    """None where the file does not say."""
    cancelled: bool = False
    number: int | None = None
    """Of the session in its run; None in a timetable of others."""


class Timetable(msgspec.Struct, frozen=True, kw_only=True):
    """A programme with its sessions in the order of their begin."""

    title: str
    acronym: str
    entries: tuple[Entry, ...]
    scale: float = 1.0
    """Size of the fair that the seats are those of, against the documented one."""
    zone: str = ""
    """IANA name of the zone that the sessions are shown in; empty where none was named."""


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a scenario says about the reading of its timetable."""

    time_zone: str = ""
    """IANA name of the zone that the sessions are shown in; empty: the one of the file."""
    default_length_min: Annotated[float, msgspec.Meta(gt=0, le=44_640)] | None = None
    """Minutes of an entry without an end; None: such an entry is a fault."""
    skip_unreadable: bool = False
    """Whether an entry that cannot be understood is left out; else the file is refused."""


class ReadTimetable(NamedTuple):
    """A timetable, and the report of its reader."""

    timetable: Timetable
    report: Report


class Draft(NamedTuple):
    """An entry before the clock of its file is known."""

    place: str
    """Of the entry in its file."""
    entry: Entry
    """Its begin and end may be naive: they are then times of the place."""
    version: int = 0
    """Of several entries with one uid, the last version counts."""
    clock: str = ""
    """What the file says beside the begin that the clocks show, `HH:MM`."""


def finish(
    title: str,
    acronym: str,
    drafts: list[Draft],
    named_zone: tuple[str, tzinfo | None],
    entry_zones: Mapping[str, tzinfo],
    reading: Reading,
    options: Options,
    *,
    total: int,
    scale: float = 1.0,
) -> ReadTimetable:
    """Return the timetable of a file's entries: each uid once, all on one clock, in the order of their begin.

    Raises:
        ScenarioError: the file has faults.
    """
    named = _named_zone(named_zone, reading, options)
    moments = [moment for draft in drafts for moment in (draft.entry.starts, draft.entry.ends)]
    zone = None if reading.faults else one_clock(moments, named, entry_zones, reading)
    hint = "timetable.skip_unreadable = true leaves out the entries that cannot be read"
    _compare_clocks(drafts, zone, is_named=named is not None, reading=reading)
    reading.refuse(hint if reading.may_skip and not options.skip_unreadable else "")
    for draft in drafts:
        if not draft.entry.cancelled:
            note_title(draft.entry.title, draft.place, reading)
    entries = _once_each([_on_clock(_on_one_line(draft, reading), zone, reading) for draft in drafts], reading)
    note_alike((entry.room for entry in entries), reading)
    timetable = in_order(title, acronym, entries, scale, named[0] if named else "")
    return ReadTimetable(timetable, reading.report(total, len(entries)))


def _on_clock(draft: Draft, zone: tzinfo | None, reading: Reading) -> Draft:
    """Return a draft whose begin and end have the offset of their place.

    A begin in the hour that the clocks leap over is as long after the leap, where the end may be over already; such a
    session keeps the length that its clock times have.
    """
    entry = draft.entry
    starts, ends = local(entry.starts, zone), local(entry.ends, zone)
    if ends <= starts:
        length = entry.ends.replace(tzinfo=None) - entry.starts.replace(tzinfo=None)
        message = f"the clocks leap over its begin, {entry.starts:%Y-%m-%d %H:%M}: it lasts {length} from the leap on"
        reading.remark(draft.place, "moved", "clock", message)
        ends = starts + length
    return draft._replace(entry=msgspec.structs.replace(entry, starts=starts, ends=ends))


def _compare_clocks(drafts: list[Draft], zone: tzinfo | None, *, is_named: bool, reading: Reading) -> None:
    """Compare the times that a file writes beside its moments; without a zone they may show that UTC is not meant."""
    differ = [
        (draft, shown)
        for draft in drafts
        if draft.clock and draft.clock != (shown := f"{local(draft.entry.starts, zone):%H:%M}")
    ]
    for draft, shown in differ:
        place = draft.place
        if is_named or draft.entry.starts.utcoffset():
            reading.remark(place, "coerced", "start", f"start is {draft.clock}; its date is {shown} there and counts")
        else:
            reading.fault(place, f"start is {draft.clock}, its date is {shown} in UTC; {CLOCK_REMEDY}")


def in_order(title: str, acronym: str, entries: Iterable[Entry], scale: float = 1.0, zone: str = "") -> Timetable:
    """Return a timetable with its entries in the order of their begin."""
    ordered = sorted(entries, key=lambda entry: (entry.starts.replace(tzinfo=None), entry.room, entry.title, entry.uid))
    return Timetable(title=title, acronym=acronym, entries=tuple(ordered), scale=scale, zone=zone)


def _named_zone(of_file: tuple[str, tzinfo | None], reading: Reading, options: Options) -> tuple[str, tzinfo] | None:
    """Return the zone that the scenario names, or else the file; None where neither does."""
    name, zone = of_file
    if options.time_zone:
        if name and name != options.time_zone:
            reading.remark("", "moved", "clock", f"shown in {options.time_zone} as the scenario says, not in {name}")
        name, zone = options.time_zone, zone_of(options.time_zone)
        if zone is None:
            reading.fault("", f"timetable.time_zone is {quoted(name)}, which is none; write it like Europe/Berlin")
    elif name and zone is None:
        reading.fault("", f"it names the time zone {quoted(name)}, which is none; state timetable.time_zone")
    return (name, zone) if zone else None


def _on_one_line(draft: Draft, reading: Reading) -> Draft:
    """Return a draft whose texts have blanks in place of line breaks and other control characters."""
    texts = {name: getattr(draft.entry, name) for name in ("uid", "title", "kind", "track")}
    changed = {name: CONTROL.sub(" ", text) for name, text in texts.items() if CONTROL.search(text)}
    for name, text in changed.items():
        message = f"{quoted(texts[name])} is read as {quoted(text)}, without control characters"
        reading.remark(draft.place, "coerced", name, message)
    return draft._replace(entry=msgspec.structs.replace(draft.entry, **changed)) if changed else draft


def _once_each(drafts: list[Draft], reading: Reading) -> list[Entry]:
    """Return the entries, each uid once: the last version of it; entries that differ get uids of their own."""
    latest: dict[str, Draft] = {}
    entries: dict[str, Entry] = {}
    copies: Counter[str] = Counter()
    for draft in drafts:
        uid = draft.entry.uid
        if (known := latest.get(uid)) is None:
            latest[uid], entries[uid] = draft, draft.entry
        elif draft.entry == known.entry:
            reading.remark(draft.place, "left out", "repeated", f"is the same as {known.place}")
        elif draft.version != known.version:
            older, newer = sorted((known, draft), key=lambda candidate: candidate.version)
            reading.remark(older.place, "left out", "repeated", f"{newer.place} is a later version of it")
            latest[uid], entries[uid] = newer, newer.entry
        else:
            copies[uid] += 1
            own = f"{uid} ({copies[uid] + 1}, at {draft.place})"
            reading.remark(draft.place, "coerced", "uid", f"has the uid of {known.place} and is another session")
            entries[own] = msgspec.structs.replace(draft.entry, uid=own)
    return list(entries.values())


def seats_of(written: float, place: str, what: str, reading: Reading) -> int | None:
    """Return the seats of a room; None where they are 0, which means unknown."""
    if not written:
        reading.remark(place, "assumed", "seats", f"{what} is 0: read as unknown")
        return None
    if not (1 <= written <= MAX_SEATS and written == int(written)):
        reading.fault(place, f"{what} is {written}; a room has 1 to {MAX_SEATS:,} seats, a whole number")
        return None
    return int(written)


def scale_of(written: float | None, reading: Reading) -> float:
    """Return the scale that a timetable's seats are at; 1 where the file has none."""
    if written is not None and not 0 < written <= MAX_SCALE:
        reading.fault("", f"its scale is {written}; a fair's scale is over 0 and at most {MAX_SCALE}")
    return written or 1.0


def default_length(options: Options, place: str, what: str, reading: Reading) -> timedelta:
    """Return the length of an entry that has none, as the scenario states it; a fault where it states none."""
    if options.default_length_min is None:
        reading.fault(place, f"{what}; give it one, or state timetable.default_length_min in the scenario")
        return timedelta(minutes=1)
    reading.remark(place, "assumed", "length", f"{what}: it lasts {options.default_length_min:g} min")
    return timedelta(minutes=options.default_length_min)


def untitled(place: str, what: str, reading: Reading) -> str:
    """Return the title of an entry that has none."""
    reading.remark(place, "assumed", "title", f"{what}: {UNTITLED}")
    return UNTITLED


def guid(name: str) -> str:
    """Return a UUID: the name itself where it is one."""
    try:
        return str(uuid.UUID(name))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def slug(text: str) -> str:
    """Return a text as it may stand in an address: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "programme"

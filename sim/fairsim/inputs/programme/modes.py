"""Where and how an imported session is held: what its kind states decides, and else what the file says."""

from __future__ import annotations

import msgspec

from fairfacts.interchange.reading import Reading, quoted
from fairfacts.interchange.timetable import Entry
from fairsim.inputs.kinds import SessionKind

REMEDIES = (
    'X-CLOUDFAIR-STREAMED:FALSE in an .ics, "do_not_record": true in a schedule.json, streamed = "never" of a kind'
)
"""What one writes so that a session is not streamed."""


def as_its_kind(entry: Entry, kind: SessionKind, reading: Reading) -> Entry:
    """Return an entry in the room, and streamed or not, as its kind states with `never` and `always`.

    What the file has otherwise is remarked; a session without a room, of a kind that is held in rooms, is a fault.
    Online only, a session is streamed: nobody could follow it.
    """
    where, of = quoted(entry.title), f"its kind {kind.key} has"
    if kind.online == "never" and not entry.room:
        remedy = "give it a room, or its kind another online in fair.toml"
        reading.fault(where, f'it names no room, and {of} online = "never"; {remedy}')
    if kind.online == "always" and entry.room and not kind.plenary:
        reading.remark(where, "coerced", "room", f'not held in {quoted(entry.room)}: {of} online = "always"')
        entry = msgspec.structs.replace(entry, room="", seats=None)
    streamed = _streamed(entry, kind)
    stated = entry.streamed if kind.streamed == "some" or entry.streamed is not None else kind.streamed == "always"
    if stated not in (None, streamed):
        why = f'{of} streamed = "{kind.streamed}"' if entry.room else "it is held online only"
        reading.remark(where, "coerced", "streams", f"{'streamed' if streamed else 'not streamed'}: {why}")
    return msgspec.structs.replace(entry, streamed=streamed)


def _streamed(entry: Entry, kind: SessionKind) -> bool:
    if not entry.room or kind.streamed == "always":
        return True
    return kind.streamed == "some" and entry.streamed is not False


def note_streams(entries: list[tuple[Entry, SessionKind]], reading: Reading) -> None:
    """Say of how many sessions in rooms neither file nor kind says whether they are streamed, and how to say it."""
    unknown = [entry for entry, kind in entries if entry.room and kind.streamed == "some" and entry.streamed is None]
    if unknown:
        count = f"{len(unknown)} sessions in rooms" if len(unknown) > 1 else "one session in a room"
        message = f"the file does not say whether {count} should be streamed: all such are; else write {REMEDIES}"
        reading.remark("", "assumed", "streams", message)

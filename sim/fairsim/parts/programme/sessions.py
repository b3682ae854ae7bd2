"""A session of the programme."""

from __future__ import annotations

from typing import NamedTuple

from fairfacts.clock import DAY_MS
from fairfacts.parts.programme import Mode, room_of

NO_ROOM = -1


class Session(NamedTuple):
    """A place in the programme."""

    number: int
    kind: str
    title: str
    sector: str
    mode: Mode
    streamed: bool
    room: int
    """The place of the room in the list of rooms; `NO_ROOM` for a session online only."""
    seats: int
    starts_ms: int
    ends_ms: int
    host: str
    """The economy that holds it; empty for other sessions."""
    name: str = ""
    """The name of the room; empty for a room that has only a number."""
    spare_ms: int = DAY_MS
    """The time from its end until the room is needed again."""

    @property
    def place(self) -> str:
        """Return the room's name or number; empty for a session online only."""
        return (self.name or room_of(self.room + 1)) if self.room >= 0 else ""

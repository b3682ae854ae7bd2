"""The course of a fair: at what its gauges stood, minute by minute, and by the hour once it has closed.

A gauge goes up and down, and a snapshot has it as it is now. The course is no part of the snapshot, as every frame
would carry all of it; `GET /runs/RUN/course` answers with it.
"""

from __future__ import annotations

from itertools import accumulate
from operator import sub

import msgspec

MINUTE_MS = 60_000
GAUGES = (
    "venue.inside",
    "venue.waiting",
    "visits.online",
    "streams.viewers",
    "negotiations.waiting",
    "negotiations.talking",
    "negotiations.desks_busy",
)
"""The measures whose course is kept, by their paths in the snapshot."""
MOST_MINUTES = 14 * 24 * 60
"""Kept in a run that never says that its fair has closed; from then on one an hour is."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[int, ...]]).decode
ARRAY_32 = b"\xdd"
"""Begins an array in MessagePack, before its length in four bytes."""


class Course(msgspec.Struct):
    """What the gauges stood at when the platform was metered or the halls were counted, at the end of a minute."""

    latest: list[int] = msgspec.field(default_factory=list)
    """Minute since the epoch, and `GAUGES`."""
    before: list[int] = msgspec.field(default_factory=lambda: [0] * (1 + len(GAUGES)))
    """The row before it."""
    minutes: int = 0
    """Rows in `changes`."""
    changes: bytearray = msgspec.field(default_factory=bytearray)
    """Of each row against the one before, in MessagePack: a byte for most, and a third of that compressed."""

    def note(self, at_ms: int, gauges: tuple[int, ...], *, hourly: bool) -> None:
        """Keep what the gauges stand at: the last of a minute, or where one an hour is kept the first of an hour.

        Args:
            at_ms: now, and never before what was noted last.
            gauges: in the order of `GAUGES`.
            hourly: whether one an hour is enough.
        """
        minute, latest = at_ms // MINUTE_MS, self.latest
        if latest and minute != latest[0]:
            if (hourly or self.minutes >= MOST_MINUTES) and minute // 60 == latest[0] // 60:
                return
            self.changes += _encode(list(map(sub, latest, self.before)))
            self.before = latest
            self.minutes += 1
        self.latest = [minute, *gauges]

    def rows(self) -> list[tuple[int, ...]]:
        """Return the minutes since the epoch that are kept, in their order, each with its gauges."""
        changes = _decode(ARRAY_32 + self.minutes.to_bytes(4, "big") + self.changes)
        rows = list(zip(*map(accumulate, zip(*changes, strict=True)), strict=True))
        return [*rows, tuple(self.latest)] if self.latest else rows

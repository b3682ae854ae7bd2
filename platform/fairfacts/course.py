"""The course of a fair: the levels of its gauges minute by minute, and hour by hour once the fair has closed.

A gauge goes up and down, and a snapshot has only its level of now. The course is not in the snapshot, since every frame
would carry the whole of it; `GET /runs/RUN/course` answers with it. Which measures are gauges, the parts of the fair
declare (`fairfacts.measure`).
"""

from __future__ import annotations

from itertools import accumulate
from operator import sub

import msgspec

from fairfacts.clock import minute_of

MOST_MINUTES = 14 * 24 * 60
"""Rows that a run may have whose log never says that the fair has closed; after them, one row an hour is added."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[int, ...]]).decode
ARRAY_32 = b"\xdd"
"""The first byte of an array in MessagePack; its length follows in four bytes."""


class Course(msgspec.Struct):
    """The levels of the gauges, each time that the platform was metered or the halls were counted."""

    latest: list[int] = msgspec.field(default_factory=list)
    """The latest row: the minute since the epoch, and the level of each gauge."""
    before: list[int] = msgspec.field(default_factory=list)
    """The row before the latest."""
    minutes: int = 0
    """How many rows `changes` holds."""
    changes: bytearray = msgspec.field(default_factory=bytearray)
    """All rows but the latest, each as its difference from the row before, in MessagePack: mostly a byte a number."""

    def note(self, at_ms: int, gauges: tuple[int, ...], *, hourly: bool) -> None:
        """Keep the levels of the gauges: the last of each minute, or the first of each hour where `hourly` is set.

        Args:
            at_ms: now; never before the moment that was noted last.
            gauges: the levels, always in the same order.
            hourly: whether one row an hour is enough.
        """
        minute, latest = minute_of(at_ms), self.latest
        if latest and minute != latest[0]:
            if (hourly or self.minutes >= MOST_MINUTES) and minute // 60 == latest[0] // 60:
                return
            self.changes += _encode(list(map(sub, latest, self.before or [0] * len(latest))))
            self.before = latest
            self.minutes += 1
        self.latest = [minute, *gauges]

    def rows(self) -> list[tuple[int, ...]]:
        """Return every row in the order of time: the minute since the epoch, and the level of each gauge."""
        changes = _decode(ARRAY_32 + self.minutes.to_bytes(4, "big") + self.changes)
        rows = list(zip(*map(accumulate, zip(*changes, strict=True)), strict=True))
        return [*rows, tuple(self.latest)] if self.latest else rows

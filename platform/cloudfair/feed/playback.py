"""Playback: how one watcher moves through the past. No other watcher notices it."""

from __future__ import annotations

import time

import msgspec
import zstandard

from cloudfair.feed.frames import Frame
from cloudfair.feed.past import Past, Seen
from cloudfair.pools import Pool


class Playback:
    """The position of one watcher in the past and its speed; its clock never passes the latest moment."""

    def __init__(self, past: Past, pool: Pool, at_ms: int, place: int | None = None) -> None:
        """Begin paused at a moment, or at a place if only some events of that millisecond were shown."""
        self.speed: float | None = None
        """Simulated seconds per second; None while it is paused."""
        self.is_new = place is None
        """Whether it moved since the last frame was made."""
        self._past, self._pool, self._place = past, pool, place
        self._steps = 0
        self._packed = b""
        self._anchor(at_ms)

    @property
    def at_ms(self) -> int:
        """The simulated moment of its clock."""
        played_ms = (time.monotonic() - self._from_s) * 1000 * self.speed if self.speed else 0
        return min(self._from_ms + int(played_ms), self._past.at_ms)

    @property
    def is_through(self) -> bool:
        """Whether it has played up to the latest moment."""
        return self.speed is not None and self.at_ms >= self._past.at_ms

    def seek(self, at_ms: int) -> None:
        """Go to a moment; if it was playing, it plays on from there."""
        self._anchor(at_ms)
        self._place, self._steps, self.is_new = None, 0, True

    def play(self, speed: float) -> None:
        """Play on from here."""
        self._anchor(self.at_ms)
        self.speed, self._place, self._steps = speed, None, 0

    def pause(self) -> None:
        """Pause here."""
        self._anchor(self.at_ms)
        self.is_new = self.is_new or self.speed is not None
        self.speed = None

    def step(self, events: int) -> None:
        """Pause, and go some events forward, or back if the number is negative."""
        self.pause()
        self._steps += events
        self.is_new = True

    async def frame(self, number: int) -> Frame:
        """Return the measures at the present position as a frame."""
        self.is_new = False
        at_ms = self.at_ms
        seen = await self._pool.run(self._look, at_ms)
        if not self.speed:
            self._past.release()
        if self._place is not None:
            at_ms = seen.at_ms
            self._anchor(at_ms)
        return Frame(number, seen.position, seen.place, at_ms, False, time.monotonic(), seen.measures)

    def packed(self, frame: Frame) -> Frame:
        """Return a sent frame without its measures, which are kept here compressed to a fiftieth of their memory."""
        packed = zstandard.compress(msgspec.json.encode(frame.measures))
        self._packed = bytes(memoryview(packed))  # copied: the compressor's buffer has the size of its worst case
        return msgspec.structs.replace(frame, measures={})

    def unpacked(self, sent: Frame) -> Frame:
        """Return the frame that was sent last, with its measures."""
        return msgspec.structs.replace(sent, measures=msgspec.json.decode(zstandard.decompress(self._packed)))

    def _look(self, at_ms: int) -> Seen:
        """Return the measures here; steps count from the place that the moment alone leads to."""
        if self._place is None:
            seen = self._past.at(at_ms)
            if not self._steps:
                return seen
            self._place = seen.place
        self._place = max(0, min(self._place + self._steps, self._past.place))
        self._steps = 0
        return self._past.after(self._place)

    def _anchor(self, at_ms: int) -> None:
        self._from_ms, self._from_s = min(at_ms, self._past.at_ms), time.monotonic()

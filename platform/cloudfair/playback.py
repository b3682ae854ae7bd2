"""Playback: one watcher's own way through the past, which no other watcher notices."""

from __future__ import annotations

import asyncio
import time

import msgspec
import zstandard

from cloudfair.feed import Frame
from cloudfair.past import Past, Seen


class Playback:
    """Where one watcher stands in the past, and how it moves there: its clock never passes the latest moment."""

    def __init__(self, past: Past, at_ms: int, place: int | None = None) -> None:
        """Stand still at a moment; at a place, where not all of that millisecond had been shown."""
        self.speed: float | None = None
        """Simulated time a time of the wall; None while it stands still."""
        self.is_new = place is None
        """Whether it was moved since the last frame was made."""
        self._past, self._place = past, place
        self._steps = 0
        self._packed = b""
        self._anchor(at_ms)

    @property
    def at_ms(self) -> int:
        """Return the simulated moment at which it stands."""
        played_ms = (time.monotonic() - self._from_s) * 1000 * self.speed if self.speed else 0
        return min(self._from_ms + int(played_ms), self._past.at_ms)

    @property
    def is_through(self) -> bool:
        """Return whether it has played all that has happened."""
        return self.speed is not None and self.at_ms >= self._past.at_ms

    def seek(self, at_ms: int) -> None:
        """Go to a moment; playing goes on from there."""
        self._anchor(at_ms)
        self._place, self._steps, self.is_new = None, 0, True

    def play(self, speed: float) -> None:
        """Play on from here."""
        self._anchor(self.at_ms)
        self.speed, self._place, self._steps = speed, None, 0

    def pause(self) -> None:
        """Stand still here."""
        self._anchor(self.at_ms)
        self.is_new = self.is_new or self.speed is not None
        self.speed = None

    def step(self, events: int) -> None:
        """Stand still some events further on, or back."""
        self.pause()
        self._steps += events
        self.is_new = True

    async def frame(self, number: int) -> Frame:
        """Return what there is to see from here."""
        self.is_new = False
        at_ms = self.at_ms
        seen = await asyncio.to_thread(self._look, at_ms)
        if not self.speed:
            self._past.let_go()
        if self._place is not None:
            at_ms = seen.at_ms
            self._anchor(at_ms)
        return Frame(number, seen.position, seen.place, at_ms, False, time.monotonic(), seen.measures)

    def packed(self, frame: Frame) -> Frame:
        """Return a frame that was sent without its measures, which are kept here in a fiftieth of the memory."""
        packed = zstandard.compress(msgspec.json.encode(frame.measures))
        self._packed = bytes(memoryview(packed))  # what is compressed comes in the memory of what it could have been
        return msgspec.structs.replace(frame, measures={})

    def unpacked(self, sent: Frame) -> Frame:
        """Return the frame that was sent last, with its measures."""
        return msgspec.structs.replace(sent, measures=msgspec.json.decode(zstandard.decompress(self._packed)))

    def _look(self, at_ms: int) -> Seen:
        """Return what is to be seen here; steps count from what is to be seen without them."""
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

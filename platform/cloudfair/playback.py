"""Playback: one watcher's own way through a run's past, which no other watcher notices."""

from __future__ import annotations

import asyncio
import time

import msgspec

from cloudfair.feed import Frame
from cloudfair.live import Live
from cloudfair.moments import Moments
from fairfacts.measures import State


class Playback:
    """Where one watcher stands in a run, and how it moves there: its clock never passes the run's latest event."""

    def __init__(self, moments: Moments, live: Live, at_ms: int, position: int | None = None) -> None:
        """Stand still at a moment; after `position` events, where not all of that millisecond had been shown."""
        self.speed: float | None = None
        """Simulated time a time of the wall; None while it stands still."""
        self.is_new = position is None
        """Whether it was moved since the last frame was made."""
        self._moments, self._live, self._position = moments, live, position
        self._steps = 0
        self._state: State | None = None
        self._packed = b""
        self._anchor(at_ms)

    @property
    def at_ms(self) -> int:
        """Return the simulated moment at which it stands."""
        played_ms = (time.monotonic() - self._from_s) * 1000 * self.speed if self.speed else 0
        return min(self._from_ms + int(played_ms), self._live.at_ms)

    @property
    def is_through(self) -> bool:
        """Return whether it has played all that has happened."""
        return self.speed is not None and self.at_ms >= self._live.at_ms

    def seek(self, at_ms: int) -> None:
        """Go to a moment; playing goes on from there."""
        self._anchor(at_ms)
        self._position, self._steps, self.is_new = None, 0, True

    def play(self, speed: float) -> None:
        """Play on from here."""
        self._anchor(self.at_ms)
        self.speed, self._position, self._steps = speed, None, 0

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
        state = await asyncio.to_thread(self._look, at_ms)
        self._state = state if self.speed else None  # who stands still holds none: it is some hundred KB
        if self._position is not None:
            at_ms = state.parts.at_ms
            self._anchor(at_ms)
        return Frame(number, state.position, at_ms, ended=False, folded_at=time.monotonic(), measures=state.snapshot())

    def packed(self, frame: Frame) -> Frame:
        """Return a frame that was sent without its measures, which are kept here in a tenth of the memory."""
        self._packed = msgspec.json.encode(frame.measures)
        return msgspec.structs.replace(frame, measures={})

    def unpacked(self, sent: Frame) -> Frame:
        """Return the frame that was sent last, with its measures."""
        return sent if sent.measures else msgspec.structs.replace(sent, measures=msgspec.json.decode(self._packed))

    def _look(self, at_ms: int) -> State:
        """Return the state here; steps count from what is to be seen without them."""
        run, since, self._state = self._live.run, self._state, None
        if self._position is None:
            state = self._moments.state(run, at_ms, since)
            if not self._steps:
                return state
            self._position, since = state.position, state
        self._position = max(0, min(self._position + self._steps, self._live.position))
        self._steps = 0
        return self._moments.state_after(run, self._position, since)

    def _anchor(self, at_ms: int) -> None:
        self._from_ms, self._from_s = min(at_ms, self._live.at_ms), time.monotonic()

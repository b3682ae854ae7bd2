"""The feed of two runs side by side: both runs' measures at one simulated moment, and the difference.

The moment is that of the run that is behind; one that has ended waits for the other.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import Any

from cloudfair.feed import TICK_S, Feed, Frame
from cloudfair.live import Live
from cloudfair.moments import Moments
from fairfacts.differences import differences
from fairfacts.errors import FairError
from fairfacts.measures import State

_logger = logging.getLogger(__name__)


class PairFeed(Feed):
    """The frames of two runs; they are made only while somebody watches, and only when something changed."""

    def __init__(self, a: Live, b: Live, moments: Moments) -> None:
        super().__init__(a)
        self.sides = (a, b)
        self._moments = moments
        self._states: list[State | None] = [None, None]
        self._folding = threading.Lock()
        """A frame whose watchers all left while it was made is made to its end; the next one waits for that."""
        self._maker: asyncio.Task[None] | None = None
        self.is_made = asyncio.Event()
        """Whether there is a frame."""

    def join(self, changed: asyncio.Event) -> None:
        """Have `changed` set at every new frame."""
        self._watchers.add(changed)
        if self._maker is None or self._maker.done():
            self._maker = asyncio.create_task(self._make())

    def leave(self, changed: asyncio.Event) -> None:
        """Have `changed` set no more."""
        self._watchers.discard(changed)
        if not self._watchers and self._maker is not None:
            self._maker.cancel()
            self._maker = None

    @property
    def at_ms(self) -> int:
        """The moment that both runs have reached."""
        return reached_ms(self.sides)

    async def _make(self) -> None:
        while True:
            try:
                await self._make_if_changed()
            except FairError as fault:
                _logger.warning("no frame of %s against %s: %s", *(live.run for live in self.sides), fault)
            await asyncio.sleep(TICK_S)

    async def _make_if_changed(self) -> None:
        at_ms, ended = self.at_ms, all(live.ended for live in self.sides)
        if self._frames and (self.newest.at_ms, self.newest.ended) == (at_ms, ended):
            return
        self._frames.append(await asyncio.to_thread(self._frame, at_ms, ended))
        self._texts.clear()
        self.is_made.set()
        for changed in self._watchers:
            changed.set()

    def _frame(self, at_ms: int, ended: bool) -> Frame:
        """Fold both runs on to a moment."""
        with self._folding:
            a, b = (self._folded(side, at_ms) for side in (0, 1))
        measures = {"a": a, "b": b, "difference": _difference(a, b)}
        position = a["run"]["events"] + b["run"]["events"]
        return Frame(self.newest.number + 1 if self._frames else 0, position, at_ms, ended, time.monotonic(), measures)

    def _folded(self, side: int, at_ms: int) -> dict[str, Any]:
        since, self._states[side] = self._states[side], None
        state = self._states[side] = self._moments.state(self.sides[side].run, at_ms, since)
        return state.snapshot()


def reached_ms(sides: tuple[Live, Live]) -> int:
    """Return the moment that both runs have reached; one that has ended waits for the other."""
    for live in sides:
        live.catch_up()
    going_on = [live.at_ms for live in sides if not live.ended]
    return min(going_on) if going_on else max(live.at_ms for live in sides)


class Pairs:
    """The feeds of all pairs that were watched since the backend began."""

    def __init__(self, moments: Moments) -> None:
        self._moments = moments
        self._feeds: dict[tuple[str, str], PairFeed] = {}

    def of(self, a: Live, b: Live) -> PairFeed:
        """Return the feed of two runs."""
        key = (a.run, b.run)
        if key not in self._feeds:
            self._feeds[key] = PairFeed(a, b, self._moments)
        return self._feeds[key]


def _difference(a: dict[str, Any], b: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Return every difference by its measure; a ratio to 0 is left out, as a merge patch can carry no null."""
    return {
        each.measure: {"difference": each.difference} | ({} if each.ratio is None else {"ratio": each.ratio})
        for each in differences(a, b)
    }

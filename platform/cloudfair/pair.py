"""The feed of two runs side by side: both runs' measures at one simulated moment, and the difference.

The moment is that of the run that is behind; one that has ended waits for the other. Steps count events of a.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time

from cloudfair.feed import TICK_S, Feed, Follower, Frame
from cloudfair.live import Live
from cloudfair.moments import Moments
from cloudfair.past import Past, RunPast, Seen
from fairfacts.differences import differences
from fairfacts.errors import FairError

_logger = logging.getLogger(__name__)


class PairPast:
    """The past of two runs; a place is a position of a."""

    def __init__(self, a: Live, b: Live, moments: Moments) -> None:
        self._lives = (a, b)
        self._a, self._b = RunPast(a, moments), RunPast(b, moments)

    @property
    def at_ms(self) -> int:
        """The moment that both runs have reached."""
        return reached_ms(self._lives)

    @property
    def place(self) -> int:
        """How many events a has."""
        return self._a.place

    def at(self, at_ms: int) -> Seen:
        """Return both runs as they were at a moment."""
        return _beside(self._a.at(at_ms), self._b.at(at_ms))

    def after(self, place: int) -> Seen:
        """Return both as they were at the moment of a's latest event of so many, if b has come that far."""
        a = self._a.after(place)
        return self.at(self.at_ms) if a.at_ms > self.at_ms else _beside(a, self._b.at(a.at_ms))

    def let_go(self) -> None:
        """Hold no state."""
        self._a.let_go()
        self._b.let_go()


class PairFeed(Feed):
    """The frames of two runs; they are made only while somebody watches, and only when something changed."""

    def __init__(self, a: Live, b: Live, moments: Moments) -> None:
        super().__init__(a, moments)
        self.sides = (a, b)
        self._past = PairPast(a, b, moments)
        self._folding = threading.Lock()
        """A frame whose watchers all left while it was made is made to its end; the next one waits for that."""
        self._maker: asyncio.Task[None] | None = None
        self.is_made = asyncio.Event()
        """Whether the newest frame is of now."""

    def join(self, watcher: Follower) -> None:
        """Have a watcher look at what is due from now on."""
        self._watchers.add(watcher)
        if self._maker is None or self._maker.done():
            self._maker = asyncio.create_task(self._make())

    def leave(self, watcher: Follower) -> None:
        """Have a watcher look no more."""
        self._watchers.discard(watcher)
        if not self._watchers and self._maker is not None:
            self._maker.cancel()
            self._maker = None
            self.is_made.clear()

    @property
    def at_ms(self) -> int:
        """The moment that both runs have reached."""
        for live in self.sides:
            live.catch_up()
        return self._past.at_ms

    @property
    def ended(self) -> bool:
        """Whether both have."""
        return all(live.ended for live in self.sides)

    def past(self) -> Past:
        """Return what a watcher of its own looks back into."""
        return PairPast(*self.sides, self._moments)

    async def _make(self) -> None:
        while True:
            try:
                await self._make_if_changed()
            except FairError as fault:
                _logger.warning("no frame of %s against %s: %s", *(live.run for live in self.sides), fault)
            self._look()
            await asyncio.sleep(TICK_S)

    async def _make_if_changed(self) -> None:
        at_ms, ended = self.at_ms, self.ended
        if not self._frames or (self.newest.at_ms, self.newest.ended) != (at_ms, ended):
            self._add(await asyncio.to_thread(self._frame, at_ms, ended))
        self.is_made.set()

    def _frame(self, at_ms: int, ended: bool) -> Frame:
        """Fold both runs on to a moment."""
        with self._folding:
            seen = self._past.at(at_ms)
        return Frame(self._next, seen.position, seen.place, at_ms, ended, time.monotonic(), seen.measures)


def reached_ms(sides: tuple[Live, Live]) -> int:
    """Return the moment that both runs have reached; one that has ended waits for the other."""
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


def _beside(a: Seen, b: Seen) -> Seen:
    """Return both with every difference by its measure; a ratio to 0 is left out: a merge patch can carry no null."""
    difference = {
        each.measure: {"difference": each.difference} | ({} if each.ratio is None else {"ratio": each.ratio})
        for each in differences(a.measures, b.measures)
    }
    measures = {"a": a.measures, "b": b.measures, "difference": difference}
    return Seen(a.position + b.position, a.place, a.at_ms, measures)

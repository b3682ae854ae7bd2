"""The feed of two runs side by side: both runs' measures at one simulated moment, and the difference.

The moment is the one that both runs have reached; a run that has ended waits for the other. Steps count events of a.
"""

from __future__ import annotations

import threading
import time

from cloudfair.feed.feed import Feed
from cloudfair.feed.frames import Frame
from cloudfair.feed.messages import PROTOCOL, Lags, PairEnd, PairHello, wall_time
from cloudfair.feed.past import Seen
from cloudfair.feed.paths import PATHS
from cloudfair.feed.playback import Playback
from cloudfair.feed.run_past import RunPast
from cloudfair.pools import Pool
from cloudfair.projections.live import Live
from cloudfair.projections.point_in_time import PointsInTime
from fairfacts.evidence.differences import differences

PAIR_PATHS = frozenset({"a", "b", "difference"}) | {
    f"{side}.{part}" for side in ("a", "b") for part in PATHS if "." not in part
}
"""The paths that a watcher of a pair may subscribe to: a run, a part of it, the differences."""


class PairPast:
    """The past of two runs; a place is a position of a."""

    def __init__(self, a: Live, b: Live, points: PointsInTime) -> None:
        self._lives = (a, b)
        self._a, self._b = RunPast(a, points), RunPast(b, points)

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
        """Return both at the moment of a's latest event of so many, if b has come that far."""
        a = self._a.after(place)
        return self.at(self.at_ms) if a.at_ms > self.at_ms else _beside(a, self._b.at(a.at_ms))

    def release(self) -> None:
        """Hold no state."""
        self._a.release()
        self._b.release()


class PairSource:
    """Two runs, as their feed shows them."""

    paths = PAIR_PATHS

    def __init__(self, a: Live, b: Live, points: PointsInTime, pool: Pool) -> None:
        self._sides, self._pool = (a, b), pool
        self._points = points
        self._past = PairPast(a, b, points)
        self._folding = threading.Lock()
        """If all watchers leave while a frame is made, it is still made to its end; the next frame waits for that."""

    @property
    def name(self) -> str:
        """The ids of both runs."""
        a, b = (live.run for live in self._sides)
        return f"{a} against {b}"

    @property
    def at_ms(self) -> int:
        """The moment that both runs have reached."""
        for live in self._sides:
            live.catch_up()
        return self._past.at_ms

    @property
    def position(self) -> int:
        """How many events of both are folded."""
        return sum(live.position for live in self._sides)

    @property
    def ended(self) -> bool:
        """Whether both runs have ended."""
        return all(live.ended for live in self._sides)

    def is_shown_by(self, frame: Frame) -> bool:
        """Return whether the moment that both have reached is the one of a frame."""
        return (frame.at_ms, frame.ended) == (self.at_ms, self.ended)

    async def frame(self, number: int) -> Frame:
        """Return both runs at the moment that they have reached; they are folded in a thread."""
        return await self._pool.run(self._frame, number, self.at_ms, self.ended)

    def playback(self, at_ms: int, place: int | None) -> Playback:
        """Return a way through both runs' past for one watcher."""
        return Playback(PairPast(*self._sides, self._points), self._pool, at_ms, place)

    def lags(self, fold_to_socket_ms: float) -> Lags:
        """Return the longer lag of both runs."""
        to_intake = [live.model_to_intake_ms for live in self._sides if live.model_to_intake_ms is not None]
        return Lags(
            model_to_intake=max(to_intake, default=None),
            intake_to_fold=max(live.intake_to_fold_ms for live in self._sides),
            fold_to_socket=fold_to_socket_ms,
        )

    def hello(self, token: str) -> PairHello:
        """Return the greeting, with every event that was answered for."""
        a, b = (live.run for live in self._sides)
        return PairHello(protocol=PROTOCOL, a=a, b=b, feed=token, at_ms=self.at_ms, wall=wall_time())

    def end(self, position: int) -> PairEnd:
        """Return the last message."""
        a, b = (live.digest for live in self._sides)
        return PairEnd(a=a, b=b, position=position)

    def _frame(self, number: int, at_ms: int, ended: bool) -> Frame:
        """Fold both runs on to a moment."""
        with self._folding:
            seen = self._past.at(at_ms)
        return Frame(number, seen.position, seen.place, at_ms, ended, time.monotonic(), seen.measures)


def reached_ms(sides: tuple[Live, Live]) -> int:
    """Return the moment that both runs have reached; a run that has ended waits for the other."""
    going_on = [live.at_ms for live in sides if not live.ended]
    return min(going_on) if going_on else max(live.at_ms for live in sides)


def pair_feed(a: Live, b: Live, points: PointsInTime, pool: Pool) -> Feed:
    """Return a feed of two runs."""
    return Feed(PairSource(a, b, points, pool))


def _beside(a: Seen, b: Seen) -> Seen:
    """Return both with every difference by its measure; what is None is left out: a merge patch can carry no null."""
    difference = {
        each.measure: {
            name: value for name in ("difference", "ratio", "chance") if (value := getattr(each, name)) is not None
        }
        for each in differences(a.measures, b.measures)
    }
    measures = {"a": a.measures, "b": b.measures, "difference": difference}
    return Seen(a.position + b.position, a.place, a.at_ms, measures)

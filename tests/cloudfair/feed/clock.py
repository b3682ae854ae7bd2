"""A clock that stands still unless it is moved, and a past to play back by it."""

from __future__ import annotations

from cloudfair.feed.past import Seen
from cloudfair.feed.playback import Playback
from cloudfair.pools import Pool

POOL = Pool("frames", threads=1, waiting=None)


class Clock:
    """A clock in seconds that stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


class Line:
    """A past of 20 events, one every half second from 500 ms on."""

    at_ms, place, released = 10_000, 20, 0

    def at(self, at_ms: int) -> Seen:
        return self.after(at_ms // 500)

    def after(self, place: int) -> Seen:
        return Seen(place + 100, place, place * 500, {"part": {"place": place}})

    def release(self) -> None:
        self.released += 1


def playback(at_ms: int = 1_000, place: int | None = None) -> tuple[Playback, Line]:
    line = Line()
    return Playback(line, POOL, at_ms, place), line

"""All feeds of a backend: made when they are first watched, and dropped once nobody has watched them for a while."""

from __future__ import annotations

import time
from collections.abc import Iterable

from cloudfair.feed.feed import Feed
from cloudfair.feed.pair import pair_feed
from cloudfair.feed.run import run_feed
from cloudfair.pools import Pool
from cloudfair.projections.live import Live
from cloudfair.projections.point_in_time import PointsInTime

IDLE_S = 300.0
"""A feed that nobody watched for so long is dropped with its frames, which are some hundred KB each."""
Key = tuple[str, ...]


class Feeds:
    """The feeds of runs and of pairs of runs."""

    def __init__(self, points: PointsInTime, pool: Pool) -> None:
        self._points, self._pool = points, pool
        self._feeds: dict[Key, Feed] = {}

    def of(self, live: Live) -> Feed:
        """Return the feed of a run."""
        key = (live.run,)
        if key not in self._feeds:
            self._feeds[key] = run_feed(live, self._points, self._pool)
        return self._feeds[key]

    def of_pair(self, a: Live, b: Live) -> Feed:
        """Return the feed of two runs."""
        key = (a.run, b.run)
        if key not in self._feeds:
            self._feeds[key] = pair_feed(a, b, self._points, self._pool)
        return self._feeds[key]

    def runs(self) -> Iterable[str]:
        """Return the ids of the runs that a feed refers to."""
        return {run for key in self._feeds for run in key}

    def drop_idle(self, idle_s: float = IDLE_S) -> None:
        """Drop every feed that nobody has watched for `idle_s` seconds; a client then starts from a snapshot."""
        now = time.monotonic()
        idle = [key for key, feed in self._feeds.items() if not feed.is_watched and now - feed.left_at >= idle_s]
        for key in idle:
            del self._feeds[key]

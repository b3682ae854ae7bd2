"""How visitors walk through the zones of the halls."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import MINUTE_MS
from fairsim.engine.draws import Keys, RandomStream

MOST_LEGS = 256
"""Maximum number of stays in zones on one day of a visitor; the last one lasts to the end. It bounds their keys."""
FEW = 6
"""Walks that are drawn one by one: so few cost less than arrays do."""


class Walks:
    """Where the visitors of one day are, as the counters see it in each minute since the halls opened.

    A visitor's walk (how long in each zone, and where next) is a function of the visitor's own key. It is drawn when
    the minute of the entry is counted: no walk depends on another, so that zones need no events of their own.
    """

    def __init__(
        self, walking: RandomStream, attractions: list[float], dwell_mean_ms: float, opened_ms: int, minutes: int
    ) -> None:
        self._walking, self._dwell_mean_ms, self._opened_ms = walking, dwell_mean_ms, opened_ms
        self._attractions = np.cumsum(attractions)
        self._thresholds: list[float] = self._attractions.tolist()
        self._changes = np.zeros((len(attractions), minutes + 2), np.int64)
        self._changes_alone = defaultdict[int, list[tuple[int, int]]](list)
        """Zones and their changes by minute, of walks that were drawn one by one."""
        self._inside = [0] * len(attractions)
        self._in_sessions = np.zeros(minutes + 2, np.int64)
        self._seated = 0
        self._newcomers: list[tuple[int, int, int]] = []
        self._absences: list[tuple[int, int, int, int, int]] = []

    def begin(self, key: int, entered_ms: int, leaves_ms: int) -> None:
        """A visitor begins to walk."""
        self._newcomers.append((key, entered_ms, leaves_ms))

    def sit_down(self, key: int, entered_ms: int, leaves_ms: int, since_ms: int, until_ms: int) -> None:
        """A visitor who walks is in a session for a while, and in no zone."""
        self._absences.append((key, entered_ms, leaves_ms, since_ms, min(until_ms, leaves_ms)))

    def inside(self, minute: int) -> tuple[tuple[int, ...], int]:
        """Return the people in each zone and those in sessions at a minute after the opening; call it in order."""
        if self._newcomers:
            self._walk_all([(*newcomer, *newcomer[1:]) for newcomer in self._newcomers], 1)
            self._newcomers.clear()
        if self._absences:
            self._walk_all(self._absences, -1)
            for _, _, _, since_ms, until_ms in self._absences:
                self._in_sessions[math.ceil((since_ms - self._opened_ms) / MINUTE_MS)] += 1
                self._in_sessions[math.ceil((until_ms - self._opened_ms) / MINUTE_MS)] -= 1
            self._absences.clear()
        for zone, by in (*enumerate(self._changes[:, minute].tolist()), *self._changes_alone.pop(minute, ())):
            self._inside[zone] += by
        self._seated += int(self._in_sessions[minute])
        return tuple(self._inside), self._seated

    def _walk_all(self, walks: list[tuple[int, int, int, int, int]], by: int) -> None:
        """Change the zones of walks: key, entry, leaving, and the moments from which and to which they count."""
        if len(walks) <= FEW:
            for walk in walks:
                self._walk_alone(*walk, by)
        else:
            keys, entered_ms, leaves_ms, since_ms, until_ms = np.array(walks).T
            self._walk(keys, entered_ms, leaves_ms, since_ms, until_ms, by)

    def _walk_alone(self, key: int, entered_ms: int, leaves_ms: int, since_ms: int, until_ms: int, by: int) -> None:
        """Do for one walk what `_walk` does for many, without the cost of arrays."""
        exponential, uniform = self._walking.scalar_exponential, self._walking.scalar_uniform
        dwell_ms, opened_ms = self._dwell_mean_ms, entered_ms - self._opened_ms
        attractions, changes = self._thresholds, self._changes_alone
        begin, first, last = 0.0, since_ms - entered_ms, until_ms - entered_ms
        legs = self._legs(leaves_ms - entered_ms)
        for number in range(key * MOST_LEGS, key * MOST_LEGS + legs):
            end = begin + exponential(number, dwell_ms, DWELL) if number % MOST_LEGS < legs - 1 else math.inf
            from_ms, to_ms = max(begin, first), min(end, last)
            if from_ms < to_ms:
                zone = bisect_right(attractions, uniform(number, WHERE) * attractions[-1])
                changes[math.ceil((opened_ms + from_ms) / MINUTE_MS)].append((zone, by))
                changes[math.ceil((opened_ms + to_ms) / MINUTE_MS)].append((zone, -by))
            if end >= last:
                return
            begin = end

    def _legs(self, longest_ms: float) -> int:
        """Return how many legs the longest walk has at most."""
        # the mean number of legs and six standard deviations: the last leg is then hardly ever extended
        usual = longest_ms / self._dwell_mean_ms
        return min(MOST_LEGS, math.ceil(usual + 6 * math.sqrt(usual)) + 5)

    def _walk(
        self,
        keys: Keys,
        entered_ms: NDArray[np.int64],
        leaves_ms: NDArray[np.int64],
        since_ms: NDArray[np.int64],
        until_ms: NDArray[np.int64],
        by: int,
    ) -> None:
        """Change the zones of walks from a moment to another: by one more or one fewer."""
        stays = (leaves_ms - entered_ms)[:, None]
        first, last = (since_ms - entered_ms)[:, None], (until_ms - entered_ms)[:, None]
        numbered = keys[:, None] * MOST_LEGS + np.arange(self._legs(float(stays.max())))
        ends = np.cumsum(self._walking.exponential(numbered, self._dwell_mean_ms, DWELL), axis=1)
        ends[:, -1] = np.inf
        begins = np.concatenate([np.zeros((len(keys), 1)), ends[:, :-1]], axis=1)
        begins, ends = np.maximum(begins, first), np.minimum(ends, last)
        walked = np.nonzero(begins < ends)
        opened_ms, chance = (entered_ms - self._opened_ms)[walked[0]], self._walking.uniform(numbered[walked], WHERE)
        zones = np.searchsorted(self._attractions, chance * self._attractions[-1], side="right")
        np.add.at(self._changes, (zones, _minute_after(opened_ms + begins[walked])), by)
        np.add.at(self._changes, (zones, _minute_after(opened_ms + ends[walked])), -by)


def _minute_after(times_ms: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first minute that is counted at or after each of these times."""
    minutes: NDArray[np.int64] = np.ceil(times_ms / MINUTE_MS).astype(np.int64)
    return minutes


# substreams of `venue.walking`, by leg
DWELL, WHERE = 0, 1

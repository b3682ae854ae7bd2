"""Counts of the negotiations requested: by the parties' economies and sectors, and those that wait."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nsmallest

import msgspec

from fairfacts.clock import MINUTE_MS, minute_of
from fairfacts.series import HourCounts


class Asked(msgspec.Struct):
    """What an economy's visitors have asked for."""

    at_hand: int = 0
    """In the hour at hand."""
    by_hour: HourCounts = msgspec.field(default_factory=dict)
    """Before it, by hour of the day at the fair, 0 to 23."""
    of_economy: dict[str, int] = msgspec.field(default_factory=dict)
    """By the exhibitor's economy."""


class Queues(msgspec.Struct):
    """How many wait now. Nobody is absent, so that the state stays small."""

    at: dict[int, int] = msgspec.field(default_factory=dict)
    """By the exhibitor at whose desk they do."""
    since: dict[int, int] = msgspec.field(default_factory=dict)
    """By the minute of their request."""

    def enter(self, exhibitor: int, at_ms: int) -> None:
        """Count a request in that was made at a moment."""
        at, since, minute = self.at, self.since, at_ms // MINUTE_MS
        at[exhibitor] = at.get(exhibitor, 0) + 1
        since[minute] = since.get(minute, 0) + 1

    def leave(self, exhibitor: int, requested_ms: int) -> None:
        """Count a request out that was made at a moment."""
        if left := self.at.pop(exhibitor, 1) - 1:
            self.at[exhibitor] = left
        minute = requested_ms // MINUTE_MS
        if left := self.since.pop(minute, 1) - 1:
            self.since[minute] = left

    def longer_than(self, minutes: int, at_ms: int) -> int:
        """Return how many have waited for longer than so many minutes at a moment."""
        first = minute_of(at_ms) - minutes
        return sum(count for since, count in self.since.items() if since < first)

    def longest_s(self, at_ms: int) -> int:
        """Return the wait so far, in s, of the one that waits longest."""
        first = min(self.since, default=None)
        return 0 if first is None else max(at_ms - first * MINUTE_MS, 0) // 1000


def most_frequent_pairs(by_economy: Mapping[str, Asked], most: int | None) -> dict[str, dict[str, int]]:
    """Return the counts of requests by the requester's economy and the exhibitor's, the most frequent pairs first.

    Args:
        by_economy: what each economy's visitors asked for.
        most: how many pairs; None for all of them.
    """
    pairs = [
        (-count, requester, exhibitor)
        for requester, asked in by_economy.items()
        for exhibitor, count in asked.of_economy.items()
    ]
    shown: dict[str, dict[str, int]] = {}
    for count, requester, exhibitor in sorted(pairs) if most is None else nsmallest(most, pairs):
        shown.setdefault(requester, {})[exhibitor] = -count
    return shown


def by_exhibitor_sector(by_sectors: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return the counts of requests by the exhibitor's sector, from those by both parties' sectors."""
    total: dict[str, int] = {}
    for counts in by_sectors.values():
        for sector, count in counts.items():
            total[sector] = total.get(sector, 0) + count
    return total

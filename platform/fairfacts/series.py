"""Shapes that measures are kept in: counts by hour, and a histogram from which quantiles are read."""

from __future__ import annotations

import msgspec

HourCounts = dict[int, int]
"""Counts by hour since the epoch; hours in which nothing happened are absent."""


class Hourly(msgspec.Struct):
    """How often something happened, by hour since the epoch; for what happens hundreds of thousands of times.

    Of the hour at hand that is a plain number, which costs the fold the least. The fold closes the hour when it has
    passed, and when it stands still.
    """

    at_hand: int = 0
    closed: HourCounts = msgspec.field(default_factory=dict)

    def close(self, hour: int) -> None:
        """Put what happened in the hour at hand to what did before."""
        if self.at_hand:
            self.closed[hour] = self.closed.get(hour, 0) + self.at_hand
            self.at_hand = 0

    @property
    def count(self) -> int:
        """Return how often it happened."""
        return sum(self.closed.values())

    def plain(self) -> dict[str, int]:
        """Return the counts as `plain` does."""
        return plain(self.closed)


def plain(counts: dict[int, int]) -> dict[str, int]:
    """Return counts by number (hour, session) as a JSON object, so that a merge patch names only those that changed."""
    return {str(number): count for number, count in counts.items()}


AT_ONCE = -1
"""The class of lengths of 0."""


class Histogram(msgspec.Struct):
    """Counts lengths of time in classes of `width_ms`, in memory that does not grow with their number.

    What took no time at all has a class of its own: where most did not wait, the median is 0 and lies in no class.
    """

    width_ms: int
    total_ms: int = 0
    classes: dict[int, int] = msgspec.field(default_factory=dict)

    def add(self, length_ms: int) -> None:
        """Count one length."""
        self.total_ms += length_ms
        place, classes = length_ms // self.width_ms if length_ms else AT_ONCE, self.classes
        classes[place] = classes.get(place, 0) + 1

    @property
    def count(self) -> int:
        """Return how many were counted."""
        return sum(self.classes.values())

    def mean_s(self) -> float:
        """Return the exact mean in seconds; 0 when nothing was counted."""
        count = self.count
        return round(self.total_ms / count / 1000, 3) if count else 0.0

    def quantile_s(self, share: float) -> float:
        """Return the `share` quantile in seconds, interpolated in its class; 0 when nothing was counted."""
        rank, below = share * self.count, 0
        for place in sorted(self.classes):
            inside = self.classes[place]
            if below + inside >= rank:
                if place == AT_ONCE:
                    return 0.0
                return round((place + (rank - below) / inside) * self.width_ms / 1000, 1)
            below += inside
        return 0.0

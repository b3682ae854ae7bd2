"""What must hold at a gate on a day: no more checks than lanes, and first come, first served."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from itertools import accumulate, pairwise

from fairfacts.clock import MINUTE_MS


class Gate:
    """A day's visitors at a gate. An event gives a wait when it is over, so its laws are held at the close."""

    __slots__ = ("_began_ms", "_changes", "_ended_ms", "_opens_ms", "_waits_ms", "counted", "lanes")

    def __init__(self, lanes: int, opens_ms: int) -> None:
        self.counted: list[int] = []
        """The people in the queue as they were counted, minute by minute."""
        self.lanes, self._opens_ms = [(opens_ms, lanes)], opens_ms
        self._waits_ms: list[tuple[int, int]] = []
        """When each visitor came, and was called to a lane or sent away."""
        self._began_ms: list[int] = []
        self._ended_ms: list[int] = []
        """Of all checks, in the order of their ends."""
        self._changes: dict[int, int] = defaultdict(int)
        """Changes of the queue's length, from one minute's count to the next."""

    def call(self, came_ms: int, called_ms: int) -> None:
        """A visitor who came at a moment is called to a lane, or sent away, at another."""
        self._waits_ms.append((came_ms, called_ms))
        # the first counts at or after these moments
        first, last = -((self._opens_ms - came_ms) // MINUTE_MS), -((self._opens_ms - called_ms) // MINUTE_MS)
        self._changes[max(first, 0)] += 1
        self._changes[max(last, 0)] -= 1

    def check(self, began_ms: int, ended_ms: int) -> None:
        """A visitor was in a lane from one moment to another."""
        self._began_ms.append(began_ms)
        self._ended_ms.append(ended_ms)

    def keeps_lanes(self) -> bool:
        """Return whether each check began when one of the open lanes was free."""
        return all(
            begun - bisect_right(self._ended_ms, began_ms) <= most_at(self.lanes, began_ms)
            for begun, began_ms in enumerate(sorted(self._began_ms), start=1)
        )

    def keeps_turn(self) -> bool:
        """Return whether nobody was called before somebody who came earlier."""
        return all(one_ms <= next_ms for (_, one_ms), (_, next_ms) in pairwise(sorted(self._waits_ms)))

    def waiting(self) -> list[int]:
        """Return how many waited at each count that there was."""
        return [*accumulate(self._changes.get(count, 0) for count in range(len(self.counted)))]


def most_at(changes: list[tuple[int, int]], moment_ms: int) -> int:
    """Return the largest value in force at a moment; of changes within one millisecond, each value counts."""
    latest_ms, latest = changes[-1]
    if latest_ms < moment_ms:  # nearly always
        return latest
    before = [value for at_ms, value in changes if at_ms < moment_ms][-1:]
    return max([*before, *(value for at_ms, value in changes if at_ms == moment_ms)], default=changes[0][1])

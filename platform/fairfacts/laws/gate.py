"""What must hold at a gate on a day: no more checks than lanes, and first come, first served."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate, pairwise

from fairfacts.clock import MINUTE_MS


class Gate:
    """A day's visitors at a gate. An event gives a wait when it is over, so its laws are held at the close."""

    __slots__ = ("_began_ms", "_ended_ms", "_joined_ms", "_opens_ms", "_waits_ms", "counted", "lanes")

    def __init__(self, lanes: int, opens_ms: int) -> None:
        self.counted: list[int] = []
        """The people in the queue as they were counted, minute by minute."""
        self.lanes, self._opens_ms = [(opens_ms, lanes)], opens_ms
        self._waits_ms: list[tuple[int, int]] = []
        """When each visitor came, and was called to a lane, sent away or went to another gate."""
        self._joined_ms: dict[int, list[int]] = {}
        """When those joined the queue who came to another gate at a moment, and moved here."""
        self._began_ms: list[int] = []
        self._ended_ms: list[int] = []
        """Of all checks, in the order of their ends."""

    def call(self, came_ms: int, called_ms: int) -> None:
        """A visitor who came at a moment is called to a lane, sent away, or goes to another gate, at another."""
        self._waits_ms.append((came_ms, called_ms))

    def join(self, came_ms: int, joined_ms: int) -> None:
        """A visitor who came to another gate at a moment joins the queue at another."""
        self._joined_ms.setdefault(came_ms, []).append(joined_ms)

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
        return all(one_ms <= next_ms for (_, one_ms), (_, next_ms) in pairwise(sorted(self._queued())))

    def keeps_moved(self) -> bool:
        """Return whether those who moved here, and no others, were called or sent away here afterwards."""
        came, joined = Counter(came_ms for came_ms, _ in self._waits_ms), self._joined_ms
        return all(len(moments_ms) <= came[came_ms] for came_ms, moments_ms in joined.items()) and all(
            joined_ms <= called_ms for joined_ms, called_ms in self._queued()
        )

    def waiting(self) -> list[int]:
        """Return how many waited at each count that there was."""
        changes: dict[int, int] = defaultdict(int)
        for joined_ms, called_ms in self._queued():
            changes[self._count_at(joined_ms)] += 1
            changes[self._count_at(called_ms)] -= 1
        return [*accumulate(changes.get(count, 0) for count in range(len(self.counted)))]

    def _count_at(self, moment_ms: int) -> int:
        """Return which count is the first at or after a moment."""
        return max(-((self._opens_ms - moment_ms) // MINUTE_MS), 0)

    def _queued(self) -> Iterator[tuple[int, int]]:
        """Yield when each visitor joined this queue, and was called, sent away or moved on.

        Of those who came at the same moment, the latest called are those who came to another gate.
        """
        joined = {came_ms: sorted(moments_ms) for came_ms, moments_ms in self._joined_ms.items()}
        if not joined:  # nearly always
            yield from self._waits_ms
            return
        for came_ms, called_ms in sorted(self._waits_ms, reverse=True):
            moments_ms = joined.get(came_ms)
            yield (moments_ms.pop() if moments_ms else came_ms), called_ms


def most_at(changes: list[tuple[int, int]], moment_ms: int) -> int:
    """Return the largest value in force at a moment; of changes within one millisecond, each value counts."""
    latest_ms, latest = changes[-1]
    if latest_ms < moment_ms:  # nearly always
        return latest
    before = [value for at_ms, value in changes if at_ms < moment_ms][-1:]
    return max([*before, *(value for at_ms, value in changes if at_ms == moment_ms)], default=changes[0][1])

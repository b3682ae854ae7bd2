"""Those who come, stay and go, and Little's law of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from fairfacts.clock import HOUR_MS


class Flow:
    """Those who come, stay for a while, and go: Little's law of them, exact in whole milliseconds.

    Over any time T the number present, integrated, is the sum of all stays so far: L = lambda W with L = integral / T,
    lambda = came / T, W = stays / came (Little 1961; as an identity Stidham 1974). The integral follows the number as
    it changes, and the stays are those that the events state: the two sides are independent.
    """

    __slots__ = ("came", "integral_ms", "present", "since_ms", "stayed_ms")

    def __init__(self) -> None:
        self.came = self.present = self.since_ms = self.integral_ms = self.stayed_ms = 0

    def enter(self, at_ms: int) -> None:
        """Somebody comes."""
        self.integral_ms += self.present * (at_ms - self.since_ms)
        self.since_ms = at_ms
        self.present += 1
        self.came += 1

    def leave(self, at_ms: int, stayed_ms: int) -> None:
        """Somebody goes; the event states the stay."""
        self.integral_ms += self.present * (at_ms - self.since_ms)
        self.since_ms = at_ms
        self.present -= 1
        self.stayed_ms += stayed_ms

    def little(self, now_ms: int, since_ms: Iterable[int]) -> Little:
        """Return the account at a moment, when those present came at these moments."""
        staying = [now_ms - came_ms for came_ms in since_ms]
        return Little(
            came=self.came,
            present=self.present,
            counted=len(staying),
            integral_ms=self.integral_ms + self.present * (now_ms - self.since_ms),
            stays_ms=self.stayed_ms + sum(staying),
            over_ms=now_ms,
        )


class Little(msgspec.Struct, frozen=True):
    """The two sides of Little's law for one flow."""

    came: int
    present: int
    """Those present, by comings and goings."""
    counted: int
    """Those who have come and not gone, one by one."""
    integral_ms: int
    """Of the number present over time."""
    stays_ms: int
    """All stays together; those of the present count up to now."""
    over_ms: int

    def is_conserved(self) -> bool:
        """Whether whoever came has gone or is present."""
        return self.present == self.counted

    def holds(self) -> bool:
        """Whether the identity holds to the millisecond, and L = lambda W to 1e-9."""
        if self.integral_ms != self.stays_ms or not (self.came and self.over_ms):
            return self.integral_ms == self.stays_ms
        mean_number = self.integral_ms / self.over_ms
        by_law = (self.came / self.over_ms) * (self.stays_ms / self.came)
        return abs(mean_number - by_law) <= 1e-9 * mean_number

    def plain(self) -> dict[str, Any]:
        """Return L, lambda and W as plain data."""
        hours = self.over_ms / HOUR_MS
        return {
            "came": self.came,
            "present": self.present,
            "mean_number": round(self.integral_ms / self.over_ms, 6) if self.over_ms else 0.0,
            "came_per_h": round(self.came / hours, 6) if hours else 0.0,
            "mean_stay_s": round(self.stays_ms / self.came / 1000, 6) if self.came else 0.0,
            "holds": self.holds() and self.is_conserved(),
        }

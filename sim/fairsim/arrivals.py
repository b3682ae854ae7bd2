"""Arrivals whose rate changes with the local hour: a Poisson process of each entity, drawn for a whole day at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairfacts.errors import ScenarioError
from fairsim.draws import Floats, Keys, Stream, packed

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000
QUARTERS = 96
"""Local hours are shifted by whole quarters of an hour: every time zone is."""
MOST_A_DAY = 1024
"""Arrivals that one entity may have in a day; the numbers of a day's arrivals are keyed with it."""


def poisson(
    stream: Stream, entities: Keys, expected: Floats, before: Floats | None = None
) -> tuple[NDArray[np.int64], Keys, Floats]:
    """Return the arrivals of one day, or of the rest of it, for entities that expect so many each.

    The gaps of a unit-rate process, cut at the expected number, are the arrivals in operational time (inversion of the
    cumulative rate; Cinlar 1975). They are keyed by entity and count, so that a higher rate brings arrivals forward and
    adds some, and changes no other entity's.

    Args:
        before: how many were expected earlier in the day, where the rate has changed since: the arrivals that were
            due then are left out, and the others are those that are due next.

    Returns:
        for each arrival the index of its entity, its own key, and the share of the expectation that lies before it, in
        (0, 1); ordered by count and entity, not by time.

    Raises:
        ScenarioError: an entity has more arrivals than can be keyed.
    """
    passed = np.zeros(len(entities)) if before is None else before
    active, reached = np.flatnonzero(expected > 0), np.zeros(int(np.count_nonzero(expected > 0)))
    found: list[tuple[NDArray[np.int64], Keys, Floats]] = []
    for count in range(MOST_A_DAY):
        keys = entities[active] * MOST_A_DAY + count
        reached = reached + stream.exponential(keys, 1.0)
        inside = reached < passed[active] + expected[active]
        active, reached, keys = active[inside], reached[inside], keys[inside]
        if not len(active):
            break
        due = reached > passed[active]
        found.append((active[due], keys[due], ((reached - passed[active]) / expected[active])[due]))
    else:
        raise ScenarioError(
            f"something is to arrive or be done {expected.max():,.0f} times a day by one organisation; at most"
            f" {MOST_A_DAY} times can be played: lower the rate, or the size of delegations"
        )
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    of, numbered, shares = zip(*found, strict=True)
    return np.concatenate(of), np.concatenate(numbered), np.concatenate(shares)


class DayClock:
    """One Beijing day's course of a rate that follows the local hour: turns shares of the day into moments."""

    def __init__(self, hour_profile: Sequence[float], hours_ahead: Floats) -> None:
        """Lay the 24 weights of `hour_profile` over the Beijing day for zones that are so many hours ahead of it."""
        starts_h = np.arange(QUARTERS) / 4
        weights = np.asarray(hour_profile)[(np.floor(starts_h + hours_ahead[:, None]) % 24).astype(np.int64)]
        self._grid_ms = np.linspace(0, DAY_MS, QUARTERS + 1)
        self._before = np.concatenate([np.zeros((len(hours_ahead), 1)), np.cumsum(weights, axis=1)], axis=1)
        self._before /= self._before[:, -1:]

    def passed(self, since_midnight_ms: int) -> Floats:
        """Return the share of each zone's day that has passed by a moment."""
        shares: Floats = np.array([np.interp(since_midnight_ms, self._grid_ms, course) for course in self._before])
        return shares

    def moments_ms(self, zones: NDArray[np.int64], shares: Floats) -> NDArray[np.int64]:
        """Return the moments, in ms after Beijing midnight, by which these shares of the zones' days have passed."""
        moments = np.empty(len(shares))
        for zone in np.unique(zones):
            there = zones == zone
            moments[there] = np.interp(shares[there], self._before[zone], self._grid_ms)
        return np.minimum(np.floor(moments), DAY_MS - 1).astype(np.int64)


def gaps_ms(moments_ms: NDArray[np.int64], since_ms: int) -> Sequence[int]:
    """Return the waits from one of the ordered moments to the next, the first from `since_ms`."""
    return packed(np.diff(moments_ms, prepend=since_ms))

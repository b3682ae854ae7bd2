"""Arrivals at a rate that changes with the local hour: one Poisson process for each entity, drawn a day at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import DAY_MS
from fairfacts.errors import ScenarioError
from fairsim.engine.draws import Floats, Keys, RandomStream, packed

QUARTERS = 96
"""Quarters of an hour in a day. Every time zone is a whole number of them away from any other."""
MOST_A_DAY = 1024
"""Maximum number of arrivals of one entity in a day. It bounds the keys of arrivals."""
MANY = 30.0
"""Mean of a count from which a normal number stands for Poisson's."""
NEVER = 1e-17
"""Chance of a count that no sum of chances can tell from none."""


def poisson(
    stream: RandomStream, entities: Keys, expected: Floats, before: Floats | None = None
) -> tuple[NDArray[np.int64], Keys, Floats]:
    """Return the arrivals of one day, or of the rest of it.

    A unit-rate process of each entity, cut at the expected number, gives the arrivals in operational time (inversion of
    the cumulative rate; Cinlar 1975). The gaps are keyed by entity and count. A higher rate therefore moves an entity's
    arrivals forward and adds some, and it changes no other entity's arrivals.

    Args:
        expected: number of arrivals that each entity expects.
        before: number that each entity expected earlier in the day, if the rate has changed since then. The arrivals of
            that time are left out; the process continues from there.

    Returns:
        for each arrival the index of its entity, its own key, and the share of the expectation that lies before it, in
        (0, 1). The order is by count and entity, not by time.

    Raises:
        ScenarioError: an entity has more than `MOST_A_DAY` arrivals.
    """
    passed = np.zeros(len(entities)) if before is None else before
    active, reached = np.flatnonzero(expected > 0), np.zeros(int(np.count_nonzero(expected > 0)))
    arrivals: list[tuple[NDArray[np.int64], Keys, Floats]] = []
    for count in range(MOST_A_DAY):
        keys = entities[active] * MOST_A_DAY + count
        reached = reached + stream.exponential(keys, 1.0)
        inside = reached < passed[active] + expected[active]
        active, reached, keys = active[inside], reached[inside], keys[inside]
        if not len(active):
            break
        due = reached > passed[active]
        arrivals.append((active[due], keys[due], ((reached - passed[active]) / expected[active])[due]))
    else:
        raise ScenarioError(
            f"one organisation would act {(passed + expected).max():,.0f} times in a day (visits, publications or"
            f" registrations); the model plays at most {MOST_A_DAY}: lower the rate or the size of delegations"
        )
    if not arrivals:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    of, numbered, shares = zip(*arrivals, strict=True)
    return np.concatenate(of), np.concatenate(numbered), np.concatenate(shares)


def count_of(mean: float, normal: float) -> int:
    """Return a Poisson count of a mean, by a standard normal number. Of one number, a higher mean gives no fewer.

    Small means are inverted: the lowest count whose cumulative chance reaches that of the number. From `MANY` on a
    normal number with the skewness of Poisson's distribution stands for it (Cornish and Fisher 1938). It is one off at
    most within five standard deviations.
    """
    if mean >= MANY:
        return max(round(mean + math.sqrt(mean) * normal + (normal * normal - 1) / 6), 0)
    reached = math.erfc(-normal / math.sqrt(2)) / 2
    count, chance = 0, math.exp(-mean)
    cumulated = chance
    while cumulated < reached and (chance > NEVER or count < mean):
        count += 1
        chance *= mean / count
        cumulated += chance
    return count


def weight_of(profile: Sequence[float], day: int, days: int) -> float:
    """Return the weight of a day against the mean of all days; days beyond the profile weigh as its last."""
    weights = [profile[min(place, len(profile) - 1)] for place in range(days)]
    return weights[day] * days / sum(weights) if any(weights) else 0.0


class DayClock:
    """The course of a rate through one day of the fair in each time zone; it follows the local hour."""

    def __init__(self, hour_profile: Sequence[float], hours_ahead: Floats) -> None:
        """Lay the 24 weights of `hour_profile` over the day of the fair, for zones `hours_ahead` of its own."""
        starts_h = np.arange(QUARTERS) / 4
        weights = np.asarray(hour_profile)[(np.floor(starts_h + hours_ahead[:, None]) % 24).astype(np.int64)]
        self._grid_ms = np.linspace(0, DAY_MS, QUARTERS + 1)
        self._before = np.concatenate([np.zeros((len(hours_ahead), 1)), np.cumsum(weights, axis=1)], axis=1)
        self._before /= self._before[:, -1:]

    def passed(self, since_midnight_ms: int) -> Floats:
        """Return for each zone the share of its rate that lies before a time of day."""
        shares: Floats = np.array([np.interp(since_midnight_ms, self._grid_ms, course) for course in self._before])
        return shares

    def times_ms(self, zones: NDArray[np.int64], shares: Floats) -> NDArray[np.int64]:
        """Return the times, in ms after midnight at the fair, before which these shares of the zones' rates lie."""
        times = np.empty(len(shares))
        for zone in np.unique(zones):
            there = zones == zone
            times[there] = np.interp(shares[there], self._before[zone], self._grid_ms)
        return np.minimum(np.floor(times), DAY_MS - 1).astype(np.int64)


def gaps_ms(times_ms: NDArray[np.int64], since_ms: int) -> Sequence[int]:
    """Return the waiting times between ordered times, the first one counted from `since_ms`."""
    return packed(np.diff(times_ms, prepend=since_ms))

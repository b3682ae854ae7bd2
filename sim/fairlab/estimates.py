"""Estimates: what replications say of a number, with the intervals in which it lies and in which a next one will."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

CONFIDENCE = 0.95


class Estimate(msgspec.Struct, frozen=True):
    """A measure over independent replications (Student's intervals at 95 %)."""

    replications: int
    mean: float
    sd: float
    """Standard deviation from replication to replication; 0 for a single one."""
    low: float
    high: float
    """Interval of the mean: infinite for a single replication that says nothing of its spread."""
    next_low: float
    next_high: float
    """Prediction interval: of one further replication."""

    @property
    def half_width(self) -> float:
        """Half the width of the mean's interval."""
        return self.high - self.mean


def estimate(values: Sequence[float]) -> Estimate:
    """Return what values of independent replications say, one at least."""
    count = len(values)
    mean = math.fsum(values) / count
    if count == 1:
        return Estimate(1, mean, 0.0, -math.inf, math.inf, -math.inf, math.inf)
    sd = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1))
    reach = student(count - 1) * sd
    half, ahead = reach / math.sqrt(count), reach * math.sqrt(1 + 1 / count)
    return Estimate(count, mean, sd, mean - half, mean + half, mean - ahead, mean + ahead)


def student(freedom: int) -> float:
    """Return the two-sided 95 % quantile of Student's distribution."""
    from scipy.special import stdtrit  # on its own: all of scipy.stats takes a second to import

    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))

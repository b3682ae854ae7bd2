"""Estimates from replications: the mean, its confidence interval, and a prediction interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import msgspec

from fairfacts.evidence.chance import TAIL
from fairfacts.measures import measure_at


class Estimate(msgspec.Struct, frozen=True):
    """A measure over independent replications, with Student's intervals at 95 %."""

    replications: int
    mean: float
    sd: float
    """Standard deviation between replications; 0 for a single one."""
    low: float
    high: float
    """Confidence interval of the mean; infinite for a single replication."""
    next_low: float
    next_high: float
    """Prediction interval of one further replication."""
    median: float | None = None
    """None in a file of an earlier release."""
    is_lopsided: bool = False
    """Whether the median is the least or the largest value, though not all are alike, as where a measure is 0 in most
    fairs. Student's interval then holds the true mean less often than 95 times in 100."""

    @property
    def half_width(self) -> float:
        """Half the width of the mean's interval."""
        return self.high - self.mean


def estimate(values: Sequence[float]) -> Estimate:
    """Return the estimate from the values of one or more independent replications."""
    count = len(values)
    mean = math.fsum(values) / count
    if count == 1:
        return Estimate(1, mean, 0.0, -math.inf, math.inf, -math.inf, math.inf, mean)
    middle, least, largest = median(values), min(values), max(values)
    is_lopsided = least < largest and middle in (least, largest)
    known = _of_spread(count, mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1)))
    return msgspec.structs.replace(known, median=float(middle), is_lopsided=is_lopsided)


def widened(estimated: Estimate, least_sd: float) -> Estimate:
    """Return an estimate that allows for the measure's least variation: replications may be alike by chance.

    The least variation counts as much as one replication, and not at all if the replications vary more.
    """
    count = estimated.replications
    if count == 1 or estimated.sd >= least_sd:
        return estimated
    return _of_spread(count, estimated.mean, math.sqrt(((count - 1) * estimated.sd**2 + least_sd**2) / count))


def least_sd(path: str, mean: float) -> float:
    """Return the least standard deviation of a measure with this mean: for a count, that of pure chance; else 0."""
    return math.sqrt(max(abs(mean), 1.0)) if measure_at(path).format == "count" else 0.0


def _of_spread(count: int, mean: float, sd: float) -> Estimate:
    reach = student(count - 1) * sd
    half, ahead = reach / math.sqrt(count), reach * math.sqrt(1 + 1 / count)
    return Estimate(count, mean, sd, mean - half, mean + half, mean - ahead, mean + ahead)


def further(values: Sequence[float]) -> tuple[float, float]:
    """Return where one further value lies with 95 % probability, by two or more independent ones.

    It is Student's prediction interval. If all values are over 0, it is that of their logarithms, as measures differ by
    factors where parameters do. A measure that is never below 0 has no interval below 0.
    """
    if min(values) <= 0:
        estimated = estimate(values)
        return (estimated.next_low if min(values) < 0 else max(estimated.next_low, 0.0)), estimated.next_high
    estimated = estimate([math.log(value) for value in values])
    return math.exp(estimated.next_low), math.exp(estimated.next_high)


def student(freedom: int) -> float:
    """Return the two-sided 95 % quantile of Student's distribution."""
    from scipy.special import stdtrit  # this one function: importing all of scipy.stats takes a second

    return float(stdtrit(freedom, 1 - TAIL))

"""Verdicts: whether a figure and a measure agree, differ, or what was played leaves it open."""

from __future__ import annotations

import math
from typing import Literal

from fairfacts.evidence.chance import CONFIDENCE_Z
from fairfacts.evidence.figures import FIXED_UNITS, Operator

Verdict = Literal["given", "agrees", "differs", "open"]
Ends = tuple[float, float] | None
"""Where one more fair lies with 95 % probability; None of one run, or where nobody knows."""
MOST_FACTOR = 2.0
"""One run differs only where it is off by more than this factor, either way."""
MOST_DISPERSION = 25.0
"""The variance of a count from fair to fair, divided by its mean, is at most this. Over 12 fairs of the baseline at a
fiftieth of the size the largest was 22.6 (`negotiations.initiated_overseas`); shares varied by 9 % of their mean."""
MOST_DEVIATIONS = 6.0
"""One run differs only where it is off by more standard deviations than this. No distribution has more than one value
in 36 beyond them (Chebyshev's inequality)."""

STEADY_UNITS = frozenset(FIXED_UNITS) - {"economies", "sectors"}
"""Units of measures that do not shrink with the fair and do not depend on how few people come."""


def verdict_of(
    op: Operator, unit: str, value: float, ends: Ends, reported: float, rounding: float, *, sd: float | None
) -> Verdict:
    """Return the verdict on a value and the range of one more fair: one run has none, and too wide a range is open.

    `sd` is the standard deviation of the difference of two fairs, where the fair's `chance.csv` says it.
    """
    met = meets(op, value, value, reported, rounding)
    if ends is None:
        if met:
            return "agrees"
        return "differs" if _is_beyond_chance(unit, value, reported, rounding, sd) else "open"
    if not meets(op, *ends, reported, rounding):
        return "differs"
    is_wide = _is_wide(op, unit, *ends, reported, rounding)
    return "open" if is_wide or (op in ("<", ">") and not met) else "agrees"


def _is_wide(op: str, unit: str, low: float, high: float, reported: float, rounding: float) -> bool:
    """Return whether a range is so wide that it holds numbers off by `MOST_FACTOR`; for a bound, one side counts.

    No measure is below 0. Unless it is a share, a figure counts as 0.5 at least, so that a range near 0 can agree with
    a figure of 0.
    """
    upper = reported + rounding if unit == "share" else max(reported + rounding, 0.5)
    below, above = (reported - rounding) / MOST_FACTOR, upper * MOST_FACTOR
    return (op != "<" and max(low, 0.0) < below) or (op != ">" and high > above)


def meets(op: str, low: float, high: float, reported: float, rounding: float) -> bool:
    """Return whether anything from low to high is what was reported; a bound has one side."""
    if op == ">":
        return high > reported
    if op == "<":
        return low < reported
    slack = 1e-9 * max(1.0, abs(reported))  # what a decimal fraction loses in binary
    return low <= reported + rounding + slack and high >= reported - rounding - slack


def _is_beyond_chance(unit: str, value: float, reported: float, rounding: float, sd: float | None) -> bool:
    """Return whether one run is so far from a figure that chance cannot explain it, at the scale of the run.

    If `sd` is known, the run must be off by more than `MOST_DEVIATIONS` of it. Else it must be off by more than
    `MOST_FACTOR`. A count must then be off by more than `MOST_DEVIATIONS` as well, since small counts vary much;
    `STEADY_UNITS` do not.
    """
    low, high = sorted((abs(value), abs(reported)))
    apart = abs(value - reported) - rounding
    if sd is not None:
        return apart > MOST_DEVIATIONS * sd
    if high <= MOST_FACTOR * low or apart <= 0:
        return False
    return unit in STEADY_UNITS or apart > MOST_DEVIATIONS * (MOST_DISPERSION * high) ** 0.5


def z_of(op: Operator, value: float, ends: Ends, reported: float, rounding: float) -> float | None:
    """Return how far the value is off the reported range, in 1/1.96 of the distance to that end; None if unknown."""
    if ends is None:
        return None
    if meets(op, value, value, reported, rounding):
        return 0.0
    beyond = abs(value - reported) - (rounding if op in ("=", "~") else 0.0)
    reach = ends[1] - value if value < reported else value - ends[0]
    return round(math.copysign(beyond * CONFIDENCE_Z / reach, value - reported), 2) if reach else None

"""Holds forecasts against fairs whose end is known: each member is the run once, and the other members forecast it.

Beside it stands the forecast that knows nothing of members (`fairfacts.evidence.forecast`), of the same fairs.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist

import numpy as np
from rich.console import Console
from rich.table import Table

from fairfacts.clock import HOUR_MS
from fairfacts.evidence.forecast import LEAST_COUNT, of_profile
from fairfacts.evidence.profiles import load_profiles
from fairlab.foresight import MEASURES, Courses, foreseen, play_members
from fairlab.identifiability import Floats
from fairlab.members import Members
from fairlab.workers import workers
from fairsim.inputs.scenario import load_scenario

HOURS = (20, 36, 60, 84, 108, 132)
"""Since the epoch: the summit of the first evening, and each noon after."""
LEVELS = (0.8, 0.95)

Forecaster = Callable[[int, int, float], Floats]
"""Which fair, in which hour, at which level: median and bounds of every headline."""


def main() -> None:
    """Play the members once, and print how often the intervals hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.foresight", description=__doc__)
    parser.add_argument("members", type=Path, help="what fair calibrate --as-of -o wrote")
    parser.add_argument("--workers", type=int, help="runs at the same time (one for each core)")
    options = parser.parse_args()
    members = Members.load(options.members)
    with workers(options.workers) as (executor, at_once):
        moments_ms = [hour * HOUR_MS for hour in HOURS]
        courses = play_members(members, moments_ms, executor, at_once, scale=members.scale)
    fair = load_scenario(members.scenario).fair.key
    table = Table("hour", "forecast", "in 80 %", "in 95 %", "half-width of 80 %", box=None)
    for hour in HOURS:
        for name, forecaster in {"members": by_others(courses), "profile": by_profile(courses, fair)}.items():
            held, width = kept(courses, forecaster, hour)
            table.add_row(f"{hour}", name, *(f"{share:.1%}" for share in held), f"{width:.0%}")
    console = Console(width=100)
    console.print(table)
    console.print(f"{len(courses.end)} fairs, {len(MEASURES)} headlines, scale {courses.scale:g}")


def by_others(courses: Courses) -> Forecaster:
    """Return what forecasts a member by the others."""

    def forecast(which: int, hour: int, level: float) -> Floats:
        now, others = courses.at[hour * HOUR_MS], np.arange(len(courses.end)) != which
        return foreseen(now[which], now[others], courses.end[others], level)

    return forecast


def by_profile(courses: Courses, fair: str) -> Forecaster:
    """Return what forecasts a member by the profile of its fair."""
    profiles = load_profiles(fair)

    def forecast(which: int, hour: int, level: float) -> Floats:
        z = NormalDist().inv_cdf((1 + level) / 2)
        bounds = []
        for measure, now in zip(MEASURES, courses.at[hour * HOUR_MS][which].tolist(), strict=True):
            median, sd = of_profile(profiles[measure], now, hour, courses.scale)
            bounds.append([max(now, median * math.exp(side * z * sd)) for side in (0, -1, 1)])
        return np.array(bounds).T

    return forecast


def kept(courses: Courses, forecaster: Forecaster, hour: int) -> tuple[list[float], float]:
    """Return how many intervals of each level hold the end, and half the median width of the first, in logarithms."""
    found = {
        level: np.stack([np.round(forecaster(which, hour, level)) for which in range(len(courses.end))])
        for level in LEVELS
    }
    held = [float(((of[:, 1] <= courses.end) & (courses.end <= of[:, 2])).mean()) for of in found.values()]
    low, high = (np.maximum(found[LEVELS[0]][:, place], LEAST_COUNT) for place in (1, 2))
    return held, float(np.median(np.log(high / low))) / 2


if __name__ == "__main__":
    main()

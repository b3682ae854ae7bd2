"""The usual gauges of a fair by the half hour: `python -m fairlab.usual` writes `usual.csv`.

`fairfacts.evidence.usual` reads it. The means come from the reference alone. How far people inside may depart from them
within an hour is also taken from the forecast's other fairs (`fairlab.profile`).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from rich.progress import track

from fairfacts.clock import DAY_MS
from fairfacts.evidence.usual import HALF_HOUR_MS, USUAL, Gauges
from fairfacts.measures import State
from fairlab.profile import FIRST_SEED, FORECAST_LEVEL, FORECAST_Z, PROFILE_HOURS, REFERENCE, VARIANT_SCALE, VARIANTS
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

REPLICATIONS = 8
SCALE = 0.05
SEED = FIRST_SEED + 1_000
PER_DAY = DAY_MS // HALF_HOUR_MS
AHEAD = 2
"""Half hours in an hour."""
LEAST_INSIDE = 20
"""Fewer people inside say too little to learn from."""

Task = tuple[str, tuple[str, ...], int, float]


class Course(NamedTuple):
    """The gauges of one fair at each half hour."""

    inside: list[int]
    in_sessions: list[int]
    waiting_over_30min: list[int]


def course(task: Task) -> Course:
    """Play a fair and return its gauges, from the epoch on."""
    scenario, changes, seed, scale = task
    state, noted = State(), Course([0], [0], [0])
    for _, events in play(load_scenario(scenario, changes=changes, scale=scale), seed, slice_ms=HALF_HOUR_MS):
        state.fold(events)
        snapshot = state.snapshot()
        noted.inside.append(snapshot["venue"]["inside"])
        noted.in_sessions.append(snapshot["venue"]["in_sessions"])
        noted.waiting_over_30min.append(snapshot["negotiations"]["waiting_over_30min"])
    last = PROFILE_HOURS * AHEAD + 1
    return Course(*(gauge[:last] for gauge in noted))


def usual(reference: Sequence[Course], variants: Sequence[Course]) -> list[Gauges]:
    """Return the means of the reference, and how far people inside depart from them within an hour."""
    means = [
        [fmean(each) / SCALE for each in zip(*(getattr(fair, name) for fair in reference), strict=True)]
        for name in Course._fields
    ]
    misses = [_misses(each, means[0]) for each in (*reference, *variants)]
    spreads = [_spread([miss for fair in misses for miss in fair[time]]) for time in range(PER_DAY)]
    return [
        Gauges(inside, in_sessions, waiting, spreads[place % PER_DAY])
        for place, (inside, in_sessions, waiting) in enumerate(zip(*means, strict=True))
    ]


def _misses(fair: Course, mean: Sequence[float]) -> list[list[float]]:
    """Return by time of day how far people inside were from what was to be expected an hour before, without chance."""
    misses: list[list[float]] = [[] for _ in range(PER_DAY)]
    for place in range(len(fair.inside) - AHEAD):
        now, later = fair.inside[place], fair.inside[place + AHEAD]
        if min(now, later, mean[place] * SCALE, mean[place + AHEAD] * SCALE) >= LEAST_INSIDE:
            miss = math.log(later / now) - math.log(mean[place + AHEAD] / mean[place])
            misses[place % PER_DAY].append(math.sqrt(max(0.0, miss**2 - 1 / now - 1 / later)))
    return misses


def _spread(misses: list[float]) -> float:
    """Return the standard deviation of the 80 % that miss least; 0 at a time when the halls are empty."""
    return sorted(misses)[int(FORECAST_LEVEL * len(misses))] / FORECAST_Z if misses else 0.0


def main() -> None:
    """Play all of it, on every core, and write the file of this checkout."""
    tasks: list[Task] = [(REFERENCE, (), SEED + number, SCALE) for number in range(REPLICATIONS)]
    tasks += [(name, changes, SEED + REPLICATIONS, VARIANT_SCALE * size) for name, changes, size in VARIANTS]
    with ProcessPoolExecutor() as pool:
        courses = list(track(pool.map(course, tasks), "fairs", len(tasks)))
    gauges = usual(courses[:REPLICATIONS], courses[REPLICATIONS:])
    folder = Path(__file__).resolve().parents[2] / "seeds" / REFERENCE
    with (folder / USUAL).open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("half_hour", *Gauges._fields))
        for place, each in enumerate(gauges):
            rows.writerow((place, *map(round, each[:-1]), f"{each.spread:.3f}"))


if __name__ == "__main__":
    main()

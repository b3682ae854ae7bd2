"""The profile of a fair: which share of each headline's final total has come by each hour, and how sure that is.

`python -m fairlab.profile` plays the fairs that the forecast (`fairfacts.evidence.forecast`) learns from, and writes
`profile.csv` and `headlines.csv` of the fair. Its seeds are its own: no run that is forecast has them by chance.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate
from pathlib import Path
from statistics import NormalDist, fmean
from typing import NamedTuple

from rich.progress import track

from fairfacts.clock import HOUR_MS
from fairfacts.evidence.forecast import LEAST_COUNT, SIZELESS
from fairfacts.evidence.profiles import HEADLINES
from fairfacts.measures import State, value_at
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

REFERENCE = "ciftis2020"
PROFILE_HOURS = 144
"""A profile lasts six days."""
FIRST_SEED = 9_000_001
REPLICATIONS = 12
"""Replications of the reference at each scale: they show what chance alone does to a profile."""
SCALES = (0.02, 0.08)
"""Two sizes tell chance that shrinks as a fair grows from chance that does not."""
VARIANT_SCALE = 0.03
VARIANTS: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("ciftis2020-as-planned", (), 1.0),
    ("overseas-40", (), 1.0),
    ("overseas-40-night", (), 1.0),
    ("matchmaking", (), 1.0),
    ("tenfold", (), 0.1),
    ("opening-night", (), 1.0),
    ("entry-cap", (), 1.0),
    ("borders-open", (), 1.0),
    (REFERENCE, ("visits.day_profile=0.6 1.3 1.2 1.1 1 0.8", "organisations.registrations_per_day=350"), 1.0),
    (REFERENCE, ("visits.day_profile=0.35 1 1.1 1.2 1.2 1.15", "agreements.drafting_mean_h=18"), 1.0),
)
"""Fairs that differ in more than chance: scenario, changes, and size against the reference's."""
FORECAST_LEVEL = 0.8
"""Forecasts are fitted so that this share of their intervals holds."""
FORECAST_Z = NormalDist().inv_cdf((1 + FORECAST_LEVEL) / 2)
SHARE_FLOOR = 0.02
"""Below this share of a total, what has come says too little to learn from."""

Task = tuple[str, tuple[str, ...], int, float]
"""Scenario, changes, seed and scale."""
Series = tuple[float, ...]
Course = Mapping[str, Series]
"""Each headline at the end of each hour, from hour 0 on."""


class Headline(NamedTuple):
    """What a profile says of one headline."""

    share: Series
    spread: Series
    dispersion: float
    total: float


def course(scenario: str, changes: tuple[str, ...], seed: int, scale: float, hours: int = PROFILE_HOURS) -> Course:
    """Play a fair and return its headlines by the hour, up to the last one of those of the profile."""
    state, values = State(), {measure: [0.0] * (hours + 1) for measure in HEADLINES}

    def note(hour: int) -> None:
        snapshot = state.snapshot()
        for measure, series in values.items():
            series[hour:] = [float(value_at(snapshot, measure))] * (hours + 1 - hour)

    slices = play(load_scenario(scenario, changes=changes, scale=scale), seed, slice_ms=HOUR_MS)
    for now_ms, events in slices:
        if now_ms == HOUR_MS:  # what is there at the very beginning, such as the register
            state.fold(event for event in events if event.at_ms == 0)
            note(0)
            events = [event for event in events if event.at_ms > 0]
        state.fold(events)
        note(min(now_ms // HOUR_MS, hours))
    return {measure: tuple(series) for measure, series in values.items()}


def profile(reference: Mapping[float, Sequence[Course]], variants: Sequence[Course]) -> dict[str, Headline]:
    """Return what the reference's courses, by scale, have in common, and how far chance and variants depart from it."""
    return {
        measure: _headline(
            {scale: [course[measure] for course in courses] for scale, courses in reference.items()},
            [course[measure] for course in variants],
            is_sized=measure not in SIZELESS,
        )
        for measure in HEADLINES
    }


def _headline(reference: Mapping[float, Sequence[Series]], variants: Sequence[Series], *, is_sized: bool) -> Headline:
    length = max(len(series) for courses in reference.values() for series in courses)
    reference = {scale: [series for series in courses if series[-1]] for scale, courses in reference.items()}
    variants = [series for series in variants if series[-1]]
    every = [series for courses in reference.values() for series in courses]
    if not every:  # nothing of it comes in such a fair
        return Headline((1.0,) * length, (0.0,) * length, 0.0, 0.0)
    hours = range(len(every[0]))
    share = tuple(fmean(series[hour] / series[-1] for series in every) for hour in hours)
    middle = [hour for hour in hours if SHARE_FLOOR < share[hour] < 1 - SHARE_FLOOR]
    dispersion, lasting = _chance(list(reference.values()), share, middle)
    spread = [_beyond([*every, *variants], hour, share[hour], dispersion, lasting) for hour in hours]
    first = next(hour for hour in hours if share[hour] > SHARE_FLOOR)  # before it nothing is known that is better
    spread[:first] = [spread[first]] * first
    spread = list(accumulate(reversed(spread), max))[::-1]  # less is known before than after, however few the fairs
    totals = [series[-1] / (scale if is_sized else 1) for scale, courses in reference.items() for series in courses]
    return Headline(share, tuple(spread), dispersion, fmean(totals))


def _beyond(fairs: Sequence[Series], hour: int, share: float, dispersion: float, lasting: float) -> float:
    """Return the standard deviation by which fairs miss their share, without the chance that shrinks as counts grow.

    It is taken from the 80 % that miss least: an interval should hold those, and need not hold the oddest.
    """
    rest = 1 - share
    excess = sorted(
        max(0.0, _miss(series, hour, share) ** 2 - dispersion * rest / max(series[hour], LEAST_COUNT))
        for series in fairs
    )
    return max(math.sqrt(lasting * rest), math.sqrt(excess[int(FORECAST_LEVEL * len(excess))]) / FORECAST_Z)


def _chance(scales: Sequence[Sequence[Series]], share: Series, hours: Sequence[int]) -> tuple[float, float]:
    """Return the chance that shrinks as counts grow (1 for Poisson), and the chance that does not.

    Over courses of one kind, the mean of miss^2 count / (1 - share) is the first plus the second times the count.
    """
    points = []
    for courses in scales:
        cells = [
            (series[hour], _miss(series, hour, share[hour]), 1 - share[hour]) for series in courses for hour in hours
        ]
        if not cells:  # all of it comes within an hour, or none at this scale: chance is taken for Poisson's
            return 1.0, 0.0
        points.append(
            (fmean(count for count, _, _ in cells), fmean(miss**2 * count / rest for count, miss, rest in cells))
        )
    (few, y_few), (many, y_many) = points
    lasting = max(0.0, (y_many - y_few) / (many - few)) if many > few else 0.0
    return max(0.0, y_few - lasting * few), lasting


def _miss(series: Series, hour: int, share: float) -> float:
    """Return the difference of two logarithms: of the total, and of what had come by an hour divided by its share."""
    return math.log(max(series[-1] * share, LEAST_COUNT) / max(series[hour], LEAST_COUNT))


def write(headlines: Mapping[str, Headline], folder: Path) -> None:
    """Write both files."""
    with (folder / "headlines.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("measure", "total", "dispersion"))
        rows.writerows((name, f"{each.total:.0f}", f"{each.dispersion:.3f}") for name, each in headlines.items())
    with (folder / "profile.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("measure", "hour", "share", "spread"))
        for name, each in headlines.items():
            pairs = zip(each.share, each.spread, strict=True)
            rows.writerows((name, hour, f"{share:.5f}", f"{spread:.4f}") for hour, (share, spread) in enumerate(pairs))


def main() -> None:
    """Play all of it, on every core, and write the files of this checkout."""
    tasks: list[Task] = [
        (REFERENCE, (), FIRST_SEED + number, scale) for scale in SCALES for number in range(REPLICATIONS)
    ]
    for place, (scenario, changes, size) in enumerate(2 * VARIANTS):
        tasks.append((scenario, changes, FIRST_SEED + REPLICATIONS + place, VARIANT_SCALE * size))
    with ProcessPoolExecutor() as pool:
        courses = list(track(pool.map(_course, tasks), "fairs", len(tasks)))
    few, many, variants = courses[:REPLICATIONS], courses[REPLICATIONS : 2 * REPLICATIONS], courses[2 * REPLICATIONS :]
    headlines = profile(dict(zip(SCALES, (few, many), strict=True)), variants)
    write(headlines, Path(__file__).resolve().parents[2] / "seeds" / REFERENCE)


def _course(task: Task) -> Course:
    return course(*task)


if __name__ == "__main__":
    main()

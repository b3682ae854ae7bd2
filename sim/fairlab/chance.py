"""What chance does to a fair: `python -m fairlab.chance` plays the reference and writes its `chance.csv`.

Even runs that share everything but their seeds differ. Some of this chance averages out as a fair grows, such as who
comes on a day. Some does not, such as the appeal of one summit. Replications at several scales tell the two apart: the
relative variance of a measure is lasting^2 + shrinking^2 / scale. It is fitted by maximum likelihood, as a sample
variance of normal values follows a gamma distribution. `fairfacts.evidence.chance` reads the file.

Few runs are easily alike by luck. So lasting chance is told only where the likelihood ratio demands it; else all of it
shrinks. A measure of which this law does not hold has no row: the economies of small fairs differ, and no larger fair
lacks one. Nor has a mean, a quantile or a share that too many runs have nothing to take of.

Every measure that is one number is taken at the end, and those that figures speak of at the figures' moments as well.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import fmean, variance

from rich.progress import track

from fairfacts.clock import any_moment
from fairfacts.evidence.chance import CHANCE, COLUMNS, Chance
from fairfacts.evidence.folder import known_fair
from fairlab.profile import FIRST_SEED, REFERENCE
from fairlab.replications import Play, numbers, replicate
from fairsim.inputs.scenario import load_scenario

SCALES: Mapping[float, int] = {0.02: 150, 0.08: 40, 0.4: 30}
"""How many replications at each scale: lasting chance shows in large fairs, shrinking chance in small ones. Of 150 a
standard deviation is known to 6 %, of 30 to 13 %."""
SEED = FIRST_SEED + 2_000
RATIOS = (0.0, *(10 ** (power / 8) for power in range(-32, 49)))
"""The ratios of lasting^2 to shrinking^2 that are tried."""
DEMANDED = 3.84
"""So much worse a fit without lasting chance must be, in twice the logarithm of the likelihood: 95 % of chi-squared."""
MISSED, MISSED_BY = 13.8, 1.5
"""The law does not hold where it is so much worse than a variance of each scale's own (99.9 % of chi-squared, freedom
2), and misses a standard deviation by more than this factor. Values with heavy tails alone miss by less."""
LEAST = 10
"""Runs of each scale that must have something to take a measure of, if that many are played."""
GROWS = 0.5
"""A measure grows with the fair if its growth is at least this share of the fair's."""

Task = tuple[float, int]
"""Scale and seed."""
Key = tuple[str, str]
"""A measure, and the moment at which it is taken, as the figures write it; empty: the end."""


def measures(task: Task) -> dict[Key, float]:
    """Play the reference and return every measure that is one number at the end, and those of figures at moments.

    A mean, a quantile or a share of nothing is left out.
    """
    scale, seed = task
    scenario = load_scenario(REFERENCE, scale=scale)
    figures = {
        (figure.measure, figure.at): figure.value for figure in known_fair(REFERENCE).figures.values() if figure.measure
    }
    asked = [key for key, value in figures.items() if not isinstance(value, str)]
    moments = {at: any_moment(at, scenario.epoch, day_ends=True) for _, at in asked if at}
    played = replicate(Play(scenario, seed, moments_ms=tuple(sorted(set(moments.values()))), digest=False))
    keys = dict.fromkeys([*((path, "") for path in numbers(played.measures)), *asked])
    return {
        (path, at): float(played.value(path, moments.get(at)))
        for path, at in keys
        if not played.is_nothing(path, moments.get(at))
    }


def chance(values: Mapping[float, Sequence[float]]) -> Chance | None:
    """Return what chance does to a measure, from its values by scale.

    None if values are too few, one of the means is 0, or the law does not hold.
    """
    if any(len(some) < 2 or not fmean(some) for some in values.values()):
        return None
    variances = {scale: (variance(some) / fmean(some) ** 2, len(some) - 1) for scale, some in values.items()}
    small, large = min(values), max(values)
    grows = fmean(values[large]) / fmean(values[small]) > GROWS * large / small
    total = fmean(value / scale for scale, some in values.items() for value in some) if grows else 0.0
    if not any(observed for observed, _ in variances.values()):
        return Chance(total, 0.0, 0.0)
    if not all(observed for observed, _ in variances.values()):
        return None  # it varies at some sizes alone, as what has reached its ceiling in a large fair
    shrinking, ratio = _likeliest(variances)
    return (
        Chance(total, math.sqrt(shrinking * ratio), math.sqrt(shrinking))
        if _holds(variances, shrinking, ratio)
        else None
    )


def _likeliest(variances: Mapping[float, tuple[float, int]]) -> tuple[float, float]:
    """Return the most likely shrinking^2 and ratio; the ratio is 0 unless the likelihood ratio demands another."""
    alone, *others = (_fit(variances, ratio) for ratio in RATIOS)
    best = min(others, key=lambda fit: _misfit(variances, *fit))
    return best if _misfit(variances, *alone) - _misfit(variances, *best) > DEMANDED else alone


def _holds(variances: Mapping[float, tuple[float, int]], shrinking: float, ratio: float) -> bool:
    """Return whether the variances are as the law says, but for chance and for a factor that does not matter."""
    of_its_own = sum(freedom * (math.log(observed) + 1) for observed, freedom in variances.values())
    off = max(
        abs(math.log(observed / (shrinking * (ratio + 1 / scale)))) / 2 for scale, (observed, _) in variances.items()
    )
    return _misfit(variances, shrinking, ratio) - of_its_own < MISSED or off < math.log(MISSED_BY)


def _fit(variances: Mapping[float, tuple[float, int]], ratio: float) -> tuple[float, float]:
    """Return the most likely shrinking^2 if lasting^2 is `ratio` times as large, and the ratio."""
    weighed = (observed * freedom / (ratio + 1 / scale) for scale, (observed, freedom) in variances.items())
    return sum(weighed) / sum(freedom for _, freedom in variances.values()), ratio


def _misfit(variances: Mapping[float, tuple[float, int]], shrinking: float, ratio: float) -> float:
    """Return twice the negative logarithm of the likelihood, less a constant."""
    expected = {scale: shrinking * (ratio + 1 / scale) for scale in variances}
    return sum(
        freedom * (math.log(expected[scale]) + observed / expected[scale])
        for scale, (observed, freedom) in variances.items()
    )


def write(chances: Mapping[Key, Chance], file: Path) -> None:
    """Write the file."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(COLUMNS)
        for key, each in chances.items():
            rows.writerow((*key, *(f"{number:.4g}" for number in (each.total, each.lasting, each.shrinking))))


def main() -> None:
    """Play all of it, on every core, and write the file of this checkout."""
    tasks = [(scale, SEED + number) for scale, count in sorted(SCALES.items(), reverse=True) for number in range(count)]
    with ProcessPoolExecutor() as pool:
        played = list(track(pool.map(measures, tasks), "fairs", len(tasks)))
    chances: dict[Key, Chance] = {}
    for key in dict.fromkeys(key for each in played for key in each):
        values: dict[float, list[float]] = {scale: [] for scale in SCALES}
        for (scale, _), each in zip(tasks, played, strict=True):
            values[scale] += [each[key]] if key in each else []
        if min(map(len, values.values())) >= LEAST and (known := chance(values)):
            chances[key] = known
    write(chances, Path(__file__).resolve().parents[2] / "seeds" / REFERENCE / CHANCE)


if __name__ == "__main__":
    main()

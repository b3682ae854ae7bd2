"""What-if: the effect of a change over draws of a posterior; it separates parameter uncertainty from chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

import msgspec
import numpy as np

from fairlab.estimates import student
from fairlab.identifiability import Floats
from fairlab.posterior import Draw
from fairlab.replications import Play, numbers, replicate
from fairlab.wave import Space
from fairlab.workers import in_order
from fairsim.inputs.scenario import load_scenario


class WhatIf(msgspec.Struct, frozen=True):
    """The effect of a change on a measure, and its uncertainty."""

    mean: float
    low: float
    high: float
    """95 % prediction interval of the difference in one fair, from parameters and chance together."""
    sd_parameters: float
    """Standard deviation of the mean difference between draws."""
    sd_replications: float
    """Standard deviation between replications of a draw."""


def play_what_if(
    space: Space,
    draws: Sequence[Draw],
    changes: Sequence[str],
    executor: Executor,
    at_once: int,
    *,
    seed: int,
    count: int,
    replications: int = 2,
    on_run: Callable[[], None] = lambda: None,
) -> dict[str, WhatIf]:
    """Return the effect of changes on every measure that is one number, over draws of the posterior.

    Args:
        space: the free parameters.
        draws: the posterior.
        changes: of the what-if, `key=value`.
        executor: plays the runs.
        at_once: how many runs it plays at the same time.
        seed: of the random numbers; the two fairs of a replication share theirs.
        count: how many draws are played, taken evenly by their weights.
        replications: how many of each draw, two or more: one alone cannot separate chance from parameters.
        on_run: called after each run.
    """
    plays = []
    for place, draw in enumerate(_evenly(draws, count)):
        fitted = [f"{free.name}={value!r}" for free, value in zip(space.problem.free, draw.values, strict=True)]
        for turn in range(replications):
            for also in ((), changes):
                scenario = load_scenario(space.which, changes=[*space.changes, *fitted, *also], scale=space.scale)
                plays.append(Play(scenario, seed, 30_000 + place * replications + turn, digest=False))
    results = []
    for replication in in_order(executor, at_once, replicate, plays):
        results.append(numbers(replication.measures))
        on_run()
    base, other = results[::2], results[1::2]
    return {
        path: what_if(np.array([b[path] - a[path] for a, b in zip(base, other, strict=True)]).reshape(-1, replications))
        for path in base[0]
    }


def what_if(differences: Floats) -> WhatIf:
    """Return the effect by random effects; `differences` has a row for each draw, a column for each replication."""
    draws, replications = differences.shape
    means = differences.mean(axis=1)
    within = float(((differences - means[:, None]) ** 2).sum() / (draws * (replications - 1)))
    between = float(replications * ((means - means.mean()) ** 2).sum() / (draws - 1))
    parameters = max((between - within) / replications, 0.0)
    mean = float(means.mean())
    reach = student(draws - 1) * math.sqrt(parameters + within + between / (draws * replications))
    return WhatIf(mean, mean - reach, mean + reach, math.sqrt(parameters), math.sqrt(within))


def _evenly(draws: Sequence[Draw], count: int) -> list[Draw]:
    """Return draws taken evenly by their weights (systematic resampling)."""
    sums = np.cumsum([draw.weight for draw in draws])
    places = np.searchsorted(sums, (np.arange(count) + 0.5) / count * sums[-1])
    return [draws[min(place, len(draws) - 1)] for place in places.tolist()]

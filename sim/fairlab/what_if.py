"""What-if: the effect of a change over draws of a posterior; it separates parameter uncertainty from chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor

import msgspec
import numpy as np

from fairfacts.measures import is_of_nothing
from fairlab.estimates import student
from fairlab.identifiability import Floats
from fairlab.posterior import Draw
from fairlab.replications import Play, numbers, replicate
from fairlab.wave import Space
from fairlab.workers import in_order
from fairsim.inputs.scenario import load_scenario

Numbers = Mapping[str, float]
"""Every measure of a run that is one number, by its path."""
REPLICATIONS = 2
"""Of each draw: one alone cannot separate chance from parameters."""


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
    draws: int
    """How many draws it is of: of a mean, a quantile or a share, those that have something to take it of throughout."""


def play_what_if(
    space: Space,
    draws: Sequence[Draw],
    changes: Sequence[str],
    executor: Executor,
    at_once: int,
    *,
    seed: int,
    count: int,
    on_run: Callable[[], None] = lambda: None,
) -> dict[str, WhatIf]:
    """Return the effect of changes on every measure that is one number, over draws of the posterior.

    A mean, a quantile or a share that fewer than two draws have throughout is left out.

    Args:
        space: the free parameters.
        draws: the posterior.
        changes: of the what-if, `key=value`.
        executor: plays the runs.
        at_once: how many runs it plays at the same time.
        seed: of the random numbers; the two fairs of a replication share theirs.
        count: how many draws are played, taken evenly by their weights.
        on_run: called after each run.
    """
    plays = []
    for place, draw in enumerate(_evenly(draws, count)):
        for turn in range(REPLICATIONS):
            for also in ((), changes):
                changed = [*space.changes, *space.fitted(draw.values), *also]
                scenario = load_scenario(space.which, changes=changed, scale=space.scale)
                plays.append(Play(scenario, seed, 30_000 + place * REPLICATIONS + turn, digest=False))
    results = []
    for replication in in_order(executor, at_once, replicate, plays):
        results.append(numbers(replication.measures))
        on_run()
    return effects(list(zip(results[::2], results[1::2], strict=True)))


def effects(pairs: Sequence[tuple[Numbers, Numbers]]) -> dict[str, WhatIf]:
    """Return the effect on every measure from its numbers without and with the change, draw by draw.

    A draw in which one side has nothing to take a measure of is left out: its 0 says nothing.
    """
    by_measure = {}
    for path in pairs[0][0]:
        apart = np.array([b[path] - a[path] for a, b in pairs]).reshape(-1, REPLICATIONS)
        nothing = np.array([any(is_of_nothing(path, side.__getitem__) for side in pair) for pair in pairs])
        whole = apart[~nothing.reshape(apart.shape).any(axis=1)]
        if len(whole) > 1:
            by_measure[path] = what_if(whole)
    return by_measure


def what_if(differences: Floats) -> WhatIf:
    """Return the effect by random effects; `differences` has a row for each draw, a column for each replication."""
    draws, replications = differences.shape
    means = differences.mean(axis=1)
    within = float(((differences - means[:, None]) ** 2).sum() / (draws * (replications - 1)))
    between = float(replications * ((means - means.mean()) ** 2).sum() / (draws - 1))
    parameters = max((between - within) / replications, 0.0)
    mean = float(means.mean())
    reach = student(draws - 1) * math.sqrt(parameters + within + between / (draws * replications))
    return WhatIf(mean, mean - reach, mean + reach, math.sqrt(parameters), math.sqrt(within), draws)


def _evenly(draws: Sequence[Draw], count: int) -> list[Draw]:
    """Return draws taken evenly by their weights (systematic resampling)."""
    sums = np.cumsum([draw.weight for draw in draws])
    places = np.searchsorted(sums, (np.arange(count) + 0.5) / count * sums[-1])
    return [draws[min(place, len(draws) - 1)] for place in places.tolist()]

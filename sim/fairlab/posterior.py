"""A posterior: which parameters are compatible with the targets, and what that leaves open of a what-if.

First one wave of history matching (Vernon, Goldstein, Bower 2010): points all over the prior are tried once, quadratic
emulators are fitted to them, and where these are implausibly far from a target nobody needs to look any more. Then
approximate Bayesian computation (pyABC: sequential Monte Carlo) draws from what is left. A what-if is played at every
draw with common random numbers, so that what differs from draw to draw and from replication to replication of the same
draw are told apart.
"""

from __future__ import annotations

import hashlib
import math
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from fairfacts.errors import LabError
from fairlab.estimates import student
from fairlab.flow import expected_exposure, flow
from fairlab.knowledge import Floats
from fairlab.replications import Play, numbers, replicate
from fairlab.runs import Runs, Trial, attempt, corrections
from fairlab.targets import Aim
from fairlab.workers import in_order
from fairsim.draws import Draws
from fairsim.parameters import Parameters, load_rows
from fairsim.scenario import Scenario, load_scenario

REACH = 2.0
"""How far the wave looks, in standard deviations of the prior."""
IMPLAUSIBLE = 3.0
"""Standard deviations beyond which a point is implausible (Pukelsheim's rule: fewer than 5 % lie there)."""
TRIED, BOXES = 1_000, 30
"""Points of a box that are asked of the emulators, and how many boxes at most."""
DISCREPANCY = 0.02
"""By how much the model itself may be off a target, as a share: nobody believes it to a thousandth."""
EPSILON = 2.0
"""Draws that are closer to the targets than this, in standard deviations, are close enough."""


class Left(msgspec.Struct, frozen=True):
    """What history matching leaves of a parameter."""

    name: str
    low: float
    high: float
    prior_low: float
    prior_high: float


class Wave(msgspec.Struct, frozen=True):
    """One wave of history matching."""

    runs: int
    share: float
    """Of the prior that is not implausible."""
    left: tuple[Left, ...]
    emulator_errors: dict[str, float]
    """By target: standard deviation of what its emulator does not explain, in the logarithm."""


class Draw(msgspec.Struct, frozen=True):
    """A parameter set of the posterior."""

    values: tuple[float, ...]
    weight: float


class Marginal(msgspec.Struct, frozen=True):
    """A parameter in the posterior."""

    name: str
    mean: float
    low: float
    high: float
    """95 % of the draws lie between."""
    moved: float
    """1 - posterior / prior variance, of the logarithm."""


class WhatIf(msgspec.Struct, frozen=True):
    """What a change does to a measure, and how sure that is."""

    mean: float
    low: float
    high: float
    """95 % prediction interval of the difference in one fair: parameters and chance together."""
    sd_parameters: float
    """Standard deviation of the mean difference from draw to draw."""
    sd_replications: float
    """Standard deviation from one replication of a draw to the next."""


class Posterior(msgspec.Struct, frozen=True):
    """What is compatible with the targets."""

    scenario: str
    scale: float
    seed: int
    wave: Wave
    epsilons: tuple[float, ...]
    """Of the populations: how close their draws are to the targets, in standard deviations."""
    draws: tuple[Draw, ...]
    marginals: tuple[Marginal, ...]
    runs: int
    what_if: dict[str, WhatIf]


class Space:
    """The free parameters, in standard deviations of their priors."""

    def __init__(self, which: str, changes: Sequence[str], aim: Aim, scale: float) -> None:
        self.which, self.changes, self.aim, self.scale = which, tuple(changes), aim, scale
        self._rows, self._base = load_rows(), load_scenario(which, changes=changes, scale=scale)
        self.measures = tuple(target.measure for target in aim.targets)

    def values(self, point: Floats) -> list[float]:
        """Return the parameters of a point, each inside the range in which it may be played."""
        found = []
        for free, place in zip(self.aim.free, point, strict=True):
            row, value = self._rows[free.name], free.around * math.exp(free.spread * place)
            found.append(min(max(value, row.low or 0.0), row.high if row.high is not None else math.inf))
        return found

    def scenario(self, point: Floats, changes: Sequence[str] = ()) -> Scenario:
        """Return the scenario of a point, with more changes."""
        fitted = [f"{free.name}={value!r}" for free, value in zip(self.aim.free, self.values(point), strict=True)]
        return load_scenario(self.which, changes=[*self.changes, *fitted, *changes], scale=self.scale)

    def equations(self, point: Floats) -> Floats:
        """Return the logarithms of what the flow equations give at a point."""
        parameters = self._parameters(point)
        known = flow(parameters, expected_exposure(parameters))
        found: Floats = np.log([known.get(name, 1.0) for name in self.measures])
        return found

    def _parameters(self, point: Floats) -> Parameters:
        """Return the parameters of a point, without the checks of a scenario: the equations are asked often."""
        parameters = self._base.parameters
        for free, value in zip(self.aim.free, self.values(point), strict=True):
            part, _, field = free.name.partition(".")
            value = value * self.scale if self._rows[free.name].scales else value
            changed = msgspec.structs.replace(getattr(parameters, part), **{field: value})
            parameters = msgspec.structs.replace(parameters, **{part: changed})
        return parameters

    def errors(self, logs: Floats) -> Floats:
        """Return by how much expected measures miss their targets."""
        off = (target.error(log, self.scale) for target, log in zip(self.aim.targets, logs.tolist(), strict=True))
        return np.array(list(off))


class Emulator:
    """Quadratic surfaces of the corrections to the flow equations, one for each target."""

    def __init__(self, points: Floats, found: Floats) -> None:
        terms = _terms(points)
        self._surfaces = np.linalg.lstsq(terms, found, rcond=None)[0]
        freedom = max(len(points) - terms.shape[1], 1)
        self.errors: Floats = np.sqrt(((found - terms @ self._surfaces) ** 2).sum(axis=0) / freedom)

    def __call__(self, points: Floats) -> Floats:
        """Return the corrections at points."""
        found: Floats = _terms(points) @ self._surfaces
        return found


def _terms(points: Floats) -> Floats:
    """Return 1, each parameter, and each parameter squared: more would need more runs than a wave has."""
    return np.concatenate([np.ones((len(points), 1)), points, points**2], axis=1)


def spread_points(count: int, dimensions: int, draws: Draws) -> Floats:
    """Return points all over the prior within its reach: a Latin hypercube."""
    columns = []
    for dimension in range(dimensions):
        stream = draws.stream(f"posterior.wave.{dimension}")
        order = np.argsort(stream.uniform(np.arange(count)), kind="stable")
        columns.append((order + stream.uniform(np.arange(count), 1)) / count)
    return REACH * (2 * np.stack(columns, axis=1) - 1)


def history_match(space: Space, runs: Runs, seed: int, count: int) -> tuple[Wave, Emulator]:
    """Try points all over the prior, and say what is left of it.

    Raises:
        LabError: fewer points than the emulators have terms; or nothing is left.
    """
    free, targets = space.aim.free, space.aim.targets
    if count < 3 * len(free):
        raise LabError(f"--wave {count}: {len(free)} parameters need {3 * len(free)} points at least")
    points = spread_points(count, len(free), Draws(seed))
    trials = [Trial(space.scenario(point), seed, 10_000 + place, space.measures) for place, point in enumerate(points)]
    found = np.array([corrections([record], space.measures) for record in runs.play(trials)])
    emulator = Emulator(points, found)
    unsure = np.hypot([target.tolerance for target in targets], emulator.errors)

    def implausibility(candidates: Floats) -> Floats:
        logs = np.array([space.equations(point) for point in candidates]) + emulator(candidates)
        worst: Floats = np.abs(np.array([space.errors(one) for one in logs]) / unsure).max(axis=1)
        return worst

    plausible, share = _close_in(implausibility, len(free), seed)
    ends = list(zip(plausible.min(axis=0).tolist(), plausible.max(axis=0).tolist(), strict=True))
    left = tuple(
        Left(
            name=one.name,
            low=one.around * math.exp(one.spread * low),
            high=one.around * math.exp(one.spread * high),
            prior_low=one.around * math.exp(-one.spread * REACH),
            prior_high=one.around * math.exp(one.spread * REACH),
        )
        for one, (low, high) in zip(free, ends, strict=True)
    )
    told = {target.name: float(error) for target, error in zip(targets, emulator.errors, strict=True)}
    return Wave(count, share, left, told), emulator


def _close_in(implausibility: Callable[[Floats], Floats], dimensions: int, seed: int) -> tuple[Floats, float]:
    """Return points that are not implausible, and about which share of the prior's box they stand for.

    What is plausible is a millionth of the box: it is closed in on, box by box, each around the best tenth of the last.
    """
    low, high, share = -REACH * np.ones(dimensions), REACH * np.ones(dimensions), 1.0
    for turn in range(BOXES):
        unit = (spread_points(TRIED, dimensions, Draws(seed, 1 + turn)) / REACH + 1) / 2
        candidates = low + unit * (high - low)
        found = implausibility(candidates)
        plausible = candidates[found < IMPLAUSIBLE]
        if len(plausible) >= TRIED / 10:
            return plausible, share * len(plausible) / TRIED
        best = candidates[np.argsort(found)[: TRIED // 10]]
        margin = (best.max(axis=0) - best.min(axis=0)) / 10
        next_low = np.maximum(best.min(axis=0) - margin, low)
        next_high = np.minimum(best.max(axis=0) + margin, high)
        share *= float(np.prod((next_high - next_low) / (high - low)))
        low, high = next_low, next_high
    raise LabError("no part of the priors is compatible with the targets; widen their factors, or --discrepancy")


class Model:
    """The model as pyABC calls it: a point to how far each target is missed, in standard deviations."""

    def __init__(self, space: Space, seed: int, deviations: Floats) -> None:
        self._space, self._seed, self._deviations = space, seed, deviations

    def __call__(self, point: Any) -> dict[str, float]:
        """Play a point once, with random numbers of its own."""
        space, at = self._space, np.array([point[f"p{place}"] for place in range(len(self._space.aim.free))])
        # the same point is the same fair, wherever and whenever it is played
        replication = int.from_bytes(hashlib.sha256(at.tobytes()).digest()[:4], "big") + 20_000
        record = attempt(Trial(space.scenario(at), self._seed, replication, space.measures))
        logs = space.equations(at) + np.array(corrections([record], space.measures))
        missed = space.errors(logs) / self._deviations
        return {f"t{place}": float(value) for place, value in enumerate(missed)}


def distance(one: dict[str, float], other: dict[str, float]) -> float:
    """Return how far two sets of missed targets are apart, at the worst target."""
    return max(abs(one[name] - other[name]) for name in other)


def draw_posterior(
    space: Space,
    wave: Wave,
    deviations: Floats,
    executor: Executor,
    at_once: int,
    *,
    seed: int,
    size: int,
    populations: int,
) -> tuple[tuple[Draw, ...], tuple[float, ...], int]:
    """Return draws from what the wave left, how close each population was to the targets, and the number of runs.

    Which draws these are depends on pyABC's own random numbers: no two posteriors are the same.

    Raises:
        LabError: pyABC is not installed.
    """
    try:
        import pyabc
    except ImportError as fault:
        raise LabError("fair posterior: pyABC is not installed; pip install 'cloudfair[posterior]'") from fault
    free = space.aim.free
    ends = [
        (math.log(one.low / prior.around) / prior.spread, math.log(one.high / prior.around) / prior.spread)
        for one, prior in zip(wave.left, free, strict=True)
    ]
    # the prior, cut to the box that holds all that is plausible
    prior = pyabc.Distribution(
        **{f"p{place}": pyabc.RV("truncnorm", low, high) for place, (low, high) in enumerate(ends)}
    )
    with tempfile.TemporaryDirectory() as folder:
        abc = pyabc.ABCSMC(
            Model(space, seed, deviations),
            prior,
            distance,
            population_size=size,
            eps=pyabc.MedianEpsilon(),
            sampler=pyabc.sampler.ConcurrentFutureSampler(executor, client_max_jobs=at_once, default_pickle=True),
        )
        abc.new(
            f"sqlite:///{Path(folder) / 'posterior.db'}", {f"t{place}": 0.0 for place in range(len(space.measures))}
        )
        history = abc.run(minimum_epsilon=EPSILON, max_nr_populations=populations)
        table, weights = history.get_distribution()
        points = table[[f"p{place}" for place in range(len(free))]].to_numpy()
        told = history.get_all_populations()
        epsilons = tuple(float(one) for one in told["epsilon"][1:])
        played = int(history.total_nr_simulations)
    draws = tuple(
        Draw(tuple(space.values(point)), float(weight)) for point, weight in zip(points, weights, strict=True)
    )
    return draws, epsilons, played


def marginals(aim: Aim, draws: Sequence[Draw]) -> tuple[Marginal, ...]:
    """Return each parameter by itself."""
    weights = np.array([draw.weight for draw in draws])
    weights /= weights.sum()
    found = []
    for place, free in enumerate(aim.free):
        logs = np.log([draw.values[place] for draw in draws])
        mean = float(weights @ logs)
        variance = float(weights @ (logs - mean) ** 2)
        order = np.argsort(logs)
        ends = np.interp([0.025, 0.975], np.cumsum(weights[order]) - weights[order] / 2, logs[order])
        low, high = (math.exp(end) for end in ends)
        found.append(Marginal(free.name, math.exp(mean), low, high, 1 - variance / free.spread**2))
    return tuple(found)


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
    """Return what changes do to every measure that is one number, over draws of the posterior.

    Args:
        space: the free parameters.
        draws: the posterior.
        changes: of the what-if, `key=value`.
        executor: who plays.
        at_once: how many runs it plays at the same time.
        seed: of the random numbers; the two fairs of a replication share theirs.
        count: of draws that are played, taken evenly by their weights.
        replications: of each, two at least: chance and parameters could not be told apart otherwise.
        on_run: called after each run.
    """
    plays = []
    for place, draw in enumerate(_evenly(draws, count)):
        fitted = [f"{free.name}={value!r}" for free, value in zip(space.aim.free, draw.values, strict=True)]
        for turn in range(replications):
            for also in ((), changes):
                scenario = load_scenario(space.which, changes=[*space.changes, *fitted, *also], scale=space.scale)
                plays.append(Play(scenario, seed, 30_000 + place * replications + turn, digest=False))
    found = []
    for replication in in_order(executor, at_once, replicate, plays):
        found.append(numbers(replication.measures))
        on_run()
    base, other = found[::2], found[1::2]
    return {
        path: what_if(np.array([b[path] - a[path] for a, b in zip(base, other, strict=True)]).reshape(-1, replications))
        for path in base[0]
    }


def what_if(differences: Floats) -> WhatIf:
    """Return what differences (a row for each draw, a column for each of its replications) say (random effects)."""
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

"""A posterior: which parameters are compatible with the targets.

After one wave of history matching, approximate Bayesian computation (pyABC: sequential Monte Carlo; Klinger, Rickert,
Hasenauer 2018) draws from what is left, over the same executor as every experiment.
"""

from __future__ import annotations

import hashlib
import logging
import math
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from fairfacts.errors import LabError
from fairlab.knowledge import Floats
from fairlab.runs import Runs, Trial, attempt, corrections
from fairlab.targets import Aim
from fairlab.wave import Space, Wave, history_match

DISCREPANCY = 0.02
"""By how much the model itself may be off a target, as a share: nobody believes it to a thousandth."""
EPSILON = 1.0
"""Draws that are closer to every target than this, in standard deviations, are close enough."""


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


class Posterior(msgspec.Struct, frozen=True):
    """What is compatible with the targets."""

    scenario: str
    changes: tuple[str, ...]
    scale: float
    seed: int
    discrepancy: float
    wave: Wave
    epsilons: tuple[float, ...]
    """Of the populations: how close their draws are to the worst target, in standard deviations."""
    draws: tuple[Draw, ...]
    marginals: tuple[Marginal, ...]
    runs: int


def find_posterior(
    space: Space,
    runs: Runs,
    executor: Executor,
    at_once: int,
    *,
    seed: int,
    wave: int,
    size: int,
    populations: int,
    discrepancy: float = DISCREPANCY,
    on_stage: Callable[[str], None] = lambda _stage: None,
) -> Posterior:
    """Return draws of the parameters that are compatible with the targets.

    Which draws these are depends on pyABC's own random numbers and on the order in which runs end: no two posteriors
    are the same to the last digit.

    Args:
        space: the free parameters, and the targets.
        runs: plays the wave, and keeps it.
        executor: plays for pyABC.
        at_once: how many runs it plays at the same time.
        seed: of the fairs' random numbers.
        wave: points of the wave.
        size: draws of a population.
        populations: at most, each closer to the targets than the last.
        discrepancy: by how much the model itself may be off a target, as a share.
        on_stage: told what is under way.

    Raises:
        LabError: pyABC is not installed; too few points; or nothing of the prior is left.
    """
    _pyabc()
    on_stage("wave of history matching")
    space.aim = doubted(space.aim, discrepancy)
    matched, emulator = history_match(space, runs, seed, wave)
    deviations = np.hypot([target.tolerance for target in space.aim.targets], emulator.errors)
    on_stage(f"approximate Bayesian computation, {size} draws a population")
    draws, epsilons, played = _draw(space, matched, deviations, executor, at_once, seed, size, populations)
    return Posterior(
        scenario=space.which,
        changes=space.changes,
        scale=space.scale,
        seed=seed,
        discrepancy=discrepancy,
        wave=matched,
        epsilons=epsilons,
        draws=draws,
        marginals=marginals(space.aim, draws),
        runs=matched.runs + played,
    )


def doubted(aim: Aim, discrepancy: float) -> Aim:
    """Return targets that also leave open what the model itself may be off."""
    targets = (
        msgspec.structs.replace(target, tolerance=math.hypot(target.tolerance, discrepancy)) for target in aim.targets
    )
    return msgspec.structs.replace(aim, targets=tuple(targets))


def _pyabc() -> Any:
    try:
        import pyabc
    except ImportError as fault:
        raise LabError("fair posterior: pyABC is not installed; pip install 'cloudfair[posterior]'") from fault
    # it sets its level as it is imported, and would tell of each population on standard error
    logging.getLogger("ABC").setLevel(logging.WARNING)
    return pyabc


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


def _draw(
    space: Space,
    wave: Wave,
    deviations: Floats,
    executor: Executor,
    at_once: int,
    seed: int,
    size: int,
    populations: int,
) -> tuple[tuple[Draw, ...], tuple[float, ...], int]:
    """Return draws from what the wave left, how close each population was to the targets, and the number of runs."""
    pyabc = _pyabc()
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

"""The posterior: the parameters that are compatible with the targets.

One wave of history matching narrows the prior. Approximate Bayesian computation (sequential Monte Carlo in pyABC;
Klinger, Rickert, Hasenauer 2018) then draws from the rest, over the same executor as every experiment.
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
from fairfacts.evidence.chance import TAIL
from fairlab.evaluations import Evaluation, Evaluator, corrections, evaluate
from fairlab.identifiability import Floats
from fairlab.targets import CalibrationProblem
from fairlab.wave import Space, Wave, history_match

DISCREPANCY = 0.02
"""Error of the model itself at a target, as a share: no model is exact to a thousandth."""
EPSILON = 1.0
"""Distance at which draws are close enough to every target, in standard deviations."""


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
    """Ends of the central 95 % of the draws."""
    moved: float
    """1 - posterior / prior variance, of the logarithm."""


class Posterior(msgspec.Struct, frozen=True):
    """Draws of parameters that are compatible with the targets."""

    scenario: str
    changes: tuple[str, ...]
    scale: float
    seed: int
    discrepancy: float
    wave: Wave
    epsilons: tuple[float, ...]
    """Distance of each population's draws from the worst target, in standard deviations."""
    draws: tuple[Draw, ...]
    marginals: tuple[Marginal, ...]
    runs: int


def find_posterior(
    space: Space,
    evaluator: Evaluator,
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

    No two posteriors are the same to the last digit: draws depend on pyABC's own random numbers and on the order in
    which runs end.

    Args:
        space: the free parameters, and the targets.
        evaluator: plays the wave, and stores its results.
        executor: plays the runs of pyABC.
        at_once: how many runs it plays at the same time.
        seed: of the fairs' random numbers.
        wave: how many points the wave has.
        size: how many draws a population has.
        populations: largest number of populations; each is closer to the targets than the last.
        discrepancy: error of the model itself at a target, as a share.
        on_stage: called with the name of each stage.

    Raises:
        LabError: pyABC is not installed, the points are too few, or no part of the prior is left.
    """
    _pyabc()
    on_stage("wave of history matching")
    space.problem = widened(space.problem, discrepancy)
    matched, emulator = history_match(space, evaluator, seed, wave)
    deviations = np.hypot([target.tolerance for target in space.problem.targets], emulator.errors)
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
        marginals=marginals(space.problem, draws),
        runs=matched.runs + played,
    )


def widened(problem: CalibrationProblem, discrepancy: float) -> CalibrationProblem:
    """Return the problem with targets that also allow for the error of the model itself."""
    targets = (
        msgspec.structs.replace(target, tolerance=math.hypot(target.tolerance, discrepancy))
        for target in problem.targets
    )
    return msgspec.structs.replace(problem, targets=tuple(targets))


def _pyabc() -> Any:
    try:
        import pyabc
    except ImportError as fault:
        raise LabError("fair posterior: pyABC is not installed; pip install 'cloudfair[posterior]'") from fault
    # pyABC sets its level when it is imported, and would log each population on standard error
    logging.getLogger("ABC").setLevel(logging.WARNING)
    return pyabc


class Model:
    """The model as pyABC calls it: from a point to the error at each target, in standard deviations."""

    def __init__(self, space: Space, seed: int, deviations: Floats) -> None:
        self._space, self._seed, self._deviations = space, seed, deviations

    def __call__(self, point: Any) -> dict[str, float]:
        """Play one run at a point, with random numbers of the point's own."""
        space, at = self._space, np.array([point[f"p{place}"] for place in range(len(self._space.problem.free))])
        # the same point gives the same fair on every worker
        replication = int.from_bytes(hashlib.sha256(at.tobytes()).digest()[:4], "big") + 20_000
        result = evaluate(Evaluation(space.scenario(at), self._seed, replication, space.measures))
        logs = space.equations(at) + np.array(corrections([result], space.measures))
        missed = space.errors(logs) / self._deviations
        return {f"t{place}": float(value) for place, value in enumerate(missed)}


def distance(first: dict[str, float], other: dict[str, float]) -> float:
    """Return the largest difference between two sets of errors."""
    return max(abs(first[name] - other[name]) for name in other)


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
    """Return draws from what the wave left, the distance of each population, and the number of runs."""
    pyabc = _pyabc()
    free = space.problem.free
    ends = [
        (math.log(box.low / prior.around) / prior.spread, math.log(box.high / prior.around) / prior.spread)
        for box, prior in zip(wave.left, free, strict=True)
    ]
    # the prior, truncated to the box of the plausible points
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
        populations_table = history.get_all_populations()
        epsilons = tuple(float(epsilon) for epsilon in populations_table["epsilon"][1:])
        played = int(history.total_nr_simulations)
    draws = tuple(
        Draw(tuple(space.values(point)), float(weight)) for point, weight in zip(points, weights, strict=True)
    )
    return draws, epsilons, played


def marginals(problem: CalibrationProblem, draws: Sequence[Draw]) -> tuple[Marginal, ...]:
    """Return the marginal distribution of each parameter."""
    weights = np.array([draw.weight for draw in draws])
    weights /= weights.sum()
    result = []
    for place, free in enumerate(problem.free):
        logs = np.log([draw.values[place] for draw in draws])
        mean = float(weights @ logs)
        variance = float(weights @ (logs - mean) ** 2)
        order = np.argsort(logs)
        ends = np.interp([TAIL, 1 - TAIL], np.cumsum(weights[order]) - weights[order] / 2, logs[order])
        low, high = (math.exp(end) for end in ends)
        result.append(Marginal(free.name, math.exp(mean), low, high, 1 - variance / free.spread**2))
    return tuple(result)

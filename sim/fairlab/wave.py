"""History matching: one wave that finds the plausible part of the prior (Vernon, Goldstein, Bower 2010).

Each of some points all over the prior is played once. Quadratic surfaces are fitted to the corrections to the flow
equations. Where a surface is implausibly far from a target, the prior is ruled out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from fairfacts.errors import LabError
from fairlab.evaluations import Evaluation, Evaluator, corrections
from fairlab.flow import log_flow
from fairlab.identifiability import Floats
from fairlab.targets import CalibrationProblem
from fairsim.engine.draws import Draws
from fairsim.inputs.parameters import Parameters
from fairsim.inputs.scenario import Scenario, load_scenario

REACH = 2.0
"""Extent of the wave, in standard deviations of the prior."""
IMPLAUSIBLE = 3.0
"""Standard deviations beyond which a point is implausible (Pukelsheim's rule: fewer than 5 % lie there)."""
TRIED, BEST, BOXES = 2_000, 40, 30
"""Points of a box that the emulators evaluate, how many of them the next box encloses, and boxes at most."""


class Left(msgspec.Struct, frozen=True):
    """The plausible range of a parameter."""

    name: str
    low: float
    high: float
    prior_low: float
    prior_high: float


class Wave(msgspec.Struct, frozen=True):
    """One wave of history matching."""

    runs: int
    share: float
    """Share of the prior that is plausible."""
    left: tuple[Left, ...]
    emulator_errors: dict[str, float]
    """Standard deviation of the emulator's residuals by target, in the logarithm: for readers of a posterior's file."""


class Space:
    """The free parameters, in standard deviations of their priors."""

    def __init__(self, which: str, changes: Sequence[str], problem: CalibrationProblem, scale: float) -> None:
        self.which, self.changes, self.problem, self.scale = which, tuple(changes), problem, scale
        self._base = load_scenario(which, changes=changes, scale=scale)
        self._rows = self._base.fair.rows
        self.measures = tuple(target.measure for target in problem.targets)

    def values(self, point: Floats) -> list[float]:
        """Return the parameters of a point, each clipped to its allowed range."""
        return [
            self._rows[free.name].clip(free.around * math.exp(free.spread * place))
            for free, place in zip(self.problem.free, point, strict=True)
        ]

    def fitted(self, values: Sequence[float]) -> list[str]:
        """Return the changes that set the free parameters to values."""
        return [f"{free.name}={value!r}" for free, value in zip(self.problem.free, values, strict=True)]

    def scenario(self, point: Floats) -> Scenario:
        """Return the scenario of a point."""
        return load_scenario(self.which, changes=[*self.changes, *self.fitted(self.values(point))], scale=self.scale)

    def equations(self, point: Floats) -> Floats:
        """Return the logarithms of the flow equations at a point."""
        return log_flow(self._parameters(point), self.measures)

    def _parameters(self, point: Floats) -> Parameters:
        """Return the parameters of a point without the checks of a scenario: it is called often."""
        parameters = self._base.parameters
        for free, value in zip(self.problem.free, self.values(point), strict=True):
            part, _, field = free.name.partition(".")
            value = value * self.scale if self._rows[free.name].scales else value
            changed = msgspec.structs.replace(getattr(parameters, part), **{field: value})
            parameters = msgspec.structs.replace(parameters, **{part: changed})
        return parameters

    def errors(self, logs: Floats) -> Floats:
        """Return the errors of expected measures at their targets."""
        errors = (
            target.error(log, self.scale) for target, log in zip(self.problem.targets, logs.tolist(), strict=True)
        )
        return np.array(list(errors))


class CorrectionSurfaces:
    """Quadratic surfaces of the corrections to the flow equations, one for each target."""

    def __init__(self, points: Floats, observed: Floats) -> None:
        terms = _terms(points)
        self._surfaces = np.linalg.lstsq(terms, observed, rcond=None)[0]
        freedom = max(len(points) - terms.shape[1], 1)
        self.errors: Floats = np.sqrt(((observed - terms @ self._surfaces) ** 2).sum(axis=0) / freedom)

    def __call__(self, points: Floats) -> Floats:
        """Return the corrections at points."""
        emulated: Floats = _terms(points) @ self._surfaces
        return emulated


def _terms(points: Floats) -> Floats:
    """Return 1, each parameter, and each parameter squared: more terms need more runs than a wave has."""
    return np.concatenate([np.ones((len(points), 1)), points, points**2], axis=1)


def spread_points(count: int, dimensions: int, draws: Draws) -> Floats:
    """Return points all over the prior, to `REACH`: a Latin hypercube."""
    columns = []
    for dimension in range(dimensions):
        stream = draws.stream(f"posterior.wave.{dimension}")
        order = np.argsort(stream.uniform(np.arange(count)), kind="stable")
        columns.append((order + stream.uniform(np.arange(count), 1)) / count)
    return REACH * (2 * np.stack(columns, axis=1) - 1)


def history_match(space: Space, evaluator: Evaluator, seed: int, count: int) -> tuple[Wave, CorrectionSurfaces]:
    """Play points all over the prior, and return its plausible part with the emulator.

    Raises:
        LabError: the points are fewer than the emulators need, or no part of the prior is plausible.
    """
    free, targets = space.problem.free, space.problem.targets
    if count < 3 * len(free):
        raise LabError(f"--wave {count}: {len(free)} parameters need {3 * len(free)} points at least")
    points = spread_points(count, len(free), Draws(seed))
    evaluations = [
        Evaluation(space.scenario(point), seed, 10_000 + place, space.measures) for place, point in enumerate(points)
    ]
    results = evaluator.play(evaluations)
    emulator = CorrectionSurfaces(points, np.array([corrections([result], space.measures) for result in results]))
    unsure = np.hypot([target.tolerance for target in targets], emulator.errors)

    def implausibility(candidates: Floats) -> Floats:
        logs = np.array([space.equations(point) for point in candidates]) + emulator(candidates)
        worst: Floats = np.abs(np.array([space.errors(row) for row in logs]) / unsure).max(axis=1)
        return worst

    plausible, share = close_in(implausibility, len(free), seed)
    ends = list(zip(plausible.min(axis=0).tolist(), plausible.max(axis=0).tolist(), strict=True))
    left = tuple(
        Left(
            name=prior.name,
            low=prior.around * math.exp(prior.spread * low),
            high=prior.around * math.exp(prior.spread * high),
            prior_low=prior.around * math.exp(-prior.spread * REACH),
            prior_high=prior.around * math.exp(prior.spread * REACH),
        )
        for prior, (low, high) in zip(free, ends, strict=True)
    )
    errors = {target.name: float(error) for target, error in zip(targets, emulator.errors, strict=True)}
    return Wave(count, share, left, errors), emulator


def close_in(implausibility: Callable[[Floats], Floats], dimensions: int, seed: int) -> tuple[Floats, float]:
    """Return plausible points, and about the share of the prior's box that they stand for.

    The plausible part is a millionth of the box. Each box encloses the best points of the last, until a tenth of a box
    is plausible. If parameters compensate for one another, the plausible part lies diagonally in every box and never
    fills a tenth. Then all plausible points found on the way count.

    Raises:
        LabError: no point is plausible.
    """
    low, high, volume = -REACH * np.ones(dimensions), REACH * np.ones(dimensions), 1.0
    plausible: list[Floats] = []
    for turn in range(BOXES):
        unit = (spread_points(TRIED, dimensions, Draws(seed, 1 + turn)) / REACH + 1) / 2
        candidates = low + unit * (high - low)
        distances = implausibility(candidates)
        plausible.append(candidates[distances < IMPLAUSIBLE])
        share = volume * len(plausible[-1]) / TRIED
        if len(plausible[-1]) >= TRIED / 10:
            break
        best = candidates[np.argsort(distances)[:BEST]]
        margin = (best.max(axis=0) - best.min(axis=0)) / 4
        next_low = np.maximum(best.min(axis=0) - margin, low)
        next_high = np.minimum(best.max(axis=0) + margin, high)
        volume *= float(np.prod((next_high - next_low) / (high - low)))
        low, high = next_low, next_high
    if not share:
        raise LabError("no part of the priors is compatible with the targets; widen their factors, or --discrepancy")
    return np.concatenate(plausible), share

"""History matching: one wave, which says what of the prior is plausible at all (Vernon, Goldstein, Bower 2010).

Points all over the prior are tried once, quadratic surfaces are fitted to what the fair makes of the flow equations,
and where these are implausibly far from a target nobody needs to look any more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from fairfacts.errors import LabError
from fairlab.flow import expected_exposure, flow
from fairlab.knowledge import Floats
from fairlab.runs import Runs, Trial, corrections
from fairlab.targets import Aim
from fairsim.draws import Draws
from fairsim.parameters import Parameters, load_rows
from fairsim.scenario import Scenario, load_scenario

REACH = 2.0
"""How far the wave looks, in standard deviations of the prior."""
IMPLAUSIBLE = 3.0
"""Standard deviations beyond which a point is implausible (Pukelsheim's rule: fewer than 5 % lie there)."""
TRIED, BEST, BOXES = 2_000, 40, 30
"""Points of a box that are asked of the emulators, how many of them the next box is laid around, and boxes at most."""


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

    plausible, share = close_in(implausibility, len(free), seed)
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


def close_in(implausibility: Callable[[Floats], Floats], dimensions: int, seed: int) -> tuple[Floats, float]:
    """Return points that are not implausible, and about which share of the prior's box they stand for.

    What is plausible is a millionth of the box: it is closed in on, box by box, each around the best of the last, until
    a tenth of a box is plausible. Where parameters make up for one another what is plausible lies aslant in any box,
    and never fills so much of one: then all that was found on the way counts.
    """
    low, high, volume = -REACH * np.ones(dimensions), REACH * np.ones(dimensions), 1.0
    plausible: list[Floats] = []
    for turn in range(BOXES):
        unit = (spread_points(TRIED, dimensions, Draws(seed, 1 + turn)) / REACH + 1) / 2
        candidates = low + unit * (high - low)
        found = implausibility(candidates)
        plausible.append(candidates[found < IMPLAUSIBLE])
        share = volume * len(plausible[-1]) / TRIED
        if len(plausible[-1]) >= TRIED / 10:
            break
        best = candidates[np.argsort(found)[:BEST]]
        margin = (best.max(axis=0) - best.min(axis=0)) / 4
        next_low = np.maximum(best.min(axis=0) - margin, low)
        next_high = np.minimum(best.max(axis=0) + margin, high)
        volume *= float(np.prod((next_high - next_low) / (high - low)))
        low, high = next_low, next_high
    if not share:
        raise LabError("no part of the priors is compatible with the targets; widen their factors, or --discrepancy")
    return np.concatenate(plausible), share

"""Calibration: parameters are fitted to reported totals, first in small fairs and then at full scale.

The method, in the order of its steps:

1. A starting point from the flow equations (`fairlab.flow`).
2. `scipy.optimize.least_squares` (`trf`, without bounds) in the logarithms of the parameters, on a small fair.
   Residuals are log ratios of mean and target, weighted by rounding and Monte-Carlo noise, and the weak priors. Slopes
   come from steps of 0.1 in the logarithm with the same random numbers: smaller steps drown in the noise of whole
   numbers. Bounds would truncate steps along directions that the data do not identify.
3. Fresh runs at full scale correct what depends on size, such as waiting. All of them count: the slopes of the small
   fair move them to one point.
4. A check with fresh runs that nothing was fitted to.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import numpy as np

from fairfacts.evidence.chance import CONFIDENCE_Z
from fairlab.calibrated import Calibration, Fitted, Settings, TargetFit
from fairlab.estimates import estimate
from fairlab.evaluations import Evaluation, EvaluationResult, Evaluator, corrections, standard_deviations
from fairlab.flow import EXACT, FLOWS, log_flow
from fairlab.identifiability import Floats, identifiability
from fairlab.targets import CalibrationProblem, FreeParameter, Target
from fairsim import VERSION
from fairsim.inputs.parameter_names import values_of
from fairsim.inputs.parameters import Parameters
from fairsim.inputs.scenario import Scenario, load_scenario

STEP = 0.1
"""Step of the slopes, in the logarithm."""
CLOSE = 0.005
"""Largest error at which the mean of fresh runs meets a target, as a share of the target."""
DIGITS = 5
"""Digits of a fitted value: more than its interval deserves."""
FULL_FROM, CHECK_FROM = 1_000, 2_000
"""First replications of the runs at full scale and of the check: none is used twice."""


class Calibrator:
    """Fits the parameters of a scenario."""

    def __init__(
        self,
        which: str,
        changes: Sequence[str],
        problem: CalibrationProblem,
        settings: Settings,
        evaluator: Evaluator,
        on_point: Callable[[str], None] = lambda _best: None,
    ) -> None:
        self._which, self._changes = which, tuple(changes)
        self.problem, self.settings, self._evaluator = problem, settings, evaluator
        self._rows = load_scenario(which, changes=changes, scale=settings.scale).fair.rows
        self.measures = tuple(target.measure for target in problem.targets)
        self._on_point, self._best = on_point, math.inf
        self._corrections: dict[tuple[float, ...], list[float]] = {}
        self.deviations = [target.tolerance for target in problem.targets]
        self._prior = np.log([free.around for free in problem.free])
        self._given = np.log(self._values(self._scenario(None, settings.scale).parameters))

    def calibrate(self) -> Calibration:
        """Return the fitted parameters, the fit of their targets, and their identifiability.

        Raises:
            LabError: a measure stays 0.
            ScenarioError: what is given cannot be played.
        """
        began, settings = time.monotonic(), self.settings
        start = self.solve(self._flow_residuals, self._given)
        small, slopes = self._fit_small(start)
        full = Pool(self, small, slopes)
        for turn in range(settings.full_rounds):
            full.add(self.results(full.best, settings.scale, settings.full_replications, FULL_FROM + turn * 100))
        values = [float(f"{value:.{DIGITS}g}") for value in np.exp(full.best)]
        fitted = np.log(values)
        identified = identifiability(self.problem, full.slopes(fitted), full.deviations)
        checked = self.results(fitted, settings.scale, settings.check, CHECK_FROM) if settings.check else []
        biases = full.scale_biases(fitted)
        return Calibration(
            scenario=self._which,
            changes=self._changes,
            settings=settings,
            version=VERSION,
            parameters=tuple(
                self._fitted(free, *numbers)
                for free, *numbers in zip(
                    self.problem.free,
                    np.exp(self._given),
                    np.exp(start),
                    values,
                    identified.spreads,
                    identified.moved,
                    strict=True,
                )
            ),
            targets=tuple(
                self._target_fit(target, [record.totals[place].simulated for record in checked], biases[place])
                for place, target in enumerate(self.problem.targets)
            ),
            identifiability=identified,
            runs=self._evaluator.played,
            wall_s=round(time.monotonic() - began, 1),
        )

    def _fit_small(self, start: Floats) -> tuple[Floats, Floats]:
        """Return the best point of the small fair, and the slopes of the corrections there."""
        scale = self.settings.scale * self.settings.small
        first = self.results(start, scale, self.settings.small_replications, 0)
        noise = standard_deviations(first, self.measures)
        self.deviations = [
            math.hypot(target.tolerance, deviation / math.sqrt(len(first)))
            for target, deviation in zip(self.problem.targets, noise, strict=True)
        ]

        def residuals(point: Floats) -> Floats:
            logs = self.logs(point, scale, self.small(point))
            self._report(point, logs, scale)
            return self.weighted(point, logs, scale)

        def slopes(point: Floats) -> Floats:
            steps = [point + STEP * axis for axis in np.eye(len(point))]
            self.small(point, *steps)  # all at once, to keep the workers busy
            there = residuals(point)
            return np.stack([(residuals(step) - there) / STEP for step in steps], axis=1)

        best = self._least_squares(residuals, start, slopes)
        steps = [best + STEP * axis for axis in np.eye(len(best))]
        self.small(best, *steps)
        here = np.array(self.small(best))
        return best, np.stack([(np.array(self.small(step)) - here) / STEP for step in steps], axis=1)

    def small(self, *points: Floats) -> list[float]:
        """Return the corrections of the small fair at the first of some points; play all of them."""
        scale, count = self.settings.scale * self.settings.small, self.settings.small_replications
        new = [point for point in points if tuple(point) not in self._corrections]
        evaluations = [evaluation for point in new for evaluation in self._evaluations(point, scale, count, 0)]
        results = self._evaluator.play(evaluations)
        for place, point in enumerate(new):
            mine = results[place * count : (place + 1) * count]
            self._corrections[tuple(point)] = corrections(mine, self.measures)
        return self._corrections[tuple(points[0])]

    def results(self, point: Floats, scale: float, count: int, first: int) -> list[EvaluationResult]:
        """Return the results of runs at a point."""
        return self._evaluator.play(self._evaluations(point, scale, count, first))

    def _evaluations(self, point: Floats, scale: float, count: int, first: int) -> list[Evaluation]:
        scenario = self._scenario(point, scale)
        return [Evaluation(scenario, self.settings.seed, first + number, self.measures) for number in range(count)]

    def _scenario(self, point: Floats | None, scale: float) -> Scenario:
        """Return the scenario with the parameters of a point, each clipped to its allowed range."""
        fitted = [] if point is None else zip(self.problem.free, np.exp(point).tolist(), strict=True)
        changes = [f"{free.name}={self._rows[free.name].clip(value)!r}" for free, value in fitted]
        return load_scenario(self._which, changes=[*self._changes, *changes], scale=scale)

    def _values(self, parameters: Parameters) -> list[float]:
        """Return the free parameters of a scenario at full scale; the prior's center takes the place of a 0."""
        values, played = [], dict(values_of(parameters))
        for free in self.problem.free:
            value = played[free.name]
            value = value / self.settings.scale if self._rows[free.name].scales else value
            values.append(value or free.around)
        return values

    def logs(self, point: Floats, scale: float, correction: Sequence[float] | Floats) -> Floats:
        """Return the logarithms of the expected measures at a point: the corrected flow equations."""
        equations = log_flow(self._scenario(point, scale).parameters, self.measures)
        expected: Floats = equations + np.asarray(correction)
        return expected

    def weighted(self, point: Floats, logs: Floats, scale: float) -> Floats:
        """Return the residuals: the errors at the targets, then the distances of the parameters from their priors."""
        prior = (point - self._prior) / [free.spread for free in self.problem.free]
        residuals: Floats = np.concatenate([self.errors(logs, scale) / self.deviations, prior])
        return residuals

    def errors(self, logs: Floats, scale: float) -> Floats:
        """Return the errors of expected measures at their targets; 0 on the right side of a bound."""
        return np.array(
            [target.error(log, scale) for target, log in zip(self.problem.targets, logs.tolist(), strict=True)]
        )

    def _flow_residuals(self, point: Floats) -> Floats:
        """Return the residuals of the flow equations alone; 0 for a measure that is not in them."""
        scale = self.settings.scale
        logs = self.logs(point, scale, np.zeros(len(self.measures)))
        residuals = self.weighted(point, logs, scale)
        residuals[: len(logs)][[name not in FLOWS for name in self.measures]] = 0.0
        return residuals

    def solve(self, residuals: Callable[[Floats], Floats], start: Floats) -> Floats:
        """Return the best point of residuals that are cheap to compute."""

        def slopes(point: Floats) -> Floats:
            there = residuals(point)
            return np.stack([(residuals(point + 1e-3 * axis) - there) / 1e-3 for axis in np.eye(len(point))], axis=1)

        return self._least_squares(residuals, start, slopes)

    def _least_squares(
        self, residuals: Callable[[Floats], Floats], start: Floats, slopes: Callable[[Floats], Floats]
    ) -> Floats:
        from scipy.optimize import least_squares

        solution = least_squares(
            residuals, start, jac=slopes, method="trf", x_scale=1.0, ftol=1e-3, xtol=1e-3, gtol=1e-3, max_nfev=20
        )
        best: Floats = solution.x
        return best

    def _report(self, point: Floats, logs: Floats, scale: float) -> None:
        """Report a point that is better than all before."""
        missed = np.abs(self.errors(logs, scale)).tolist()
        if (worst := max(missed)) < self._best:
            self._best = worst
            values = ", ".join(
                f"{free.name.partition('.')[2]} {value:.4g}"
                for free, value in zip(self.problem.free, np.exp(point), strict=True)
            )
            self._on_point(f"best: {self.problem.targets[missed.index(worst)].name} off {worst:.2%} with {values}")

    def _fitted(
        self, free: FreeParameter, given: float, start: float, value: float, spread: float, moved: float
    ) -> Fitted:
        reach = math.exp(CONFIDENCE_Z * spread)
        return Fitted(
            name=free.name,
            unit=self._rows[free.name].unit,
            given=float(f"{given:.{DIGITS}g}"),
            start=float(f"{start:.{DIGITS}g}"),
            value=value,
            low=float(f"{value / reach:.{DIGITS}g}"),
            high=float(f"{value * reach:.{DIGITS}g}"),
            moved=round(moved, 4),
            around=free.around,
            factor=free.factor,
            reason=free.reason,
        )

    def _target_fit(self, target: Target, simulated: list[float], bias: tuple[float, float] | None) -> TargetFit:
        scale = self.settings.scale
        checked = estimate(simulated) if simulated else None

        def off(mean: float) -> float:
            return math.expm1(target.error(math.log(min(max(mean, 1e-300), 1e300)), scale))

        return TargetFit(
            name=target.name,
            measure=target.measure,
            op=target.op,
            value=target.value * (scale if target.scales else 1),
            tolerance=target.tolerance,
            checked=checked,
            error=off(checked.mean) if checked else None,
            within=abs(off(checked.mean)) <= CLOSE if checked else None,
            missed=(off(checked.low) > CLOSE or off(checked.high) < -CLOSE)
            if checked and checked.replications > 1
            else None,
            scale_bias=bias[0] if bias else None,
            scale_bias_half_width=bias[1] if bias else None,
            reason=target.reason,
        )


class Pool:
    """The runs at full scale, each with its point; the slopes of the small fair combine them."""

    def __init__(self, calibrator: Calibrator, small: Floats, slopes: Floats) -> None:
        self._calibrator, self._small, self._slopes = calibrator, small, slopes
        self.best = small
        self._groups: list[tuple[Floats, list[EvaluationResult]]] = []
        self.deviations = list(calibrator.deviations)

    def add(self, results: list[EvaluationResult]) -> None:
        """Add runs at the best point so far, and find a better point."""
        calibrator, scale = self._calibrator, self._calibrator.settings.scale
        self._groups.append((self.best, results))
        self.deviations = [
            math.hypot(target.tolerance, noise)
            for target, noise in zip(calibrator.problem.targets, self.noise(), strict=True)
        ]
        calibrator.deviations = self.deviations
        self.best = calibrator.solve(
            lambda point: calibrator.weighted(point, calibrator.logs(point, scale, self.correction(point)), scale),
            self.best,
        )

    def correction(self, point: Floats) -> Floats:
        """Return the corrections at a point, from all runs."""
        measures = self._calibrator.measures
        moved = [np.array(corrections(some, measures)) + self._slopes @ (point - at) for at, some in self._groups]
        weights = [len(some) for _, some in self._groups]
        mean: Floats = np.average(moved, axis=0, weights=weights)
        return mean

    def noise(self) -> list[float]:
        """Return the standard deviation of each correction, pooled over the groups of runs."""
        counts = np.array([len(some) for _, some in self._groups])
        deviations = np.array([standard_deviations(some, self._calibrator.measures) for _, some in self._groups])
        pooled = np.sqrt(np.average(deviations**2, axis=0, weights=np.maximum(counts - 1, 1)) / counts.sum())
        return list(pooled.tolist())

    def slopes(self, point: Floats) -> Floats:
        """Return the slopes of the targets' logarithms at a point; 0 on the right side of a bound."""
        calibrator, scale = self._calibrator, self._calibrator.settings.scale

        def errors(at: Floats) -> Floats:
            logs = calibrator.logs(at, scale, self.correction(at))
            return np.array(
                [target.error(log, scale) for target, log in zip(calibrator.problem.targets, logs, strict=True)]
            )

        there = errors(point)
        steps = [(errors(point + STEP * axis) - there) / STEP for axis in np.eye(len(point))]
        slopes: Floats = np.stack(steps, axis=1)
        return slopes

    def scale_biases(self, point: Floats) -> list[tuple[float, float] | None]:
        """Return the differences of the small fair's measures from the full one's at a point, as shares, ± 95 %."""
        calibrator = self._calibrator
        small = np.array(calibrator.small(self._small)) + self._slopes @ (point - self._small)
        biases = small - self.correction(point)
        count = calibrator.settings.small_replications
        first = calibrator.results(self._small, calibrator.settings.scale * calibrator.settings.small, count, 0)
        small_noise = np.array(standard_deviations(first, calibrator.measures)) / math.sqrt(count)
        reach = CONFIDENCE_Z * np.hypot(small_noise, self.noise())
        return [
            None if name in EXACT or calibrator.settings.small == 1 else (math.expm1(bias), float(half))
            for name, bias, half in zip(calibrator.measures, biases.tolist(), reach.tolist(), strict=True)
        ]

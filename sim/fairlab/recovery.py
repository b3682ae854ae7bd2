"""Recovery: a test whether a calibration finds known parameters from targets that the model itself made."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np

from fairfacts.evidence.chance import TAIL
from fairlab.calibrated import Calibration, Settings
from fairlab.calibration import Calibrator
from fairlab.estimates import estimate
from fairlab.evaluations import Evaluator
from fairlab.identifiability import Floats
from fairlab.targets import LEAST_TOLERANCE, CalibrationProblem, Target
from fairsim.engine.draws import Draws

LOW, HIGH = 0.6, 1.7
"""The truth lies between these factors on the center of the prior."""
TRUTH_FROM = 5_000
"""Replication number of the first run that makes the targets."""
TRUTHS = 8
"""How many runs make the targets."""
IDENTIFIABLE = 0.5
"""A parameter that the data move less than this is not compared with the truth: the prior decides its value."""


class Recovered(msgspec.Struct, frozen=True):
    """A known parameter, and its calibrated value."""

    name: str
    truth: float
    value: float
    low: float
    high: float
    """Simultaneous interval: all identifiable parameters lie in theirs with 95 % probability."""
    moved: float
    inside: bool | None
    """Whether the truth lies in the interval; None where the data do not identify the parameter."""


class Recovery(msgspec.Struct, frozen=True):
    """One attempt at recovery."""

    parameters: tuple[Recovered, ...]
    runs: int

    @property
    def well(self) -> bool:
        """Whether every identifiable parameter was recovered."""
        return all(each.inside is not False for each in self.parameters)


def recover(
    which: str,
    changes: Sequence[str],
    problem: CalibrationProblem,
    settings: Settings,
    evaluator: Evaluator,
    count: int,
    on_point: Callable[[str], None] = lambda _best: None,
) -> Iterator[Recovery]:
    """Yield attempts to recover parameters drawn at random, between 0.6 and 1.7 times the centers of their priors.

    Raises:
        LabError: a measure stays 0 at the scale of the settings.
    """
    # the targets are of another seed than the calibration's: it must not meet the same random numbers again
    other = msgspec.structs.replace(settings, seed=settings.seed + 1)
    maker = Calibrator(which, changes, problem, other, evaluator)
    for number in range(count):
        draws = Draws(settings.seed, number).stream("recovery.truth").uniform(np.arange(len(problem.free)))
        truth = np.log([free.around for free in problem.free]) + np.log(LOW) + draws * np.log(HIGH / LOW)
        made = msgspec.structs.replace(problem, targets=_targets(maker, truth, TRUTH_FROM + 100 * number))
        before = evaluator.played
        unchecked = msgspec.structs.replace(settings, check=0)
        calibration = Calibrator(which, changes, made, unchecked, evaluator, on_point).calibrate()
        yield Recovery(_recovered(np.exp(truth), calibration), evaluator.played - before)


def _targets(maker: Calibrator, truth: Floats, first: int) -> tuple[Target, ...]:
    """Return the targets with the totals of fairs that are played with the truth; none of them is a bound."""
    scale = maker.settings.scale
    results = maker.results(truth, scale, TRUTHS, first)
    made = []
    for place, target in enumerate(maker.problem.targets):
        total = estimate([result.totals[place].simulated for result in results])
        error = total.sd / total.mean / math.sqrt(total.replications)
        value = total.mean / (scale if target.scales else 1)
        tolerance = max(error, LEAST_TOLERANCE)
        made.append(msgspec.structs.replace(target, value=value, op="=", tolerance=tolerance))
    return tuple(made)


def _recovered(truth: Floats, calibration: Calibration) -> tuple[Recovered, ...]:
    from scipy.special import ndtri

    identifiable = sum(fitted.moved >= IDENTIFIABLE for fitted in calibration.parameters) or 1
    together = float(ndtri(1 - TAIL / identifiable))  # Bonferroni
    recovered = []
    for known, fitted, spread in zip(
        truth.tolist(), calibration.parameters, calibration.identifiability.spreads, strict=True
    ):
        low, high = fitted.value * math.exp(-together * spread), fitted.value * math.exp(together * spread)
        inside = low <= known <= high if fitted.moved >= IDENTIFIABLE else None
        recovered.append(Recovered(fitted.name, known, fitted.value, low, high, fitted.moved, inside))
    return tuple(recovered)

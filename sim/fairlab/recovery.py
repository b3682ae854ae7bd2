"""Recovery: whether a calibration finds parameters that are known, from targets that the model itself made."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np

from fairlab.calibrated import Calibration, Settings
from fairlab.calibration import Calibrator
from fairlab.estimates import estimate
from fairlab.knowledge import Floats
from fairlab.runs import Runs
from fairlab.targets import LEAST_TOLERANCE, Aim, Target
from fairsim.draws import Draws

LOW, HIGH = 0.6, 1.7
"""Between these factors on what the prior is around lies the truth."""
TRUTH_FROM = 5_000
"""First replications of the runs that make the targets."""
TRUTHS = 8
"""Runs that make the targets."""
IDENTIFIABLE = 0.5
"""A parameter that the data moved less is not held against the truth: the prior decides on it."""


class Recovered(msgspec.Struct, frozen=True):
    """A parameter that was known, and what a calibration made of it."""

    name: str
    truth: float
    value: float
    low: float
    high: float
    """Interval such that all the identifiable parameters of a calibration lie in theirs with 95 % probability."""
    moved: float
    inside: bool | None
    """Whether the truth lies in the interval; None where the data do not identify the parameter."""


class Recovery(msgspec.Struct, frozen=True):
    """One attempt."""

    parameters: tuple[Recovered, ...]
    runs: int

    @property
    def well(self) -> bool:
        """Whether every identifiable parameter was recovered."""
        return all(one.inside is not False for one in self.parameters)


def recover(
    which: str,
    changes: Sequence[str],
    aim: Aim,
    settings: Settings,
    runs: Runs,
    count: int,
    on_point: Callable[[str], None] = lambda _best: None,
) -> Iterator[Recovery]:
    """Yield attempts to recover parameters drawn at random, between 0.6 and 1.7 times what their priors are around.

    Raises:
        LabError: a measure stays 0 at the scale of the settings.
    """
    # targets are of another seed than the calibration's: it must not find the same chance again
    other = msgspec.structs.replace(settings, seed=settings.seed + 1)
    maker = Calibrator(which, changes, aim, other, runs)
    for number in range(count):
        draws = Draws(settings.seed, number).stream("recovery.truth").uniform(np.arange(len(aim.free)))
        truth = np.log([free.around for free in aim.free]) + np.log(LOW) + draws * np.log(HIGH / LOW)
        made = msgspec.structs.replace(aim, targets=_targets(maker, truth, TRUTH_FROM + 100 * number))
        before = runs.played
        unchecked = msgspec.structs.replace(settings, check=0)
        found = Calibrator(which, changes, made, unchecked, runs, on_point).calibrate()
        yield Recovery(_recovered(np.exp(truth), found), runs.played - before)


def _targets(maker: Calibrator, truth: Floats, first: int) -> tuple[Target, ...]:
    """Return the targets with the totals of fairs that are played with the truth; no bound among them."""
    scale = maker.settings.scale
    records = maker.records(truth, scale, TRUTHS, first)
    found = []
    for place, target in enumerate(maker.aim.targets):
        total = estimate([record.totals[place].simulated for record in records])
        error = total.sd / total.mean / math.sqrt(total.replications)
        value = total.mean / (scale if target.scales else 1)
        tolerance = max(error, LEAST_TOLERANCE)
        found.append(msgspec.structs.replace(target, value=value, op="=", tolerance=tolerance))
    return tuple(found)


def _recovered(truth: Floats, found: Calibration) -> tuple[Recovered, ...]:
    from scipy.special import ndtri

    identifiable = sum(fitted.moved >= IDENTIFIABLE for fitted in found.parameters) or 1
    together = float(ndtri(1 - 0.025 / identifiable))  # Bonferroni
    recovered = []
    for known, fitted, spread in zip(truth.tolist(), found.parameters, found.knowledge.spreads, strict=True):
        low, high = fitted.value * math.exp(-together * spread), fitted.value * math.exp(together * spread)
        inside = low <= known <= high if fitted.moved >= IDENTIFIABLE else None
        recovered.append(Recovered(fitted.name, known, fitted.value, low, high, fitted.moved, inside))
    return tuple(recovered)

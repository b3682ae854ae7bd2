"""Identifiability: which parameters, and which directions among them, the targets determine."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairlab.targets import CalibrationProblem

Floats = NDArray[np.float64]
STEP = 0.1
"""Length of the weakest direction: about the share by which it moves the parameter that it moves most."""


class Identifiability(msgspec.Struct, frozen=True):
    """How far the targets determine the parameters, from the slopes of the targets at the fitted point."""

    spreads: tuple[float, ...]
    """Standard deviation of each parameter's logarithm, prior and targets together."""
    moved: tuple[float, ...]
    """Of each parameter: 1 - posterior / prior variance; 0 if the data say nothing about it, 1 if they fix it."""
    singular_values: tuple[float, ...]
    """How many times closer than the prior the targets fix each independent direction, the closest first."""
    weakest: tuple[float, ...]
    """Factor on each parameter, along the direction that the targets determine least."""
    weakest_moves: float
    """Share by which that direction moves the target that it moves most."""
    words: str


def identifiability(problem: CalibrationProblem, slopes: Floats, deviations: Sequence[float]) -> Identifiability:
    """Return how far the targets determine the parameters.

    Args:
        problem: parameters with their priors, and targets.
        slopes: derivatives of each target's logarithm (row) by each parameter's (column).
        deviations: standard deviation of each target, from its rounding and the noise of the runs.
    """
    prior = np.array([free.spread for free in problem.free])
    scaled = slopes / np.array(deviations)[:, None] * prior
    covariance = np.linalg.inv(scaled.T @ scaled + np.eye(len(prior)))  # in units of the prior
    _, singular, directions = np.linalg.svd(scaled)
    singular = np.concatenate([singular, np.zeros(len(prior) - len(singular))])
    weakest = directions[-1] * prior
    largest = int(np.argmax(np.abs(weakest)))
    weakest *= STEP / weakest[largest]
    moves = float(np.abs(slopes @ weakest).max())
    return Identifiability(
        spreads=tuple((np.sqrt(np.diag(covariance)) * prior).tolist()),
        moved=tuple((1 - np.diag(covariance)).tolist()),
        singular_values=tuple(singular.tolist()),
        weakest=tuple(np.exp(weakest).tolist()),
        weakest_moves=moves,
        words=_words(problem, weakest, moves, float(singular[-1])),
    )


def _words(problem: CalibrationProblem, weakest: Floats, moves: float, singular: float) -> str:
    """Return the weakest direction as an experiment that a reader can try."""
    parts = [
        f"{free.name} {'up' if step > 0 else 'down'} {abs(math.expm1(step)):.1%}"
        for free, step in sorted(zip(problem.free, weakest.tolist(), strict=True), key=lambda pair: -abs(pair[1]))
        if abs(step) >= STEP / 20
    ]
    verdict = "the prior alone decides here" if singular < 1 else f"known {singular:.0f} times closer than by the prior"
    return f"{', '.join(parts)}: no target moves by more than {moves:.2%}; {verdict}"

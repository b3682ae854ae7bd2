"""Knowledge: what the targets tell of the parameters, and what they cannot."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairlab.targets import Aim

Floats = NDArray[np.float64]
STEP = 0.1
"""By how much, about, the weakest direction moves the parameter that it moves most."""


class Knowledge(msgspec.Struct, frozen=True):
    """What the targets tell, from the slopes of the targets at the fitted point."""

    spreads: tuple[float, ...]
    """Standard deviation of each parameter's logarithm, prior and targets together."""
    moved: tuple[float, ...]
    """Of each parameter: 1 - posterior / prior variance; 0 when the data say nothing of it, 1 when they say all."""
    singular_values: tuple[float, ...]
    """How many times closer than the prior the targets fix each independent direction, closest first (below 1: not)."""
    weakest: tuple[float, ...]
    """Factor on each parameter, along the direction of which the targets tell least."""
    weakest_moves: float
    """By how much, as a share, that moves the target that it moves most."""
    words: str


def knowledge(aim: Aim, slopes: Floats, deviations: Sequence[float]) -> Knowledge:
    """Return what the targets tell.

    Args:
        aim: parameters with their priors, and targets.
        slopes: of each target's logarithm (row) by each parameter's (column).
        deviations: of each target: what its rounding and the noise of the runs leave open.
    """
    prior = np.array([free.spread for free in aim.free])
    scaled = slopes / np.array(deviations)[:, None] * prior
    covariance = np.linalg.inv(scaled.T @ scaled + np.eye(len(prior)))  # in units of the prior
    _, singular, directions = np.linalg.svd(scaled)
    singular = np.concatenate([singular, np.zeros(len(prior) - len(singular))])
    weakest = directions[-1] * prior
    largest = int(np.argmax(np.abs(weakest)))
    weakest *= STEP / weakest[largest]
    moves = float(np.abs(slopes @ weakest).max())
    return Knowledge(
        spreads=tuple((np.sqrt(np.diag(covariance)) * prior).tolist()),
        moved=tuple((1 - np.diag(covariance)).tolist()),
        singular_values=tuple(singular.tolist()),
        weakest=tuple(np.exp(weakest).tolist()),
        weakest_moves=moves,
        words=_words(aim, weakest, moves, float(singular[-1])),
    )


def _words(aim: Aim, weakest: Floats, moves: float, singular: float) -> str:
    """Say the weakest direction as a reader would try it."""
    parts = [
        f"{free.name} {'up' if step > 0 else 'down'} {abs(math.expm1(step)):.1%}"
        for free, step in sorted(zip(aim.free, weakest.tolist(), strict=True), key=lambda pair: -abs(pair[1]))
        if abs(step) >= STEP / 20
    ]
    verdict = "the prior alone decides here" if singular < 1 else f"known {singular:.0f} times closer than before"
    return f"{', '.join(parts)}: no target moves by more than {moves:.2%}; {verdict}"

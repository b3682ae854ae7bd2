"""Emulator: the measures of a run as a linear function of its parameters, learnt from the runs played so far.

Parameters are in standard deviations of their priors, and measures in the logarithm: the model is mostly a product of
rates and shares, so that a plane is close to it. Its slopes are those of ridge regression, as there may be more
parameters than runs; the penalty of each measure is the one of least generalised cross-validation (Golub, Heath and
Wahba 1979). A measure hangs on some parameters and hardly on the others: the penalty of a slope is the smaller, the
more of the measure's variance its parameter explains alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from fairlab.identifiability import Floats

PENALTIES = np.logspace(-6, 2, 81)
"""Those that are tried, against the square of the largest singular value."""
TINY = 1e-300
"""Stands in for nothing at all, by which nothing can be divided."""


class Emulator(NamedTuple):
    """A plane for each measure."""

    slopes: Floats
    """By measure (row) and parameter (column)."""
    middle: Floats
    """By measure, where every parameter is in the middle of its prior."""
    left: Floats
    """By run (row) and measure, by how much it is off the plane of the other runs."""

    @classmethod
    def learnt(cls, places: Floats, seen: Floats) -> Self:
        """Return the emulator of some runs.

        Args:
            places: the parameters, one row for each run.
            seen: the measures, of the same rows.
        """
        middle, mean = places.mean(axis=0), seen.mean(axis=0)
        planes = [_plane(places - middle, off) for off in (seen - mean).T]
        slopes = np.stack([along for along, _ in planes])
        return cls(slopes, mean - slopes @ middle, np.stack([left for _, left in planes], axis=1))

    @property
    def chance(self) -> Floats:
        """By measure, the standard deviation of what the planes leave: chance, and what is not plane."""
        found: Floats = self.left.std(axis=0)
        return found

    def through(self, places: Floats, seen: Floats) -> Self:
        """Return it with planes as steep, through the middle of some runs."""
        return self._replace(middle=(seen - places @ self.slopes.T).mean(axis=0))

    def first(self, count: int) -> Self:
        """Return that of the first measures."""
        return type(self)(self.slopes[:count], self.middle[:count], self.left[:, :count])

    def at(self, places: Floats) -> Floats:
        """Return the measures at a place, or at some places."""
        found: Floats = self.middle + places @ self.slopes.T
        return found


def most_likely(drawn: Floats, emulator: Emulator, known: Floats, ops: Sequence[str], errors: Floats) -> Floats:
    """Return the most likely place of each member: near where it was drawn, and where it meets what was known.

    Args:
        drawn: places from the priors, one row for each member.
        emulator: how the measures go by the parameters; one row for each thing that was known.
        known: what was known, with an error of each member's own.
        ops: `=`, or `>` and `<` for a bound, which moves nobody who keeps it.
        errors: standard deviation of each thing that was known.
    """
    signs = np.array([{">": 1.0, "<": -1.0}.get(op, 0.0) for op in ops])
    return np.stack([_most_likely(*each, emulator, signs, errors) for each in zip(drawn, known, strict=True)])


def _most_likely(drawn: Floats, known: Floats, emulator: Emulator, signs: Floats, errors: Floats) -> Floats:
    """Return the most likely place of a member; a bound counts from when it is not kept."""
    counts, missed = signs == 0, known - emulator.at(drawn)
    while True:
        slopes, errors_there = emulator.slopes[counts], np.diag(errors[counts] ** 2)
        place: Floats = drawn + slopes.T @ np.linalg.solve(slopes @ slopes.T + errors_there, missed[counts])
        broken = ~counts & (signs * (known - emulator.at(place)) > 0)
        if not broken.any():
            return place
        counts |= broken


def _plane(places: Floats, seen: Floats) -> tuple[Floats, Floats]:
    """Return the slopes of a measure, and what each run is off the plane of the others.

    Args:
        places: the parameters, less their mean.
        seen: the measure, less its mean.
    """
    alone = (places.T @ seen) ** 2 / ((places**2).sum(axis=0) * (seen @ seen) + TINY)
    runs, singular, parameters = np.linalg.svd(places * alone, full_matrices=False)
    count, along = len(seen), runs.T @ seen
    inverse = singular / (singular**2 + PENALTIES[:, None] * singular[0] ** 2 + TINY)
    kept = inverse * singular
    missed = seen @ seen - along @ along + (((1 - kept) * along) ** 2).sum(axis=1)
    best = np.argmin(missed / (count - 1 - kept.sum(axis=1)) ** 2)
    left = (seen - runs @ (kept[best] * along)) / (1 - 1 / count - runs**2 @ kept[best])
    slopes: Floats = alone * (inverse[best] * along @ parameters)
    return slopes, left

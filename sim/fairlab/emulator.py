"""Emulator: the measures of a run as a function of its parameters, learnt from the runs played so far.

Parameters are in standard deviations of their priors, and measures in the logarithm. A plane is then close to the
model, which is mostly a product of rates and shares. The distances of the runs from the plane are kriged: the nearer
two places are, the more alike (a Gaussian process; Rasmussen and Williams 2006, chapter 2). A measure depends on some
parameters and hardly on the others. So each parameter counts by the slope of a first plane along it; in that first
plane, it counts by the share of the measure's variance that it explains alone. Maximum likelihood decides how much
bends, over what distance, and how much is chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from fairlab.identifiability import Floats

BENDS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Variances of the bends that are tried, as multiples of the plane's; no bend at all is tried as well."""
NEAR = (1.0, 2.0, 4.0)
"""Distances over which bends are alike that are tried, in standard deviations of the steepest parameter."""
CHANCE = np.logspace(-5, 4, 46)
"""Variances of chance that are tried, as multiples of the plane's."""
STEPS, CLOSE = 20, 1e-3
"""At most so many steps move a member; after a step shorter than `CLOSE` it has arrived."""
HALVED = 6
"""How often a step is halved if it leads to a less likely place."""
TINY = 1e-300
"""Takes the place of 0 where something is divided by it or its logarithm is taken."""


class Surface(NamedTuple):
    """One measure: a plane, and what bends it near the runs that were played."""

    middle: float
    """The plane's value where every parameter is in the middle of its prior."""
    slopes: Floats
    """Slope of the plane, by parameter."""
    near: Floats
    """By parameter, the factor that turns standard deviations into the distances of `_alike`."""
    runs: Floats
    """Where the runs were, in these distances."""
    pulls: Floats
    """By how much each run bends the plane."""
    left: Floats
    """How far each run is off what the other runs predict for it."""
    chance: float
    """Standard deviation of chance: what is neither plane nor bend."""

    @classmethod
    def learnt(cls, places: Floats, seen: Floats) -> Self:
        """Return the surface of a measure; `places` has a row for each run."""
        middle, mean = places.mean(axis=0), float(seen.mean())
        off, measured = places - middle, seen - mean
        alone = (off.T @ measured) ** 2 / ((off**2).sum(axis=0) * (measured @ measured) + TINY)
        first = _fit(off, alone, measured, bends=False)
        fit = _fit(off, np.abs(first.slopes), measured, bends=True)
        return cls(mean - float(fit.slopes @ middle), fit.slopes, fit.near, places * fit.near, *fit[2:])

    def at(self, places: Floats) -> Floats:
        """Return the measure at a place, or at some places."""
        plane: Floats = self.middle + places @ self.slopes
        return plane + self._alike(places) @ self.pulls if self.pulls.any() else plane

    def slopes_at(self, place: Floats) -> Floats:
        """Return the slope at a place, by parameter."""
        if not self.pulls.any():
            return self.slopes
        pulls = self._alike(place) * self.pulls
        bent: Floats = self.slopes + (pulls @ self.runs - pulls.sum() * place * self.near) * self.near
        return bent

    def _alike(self, places: Floats) -> Floats:
        return _alike(places * self.near, self.runs)


class _Fit(NamedTuple):
    """The fit of a measure by maximum likelihood."""

    slopes: Floats
    near: Floats
    pulls: Floats
    left: Floats
    chance: float


class Emulator(NamedTuple):
    """A surface for each measure."""

    surfaces: tuple[Surface, ...]

    @classmethod
    def learnt(cls, places: Floats, seen: Floats) -> Self:
        """Return the emulator of some runs.

        Args:
            places: the parameters, one row for each run.
            seen: the measures, of the same rows.
        """
        return cls(tuple(Surface.learnt(places, each) for each in seen.T))

    @property
    def chance(self) -> Floats:
        """By measure, the standard deviation of chance."""
        return np.array([each.chance for each in self.surfaces])

    @property
    def left(self) -> Floats:
        """By run (row) and measure (column), how far it is off what the other runs predict."""
        return np.stack([each.left for each in self.surfaces], axis=1)

    def first(self, count: int) -> Self:
        """Return the emulator of the first `count` measures."""
        return type(self)(self.surfaces[:count])

    def at(self, places: Floats) -> Floats:
        """Return the measures at a place, or at some places."""
        return np.stack([each.at(places) for each in self.surfaces], axis=-1)

    def slopes_at(self, place: Floats) -> Floats:
        """Return the slopes at a place, by measure (row) and parameter (column)."""
        return np.stack([each.slopes_at(place) for each in self.surfaces])


class Known(NamedTuple):
    """What was known; each member has values with errors of its own."""

    values: Floats
    signs: Floats
    """1 for a lower bound, -1 for an upper bound, else 0."""
    errors: Floats
    """Standard deviations."""

    @classmethod
    def of(cls, values: Floats, ops: Sequence[str], errors: Floats) -> Self:
        """Return what was known; `ops` are `=`, or `>` and `<` for a bound, which moves no member that keeps it."""
        return cls(values, np.array([{">": 1.0, "<": -1.0}.get(op, 0.0) for op in ops]), errors)


def most_likely(
    drawn: Floats, emulator: Emulator, known: Known, within: tuple[Floats, Floats], began: Floats
) -> Floats:
    """Return the most likely place of each member: close to where it was drawn, and to what was known.

    Args:
        drawn: places from the priors, one row for each member.
        emulator: how the measures depend on the parameters; one surface for each thing that was known.
        known: what was known, one row for each member.
        within: lower and upper bounds of the parameters: shared by all members, or one row for each.
        began: the places where the search starts, one row for each member.
    """
    ends = zip(*(np.broadcast_to(end, drawn.shape) for end in within), strict=True)
    return np.stack([
        _most_likely(mine, emulator, known._replace(values=values), own, np.clip(place, *own))
        for mine, values, own, place in zip(drawn, known.values, ends, began, strict=True)
    ])  # fmt: skip


def _most_likely(
    drawn: Floats, emulator: Emulator, known: Known, within: tuple[Floats, Floats], place: Floats
) -> Floats:
    """Return the most likely place of a member (Gauss and Newton); a bound counts as soon as it is broken."""
    counts = known.signs == 0

    def unlikely(there: Floats) -> float:
        missed = ((known.values - emulator.at(there)) / known.errors)[counts]
        return float(missed @ missed + (there - drawn) @ (there - drawn))

    for _ in range(STEPS):
        missed, slopes = known.values - emulator.at(place), emulator.slopes_at(place)
        while True:
            step = _most_likely_by(drawn, place, missed[counts], slopes[counts], known.errors[counts], within) - place
            broken = ~counts & (known.signs * (missed - slopes @ step) > 0)
            if not broken.any():
                break
            counts |= broken
        before = unlikely(place)
        shares = (0.5**halved for halved in range(HALVED))
        share = next((share for share in shares if unlikely(place + share * step) < before), 0.0)
        place = place + share * step
        if np.abs(share * step).max() < CLOSE:
            break
    return place


def _most_likely_by(
    drawn: Floats, place: Floats, missed: Floats, slopes: Floats, errors: Floats, within: tuple[Floats, Floats]
) -> Floats:
    """Return the most likely place by the slopes at `place`; a parameter beyond its range stays at its end."""
    base, free = drawn, np.ones_like(drawn, dtype=bool)
    while True:
        along = slopes * free
        inner = along @ along.T + np.diag(errors**2)
        target: Floats = base + along.T @ np.linalg.solve(inner, missed + slopes @ (place - base))
        ended = np.clip(target, *within)
        if not (free & (ended != target)).any():
            return ended
        base, free = np.where(free & (ended != target), ended, base), free & (ended == target)


def _alike(some: Floats, others: Floats) -> Floats:
    """Return how alike places are: 1 where they are the same, 0 far away."""
    apart = (some**2).sum(axis=-1)[..., None] + (others**2).sum(axis=1) - 2 * some @ others.T
    alike: Floats = np.exp(-np.maximum(apart, 0) / 2)
    return alike


def _fit(off: Floats, steep: Floats, measured: Floats, *, bends: bool) -> _Fit:
    """Return the fit of maximum likelihood.

    Args:
        off: the parameters, less their mean.
        steep: how much each parameter counts.
        measured: the measure, less its mean.
        bends: whether bends are tried as well as the plane.
    """
    steep = steep / (steep.max() + TINY)
    stretched = off * steep
    plane = stretched @ stretched.T
    size = float(np.trace(plane)) / len(plane) + TINY
    plane /= size
    best, likeliest = np.inf, (plane, 0.0, 1.0, CHANCE[0])
    tried = [(0.0, 1.0), *((bend, near) for near in NEAR for bend in BENDS)] if bends else [(0.0, 1.0)]
    for bend, near in tried:
        together = plane + bend * _alike(stretched / near, stretched / near) if bend else plane
        own, unlikely = _unlikely(together, measured)
        if unlikely < best:
            best, likeliest = unlikely, (together, bend, near, own)
    together, bend, near, chance = likeliest
    inverse = np.linalg.inv(together + chance * np.eye(len(together)))
    weights = inverse @ measured
    return _Fit(
        steep * (stretched.T @ weights) / size, steep / near, bend * weights, weights / np.diag(inverse),
        float(np.sqrt(chance * (measured @ weights) / len(measured))),
    )  # fmt: skip


def _unlikely(together: Floats, measured: Floats) -> tuple[float, float]:
    """Return the most likely variance of chance, and twice the negative logarithm of its likelihood.

    Args:
        together: covariances of the runs without chance, up to a factor.
        measured: the measure, less its mean.
    """
    spread, axes = np.linalg.eigh(together)
    spread = np.maximum(spread, 0) + CHANCE[:, None]
    unlikely = len(measured) * np.log(((axes.T @ measured) ** 2 / spread).mean(axis=1) + TINY)
    unlikely += np.log(spread).sum(axis=1)
    best = int(np.argmin(unlikely))
    return float(CHANCE[best]), float(unlikely[best])

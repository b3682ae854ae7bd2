"""Stopping: how many replications an ensemble plays, a fixed number or until an interval is narrow enough."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairfacts.errors import LabError, did_you_mean
from fairfacts.measures import MEASURES, is_given
from fairlab.estimates import Estimate, estimate, least_sd, widened
from fairlab.replications import Replication

PERSISTS = 3
"""After how many replications in a row the interval must be narrow enough: a single time is often chance."""


class Until(msgspec.Struct, frozen=True):
    """When an ensemble is large enough: the width of its interval of a measure, or of a difference."""

    measure: str
    half_width: float
    """In the measure's unit, or as a share of its mean."""
    relative: bool

    def holds(self, estimate: Estimate) -> bool:
        """Return whether the interval is narrow enough.

        Replications that are all alike say nothing about the width, unless the measure is given: they may be few.
        """
        if not (estimate.sd or is_given(self.measure, in_the_end=True)):
            estimate = widened(estimate, least_sd(self.measure, estimate.mean))
            if not estimate.sd:
                return False
        width = self.half_width * abs(estimate.mean) if self.relative else self.half_width
        return width > 0 and estimate.half_width <= width


class Ended(msgspec.Struct, frozen=True):
    """How wide the interval is in the end, and whether it is as narrow as was asked."""

    measure: str
    half_width: float | None
    """Half the interval, in the unit of what was asked; None after a single replication, or where it is not known."""
    asked: float
    relative: bool
    """Whether both are shares of the mean."""
    replications: int
    is_met: bool

    @classmethod
    def of(cls, until: Until, known: Estimate | None, replications: int) -> Ended:
        """Return how a condition ended, from the estimate of what it looks at."""
        half = None if known is None else known.half_width
        if half is not None and until.relative:
            half = half / abs(known.mean) if known and known.mean else None
        is_met = known is not None and until.holds(known)
        return cls(until.measure, half, until.half_width, until.relative, replications, is_met)

    @property
    def words(self) -> str:
        """Return what to say where it is not met."""
        half, asked = (
            "unknown" if width is None else f"{100 * width:.3g} %" if self.relative else f"{width:,.4g}"
            for width in (self.half_width, self.asked)
        )
        return (
            f"not narrow enough after {self.replications} replications: {self.measure} ± {half}, and {asked} was asked;"
            " give a larger --most"
        )


def read_until(text: str) -> Until:
    """Return the condition of `--until MEASURE=WIDTH`, such as `negotiations.held=0.5%` or `negotiations.held=1000`.

    Raises:
        LabError: it names no measure, or no width.
    """
    measure, _, width = text.partition("=")
    if measure not in MEASURES:
        raise LabError(f"--until {text}: {measure} is no measure; {did_you_mean(measure, MEASURES)}")
    relative = width.endswith("%")
    try:
        value = float(width.removesuffix("%")) / (100 if relative else 1)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        trouble = f"{width} is no width over 0" if width else "the width is missing"
        raise LabError(f"--until {text}: {trouble}; write {measure}=0.5% or {measure}=1000")
    return Until(measure, value, relative)


class Plan(msgspec.Struct, frozen=True):
    """How many replications are played, and what each records."""

    count: int
    """Number of replications; with `until` the least number."""
    until: Until | None = None
    most: int = 200
    """The largest number, if `until` does not come true."""
    moments_ms: tuple[int, ...] = ()
    digest: bool = True

    @property
    def largest(self) -> int:
        """Return how many replications are played at most."""
        return self.count if self.until is None else max(self.most, self.count)


class Stopping:
    """Decides after each replication whether a plan's condition has come true."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._narrow = plan, 0
        self.known: Estimate | None = None
        """The estimate so far of what the condition looks at; None without a condition, and after a single
        replication."""

    def are_enough(self, played: Sequence[tuple[Replication, ...]]) -> bool:
        """Return whether the replications so far are enough; each holds one result for every scenario.

        Raises:
            LabError: the measure of the condition is no number.
        """
        until = self._plan.until
        if until is None:
            return False
        self.known = _known(until, played)
        self._narrow = self._narrow + 1 if self.known and until.holds(self.known) else 0
        return self._narrow >= PERSISTS and len(played) >= self._plan.count


def _known(until: Until, played: Sequence[tuple[Replication, ...]]) -> Estimate | None:
    """Return the estimate of the measure so far, or of its difference between the first two scenarios."""
    values = [[each.value(until.measure) for each in together[:2]] for together in played]
    if not isinstance(values[0][0], int | float):
        raise LabError(f"--until {until.measure}: is no number but a breakdown or a text; name another measure")
    differences = [float(value[-1] - value[0]) if len(value) > 1 else float(value[0]) for value in values]
    return estimate(differences) if len(played) > 1 else None

"""The moment of the fair that a figure speaks of."""

from __future__ import annotations

from fairfacts.clock import read_moment
from fairfacts.errors import FigureError, MomentError
from fairfacts.evidence.figures import Figure
from fairfacts.parts.runs import RunMeasures


def moment_ms(figure: Figure, run: RunMeasures) -> int | None:
    """Return the moment that a figure speaks of, in ms since the epoch; None for the end of the run.

    A day means its end, and a moment without offset is on the fair's clock. No moment means the close of the fair.

    Raises:
        FigureError: it lies outside the fair.
    """
    try:
        return read_at(figure.at, run)
    except MomentError as fault:
        raise FigureError(f"figure {figure.id}: as_of: {fault}") from fault


def read_at(at: str, run: RunMeasures) -> int | None:
    """Return the moment `at` of a figure, as `moment_ms`.

    Raises:
        MomentError: it lies outside the fair.
    """
    if not (at := at or run.closed_on):
        return None
    at_ms = read_moment(at, run.began, range(1, run.duration_ms + 1), day_ends=True)
    return at_ms if at_ms < run.duration_ms else None

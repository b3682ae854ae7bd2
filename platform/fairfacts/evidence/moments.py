"""The moment of the fair that a figure speaks of, and figures that are moments themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fairfacts.clock import any_moment, check_moment, read_moment
from fairfacts.errors import FigureError, MomentError
from fairfacts.evidence.figures import Figure
from fairfacts.interchange.table import Row
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


def checked_moment(row: Row) -> str:
    """Return the moment at which the measure of a row is taken; a text that is no moment is a fault, and the end."""
    as_of = row.text("as_of")
    try:
        if as_of:
            check_moment(as_of)
    except MomentError as fault:
        row.fault(f"as_of: {fault}")
        return ""
    return as_of


def wrong_moments(figure: Figure, run: RunMeasures) -> Iterator[str]:
    """Yield what is wrong with the moments of a figure in a run: outside the fair, or never shown by its clocks."""
    try:
        read_at(figure.at, run)
    except MomentError as fault:
        yield f"as_of: {fault}"
    try:
        if isinstance(figure.value, str):
            _span_ms(figure.value, run.began)
    except MomentError as fault:
        yield f"value: {fault}"


def is_met(op: str, simulated: str, reported: str, began: datetime) -> bool:
    """Return whether a moment is what was reported: then (`=`, `~`), later (`>`) or earlier (`<`).

    A day is all of that day at the fair, and a moment without offset is on the fair's clock.

    Args:
        op: the figure's operator.
        simulated: a measure's moment or day; empty if it has not come yet.
        reported: the figure's.
        began: the run's epoch, in the fair's time zone.

    Raises:
        MomentError: the fair's clocks never show the reported moment.
    """
    first, end = _span_ms(reported, began)
    if not simulated:
        return False
    came, over = _span_ms(simulated, began)
    return came >= end if op == ">" else over <= first if op == "<" else came < end and first < over


def _span_ms(text: str, began: datetime) -> tuple[int, int]:
    """Return the span of a moment or a day, in ms since the epoch, the end excluded."""
    first, end = (any_moment(text, began, day_ends=day_ends) for day_ends in (False, True))
    return first, max(end, first + 1)

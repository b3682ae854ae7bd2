"""Figures: what was reported of the fair, each with its source; the documents' and a user's own."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import msgspec

from fairfacts.errors import FigureError, did_you_mean
from fairfacts.measure import MONEY, Measure
from fairfacts.measures import MEASURES, State, value_at

Operator = Literal["=", ">", "<", "~"]
Status = Literal["plan", "outcome"]
PLUS = " + "
"""Between measures whose sum a figure is held against."""
FIXED_UNITS = (
    *("share", "s", "h", "ms", "days", "date", "moment", "people/m2"),
    *("disruptions", "notices", "alarms", "sessions", "streams", "economies", "sectors", "zones", "routes", "tours"),
)
"""Units of measures that do not shrink with the fair."""
WORDS = ("word", "name", "release")
"""Units of measures that are texts: no figure can be held against them."""


class Figure(msgspec.Struct, frozen=True):
    """One figure as it was printed."""

    id: str
    value: float | str
    """A number in `unit`, or the moment as ISO 8601 text where the unit is `date` or `datetime`."""
    op: Operator
    """`=` as printed, `>` more than, `<` fewer than, `~` about."""
    unit: str
    as_of: str
    status: Status
    counts: str
    """What exactly is counted."""
    source: str
    paragraph: int
    rounding: float
    """Half the last printed place, in `unit`: 0 for an exact count."""
    measure: str = ""
    """Path of the measure that it is held against, or of several whose sum it is; empty where there is none."""
    scales: bool = False
    """Whether it counts people or what they do, so that it shrinks with the scale of the run."""
    caveat: str = ""
    """What weakens its evidence where it is held out."""
    names: dict[str, str] = {}
    """For people, by language."""
    is_own: bool = False
    """Whether it comes from a user's file."""
    at: str = ""
    """Moment of the fair at which it is taken; empty: its end, whatever day `as_of` is."""
    same_as: tuple[str, ...] = ()
    """Documented figures of the same measure at the end of the fair; only of a user's own figure."""
    same_at: tuple[tuple[str, str], ...] = ()
    """Documented figures of the same measure at a moment, each with its moment."""


def measure_of(measure: str) -> Measure:
    """Return the measure at a path that leads to one number or moment.

    Raises:
        FigureError: there is no such measure, or it is a breakdown or a text; names the nearest.
    """
    names = measure.split(".")
    path = ".".join(names[:2])
    if path not in MEASURES:
        if not measure:
            raise FigureError("measure is missing; name one, such as organisations.registered")
        raise FigureError(f"measure is {measure!r}, which is none; {did_you_mean(path, MEASURES)}")
    declared, keys = MEASURES[path], names[2:]
    value = value_at(_nothing(), path)
    if declared.unit in WORDS:
        raise FigureError(f"measure is {measure}, a {declared.unit}; name one that is a number or a moment")
    if not isinstance(value, dict) and keys:
        raise FigureError(f"measure is {measure}, and {path} is one number; leave the rest out")
    if not declared.levels:
        raise FigureError(f"measure is {measure}, and {path} is {declared}; name one that is a number or a moment")
    if isinstance(value, dict) and value and keys and keys[0] not in value:
        raise FigureError(f"measure is {measure}; {did_you_mean(keys[0], value)}")
    missing = declared.levels - len(keys) if isinstance(value, dict) else 0
    if missing > 0:
        example = ".".join([measure, *["KEY"] * missing])
        raise FigureError(f"measure is {measure}, a breakdown; name one of its keys, such as {example}")
    if missing < 0:
        number = ".".join(names[: 2 + declared.levels])
        raise FigureError(f"measure is {measure}, and {number} is one number; leave the rest out")
    return declared._replace(unit=names[2]) if declared.unit == MONEY else declared


@cache
def _nothing() -> dict[str, Any]:
    """Return the measures of a run without events."""
    return State().snapshot()

"""Figures of a day of the fair whose measures are taken at its end all the same, as `as_of` of `figures.csv` says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from fairfacts.evidence.figures import PLUS, Figure
from fairfacts.interchange.reading import Remark

SERIES = ("per_day", "per_hour")
"""Ends of the names of measures whose numbers stay as they are once the day, or the hour, is over."""


def taken_at_end(figures: Iterable[Figure], opens_on: date, days: int) -> Iterator[Remark]:
    """Yield a remark for each figure of a day before the last that its measure may have grown beyond since.

    Args:
        figures: those of the fair.
        opens_on: its first day.
        days: how many it has.
    """
    last = opens_on + timedelta(days=days - 1)
    for figure in figures:
        if figure.at or not figure.as_of or not figure.measure or figure.status == "plan" or _is_of_series(figure):
            continue
        if opens_on <= (day := date.fromisoformat(figure.as_of)) < last:
            evening = f"{day + timedelta(days=1)}T00:00"
            message = (
                f"as_of is {day}, and its measure is taken at the end of the fair; {evening} is the end of that day"
            )
            yield Remark(f"figure {figure.id}", "moved", "as_of", message)


def _is_of_series(figure: Figure) -> bool:
    return all(path.split(".")[1].endswith(SERIES) for path in figure.measure.split(PLUS))

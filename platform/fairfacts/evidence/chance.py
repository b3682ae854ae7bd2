"""Chance: how far apart two runs are that differ by their seeds alone.

`chance.csv` in the fair's folder says it of each measure that is one number, at the end and at the moments of figures.
`fairlab.chance` plays the fairs for it and writes it. Most fairs have no such file; nothing is known then.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from statistics import NormalDist

from fairfacts.errors import FigureError
from fairfacts.evidence.figures import PLUS, measure_of
from fairfacts.evidence.moments import checked_moment
from fairfacts.evidence.numbers import needed, read_numbers
from fairfacts.interchange.reading import quoted
from fairfacts.interchange.table import Row
from fairfacts.measures import measure_at
from fairfacts.resources import fair_folder, files_state

CHANCE, NUMBERS = "chance.csv", ("total", "lasting", "shrinking")
COLUMNS = ("measure", "as_of", *NUMBERS)
TAIL = 0.025
"""The probability beyond either end of an interval, wherever one of 95 % is meant."""
CONFIDENCE_Z = NormalDist().inv_cdf(1 - TAIL)
"""So many standard deviations a normal distribution's interval reaches either way."""


@dataclass(frozen=True)
class Chance:
    """What chance does to one measure. Its relative variance is lasting^2 + shrinking^2 / size."""

    total: float
    """The measure in a fair of scale 1; its value is held against this. 0 if it does not grow with the fair, as a share
    or the sessions: the run's scale counts then."""
    lasting: float
    """Standard deviation that does not shrink as the fair grows, as a share of the mean."""
    shrinking: float
    """Standard deviation that averages out as the fair grows, as a share of the mean in a fair of scale 1."""

    def variance(self, value: float, scale: float) -> float:
        """Return the variance of a value from seed to seed, in the measure's unit squared."""
        if not self.total:
            return float(value**2 * (self.lasting**2 + self.shrinking**2 / scale))
        return float((self.lasting * value) ** 2 + self.shrinking**2 * self.total * abs(value))


def at_least(path: str, value: float) -> float:
    """Return the value of which a measure has its chance: of a count 1 at least, as the next one may not be 0 too."""
    return max(abs(value), 1.0) if measure_at(path).format == "count" else value


def apart(*sides: tuple[Chance, float, float]) -> float:
    """Return the difference between two runs that 95 of 100 pairs of independent seeds do not exceed.

    Args:
        sides: one for each run: what chance does to the measure, the measure's value, and the run's scale.
    """
    return CONFIDENCE_Z * math.sqrt(sum(chance.variance(value, scale) for chance, value, scale in sides))


def load_chance(fair: str, as_of: str = "") -> Mapping[str, Chance]:
    """Return what chance does in a fair, by measure; empty if its folder is not here or has no `chance.csv`.

    Args:
        fair: its key.
        as_of: the moment at which the measures are taken, as the fair's figures write it; empty: the end.

    Raises:
        FigureError: the file has faults; names each with row, value and what is allowed.
    """
    return load_by_moment(fair).get(as_of, {})


def load_by_moment(fair: str) -> Mapping[str, Mapping[str, Chance]]:
    """Return what chance does in a fair, by moment as the fair's figures write it, and measure; "" is the end.

    Raises:
        FigureError: as `load_chance`.
    """
    return _latest(fair, files_state(fair, CHANCE))


@lru_cache(maxsize=16)
def _latest(fair: str, _: object) -> Mapping[str, Mapping[str, Chance]]:
    """Return what the file holds, cached by the file's state: a changed file is read again."""
    folder = fair_folder(fair)
    return {} if folder is None else read_chance(fair, folder)


def read_chance(fair: str, folder: Traversable) -> Mapping[str, Mapping[str, Chance]]:
    """Return what chance does by moment and measure, as a fair's folder says; nothing where the file is not there.

    Raises:
        FigureError: as `load_chance`.
    """
    if not (folder / CHANCE).is_file():
        return {}
    rows, reading = read_numbers(folder / CHANCE, f"{fair}/{CHANCE}", ("measure", *NUMBERS), optional=("as_of",))
    by_moment: dict[str, dict[str, Chance]] = {}
    for row in rows:
        checked_moment(row)
        measure, known = row.text("measure"), by_moment.setdefault(row.text("as_of"), {})
        if measure in known:
            row.fault(f"measure is {quoted(measure)}; it stands twice; remove one")
        elif _is_measure(row, measure):
            known[measure] = Chance(*(needed(row.named(measure), column) for column in NUMBERS))
    reading.refuse()
    return by_moment


def _is_measure(row: Row, measure: str) -> bool:
    """Return whether a path, or each path of a sum, leads to one number; if not, the row has a fault."""
    try:
        for path in measure.split(PLUS):
            measure_of(path)
    except FigureError as fault:
        row.fault(str(fault))
        return False
    return True

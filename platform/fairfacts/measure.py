"""What every measure has: a unit, a meaning, and how it is written; a gauge also has its reading.

Each part of the fair declares its measures by name (`MEASURES` of a module in `fairfacts.parts`). Whatever shows,
compares or documents measures takes their units and meanings from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

Format = Literal["count", "share", "usd", "money", "s", "h", "ms", "density", "mean", "text", "moment", "date"]
"""How the values of a measure are written for people."""

MONEY = "money"
"""Unit of a breakdown whose first key is the currency, an ISO 4217 code."""
_FORMAT_OF_UNIT: Mapping[str, Format] = {
    "share": "share",
    "USD": "usd",
    MONEY: "money",
    "s": "s",
    "h": "h",
    "ms": "ms",
    "people/m2": "density",
    "requests/s": "mean",
    "name": "text",
    "word": "text",
    "release": "text",
    "moment": "moment",
    "date": "date",
}


class Measure(NamedTuple):
    """A measure as its part of the fair declares it."""

    unit: str
    """Of each value; of a breakdown, of each of its entries."""
    meaning: str
    """What is counted or stated, after the unit: `requested so far`."""
    reads: Callable[[Any], int] | None = None
    """Of a gauge: returns its level from the state of its part. A gauge goes up and down, so that its course is kept
    minute by minute (`fairfacts.course`); None of every other measure."""
    written: Format | None = None
    """How its values are written, where the unit does not say it."""
    levels: int = 1
    """Of a breakdown: how many keys lead to a number; 0 where its entries are no numbers, or only the largest ones."""
    of: str = ""
    """Of a mean, a quantile or a share: the measure of its part that counts what it is of, or `one - another`. While
    that is 0 it says nothing, and its value is 0. Empty of every other measure."""
    given: Literal["", "in the end", "from the start"] = ""
    """From when on the model plays it as the tables of the fair state it, whatever the seed: to meet it then proves
    nothing. Empty of every measure that comes of what happens."""
    most: str = ""
    """Path of the measure that it never exceeds, whatever happens: to be below that proves nothing. Empty of others."""

    @property
    def is_gauge(self) -> bool:
        """Return whether its course is kept."""
        return self.reads is not None

    @property
    def format(self) -> Format:
        """Return how its values are written: as declared, else by the unit, else as a count."""
        return self.written or _FORMAT_OF_UNIT.get(self.unit, "count")

    def __str__(self) -> str:
        return f"{self.unit} · {self.meaning}"

"""Tables of numbers that a program wrote into a fair's folder: read strictly, because anybody may change them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from fairfacts.errors import FigureError
from fairfacts.interchange.reading import Reading, quoted, read_bytes
from fairfacts.interchange.table import Row, check_columns, read_table

MOST_DIGITS = 10
"""A number from which rows count on has fewer digits than this."""
REMEDY = "put it there, or remove the files that go with it"


class Numbers(NamedTuple):
    """The rows of a table, and the reading that collects their faults."""

    rows: list[Row]
    reading: Reading


def read_numbers(source: Traversable, name: str, columns: Sequence[str], optional: Sequence[str] = ()) -> Numbers:
    """Return the rows of a table that has these columns, and no others but the optional ones.

    Raises:
        FigureError: it cannot be read, or its columns are others.
    """
    reading = Reading(name, "CSV", "rows", FigureError)
    content = read_bytes(source, reading, REMEDY) if isinstance(source, Path) else source.read_bytes()
    table = read_table(content, reading)
    check_columns(table, columns, (*columns, *optional), reading)
    return Numbers(table.rows, reading)


def needed(row: Row, column: str, most: float = math.inf) -> float:
    """Return the number in a cell, from 0 to `most`; anything else is a fault of the row."""
    text, number = row.text(column), row.number(column)
    if not text:
        row.fault(f"{column} is empty; write a number")
    elif number is not None and number > most:
        row.fault(f"{column} is {text}; it is at most {most:g}")
    return number or 0.0


def take_in_turn(row: Row, column: str, following: int) -> int:
    """Return the number that the next row must have; if this row's is not `following`, that is a fault."""
    text = row.text(column)
    if text == str(following):
        return following + 1
    row.fault(f"{column} is {quoted(text)}; {following} is to follow here: write one row for each, in order from 0")
    return int(text) + 1 if text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS else following + 1

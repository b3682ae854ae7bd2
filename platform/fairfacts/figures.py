"""Documented figures: what was reported of the fair, each with its source."""

from __future__ import annotations

import csv
import math
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, get_args

import msgspec

from fairfacts.errors import FigureError, did_you_mean
from fairfacts.resources import data

Operator = Literal["=", ">", "<", "~"]
Status = Literal["plan", "outcome"]
COLUMNS = ("id", "value", "op", "unit", "as_of", "status", "counts", "source", "paragraph")
MOMENT_UNITS = ("date", "datetime")
PLAIN = "value and rounding are plain numbers such as 550000 or 0.264"


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


def load_figures(path: Path | None = None) -> dict[str, Figure]:
    """Return the documented figures by their ids: the shipped ones, or those of a CSV file with the same columns.

    Raises:
        FigureError: names file, line, figure, column, value, and what is allowed.
    """
    source: Traversable | Path = path or data("seeds") / "figures.csv"
    name = str(path) if path else "seeds/figures.csv"
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise FigureError(f"{name}: cannot be read ({fault}); give a CSV file in UTF-8") from fault
    reader = csv.DictReader(text.splitlines(), restval="")
    if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
        raise FigureError(f"{name}: column {missing[0]} is missing; the columns are {', '.join(COLUMNS)}")
    figures: dict[str, Figure] = {}
    for row in reader:
        figure = _figure(row, f"{name}: line {reader.line_num}: figure {row['id']}")
        if figure.id in figures:
            raise FigureError(f"{name}: line {reader.line_num}: figure {figure.id} stands twice; remove one")
        figures[figure.id] = figure
    return figures


def _figure(row: dict[str, str], where: str) -> Figure:
    """Read one row."""
    if row["op"] not in get_args(Operator):
        raise FigureError(
            f"{where}: op is {row['op']!r}; allowed are {' '.join(get_args(Operator))} (as printed, more, fewer, about)"
        )
    if row["status"] not in get_args(Status):
        raise FigureError(f"{where}: status is {row['status']!r}; {did_you_mean(row['status'], get_args(Status))}")
    if row["unit"] in MOMENT_UNITS:
        return _made(row, row["value"], 0, where)
    try:
        value = float(row["value"])
        rounding = float(row["rounding"]) if row.get("rounding") else _printed_rounding(row["value"])
    except ValueError as fault:
        raise FigureError(f"{where}: {fault}; {PLAIN}") from fault
    if not (math.isfinite(value) and math.isfinite(rounding)):
        raise FigureError(f"{where}: value is {row['value']!r}; {PLAIN}")
    return _made(row, value, rounding, where)


def _made(row: dict[str, str], value: float | str, rounding: float, where: str) -> Figure:
    if not row["paragraph"].isdecimal():
        raise FigureError(f"{where}: paragraph is {row['paragraph']!r}; it is a whole number")
    numbers = {"value": value, "paragraph": int(row["paragraph"]), "rounding": rounding}
    return msgspec.convert({name: row[name] for name in COLUMNS} | numbers, Figure)


def _printed_rounding(printed: str) -> float:
    """Return half the last place that a printed number shows: 5000 for 550000 (55 and four zeros), 0.0005 for 0.264."""
    whole, _, decimals = printed.partition(".")
    if decimals:
        return float(0.5 / 10 ** len(decimals))
    zeros = len(whole) - len(whole.rstrip("0"))
    return 0.5 * 10**zeros if zeros and whole.strip("0") else 0.0

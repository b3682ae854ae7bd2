"""Figures: what was reported of the fair, each with its source; the documents' and a user's own."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from datetime import datetime
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from fairfacts.errors import FigureError, did_you_mean
from fairfacts.measures import MEASURES, State
from fairfacts.resources import data

Operator = Literal["=", ">", "<", "~"]
Status = Literal["plan", "outcome"]
COLUMNS = ("id", "value", "op", "unit", "as_of", "status", "counts", "source", "paragraph")
OWN_COLUMNS = (*COLUMNS, "rounding", "measure", "scales")
MOMENT_UNITS = ("date", "datetime")
FIXED_UNITS = (
    *("share", "s", "h", "ms", "days", "date", "moment", "people/m2"),
    *("disruptions", "notices", "alarms", "sessions", "streams", "economies", "sectors", "zones", "routes", "tours"),
)
"""Units of what is as large in a small fair as in the whole one."""
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
    measure: str = ""
    """The measure that a user's own figure is held against, at `as_of`; empty of a documented one."""
    scales: bool = False
    """Whether a user's own figure shrinks with the scale of the run."""


def load_figures(path: Path | None = None) -> dict[str, Figure]:
    """Return the documented figures by their ids: the shipped ones, or those of a CSV file with the same columns.

    Raises:
        FigureError: names file, line, figure, column, value, and what is allowed.
    """
    source: Traversable | Path = path or data("seeds") / "figures.csv"
    name = str(path) if path else "seeds/figures.csv"
    reader = _reader(source, name)
    if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
        raise FigureError(f"{name}: column {missing[0]} is missing; the columns are {', '.join(COLUMNS)}")
    figures: dict[str, Figure] = {}
    for row in reader:
        where = _where(name, reader, row, figures)
        figures[row["id"]] = _figure(row, where)
    return figures


def all_figures(own: Path | None = None) -> dict[str, Figure]:
    """Return the documented figures, and those of a user's file as `load_own_figures` reads it.

    Raises:
        FigureError: as `load_own_figures`.
    """
    documented = load_figures()
    return load_own_figures(own, documented) if own else documented


def load_own_figures(path: Path, documented: Mapping[str, Figure]) -> dict[str, Figure]:
    """Return the documented figures and those of a user's CSV file, which replace documented ones of the same id.

    Columns are `id`, `value` and, but for a documented id, `measure`: its path, such as `organisations.registered`.
    All others may be left out. `as_of` is a day or a moment of the fair at which the measure is taken, else its end.

    Raises:
        FigureError: names file, line, figure, column, value, and what is allowed.
    """
    reader = _reader(path, str(path))
    columns = reader.fieldnames or ()
    if missing := [column for column in ("id", "value") if column not in columns]:
        raise FigureError(f"{path}: column {missing[0]} is missing; the columns are {', '.join(OWN_COLUMNS)}")
    if unknown := [column for column in columns if column not in OWN_COLUMNS]:
        raise FigureError(f"{path}: column {unknown[0]} is unknown; {did_you_mean(unknown[0], OWN_COLUMNS)}")
    own: dict[str, Figure] = {}
    for row in reader:
        where = _where(str(path), reader, row, own)
        given = {column: text for column, text in row.items() if column and text}
        known = documented.get(row["id"])
        if known and not given.get("measure"):
            exact = {} if known.rounding else {"rounding": "0"}  # a count stays one, whatever zeros it ends in
            own[known.id] = _figure(_row_of(known) | exact | {"source": path.name} | given, where)
        else:
            own[row["id"]] = _own_figure(given, where, path.name)
    return {**documented, **own}


def _reader(source: Traversable | Path, name: str) -> csv.DictReader[str]:
    """Return a reader of the rows of a file."""
    try:
        text = source.read_text(encoding="utf-8-sig")  # spreadsheets put a mark before the first column
    except (OSError, UnicodeDecodeError) as fault:
        raise FigureError(f"{name}: cannot be read ({fault}); give a CSV file in UTF-8") from fault
    return csv.DictReader(text.splitlines(), restval="")


def _where(name: str, reader: csv.DictReader[str], row: dict[str, str], before: Mapping[str, Figure]) -> str:
    """Return how a row is named in an error; its figure stands in no row before it."""
    if not row["id"]:
        raise FigureError(f"{name}: line {reader.line_num}: id is empty; give the figure a name")
    if row["id"] in before:
        raise FigureError(f"{name}: line {reader.line_num}: figure {row['id']} stands twice; remove one")
    return f"{name}: line {reader.line_num}: figure {row['id']}"


def _row_of(figure: Figure) -> dict[str, str]:
    """Return a documented figure as its row, but for its value and rounding."""
    return {column: str(getattr(figure, column)) for column in COLUMNS}


def _own_figure(given: dict[str, str], where: str, source: str) -> Figure:
    """Read a row that names the measure its figure is held against."""
    measure = given.get("measure", "")
    meaning = measure_meaning(measure, where)
    unit = meaning.partition(" · ")[0]
    if given.get("unit", unit) != unit:
        raise FigureError(f"{where}: unit is {given['unit']!r}, and {measure} is in {unit}; give the value in {unit}")
    scales = given.get("scales", "no" if unit in FIXED_UNITS else "yes")
    if scales not in ("yes", "no"):
        raise FigureError(f"{where}: scales is {scales!r}; yes when it counts people or what they do, else no")
    defaults = {"op": "=", "as_of": "", "status": "outcome", "counts": meaning, "source": source, "paragraph": "0"}
    kind = {"date": "date", "moment": "datetime"}.get(unit, unit)
    figure = _figure(defaults | given | {"unit": kind}, where)
    try:
        _ = not figure.as_of or datetime.fromisoformat(figure.as_of)
    except ValueError as fault:
        raise FigureError(
            f"{where}: as_of is {figure.as_of!r}; it is a day or a moment, such as 2020-09-05 or 2020-09-05T08:00"
        ) from fault
    return msgspec.structs.replace(figure, unit=unit, measure=measure, scales=scales == "yes")


def measure_meaning(measure: str, where: str) -> str:
    """Return unit and meaning of a measure that is one number, by its path.

    Raises:
        FigureError: there is no such measure, or it is a breakdown; names the nearest.
    """
    names = measure.split(".")
    path = ".".join(names[:2])
    if path not in MEASURES:
        told = (
            f"is {measure!r}, which is none; {did_you_mean(path, MEASURES)}"
            if measure
            else "is missing; name one, such as organisations.registered"
        )
        raise FigureError(f"{where}: measure {told}")
    value: Any = State().snapshot()
    for name in names:
        if not isinstance(value, dict):
            raise FigureError(f"{where}: measure is {measure}, and {path} is one number; leave the rest out")
        if name not in value and any(isinstance(inner, dict) for inner in value.values()):
            raise FigureError(f"{where}: measure is {measure}; {did_you_mean(name, value)}")
        value = value.get(name, 0)
    if isinstance(value, dict):
        raise FigureError(f"{where}: measure is {measure}, a breakdown; name one of its keys, such as {measure}.KEY")
    return MEASURES[path]


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

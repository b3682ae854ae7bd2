"""Figures: what was reported of the fair, each with its source; the documents' and a user's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from fairfacts.clock import check_moment
from fairfacts.errors import FigureError, MomentError, did_you_mean
from fairfacts.interchange.reading import Reading, Report, read_bytes
from fairfacts.interchange.table import Row, Table, check_columns, half_of_last_place, read_table
from fairfacts.measure import MONEY, Measure
from fairfacts.measures import MEASURES, State, value_at
from fairfacts.parts.fairs import LANGUAGE

Operator = Literal["=", ">", "<", "~"]
Status = Literal["plan", "outcome"]
COLUMNS = ("id", "value", "op", "unit", "as_of", "status", "counts", "source", "paragraph")
NEEDED = ("id", "value")
OWN_COLUMNS = (*COLUMNS, "rounding", "measure", "scales", "caveat")
"""Beside these, a column for each language holds the names of figures for people."""
PLUS = " + "
"""Between measures whose sum a figure is held against."""
MOMENT_UNITS = ("date", "datetime")
FIXED_UNITS = (
    *("share", "s", "h", "ms", "days", "date", "moment", "people/m2"),
    *("disruptions", "notices", "alarms", "sessions", "streams", "economies", "sectors", "zones", "routes", "tours"),
)
"""Units of what is as large in a small fair as in the whole one."""
TIME = "T"
"""In `as_of`, between a date and a time: the figure is then one of that moment, and not of the end of the fair."""
WORDS = ("word", "name", "release")
"""Units of measures that are texts: no figure can be held against them."""
DEFAULTS = {"op": "=", "status": "outcome", "source": "the organiser", "paragraph": "0"}
"""Of a fair's figure, where its row leaves a cell empty."""
FORMAT = "figures"
REMEDY = "give a CSV file in UTF-8"
MOST_DIGITS = 10
"""Of the number of a paragraph."""


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
    """Whether it is of a user's file."""
    at: str = ""
    """Moment of the fair at which it is taken; empty: its end."""
    same_as: tuple[str, ...] = ()
    """The documented figures of the measure that a user's own speaks of, at the end of the fair."""
    same_at: tuple[tuple[str, str], ...] = ()
    """Those of that measure at a moment, each with the moment."""


class ReadFigures(NamedTuple):
    """Figures by their ids, and the report of the reader of a user's file."""

    figures: dict[str, Figure]
    report: Report | None = None


def load_figures(path: Path) -> dict[str, Figure]:
    """Return the figures of a CSV file by their ids.

    Raises:
        FigureError: names the file, and of each fault line, figure, column, value, and what is allowed.
    """
    return documented(read_bytes(path, Reading(str(path), FORMAT, "rows", FigureError), REMEDY), str(path))


def documented(content: bytes, name: str) -> dict[str, Figure]:
    """Return the figures of a fair by their ids, from the content of its CSV file.

    Columns are `id`, `value` and `measure`; a figure that no measure counts has a `unit` instead. All others may be
    left out.

    Raises:
        FigureError: as `load_figures`.
    """
    reading = Reading(name, FORMAT, "rows", FigureError)
    table = read_table(content, reading)
    check_columns(table, NEEDED, None, reading)
    figures = {name: figure for name, row in _by_id(table, reading) if (figure := _documented(row))}
    reading.refuse()
    return figures


def _documented(row: Row) -> Figure | None:
    """Return the figure of a fair's row; None where it has a fault."""
    measure, unit = row.text("measure"), row.text("unit")
    try:
        declared = [measure_of(path) for path in (measure.split(PLUS) if measure else ())]
    except FigureError as fault:
        row.fault(str(fault))
        return None
    if not unit:
        if not declared:
            row.fault("neither measure nor unit is given; name the measure that it is held against, or its unit")
            return None
        unit = {"moment": "datetime"}.get(declared[0].unit, declared[0].unit)
    row = row._replace(cells=DEFAULTS | _given(row) | {"unit": unit})
    figure, scales = _figure(row, unit), _scales(row)
    at = _checked_moment(row) if TIME in row.text("as_of") else ""
    return figure and msgspec.structs.replace(
        figure, measure=measure, scales=scales, caveat=row.text("caveat"), names=_names(row), at=at
    )


def _names(row: Row) -> dict[str, str]:
    """Return the names of a row's figure by language, in those that the row has."""
    return {column: text for column, text in row.cells.items() if _is_language(column) and text}


def _is_language(column: str) -> bool:
    """Return whether a column holds names; `id` and `op` have two letters as well, and mean something else."""
    return LANGUAGE.fullmatch(column) is not None and column not in OWN_COLUMNS


def _checked_moment(row: Row) -> str:
    """Return the moment at which a figure is taken; one that is none is a fault."""
    as_of = row.text("as_of")
    try:
        check_moment(as_of)
    except MomentError as fault:
        row.fault(f"as_of: {fault}")
    return as_of


def _scales(row: Row) -> bool:
    scales = row.text("scales") or ("no" if row.text("unit") in FIXED_UNITS else "yes")
    if scales not in ("yes", "no"):
        row.fault(f"scales is {scales!r}; yes when it counts people or what they do, else no")
    return scales == "yes"


def read_own_figures(path: Path, documented: Mapping[str, Figure]) -> ReadFigures:
    """Return the documented figures and those of a user's CSV file, which replace documented ones of the same id.

    Columns are `id`, `value` and, except for a documented id, `measure`: its path, such as `organisations.registered`.
    All others may be left out. `as_of` is a day or a moment of the fair at which the measure is taken, else its end.

    Raises:
        FigureError: names the file, and of each fault line, figure, column, value, and what is allowed.
    """
    reading = Reading(str(path), FORMAT, "rows", FigureError)
    return from_csv(read_bytes(path, reading, REMEDY), str(path), documented)


def from_csv(content: bytes, name: str, documented: Mapping[str, Figure]) -> ReadFigures:
    """Return the documented figures and those in the content of a CSV file.

    Raises:
        FigureError: as `read_own_figures`.
    """
    reading, source = Reading(name, FORMAT, "rows", FigureError), Path(name).name
    table = read_table(content, reading)
    check_columns(table, NEEDED, (*OWN_COLUMNS, *filter(_is_language, table.columns)), reading)
    own: dict[str, Figure] = {}
    for identity, row in _by_id(table, reading):
        known = documented.get(identity)
        replaces = known is not None and not row.text("measure")
        figure = _replaced(known, row, source) if known and replaces else _own_figure(row, source, documented)
        if figure:
            own[identity] = figure
    reading.refuse()
    return ReadFigures({**documented, **own}, reading.report(len(table.rows), len(own)))


def _by_id(table: Table, reading: Reading) -> Iterator[tuple[str, Row]]:
    """Yield each row with the id of its figure, which stands in no row before it."""
    before: set[str] = set()
    for row in table.rows:
        name = row.text("id")
        if not name:
            reading.fault(row.place, "id is empty; give the figure a name")
        elif name in before:
            reading.fault(row.place, f"figure {name} stands twice; remove one")
        else:
            before.add(name)
            yield name, row.named(f"figure {name}")


def _replaced(known: Figure, row: Row, source: str) -> Figure | None:
    """Return a documented figure with what a user's row has in place of its own."""
    if row.text("unit") not in ("", known.unit):
        row.fault(f"unit is {row.text('unit')!r}, and {known.id} is in {known.unit}; give the value in {known.unit}")
    if row.text("scales"):
        row.fault(f"scales is {row.text('scales')!r}, and {known.id} scales as it is documented; leave it empty")
    exact = {} if known.rounding else {"rounding": "0"}  # a count stays one, whatever zeros it ends in
    cells = {column: str(getattr(known, column)) for column in COLUMNS} | exact | {"source": source}
    figure = _figure(row._replace(cells=cells | _given(row)), known.unit)
    kept = {name: getattr(known, name) for name in ("measure", "scales", "at")}
    said = {"caveat": row.text("caveat") or known.caveat, "names": known.names | _names(row)}
    return figure and msgspec.structs.replace(figure, **kept, **said, is_own=True)


def _given(row: Row) -> dict[str, str]:
    """Return the cells of a row that are not empty."""
    return {column: text for column, text in row.cells.items() if text}


def _own_figure(row: Row, source: str, documented: Mapping[str, Figure]) -> Figure | None:
    """Return the figure of a row that names the measure it is held against; None where it has a fault."""
    measure = row.text("measure")
    try:
        declared, *others = [measure_of(path) for path in measure.split(PLUS)]
    except FigureError as fault:
        row.fault(str(fault))
        return None
    unit = declared.unit
    if others and ({unit} != {other.unit for other in others} or declared.format in ("moment", "text")):
        units = ", ".join([unit, *(other.unit for other in others)])
        row.fault(f"measure is {measure}, a sum of {units}; add what is counted in one unit")
    if row.text("unit") not in ("", unit):
        row.fault(f"unit is {row.text('unit')!r}, and {measure} is in {unit}; give the value in {unit}")
    as_of = _checked_moment(row) if row.text("as_of") else ""
    defaults = {"op": "=", "status": "outcome", "counts": str(declared), "source": source, "paragraph": "0"}
    scales = _scales(row._replace(cells={**row.cells, "unit": unit}))
    kind = {"date": "date", "moment": "datetime"}.get(unit, unit)
    figure = _figure(row._replace(cells=defaults | _given(row)), kind)
    same = [known for known in documented.values() if known.measure == measure]
    at_end = tuple(known.id for known in same if not known.at)
    at_moments = tuple((known.id, known.at) for known in same if known.at)
    changes = {"unit": unit, "measure": measure, "scales": scales, "at": as_of}
    said = {"caveat": row.text("caveat"), "names": _names(row)}
    return figure and msgspec.structs.replace(
        figure, is_own=True, same_as=at_end, same_at=at_moments, **changes, **said
    )


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


def _figure(row: Row, unit: str) -> Figure | None:
    """Return the figure of a row whose value is in a unit; None where the row has a fault."""
    before = len(row.reading.faults)
    op, status, paragraph = row.text("op"), row.text("status"), row.text("paragraph")
    if op not in get_args(Operator):
        allowed = " ".join(get_args(Operator))
        row.fault(f"op is {op!r}; allowed are {allowed} (as printed, more, fewer, about)")
    if status not in get_args(Status):
        row.fault(f"status is {status!r}; {did_you_mean(status, get_args(Status))}")
    if not (paragraph.isascii() and paragraph.isdecimal() and len(paragraph) < MOST_DIGITS):
        row.fault(f"paragraph is {paragraph!r}; it is a whole number")
    value, rounding = _value(row, unit)
    if len(row.reading.faults) > before:
        return None
    texts = {name: row.text(name) for name in ("id", "op", "as_of", "status", "counts", "source")}
    numbers = {"value": value, "unit": unit, "paragraph": int(paragraph), "rounding": rounding}
    return msgspec.convert(texts | numbers, Figure)


def _value(row: Row, unit: str) -> tuple[float | str, float]:
    """Return the value of a row, and half its last printed place; a moment stays text and has none."""
    text = row.text("value")
    if unit in MOMENT_UNITS:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            row.fault(f"value is {text!r}; write a {unit} like 2027-05-07 or 2027-05-07T20:00+08:00")
        return text, 0.0
    value, rounding = row.number("value"), row.number("rounding")
    if not text:
        row.fault("value is empty; give one")
    if value is None:
        return 0.0, 0.0
    return value, half_of_last_place(text) if rounding is None else rounding

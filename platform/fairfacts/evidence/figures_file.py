"""Reads figures from CSV, a fair's own and a user's by the same rules: each fault names line, figure and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, get_args

import msgspec

from fairfacts.clock import is_date
from fairfacts.errors import FigureError, did_you_mean
from fairfacts.evidence.figures import FIXED_UNITS, PLUS, Figure, Operator, Status, measure_of
from fairfacts.evidence.keys import wrong_keys
from fairfacts.evidence.moments import checked_moment, wrong_moments
from fairfacts.interchange.reading import Reading, Report, read_bytes
from fairfacts.interchange.table import Row, Table, check_columns, half_of_last_place, read_table
from fairfacts.measure import Measure
from fairfacts.parts.fairs import LANGUAGE
from fairfacts.parts.runs import RunMeasures

NEEDED = ("id", "value")
COLUMNS = ("id", "value", "op", "unit", "as_of", "status", "counts", "source", "paragraph")
OWN_COLUMNS = (*COLUMNS, "rounding", "measure", "scales", "caveat")
"""Beside these, a column for each language holds the names of figures for people."""
MOMENT_UNITS: Mapping[str, str] = {"date": "date", "moment": "datetime", "datetime": "datetime"}
"""Units of measures and of figures that are moments, each with that of the figure."""
DEFAULTS = {"op": "=", "status": "outcome", "paragraph": "0"}
"""Of a figure, where its row leaves a cell empty."""
ORGANISER = "the organiser"
"""Source of a fair's figure that names none."""
FORMAT = "figures"
REMEDY = "give a CSV file in UTF-8"
MOST_DIGITS = 10
"""The number of a paragraph has fewer digits than this."""


class ReadFigures(NamedTuple):
    """Figures by their ids, and the report of the reader of a user's file."""

    figures: dict[str, Figure]
    report: Report


def documented(content: bytes, name: str) -> dict[str, Figure]:
    """Return the figures of a fair by their ids, read from the content of its CSV file.

    Columns are `id`, `value` and `measure`; a figure that no measure counts has a `unit` instead. All others may be
    left out. `as_of` may be any day: the measure is then taken at the end of the fair, and else at that moment.

    Raises:
        FigureError: names the file, and of each fault line, figure, column, value, and what is allowed.
    """
    reading = Reading(name, FORMAT, "rows", FigureError)
    figures = {name: figure for name, row in _by_id(_table(content, reading), reading) if (figure := _documented(row))}
    reading.refuse()
    return figures


def read_own_figures(path: Path, documented: Mapping[str, Figure], run: RunMeasures | None = None) -> ReadFigures:
    """Return the documented figures and those of a user's CSV file, which replace documented ones of the same id.

    Columns are `id`, `value` and, except for a documented id, `measure`: its path, such as `organisations.registered`.
    All others may be left out. `as_of` is a day or a moment of the fair at which the measure is taken, else its end.

    Args:
        path: of the file.
        documented: figures of the fair.
        run: the run (or log) that they are held against, as it describes itself. Figures of what it cannot have are
            refused.

    Raises:
        FigureError: names the file, and of each fault line, figure, column, value, and what is allowed.
    """
    reading = Reading(str(path), FORMAT, "rows", FigureError)
    return from_csv(read_bytes(path, reading, REMEDY), str(path), documented, run)


def from_csv(
    content: bytes, name: str, documented: Mapping[str, Figure], run: RunMeasures | None = None
) -> ReadFigures:
    """Return the documented figures and those in the content of a CSV file.

    Raises:
        FigureError: as `read_own_figures`.
    """
    reading, source = Reading(name, FORMAT, "rows", FigureError), Path(name).name
    table = _table(content, reading)
    own: dict[str, Figure] = {}
    for identity, row in _by_id(table, reading):
        known = documented.get(identity)
        replaces = known is not None and not row.text("measure")
        figure = _replaced(known, row, source) if known and replaces else _own_figure(row, source, documented)
        if figure:
            own[identity] = figure
            for message in (*wrong_keys(figure.measure, run.fair), *wrong_moments(figure, run)) if run else ():
                row.fault(message)
    reading.refuse()
    return ReadFigures({**documented, **own}, reading.report(len(table.rows), len(own)))


def _table(content: bytes, reading: Reading) -> Table:
    table = read_table(content, reading)
    check_columns(table, NEEDED, (*OWN_COLUMNS, *filter(_is_language, table.columns)), reading)
    return table


def _by_id(table: Table, reading: Reading) -> Iterator[tuple[str, Row]]:
    """Yield each row with the id of its figure; an id that stood in an earlier row is a fault."""
    first: dict[str, str] = {}
    for row in table.rows:
        name = row.text("id")
        if not name:
            reading.fault(row.place, "id is empty; give the figure a name")
        elif name in first:
            reading.fault(row.place, f"figure {name} stands twice, first in {first[name]}; remove one")
        else:
            first[name] = row.place
            yield name, row.named(f"figure {name}")


def _documented(row: Row) -> Figure | None:
    """Return the figure of a fair's row; None where it has a fault."""
    as_of, unit = row.text("as_of"), row.text("unit")
    at = "" if is_date(as_of) else checked_moment(row)
    if row.text("measure"):
        figure = _measured(row, ORGANISER)
    elif unit:
        figure = _figure(row, Measure(unit, ""), {"source": ORGANISER})
    else:
        row.fault("neither measure nor unit is given; name the measure that it is held against, or its unit")
        return None
    return figure and msgspec.structs.replace(figure, at=at)


def _own_figure(row: Row, source: str, documented: Mapping[str, Figure]) -> Figure | None:
    """Return the figure of a row that names the measure it is held against; None where it has a fault."""
    figure, at = _measured(row, source), checked_moment(row)
    same = [known for known in documented.values() if known.measure == row.text("measure")]
    at_end = tuple(known.id for known in same if not known.at)
    at_moments = tuple((known.id, known.at) for known in same if known.at)
    return figure and msgspec.structs.replace(figure, at=at, is_own=True, same_as=at_end, same_at=at_moments)


def _replaced(known: Figure, row: Row, source: str) -> Figure | None:
    """Return a documented figure with what a user's row has in place of its own."""
    if row.text("unit") not in ("", known.unit):
        row.fault(f"unit is {row.text('unit')!r}, and {known.id} is in {known.unit}; give the value in {known.unit}")
    if row.text("scales"):
        row.fault(f"scales is {row.text('scales')!r}, and {known.id} scales as it is documented; leave it empty")
    if row.text("as_of") not in ("", known.as_of):
        when = known.at or "the end of the fair"
        row.fault(f"as_of is {row.text('as_of')!r}, and {known.id} is of {when}; leave it empty, or name the measure")
    exact = {} if known.rounding else {"rounding": "0"}  # a count stays one, whatever zeros it ends in
    usual = {column: str(getattr(known, column)) for column in COLUMNS} | exact | {"source": source}
    declared = measure_of(known.measure.split(PLUS)[0]) if known.measure else Measure(known.unit, "")
    figure = _figure(row, declared, usual)
    documented = {name: getattr(known, name) for name in ("measure", "scales", "at", "unit")}
    texts = {"caveat": row.text("caveat") or known.caveat, "names": known.names | _names(row)}
    return figure and msgspec.structs.replace(figure, **documented, **texts, is_own=True)


def _measured(row: Row, source: str) -> Figure | None:
    """Return the figure of a row that names its measure; None where it has a fault."""
    declared = _declared(row)
    figure = declared and _figure(row, declared, {"counts": str(declared), "source": source})
    return figure and msgspec.structs.replace(figure, measure=row.text("measure"))


def _declared(row: Row) -> Measure | None:
    """Return the measure of a row, the first one of a sum; None if there is none. Another unit is a fault."""
    measure, unit = row.text("measure"), row.text("unit")
    try:
        declared, *others = [measure_of(path) for path in measure.split(PLUS)]
    except FigureError as fault:
        row.fault(str(fault))
        return None
    if others and ({declared.unit} != {other.unit for other in others} or declared.format in ("moment", "text")):
        units = ", ".join([declared.unit, *(other.unit for other in others)])
        row.fault(f"measure is {measure}, a sum of {units}; add what is counted in one unit")
    if unit not in ("", declared.unit, MOMENT_UNITS.get(declared.unit)):
        row.fault(f"unit is {unit!r}, and {measure} is in {declared.unit}; give the value in {declared.unit}")
    return declared


def _figure(row: Row, declared: Measure, usual: Mapping[str, str]) -> Figure | None:
    """Return the figure of a row; None where the row has a fault.

    Args:
        row: as it was read.
        declared: what it is held against.
        usual: what stands in for empty cells of the row, beside `DEFAULTS`.
    """
    before = len(row.reading.faults)
    unit, given = (
        MOMENT_UNITS.get(declared.unit, declared.unit),
        {name: text for name, text in row.cells.items() if text},
    )
    row = row._replace(cells={**DEFAULTS, **usual, **given, "unit": unit})
    op, status, paragraph = row.text("op"), row.text("status"), row.text("paragraph")
    if op not in get_args(Operator):
        allowed = " ".join(get_args(Operator))
        row.fault(f"op is {op!r}; allowed are {allowed} (as printed, more, fewer, about)")
    if status not in get_args(Status):
        row.fault(f"status is {status!r}; {did_you_mean(status, get_args(Status))}")
    if not (paragraph.isascii() and paragraph.isdecimal() and len(paragraph) < MOST_DIGITS):
        row.fault(f"paragraph is {paragraph!r}; it is a whole number")
    (value, rounding), scales = _value(row, declared), _scales(row)
    if len(row.reading.faults) > before:
        return None
    texts = {name: row.text(name) for name in ("id", "op", "unit", "as_of", "status", "counts", "source", "caveat")}
    read = {"value": value, "paragraph": int(paragraph), "rounding": rounding, "scales": scales, "names": _names(row)}
    return msgspec.convert(texts | read, Figure)


def _value(row: Row, declared: Measure) -> tuple[float | str, float]:
    """Return the value of a row, and half its last printed place; a moment stays text and has none."""
    text, unit = row.text("value"), row.text("unit")
    if unit in MOMENT_UNITS:
        if not _is_moment(text):
            row.fault(f"value is {text!r}; write a {unit} like 2027-05-07 or 2027-05-07T20:00+08:00")
        return text, 0.0
    value, rounding = row.number("value"), row.number("rounding")
    if not text:
        row.fault("value is empty; give one")
    if value is None:
        return 0.0, 0.0
    if value > 1 and row.text("measure") and declared.format == "share":
        row.fault(
            f"value is {text}, and {row.text('measure')} is a share, from 0 to 1; write {value / 100:g} for {text} %"
        )
    return value, half_of_last_place(text) if rounding is None else rounding


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return not text.isdecimal()  # digits alone are milliseconds, wherever a moment is read


def _scales(row: Row) -> bool:
    scales = row.text("scales") or ("no" if row.text("unit") in FIXED_UNITS else "yes")
    if scales not in ("yes", "no"):
        row.fault(f"scales is {scales!r}; yes when it counts people or what they do, else no")
    return scales == "yes"


def _names(row: Row) -> dict[str, str]:
    """Return the names of a row's figure, by each language for which the row has one."""
    return {column: text for column, text in row.cells.items() if _is_language(column) and text}


def _is_language(column: str) -> bool:
    """Return whether a column holds names in a language; `id` and `op` have two letters too, and are no languages."""
    return LANGUAGE.fullmatch(column) is not None and column not in OWN_COLUMNS

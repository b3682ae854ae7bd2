"""Tables in CSV that people and spreadsheets write: the standard library's reader in its strict mode.

A row is never cut, joined with the next, or filled up: a quote that is not closed, a row that is shorter or longer than
the header, and a column that stands twice are faults.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from fairfacts.errors import did_you_mean
from fairfacts.interchange.reading import Reading, quoted

PLAIN = "a plain number is wanted, such as 550000 or 0.264: a point before decimals, no separators of thousands"
_GROUPED = re.compile(r"[1-9]\d{0,2}(\.\d{3})+", re.ASCII)
_SEPARATOR = re.compile(r'"?sep=([^"])"?[;,]*', re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?", re.ASCII)


class Row(NamedTuple):
    """A row of a table; faults go to the reading with its place."""

    place: str
    cells: dict[str, str]
    """By column; a missing column has an empty cell."""
    reading: Reading
    separator: str = ","
    """Of the columns."""

    def named(self, name: str) -> Row:
        """Return the row with a name in its place."""
        return self._replace(place=f"{self.place}: {name}")

    def text(self, column: str) -> str:
        """Return a cell; an empty one where the column is missing."""
        return self.cells.get(column, "")

    def fault(self, message: str) -> None:
        """Keep a fault of the row."""
        self.reading.fault(self.place, message)

    def find_grouped(self, column: str) -> str:
        """Return what is wrong with a cell that holds a number which may be grouped by thousands; empty where none is.

        A spreadsheet that writes decimals with a comma separates columns by semicolons: its `9.000` may be 9000 or 9.
        A cell may hold several numbers, with blanks between them.
        """
        if self.separator != ";":
            return ""
        for text in filter(_GROUPED.fullmatch, self.text(column).split()):
            plain = text.replace(".", "")
            few = f" or {float(text):g}" if text.count(".") == 1 else ""
            meant = f"it may mean {plain}{few} where semicolons separate the columns"
            few += "0" if _GROUPED.fullmatch(few.removeprefix(" or ")) else ""  # 1.2340 can only be a little over 1
            return f"{column} is {text}; {meant}: write {plain}{few}, without a separator of thousands"
        return ""

    def number(self, column: str) -> float | None:
        """Return the number in a cell, 0 or more; None where it is empty or a fault."""
        text = self.text(column)
        if not text:
            return None
        if grouped := self.find_grouped(column):
            self.fault(grouped)
            return None
        if not _NUMBER.fullmatch(text):
            self.fault(f"{column} is {quoted(text)}; {PLAIN}")
            return None
        if float(text) < 0:
            self.fault(f"{column} is {text}; it is 0 or more")
            return None
        return float(text)


class Table(NamedTuple):
    """The columns and rows of a table."""

    columns: list[str]
    rows: list[Row]


def read_table(content: bytes, reading: Reading) -> Table:
    """Return a table; its faults and remarks go to the reading.

    Raises:
        FairError: the file is in another encoding, or its header has faults.
    """
    text, separator, above = _separated(reading.text_of(content), reading)
    lines = _lines(text, separator, above, reading)
    place, cells = next(lines, ("line 1", []))
    columns = [cell.strip() for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    for column, count in Counter(columns).items():
        if not column:
            reading.fault(place, "a column has no name")
        elif count > 1:
            reading.fault(place, f"column {column} stands {count} times; remove one")
    reading.refuse()
    rows = [row for place, cells in lines if (row := _row(place, columns, cells, reading)) is not None]
    return Table(columns, [row._replace(separator=separator) for row in rows])


def _separated(text: str, reading: Reading) -> tuple[str, str, int]:
    """Return the text below the line by which Excel names the separator, the separator, and the lines above the text.

    Raises:
        FairError: neither commas nor semicolons separate the columns.
    """
    header, _, below = text.partition("\n")
    named = _SEPARATOR.fullmatch(header.strip())
    if named:
        text, header = below, below.partition("\n")[0]
    separator = named[1] if named else next((mark for mark in ",;\t" if mark in header), ",")
    place = f"line {2 if named else 1}"
    if separator not in ",;":
        shown = "tabs separate" if separator == "\t" else f"{quoted(separator)} separates"
        reading.fault(place, f"{shown} the columns; save it with commas or semicolons")
        reading.refuse()
    if separator == ";":
        reading.remark(place, "coerced", "separator", "semicolons separate the columns")
    return text, separator, 1 if named else 0


def check_columns(table: Table, needed: Iterable[str], known: Collection[str] | None, reading: Reading) -> None:
    """Refuse a table that lacks a column, or has one that is not `known`; None knows all."""
    before = len(reading.faults)
    if missing := [column for column in needed if column not in table.columns]:
        what = f"column {missing[0]} is" if len(missing) == 1 else f"columns {', '.join(missing)} are"
        reading.fault("", f"{what} missing; the columns are {', '.join(known or needed)}")
    for column in table.columns:
        if known is not None and column not in known:
            reading.fault("", f"column {column} is unknown; {did_you_mean(column, known)}")
    if len(reading.faults) > before:  # the rows cannot be understood
        reading.refuse()


def _lines(text: str, separator: str, above: int, reading: Reading) -> Iterator[tuple[str, list[str]]]:
    """Yield the cells of each row that is not blank, with its place; `above` are the lines before the text."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        place = f"line {above + reader.line_num + 1}"
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            why = "a quoted cell is not closed" if "unexpected end of data" in str(fault) else str(fault)
            reading.fault(place, f"{why}; close each cell that begins with a quote by a quote")
            return
        if cells:
            yield place, cells


def _row(place: str, columns: list[str], cells: list[str], reading: Reading) -> Row | None:
    """Return a row; None where it has a fault, or is empty."""
    trimmed = [cell.strip() for cell in cells]
    if not any(trimmed):
        reading.remark(place, "left out", "empty", "the row is empty")
        return None
    while len(trimmed) > len(columns) and not trimmed[-1]:
        trimmed.pop()
    if len(trimmed) != len(columns):
        reading.fault(
            place, f"it has {len(trimmed)} cells, and the header has {len(columns)}; write one for each column"
        )
        return None
    if any(cell != written for cell, written in zip(trimmed, cells, strict=False)):
        reading.remark(place, "coerced", "blanks", "blanks around cells are not used")
    return Row(place, dict(zip(columns, trimmed, strict=True)), reading)


def half_of_last_place(printed: str) -> float:
    """Return half the last place that a printed number shows: 5000 for 550000 and for 5.5e5, 0.0005 for 0.264."""
    if printed.lstrip("+-").isdecimal():
        digits = printed.lstrip("+-").lstrip("0")
        zeros = len(digits) - len(digits.rstrip("0"))
        return 0.5 * 10**zeros if zeros else 0.0
    exponent = Decimal(printed).as_tuple().exponent
    assert isinstance(exponent, int), "it is a finite number"
    return 0.5 * float(10**exponent) if exponent >= 0 else 0.5 / float(10**-exponent)

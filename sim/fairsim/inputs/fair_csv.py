"""CSV files of a fair: parameters, sectors and zones, read strictly, and as spreadsheets write them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import NamedTuple

from fairfacts.errors import ScenarioError, did_you_mean
from fairfacts.interchange.reading import Reading
from fairfacts.interchange.table import Row, Table, read_table
from fairfacts.parts.fairs import ENGLISH, LANGUAGE, Names
from fairsim.inputs.faults import Faults


class Rows(NamedTuple):
    """The rows of a file that can be read, each with a key of its own."""

    rows: list[Row]
    is_whole: bool
    """Whether they are all rows of the file; else what is missing may stand in one that cannot be read."""
    twice: frozenset[str] = frozenset()
    """Keys that stand in several rows, of which the first is here."""


def read_csv(
    source: Traversable, file: str, needed: tuple[str, ...], columns: Collection[str], faults: Faults,
    *, has_names: bool = False,
) -> Rows:  # fmt: skip
    """Return the rows of a CSV file that can be read; what is wrong goes to `faults`.

    Args:
        source: the file.
        file: as a user knows it.
        needed: columns that may not be missing; the first one is the key, which names a row.
        columns: that the file may have.
        faults: takes all that is wrong.
        has_names: whether it may have a column of names for each language, such as `en`, too.
    """
    reading = Reading(file, "CSV", "rows", ScenarioError)
    try:
        table = read_table(source.read_bytes(), reading)
    except OSError as fault:
        faults.add(file, f"cannot be read ({fault.strerror}); put it there")
        return Rows([], is_whole=False)
    except ScenarioError as fault:
        faults.take(fault)
        return Rows([], is_whole=False)
    for message in _wrong_columns(table, needed, columns, has_names):
        reading.fault("", message)
    rows = _with_keys(table.rows, needed[0]) if all(column in table.columns for column in needed) else {}
    is_whole = not reading.faults
    twice = _find_twice(table.rows, needed[0], rows)
    _keep(reading, file, faults)
    return Rows(list(rows.values()), is_whole, twice)


def _keep(reading: Reading, file: str, faults: Faults) -> None:
    """Keep the faults of a reading among those of all files."""
    for place, message in reading.faults:
        faults.add(f"{file}: {place}" if place else file, message)


def _wrong_columns(table: Table, needed: tuple[str, ...], columns: Collection[str], has_names: bool) -> Iterator[str]:
    known = f"{', '.join(columns)}{', and en, zh, ... for names' if has_names else ''}"
    for column in needed:
        if column not in table.columns:
            yield f"column {column} is missing; the columns are {known}"
    for column in table.columns:
        if column not in columns and not (has_names and LANGUAGE.fullmatch(column)):
            yield f"column {column} is unknown; {did_you_mean(column, columns)}"


def _with_keys(rows: list[Row], key: str) -> dict[str, Row]:
    """Return the first row of each key; a row without one is a fault."""
    first: dict[str, Row] = {}
    for row in rows:
        if name := row.text(key):
            first.setdefault(name, row)
        else:
            row.fault(f"{key} is empty; give each row a name of its own")
    return first


def _find_twice(rows: list[Row], key: str, first: Mapping[str, Row]) -> frozenset[str]:
    """Return the keys that stand in several rows; each row but the first is a fault."""
    again = [row for row in rows if (known := first.get(row.text(key))) and known.place != row.place]
    for row in again:
        row.fault(f"{row.text(key)} stands twice, first in {first[row.text(key)].place}; remove one")
    return frozenset(row.text(key) for row in again)


def numbers_of(row: Row, columns: Collection[str], file: str, faults: Faults) -> list[float]:
    """Return the numbers of a row, 0 where a cell is empty; what is no number goes to `faults`."""
    numbers = [row.number(column) or 0.0 for column in columns]
    _keep(row.reading, file, faults)
    return numbers


def names_of(row: Row, key: str, columns: Collection[str]) -> Names:
    """Return the names of a row by language; its key in plain letters where it has no English one."""
    names = {column: text for column, text in row.cells.items() if column not in columns and text}
    return {ENGLISH: row.text(key).replace("_", " ").capitalize()} | names

"""CSV files of a fair: parameters, sectors and zones, read strictly, and as spreadsheets write them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib.resources.abc import Traversable

from fairfacts.errors import ScenarioError, did_you_mean
from fairfacts.interchange.reading import Reading
from fairfacts.interchange.table import Row, Table, read_table
from fairfacts.parts.fairs import ENGLISH, LANGUAGE, Names
from fairsim.inputs.faults import Faults


def read_csv(
    source: Traversable, file: str, needed: tuple[str, ...], columns: Collection[str], faults: Faults,
    *, has_names: bool = False,
) -> list[Row] | None:  # fmt: skip
    """Return the rows of a CSV file; None where it has faults, which go to `faults`.

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
        for message in _wrong_columns(table, needed, columns, has_names):
            reading.fault("", message)
        if needed[0] in table.columns:
            _check_keys(table.rows, needed[0])
        reading.refuse()
    except OSError as fault:
        faults.add(file, f"cannot be read ({fault.strerror}); put it there")
        return None
    except ScenarioError as fault:
        faults.take(fault)
        return None
    return table.rows


def _wrong_columns(table: Table, needed: tuple[str, ...], columns: Collection[str], has_names: bool) -> Iterator[str]:
    known = f"{', '.join(columns)}{', and en, zh, ... for names' if has_names else ''}"
    for column in needed:
        if column not in table.columns:
            yield f"column {column} is missing; the columns are {known}"
    for column in table.columns:
        if column not in columns and not (has_names and LANGUAGE.fullmatch(column)):
            yield f"column {column} is unknown; {did_you_mean(column, columns)}"


def _check_keys(rows: list[Row], key: str) -> None:
    """Refuse rows without a key of their own."""
    before: set[str] = set()
    for row in rows:
        if not row.text(key):
            row.fault(f"{key} is empty; give each row a name of its own")
        elif row.text(key) in before:
            row.fault(f"{row.text(key)} stands twice; remove one")
        before.add(row.text(key))


def numbers_of(
    row: Row, columns: Collection[str], file: str, faults: Faults, *, whole: Collection[str] = ()
) -> list[float]:
    """Return the numbers of a row, 0 where a cell is empty; what is no number goes to `faults`.

    Args:
        row: as it was read.
        columns: those of the numbers.
        file: as a user knows it.
        faults: takes what is no number.
        whole: columns whose numbers usually have no decimals.
    """
    numbers = [row.number(column, whole=column in whole) or 0.0 for column in columns]
    for place, message in row.reading.faults:
        faults.add(f"{file}: {place}", message)
    return numbers


def names_of(row: Row, key: str, columns: Collection[str]) -> Names:
    """Return the names of a row by language; its key in plain letters where it has no English one."""
    names = {column: text for column, text in row.cells.items() if column not in columns and text}
    return {ENGLISH: row.text(key).replace("_", " ").capitalize()} | names

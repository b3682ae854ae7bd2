"""Rows: the parameters as files describe them, the fair's own over the defaults of any fair."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from typing import Literal, get_args

import msgspec

from fairfacts.errors import did_you_mean
from fairfacts.interchange.table import Row as Cells
from fairsim.inputs.fair_csv import Rows, read_csv
from fairsim.inputs.faults import Faults
from fairsim.inputs.parameter_names import generic

Class = Literal["documented", "derived", "assumed", "calibrated"]
CLASSES: tuple[Class, ...] = get_args(Class)
COLUMNS = ("name", "value", "unit", "low", "high", "class", "figures", "scales", "source", "interval")
DEFAULTS = "defaults.csv"
PARAMETERS = "parameters.csv"
NO_DAY = "2000-01-01"
"""Stands in for a day that is not known."""


class Row(msgspec.Struct, frozen=True):
    """A parameter as the files describe it."""

    name: str
    value: str
    """As written; several numbers are separated by spaces. `=` and a name: the value of that parameter."""
    unit: str
    low: float | None
    high: float | None
    """The range in which the model may be played; each number of a list lies in it."""
    kind: Class
    figures: tuple[str, ...]
    """The reported figures that the parameter gives to the model, decides with others, or is fitted to."""
    scales: bool
    """Whether it counts people, stands or capacities, which `--scale` shrinks."""
    source: str
    file: str
    """Where its value stands, with the line."""
    usual: str
    """The value that any fair has, written alike; the least where each fair states its own."""

    def clip(self, value: float) -> float:
        """Return the nearest value that may be played."""
        return min(max(value, self.low or 0.0), math.inf if self.high is None else self.high)

    @property
    def is_own(self) -> bool:
        """Return whether the fair states its value, and not the defaults of any fair."""
        return not self.file.startswith(f"seeds/{DEFAULTS}")

    @property
    def refers_to(self) -> str:
        """Return the parameter whose value it takes; empty where it has one of its own."""
        reference = self.value.removeprefix("=") if self.value.startswith("=") else ""
        _, *kind, _ = self.name.split(".")
        return reference.replace("*", kind[0]) if kind else reference


def read_rows(source: Traversable, file: str, faults: Faults) -> Rows:
    """Return the rows of a file of parameters that can be read; what is wrong goes to `faults`."""
    return read_csv(source, file, ("name", "value"), COLUMNS, faults)


def merged(
    names: Iterable[str], defaults: list[Cells], own: list[Cells], file: str, faults: Faults, *, is_whole: bool
) -> dict[str, Row]:
    """Return a row for each parameter of a fair, by name: its own row over that of any fair.

    Where the own row has a fault, a usual value stands in.

    Args:
        names: of all parameters, in order.
        defaults: rows of any fair; a name with a star stands for every kind.
        own: rows of the fair, in `file`.
        faults: takes what cannot be read.
        is_whole: whether each row of the fair was read; else what is missing may stand in one that was not.
    """
    usual = {cells.text("name"): cells for cells in defaults}
    mine = {cells.text("name"): cells for cells in own}
    wanted = list(names)
    for name, cells in mine.items():
        if name not in wanted:
            faults.add(f"{file}: {cells.place}", f"{name} is no parameter of this fair; {did_you_mean(name, wanted)}")
            faults.doubtful.update(get_close_matches(name, wanted, n=1))  # which is meant, and not stated
    rows = {}
    for name in wanted:
        base, over = usual[generic(name)].cells, mine.get(name)
        text = base if over is None else base | _given(over.cells)
        place = f"seeds/{DEFAULTS}" if over is None else f"{file}: {over.place}"
        for column, grouped in [] if over is None else _grouped(over):
            faults.add(place, f"{name}: {grouped}")
            faults.doubtful.add(name)
            text = text | {column: _usual(base) if column == "value" else base[column]}
        if not text["value"]:
            faults.doubtful.add(name)
            if is_whole:
                faults.add(file, f"{name} is missing; give it a row ({text['unit']})")
            text = text | {"value": _usual(base)}
        rows[name] = _row(name, text, place, base, faults)
    return {name: _straight(row, rows, faults) for name, row in rows.items()}


def _straight(row: Row, rows: Mapping[str, Row], faults: Faults) -> Row:
    """Return a row; one that refers to no parameter, or round in a circle, with its usual value and a fault."""
    passed = [row.name]
    while target := rows[passed[-1]].refers_to:
        if target in rows and target not in passed:
            passed.append(target)
            continue
        leads = "which leads round to itself; give one of them a number"
        if target not in rows:
            leads = f"{target} is no parameter; {did_you_mean(target, rows)}"
        faults.add(row.file, f"{row.name} is {row.value}{', ' if target in rows else '; '}{leads}")
        faults.doubtful.add(row.name)
        return msgspec.structs.replace(row, value=row.usual)
    return row


def _grouped(cells: Cells) -> list[tuple[str, str]]:
    """Return the columns whose numbers may be grouped by thousands, each with its fault."""
    return [(column, fault) for column in ("value", "low", "high") if (fault := cells.find_grouped(column))]


def _given(cells: Mapping[str, str]) -> dict[str, str]:
    """Return the cells that are not empty; what belongs to the value comes with it, empty or not."""
    own = {"figures": cells.get("figures", ""), "interval": cells.get("interval", "")}
    if cells.get("value"):
        own |= {"class": "assumed", "source": ""}
    return own | {column: text for column, text in cells.items() if text}


def _row(name: str, cells: Mapping[str, str], place: str, base: Mapping[str, str], faults: Faults) -> Row:
    """Return a row of a parameter; what of it is at fault is as in the row of any fair, `base`."""
    kind = cells.get("class", "assumed")
    if kind not in CLASSES:
        faults.add(place, f"{name}: class is {kind!r}; {did_you_mean(kind, CLASSES)}")
        kind = "assumed"
    try:
        low, high = _bounds(cells)
    except ValueError:
        faults.add(place, f"{name}: low is {cells['low']!r} and high {cells['high']!r}; write plain numbers")
        low, high = _bounds(base)
    if (scales := cells.get("scales", "")) not in ("", "yes", "no"):
        faults.add(place, f"{name}: scales is {scales!r}; write yes, no or nothing")
    return Row(
        name=name,
        value=cells["value"],
        unit=cells["unit"],
        low=low,
        high=high,
        kind=kind,  # type: ignore[arg-type]  # checked above
        figures=tuple(cells.get("figures", "").split()),
        scales=scales == "yes",
        source=cells["source"],
        file=place,
        usual=_usual(base),
    )


def _usual(base: Mapping[str, str]) -> str:
    """Return the value that any fair has, or else the least that it may have."""
    return base["value"] or base["low"] or NO_DAY


def _bounds(cells: Mapping[str, str]) -> tuple[float | None, float | None]:
    """Return the range of a parameter.

    Raises:
        ValueError: a bound is no number.
    """
    low, high = (float(cells[bound]) if cells.get(bound) else None for bound in ("low", "high"))
    return low, high


def unmerged(rows: list[Cells], file: str, faults: Faults) -> dict[str, Row]:
    """Return the rows of one file by name."""
    return {name: _row(name, row.cells, file, row.cells, faults) for row in rows if (name := row.text("name"))}

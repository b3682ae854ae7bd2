"""Rows: the parameters as files describe them, the fair's own over the defaults of any fair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from typing import Literal, get_args

import msgspec

from fairfacts.errors import did_you_mean
from fairfacts.interchange.table import Row as Cells
from fairsim.inputs.faults import Faults
from fairsim.inputs.parameter_names import generic
from fairsim.inputs.table import read_csv

Class = Literal["documented", "derived", "assumed", "calibrated"]
CLASSES: tuple[Class, ...] = get_args(Class)
COLUMNS = ("name", "value", "unit", "low", "high", "class", "figures", "scales", "source", "interval")
DEFAULTS = "defaults.csv"
PARAMETERS = "parameters.csv"


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


def read_rows(source: Traversable, file: str, faults: Faults) -> list[Cells] | None:
    """Return the rows of a file of parameters; None where it has faults, which go to `faults`."""
    return read_csv(source, file, ("name", "value"), COLUMNS, faults)


def merged(names: Iterable[str], defaults: list[Cells], own: list[Cells], file: str, faults: Faults) -> dict[str, Row]:
    """Return a row for each parameter of a fair, by name: its own row over that of any fair.

    Args:
        names: of all parameters, in order.
        defaults: rows of any fair; a name with a star stands for every kind.
        own: rows of the fair, in `file`.
        faults: takes what cannot be read.
    """
    usual = {cells.text("name"): cells for cells in defaults}
    mine = {cells.text("name"): cells for cells in own}
    wanted = list(names)
    for name, cells in mine.items():
        if name not in wanted:
            faults.add(f"{file}: {cells.place}", f"{name} is no parameter of this fair; {did_you_mean(name, wanted)}")
    rows = {}
    for name in wanted:
        base, over = usual[generic(name)], mine.get(name)
        text = base.cells if over is None else base.cells | _given(over.cells)
        place = f"seeds/{DEFAULTS}" if over is None else f"{file}: {over.place}"
        if not text["value"]:
            faults.add(file, f"{name} is missing; give it a row ({text['unit']})")
        elif row := _row(name, text, place, faults):
            rows[name] = row
    return {name: row for name, row in rows.items() if not _leads_astray(row, rows, faults)}


def _leads_astray(row: Row, rows: Mapping[str, Row], faults: Faults) -> bool:
    """Return whether a row refers to no parameter, or round in a circle; its fault goes to `faults`."""
    passed = [row.name]
    while target := rows[passed[-1]].refers_to:
        if target not in rows:
            faults.add(row.file, f"{row.name} is {row.value}; {target} is no parameter; {did_you_mean(target, rows)}")
            return True
        if target in passed:
            faults.add(row.file, f"{row.name} is {row.value}, which leads round to itself; give one of them a number")
            return True
        passed.append(target)
    return False


def _given(cells: Mapping[str, str]) -> dict[str, str]:
    """Return the cells that are not empty; what belongs to the value comes with it, empty or not."""
    own = {"figures": cells.get("figures", ""), "interval": cells.get("interval", "")}
    if cells.get("value"):
        own |= {"class": "assumed", "source": ""}
    return own | {column: text for column, text in cells.items() if text}


def _row(name: str, cells: Mapping[str, str], place: str, faults: Faults) -> Row | None:
    kind = cells.get("class", "assumed")
    if kind not in get_args(Class):
        faults.add(place, f"{name}: class is {kind!r}; {did_you_mean(kind, get_args(Class))}")
        return None
    try:
        low, high = (float(cells[bound]) if cells.get(bound) else None for bound in ("low", "high"))
    except ValueError:
        faults.add(place, f"{name}: low is {cells['low']!r} and high {cells['high']!r}; write plain numbers")
        return None
    if (scales := cells.get("scales", "")) not in ("", "yes", "no"):
        faults.add(place, f"{name}: scales is {scales!r}; write yes, no or nothing")
        return None
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
    )


def unmerged(rows: list[Cells], file: str, faults: Faults) -> dict[str, Row]:
    """Return the rows of one file by name."""
    found = ((cells.text("name"), _row(cells.text("name"), cells.cells, file, faults)) for cells in rows)
    return {name: row for name, row in found if row}

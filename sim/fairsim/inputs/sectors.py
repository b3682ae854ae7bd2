"""The sectors of a fair: what its organisations do."""

from __future__ import annotations

from importlib.resources.abc import Traversable

import msgspec

from fairfacts.interchange.table import Row
from fairfacts.parts.fairs import Names
from fairsim.inputs.fair_csv import names_of, numbers_of, read_csv
from fairsim.inputs.faults import Faults

FILE = "sectors.csv"
COLUMNS = ("sector", "weight", "value_factor", "class", "source")
GENERAL = "general"


class Sector(msgspec.Struct, frozen=True):
    """A sector, its share of the organisations, and what its agreements are worth."""

    name: str
    names: Names
    """For people, by language."""
    weight: float
    value_factor: float
    """Mean value of an agreement or result of the sector against that of all sectors."""


def read_sectors(folder: Traversable, shown: str, faults: Faults) -> tuple[Sector, ...]:
    """Return the sectors of a fair's folder: a single one where it names none, none where a row cannot be read."""
    if not (folder / FILE).is_file():
        return (Sector(GENERAL, {"en": "General"}, 1.0, 1.0),)
    file = f"{shown}/{FILE}"
    rows, is_whole, _ = read_csv(folder / FILE, file, COLUMNS[:1], COLUMNS, faults, has_names=True)
    sectors = [_sector(row.named(row.text("sector")), file, faults) for row in rows]
    if is_whole and not sum(sector.weight for sector in sectors):
        faults.add(file, "no sector has a weight; give one at least more than 0")
    return tuple(sectors) if is_whole else ()


def _sector(row: Row, file: str, faults: Faults) -> Sector:
    numbers = numbers_of(row, ("weight", "value_factor"), file, faults)
    return Sector(row.text("sector"), names_of(row, "sector", COLUMNS), *numbers)

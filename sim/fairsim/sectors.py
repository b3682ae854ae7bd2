"""The twelve sectors of trade in services."""

from __future__ import annotations

import csv

import msgspec

from fairfacts.resources import data


class Sector(msgspec.Struct, frozen=True):
    """A sector, its share of the organisations, and what its agreements are worth."""

    name: str
    weight: float
    value_factor: float
    """Mean value of an agreement or result of the sector against that of all sectors."""


def load_sectors() -> tuple[Sector, ...]:
    """Return the sectors of `seeds/sectors.csv`."""
    text = (data("seeds") / "sectors.csv").read_text(encoding="utf-8")
    return tuple(
        Sector(row["sector"], float(row["weight"]), float(row["value_factor"]))
        for row in csv.DictReader(text.splitlines())
    )

"""The twelve sectors of trade in services."""

from __future__ import annotations

import csv

import msgspec

from fairfacts.resources import data


class Sector(msgspec.Struct, frozen=True):
    """A sector and its share of the organisations."""

    name: str
    weight: float


def load_sectors() -> tuple[Sector, ...]:
    """Return the sectors of `seeds/sectors.csv`."""
    text = (data("seeds") / "sectors.csv").read_text(encoding="utf-8")
    return tuple(Sector(row["sector"], float(row["weight"])) for row in csv.DictReader(text.splitlines()))

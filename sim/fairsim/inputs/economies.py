"""Economies: countries and regions by their trade in services, each with its local time."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from fairfacts.errors import did_you_mean
from fairfacts.resources import data
from fairsim.inputs.faults import Faults

FILE = "economies.csv"
MOST_TIMES = 1_000_000
"""Largest factor on the weight of an economy: all that take part are then of this one, and sums stay exact."""


class Economy(msgspec.Struct, frozen=True):
    """A country or region."""

    code: str
    """ISO 3166-1 alpha-2."""
    weight: float
    """Trade in commercial services (exports and imports) in billion US dollars, times the scenario's factor."""
    rank: int
    """By services trade, 1 is the largest."""
    zone: str
    """IANA time zone of its main business centre."""
    overseas: bool
    """Whether it is another than that in which the fair is."""


def load_economies(home: str, factors: Mapping[str, tuple[Any, str]]) -> tuple[Economy, ...]:
    """Return all economies, largest first, their weights times a factor where one is given (and where it was said).

    Args:
        home: code of the economy in which the fair is.
        factors: by code.

    Raises:
        ScenarioError: factors are for unknown economies, or no numbers from 0 to `MOST_TIMES`; names all of them.
    """
    rows, faults = _rows(), Faults()
    times = {}
    for code, (value, said_in) in factors.items():
        if code not in rows:
            faults.add(
                said_in,
                f"{code} is no economy of seeds/economies.csv; {did_you_mean(code.upper(), rows)}"
                " (ISO 3166 codes of two letters)",
            )
            continue
        try:
            times[code] = msgspec.convert(value, float, strict=False)
        except msgspec.ValidationError:
            times[code] = -1.0
        if not 0 <= times[code] <= MOST_TIMES:
            allowed = f"it is a factor on the weight, from 0 to {MOST_TIMES:,}"
            faults.add(said_in, f"economies.{code} is {value!r}; {allowed}")
    faults.refuse()
    return tuple(
        Economy(
            code=code,
            weight=float(row["services_trade_usd_bn"]) * times.get(code, 1.0),
            rank=int(row["rank"]),
            zone=row["zone"] or _first_zones()[code],
            overseas=code != home,
        )
        for code, row in rows.items()
    )


time_zone = cache(ZoneInfo)
"""A time zone by its IANA name, read once: the library itself keeps but a few."""


@cache
def time_zones() -> frozenset[str]:
    """Return the IANA names of all time zones, on any machine the same."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split())


def hours_ahead(zone: str, of: str, moment: datetime) -> float:
    """Return by how many hours local time in a zone is ahead of that in another; negative to its west."""
    offset, other = (moment.astimezone(time_zone(name)).utcoffset() for name in (zone, of))
    assert offset is not None, "an aware moment has an offset"
    assert other is not None, "an aware moment has an offset"
    return (offset - other) / timedelta(hours=1)


def economy_codes() -> list[str]:
    """Return the codes of all economies, the largest first."""
    return list(_rows())


@cache
def _rows() -> dict[str, dict[str, str]]:
    text = (data("seeds") / FILE).read_text(encoding="utf-8")
    return {row["iso2"]: row for row in csv.DictReader(text.splitlines())}


@cache
def _first_zones() -> dict[str, str]:
    """Return for each economy the zone that the time zone database names first."""
    zones: dict[str, str] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, _, zone, *_ = line.split("\t")
            zones.setdefault(code, zone)
    return zones

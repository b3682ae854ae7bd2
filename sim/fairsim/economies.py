"""Economies: countries and regions by their trade in services, each with its local time."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from fairfacts.errors import ScenarioError, did_you_mean
from fairfacts.organisations import HOME_ECONOMY
from fairfacts.resources import data

BEIJING = ZoneInfo("Asia/Shanghai")


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

    @property
    def overseas(self) -> bool:
        """Whether it lies outside the fair's own customs border."""
        return self.code != HOME_ECONOMY


def load_economies(factors: Mapping[str, tuple[Any, str]]) -> tuple[Economy, ...]:
    """Return all economies, largest first, their weights times a factor where one is given (and where it was said).

    Raises:
        ScenarioError: a factor is for an unknown economy, or is no number from 0 on.
    """
    text = (data("seeds") / "economies.csv").read_text(encoding="utf-8")
    rows = {row["iso2"]: row for row in csv.DictReader(text.splitlines())}
    times = {}
    for code, (value, said_in) in factors.items():
        if code not in rows:
            raise ScenarioError(
                f"{said_in}: {code} is no economy of seeds/economies.csv; {did_you_mean(code.upper(), rows)}"
                " (ISO 3166 codes of two letters)"
            )
        try:
            times[code] = msgspec.convert(value, float, strict=False)
        except msgspec.ValidationError:
            times[code] = -1.0
        if not 0 <= times[code] < math.inf:
            raise ScenarioError(f"{said_in}: economies.{code} is {value!r}; it is a factor on the weight, 0 or more")
    return tuple(
        Economy(
            code=code,
            weight=float(row["services_trade_usd_bn"]) * times.get(code, 1.0),
            rank=int(row["rank"]),
            zone=row["zone"] or _first_zones()[code],
        )
        for code, row in rows.items()
    )


time_zone = cache(ZoneInfo)
"""A time zone by its IANA name, read once: the library itself keeps but a few."""


def hours_ahead_of_beijing(zone: str, moment: datetime) -> float:
    """Return by how many hours local time in `zone` is ahead of Beijing's at a moment; negative to its west."""
    difference = moment.astimezone(time_zone(zone)).utcoffset()
    beijing = moment.astimezone(BEIJING).utcoffset()
    assert difference is not None, "an aware moment has an offset"
    assert beijing is not None, "an aware moment has an offset"
    return (difference - beijing) / timedelta(hours=1)


@cache
def _first_zones() -> dict[str, str]:
    """Return for each economy the zone that the time zone database names first."""
    zones: dict[str, str] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, _, zone, *_ = line.split("\t")
            zones.setdefault(code, zone)
    return zones

"""What the files of a fair must say together: its days and its time zone, its halls and its zones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from fairsim.inputs.checks.references import leapt_over
from fairsim.inputs.economies import time_zone, time_zones
from fairsim.inputs.faults import Faults
from fairsim.inputs.parameters import Fair as Days
from fairsim.inputs.parameters import Parameters
from fairsim.inputs.rows import PARAMETERS, Row
from fairsim.inputs.stands import without_zone
from fairsim.inputs.zones import FILE as ZONES
from fairsim.inputs.zones import Zone


def all_days(days: Days) -> int:
    """Return the days that are played: those of the fair, and those after it has closed."""
    return days.days + days.days_after_close


class Stated:
    """Where the parameters of a fair are stated, or would be."""

    def __init__(self, folder: str, rows: Mapping[str, Row], changes: Mapping[str, tuple[Any, str]]) -> None:
        self._own, self._rows, self._changes = f"{folder}/{PARAMETERS}", rows, changes

    def __getitem__(self, name: str) -> str:
        if name in self._changes:
            return self._changes[name][1]
        return self._rows[name].file if self._rows[name].is_own else self._own  # the defaults are nobody's to change


def check_days(days: Days, zone: str, stated: Stated, faults: Faults) -> None:
    """Find a day of the fair that never was; a time zone that is none is told elsewhere."""
    if zone not in time_zones() or faults.doubts(["fair.*"]):
        return
    if never := leapt_over(datetime.combine(days.opens_on, time(), time_zone(zone)), all_days(days)):
        faults.add(
            stated["fair.opens_on"],
            f"fair.opens_on is {days.opens_on}, and {never} was no day in {zone}, whose clocks leapt over it; choose"
            " other days (fair.opens_on, fair.days), or another time_zone in fair.toml",
        )


def check_halls(parameters: Parameters, zones: tuple[Zone, ...], stated: Stated, faults: Faults) -> None:
    """Find halls without zones, and exhibitors of a kind of zone that has none."""
    days = parameters.venue.days
    if faults.doubts(["venue.days"]):
        return
    if days and not zones:
        faults.add(
            stated["venue.days"],
            f"venue.days is {days}, and the fair has no zones; write {ZONES}, or 0 for a fair without halls",
        )
    for name, message in without_zone(parameters, zones) if zones else ():
        if not faults.doubts([name]):
            faults.add(stated[name], message)

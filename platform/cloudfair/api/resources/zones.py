"""The zones of the exhibition: how full they are, now and over time."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from cloudfair.api.resources.answer import LARGEST, Asked, AskedOne, KeyOf, One, Page, Reading
from cloudfair.http.parameters import InDigits
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table, Tally
from fairfacts.clock import MINUTE_MS
from fairfacts.parts.venue.events import StandPlaced, ZoneLaidOut, ZonesCounted
from fairfacts.parts.venue.zones import ZoneMeasures

router = APIRouter(tags=["venue"], responses=NOT_MODIFIED)


class Zone(Described):
    """A zone of the exhibition, as it stood at the moment."""

    model_config = example(
        zone=0,
        name="comprehensive",
        kind="comprehensive",
        net_m2=8500,
        stands=227,
        inside=3290,
        inside_peak=3834,
        density=0.3871,
        density_peak=0.4511,
        spent_h=25340.0,
    )

    zone: int
    name: str
    kind: str
    net_m2: int
    """Stand space, without aisles."""
    stands: int
    inside: int
    """People, at the last count."""
    inside_peak: int
    """At most at a count, so far."""
    density: float
    """People per m2 of stand space, at the last count."""
    density_peak: float
    spent_h: float
    """Person-hours spent there so far, from the counts of the minutes: the most visited zone has most."""


class ZoneDetails(Zone):
    """A zone with its people over time."""

    inside_by_minute: dict[str, int]
    """People at the count of each minute since the epoch; minutes as before are absent."""


class ZonesAsked(Asked):
    """How zones can be listed."""

    kind: Annotated[str | None, KeyOf(lambda fair: (each.key for each in fair.zone_kinds))] = None
    sort: Literal["zone", "inside", "-inside", "density", "-density", "spent", "-spent"] = "zone"


class _Counts:
    """What the people counters said of one zone: when it changed, and what it came to by then."""

    def __init__(self) -> None:
        self.moments: list[int] = []
        self.measures: list[tuple[int, int, int]] = []
        """People inside, at most so far, and minutes that people spent so far."""

    def add(self, at_ms: int, inside: int) -> None:
        _, peak, spent_min = self.measures[-1] if self.measures else (0, 0, 0)
        self.moments.append(at_ms)
        self.measures.append((inside, max(inside, peak), spent_min + inside))

    def at(self, at_ms: int) -> tuple[int, int, int]:
        place = bisect_right(self.moments, at_ms)
        return self.measures[place - 1] if place else (0, 0, 0)

    def by_minute(self, at_ms: int) -> dict[str, int]:
        """Return the counts that differ from the one before."""
        changed: dict[str, int] = {}
        before = 0
        for moment, (inside, _, _) in zip(
            self.moments[: bisect_right(self.moments, at_ms)], self.measures, strict=False
        ):
            if inside != before:
                changed[str(moment // MINUTE_MS)] = before = inside
        return changed


class Zones:
    """The zones of the exhibition."""

    begins = "laid_out_ms"

    def __init__(self, model: ReadModel) -> None:
        self.table = Table(model.words, "zone", kind="word", name="word", net_m2="number", laid_out_ms="moment")
        self._counts: dict[int, _Counts] = defaultdict(_Counts)
        self._stands: dict[int, Tally] = defaultdict(Tally)
        self._counted: list[int] = []
        self._waiting: list[int] = []
        self.handlers: Handlers = {
            ZoneLaidOut: lambda events: self.table.add(events, "kind", "name", "net_m2", laid_out_ms="at_ms"),
            StandPlaced: self._place,
            ZonesCounted: self._count,
        }

    def _place(self, events: list[StandPlaced]) -> None:
        for event in events:
            self._stands[event.zone].add(event.at_ms)

    def _count(self, events: list[ZonesCounted]) -> None:
        for event in events:
            self._counted.append(event.at_ms)
            self._waiting.append(sum(event.waiting))
            for zone, inside in enumerate(event.inside):
                self._counts[zone].add(event.at_ms, inside)

    def waiting(self, at_ms: int) -> int:
        """Return the people in the queues of all gates, at the last count."""
        place = bisect_right(self._counted, at_ms)
        return self._waiting[place - 1] if place else 0

    def where(self, asked: ZonesAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        del at_ms
        return self.table.is_("kind", asked.kind)

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return what a word of `sort` sorts by."""
        if sort == "zone":
            return None
        name = "spent_h" if sort == "spent" else sort
        return lambda rows: np.array([item[name] for item in self.items(np.arange(self.table.size)[rows], at_ms)])

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        items = self.table.shown(rows, "zone", "kind", "name", "net_m2")
        for item in items:
            inside, peak, spent_min = (
                self._counts[item["zone"]].at(at_ms) if item["zone"] in self._counts else (0, 0, 0)
            )
            measures = ZoneMeasures(item["name"], item["net_m2"], inside=inside, inside_peak=peak)
            item["stands"] = self._stands[item["zone"]].count(at_ms) if item["zone"] in self._stands else 0
            item["inside"], item["inside_peak"] = inside, peak
            item["density"], item["density_peak"] = measures.density(inside), measures.density(peak)
            item["spent_h"] = round(spent_min / 60, 1)
        return items

    def name(self, zone: int) -> str:
        """Return the name of a zone; empty when it was never laid out."""
        row = self.table.row(zone)
        return self.table.text("name", np.array([row]))[0] if row >= 0 else ""

    def inside_by_minute(self, zone: int, at_ms: int) -> dict[str, int]:
        """Return the people in a zone over time."""
        return self._counts[zone].by_minute(at_ms) if zone in self._counts else {}


@router.get("/runs/{run}/zones", response_model=Page[Zone])
async def list_zones(reading: Reading, asked: Annotated[ZonesAsked, Query()]) -> Response:
    """List the zones by occupancy, density, or the hours that people spent there."""
    return reading.page(Zones, asked, asked.sort)


@router.get("/runs/{run}/zones/{zone}", response_model=One[ZoneDetails])
async def get_zone(
    reading: Reading, zone: Annotated[int, InDigits, Path(ge=0, le=LARGEST)], asked: Annotated[AskedOne, Query()]
) -> Response:
    """Return one zone with its people over time."""
    zones = reading.model.section(Zones)
    return reading.item(Zones, zone, asked, lambda _, at_ms: {"inside_by_minute": zones.inside_by_minute(zone, at_ms)})

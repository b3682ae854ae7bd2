"""The halls, as the desk for the venue shows them: days and gates, how full the zones are, and stands."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from operator import itemgetter
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Path, Query
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from starlette.responses import Response

from cloudfair.reading.answer import LARGEST, NOT_MODIFIED, Asked, AskedOne, One, Page, Reading, example
from cloudfair.reading.directory import Directory, Folds
from cloudfair.reading.negotiations import Negotiations
from cloudfair.reading.organisations import EconomyAsked, Organisations, SectorAsked
from cloudfair.reading.table import MINUTE_MS, Filter, Keys, Rows, Table, Tally, counts_of
from fairfacts.organisations import OrganisationRegistered
from fairfacts.venue import (
    DAY_MS,
    CapChanged,
    EntryBookedOut,
    LanesChanged,
    StandPlaced,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorRefused,
    ZoneKind,
    ZoneLaidOut,
    ZoneMeasures,
    ZonesCounted,
)

router = APIRouter(tags=["venue"], responses=NOT_MODIFIED)


class Day(BaseModel):
    """A day on which the halls receive visitors, as it stood at the moment."""

    model_config = example(
        day=1,
        state="closed",
        opened_ms=118800000,
        last_entry_ms=144000000,
        closes_ms=147600000,
        closed_ms=147600000,
        cap=60000,
        lanes=24,
        entered=24403,
        inside=0,
        refused=168,
        booked_out=0,
        waiting=0,
    )

    day: int
    """Since the epoch; 0 is the first."""
    state: Literal["open", "leaving", "closed"]
    """`leaving` once last entry has passed."""
    opened_ms: int
    last_entry_ms: int
    closes_ms: int
    closed_ms: int | None
    cap: int
    """People that may be inside at the same time; it may change while the halls are open."""
    lanes: int
    """Of all gates; they may change too."""
    entered: int
    inside: int
    """At the moment."""
    refused: int
    booked_out: int
    """Delegates who found no free slot of timed entry so far that day, and stay away."""
    waiting: int
    """In the queues of all gates, at the last count."""


class Zone(BaseModel):
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
    kind: ZoneKind
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


class Stand(BaseModel):
    """An exhibitor's stand: online, and in a zone of the halls where it has one."""

    model_config = example(
        organisation=826,
        name="Business enterprise 826 (China)",
        economy="CN",
        sector="business",
        zone=5,
        zone_name="service_robots",
        requests=159,
    )

    organisation: int
    name: str
    economy: str
    sector: str
    zone: int | None
    """Null where it is online only."""
    zone_name: str | None
    requests: int
    """Negotiations requested of its desk so far: what the log tells of how much a stand is visited."""


class DaysAsked(Asked):
    """How the days of the halls can be listed."""


class ZonesAsked(Asked):
    """How zones can be listed."""

    kind: ZoneKind | None = None
    sort: Literal["zone", "inside", "-inside", "density", "-density", "spent", "-spent"] = "zone"


class StandsAsked(Asked):
    """How stands can be listed."""

    name: str | None = Field(None, max_length=100, description="a part of the exhibitor's name")
    economy: EconomyAsked = None
    sector: SectorAsked = None
    zone: int | None = Field(None, ge=0, le=LARGEST)
    on_site: bool | None = Field(None, description="whether it has a stand in the halls too")
    sort: Literal["organisation", "requests", "-requests"] = "organisation"


class Days:
    """The days of the halls."""

    begins = "opened_ms"

    def __init__(self, directory: Directory) -> None:
        self.table = Table(
            directory.words,
            "day",
            opened_ms="moment",
            last_entry_ms="number",
            closes_ms="number",
            closed_ms="moment",
        )
        self._zones = directory.part(Zones)
        self._entered, self._left, self._refused, self._booked_out = Tally(), Tally(), Tally(), Tally()
        self._caps: list[tuple[int, int]] = []
        self._lanes: list[tuple[int, int]] = []
        """Each change, with its moment."""
        self._by_gate: dict[int, int] = {}
        self.folds: Folds = {
            (VenueOpened, CapChanged, LanesChanged): self._admit,
            VenueOpened: self._open,
            VenueClosed: self._close,
            EntryBookedOut: lambda events: _tally(events, self._booked_out),
            VisitorEntered: lambda events: _tally(events, self._entered),
            VisitorLeft: lambda events: _tally(events, self._left),
            VisitorRefused: lambda events: _tally(events, self._refused),
        }

    def _admit(self, events: list[VenueOpened | CapChanged | LanesChanged]) -> None:
        """Note the cap and the lanes from now on."""
        for event in events:
            if isinstance(event, VenueOpened):
                self._by_gate = dict(enumerate(event.lanes))
            if isinstance(event, LanesChanged):
                self._by_gate[event.gate] = event.lanes
            else:
                self._caps.append((event.at_ms, event.cap))
            self._lanes.append((event.at_ms, sum(self._by_gate.values())))

    def _open(self, events: list[VenueOpened]) -> None:
        columns: dict[str, list[int]] = {
            "day": [event.at_ms // DAY_MS for event in events],
            "opened_ms": [event.at_ms for event in events],
            "last_entry_ms": [event.last_entry_ms for event in events],
            "closes_ms": [event.closes_ms for event in events],
        }
        self.table.append(len(events), columns)

    def _close(self, events: list[VenueClosed]) -> None:
        closed, opened = self.table["closed_ms"], self.table["opened_ms"]
        for event in events:
            row = int(np.searchsorted(opened, event.at_ms, "right")) - 1
            if row >= 0:
                closed[row] = event.at_ms

    def where(self, asked: DaysAsked, at_ms: int) -> list[Filter]:
        """Return no filters."""
        del asked, at_ms
        return []

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return the order of the log."""
        del sort, at_ms
        return None

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        items = self.table.shown(rows, *(name for name in Day.model_fields if name in self.table), at_ms=at_ms)
        for item in items:
            since_ms, closed_ms = item["opened_ms"] - 1, item["closed_ms"]
            until_ms = at_ms if closed_ms is None else closed_ms
            tallies = (self._entered, self._left, self._refused)
            entered, left, refused = (tally.count(until_ms) - tally.count(since_ms) for tally in tallies)
            midnight_ms = item["day"] * DAY_MS
            item["booked_out"] = self._booked_out.count(min(at_ms, midnight_ms + DAY_MS - 1)) - self._booked_out.count(
                midnight_ms - 1
            )
            item["cap"], item["lanes"] = _latest(self._caps, until_ms), _latest(self._lanes, until_ms)
            item["entered"], item["inside"], item["refused"] = entered, entered - left, refused
            item["waiting"] = self._zones.waiting(until_ms)
            if closed_ms is not None:
                item["state"] = "closed"
            else:
                item["state"] = "leaving" if at_ms >= item["last_entry_ms"] else "open"
        return items


def _latest(changes: list[tuple[int, int]], at_ms: int) -> int:
    """Return the last value by a moment."""
    place = bisect_right(changes, at_ms, key=itemgetter(0))
    return changes[place - 1][1] if place else 0


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

    def __init__(self, directory: Directory) -> None:
        self.table = Table(directory.words, "zone", kind="word", name="word", net_m2="number", laid_out_ms="moment")
        self._counts: dict[int, _Counts] = defaultdict(_Counts)
        self._stands: dict[int, Tally] = defaultdict(Tally)
        self._counted: list[int] = []
        self._waiting: list[int] = []
        self.folds: Folds = {
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


class Stands:
    """The stands of the exhibitors: every exhibitor has one online."""

    begins = "there_ms"

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._organisations, self._zones = directory.part(Organisations), directory.part(Zones)
        self._negotiations = directory.part(Negotiations)
        self.table = Table(
            directory.words,
            "organisation",
            economy="word",
            sector="word",
            there_ms="moment",
            placed_ms="moment",
            zone="number",
        )
        self.folds: Folds = {OrganisationRegistered: self._exhibit, StandPlaced: self._place}

    def _exhibit(self, events: list[OrganisationRegistered]) -> None:
        self.table.add([event for event in events if event.exhibits], "economy", "sector", there_ms="at_ms")

    def _place(self, events: list[StandPlaced]) -> None:
        self.table.update(events, "zone", placed_ms="at_ms")

    def where(self, asked: StandsAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        table = self.table
        placed, zones = table["placed_ms"], table["zone"]
        filters = [*table.is_("economy", asked.economy), *table.is_("sector", asked.sector)]
        if (zone := asked.zone) is not None:
            filters.append(lambda rows: (placed[rows] <= at_ms) & (zones[rows] == zone))
        if (on_site := asked.on_site) is not None:
            filters.append(lambda rows: (placed[rows] <= at_ms) == on_site)
        if asked.name:
            bears, whose = self._organisations.bears(asked.name), self._whose()
            filters.append(lambda rows: bears[whose[rows]])
        return filters

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return what a word of `sort` sorts by."""
        return None if sort == "organisation" else self._requests(at_ms).__getitem__

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        table = self.table
        items = table.shown(rows, "organisation", "economy", "sector", "zone")
        placed = (table["placed_ms"][rows] <= at_ms).tolist()
        names, requests = (
            self._organisations.names_of(table["organisation"][rows]),
            self._requests(at_ms)[rows].tolist(),
        )
        for item, is_placed, name, asked in zip(items, placed, names, requests, strict=True):
            item["zone"] = item["zone"] if is_placed else None
            item["zone_name"] = self._zones.name(item["zone"]) if is_placed else None
            item["name"], item["requests"] = name, asked
        return items

    def _requests(self, at_ms: int) -> NDArray[np.int64]:
        """Return how many negotiations were requested of each stand's desk."""

        def requests() -> NDArray[np.int64]:
            negotiations = self._negotiations.table
            exhibitors = negotiations["exhibitor"][: negotiations.begun("requested_ms", at_ms)]
            return counts_of(exhibitors, self.table["organisation"])

        return self._directory.remembered("requests", at_ms, requests)

    def _whose(self) -> Rows:
        """Return the row in the register of each stand's exhibitor."""
        return self._organisations.table.rows(self.table["organisation"])


def _tally(events: list[Any], tally: Tally) -> None:
    for event in events:
        tally.add(event.at_ms)


@router.get("/runs/{run}/halls", response_model=Page[Day])
async def list_halls(reading: Reading, asked: Annotated[DaysAsked, Query()]) -> Response:
    """List the days of the halls: gates, people inside, refused and waiting."""
    return reading.page(Days, asked)


@router.get("/runs/{run}/zones", response_model=Page[Zone])
async def list_zones(reading: Reading, asked: Annotated[ZonesAsked, Query()]) -> Response:
    """List the zones by occupancy, density, or the hours that people spent there."""
    return reading.page(Zones, asked, asked.sort)


@router.get("/runs/{run}/zones/{zone}", response_model=One[ZoneDetails])
async def get_zone(
    reading: Reading, zone: Annotated[int, Path(ge=0, le=LARGEST)], asked: Annotated[AskedOne, Query()]
) -> Response:
    """Return one zone with its people over time."""
    zones = reading.directory.part(Zones)
    return reading.one(Zones, zone, asked, lambda _, at_ms: {"inside_by_minute": zones.inside_by_minute(zone, at_ms)})


@router.get("/runs/{run}/stands", response_model=Page[Stand])
async def list_stands(reading: Reading, asked: Annotated[StandsAsked, Query()]) -> Response:
    """List the exhibitors' stands by zone; `sort=-requests` begins with the most asked."""
    return reading.page(Stands, asked, asked.sort)

"""The stands of the exhibitors: online, and in the halls."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query
from numpy.typing import NDArray
from pydantic import Field
from starlette.responses import Response

from cloudfair.api.resources.answer import LARGEST, Asked, Page, Reading
from cloudfair.api.resources.negotiations import Negotiations
from cloudfair.api.resources.organisations import EconomyAsked, Organisations, SectorAsked
from cloudfair.api.resources.zones import Zones
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table, counts_of
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.venue.events import StandPlaced

router = APIRouter(tags=["venue"], responses=NOT_MODIFIED)


class Stand(Described):
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


class StandsAsked(Asked):
    """How stands can be listed."""

    name: str | None = Field(None, max_length=100, description="a part of the exhibitor's name")
    economy: EconomyAsked = None
    sector: SectorAsked = None
    zone: int | None = Field(None, ge=0, le=LARGEST)
    on_site: bool | None = Field(None, description="whether it has a stand in the halls too")
    sort: Literal["organisation", "requests", "-requests"] = "organisation"


class Stands:
    """The stands of the exhibitors: every exhibitor has one online."""

    begins = "there_ms"

    def __init__(self, model: ReadModel) -> None:
        self._model = model
        self._organisations, self._zones = model.section(Organisations), model.section(Zones)
        self._negotiations = model.section(Negotiations)
        self.table = Table(
            model.words,
            "organisation",
            economy="word",
            sector="word",
            there_ms="moment",
            placed_ms="moment",
            zone="number",
        )
        self.handlers: Handlers = {OrganisationRegistered: self._exhibit, StandPlaced: self._place}

    def _exhibit(self, events: list[OrganisationRegistered]) -> None:
        self.table.add([event for event in events if event.exhibits], "economy", "sector", there_ms="at_ms")

    def _place(self, events: list[StandPlaced]) -> None:
        self.table.update(events, "placed_ms", "zone")

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
            self._organisations.names_of(table["organisation"][rows], at_ms),
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

        return self._model.cached("requests", at_ms, requests)

    def _whose(self) -> Rows:
        """Return the row in the register of each stand's exhibitor."""
        return self._organisations.table.rows(self.table["organisation"])


@router.get("/runs/{run}/stands", response_model=Page[Stand])
async def list_stands(reading: Reading, asked: Annotated[StandsAsked, Query()]) -> Response:
    """List the exhibitors' stands by zone; `sort=-requests` begins with the most asked."""
    return reading.page(Stands, asked, asked.sort)

"""Tours: the departures of the routes through the city, and who found a seat."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from cloudfair.api.resources.answer import LARGEST, Asked, Page, Reading
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table
from fairfacts.clock import day_of
from fairfacts.parts.routes import RouteDeparted, Theme

router = APIRouter(tags=["programme"], responses=NOT_MODIFIED)


class Tour(Described):
    """A tour of a route that has set off."""

    model_config = example(route=0, theme="technology", day=1, departed_ms=120600000, seats=30, taken=28, left_behind=0)

    route: int
    theme: Theme
    day: int
    """Since the epoch; 0 is the first."""
    departed_ms: int
    seats: int
    taken: int
    left_behind: int
    """People who found no seat."""


class ToursAsked(Asked):
    """How tours can be listed."""

    route: int | None = Field(None, ge=0, le=LARGEST)
    theme: Theme | None = None
    sort: Literal["departed", "-departed", "taken", "-taken", "left_behind", "-left_behind"] = "departed"


class Tours:
    """All tours."""

    begins = "departed_ms"

    def __init__(self, model: ReadModel) -> None:
        self._model = model
        self.table = Table(
            model.words,
            "route",
            theme="word",
            departed_ms="moment",
            seats="number",
            taken="number",
            left_behind="number",
        )
        self.handlers: Handlers = {RouteDeparted: self._depart}

    def _depart(self, events: list[RouteDeparted]) -> None:
        self.table.add(events, "theme", "seats", "taken", "left_behind", departed_ms="at_ms")

    def where(self, asked: ToursAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        del at_ms
        return [*self.table.is_("route", asked.route), *self.table.is_("theme", asked.theme)]

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return what a word of `sort` sorts by."""
        del at_ms
        return None if sort == "departed" else self.table[sort].__getitem__

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        epoch, items = self._model.epoch, self.table.shown(rows, at_ms=at_ms)
        return [item | {"day": day_of(epoch, item["departed_ms"])} for item in items]


@router.get("/runs/{run}/tours", response_model=Page[Tour])
async def list_tours(reading: Reading, asked: Annotated[ToursAsked, Query()]) -> Response:
    """List the tours of the city routes that have set off, with their seats."""
    return reading.page(Tours, asked, asked.sort)

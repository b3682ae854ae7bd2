"""The days of the halls: gates, people inside, refused and waiting."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query
from starlette.responses import Response

from cloudfair.api.resources.answer import Asked, Page, Reading
from cloudfair.api.resources.zones import Zones
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table, Tally
from fairfacts.clock import day_of, midnight_ms
from fairfacts.parts.venue.events import (
    CapChanged,
    EntryBookedOut,
    LanesChanged,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorRefused,
)

router = APIRouter(tags=["venue"], responses=NOT_MODIFIED)


class Day(Described):
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


class DaysAsked(Asked):
    """How the days of the halls can be listed."""


class Days:
    """The days of the halls."""

    begins = "opened_ms"

    def __init__(self, model: ReadModel) -> None:
        self._model = model
        self.table = Table(
            model.words,
            "day",
            opened_ms="moment",
            last_entry_ms="number",
            closes_ms="number",
            closed_ms="moment",
        )
        self._zones = model.section(Zones)
        self._entered, self._left, self._refused, self._booked_out = Tally(), Tally(), Tally(), Tally()
        self._caps: list[tuple[int, int]] = []
        self._lanes: list[tuple[int, int]] = []
        """Each change, with its moment."""
        self._by_gate: dict[int, int] = {}
        self.handlers: Handlers = {
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
            "day": [day_of(self._model.epoch, event.at_ms) for event in events],
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
            begins_ms, ends_ms = (midnight_ms(self._model.epoch, item["day"] + days) for days in (0, 1))
            booked_out = self._booked_out.count(min(at_ms, ends_ms - 1))
            item["booked_out"] = booked_out - self._booked_out.count(begins_ms - 1)
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


def _tally(events: list[Any], tally: Tally) -> None:
    for event in events:
        tally.add(event.at_ms)


@router.get("/runs/{run}/halls", response_model=Page[Day])
async def list_halls(reading: Reading, asked: Annotated[DaysAsked, Query()]) -> Response:
    """List the days of the halls: gates, people inside, refused and waiting."""
    return reading.page(Days, asked)

"""The information service: what everybody was told, and of what went wrong."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from cloudfair.api.resources.answer import LARGEST, Asked, KeyOf, Page, Reading
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from cloudfair.http.schemas import DisruptionObject
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table
from fairfacts.parts.disruptions import (
    DISRUPTIONS,
    AnyDisruption,
    Cause,
    DisruptionBegun,
    DisruptionEnded,
    kind_of,
    lasts_ms,
)
from fairfacts.parts.notices import NoticePublished

router = APIRouter(tags=["notices"], responses=NOT_MODIFIED)


class Notice(Described):
    """A notice that was published."""

    model_config = example(
        notice=3,
        published_ms=74_100_000,
        about="platform_outage",
        over=False,
        text="The platform is out of order; we are working on it.",
        disruption=1,
    )

    notice: int
    published_ms: int
    about: str
    """The kind of a disruption, or `venue_full`."""
    over: bool
    """Whether it tells that what it is about is over."""
    text: str
    """In English."""
    disruption: int | None
    """The number of the disruption it tells of."""


class NoticesAsked(Asked):
    """How notices can be listed."""

    about: str | None = Field(None, max_length=64, examples=["platform_outage"])
    over: bool | None = None
    disruption: int | None = Field(None, ge=0, le=LARGEST)
    sort: Literal["published", "-published"] = "published"


class Disruption(Described):
    """A disruption, as it stood at the moment."""

    model_config = example(
        disruption=1,
        kind="platform_outage",
        state="active",
        cause="scheduled",
        begun_ms=73_800_000,
        until_ms=75_300_000,
        ended_ms=None,
        what={"kind": "platform_outage", "capacity_share": 0.0, "lasts_min": 25.0},
    )

    disruption: int
    kind: str
    state: Literal["active", "ended"]
    cause: Cause
    begun_ms: int
    until_ms: int | None
    """When it is to end; null where it says no time."""
    ended_ms: int | None
    what: DisruptionObject
    """The disruption itself, as it is injected."""


class DisruptionsAsked(Asked):
    """How disruptions can be listed."""

    kind: Annotated[str | None, KeyOf(lambda _: map(kind_of, DISRUPTIONS))] = Field(
        None, max_length=64, examples=["platform_outage"]
    )
    cause: Cause | None = None
    state: Literal["active", "ended"] | None = None
    sort: Literal["begun", "-begun"] = "begun"


class Notices:
    """All notices."""

    begins = "published_ms"

    def __init__(self, model: ReadModel) -> None:
        self.table = Table(
            model.words,
            "notice",
            published_ms="moment",
            about="word",
            over="flag",
            text="word",
            disruption="number",
        )
        self.handlers: Handlers = {NoticePublished: self._publish}

    def _publish(self, events: list[NoticePublished]) -> None:
        place = self.table.words.place
        columns: dict[str, list[int]] = {
            "notice": [event.notice for event in events],
            "published_ms": [event.at_ms for event in events],
            "about": [place(event.about) for event in events],
            "over": [event.over for event in events],
            "text": [place(event.text) for event in events],
            "disruption": [-1 if event.disruption is None else event.disruption for event in events],
        }
        self.table.append(len(events), columns)

    def where(self, asked: NoticesAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        del at_ms
        columns = ("about", "over", "disruption")
        return [condition for column in columns for condition in self.table.is_(column, getattr(asked, column))]

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return the order of the log, in which they are published."""
        del sort, at_ms
        return None

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        items = self.table.shown(rows, at_ms=at_ms)
        for item in items:
            if item["disruption"] < 0:
                item["disruption"] = None
        return items


class Disruptions:
    """All disruptions."""

    begins = "begun_ms"

    def __init__(self, model: ReadModel) -> None:
        self.table = Table(model.words, "disruption", kind="word", cause="word", begun_ms="moment", ended_ms="moment")
        self._what: dict[int, AnyDisruption] = {}
        self.handlers: Handlers = {
            DisruptionBegun: self._begin,
            DisruptionEnded: lambda events: self.table.update(events, "ended_ms"),
        }

    def _begin(self, events: list[DisruptionBegun]) -> None:
        place = self.table.words.place
        self._what |= {self.table.size + row: event.what for row, event in enumerate(events)}
        columns: dict[str, list[int]] = {
            "disruption": [event.disruption for event in events],
            "kind": [place(kind_of(event.what)) for event in events],
            "cause": [place(event.cause) for event in events],
            "begun_ms": [event.at_ms for event in events],
        }
        self.table.append(len(events), columns)

    def where(self, asked: DisruptionsAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        table = self.table
        filters = [*table.is_("kind", asked.kind), *table.is_("cause", asked.cause)]
        if (state := asked.state) is not None:
            ended = table["ended_ms"]
            filters.append(lambda rows: (ended[rows] <= at_ms) == (state == "ended"))
        return filters

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return the order of the log, in which they begin."""
        del sort, at_ms
        return None

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        items = self.table.shown(rows, at_ms=at_ms)
        for item, row in zip(items, rows.tolist(), strict=True):
            what = self._what[row]
            length_ms = lasts_ms(what)
            item["until_ms"] = None if length_ms is None else item["begun_ms"] + length_ms
            item["state"] = "active" if item["ended_ms"] is None else "ended"
            item["what"] = msgspec.to_builtins(what)
        return items


@router.get("/runs/{run}/notices", response_model=Page[Notice])
async def list_notices(reading: Reading, asked: Annotated[NoticesAsked, Query()]) -> Response:
    """List what the information service published."""
    return reading.page(Notices, asked, asked.sort)


@router.get("/runs/{run}/disruptions", response_model=Page[Disruption])
async def list_disruptions(reading: Reading, asked: Annotated[DisruptionsAsked, Query()]) -> Response:
    """List what went wrong, or was changed while the fair was on; `state=active` is what is in effect."""
    return reading.page(Disruptions, asked, asked.sort)

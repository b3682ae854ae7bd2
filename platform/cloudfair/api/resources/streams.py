"""Streams, as live streaming shows them: who watches now, over time, and how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from cloudfair.api.resources.answer import LARGEST, Asked, AskedOne, One, Page, Reading
from cloudfair.api.resources.programme import Sessions
from cloudfair.http.parameters import InDigits
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table, Tally
from fairfacts.clock import HOUR_MS
from fairfacts.parts.streams import StreamEnded, StreamStarted, ViewerJoined, ViewerLeft, ViewerRefused

router = APIRouter(tags=["streams"], responses=NOT_MODIFIED)

StreamState = Literal["live", "ended"]


class Stream(Described):
    """A stream that has gone on air, as it stood at the moment."""

    model_config = example(
        stream=52,
        title="Industry forum 48: finance",
        state="live",
        started_ms=212400000,
        ended_ms=None,
        viewers=812,
        viewers_peak=940,
        views=1105,
        views_public=498,
        refused=0,
        watched_h=201.5,
        watched_mean_s=2475.9,
    )

    stream: int
    """It bears its session's number."""
    title: str
    """The session's."""
    state: StreamState
    started_ms: int
    ended_ms: int | None
    viewers: int
    """Watching now."""
    viewers_peak: int
    """At most at the same time, so far."""
    views: int
    """Begun so far."""
    views_public: int
    """Of those, by the public, who are not registered."""
    refused: int
    """Views that could not begin so far."""
    watched_h: float
    """Viewer-hours in views that have ended."""
    watched_mean_s: float
    """Mean length of a view that has ended."""


class StreamDetails(Stream):
    """A stream with its viewers over time."""

    viewers_by_minute: dict[str, int]
    """Watching at the end of each minute since the epoch, or at the moment itself in its minute."""


class StreamsAsked(Asked):
    """How streams can be listed."""

    state: StreamState | None = None
    sort: Literal["stream", "started", "-started", "viewers", "-viewers", "views", "-views", "watched", "-watched"] = (
        "started"
    )


class _Audience:
    """Who watches a stream."""

    def __init__(self) -> None:
        self.joined, self.left, self.refused = Tally(), Tally(), Tally()
        self._peaks: Tally = Tally()
        """Each moment at which there were more viewers than ever."""
        self._now = self._peak = 0

    def come(self, at_ms: int, *, is_public: bool) -> None:
        self.joined.add(at_ms, is_public)
        self._now += 1
        if self._now > self._peak:
            self._peak = self._now
            self._peaks.add(at_ms)

    def go(self, at_ms: int, watched_ms: int) -> None:
        self.left.add(at_ms, watched_ms)
        self._now -= 1

    def shown(self, at_ms: int) -> dict[str, Any]:
        views, over, watched_ms = self.joined.count(at_ms), self.left.count(at_ms), self.left.amount(at_ms)
        return {
            "viewers": views - over,
            "viewers_peak": self._peaks.count(at_ms),
            "views": views,
            "views_public": self.joined.amount(at_ms),
            "refused": self.refused.count(at_ms),
            "watched_h": round(watched_ms / HOUR_MS, 1),
            "watched_mean_s": round(watched_ms / over / 1000, 1) if over else 0.0,
        }

    def by_minute(self, at_ms: int) -> dict[str, int]:
        """Return the viewers at the end of each minute in which somebody came or went."""
        change: dict[int, int] = defaultdict(int)
        for tally, sign in ((self.joined, 1), (self.left, -1)):
            for minute, times in tally.per_minute(at_ms).items():
                change[int(minute)] += sign * times
        minutes = sorted(change)
        return dict(zip(map(str, minutes), np.cumsum([change[minute] for minute in minutes]).tolist(), strict=True))


SORTS: dict[str, Callable[[_Audience, int], int]] = {
    "viewers": lambda audience, at_ms: audience.joined.count(at_ms) - audience.left.count(at_ms),
    "views": lambda audience, at_ms: audience.joined.count(at_ms),
    "watched": lambda audience, at_ms: audience.left.amount(at_ms),
}


class Streams:
    """All streams."""

    begins = "started_ms"

    def __init__(self, model: ReadModel) -> None:
        self._sessions = model.section(Sessions)
        self.table = Table(model.words, "stream", started_ms="moment", ended_ms="moment")
        self._audiences: dict[int, _Audience] = defaultdict(_Audience)
        self.handlers: Handlers = {
            StreamStarted: lambda events: self.table.add(events, started_ms="at_ms"),
            StreamEnded: lambda events: self.table.update(events, "ended_ms"),
            (ViewerJoined, ViewerLeft): self._watch,
            ViewerRefused: self._refuse,
        }

    def _watch(self, events: list[ViewerJoined | ViewerLeft]) -> None:
        for event in events:
            if isinstance(event, ViewerJoined):
                self._audiences[event.stream].come(event.at_ms, is_public=event.organisation is None)
            else:
                self._audiences[event.stream].go(event.at_ms, event.watched_ms)

    def _refuse(self, events: list[ViewerRefused]) -> None:
        for event in events:
            self._audiences[event.stream].refused.add(event.at_ms)

    def where(self, asked: StreamsAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        ended = self.table["ended_ms"]
        match asked.state:
            case None:
                return []
            case "live":
                return [lambda rows: ended[rows] > at_ms]
            case "ended":
                return [lambda rows: ended[rows] <= at_ms]

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return what a word of `sort` sorts by."""
        if sort in ("stream", "started"):
            return self.table["stream" if sort == "stream" else "started_ms"].__getitem__
        numbers, by = self.table["stream"], SORTS[sort]
        return lambda rows: np.array([by(self._audience(stream), at_ms) for stream in numbers[rows].tolist()], np.int64)

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        items = self.table.shown(rows, at_ms=at_ms)
        sessions = self._sessions.table
        for item in items:
            session = sessions.row(item["stream"])
            item["title"] = sessions.text("title", np.array([session]))[0] if session >= 0 else ""
            item["state"] = "live" if item["ended_ms"] is None else "ended"
            item |= self._audience(item["stream"]).shown(at_ms)
        return items

    def viewers_by_minute(self, stream: int, at_ms: int) -> dict[str, int]:
        """Return a stream's viewers over time."""
        return self._audience(stream).by_minute(at_ms)

    def _audience(self, stream: int) -> _Audience:
        return self._audiences[stream] if stream in self._audiences else _Audience()


@router.get("/runs/{run}/streams", response_model=Page[Stream])
async def list_streams(reading: Reading, asked: Annotated[StreamsAsked, Query()]) -> Response:
    """List the streams; `state=live` is what is on air."""
    return reading.page(Streams, asked, asked.sort)


@router.get("/runs/{run}/streams/{stream}", response_model=One[StreamDetails])
async def get_stream(
    reading: Reading, stream: Annotated[int, InDigits, Path(ge=0, le=LARGEST)], asked: Annotated[AskedOne, Query()]
) -> Response:
    """Return one stream with its viewers over time."""
    streams = reading.model.section(Streams)
    return reading.item(
        Streams, stream, asked, lambda _, at_ms: {"viewers_by_minute": streams.viewers_by_minute(stream, at_ms)}
    )

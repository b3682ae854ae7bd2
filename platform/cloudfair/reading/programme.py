"""The programme, as conference management shows it: sessions by day and room, which are under way, and who came."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Path, Query
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from starlette.responses import Response

from cloudfair.reading.answer import LARGEST, NOT_MODIFIED, Asked, AskedOne, One, Page, Reading
from cloudfair.reading.directory import Directory, Folds
from cloudfair.reading.organisations import SectorAsked
from cloudfair.reading.table import Filter, Keys, Rows, Table, Tally
from fairfacts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    Mode,
    SessionClosed,
    SessionKind,
    SessionOpened,
    SessionScheduled,
)
from fairfacts.venue import DAY_MS

router = APIRouter(tags=["programme"], responses=NOT_MODIFIED)

SessionState = Literal["scheduled", "live", "held"]


class Session(BaseModel):
    """A session of the programme, as it stood at the moment."""

    session: int
    title: str
    kind: SessionKind
    state: SessionState
    sector: str
    mode: Mode
    streamed: bool
    counted: bool
    """Whether it is one of the forums and events that the documents count."""
    room: str
    """Empty when it is held online only."""
    capacity: int
    """People that the room admits."""
    day: int
    """On which it begins, since the epoch; 0 is the first."""
    starts_ms: int
    """As scheduled."""
    ends_ms: int
    """As scheduled."""
    opened_ms: int | None
    closed_ms: int | None
    attended: int
    """People admitted so far."""
    turned_away: int
    """People not admitted so far."""


class SessionDetails(Session):
    """A session with its attendance over time."""

    attended_per_minute: dict[str, int]
    """People admitted, by minute since the epoch."""


class SessionsAsked(Asked):
    """How the programme can be listed."""

    title: str | None = Field(None, max_length=100, description="a part of the title, in letters of either size")
    day: int | None = Field(None, ge=0, le=100_000, description="since the epoch, 0 is the first")
    room: str | None = Field(None, max_length=100, examples=["room 1"])
    kind: SessionKind | None = None
    sector: SectorAsked = None
    mode: Mode | None = None
    streamed: bool | None = None
    state: SessionState | None = None
    sort: Literal["session", "starts", "-starts", "attended", "-attended", "turned_away", "-turned_away"] = "starts"


class Sessions:
    """All sessions."""

    begins = "scheduled_ms"

    def __init__(self, directory: Directory) -> None:
        self.table = Table(
            directory.words,
            "session",
            title="word",
            kind="word",
            sector="word",
            mode="word",
            streamed="flag",
            counted="flag",
            room="word",
            capacity="number",
            starts_ms="number",
            ends_ms="number",
            scheduled_ms="moment",
            opened_ms="moment",
            closed_ms="moment",
        )
        self._admitted: dict[int, Tally] = defaultdict(Tally)
        self._turned_away: dict[int, Tally] = defaultdict(Tally)
        self.folds: Folds = {
            SessionScheduled: self._schedule,
            SessionOpened: lambda events: self.table.update(events, opened_ms="at_ms"),
            SessionClosed: lambda events: self.table.update(events, closed_ms="at_ms"),
            AttendeeAdmitted: lambda events: _count(events, self._admitted),
            AttendeeTurnedAway: lambda events: _count(events, self._turned_away),
        }

    def _schedule(self, events: list[SessionScheduled]) -> None:
        same = ("title", "kind", "sector", "mode", "streamed", "counted", "room", "capacity", "starts_ms", "ends_ms")
        self.table.add(events, *same, scheduled_ms="at_ms")

    def where(self, asked: SessionsAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        table = self.table
        columns = ("room", "kind", "sector", "mode", "streamed")
        filters = [condition for column in columns for condition in table.is_(column, getattr(asked, column))]
        if (day := asked.day) is not None:
            starts = table["starts_ms"]
            filters.append(lambda rows: starts[rows] // DAY_MS == day)
        if asked.title:
            filters.append(table.bears("title", asked.title))
        if asked.state is not None:
            opened, closed = table["opened_ms"], table["closed_ms"]
            states: dict[SessionState, Filter] = {
                "scheduled": lambda rows: opened[rows] > at_ms,
                "live": lambda rows: (opened[rows] <= at_ms) & (closed[rows] > at_ms),
                "held": lambda rows: closed[rows] <= at_ms,
            }
            filters.append(states[asked.state])
        return filters

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return what a word of `sort` sorts by."""
        if sort == "session":
            return None
        if sort == "starts":
            return self.table["starts_ms"].__getitem__
        numbers, tallies = self.table["session"], self._admitted if sort == "attended" else self._turned_away
        return lambda rows: np.array(_counts(numbers[rows], tallies, at_ms), np.int64)

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        table = self.table
        items = table.shown(rows, *(name for name in Session.model_fields if name in table), at_ms=at_ms)
        numbers = table["session"][rows]
        admitted, turned_away = (_counts(numbers, of, at_ms) for of in (self._admitted, self._turned_away))
        for item, attended, turned in zip(items, admitted, turned_away, strict=True):
            begun, over = item["opened_ms"] is not None, item["closed_ms"] is not None
            item["state"] = "held" if over else "live" if begun else "scheduled"
            item["day"], item["attended"], item["turned_away"] = item["starts_ms"] // DAY_MS, attended, turned
        return items

    def attended_per_minute(self, session: int, at_ms: int) -> dict[str, int]:
        """Return how many people were admitted in each minute."""
        return self._admitted[session].per_minute(at_ms) if session in self._admitted else {}


def _count(events: list[AttendeeAdmitted] | list[AttendeeTurnedAway], tallies: dict[int, Tally]) -> None:
    for event in events:
        tallies[event.session].add(event.at_ms)


def _counts(numbers: NDArray[Any], tallies: dict[int, Tally], at_ms: int) -> list[int]:
    return [tallies[number].count(at_ms) if number in tallies else 0 for number in numbers.tolist()]


@router.get("/runs/{run}/sessions", response_model=Page[Session])
async def list_sessions(reading: Reading, asked: Annotated[SessionsAsked, Query()]) -> Response:
    """List the programme by day, room and type; `state=live` is what is under way."""
    return reading.page(Sessions, asked, asked.sort)


@router.get("/runs/{run}/sessions/{session}", response_model=One[SessionDetails])
async def get_session(
    reading: Reading, session: Annotated[int, Path(ge=0, le=LARGEST)], asked: Annotated[AskedOne, Query()]
) -> Response:
    """Return one session with its attendance over time."""
    sessions = reading.directory.part(Sessions)
    return reading.one(
        Sessions,
        session,
        asked,
        lambda _, at_ms: {"attended_per_minute": sessions.attended_per_minute(session, at_ms)},
    )

"""The programme, as conference management shows it: sessions by day and room, which are under way, and who came."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Path, Query
from numpy.typing import NDArray
from pydantic import Field
from starlette.responses import Response

from cloudfair.api.resources.answer import LARGEST, Asked, AskedOne, KeyOf, One, Page, Reading
from cloudfair.api.resources.organisations import SectorAsked
from cloudfair.http.parameters import InDigits
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table, Tally
from fairfacts.clock import day_of, midnight_ms
from fairfacts.parts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    Mode,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionRescheduled,
    SessionScheduled,
    number_of_room,
    parts_of_title,
)

router = APIRouter(tags=["programme"], responses=NOT_MODIFIED)

SessionState = Literal["scheduled", "live", "held", "cancelled"]


class Session(Described):
    """A session of the programme, as it stood at the moment."""

    model_config = example(
        session=52,
        title="Industry forum 48: finance",
        kind="industry_forum",
        state="live",
        sector="finance",
        mode="hybrid",
        streamed=True,
        counted=True,
        room="room 3",
        room_number=3,
        number_of_kind=48,
        about="finance",
        capacity=400,
        day=2,
        starts_ms=212400000,
        ends_ms=217800000,
        first_room="room 3",
        first_room_number=3,
        first_starts_ms=210600000,
        opened_ms=212400000,
        closed_ms=None,
        cancelled_ms=None,
        attended=214,
        turned_away=0,
    )

    session: int
    title: str
    kind: str
    state: SessionState
    sector: str
    mode: Mode
    streamed: bool
    counted: bool
    """Whether it is one of the forums and events that the documents count."""
    room: str
    """Empty when it is held online only."""
    room_number: int | None
    """Of a room that has no name of its own."""
    number_of_kind: int | None
    """Which of its kind it is, where its title was made from that and `about`; 0 where the title does not say. Null
    where the title is somebody's own."""
    about: str
    """The topic, sector or host economy that its title was made from; empty where there is none."""
    capacity: int
    """People that the room admits."""
    day: int
    """On which it begins, since the epoch; 0 is the first."""
    starts_ms: int
    """As scheduled at the moment: room and times may change until it opens."""
    ends_ms: int
    """As scheduled at the moment."""
    first_room: str
    """As scheduled at first: another than `room` where it was moved."""
    first_room_number: int | None
    first_starts_ms: int
    """As scheduled at first: another than `starts_ms` where it was delayed."""
    opened_ms: int | None
    closed_ms: int | None
    cancelled_ms: int | None
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
    kind: Annotated[str | None, KeyOf(lambda fair: (each.key for each in fair.session_kinds))] = None
    sector: SectorAsked = None
    mode: Mode | None = None
    streamed: bool | None = None
    state: SessionState | None = None
    sort: Literal["session", "starts", "-starts", "attended", "-attended", "turned_away", "-turned_away"] = "starts"


class Sessions:
    """All sessions."""

    begins = "scheduled_ms"

    def __init__(self, model: ReadModel) -> None:
        self._model = model
        self.table = Table(
            model.words,
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
            cancelled_ms="moment",
        )
        self._moved: dict[int, list[SessionRescheduled]] = defaultdict(list)
        """What was rescheduled, by session."""
        self._admitted: dict[int, Tally] = defaultdict(Tally)
        self._turned_away: dict[int, Tally] = defaultdict(Tally)
        self.handlers: Handlers = {
            SessionScheduled: self._schedule,
            SessionOpened: lambda events: self.table.update(events, "opened_ms"),
            SessionClosed: lambda events: self.table.update(events, "closed_ms"),
            SessionCancelled: lambda events: self.table.update(events, "cancelled_ms"),
            SessionRescheduled: self._reschedule,
            AttendeeAdmitted: lambda events: _count(events, self._admitted),
            AttendeeTurnedAway: lambda events: _count(events, self._turned_away),
        }

    def _schedule(self, events: list[SessionScheduled]) -> None:
        same = ("title", "kind", "sector", "mode", "streamed", "counted", "room", "capacity", "starts_ms", "ends_ms")
        self.table.add(events, *same, scheduled_ms="at_ms")

    def _reschedule(self, events: list[SessionRescheduled]) -> None:
        for event in events:
            self._moved[event.session].append(event)

    def _planned(self, column: str, at_ms: int) -> NDArray[Any]:
        """Return a column of room, capacity or times as it was planned at a moment."""
        planned = self.table[column]
        changes = [(self.table.row(session), each) for session, moved in self._moved.items() for each in moved]
        changes = [(row, each) for row, each in changes if row >= 0 and each.at_ms <= at_ms]
        if changes:
            planned = planned.copy()
        for row, each in changes:
            value = getattr(each, column)
            planned[row] = self.table.words.place(value) if column == "room" else value
        return planned

    def where(self, asked: SessionsAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        table = self.table
        columns = ("kind", "sector", "mode", "streamed")
        filters = [condition for column in columns for condition in table.is_(column, getattr(asked, column))]
        if (day := asked.day) is not None:
            starts, epoch = self._planned("starts_ms", at_ms), self._model.epoch
            begins_ms, ends_ms = midnight_ms(epoch, day), midnight_ms(epoch, day + 1)
            filters.append(lambda rows: (starts[rows] >= begins_ms) & (starts[rows] < ends_ms))
        if asked.room is not None:
            rooms, room = self._planned("room", at_ms), table.words.known(asked.room)
            filters.append(lambda rows: rooms[rows] == room)
        if asked.title:
            filters.append(table.bears("title", asked.title))
        if asked.state is not None:
            opened, over = table["opened_ms"], np.minimum(table["closed_ms"], table["cancelled_ms"])
            states: dict[SessionState, Filter] = {
                "scheduled": lambda rows: (opened[rows] > at_ms) & (over[rows] > at_ms),
                "live": lambda rows: (opened[rows] <= at_ms) & (over[rows] > at_ms),
                "held": table.happened("closed_ms", at_ms),
                "cancelled": table.happened("cancelled_ms", at_ms),
            }
            filters.append(states[asked.state])
        return filters

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return what a word of `sort` sorts by."""
        if sort == "session":
            return None
        if sort == "starts":
            return self._planned("starts_ms", at_ms).__getitem__
        numbers, tallies = self.table["session"], self._admitted if sort == "attended" else self._turned_away
        return lambda rows: np.array(_counts(numbers[rows], tallies, at_ms), np.int64)

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        table = self.table
        items = table.shown(rows, *(name for name in Session.model_fields if name in table), at_ms=at_ms)
        numbers = table["session"][rows]
        admitted, turned_away = (_counts(numbers, of, at_ms) for of in (self._admitted, self._turned_away))
        plans = [self._planned(column, at_ms)[rows].tolist() for column in ("room", "capacity", "starts_ms", "ends_ms")]
        for item, attended, turned, plan in zip(items, admitted, turned_away, zip(*plans, strict=True), strict=True):
            item["first_room"], item["first_starts_ms"] = item["room"], item["starts_ms"]
            room, item["capacity"], item["starts_ms"], item["ends_ms"] = plan
            item["room"], item["state"] = table.words.list[room], _state(item)
            item["room_number"], item["first_room_number"] = map(number_of_room, (item["room"], item["first_room"]))
            title = parts_of_title(self._model.fair, item["kind"], item["title"])
            item["number_of_kind"], item["about"] = title or (None, "")
            item["day"] = day_of(self._model.epoch, item["starts_ms"])
            item["attended"], item["turned_away"] = attended, turned
        return items

    def attended_per_minute(self, session: int, at_ms: int) -> dict[str, int]:
        """Return how many people were admitted in each minute."""
        return self._admitted[session].per_minute(at_ms) if session in self._admitted else {}


def _state(item: dict[str, Any]) -> SessionState:
    if item["cancelled_ms"] is not None:
        return "cancelled"
    if item["closed_ms"] is not None:
        return "held"
    return "scheduled" if item["opened_ms"] is None else "live"


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
    reading: Reading, session: Annotated[int, InDigits, Path(ge=0, le=LARGEST)], asked: Annotated[AskedOne, Query()]
) -> Response:
    """Return one session with its attendance over time."""
    sessions = reading.model.section(Sessions)
    return reading.item(
        Sessions,
        session,
        asked,
        lambda _, at_ms: {"attended_per_minute": sessions.attended_per_minute(session, at_ms)},
    )

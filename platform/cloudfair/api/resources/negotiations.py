"""Negotiations, as the desk for negotiation and signing shows them: lists, and who negotiates with whom."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query
from numpy.typing import NDArray
from pydantic import Field
from starlette.responses import Response

from cloudfair.api.resources.answer import LARGEST, AskedOne, Measuring, Moment, Page, Reading
from cloudfair.api.resources.organisations import OrganisationAsked, Organisations
from cloudfair.api.resources.parties import PARTY_COLUMNS, PARTY_FIELDS, Parties, PartiesAsked, filters_of, names_of
from cloudfair.api.resources.steps import step
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table
from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairfacts.parts.negotiations.events import (
    NegotiationArranged,
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationMissed,
    NegotiationRequested,
    NegotiationTakenUp,
    Outcome,
)

router = APIRouter(tags=["negotiations"], responses=NOT_MODIFIED)

NegotiationState = Literal["waiting", "declined", "lapsed", "arranged", "missed", "talking", "failed"] | Outcome
ANSWERS: dict[str, type[Event]] = {
    "declined": NegotiationDeclined,
    "lapsed": NegotiationLapsed,
    "arranged": NegotiationArranged,
    "taken_up": NegotiationTakenUp,
}
ANSWER_FIELDS: dict[str, tuple[str, ...]] = {"lapsed": ("retries",), "arranged": ("for_ms",)}
ENDS: dict[str, tuple[type[Event], dict[str, str]]] = {
    "failed": (NegotiationFailed, {"talked_ms": "talked_ms", "retries": "asks_again"}),
    "missed": (NegotiationMissed, {"came": "came"}),
}
"""Ends other than that of a talk that was held, and the column of each field that is told of them."""
SHOWN = ("negotiation", *PARTY_FIELDS, "sector", "visit", "attempt", "requested_ms", "answered_ms", "for_ms",
         "began_ms", "ended_ms")  # fmt: skip
"""Columns that are shown as they are."""
Sort = Literal["requested", "-requested", "waited", "-waited", "talked", "-talked"]


class Negotiation(Parties):
    """A negotiation, as it stood at the moment."""

    model_config = example(
        negotiation=441,
        state="intent",
        organisation=1658,
        organisation_name="Transport enterprise 1658 (China)",
        organisation_kind="enterprise",
        organisation_sector="transport",
        economy="CN",
        exhibitor=1045,
        exhibitor_name="Transport enterprise 1045 (Germany)",
        exhibitor_kind="enterprise",
        exhibitor_economy="DE",
        overseas=True,
        sector="transport",
        visit=281,
        attempt=1,
        requested_ms=31200000,
        answered_ms=31740000,
        waited_ms=540000,
        for_ms=None,
        began_ms=31740000,
        ended_ms=32981418,
        talked_ms=1241418,
    )

    negotiation: int
    state: NegotiationState
    """`waiting` at the desk, `declined`, `lapsed`, `arranged` for later, `missed` then, `talking`, `failed` with the
    platform, or the talk's outcome."""
    visit: int
    attempt: int
    """More than 1 when the same wish was taken elsewhere after a lapse, or up again after a failure."""
    requested_ms: int
    answered_ms: int | None
    """When it was declined, lapsed, arranged or taken up at once."""
    waited_ms: int
    """Until it was answered; until the moment where it still waits."""
    for_ms: int | None
    """For when the talk was arranged; null where it was not."""
    began_ms: int | None
    """When the talk began."""
    ended_ms: int | None
    """When the talk ended, failed, or was missed."""
    talked_ms: int | None
    """Until the talk ended; until the moment where it goes on; null where there was none."""


class NegotiationsAsked(PartiesAsked):
    """How negotiations can be listed."""

    exhibitor: OrganisationAsked = None
    state: NegotiationState | None = None
    hour: int | None = Field(None, ge=0, le=LARGEST // HOUR_MS, description="of the request, since the epoch")
    sort: Sort = "requested"


class Between(Described):
    """Who negotiates with whom."""

    model_config = example(
        as_of={"position": 258_945, "at_ms": 124_200_000}, by_pair={"CN": {"CN": 41210, "US": 388}, "US": {"CN": 402}}
    )

    as_of: Moment
    by_pair: dict[str, dict[str, int]]
    """Negotiations initiated, by the requester's economy and the exhibitor's: all pairs, the most frequent first."""


class Negotiations:
    """All negotiations."""

    begins = "requested_ms"

    def __init__(self, model: ReadModel) -> None:
        self._organisations = model.section(Organisations)
        self.table = Table(
            model.words,
            "negotiation",
            **PARTY_COLUMNS,
            sector="word",
            visit="number",
            attempt="number",
            follows="reference",
            requested_ms="moment",
            answered_ms="moment",
            answer="word",
            waited_ms="number",
            for_ms="number",
            began_ms="moment",
            talk_visit="reference",
            ended_ms="moment",
            outcome="word",
            talked_ms="number",
            retries="flag",
            asks_again="flag",
            came="flag",
        )
        self.handlers: Handlers = {
            NegotiationRequested: self._request,
            NegotiationDeclined: partial(self._answer, "declined"),
            NegotiationLapsed: self._lapse,
            NegotiationArranged: self._arrange,
            NegotiationMissed: self._miss,
            NegotiationTakenUp: self._take_up,
            NegotiationEnded: self._end,
            NegotiationFailed: self._fail,
        }

    def _request(self, events: list[NegotiationRequested]) -> None:
        self.table.add(events, *PARTY_FIELDS, "sector", "visit", "attempt", "follows", requested_ms="at_ms")

    def _answer(self, answer: str, events: list[Any]) -> None:
        self.table.update(events, "answered_ms", "waited_ms", words={"answer": answer})

    def _lapse(self, events: list[NegotiationLapsed]) -> None:
        self.table.update(events, "answered_ms", "waited_ms", "retries", words={"answer": "lapsed"})

    def _arrange(self, events: list[NegotiationArranged]) -> None:
        self.table.update(events, "answered_ms", "waited_ms", "for_ms", words={"answer": "arranged"})

    def _miss(self, events: list[NegotiationMissed]) -> None:
        self.table.update(events, "ended_ms", "came", words={"outcome": "missed"})

    def _take_up(self, events: list[NegotiationTakenUp]) -> None:
        self._answer("taken_up", [event for event in events if not event.arranged])
        self.table.update(events, "began_ms", talk_visit="visit")

    def _end(self, events: list[NegotiationEnded]) -> None:
        self.table.update(events, "ended_ms", "talked_ms", "outcome")

    def _fail(self, events: list[NegotiationFailed]) -> None:
        self.table.update(events, "ended_ms", "talked_ms", asks_again="retries", words={"outcome": "failed"})

    def where(self, asked: NegotiationsAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        table = self.table
        filters = [*filters_of(asked, table), *table.is_("exhibitor", asked.exhibitor)]
        if (hour := asked.hour) is not None:
            requested = table["requested_ms"]
            filters.append(lambda rows: requested[rows] // HOUR_MS == hour)
        if asked.state is not None:
            filters += self._in_state(asked.state, at_ms)
        return filters

    def _in_state(self, state: str, at_ms: int) -> list[Filter]:
        table = self.table
        answered, began, ended = table["answered_ms"], table["began_ms"], table["ended_ms"]
        if state == "waiting":
            return [lambda rows: answered[rows] > at_ms]
        if state in ("declined", "lapsed"):
            return [lambda rows: answered[rows] <= at_ms, *table.is_("answer", state)]
        if state == "arranged":
            to_come = (began > at_ms) & (ended > at_ms)
            return [lambda rows: (answered[rows] <= at_ms) & to_come[rows], *table.is_("answer", state)]
        if state == "talking":
            return [lambda rows: (began[rows] <= at_ms) & (ended[rows] > at_ms)]
        return [lambda rows: ended[rows] <= at_ms, *table.is_("outcome", state)]

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return what a word of `sort` sorts by; negotiations are numbered as they are requested."""
        if sort == "requested":
            return None
        length = self._waited if sort == "waited" else self._talked
        return lambda rows: length(rows, at_ms)

    def _waited(self, rows: slice | Rows, at_ms: int) -> NDArray[np.int64]:
        table = self.table
        return np.where(
            table["answered_ms"][rows] <= at_ms, table["waited_ms"][rows], at_ms - table["requested_ms"][rows]
        )

    def _talked(self, rows: slice | Rows, at_ms: int) -> NDArray[np.int64]:
        """Return how long the talks took so far; -1 where there was none."""
        table = self.table
        began = table["began_ms"][rows]
        so_far = np.where(table["ended_ms"][rows] <= at_ms, table["talked_ms"][rows], at_ms - began)
        return np.where(began <= at_ms, so_far, -1)

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        columns = zip(
            self.table.shown(rows, *SHOWN, at_ms=at_ms),
            names_of(self._organisations, self.table, rows, at_ms),
            self._states(rows, at_ms),
            self._waited(rows, at_ms).tolist(),
            self._talked(rows, at_ms).tolist(),
            strict=True,
        )
        return [
            item
            | names
            | {"state": state, "waited_ms": waited_ms, "talked_ms": None if talked_ms < 0 else talked_ms}
            | {"for_ms": None if item["answered_ms"] is None else item["for_ms"] or None}
            for item, names, state, waited_ms, talked_ms in columns
        ]

    def _states(self, rows: Rows, at_ms: int) -> list[str]:
        table = self.table
        answers, outcomes = table.text("answer", rows), table.text("outcome", rows)
        moments = zip(*(table[name][rows].tolist() for name in ("answered_ms", "began_ms", "ended_ms")), strict=True)
        states = []
        for answer, outcome, (answered_ms, began_ms, ended_ms) in zip(answers, outcomes, moments, strict=True):
            if ended_ms <= at_ms:
                states.append(outcome)
            elif began_ms <= at_ms:
                states.append("talking")
            else:
                states.append("waiting" if answered_ms > at_ms else answer)
        return states

    def history(self, row: int, at_ms: int) -> list[dict[str, Any]]:
        """Return what happened to a negotiation, in order."""
        (item,) = self.table.shown(np.array([row]), at_ms=at_ms)
        requested = {name: item[name] for name in ("visit", "sector", "attempt", "follows")}
        steps = [step(item["requested_ms"], NegotiationRequested, **requested)]
        answer = item["answer"]
        if item["answered_ms"] is not None:
            names = ("waited_ms", *ANSWER_FIELDS.get(answer, ()))
            answered = {name: item[name] for name in names}
            if answer == "taken_up":
                answered |= {"visit": item["talk_visit"], "arranged": False}
            steps.append(step(item["answered_ms"], ANSWERS[answer], **answered))
        if answer == "arranged" and item["began_ms"] is not None:
            waited_ms = item["began_ms"] - item["requested_ms"]
            taken_up = {"waited_ms": waited_ms, "visit": item["talk_visit"], "arranged": True}
            steps.append(step(item["began_ms"], NegotiationTakenUp, **taken_up))
        if item["ended_ms"] is not None and item["outcome"] in ENDS:
            end, columns = ENDS[item["outcome"]]
            steps.append(step(item["ended_ms"], end, **{field: item[column] for field, column in columns.items()}))
        elif item["ended_ms"] is not None:
            steps.append(step(item["ended_ms"], NegotiationEnded, talked_ms=item["talked_ms"], outcome=item["outcome"]))
        return steps

    def of_visit(self, row: int, at_ms: int) -> list[int]:
        """Return the numbers of the negotiations that were requested on the same visit."""
        table = self.table
        same = np.flatnonzero((table["visit"] == table["visit"][row]) & (table["requested_ms"] <= at_ms))
        numbers: list[int] = table["negotiation"][same].tolist()
        return numbers


@router.get("/runs/{run}/negotiations", response_model=Page[Negotiation])
async def list_negotiations(reading: Reading, asked: Annotated[NegotiationsAsked, Query()]) -> Response:
    """List negotiations by party, economy, sector, state and hour."""
    return reading.page(Negotiations, asked, asked.sort)


@router.get("/runs/{run}/negotiations/between", response_model=Between)
async def get_between(measuring: Measuring, asked: Annotated[AskedOne, Query()]) -> Response:
    """Return how often the visitors of each economy asked the exhibitors of each; frames have only what is most."""
    return await measuring.answer(asked.at, lambda state: {"by_pair": state.parts.negotiations.by_pair()})

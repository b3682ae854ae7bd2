"""Negotiations, as the desk for negotiation and signing shows them: lists, one's history, and where they lapse."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from cloudfair.reading.answer import (
    LARGEST,
    NOT_MODIFIED,
    Asked,
    AskedOne,
    Measuring,
    Moment,
    Page,
    Reading,
    example,
    not_valid,
)
from cloudfair.reading.directory import AsOf, Directory, Folds
from cloudfair.reading.organisations import EconomyAsked, OrganisationAsked, Organisations, SectorAsked
from cloudfair.reading.table import Filter, Keys, Rows, Table
from fairfacts.event import Event
from fairfacts.events import type_name
from fairfacts.negotiations import (
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
    Outcome,
)
from fairfacts.series import HOUR_MS, plain

router = APIRouter(tags=["negotiations"], responses=NOT_MODIFIED)

NegotiationState = Literal["waiting", "declined", "lapsed", "talking", "failed"] | Outcome
ANSWERS: dict[str, type[Event]] = {
    "declined": NegotiationDeclined,
    "lapsed": NegotiationLapsed,
    "taken_up": NegotiationTakenUp,
}
SHOWN = (
    "negotiation",
    "organisation",
    "economy",
    "exhibitor",
    "exhibitor_economy",
    "overseas",
    "sector",
    "visit",
    "attempt",
    "requested_ms",
    "answered_ms",
    "ended_ms",
)
"""Columns that are shown as they are."""
MOST_CELLS = 10_000_000
"""Of a breakdown by hour."""
Sort = Literal["requested", "-requested", "waited", "-waited", "talked", "-talked"]


class Negotiation(BaseModel):
    """A negotiation, as it stood at the moment."""

    model_config = example(
        negotiation=441,
        state="intent",
        organisation=1658,
        organisation_name="Transport enterprise 1658 (China)",
        economy="CN",
        exhibitor=1045,
        exhibitor_name="Transport enterprise 1045 (Germany)",
        exhibitor_economy="DE",
        overseas=True,
        sector="transport",
        visit=281,
        attempt=1,
        requested_ms=31200000,
        answered_ms=31740000,
        waited_ms=540000,
        ended_ms=32981418,
        talked_ms=1241418,
    )

    negotiation: int
    state: NegotiationState
    """`waiting` at the desk, `declined`, `lapsed`, `talking`, `failed` with the platform, or the talk's outcome."""
    organisation: int
    """The requester's."""
    organisation_name: str
    economy: str
    """The requester's."""
    exhibitor: int
    exhibitor_name: str
    exhibitor_economy: str
    overseas: bool
    """Whether either party is from outside the home economy."""
    sector: str
    """The exhibitor's."""
    visit: int
    attempt: int
    """More than 1 when the same wish was taken elsewhere after a lapse, or up again after a failure."""
    requested_ms: int
    answered_ms: int | None
    """When it was declined, lapsed or taken up."""
    waited_ms: int
    """Until it was answered; until the moment where it still waits."""
    ended_ms: int | None
    """When the talk ended, or failed."""
    talked_ms: int | None
    """Until the talk ended; until the moment where it goes on; null where there was none."""


class NegotiationsAsked(Asked):
    """How negotiations can be listed."""

    organisation: OrganisationAsked = None
    """Either party."""
    exhibitor: OrganisationAsked = None
    economy: EconomyAsked = None
    exhibitor_economy: EconomyAsked = None
    sector: SectorAsked = None
    overseas: bool | None = Field(None, description="whether either party is from outside the home economy")
    state: NegotiationState | None = None
    hour: int | None = Field(None, ge=0, le=LARGEST // HOUR_MS, description="of the request, since the epoch")
    sort: Sort = "requested"


class Lapses(BaseModel):
    """How the requests of an economy or sector were answered, in all and by the hour of the request since the epoch."""

    of: str
    """The requester's economy, or the exhibitor's sector."""
    requested: int
    answered: int
    """Of those, declined, lapsed or taken up by now."""
    lapsed: int
    """Of those answered."""
    lapse_share: float
    """lapsed / answered."""
    requested_per_hour: dict[str, int]
    answered_per_hour: dict[str, int]
    lapsed_per_hour: dict[str, int]


class LapsesAnswer(BaseModel):
    """Where requests lapse, those with the most requests first."""

    as_of: Moment
    items: list[Lapses]


class LapsesAsked(AskedOne):
    """How lapses can be broken down."""

    model_config = ConfigDict(extra="forbid")

    by: Literal["economy", "sector"] = "economy"
    limit: int = Field(30, ge=1, le=300, description="how many economies or sectors at most")


class Between(BaseModel):
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

    def __init__(self, directory: Directory) -> None:
        self._organisations = directory.part(Organisations)
        self.table = Table(
            directory.words,
            "negotiation",
            organisation="number",
            economy="word",
            exhibitor="number",
            exhibitor_economy="word",
            overseas="flag",
            sector="word",
            visit="number",
            attempt="number",
            requested_ms="moment",
            answered_ms="moment",
            answer="word",
            waited_ms="number",
            ended_ms="moment",
            outcome="word",
            talked_ms="number",
            retries="flag",
        )
        self.folds: Folds = {
            NegotiationRequested: self._request,
            **{answer: partial(self._answer, word) for word, answer in ANSWERS.items()},
            NegotiationEnded: self._end,
            NegotiationFailed: self._fail,
        }

    def _request(self, events: list[NegotiationRequested]) -> None:
        same = ("organisation", "economy", "exhibitor", "exhibitor_economy", "overseas", "sector", "visit", "attempt")
        self.table.add(events, *same, requested_ms="at_ms")

    def _answer(self, answer: str, events: list[Any]) -> None:
        self.table.update(events, "waited_ms", answered_ms="at_ms", said={"answer": answer})

    def _end(self, events: list[NegotiationEnded]) -> None:
        self.table.update(events, "talked_ms", "outcome", ended_ms="at_ms")

    def _fail(self, events: list[NegotiationFailed]) -> None:
        self.table.update(events, "talked_ms", "retries", ended_ms="at_ms", said={"outcome": "failed"})

    def where(self, asked: NegotiationsAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        table = self.table
        filters = [
            *table.is_("exhibitor", asked.exhibitor),
            *table.is_("economy", asked.economy),
            *table.is_("exhibitor_economy", asked.exhibitor_economy),
            *table.is_("sector", asked.sector),
            *table.is_("overseas", asked.overseas),
        ]
        if (party := asked.organisation) is not None:
            filters.append(either(table["organisation"], table["exhibitor"], party))
        if (hour := asked.hour) is not None:
            requested = table["requested_ms"]
            filters.append(lambda rows: requested[rows] // HOUR_MS == hour)
        if asked.state is not None:
            filters += self._in_state(asked.state, at_ms)
        return filters

    def _in_state(self, state: str, at_ms: int) -> list[Filter]:
        table = self.table
        answered, ended = table["answered_ms"], table["ended_ms"]
        if state == "waiting":
            return [lambda rows: answered[rows] > at_ms]
        if state in ("declined", "lapsed"):
            return [lambda rows: answered[rows] <= at_ms, *table.is_("answer", state)]
        if state == "talking":
            return [lambda rows: (answered[rows] <= at_ms) & (ended[rows] > at_ms), *table.is_("answer", "taken_up")]
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
        answered = table["answered_ms"][rows]
        begun = (answered <= at_ms) & (table["answer"][rows] == table.words.known("taken_up"))
        going_on = np.where(begun, at_ms - answered, -1)
        return np.where(table["ended_ms"][rows] <= at_ms, table["talked_ms"][rows], going_on)

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        table, organisations = self.table, self._organisations
        items = table.shown(rows, *SHOWN, at_ms=at_ms)
        columns_made = zip(
            items,
            self._states(rows, at_ms),
            organisations.names_of(table["organisation"][rows]),
            organisations.names_of(table["exhibitor"][rows]),
            self._waited(rows, at_ms).tolist(),
            self._talked(rows, at_ms).tolist(),
            strict=True,
        )
        for item, state, name, exhibitor_name, waited_ms, talked_ms in columns_made:
            item["state"], item["organisation_name"], item["exhibitor_name"] = state, name, exhibitor_name
            item["waited_ms"], item["talked_ms"] = waited_ms, None if talked_ms < 0 else talked_ms
        return items

    def _states(self, rows: Rows, at_ms: int) -> list[str]:
        table = self.table
        answers, outcomes = table.text("answer", rows), table.text("outcome", rows)
        moments = zip(table["answered_ms"][rows].tolist(), table["ended_ms"][rows].tolist(), strict=True)
        states = []
        for answer, outcome, (answered_ms, ended_ms) in zip(answers, outcomes, moments, strict=True):
            if ended_ms <= at_ms:
                states.append(outcome)
            elif answered_ms > at_ms:
                states.append("waiting")
            else:
                states.append("talking" if answer == "taken_up" else answer)
        return states

    def history(self, row: int, at_ms: int) -> list[dict[str, Any]]:
        """Return what happened to a negotiation, in order."""
        (said,) = self.table.shown(np.array([row]), at_ms=at_ms)
        requested = {name: said[name] for name in ("visit", "sector", "attempt")}
        steps = [step(said["requested_ms"], NegotiationRequested, **requested)]
        if said["answered_ms"] is not None:
            steps.append(step(said["answered_ms"], ANSWERS[said["answer"]], waited_ms=said["waited_ms"]))
        if said["ended_ms"] is not None and said["outcome"] == "failed":
            names = ("talked_ms", "retries")
            steps.append(step(said["ended_ms"], NegotiationFailed, **{name: said[name] for name in names}))
        elif said["ended_ms"] is not None:
            steps.append(step(said["ended_ms"], NegotiationEnded, talked_ms=said["talked_ms"], outcome=said["outcome"]))
        return steps

    def of_visit(self, row: int, at_ms: int) -> list[int]:
        """Return the numbers of the negotiations that were requested on the same visit."""
        table = self.table
        same = np.flatnonzero((table["visit"] == table["visit"][row]) & (table["requested_ms"] <= at_ms))
        numbers: list[int] = table["negotiation"][same].tolist()
        return numbers

    def lapses(self, by: str, at_ms: int, limit: int) -> list[dict[str, Any]]:
        """Return how requests were answered by economy or sector, those with most requests first.

        Raises:
            RequestValidationError: there are too many hours and sectors.
        """
        table = self.table
        asked = table.begun("requested_ms", at_ms)
        if not asked:
            return []
        places, hours = table[by][:asked].astype(np.int64), table["requested_ms"][:asked] // HOUR_MS
        answered = table["answered_ms"][:asked] <= at_ms
        lapsed = answered & (table["answer"][:asked] == table.words.known("lapsed"))
        used = hours[np.flatnonzero(np.diff(hours, prepend=-1))]
        length = (int(places.max()) + 1) * len(used)
        if length > MOST_CELLS:
            raise not_valid(
                "by", by, f"over {len(used)} hours there are more than {MOST_CELLS} cells; give an earlier `at`"
            )
        cells = places * len(used) + np.searchsorted(used, hours)
        grids = [
            np.bincount(cells[which], minlength=length).reshape(-1, len(used))
            for which in (slice(None), answered, lapsed)
        ]
        totals = grids[0].sum(1)
        most = [place for place in np.argsort(-totals, kind="stable")[:limit].tolist() if totals[place]]
        return [_lapses(table.words.list[place], used, *(grid[place] for grid in grids)) for place in most]


@router.get("/runs/{run}/negotiations", response_model=Page[Negotiation])
async def list_negotiations(reading: Reading, asked: Annotated[NegotiationsAsked, Query()]) -> Response:
    """List negotiations by party, economy, sector, state and hour."""
    return reading.page(Negotiations, asked, asked.sort)


@router.get("/runs/{run}/negotiations/lapses", response_model=LapsesAnswer)
async def get_lapses(reading: Reading, asked: Annotated[LapsesAsked, Query()]) -> Response:
    """Return where requests lapse: by the requester's economy or the exhibitor's sector, by hour."""
    directory = reading.directory

    def answer(as_of: AsOf) -> dict[str, Any]:
        what = ("lapses", asked.by, asked.limit)
        negotiations, at_ms = directory.part(Negotiations), as_of.at_ms
        return {"items": directory.remembered(what, at_ms, lambda: negotiations.lapses(asked.by, at_ms, asked.limit))}

    return reading.answer(asked.at, answer)


@router.get("/runs/{run}/negotiations/between", response_model=Between)
async def get_between(measuring: Measuring, asked: Annotated[AskedOne, Query()]) -> Response:
    """Return how often the visitors of each economy asked the exhibitors of each; frames have only what is most."""
    return await measuring.answer(asked.at, lambda state: {"by_pair": state.parts.negotiations.by_pair()})


def step(at_ms: int, event: type[Event], **said: Any) -> dict[str, Any]:
    """Return what happened, as a step of a history."""
    return {"at_ms": at_ms, "type": type_name(event), "said": said}


def either(one: NDArray[Any], other: NDArray[Any], wanted: int) -> Filter:
    """Mean the rows in which one column or the other has the number."""
    return lambda rows: (one[rows] == wanted) | (other[rows] == wanted)


def _lapses(
    of: str, hours: NDArray[Any], requested: NDArray[Any], answered: NDArray[Any], lapsed: NDArray[Any]
) -> dict[str, Any]:
    total, lost = int(answered.sum()), int(lapsed.sum())
    return {
        "of": of,
        "requested": int(requested.sum()),
        "answered": total,
        "lapsed": lost,
        "lapse_share": round(lost / total, 4) if total else 0.0,
        "requested_per_hour": _series(hours, requested),
        "answered_per_hour": _series(hours, answered),
        "lapsed_per_hour": _series(hours, lapsed),
    }


def _series(hours: NDArray[Any], counts: NDArray[Any]) -> dict[str, int]:
    there = np.flatnonzero(counts)
    return plain(dict(zip(hours[there].tolist(), counts[there].tolist(), strict=True)))

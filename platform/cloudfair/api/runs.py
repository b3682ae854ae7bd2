"""Reads runs: their state, measures and events, and their comparison with the documented figures."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import JsonValue
from starlette.responses import Response

from cloudfair.api.as_of import At, state_as_of
from cloudfair.api.backend import Backend, Here
from cloudfair.export import cloudevents
from cloudfair.http.requests import EXACT
from cloudfair.http.responses import Described, header, json_answer
from cloudfair.http.schemas import EventObject, FairObject
from cloudfair.store import tables
from cloudfair.store.states import RunState
from fairfacts.evidence.comparison import Row, compare, moments
from fairfacts.evidence.folder import KnownFair, known_of_log
from fairfacts.evidence.roles import LeftOut, left_out
from fairfacts.evidence.settings import settings_of
from fairfacts.evidence.stated import default_cap
from fairfacts.evidence.summary import Evidence, Sentence, evidence, headline, sentences

VARY = {"Vary": "Accept"}
"""Of what has two forms, whichever was asked for: a cache must not give one for the other."""
router = APIRouter(tags=["runs"])


class RunSummary(Described):
    """A run of a scenario, and where its log stands."""

    id: str
    scenario: str
    seed: int
    replication: int
    scale: float
    version: str
    request: JsonValue
    """What the client needs to resume the run."""
    created_at: datetime
    head: int
    """How many events the log holds: the position of the next one."""
    at_ms: int
    """Simulated time of the latest event."""
    state: RunState
    """`failed`: nobody plays it any more, and `fault` says why; `stopped`: on command."""
    speed: float | Literal["max"] | None
    """Simulated seconds a second, or `max`; null if the run is not played, or its player does not report it."""
    fault: str | None
    """Why the run is no longer played."""
    has_player: bool
    """Whether a process plays it, or played it. Others send the events of a run that has none, such as CloudEvents: it
    takes no commands but answers to alarms."""
    silent_since: datetime | None
    """The time of the player's latest heartbeat, to some seconds, if it is half a minute old or older and the run
    neither ended nor stopped; null otherwise."""


class RunDetails(RunSummary):
    """A run with the digest of its log."""

    digest: str
    """SHA-256 over the NDJSON of all its events."""


class FairAnswer(Described):
    """The fair that a run plays."""

    run: str
    fair: FairObject
    default_cap: int | None
    """The cap on people inside that any fair has, at the run's scale, where neither the run nor its fair states one."""


class Snapshot(Described):
    """Every measure of a run after its first `position` events."""

    run: str
    position: int
    at_ms: int
    """The simulated moment: the one asked for, or that of the latest event if the run has not reached it."""
    measures: dict[str, dict[str, Any]]


class Comparison(Described):
    """The measures of a run beside what was reported."""

    run: str
    position: int
    at_ms: int
    headline: str
    """What the held-out rows say, of what another value was played, and what is left out; figures that were given or
    fitted to never count as agreement."""
    sentences: list[Sentence]
    """Those of the headline, each with a key and what fills it, to say them in another language; none where the
    figures are missing."""
    missing: str
    """A sentence that says that the figures of the run's fair are not here; empty where they are."""
    evidence: Evidence
    """What the held-out rows say, in numbers."""
    rows: list[Row]
    left_out: list[LeftOut]
    """Figures that do not concern what is played, each with the reason."""


class EventsPage(Described):
    """Events of a log, in their order."""

    run: str
    first: int
    next: int | None
    """Position to go on from; null at the head of the log. While the run goes on (`ended` is false) more may come:
    ask again with `first` increased by the number of `events`."""
    ended: bool
    """Whether the run has ended: then `next` is null after its last event alone."""
    events: list[EventObject]


@router.get("/runs")
async def list_runs(here: Here) -> list[RunSummary]:
    """Return every run, the latest first."""
    return [RunSummary(**_columns(run)) for run in await asyncio.to_thread(here.log.runs.all)]


@router.get("/runs/{run}")
async def get_run(run: str, here: Here) -> RunDetails:
    """Return a run and the digest of its log."""
    live = await here.runs.get(run)
    row = await asyncio.to_thread(here.log.runs.get, run)
    await live.reach(row.head)
    row.ended = live.state().parts.run.phase == "ended"
    row.head, row.at_ms = live.head, live.at_ms  # of one position, as the digest is; the row may be ahead or behind
    return RunDetails(**_columns(row), digest=live.digest)


@router.get("/runs/{run}/fair", response_model=FairAnswer)
async def get_fair(run: str, here: Here) -> Response:
    """Return the fair that a run plays, as its first event describes it: names, time zone, kinds, zones, occasions."""
    played = (await here.runs.get(run)).state().parts.run
    overrides = await _overrides(run, here)
    cap = await asyncio.to_thread(default_cap, played.fair, overrides, played.scale)
    return json_answer({"run": run, "fair": played.fair, "default_cap": cap})


@router.get("/runs/{run}/snapshot", response_model=Snapshot)
async def get_snapshot(run: str, here: Here, at: At = None) -> Response:
    """Return every measure of a run, of all its events or as of a moment."""
    state, at_ms = as_of = await state_as_of(here.runs, here.points_in_time, here.pools.past, run, at)
    return json_answer({"run": run, "position": as_of.position, "at_ms": at_ms, "measures": state.snapshot()})


@router.get("/runs/{run}/comparison", response_model=Comparison)
async def get_comparison(run: str, here: Here, at: At = None) -> Response:
    """Return a row for each documented figure that a measure corresponds to, of all events or as of a moment."""
    known, past = await _past(run, here)
    state, at_ms = as_of = await state_as_of(here.runs, here.points_in_time, here.pools.past, run, at)
    earlier = {moment: measures for moment, measures in past.items() if moment <= at_ms}
    rows = compare(state, known.figures, earlier, await _overrides(run, here))
    without = left_out(known.figures.values(), state.parts.run, earlier)
    stands = {"run": run, "position": as_of.position, "at_ms": at_ms}
    verdict = {
        "headline": known.missing or headline(rows, without),
        "sentences": [] if known.missing else sentences(rows, without),
        "missing": known.missing,
        "evidence": evidence(rows),
    }
    return json_answer(stands | verdict | {"rows": rows, "left_out": without})


async def _overrides(run: str, here: Backend) -> dict[str, tuple[str, str]]:
    """Return what a run plays otherwise than its fair states, as far as its sender had that kept."""
    row = await asyncio.to_thread(here.log.runs.get, run)
    return settings_of(row.model_dump(), json.loads(row.request)).overrides


async def _past(run: str, here: Backend) -> tuple[KnownFair, dict[int, dict[str, Any]]]:
    """Return what is known of a run's fair, and its measures at the moments that figures speak of and that are past."""
    live = await here.runs.get(run)
    played = live.state().parts.run
    known = await asyncio.to_thread(known_of_log, played.fair)
    passed = [at_ms for at_ms in moments(known.figures.values(), played) if at_ms < live.at_ms]
    return known, {at_ms: await here.pools.past.run(here.points_in_time.settled, run, at_ms) for at_ms in passed}


@router.get(
    "/runs/{run}/events",
    response_model=EventsPage,
    responses={
        200: {
            "content": {cloudevents.BATCH: {"schema": cloudevents.BATCH_SCHEMA}},
            "headers": {
                "Vary": header("Accept: a page has two forms"),
                "Link": header("Of CloudEvents: the next page (rel=next), where there is one"),
            },
        }
    },
)
async def get_events(
    run: str,
    here: Here,
    request: Request,
    first: Annotated[int, Query(ge=0, le=EXACT, description="position to begin at, the head at most")] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
) -> Response:
    """Return a page of a run's events, exactly as they were sent; as CloudEvents where `Accept` asks for them.

    A page of CloudEvents is an array, and its header `Link` names the next page; at the head of the log it has none,
    and where the run goes on, more may come. A `first` beyond the head is refused (409): the log is not the one that
    the position is of.
    """
    row = await asyncio.to_thread(here.log.runs.get_at, run, first)
    head = row.head
    lines = await asyncio.to_thread(here.log.segments.lines, run, first, limit)
    end = first + len(lines)
    if cloudevents.are_asked_for(request.headers.get("accept", "")):
        batch = await asyncio.to_thread(cloudevents.batch, here.log, run, first, lines)
        headers = VARY.copy()
        if end < head:
            headers["Link"] = f'<{request.url.path}?first={end}&limit={limit}>; rel="next"'
        return Response(batch, media_type=cloudevents.BATCH, headers=headers)
    page = {"run": run, "first": first, "next": end if end < head else None, "ended": row.ended}
    return json_answer(page | {"events": [msgspec.Raw(line) for line in lines]}, VARY)


def _columns(run: tables.Run) -> dict[str, Any]:
    derived = {"state": run.state, "speed": _speed(run), "has_player": run.has_player, "silent_since": run.silent_since}
    columns = run.model_dump(exclude={"ended", "pace", "heard_at", "sha256", "state_sha256"})
    return columns | {"request": json.loads(run.request)} | derived


def _speed(run: tables.Run) -> float | str | None:
    if run.state != "running" or run.pace is None or run.silent_since:
        return None
    return run.pace if run.pace == "max" else float(run.pace)

"""What can be read of runs: where they stand, their measures and events, and how they compare with the figures."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, JsonValue
from starlette.responses import Response

from cloudfair import cloudevents, tables
from cloudfair.backend import Here
from cloudfair.moments import At, instant_of
from fairfacts.comparison import Evidence, Row, compare, evidence, headline

router = APIRouter(tags=["runs"])


class RunSummary(BaseModel):
    """A run of a scenario, and where its log stands."""

    id: str
    scenario: str
    seed: int
    replication: int
    scale: float
    version: str
    request: JsonValue
    """What the client needs to take the run up again."""
    created_at: datetime
    head: int
    """How many events the log holds: the position of the next one."""
    at_ms: int
    """Simulated time of the latest event."""
    state: tables.State
    """`failed`: nobody plays it any more, and `fault` says why; `stopped`: on command."""
    speed: float | Literal["max"] | None
    """Simulated seconds a second, or `max`; null when the run is not played, its player is silent, or does not say."""
    fault: str | None
    """Why nobody plays the run any more."""
    silent_since: datetime | None
    """When the player of a run that neither ended nor stopped was last heard of, to some seconds, where that is half a
    minute ago or more; null once it is heard of again."""


class RunDetails(RunSummary):
    """A run with the digest of its log."""

    digest: str
    """SHA-256 over the NDJSON of all its events."""


class Snapshot(BaseModel):
    """Every measure of a run after its first `position` events."""

    run: str
    position: int
    at_ms: int
    """The simulated moment: the one asked for, or of the latest event where the run has not reached it."""
    measures: dict[str, dict[str, Any]]


class Comparison(BaseModel):
    """The measures of a run beside what was reported."""

    run: str
    position: int
    at_ms: int
    headline: str
    """What the held-out rows say, in a sentence or two; inputs and fitted figures never count as agreement."""
    evidence: Evidence
    """The same in numbers."""
    rows: list[Row]


class EventsPage(BaseModel):
    """Events of a log, in their order."""

    run: str
    first: int
    next: int | None
    """Position to go on from; null at the head of the log."""
    events: list[dict[str, Any]]


@router.get("/runs")
async def list_runs(here: Here) -> list[RunSummary]:
    """Return every run, the latest first."""
    return [RunSummary(**_columns(run)) for run in await asyncio.to_thread(here.log.runs)]


@router.get("/runs/{run}")
async def get_run(run: str, here: Here) -> RunDetails:
    """Return a run and the digest of its log."""
    live = await here.runs.get(run)
    row = await asyncio.to_thread(here.log.run, run)
    return RunDetails(**_columns(row), digest=live.digest)


@router.get("/runs/{run}/snapshot", response_model=Snapshot)
async def get_snapshot(run: str, here: Here, at: At = None) -> Response:
    """Return every measure of a run: all its events taken in, or as it was at a moment."""
    state, at_ms = instant = await instant_of(here, run, at)
    return json_answer({"run": run, "position": instant.position, "at_ms": at_ms, "measures": state.snapshot()})


@router.get("/runs/{run}/comparison", response_model=Comparison)
async def get_comparison(run: str, here: Here, at: At = None) -> Response:
    """Return a row for each documented figure that a measure speaks of: all events taken in, or as of a moment."""
    state, at_ms = instant = await instant_of(here, run, at)
    rows = compare(state, here.figures)
    stands = {"run": run, "position": instant.position, "at_ms": at_ms}
    return json_answer(stands | {"headline": headline(rows), "evidence": evidence(rows), "rows": rows})


@router.get(
    "/runs/{run}/events",
    response_model=EventsPage,
    responses={200: {"content": {cloudevents.BATCH: {"schema": cloudevents.BATCH_SCHEMA}}}},
)
async def get_events(
    run: str,
    here: Here,
    request: Request,
    first: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
) -> Response:
    """Return a page of a run's events, exactly as they were sent; as CloudEvents where `Accept` asks for them.

    A page of CloudEvents is an array, and its header `Link` names the next page.
    """
    head = (await asyncio.to_thread(here.log.run, run)).head
    lines = await asyncio.to_thread(here.log.events, run, first, limit)
    end = first + len(lines)
    if cloudevents.are_asked_for(request.headers.get("accept", "")):
        batch = await asyncio.to_thread(cloudevents.batch, here.log, run, first, lines)
        headers = {"Vary": "Accept"}
        if end < head:
            headers["Link"] = f'<{request.url.path}?first={end}&limit={limit}>; rel="next"'
        return Response(batch, media_type=cloudevents.BATCH, headers=headers)
    page = {"run": run, "first": first, "next": end if end < head else None}
    return json_answer(page | {"events": [msgspec.Raw(line) for line in lines]})


def _columns(run: tables.Run) -> dict[str, Any]:
    told = {"request": json.loads(run.request), "state": run.state, "speed": _speed(run)}
    return run.model_dump(exclude={"ended", "pace", "heard_at"}) | told | {"silent_since": run.silent_since}


def _speed(run: tables.Run) -> float | str | None:
    if run.state != "running" or run.pace is None or run.silent_since:
        return None
    return run.pace if run.pace == "max" else float(run.pace)


def json_answer(value: object) -> Response:
    """Return a value as JSON, with no checks that its model would cost."""
    return Response(msgspec.json.encode(value), media_type="application/json")

"""Intake: the routes that begin a run and take in its events."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from cloudfair.api.auth import writer
from cloudfair.api.backend import Here
from cloudfair.api.batch import check, check_end, check_start, unpack
from cloudfair.api.new_run import CREATED, CreatedRun, KnownRun, NewRun, begin, created
from cloudfair.api.player import Player
from cloudfair.http.requests import EXACT, read_body, read_json
from cloudfair.http.responses import Described
from cloudfair.http.schemas import CommandObject, body_of
from cloudfair.projections.live import Answered
from fairfacts.parts.runs import RunStarted

router = APIRouter(tags=["intake"], dependencies=[Depends(writer)])
_logger = logging.getLogger(__name__)

PACE = r"^(max|paused|stopped|\d{1,10}(\.\d{1,10})?)$"
"""The forms of a player's pace."""


class Waiting(Described):
    """A command that waits for the run; its player acknowledges it at `/runs/{run}/commands/{number}/obeyed`."""

    number: int
    command: CommandObject


class Appended(Described):
    """A batch is in the log."""

    run: str
    next: int
    """Position of the event after the batch."""
    digest: str
    """SHA-256 over the NDJSON of all events before `next`."""
    commands: list[Waiting]
    """Operators' commands that the run has not acknowledged yet, in the order in which they came."""


@router.post("/runs", status_code=201, responses=CREATED, openapi_extra=body_of(NewRun))
async def create_run(
    request: Request,
    response: Response,
    here: Here,
    imported: Annotated[
        bool, Query(description="whether its log is there already, and may have numbers up to 2^63 - 1, as fair import")
    ] = False,
) -> CreatedRun:
    """Begin a run.

    Seed and replication are at most 2^53 - 1: programs that read JSON numbers as doubles would read another one.
    """
    new = await read_json(request, KnownRun if imported else NewRun)
    return created(await begin(new, here.log, here.pools.writes), response)


@router.post(
    "/runs/{run}/events",
    openapi_extra={"requestBody": {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
async def append_events(
    run: str,
    request: Request,
    here: Here,
    first: Annotated[int, Query(ge=0, le=EXACT, description="position of the batch's first event")],
    content_encoding: Annotated[str, Header(description="zstd or identity")] = "identity",
    fair_emitted_at: Annotated[float | None, Header(description="Unix time in ms at which the model closed it")] = None,
    fair_pace: Annotated[
        str | None,
        Header(description="how the run is played: max, simulated seconds a second, paused or stopped", pattern=PACE),
    ] = None,
    fair_player: Player = 0,
) -> Appended:
    """Append a batch of events as NDJSON, all or none. The same batch sent again gets the same answer.

    An empty body at the head of the log polls for commands while the run is paused or nothing happens in it.
    """
    live = await here.runs.get(run)
    body = await read_body(request, here.settings.max_body_bytes, may_be_compressed=True)
    async with live.appending:
        if not body:
            return _appended(run, first, await live.poll(first, fair_pace, fair_player))
        ndjson, payload = unpack(body, content_encoding.lower(), here.settings.max_batch_bytes)
        batch, events = check(first, ndjson, payload, here.settings)
        if not first:
            check_start(events[0], await asyncio.to_thread(here.log.runs.get, run))
        started = events[0] if isinstance(events[0], RunStarted) else live.state().parts.run
        if first == live.head and not live.ended:
            check_end(events, started.duration_ms)
        head = live.head
        answered = await live.append(batch, events, fair_emitted_at, fair_pace, fair_player)
    if head < live.head:  # the same batch sent again is not counted again
        here.metrics.events.inc(batch.count)
    if batch.ends:
        _logger.info("run ended", extra={"fields": {"run": run, "events": batch.next, "digest": answered.digest}})
    return _appended(run, batch.next, answered)


def _appended(run: str, end: int, answered: Answered) -> Appended:
    commands = [Waiting(number=number, command=json.loads(body)) for number, body in answered.commands]
    return Appended(run=run, next=end, digest=answered.digest, commands=commands)

"""CloudEvents intake: events of other producers, such as a badge reader, become events of a run of their own.

The `type` of a CloudEvent is the type of the event, or ends in it (`org.example.visitor.entered`). Its `time` gives
the moment, its `data` the event's fields; `type` and `at_ms` in the data may be left out, and say the same where they
are there. Further attributes (`sequence`, `subject`) are not looked at. The server numbers the events in the order of
their time, says how many it moved for that, and begins the log. It takes no event twice: two of one source and id are
the same, and have the same content. A `run.ended`, which needs no data, ends the run.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from itertools import accumulate
from typing import Annotated, NamedTuple

import msgspec
import zstandard
from fastapi import APIRouter, Depends, Query, Request

from cloudfair.api.auth import writer
from cloudfair.api.backend import Backend, Here
from cloudfair.api.batch import check, check_start
from cloudfair.api.cloudevent import INTAKE, CloudEvent, parsed, wrong
from cloudfair.errors import ConflictError
from cloudfair.http.requests import read_body
from cloudfair.http.responses import Described
from cloudfair.projections.live import Live
from cloudfair.store.log import Log
from fairfacts.clock import DAY_MS, moment_at
from fairfacts.errors import EventError, did_you_mean
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES, AnyEvent, encode, type_name
from fairfacts.parts.fairs import NO_FAIR
from fairfacts.parts.runs import NO_PARAMETERS, RunEnded, RunStarted
from fairfacts.wall_clock import now

router = APIRouter(tags=["intake"], dependencies=[Depends(writer)])
_logger = logging.getLogger(__name__)

MOST_AHEAD_S = 366 * 86_400
ATTEMPTS = 5
"""How often the events are numbered anew if another process appends to the same run meanwhile."""
FIRST_YEAR = 2001
"""Clocks that were never set show an earlier one: 1970, 1980 or 2000."""
TYPES: Mapping[str, type[Event]] = {type_name(event_type): event_type for event_type in EVENT_TYPES}


class Bounds(NamedTuple):
    """Which times of events are taken."""

    days: int
    """How long a run lasts that begins with these events."""
    late_ms: int
    """By how much an event may lie before the log's latest one."""
    ahead: timedelta
    """By how much its time may be ahead of the server's clock."""
    replay: bool = False
    """Whether the run may be over by the server's clock."""


class Taken(Described):
    """The answer once CloudEvents are in the log."""

    run: str
    taken: int
    """How many became events."""
    known: int
    """How many were in the log before, or in the batch: they have the same source, id and content."""
    reordered: int
    """How many of those taken came after one of a later time; the log has all in the order of their time."""
    next: int
    """Position of the event after them."""
    digest: str
    """SHA-256 over the NDJSON of all events before `next`."""


@router.post(
    "/runs/{run}/cloudevents",
    openapi_extra=INTAKE,
)
async def take_cloudevents(
    run: str,
    request: Request,
    here: Here,
    days: Annotated[int, Query(ge=1, le=366, description="which the run lasts; counts with its first events")] = 1,
    late_s: Annotated[
        int, Query(ge=0, le=3600, description="by how much an event may come late; it is taken in at the latest moment")
    ] = 0,
    ahead_s: Annotated[
        int, Query(ge=0, le=MOST_AHEAD_S, description="by how much an event's time may be ahead of the server's clock")
    ] = 300,
    replay: Annotated[
        bool, Query(description="whether these events may begin a run that is over by the server's clock")
    ] = False,
) -> Taken:
    """Take in one CloudEvent, structured or binary, or a batch of them: all or none, each once.

    The run goes on until a CloudEvent of type `run.ended`, which needs no data.
    """
    live = await here.runs.get(run)
    body = await read_body(request, here.settings.max_body_bytes)
    received = parsed(request.headers, body)
    bounds = Bounds(days=days, late_ms=late_s * 1000, ahead=timedelta(seconds=ahead_s), replay=replay)
    async with live.appending:
        for _ in range(ATTEMPTS):
            try:
                return await _append(live, here, received, bounds)
            except ConflictError as conflict:
                if live.head == conflict.head:
                    raise
                await live.take_from_log()  # another process appended; number the events anew
    raise ConflictError(f"run {run}: other processes append to it all the time; send again", head=live.head)


async def _append(live: Live, here: Backend, received: list[CloudEvent], bounds: Bounds) -> Taken:
    live.catch_up()
    known = await asyncio.to_thread(here.log.batches.received, live.run, list({event.key for event in received}))
    fresh = _fresh(received, known)
    if not fresh:
        return Taken(run=live.run, taken=0, known=len(received), reordered=0, next=live.head, digest=live.digest)
    events = await asyncio.to_thread(_events, live, here.log, fresh, bounds)
    ndjson = encode(events)
    batch, events = check(live.head, ndjson, zstandard.ZstdCompressor().compress(ndjson), here.settings)
    if not batch.first:
        check_start(events[0], await asyncio.to_thread(here.log.runs.get, live.run))
    batch = msgspec.structs.replace(batch, received={event.key: event.content for event in fresh.values()})
    answered = await live.append(batch, events)
    here.metrics.events.inc(batch.count)
    if batch.ends:
        _logger.info("run ended", extra={"fields": {"run": live.run, "events": batch.next, "digest": answered.digest}})
    return Taken(
        run=live.run,
        taken=len(fresh),
        known=len(received) - len(fresh),
        reordered=_reordered([event.time for event in fresh.values()]),
        next=batch.next,
        digest=answered.digest,
    )


def _fresh(received: list[CloudEvent], known: Mapping[str, str]) -> dict[int, CloudEvent]:
    """Return those that were not taken in before, each once, by their position in the batch.

    Raises:
        EventError: one has the source and id of another, and another content.
    """
    contents, fresh = dict(known), {}
    for position, event in enumerate(received):
        if event.key not in contents:
            contents[event.key], fresh[position] = event.content, event
        elif contents[event.key] not in ("", event.content):
            raise EventError(
                f"id is {event.id}, and its source {event.source} gave that to an event of another type, time or data",
                "give each event an id of its own, and send it again as it was",
                position=position,
                field="id",
            )
    return fresh


def _reordered(times: list[datetime]) -> int:
    return sum(moment < latest for moment, latest in zip(times, accumulate(times, max), strict=True))


def _events(live: Live, log: Log, fresh: Mapping[int, CloudEvent], bounds: Bounds) -> list[Event]:
    """Return the events of CloudEvents in the order of their time; in an empty log run.started comes first."""
    ordered = sorted(fresh.items(), key=lambda entry: entry[1].time)
    events: list[Event] = []
    if live.head:
        (line,) = log.segments.lines(live.run, 0, 1)
        started = msgspec.json.decode(line, type=RunStarted)
    elif _type_of(ordered[0][1], ordered[0][0]) is RunStarted:  # from another backend
        started = None
    else:
        started = _started(live, log, ordered[0][1].time, bounds, ordered[0][0])
        events.append(started)
    latest_ms = live.at_ms if live.head else 0
    for position, event in ordered:
        epoch = event.time if started is None else started.began
        at_ms = _at_ms(event, epoch, latest_ms, bounds)
        if started is not None:
            _check_time(event, position, at_ms, started, latest_ms, bounds)
        made = _event(event, position, at_ms)
        if isinstance(made, RunStarted):
            started = made
        if started is not None:
            _check_moment(event, position, made, started)
        events.append(made)
    return sorted(events, key=lambda event: (event.at_ms, isinstance(event, RunEnded)))  # it ends its moment as well


def _at_ms(event: CloudEvent, epoch: datetime, latest_ms: int, bounds: Bounds) -> int:
    """Return the moment of a CloudEvent; one that is not too late happens at the log's latest moment."""
    at_ms = (event.time - epoch) // timedelta(milliseconds=1)
    return latest_ms if latest_ms - bounds.late_ms <= at_ms < latest_ms else at_ms


def _event(event: CloudEvent, position: int, at_ms: int) -> Event:
    """Return the event of a CloudEvent."""
    kind = _type_of(event, position)
    _check_type(event, position, kind)
    fields = (event.data or {}) | {"type": type_name(kind), "at_ms": at_ms}
    try:
        made: Event = msgspec.convert(fields, AnyEvent)
    except (msgspec.ValidationError, RecursionError) as fault:
        raise wrong(fault, position, f"a {type_name(kind)} ({', '.join(kind.__struct_fields__)})") from fault
    return made


def _check_type(event: CloudEvent, position: int, kind: type[Event]) -> None:
    """Check that the data of a CloudEvent names no other type than its envelope.

    Raises:
        EventError: it does; names its position.
    """
    data_type = (event.data or {}).get("type", event.type)
    if data_type not in (event.type, type_name(kind)):
        raise EventError(
            f"type is {event.type}, and data.type is {data_type!r}",
            "correct one of them, or leave data.type out",
            position=position,
            field="data.type",
        )


def _check_moment(event: CloudEvent, position: int, made: Event, started: RunStarted) -> None:
    """Check that the data of a CloudEvent says no other moment than its time; a run starts at its epoch.

    Raises:
        EventError: it does; names its position.
    """
    at_ms = (event.time - started.began) // timedelta(milliseconds=1)
    data_ms = (event.data or {}).get("at_ms", 0 if isinstance(made, RunStarted) else at_ms)
    if data_ms != at_ms:
        raise EventError(
            f"time is {event.time.isoformat()}, {at_ms} ms after the run's epoch {started.epoch}, and data.at_ms is"
            f" {data_ms!r}",
            "correct one of them, or leave data.at_ms out",
            position=position,
            field="data.at_ms",
        )


def _check_time(
    event: CloudEvent, position: int, at_ms: int, started: RunStarted, latest_ms: int, bounds: Bounds
) -> None:
    """Check that an event lies neither before the log's latest one nor in the future.

    An event that is dated years ahead would make every later one too late, for good.

    Raises:
        EventError: it does; names its position.
    """
    time_, clock = event.time.isoformat(), now()
    if at_ms < latest_ms:
        raise EventError(
            f"time is {time_}, {(latest_ms - at_ms) / 1000:g} s before the log's latest event",
            "send events in the order of their time, or allow late ones (late_s)",
            position=position,
            field="time",
        )
    if at_ms > started.duration_ms:
        end = moment_at(started.began, started.duration_ms)
        raise EventError(
            f"time is {time_}, after the run's end at {end.isoformat()}",
            "correct the time, or begin a run of more days (days)",
            position=position,
            field="time",
        )
    if not started.is_played and event.time > clock + bounds.ahead:
        raise EventError(
            f"time is {time_}, ahead of the server's clock, which shows {clock.isoformat(timespec='seconds')}",
            "set the clock of the source, or allow such events (ahead_s)",
            position=position,
            field="time",
        )


def _started(live: Live, log: Log, first: datetime, bounds: Bounds, position: int) -> RunStarted:
    """Return the first event of a run that no model plays: it begins at midnight before its first event.

    Raises:
        EventError: all that come now would lie after the end of such a run, for good.
    """
    run, epoch = log.runs.get(live.run), datetime.combine(first.date(), time(), first.tzinfo)
    _check_first(first, epoch, bounds, position)
    try:
        return RunStarted(
            at_ms=0,
            scenario=run.scenario,
            seed=run.seed,
            replication=run.replication,
            scale=run.scale,
            version=run.version,
            parameters_sha256=NO_PARAMETERS,
            epoch=epoch.isoformat(),
            duration_ms=bounds.days * DAY_MS,
            inputs=(),
            calibrated=(),
            fair=NO_FAIR,
        )
    except ValueError as fault:
        raise EventError(f"time: {fault}", position=position, field="time") from fault


def _check_first(first: datetime, epoch: datetime, bounds: Bounds, position: int) -> None:
    """Check that a run which begins with an event at an epoch is not over by the server's clock, unless it may be.

    Raises:
        EventError: it is, or the clock of the source was never set.
    """
    time_, clock = first.isoformat(), now()
    if first.year < FIRST_YEAR:
        raise EventError(
            f"time is {time_}, which a clock shows that was never set",
            "set the source's",
            position=position,
            field="time",
        )
    if not bounds.replay and clock - epoch >= timedelta(days=bounds.days):
        raise EventError(
            f"time is {time_}, and the run that it begins (days={bounds.days}) is over by the server's clock, which"
            f" shows {clock.isoformat(timespec='seconds')}",
            "set the clock of the source, begin a run of more days (days), or say that the events are of the past"
            " (replay=true)",
            position=position,
            field="time",
        )


def _type_of(event: CloudEvent, position: int) -> type[Event]:
    words = event.type.split(".")
    for first in range(len(words)):
        if kind := TYPES.get(".".join(words[first:])):
            return kind
    raise EventError(
        f"type is {event.type}, and nothing of ours is called so",
        did_you_mean(".".join(words[-2:]), TYPES),
        position=position,
        field="type",
    )

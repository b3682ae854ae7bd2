"""Events of other producers, a badge reader say: CloudEvents that become events of ours in a run of their own.

A CloudEvent becomes the event whose type its `type` is, or ends in (`org.example.visitor.entered`). Its `time` gives
the moment, its `data` the event's fields; `type` and `at_ms` in the data count for nothing. The server numbers the
events in the order of their time, begins the log, and takes none in twice: two of one source and id are the same one.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import msgspec
import zstandard
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from cloudfair.backend import Backend, Here, writer
from cloudfair.cloudevents import BATCH, BATCH_SCHEMA, ONE, SCHEMA
from cloudfair.intake import check, read_body
from cloudfair.live import Live
from cloudfair.problems import ConflictError, MalformedError, MediaTypeError
from fairfacts.errors import EventError, did_you_mean
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES, AnyEvent, encode, type_name
from fairfacts.runs import RunEnded, RunStarted

router = APIRouter(tags=["intake"], dependencies=[Depends(writer)])
_logger = logging.getLogger(__name__)

DAY_MS = 86_400_000
ATTEMPTS = 5
"""How often the events are numbered anew when another process appends to the same run meanwhile."""
NO_PARAMETERS = hashlib.sha256(b"").hexdigest()
TYPES: Mapping[str, type[Event]] = {type_name(event_type): event_type for event_type in EVENT_TYPES}
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]


class CloudEvent(msgspec.Struct, frozen=True):
    """What is read of a CloudEvent; it may have more attributes."""

    specversion: Literal["1.0"]
    id: Text
    source: Text
    type: Text
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    data: dict[str, Any] = {}

    @property
    def key(self) -> str:
        """Return what is the same for the same CloudEvent alone."""
        return hashlib.sha256(f"{len(self.source)} {self.source} {self.id}".encode()).hexdigest()


class Taken(BaseModel):
    """CloudEvents are in the log."""

    run: str
    taken: int
    """How many became events."""
    known: int
    """How many had been taken in before."""
    next: int
    """Position of the event after them."""
    digest: str
    """SHA-256 over the NDJSON of all events before `next`."""


@router.post(
    "/runs/{run}/cloudevents",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                ONE: {"schema": SCHEMA | {"required": [*SCHEMA["required"], "time"]}},
                BATCH: {"schema": BATCH_SCHEMA},
            },
        }
    },
)
async def take_cloudevents(
    run: str,
    request: Request,
    here: Here,
    days: Annotated[int, Query(ge=1, le=366, description="which the run lasts; counts with its first events")] = 1,
    late_s: Annotated[
        int, Query(ge=0, le=3600, description="by how much an event may come late; it is taken in at the latest moment")
    ] = 0,
) -> Taken:
    """Take in one CloudEvent, structured or binary, or a batch of them: whole or not at all, each once."""
    live = await here.runs.get(run)
    body = await read_body(request, here.settings.max_body_bytes)
    received = parsed(request.headers, body)
    async with live.appending:
        for _ in range(ATTEMPTS):
            try:
                return await _append(live, here, received, days, late_s)
            except ConflictError as conflict:
                if live.head == conflict.head:
                    raise
                await live.take_from_log()  # another process appended; number the events anew
    raise ConflictError(f"run {run}: other processes append to it all the time; send again", head=live.head)


async def _append(live: Live, here: Backend, received: list[CloudEvent], days: int, late_s: int) -> Taken:
    live.catch_up()
    keys = {event.key: event for event in reversed(received)}
    known = await asyncio.to_thread(here.log.received, live.run, list(keys))
    fresh = [event for event in received if event.key not in known and keys[event.key] is event]
    if not fresh:
        return Taken(run=live.run, taken=0, known=len(received), next=live.head, digest=live.digest)
    events = await asyncio.to_thread(_events, live, here, fresh, days, late_s)
    ndjson = encode(events)
    batch, events = check(live.head, ndjson, zstandard.ZstdCompressor().compress(ndjson), here.settings)
    batch = msgspec.structs.replace(batch, received=tuple(event.key for event in fresh))
    answered = await live.append(batch, events)
    here.metrics.events.inc(batch.count)
    if batch.ends:
        _logger.info("run ended", extra={"fields": {"run": live.run, "events": batch.next, "digest": answered.digest}})
    return Taken(
        run=live.run, taken=len(fresh), known=len(received) - len(fresh), next=batch.next, digest=answered.digest
    )


def parsed(headers: Mapping[str, str], body: bytes) -> list[CloudEvent]:
    """Return the CloudEvents of a request, in any of the modes of the HTTP binding.

    Raises:
        MediaTypeError: the body is none of what is taken.
        MalformedError: it is not the JSON that it is said to be.
        EventError: a CloudEvent lacks something, or has what none may have.
    """
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == BATCH:
        try:
            raws = msgspec.json.decode(body, type=list[msgspec.Raw])
        except msgspec.DecodeError as fault:
            raise MalformedError(f"the body is no JSON array of CloudEvents ({fault}); send one") from fault
        return [_read(raw, position) for position, raw in enumerate(raws)]
    if media_type == ONE:
        return [_read(body, 0)]
    if "ce-specversion" in headers and media_type in ("", "application/json"):
        attributes = {name[3:]: unquote(value) for name, value in headers.items() if name.startswith("ce-")}
        return [_read(msgspec.json.encode(attributes | {"data": msgspec.Raw(body or b"{}")}), 0)]
    raise MediaTypeError(
        f"Content-Type is {media_type or 'missing'}; send {ONE}, {BATCH}, or application/json with the headers ce-*"
    )


def _read(content: bytes | msgspec.Raw, position: int) -> CloudEvent:
    try:
        return msgspec.json.decode(content, type=CloudEvent)
    except msgspec.DecodeError as fault:
        raise _wrong(fault, position, "a CloudEvent") from fault


def _events(live: Live, here: Backend, fresh: list[CloudEvent], days: int, late_s: int) -> list[Event]:
    """Return the events that CloudEvents become, in the order of their time; a log that is empty begins with them."""
    ordered = sorted(enumerate(fresh), key=lambda entry: entry[1].time)
    kinds = [_type_of(event, position) for position, event in ordered]
    events: list[Event] = []
    if live.head:
        epoch, latest_ms = datetime.fromisoformat(live.state().parts.run.epoch), live.at_ms
    elif kinds[0] is RunStarted:  # from another backend
        epoch, latest_ms = ordered[0][1].time, 0
    else:
        position, first = ordered[0]
        epoch, latest_ms = datetime.combine(first.time.date(), time(), first.time.tzinfo), 0
        events.append(_started(live, here, epoch, days, position))
    for (position, event), kind in zip(ordered, kinds, strict=True):
        at_ms = (event.time - epoch) // timedelta(milliseconds=1)
        if latest_ms - late_s * 1000 <= at_ms < latest_ms:
            at_ms = latest_ms
        fields = event.data | {"type": type_name(kind), "at_ms": at_ms}
        try:
            events.append(msgspec.convert(fields, AnyEvent))
        except msgspec.ValidationError as fault:
            raise _wrong(fault, position, f"a {type_name(kind)} ({', '.join(kind.__struct_fields__)})") from fault
        if at_ms < latest_ms:
            raise EventError(
                f"event {position} of the batch: time is {event.time.isoformat()}, {(latest_ms - at_ms) / 1000:g} s"
                " before the log's latest event; send events in the order of their time, or allow late ones (late_s)",
                position=position,
                field="time",
            )
    return sorted(events, key=lambda event: (event.at_ms, isinstance(event, RunEnded)))  # it ends its moment as well


def _started(live: Live, here: Backend, epoch: datetime, days: int, position: int) -> RunStarted:
    """Return the first event of a run that no model plays."""
    run = here.log.run(live.run)
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
            duration_ms=days * DAY_MS,
            inputs=(),
            calibrated=(),
        )
    except ValueError as fault:
        raise EventError(f"event {position} of the batch: time: {fault}", position=position, field="time") from fault


def _type_of(event: CloudEvent, position: int) -> type[Event]:
    words = event.type.split(".")
    for first in range(len(words)):
        if found := TYPES.get(".".join(words[first:])):
            return found
    raise EventError(
        f"event {position} of the batch: type is {event.type}, and nothing of ours is called so;"
        f" {did_you_mean('.'.join(words[-2:]), TYPES)}",
        position=position,
        field="type",
    )


def _wrong(fault: Exception, position: int, what: str) -> EventError:
    reason, _, path = str(fault).partition(" - at `")
    field = path.removesuffix("`").removeprefix("$").lstrip(".") or "the event"
    return EventError(
        f"event {position} of the batch is not {what}: {field}: {reason}; nothing of the batch was kept",
        position=position,
        field=field,
    )

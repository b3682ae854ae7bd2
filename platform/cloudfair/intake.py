"""Intake: the routes by which a run is begun and its events come in."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Annotated, Any, TypeVar

import zstandard
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from cloudfair.backend import Backend, Here, writer
from cloudfair.live import Answered
from cloudfair.log import Batch
from cloudfair.problems import EncodingError, MalformedError, TooLargeError
from cloudfair.settings import MIB, Settings
from fairfacts.errors import EventError
from fairfacts.event import Event
from fairfacts.events import decode
from fairfacts.runs import RunEnded, RunStarted

router = APIRouter(tags=["intake"], dependencies=[Depends(writer)])
_logger = logging.getLogger(__name__)

Sent = TypeVar("Sent", bound=BaseModel)
LARGEST = 2**63 - 1
"""The largest integer that both databases hold."""
SCENARIO = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"
"""What a scenario may be called."""
PACE = r"^(max|paused|stopped|\d{1,10}(\.\d{1,10})?)$"
"""What a player may say of its pace."""


class NewRun(BaseModel):
    """A run that is about to begin."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field(pattern=SCENARIO, max_length=64)
    seed: int = Field(ge=0, le=LARGEST)
    replication: int = Field(default=0, ge=0, le=LARGEST)
    scale: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    version: str = Field(pattern=r"^[!-~]+$", max_length=64)
    request: JsonValue = None
    """Whatever the client needs to take the run up again."""


class CreatedRun(BaseModel):
    """A run with an empty log."""

    run: str


class Waiting(BaseModel):
    """A command that waits for the run; its player says at `/runs/{run}/commands/{number}/obeyed` that it obeyed."""

    number: int
    command: dict[str, Any]


class Appended(BaseModel):
    """A batch is in the log."""

    run: str
    next: int
    """Position of the event after the batch."""
    digest: str
    """SHA-256 over the NDJSON of all events before `next`."""
    commands: list[Waiting]
    """What operators said to the run and it has not obeyed yet, in the order in which it was said."""


@router.post(
    "/runs",
    status_code=201,
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": NewRun.model_json_schema()}}}
    },
)
async def create_run(request: Request, here: Here) -> CreatedRun:
    """Begin a run."""
    return CreatedRun(run=await begin(await read_json(request, NewRun), here))


async def begin(new: NewRun, here: Backend) -> str:
    """Keep a run with an empty log, and return its id."""
    fields = new.model_dump(exclude={"request"})
    fields["request"] = json.dumps(new.request, ensure_ascii=False, separators=(",", ":"))
    run = await asyncio.to_thread(lambda: here.log.create_run(**fields))
    _logger.info("run begun", extra={"fields": {"run": run.id, "seed": run.seed, "scale": run.scale}})
    return run.id


@router.post(
    "/runs/{run}/events",
    openapi_extra={"requestBody": {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
async def append_events(
    run: str,
    request: Request,
    here: Here,
    first: Annotated[int, Query(ge=0, le=LARGEST // 2, description="position of the batch's first event")],
    content_encoding: Annotated[str, Header(description="zstd or identity")] = "identity",
    fair_emitted_at: Annotated[float | None, Header(description="Unix time in ms at which the model closed it")] = None,
    fair_pace: Annotated[
        str | None,
        Header(description="how the run is played: max, simulated seconds a second, paused or stopped", pattern=PACE),
    ] = None,
) -> Appended:
    """Append a batch of events: NDJSON, whole or not at all. The same batch again is answered as before.

    An empty body at the head of the log asks for commands: while the run is paused, or nothing happens in it.
    """
    live = await here.runs.get(run)
    body = await read_body(request, here.settings.max_body_bytes)
    async with live.appending:
        if not body:
            return _appended(run, first, await live.attend(first, fair_pace))
        ndjson, payload = unpack(body, content_encoding.lower(), here.settings.max_batch_bytes)
        batch, events = check(first, ndjson, payload, here.settings)
        head = live.head
        answered = await live.append(batch, events, fair_emitted_at, fair_pace)
    if head < live.head:  # the same batch again is not taken in again
        here.metrics.events.inc(batch.count)
    if batch.ends:
        _logger.info("run ended", extra={"fields": {"run": run, "events": batch.next, "digest": answered.digest}})
    return _appended(run, batch.next, answered)


def _appended(run: str, end: int, answered: Answered) -> Appended:
    commands = [Waiting(number=number, command=json.loads(said)) for number, said in answered.commands]
    return Appended(run=run, next=end, digest=answered.digest, commands=commands)


async def read_json(request: Request, model: type[Sent]) -> Sent:
    """Return what the JSON in the body of a request says.

    Raises:
        TooLargeError: it is over 1 MiB; FastAPI would read one of any size.
        RequestValidationError: it is not what the model describes.
    """
    body = await read_body(request, MIB)
    try:
        return model.model_validate_json(body)
    except ValidationError as fault:
        raise RequestValidationError([error | {"loc": ("body", *error["loc"])} for error in fault.errors()]) from fault


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body of a request.

    Raises:
        TooLargeError: it is over the limit; what follows is not read.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLargeError(f"the body is over {limit} bytes; send less at a time", limit=limit)
    return bytes(body)


def unpack(body: bytes, encoding: str, limit: int) -> tuple[bytes, bytes]:
    """Return the NDJSON of a body, and it compressed: as it was sent, where it was.

    Raises:
        MalformedError: the body is not one whole zstd frame.
        TooLargeError: the NDJSON is over the limit.
        EncodingError: the encoding is neither zstd nor identity.
    """
    if encoding == "identity":
        _limit(len(body), limit)
        return body, zstandard.ZstdCompressor().compress(body)
    if encoding != "zstd":
        raise EncodingError(f"Content-Encoding is {encoding}; allowed are zstd and identity")
    try:
        return _decompress(body, limit), body
    except zstandard.ZstdError as fault:
        raise MalformedError(f"the body is not one whole zstd frame ({fault}); compress the batch again") from fault


def check(first: int, ndjson: bytes, payload: bytes, settings: Settings) -> tuple[Batch, list[Event]]:
    """Return a batch that may be appended at `first`, as far as it alone can tell, and its events.

    Raises:
        EventError: an event is not well formed or not in its place; names its position in the batch and the field.
        TooLargeError: there are too many.
    """
    count = ndjson.count(b"\n")
    if count > settings.max_batch_events:
        raise TooLargeError(
            f"the batch has {count} events, over {settings.max_batch_events}; send smaller batches",
            limit=settings.max_batch_events,
        )
    try:
        events = decode(ndjson)
    except EventError:
        _check_lines(ndjson)  # what is wrong with the lines explains more than what cannot be decoded in them
        raise
    if len(events) != count or not events or not ndjson.endswith(b"\n"):
        _check_lines(ndjson)
        raise _misshapen(0, f"{count} lines hold {len(events)} events")
    _check_places(first, events)
    batch = Batch(
        first=first,
        count=count,
        first_at_ms=events[0].at_ms,
        last_at_ms=events[-1].at_ms,
        ends=type(events[-1]) is RunEnded,
        ndjson=ndjson,
        payload=payload,
    )
    return batch, events


def _limit(size: int, limit: int) -> None:
    if size > limit:
        raise TooLargeError(f"the batch is over {limit} bytes of NDJSON; send smaller batches", limit=limit)


def _decompress(frame: bytes, limit: int) -> bytes:
    """Return what one zstd frame holds, in memory that `limit` bounds whatever the frame claims."""
    decompressor = zstandard.ZstdDecompressor()
    size = zstandard.frame_content_size(frame)
    if size >= 0:
        _limit(size, limit)
        return decompressor.decompress(frame, allow_extra_data=False)
    with decompressor.stream_reader(frame) as reader:  # made by a stream, so it does not tell its size
        _limit(len(reader.read(limit + 1)), limit)
    whole = decompressor.decompressobj()
    ndjson = whole.decompress(frame)
    if not whole.eof or whole.unused_data:
        raise zstandard.ZstdError("bytes are missing or left over")
    return ndjson


def _check_lines(ndjson: bytes) -> None:
    """Hold that a batch is in the form in which batches, put one after the other, are a log."""
    lines = ndjson.split(b"\n")
    if lines.pop():
        raise _misshapen(len(lines), "the last line does not end in a newline")
    for position, line in enumerate(lines):
        if not line.lstrip().startswith(b"{"):
            raise _misshapen(position, "the line is blank" if not line.strip() else "the line is not one JSON object")
    if not lines:
        raise _misshapen(0, "the batch is empty")


def _misshapen(position: int, reason: str) -> EventError:
    return EventError(
        f"event {position} of the batch: {reason}; send one event a line, each line ended by a newline, none blank",
        position=position,
        field="the event",
    )


def _check_places(first: int, events: list[Event]) -> None:
    """Hold that a log begins with run.started, ends with run.ended, and has neither elsewhere."""
    kinds = list(map(type, events))
    if first == 0 and kinds[0] is not RunStarted:
        raise EventError("event 0 of the batch: a log begins with run.started; send it first", position=0, field="type")
    if RunStarted in kinds[first == 0 :]:
        position = kinds.index(RunStarted, first == 0)
        raise EventError(
            f"event {position} of the batch: run.started is only a log's first event; begin another run for it",
            position=position,
            field="type",
        )
    if RunEnded in kinds[:-1]:
        position = kinds.index(RunEnded) + 1
        raise EventError(
            f"event {position} of the batch: it follows run.ended, which is a log's last event; leave it out",
            position=position,
            field="type",
        )

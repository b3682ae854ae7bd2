"""Batches of events: unpacked within bounds, and checked before they reach the log."""

from __future__ import annotations

import msgspec
import zstandard

from cloudfair.errors import EncodingError, MalformedError, TooLargeError
from cloudfair.http.requests import repeated_field
from cloudfair.settings import Settings
from cloudfair.store.batches import Batch
from cloudfair.store.tables import Run
from fairfacts.errors import EventError
from fairfacts.event import Event
from fairfacts.events import decode, encode
from fairfacts.parts.runs import REPRODUCING, RunEnded, RunStarted


def unpack(body: bytes, encoding: str, limit: int) -> tuple[bytes, bytes]:
    """Return the NDJSON of a body, and the same compressed: the body itself if the client compressed it.

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
    """Return a batch that fits at `first`, as far as that shows without the log, and its events.

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
    except RecursionError:
        raise _misshapen(*_deepest(ndjson)) from None
    except EventError:
        _check_lines(ndjson)  # a fault of the lines explains more than a fault of the decoder
        raise
    if len(events) != count or not events or not ndjson.endswith(b"\n"):
        _check_lines(ndjson)
        raise _misshapen(0, f"{count} lines hold {len(events)} events")
    _check_places(first, events)
    if encode(events) != ndjson:  # with blanks or in another order, as other clients write
        _check_fields(ndjson)
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


def check_start(started: Event, run: Run) -> None:
    """Check that the first event of a log says of the run what was said when it was begun.

    Raises:
        EventError: it does not; names every field that differs.
    """
    names = [name for name in REPRODUCING if getattr(started, name) != getattr(run, name)]
    if names:
        differ = "; ".join(f"{name} is {getattr(started, name)}, of the run {getattr(run, name)}" for name in names)
        raise EventError(
            f"run.started is not of run {run.id}: {differ}",
            "send it to the run that it is of, or begin another with these values",
            position=0,
            field=names[0],
        )


def check_end(events: list[Event], duration_ms: int) -> None:
    """Check that no event of a batch lies after the end of its run: every later one would be too early, for good.

    Raises:
        EventError: one does; names its position.
    """
    if events[-1].at_ms <= duration_ms:
        return
    position = next(place for place, event in enumerate(events) if event.at_ms > duration_ms)
    raise EventError(
        f"at_ms is {events[position].at_ms}, after the run's end at {duration_ms} (duration_ms of run.started)",
        "correct it, or begin a run that lasts longer",
        position=position,
        field="at_ms",
    )


def _limit(size: int, limit: int) -> None:
    if size > limit:
        raise TooLargeError(f"the batch is over {limit} bytes of NDJSON; send smaller batches", limit=limit)


def _decompress(frame: bytes, limit: int) -> bytes:
    """Return the content of one zstd frame; `limit` bounds the memory, whatever size the frame claims."""
    decompressor = zstandard.ZstdDecompressor()
    size = zstandard.frame_content_size(frame)
    if size >= 0:
        _limit(size, limit)
        return decompressor.decompress(frame, allow_extra_data=False)
    with decompressor.stream_reader(frame) as reader:  # a streaming compressor does not write the size
        _limit(len(reader.read(limit + 1)), limit)
    whole = decompressor.decompressobj()
    ndjson = whole.decompress(frame)
    if not whole.eof or whole.unused_data:
        raise zstandard.ZstdError("bytes are missing or left over")
    return ndjson


def _check_lines(ndjson: bytes) -> None:
    """Check the form of a batch: batches joined one after the other are a log."""
    lines = ndjson.split(b"\n")
    if lines.pop():
        raise _misshapen(len(lines), "the last line does not end in a newline")
    for position, line in enumerate(lines):
        if not line.lstrip().startswith(b"{"):
            raise _misshapen(position, "the line is blank" if not line.strip() else "the line is not one JSON object")
    if not lines:
        raise _misshapen(0, "the batch is empty")


def _check_fields(ndjson: bytes) -> None:
    """Check that each event has each field once."""
    for position, line in enumerate(ndjson.split(b"\n")[:-1]):
        try:
            field = repeated_field(line)
        except UnicodeDecodeError as fault:
            raise EventError(
                f"byte {fault.start} of its line is no UTF-8", "send UTF-8", position=position, field="the event"
            ) from fault
        if field is not None:
            raise EventError(f"{field} is there twice", "send each field once", position=position, field=field)


def _deepest(ndjson: bytes) -> tuple[int, str]:
    """Return the position of the first line that is nested too deep, and the reason."""
    for position, line in enumerate(ndjson.split(b"\n")):
        try:
            msgspec.json.decode(line)
        except RecursionError:
            return position, "the JSON is nested too deep"
        except msgspec.DecodeError:
            continue
    return 0, "the JSON is nested too deep"


def _misshapen(position: int, reason: str) -> EventError:
    return EventError(
        reason,
        "send one event a line, each line ended by a newline, none blank",
        position=position,
        field="the event",
    )


def _check_places(first: int, events: list[Event]) -> None:
    """Check that a log begins with run.started, ends with run.ended, and has neither elsewhere."""
    kinds = list(map(type, events))
    if first == 0 and kinds[0] is not RunStarted:
        raise EventError("a log begins with run.started", "send it first", position=0, field="type")
    if RunStarted in kinds[first == 0 :]:
        position = kinds.index(RunStarted, first == 0)
        raise EventError(
            "run.started is only a log's first event",
            "begin another run for it",
            position=position,
            field="type",
        )
    if RunEnded in kinds[:-1]:
        position = kinds.index(RunEnded) + 1
        raise EventError(
            "it follows run.ended, which is a log's last event",
            "leave it out",
            position=position,
            field="type",
        )

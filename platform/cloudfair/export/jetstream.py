"""What the publisher and relays ask of NATS JetStream: streams, messages that are acknowledged, and which it has."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

_logger = logging.getLogger(__name__)

EVENTS, FRAMES = "CLOUDFAIR_EVENTS", "CLOUDFAIR_FRAMES"
SUBJECTS: Mapping[str, str] = {EVENTS: "cloudfair.*.events.>", FRAMES: "cloudfair.*.frames"}
HELD_FRAMES = 1_000
"""Of each run; all events are held."""
DUPLICATES_S = 600.0
"""For how long JetStream knows the ids of messages."""
ACK_S = 10.0
RETRY_S = 2.0
"""How long is waited before a server that was lost is asked again."""
NO_TOKEN = re.compile(r"[^A-Za-z0-9_-]")
"""What may not stand between the dots of a subject, or means something there."""
NO_JETSTREAM = "JetStream does not answer; start nats-server with --jetstream, and see that this user may use it"


TOO_LARGE = 10054
"""What JetStream says of a message that is larger than its stream takes."""

NO_SUBJECT = "no stream takes what is published; " + ", ".join(
    f"give {stream} the subject {subject}" for stream, subject in SUBJECTS.items()
)


class PublishedFrame(msgspec.Struct, kw_only=True):
    """A message of `FRAMES`: the whole state of a run, so that whoever has it needs none before it."""

    run: str
    position: int
    """How many events are in it."""
    at_ms: int
    digest: str
    """SHA-256 over the NDJSON of these events."""
    ended: bool
    """Whether the last event of the run is among them."""
    measures: dict[str, Any]


_frames = msgspec.json.Decoder(PublishedFrame)


class Message(NamedTuple):
    """A message for a stream."""

    subject: str
    id: str
    """JetStream keeps one message of an id, for as long as it knows the id."""
    content: bytes
    content_type: str

    def headers(self) -> dict[str, str]:
        """Return the headers of NATS by their names."""
        return {"Nats-Msg-Id": self.id, "Content-Type": self.content_type}

    def size(self) -> int:
        """Return the bytes that limits are for: the content and its headers, each a line `NAME: VALUE`."""
        lines = sum(len(name) + len(value.encode()) + 4 for name, value in self.headers().items())
        return len("NATS/1.0\r\n\r\n") + lines + len(self.content)


class Held(NamedTuple):
    """Which events at a position or after it a stream has of a run."""

    positions: frozenset[int] = frozenset()
    latest: int = -1
    """The position of the latest message, -1 if there is none."""
    content: bytes = b""
    """The latest message."""

    def is_latest(self, line: bytes) -> bool:
        """Return whether the latest message has the event that was sent as `line`."""
        return self.content.endswith(b'"data":%b}' % line)


class Made(NamedTuple):
    """A stream that is there."""

    name: str
    """What tells it from any other stream."""
    size_at_most: int | None
    """Of a message, in bytes; None if the stream takes what the server takes."""


class Sender:
    """Sends messages to a stream and waits until all are acknowledged.

    nats-py's own `publish_async` makes a future and a timer for each message, which takes most of its time.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._number, self._left = 0, 0
        self._stream = b""
        """Stands in the acknowledgements of the stream that messages are meant for."""
        self._done: asyncio.Future[None] | None = None

    async def begin(self) -> None:
        """Listen for acknowledgements."""
        await self._client.subscribe(f"{self._inbox}.*", cb=self._acknowledge)

    async def send(self, stream: str, messages: Iterable[Message], size_at_most: int | None = None) -> int:
        """Send messages, and return how many once the stream has acknowledged all; none from one too large on.

        `size_at_most` is what the stream takes, in bytes: it would take the messages behind one that it refuses.

        Raises:
            nats.errors.Error: one was refused; others of them may be in the stream.
            TimeoutError: an acknowledgement did not come.
        """
        from nats.errors import MaxPayloadError

        self._number += 1  # a late acknowledgement is none of the next messages
        self._stream = b'"stream":"%b"' % stream.encode()
        self._done, count, reply = asyncio.get_running_loop().create_future(), 0, f"{self._inbox}.{self._number}"
        self._left = 1  # as if one more were on its way, until all are sent
        largest = min(self._client.max_payload, size_at_most or self._client.max_payload)
        for message in messages:
            self._left, count = self._left + 1, count + 1
            if message.size() > largest:
                raise MaxPayloadError  # the server would close the connection
            await self._client.publish(message.subject, message.content, reply=reply, headers=message.headers())
        self._acknowledged()
        async with asyncio.timeout(ACK_S):
            await self._done
        return count

    async def _acknowledge(self, message: Msg) -> None:
        if not message.subject.endswith(f".{self._number}") or self._done is None or self._done.done():
            return
        if fault := _refusal(message, self._stream):
            self._done.set_exception(fault)
        else:
            self._acknowledged()

    def _acknowledged(self) -> None:
        self._left -= 1
        if not self._left and self._done and not self._done.done():
            self._done.set_result(None)


def _refusal(message: Msg, stream: bytes) -> Exception | None:
    """Return why a message was not taken, None if it was; `stream` stands in what its stream acknowledges."""
    from nats.js.errors import APIError, NoStreamResponseError

    if message.headers and message.headers.get("Status"):
        return NoStreamResponseError()
    if b'"error"' in message.data and (error := json.loads(message.data).get("error")):
        return APIError(code=error.get("code"), description=error.get("description"), err_code=error.get("err_code"))
    if stream not in message.data:
        return APIError(code=400, description=f"another stream took what is for this one: {message.data!r}")
    return None


def is_too_large(fault: Exception) -> bool:
    """Return whether a message was refused because of its size: the next one may be taken."""
    from nats.errors import MaxPayloadError

    return isinstance(fault, MaxPayloadError) or getattr(fault, "err_code", None) == TOO_LARGE


def too_large(stream: str, position: int) -> str:
    """Return why a run is not published of which a message is too large."""
    return (
        f"a message at or after event {position} is larger than NATS takes; raise max_payload of nats-server, or"
        f" max_msg_size of {stream}"
    )


def another_history(run: str, position: int) -> str:
    """Return why a run is not published of which a stream has events that the database has not."""
    return (
        f"run {run}: event {position} of {EVENTS} is not the one in the database: a copy of the database was put back,"
        f" or another one publishes a run of this id; delete {EVENTS} and {FRAMES}, and each run is published whole"
    )


async def made(jetstream: JetStreamContext, stream: str) -> Made:
    """Make a stream, unless it is there: then its keeper has settled how.

    A stream that was purged is the same one: what it acknowledged was there, and somebody took it away. A stream that
    was deleted and made again is another.
    """
    from nats.js.api import StreamConfig
    from nats.js.errors import NotFoundError

    try:
        info = await jetstream.stream_info(stream)
    except NotFoundError:
        held: dict[str, Any] = {"max_msgs_per_subject": HELD_FRAMES} if stream == FRAMES else {}
        config = StreamConfig(name=stream, subjects=[SUBJECTS[stream]], duplicate_window=DUPLICATES_S, **held)
        info = await jetstream.add_stream(config)
    name = f"{stream} made {info.created.isoformat() if info.created else 'at an unknown time'}"
    limit = info.config.max_msg_size or -1
    return Made(name, limit if limit > 0 else None)


async def held(jetstream: JetStreamContext, stream: str, subject: str, first: int) -> Held:
    """Return which events at `first` or after it a stream has of those on a subject, however long ago they came.

    Events are sent in pages, each once all before it are acknowledged. Hence, if the stream has any of those that are
    not known to be acknowledged, the latest message is one of them.
    """
    from nats.js.errors import NotFoundError

    try:
        last = await jetstream.get_last_msg(stream, subject)
    except NotFoundError:
        return Held()
    latest = _position_of(last.headers)
    if latest < first:
        return Held()
    positions = await _positions(jetstream, stream, subject, last.seq or 0)
    return Held(frozenset(position for position in positions if position >= first), latest, last.data or b"")


async def furthest(jetstream: JetStreamContext, subject: str) -> PublishedFrame | None:
    """Return the frame on a subject that has most events, None if there is none.

    It is not always the latest message: two backends publish the frames of a run, and one of them may be behind.
    """
    from nats.js.errors import NotFoundError

    try:
        last = await jetstream.get_last_msg(FRAMES, subject)
        positions = await _positions(jetstream, FRAMES, subject, last.seq or 0)
        message = await jetstream.get_msg(FRAMES, positions[max(positions)])
    except NotFoundError:
        return None
    return frame_of(message.data or b"")


def frame_of(content: bytes) -> PublishedFrame | None:
    """Return the frame in a message; None if it holds none, or one of another release."""
    try:
        return _frames.decode(content)
    except msgspec.DecodeError as fault:
        _logger.warning("a message on the subject of frames is none: %s", fault)
        return None


async def _positions(jetstream: JetStreamContext, stream: str, subject: str, last: int) -> dict[int, int]:
    """Return the positions of all messages on a subject, each with its sequence number, up to the message `last`."""
    subscription = await jetstream.subscribe(subject, stream=stream, ordered_consumer=True, headers_only=True)
    positions = {}
    try:
        while True:
            message = await subscription.next_msg(timeout=ACK_S)
            sequence = message.metadata.sequence.stream
            positions[_position_of(message.headers)] = sequence
            if sequence >= last:
                return positions
    finally:
        await subscription.unsubscribe()


def _position_of(headers: Mapping[str, str] | None) -> int:
    """Return the position of an event from the id of its message, -1 of a message of somebody else's."""
    position = (headers or {}).get("Nats-Msg-Id", "").rpartition("/")[2]
    return int(position) if position.isdecimal() else -1


def plain(fault: Exception) -> str:
    """Return a fault in words."""
    from nats.js.errors import NoStreamResponseError, ServiceUnavailableError

    if description := getattr(fault, "description", None):
        return str(description)
    if isinstance(fault, NoStreamResponseError):
        return NO_SUBJECT
    if isinstance(fault, ServiceUnavailableError):
        return NO_JETSTREAM
    return f"{type(fault).__name__}: {fault}".rstrip(": ")


def subject_of(run: str) -> str:
    """Return how the subjects of a run begin."""
    return f"cloudfair.{NO_TOKEN.sub('_', run)}"

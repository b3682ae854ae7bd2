"""Events as CloudEvents 1.0 in their JSON format: the envelope in which others take and give events.

An event of a run is the CloudEvent with the source `/runs/RUN` and its position as id. `type` is the event's, `subject`
the object that it is about (`negotiation/17`), `time` the simulated moment, `recordedtime` the wall clock at which the
envelope was made (another at each reading: the log does not keep when an event came in), `sequence` the position in
digits that sort as they count. `data` is the event as it was sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from cloudfair.store.log import Log
from fairfacts.clock import moment_at
from fairfacts.events import EVENT_TYPES, type_name
from fairfacts.parts.runs import RunStarted
from fairfacts.vocabulary import NUMBERED
from fairfacts.wall_clock import now_ms

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
SUBPROTOCOL = "cloudevents.json"
SEQUENCE_DIGITS = 12
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["specversion", "id", "source", "type"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1},
        "source": {"type": "string", "format": "uri-reference", "minLength": 1},
        "type": {"type": "string", "minLength": 1},
        "subject": {"type": "string", "minLength": 1},
        "time": {"type": "string", "format": "date-time"},
        "recordedtime": {
            "type": "string",
            "format": "date-time",
            "description": "When this envelope was made: of one event, another at each reading. The log does not keep"
            " when an event came in. Compare events by `source` and `id`, or by `data`.",
        },
        "sequence": {"type": "string", "minLength": 1},
        "datacontenttype": {"type": "string", "minLength": 1},
        "data": {"type": "object"},
    },
    "examples": [
        {
            "specversion": "1.0",
            "id": "41",
            "source": "/runs/ciftis2020-s7-abcd",
            "type": "visitor.left",
            "subject": "visitor/17",
            "time": "2027-05-08T12:00:00.000+08:00",
            "recordedtime": "2026-01-02T03:04:05.678+00:00",
            "sequence": "000000000041",
            "datacontenttype": "application/json",
            "data": {
                "type": "visitor.left",
                "at_ms": 129600000,
                "visitor": 17,
                "organisation": 3,
                "economy": "CN",
                "stayed_ms": 9000000,
            },
        }
    ],
}
"""JSON Schema of a CloudEvent as we give it; `cloudfair.api.cloudevent` says what is taken."""
BATCH_SCHEMA: dict[str, Any] = {"type": "array", "items": SCHEMA}


def _subject_fields() -> Mapping[str, str]:
    """Return, by type of event, the field that holds the number of the object that it is about."""
    objects = NUMBERED & {type_name(event_type).partition(".")[0] for event_type in EVENT_TYPES}
    subjects = {}
    for event_type in EVENT_TYPES:
        name, fields = type_name(event_type), event_type.__struct_fields__
        named = [name.partition(".")[0], *fields]
        if subject := next((field for field in named if field in fields and field in objects), None):
            subjects[name] = subject
    return subjects


SUBJECT_FIELDS = _subject_fields()
_Head = msgspec.defstruct(
    "_Head",
    [("type", str), ("at_ms", int), *((field, int | None, None) for field in sorted({*SUBJECT_FIELDS.values()}))],
)
"""What of an event stands in its envelope as well."""
_decoder = msgspec.json.Decoder(_Head)


class _Clock:
    """Writes moments after an epoch in ISO 8601, to the millisecond; most events are of the same second as the last."""

    def __init__(self, epoch: datetime) -> None:
        self._epoch, self._ahead_ms = epoch.replace(microsecond=0), epoch.microsecond // 1000
        self._second, self._text, self._zone = -1, b"", b""

    def text(self, at_ms: int) -> bytes:
        """Return a moment, such as `2020-09-05T14:32:07.250+08:00`."""
        second, millisecond = divmod(at_ms + self._ahead_ms, 1000)
        if second != self._second:
            whole = moment_at(self._epoch, second * 1000).isoformat(timespec="seconds").encode()
            self._second, self._text, self._zone = second, whole[:19], whole[19:]
        return b"%b.%03d%b" % (self._text, millisecond, self._zone)


class Envelope:
    """Puts the events of one run into their envelopes."""

    def __init__(self, run: str, epoch: datetime) -> None:
        self._source = json.dumps(f"/runs/{run}").encode()
        self._simulated, self._wall = _Clock(epoch), _Clock(datetime.fromtimestamp(0, UTC))

    def around(self, position: int, line: bytes) -> bytes:
        """Return the CloudEvent, as JSON, of the event that was sent as `line`."""
        return self.typed(position, line)[1]

    def typed(self, position: int, line: bytes) -> tuple[str, bytes]:
        """Return the type of the event that was sent as `line`, and its CloudEvent as JSON."""
        event: Any = _decoder.decode(line)
        subject = SUBJECT_FIELDS.get(event.type)
        number = None if subject is None else getattr(event, subject)  # none where nobody known is turned away
        return (
            event.type,
            b'{"specversion":"1.0","id":"%d","source":%b,"type":"%b"%b,"time":"%b","recordedtime":"%b",'
            % (
                position,
                self._source,
                event.type.encode(),
                b"" if subject is None or number is None else b',"subject":"%b/%d"' % (subject.encode(), number),
                self._simulated.text(event.at_ms),
                self._wall.text(int(now_ms())),
            )
            + b'"sequence":"%0*d","datacontenttype":"application/json","data":%b}' % (SEQUENCE_DIGITS, position, line),
        )


def envelope_of(log: Log, run: str) -> Envelope:
    """Return the envelope of a run that has begun."""
    (started,) = log.segments.lines(run, 0, 1)
    return Envelope(run, msgspec.json.decode(started, type=RunStarted).began)


def batch(log: Log, run: str, first: int, lines: Iterable[bytes]) -> bytes:
    """Return the events of a run at `first` and after it as a batch of CloudEvents: a JSON array."""
    envelope: Envelope | None = None
    events = []
    for position, line in enumerate(lines, first):
        envelope = envelope or envelope_of(log, run)
        events.append(envelope.around(position, line))
    return b"[" + b",".join(events) + b"]"


def are_asked_for(accept: str) -> bool:
    """Return whether an Accept header names batches of CloudEvents, and wants plain JSON no more than these."""
    wanted = {}
    for entry in accept.lower().split(","):
        media_type, *parameters = (word.strip() for word in entry.split(";"))
        quality = next((word[2:] for word in parameters if word.startswith("q=")), "1")
        wanted[media_type] = float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0
    return 0 < wanted.get(BATCH, 0.0) >= wanted.get("application/json", 0.0)

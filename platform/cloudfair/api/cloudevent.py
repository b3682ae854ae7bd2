"""CloudEvents as HTTP carries them (binding 1.0.2): structured, binary or a batch, read strictly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from cloudfair.errors import MalformedError, MediaTypeError
from cloudfair.export.cloudevents import BATCH, STRUCTURED
from cloudfair.http.requests import repeated_field
from fairfacts.errors import EventError
from fairfacts.interchange.plain import plain_fault

MOST_LETTERS = 1024
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_LETTERS)]
PREFIX = "ce-"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})?")


_TEXT = {"type": "string", "minLength": 1, "maxLength": MOST_LETTERS, "pattern": r"^[^\u0000-\u001F\u007F-\u009F]*$"}
_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "specversion": {"const": "1.0"},
    "id": _TEXT | {"description": "With `source` it names the event: what comes again under both is not taken twice."},
    "source": _TEXT | {"description": "Any text; by CloudEvents a URI-reference, which nobody checks."},
    "type": _TEXT | {"description": "The type of one of our events, or text that ends in a dot and that."},
    "time": {"type": "string", "format": "date-time", "description": "Its moment, with an offset; no leap second."},
}
_DATA = "The fields of the event, as in `components.schemas` of /asyncapi.json; `type` and `at_ms` may be left out."
INTAKE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A CloudEvent as it is taken in. Further attributes are not looked at.",
    "required": [*_ATTRIBUTES],
    "properties": _ATTRIBUTES
    | {
        "data": {"type": ["object", "null"], "description": _DATA},
        "data_base64": {
            "type": "string",
            "contentEncoding": "base64",
            "contentMediaType": "application/json",
            "description": "The JSON of `data` in base64, in its place.",
        },
    },
}
"""JSON Schema of a CloudEvent that the intake takes, in structured mode or in a batch."""
INTAKE: dict[str, Any] = {
    "parameters": [
        {
            "name": f"{PREFIX}{name}",
            "in": "header",
            "required": False,
            "schema": schema,
            "description": "Of a CloudEvent in binary mode (Content-Type application/json), percent-encoded.",
        }
        for name, schema in _ATTRIBUTES.items()
    ],
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": INTAKE_SCHEMA},
            BATCH: {"schema": {"type": "array", "items": INTAKE_SCHEMA}},
            "application/json": {
                "schema": {"type": ["object", "null"], "description": f"Binary mode, with headers ce-*. {_DATA}"}
            },
        },
    },
}
"""What OpenAPI says of a request with CloudEvents, in each mode of the HTTP binding."""


class CloudEvent(msgspec.Struct, frozen=True):
    """The attributes that are read of a CloudEvent; it may have more."""

    specversion: Literal["1.0"]
    id: Text
    source: Text
    type: Text
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    data: dict[str, Any] | None = None
    data_base64: bytes | None = None

    @property
    def key(self) -> str:
        """A key that two CloudEvents share only if source and id are the same."""
        return hashlib.sha256(f"{len(self.source)} {self.source} {self.id}".encode()).hexdigest()

    @property
    def content(self) -> str:
        """The SHA-256 of what becomes an event: type, moment and data, and not of how it was sent."""
        moment_us = (self.time - EPOCH) // timedelta(microseconds=1)  # in UTC, a time may lie outside of the calendar
        fields = (self.type, moment_us, self.data or {})
        return hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()


def parsed(headers: Mapping[str, str], body: bytes) -> list[CloudEvent]:
    """Return the CloudEvents of a request, in any of the modes of the HTTP binding.

    Raises:
        MediaTypeError: the body has a media type that is not taken.
        MalformedError: it is not the JSON that its media type says, or a header cannot be read.
        EventError: a CloudEvent lacks an attribute, or has a wrong one; names its position.
    """
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == BATCH:
        try:
            raws = msgspec.json.decode(body, type=list[msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise MalformedError(f"the body is no JSON array of CloudEvents ({fault}); send one") from fault
        return [_read(raw, position) for position, raw in enumerate(raws)]
    if media_type == STRUCTURED:
        return [_read(body, 0)]
    if "ce-specversion" in headers and media_type in ("", "application/json"):
        return [_from_headers(headers, body)]
    raise MediaTypeError(
        f"Content-Type is {media_type or 'missing'}; send {STRUCTURED}, {BATCH}, or application/json with the"
        " headers ce-*"
    )


def wrong(fault: Exception, position: int, what: str) -> EventError:
    """Return the error for an event of a batch that is not `what`."""
    path, reason = plain_fault(fault)
    field = path or "the event"
    return EventError(
        f"it is not {what}: {field}: {reason}",
        position=position,
        field=field,
    )


def _read(content: bytes | msgspec.Raw, position: int) -> CloudEvent:
    try:
        event = msgspec.json.decode(content, type=CloudEvent)
        _check_fields(bytes(content))
        _check_text(event)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise wrong(fault, position, "a CloudEvent") from fault
    if event.data_base64 is None:
        return event
    if event.data is not None:
        raise wrong(
            ValueError("data and data_base64 exclude each other - at `$.data_base64`"), position, "a CloudEvent"
        )
    try:
        data = msgspec.json.decode(event.data_base64, type=dict[str, Any])
        _check_fields(event.data_base64)
        return msgspec.structs.replace(event, data=data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        reason = ValueError(f"it holds no JSON object ({fault}) - at `$.data_base64`")
        raise wrong(reason, position, "a CloudEvent") from fault


def _check_fields(content: bytes) -> None:
    """Check that no object of a CloudEvent has a field twice.

    Raises:
        ValidationError: one has; names the field.
    """
    if (field := repeated_field(content)) is not None:
        raise msgspec.ValidationError(f"It is there twice - at `$.{field}`")


def _check_text(event: CloudEvent) -> None:
    """Check that no attribute has a control character: it could not be sent in headers.

    Raises:
        ValidationError: one has; names it.
    """
    for name in ("id", "source", "type"):
        if _CONTROL.search(getattr(event, name)):
            raise msgspec.ValidationError(
                f"It has a control character, which no attribute has; leave it out - at `$.{name}`"
            )


def _from_headers(headers: Mapping[str, str], body: bytes) -> CloudEvent:
    """Return a CloudEvent in binary mode: the headers alone give its attributes, the body its data."""
    attributes: dict[str, Any] = {
        name.removeprefix(PREFIX): _attribute(name, value) for name, value in headers.items() if name.startswith(PREFIX)
    }
    try:
        attributes["data"] = msgspec.json.decode(body, type=dict[str, Any] | None) if body else None
        _check_fields(body or b"null")
        attributes.pop("data_base64", None)
        return msgspec.convert(attributes, CloudEvent)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as fault:
        raise wrong(fault, 0, "a CloudEvent") from fault


def _attribute(name: str, value: str) -> str:
    """Return the value of a header as section 3.1.3.2 of the binding encodes it: quoted or not, percent-encoded UTF-8.

    Raises:
        MalformedError: it is no such value; a guess could make two events the same one.
    """
    if _QUOTED.fullmatch(value):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    elif value.startswith('"'):
        raise MalformedError(f"{name} is {value!r}, and its quote is not closed; close it, or write %22 for a quote")
    try:
        text = _ESCAPED.sub(_unescaped, value.encode("ascii")).decode()
    except (UnicodeError, ValueError):
        raise MalformedError(f"{name} is {value!r}, which is no percent-encoded UTF-8; encode it anew") from None
    if _CONTROL.search(text):
        raise MalformedError(f"{name} is {value!r}, with a control character, which no attribute has; leave it out")
    return text


def _unescaped(escape: re.Match[bytes]) -> bytes:
    if escape[1] is None:
        raise ValueError("a % without two digits")
    return bytes.fromhex(escape[1].decode())

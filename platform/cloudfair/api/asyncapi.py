"""The AsyncAPI 3 document of the WebSockets, generated from the messages and events themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from inspect import cleandoc
from typing import Any, get_args

import msgspec

from cloudfair.export import cloudevents
from cloudfair.feed import messages
from cloudfair.feed.messages import ClientMessage, PairMessage, ServerMessage
from cloudfair.http import security
from fairfacts.events import EVENT_TYPES
from fairfacts.field_docs import field_docs

VERSION = "3.0.0"
RUN_PARAMETER = {"run": {"description": "A run's id, as `GET /runs` lists them."}}
PAIR_PARAMETERS = {side: {"description": "A run's id, as `GET /runs` lists them."} for side in ("a", "b")}
SECURITY = [{"$ref": f"#/components/securitySchemes/{security.SCHEME}"}]
REFERENCE = "#/components/schemas/{name}"


@cache
def document(release: str) -> Mapping[str, Any]:
    """Return the document; `release` is the backend's."""
    client, server = _members(ClientMessage), _members(ServerMessage)
    pair = _members(PairMessage)
    types = tuple(dict.fromkeys((*client, *server, *pair)))
    described = {type_.__name__: _message(type_) for type_ in types} | {"CloudEvent": _cloudevent()}
    schemas = _schemas((*types, *EVENT_TYPES))
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "cloudfair",
            "version": release,
            "description": "Live measures and raw events of fair runs, over WebSockets. Routes are at /openapi.json."
            " The descriptions of the channels hold the rules that a client follows.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "feed": _channel(
                "/runs/{run}/live",
                f"The changes of a run's measures, as numbered frames.\n\n{cleandoc(messages.__doc__ or '')}",
                [*client, *server],
            ),
            "pair": _channel(
                "/runs/{a}/against/{b}/live",
                "Two runs side by side, at the simulated moment that both have reached. The rules are those of `feed`."
                " What is null in the rows of GET /runs/{a}/against/{b} is left out: a merge patch carries no null.",
                [*client, *pair],
                PAIR_PARAMETERS,
            ),
            "events": {
                "address": "/runs/{run}/events/live",
                "description": f"A run's events, each a CloudEvent; WebSocket subprotocol {cloudevents.SUBPROTOCOL},"
                " which the client offers. It sends nothing. The server closes the connection after the last event.",
                "parameters": RUN_PARAMETER,
                "messages": {"CloudEvent": {"$ref": "#/components/messages/CloudEvent"}},
                "bindings": {"ws": {"method": "GET", "query": _EVENTS_QUERY}},
            },
        },
        "operations": {
            "receiveFromWatcher": _operation("receive", "feed", "Messages of a watcher.", client),
            "sendToWatcher": _operation("send", "feed", "Messages to a watcher.", server),
            "receiveFromPairWatcher": _operation("receive", "pair", "Messages of a watcher of two runs.", client),
            "sendToPairWatcher": _operation("send", "pair", "Messages to a watcher of two runs.", pair),
            "streamEvents": {
                "action": "send",
                "channel": {"$ref": "#/channels/events"},
                "summary": "Events from a position on, each as soon as it is in the log.",
                "security": SECURITY,
                "messages": [{"$ref": "#/channels/events/messages/CloudEvent"}],
            },
        },
        "components": {
            "messages": described,
            "schemas": schemas,
            "securitySchemes": {security.SCHEME: security.BEARER_SCHEME},
        },
    }


_EVENTS_QUERY = {
    "type": "object",
    "properties": {
        "first": {
            "type": "integer",
            "minimum": 0,
            "description": "Position to begin at, the head at most (409); the head without one.",
        }
    },
}


def _members(union: Any) -> tuple[type[msgspec.Struct], ...]:
    return get_args(union)


def _channel(
    address: str, description: str, types: Iterable[type], parameters: Mapping[str, Any] = RUN_PARAMETER
) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "parameters": parameters,
        "messages": {type_.__name__: {"$ref": f"#/components/messages/{type_.__name__}"} for type_ in types},
        "bindings": {"ws": {"method": "GET"}},
    }


def _operation(action: str, channel: str, summary: str, types: Iterable[type]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "security": SECURITY,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{type_.__name__}"} for type_ in types],
    }


def _message(type_: type[msgspec.Struct]) -> dict[str, Any]:
    return {
        "name": type_.__struct_config__.tag,
        "summary": _first_paragraph(type_),
        "payload": {"$ref": REFERENCE.format(name=type_.__name__)},
    }


def _cloudevent() -> dict[str, Any]:
    data = {"oneOf": [{"$ref": REFERENCE.format(name=event_type.__name__)} for event_type in EVENT_TYPES]}
    payload = cloudevents.SCHEMA | {"properties": cloudevents.SCHEMA["properties"] | {"data": data}}
    return {
        "name": "CloudEvent",
        "summary": "An event of a run in the envelope of CloudEvents 1.0.",
        "contentType": cloudevents.STRUCTURED,
        "payload": payload,
    }


def _schemas(types: tuple[type[msgspec.Struct], ...]) -> dict[str, Any]:
    """Return the JSON Schema of each type and of all types inside it, with the docstrings of their fields."""
    _, schemas = msgspec.json.schema_components(types, ref_template=REFERENCE)
    known = {type_.__name__: type_ for type_ in types}
    for name, schema in schemas.items():
        for field, text in field_docs(known[name]).items() if name in known else ():
            schema["properties"].get(field, {})["description"] = text
    return {name: _plain(schema) for name, schema in schemas.items()}


def _plain(schema: Any) -> Any:
    """Return a schema with discriminators as AsyncAPI writes them: the name of the field alone."""
    if isinstance(schema, dict):
        plain = {key: _plain(value) for key, value in schema.items()}
        if isinstance(discriminator := plain.get("discriminator"), dict):
            plain["discriminator"] = discriminator["propertyName"]
        return plain
    return [_plain(each) for each in schema] if isinstance(schema, list) else schema


def _first_paragraph(type_: type) -> str:
    return " ".join((type_.__doc__ or "").partition("\n\n")[0].split())

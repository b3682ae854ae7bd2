"""The AsyncAPI document: it passes its official schema, and what is really said passes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import httpx
import msgspec
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from tests.cloudfair.example import begin, example, send, send_all
from tests.cloudfair.export.test_cloudevents import streaming
from tests.json_schema import validator
from websockets.sync.client import connect

from cloudfair.api import asyncapi
from cloudfair.feed import watcher
from cloudfair.feed.messages import ClientMessage, PairMessage, ServerMessage, Subscribe
from fairfacts.events import EVENT_TYPES
from fairfacts.field_docs import field_docs

SPECS = Path(__file__).resolve().parents[2] / "browser/node_modules/@asyncapi/specs/schemas"
EVENTS = example(300)


@pytest.fixture(scope="module")
def document(url: str) -> dict[str, Any]:
    return httpx.get(f"{url}/asyncapi.json").json()


def test_it_passes_the_official_schema(document: dict[str, Any]) -> None:
    official = json.loads((SPECS / f"{asyncapi.VERSION}-without-$id.json").read_text())
    validator(official, "Draft7").validate(document)
    broken = document | {"operations": {"show": {"action": "shout", "channel": {"$ref": "#/channels/feed"}}}}
    assert not validator(official, "Draft7").is_valid(broken)


def test_every_message_and_event_is_in_it(document: dict[str, Any]) -> None:
    client, server, pair = get_args(ClientMessage), get_args(ServerMessage), get_args(PairMessage)
    for channel, kinds in (("feed", server), ("pair", pair)):
        assert set(document["channels"][channel]["messages"]) == {kind.__name__ for kind in (*client, *kinds)}
    said = {kind.__name__ for kind in (*client, *server, *pair)}
    assert set(document["components"]["messages"]) == said | {"CloudEvent"}
    assert {event_type.__name__ for event_type in EVENT_TYPES} <= set(document["components"]["schemas"])
    operations = {
        "receiveFromWatcher": client,
        "sendToWatcher": server,
        "receiveFromPairWatcher": client,
        "sendToPairWatcher": pair,
    }
    for name, kinds in operations.items():
        refs = [message["$ref"] for message in document["operations"][name]["messages"]]
        channel = "pair" if "Pair" in name else "feed"
        assert refs == [f"#/channels/{channel}/messages/{kind.__name__}" for kind in kinds]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            found = [ref for value in part.values() for ref in references(value)]
            return [*found, part["$ref"]] if "$ref" in part else found
        return [ref for each in part for ref in references(each)] if isinstance(part, list) else []

    for ref in references(document):
        found = document
        for key in ref.removeprefix("#/").split("/"):
            found = found[key]
        assert found, ref


def test_fields_are_described_in_the_words_of_the_source(document: dict[str, Any]) -> None:
    described = document["components"]["schemas"]["Subscribe"]["properties"]["rate_hz"]
    assert described == {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 20.0,
        "default": 5.0,
        "description": "How many frames a second at most.",
    }
    assert field_docs(Subscribe)["parts"].startswith("Dotted paths of the snapshot")


def test_rules_of_the_feed_and_how_a_page_sends_its_token_are_published(document: dict[str, Any]) -> None:
    feed = document["channels"]["feed"]["description"]
    for rule in (
        'new WebSocket(url, ["cloudfair", "bearer." + base64url])',
        "more than 64 frames behind gets a `snapshot`",
        "to move through a run that has ended, `subscribe` with `at_ms`",
    ):
        assert rule in " ".join(feed.split()), rule
    scheme = {"$ref": "#/components/securitySchemes/token"}
    assert all(operation["security"] == [scheme] for operation in document["operations"].values())


class Recorder:
    """Holds every message against the document, and remembers which there were."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.seen: set[str] = set()
        resource = DRAFT202012.create_resource(document)
        registry = Registry().with_resource("urn:asyncapi", resource)
        self._validators = {
            name: validator({"$ref": f"urn:asyncapi#/components/messages/{name}/payload"}, registry=registry)
            for name in document["components"]["messages"]
        }

    def matches(self, message: Any) -> list[str]:
        return [name for name, validator in self._validators.items() if validator.is_valid(message)]

    def take(self, message: Any) -> Any:
        (name,) = self.matches(message)
        self.seen.add(name)
        return message


def test_what_is_said_on_a_feed_passes_it(
    document: dict[str, Any], client: httpx.Client, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "HEARTBEAT_S", 0.05)
    recorder = Recorder(document)
    send(client, run, EVENTS, 0, 100)
    with connect(f"{str(client.base_url).replace('http', 'ws', 1)}/runs/{run}/live") as feed:

        def hear(*types: str) -> Any:
            while True:
                message = recorder.take(json.loads(feed.recv(timeout=10)))
                if message["type"] in types:
                    return message

        def say(message: dict[str, Any]) -> None:
            feed.send(json.dumps(recorder.take(message)))

        hear("hello")
        say({"type": "subscribe", "resume": "elsewhere:7", "rate_hz": 20, "acknowledge": True})
        hear("reset")
        say({"type": "ack", "frame": hear("snapshot")["frame"]})
        hear("heartbeat")
        send(client, run, EVENTS, 100, 200)
        say({"type": "ack", "frame": hear("patch")["to"]})
        for move in ({"type": "pause"}, {"type": "seek", "at_ms": 5}, {"type": "step"}, {"type": "play", "speed": 9}):
            say(move)
            hear("playback")
        say({"type": "live"})
        say({"type": "ack", "frame": hear("snapshot")["frame"]})
        send_all(client, run, EVENTS, 200)
        say({"type": "ack", "frame": hear("patch")["to"]})
        hear("end")
    assert recorder.seen == set(document["channels"]["feed"]["messages"])


def test_what_is_said_of_a_pair_passes_it(document: dict[str, Any], client: httpx.Client) -> None:
    recorder, runs = Recorder(document), [begin(client), begin(client)]
    send(client, runs[0], EVENTS, 0, 100)
    address = f"{str(client.base_url).replace('http', 'ws', 1)}/runs/{runs[0]}/against/{runs[1]}/live"
    with connect(address) as feed:
        subscribe = {"type": "subscribe", "parts": ["difference", "a.run"]}
        for said in (subscribe, {"type": "seek", "at_ms": 5}, {"type": "live"}):
            feed.send(json.dumps(recorder.take(said)))
        for run in runs:
            send_all(client, run, EVENTS, 100 if run == runs[0] else 0)
        for text in feed:
            recorder.take(json.loads(text))
    assert recorder.seen >= {"PairHello", "Snapshot", "Patch", "Playback", "PairEnd"}


def test_what_comes_from_a_tap_passes_it(document: dict[str, Any], client: httpx.Client, run: str) -> None:
    recorder = Recorder(document)
    send_all(client, run, EVENTS)
    with streaming(client, run, "?first=0") as connection:
        for text in connection:
            recorder.take(json.loads(text))
    assert recorder.seen == {"CloudEvent"}


def test_what_is_no_message_does_not_pass_it(document: dict[str, Any]) -> None:
    recorder = Recorder(document)
    message = {"type": "subscribe", "rate_hz": 5}
    assert recorder.matches(message) == ["Subscribe"]
    for wrong in ({"rate_hz": 21}, {"more": 1}, {"type": "subscribed"}, {"parts": "run"}):
        assert recorder.matches(message | wrong) == []
    assert msgspec.json.decode(json.dumps(message), type=ClientMessage) == Subscribe()

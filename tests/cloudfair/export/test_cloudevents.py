"""Events as CloudEvents, over HTTP and a WebSocket, read by the CloudEvents SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import httpx
import msgspec
import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st
from tests.cloudfair.example import begin, example, send, send_all
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from cloudfair.api import event_stream
from cloudfair.export import cloudevents
from fairfacts.clock import moment_at
from fairfacts.events import EVENT_TYPES, encode, type_name
from fairfacts.parts.venue.events import EntryBookedOut

EVENTS = example(500)
EPOCH = datetime.fromisoformat("2020-09-04T00:00:00+08:00")
BATCH = "application/cloudevents-batch+json"


def read(text: str | bytes) -> CloudEvent:
    """A CloudEvent as others read it."""
    body = text.encode() if isinstance(text, str) else text
    return from_structured_event(HTTPMessage(headers={"content-type": "application/cloudevents+json"}, body=body))


def expected(run: str, position: int) -> dict[str, Any]:
    """What a CloudEvent must say, but for the clock on the wall."""
    event = EVENTS[position]
    number = getattr(event, "negotiation", None)
    said = {
        "specversion": "1.0",
        "id": str(position),
        "source": f"/runs/{run}",
        "type": type_name(type(event)),
        "time": EPOCH + timedelta(milliseconds=event.at_ms),
        "sequence": f"{position:012}",
        "datacontenttype": "application/json",
    }
    return said if number is None else said | {"subject": f"negotiation/{number}"}


def test_schema_names_each_attribute_that_is_sent() -> None:
    sent = json.loads(cloudevents.Envelope("a", EPOCH).around(7, encode([EVENTS[7]]).rstrip()))
    assert sent.keys() <= cloudevents.SCHEMA["properties"].keys()


def holds(event: CloudEvent, run: str, position: int) -> bool:
    attributes = event.get_attributes()
    recorded = datetime.fromisoformat(attributes.pop("recordedtime"))
    data = json.loads(encode([EVENTS[position]]))
    return (attributes, event.get_data(), recorded > EPOCH) == (expected(run, position), data, True)


def test_a_page_of_events_comes_as_a_batch_where_it_is_asked_for(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS)
    path, position = f"/runs/{run}/events?limit=150", 0
    while path:
        answer = client.get(path, headers={"Accept": BATCH})
        assert (answer.headers["content-type"], answer.headers["vary"]) == (BATCH, "Accept")
        for each in answer.json():
            assert holds(read(json.dumps(each)), run, position)
            position += 1
        path = answer.links.get("next", {}).get("url", "")
    assert position == len(EVENTS)
    assert client.get(f"/runs/{run}/events").headers["vary"] == "Accept"


def test_the_data_of_all_are_the_log(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS)
    batch = client.get(f"/runs/{run}/events?limit=500", headers={"Accept": BATCH}).content
    data = [each.data for each in msgspec.json.decode(batch, type=list[Carried])]
    assert b"".join(bytes(line) + b"\n" for line in data) == encode(EVENTS)


class Carried(msgspec.Struct):
    data: msgspec.Raw


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        (BATCH, True),
        (f"application/json;q=0.5, {BATCH}", True),
        (f"application/json, {BATCH};q=0.5", False),
        (f"{BATCH};q=0", False),
        (f"{BATCH};q=nonsense", False),
        (f"{BATCH.upper()} ; q=0.9, */*", True),
    ],
)
def test_plain_json_comes_unless_batches_are_preferred(accept: str, wanted: bool) -> None:
    assert cloudevents.are_asked_for(accept) is wanted


def test_every_event_that_is_about_an_object_has_a_subject() -> None:
    names = {type_name(event_type) for event_type in EVENT_TYPES}
    assert cloudevents.SUBJECT_FIELDS["agreement.signed"] == "negotiation"
    assert cloudevents.SUBJECT_FIELDS["stand.placed"] == "organisation"
    assert cloudevents.SUBJECT_FIELDS["viewer.joined"] == "viewer"
    assert {"fair.opened", "pages.viewed", "zones.counted"} <= names - set(cloudevents.SUBJECT_FIELDS)


@contextmanager
def streaming(
    client: httpx.Client, run: str, query: str = "", offered: Any = ("cloudevents.json",)
) -> Iterator[ClientConnection]:
    address = f"{str(client.base_url).replace('http', 'ws', 1)}/runs/{run}/events/live{query}"
    with connect(address, subprotocols=offered, open_timeout=10) as connection:
        yield connection


def test_a_tap_from_beyond_the_head_is_refused(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 100)
    with streaming(client, run, "?first=100"):
        pass
    with pytest.raises(InvalidStatus) as refused, streaming(client, run, "?first=101"):
        pass
    answer = json.loads(refused.value.response.body)
    assert (refused.value.response.status_code, answer["head"]) == (409, 100)


def test_a_tap_streams_from_any_position_to_the_end(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 100)
    with streaming(client, run, "?first=40") as connection:
        assert connection.subprotocol == "cloudevents.json"
        for position in range(40, 100):
            assert holds(read(connection.recv(timeout=10)), run, position)
        send_all(client, run, EVENTS, 100, size=70)
        for position in range(100, 500):
            assert holds(read(connection.recv(timeout=10)), run, position)
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=10)
    assert closed.value.rcvd.code == 1000


def test_a_tap_begins_at_the_head_where_no_position_is_named(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 100)
    with streaming(client, run) as connection:
        send(client, run, EVENTS, 100, 101)
        assert holds(read(connection.recv(timeout=10)), run, 100)


def test_a_client_that_does_not_read_is_not_waited_for(client: httpx.Client) -> None:
    run, events = begin(client), example(20_000)
    with streaming(client, run, "?first=0") as idle:
        send_all(client, run, events, size=5_000)
        assert client.get(f"/runs/{run}").json()["head"] == len(events)
        ids = [json.loads(idle.recv(timeout=10))["id"] for _ in range(len(events))]
    assert ids == [str(position) for position in range(len(events))]


def test_taps_that_are_refused_tell_why(client: httpx.Client, run: str) -> None:
    told = []
    for path, query, offered in (
        (run + "x", "", ["cloudevents.json"]),
        (run, "", None),
        (run, "", ["cloudevents.avro"]),
        (run, "?first=-1", ["cloudevents.json"]),
    ):
        with pytest.raises(InvalidStatus) as refused, streaming(client, path, query, offered):
            pass
        answer = refused.value.response
        assert answer.headers["content-type"] == "application/problem+json"
        told.append((answer.status_code, json.loads(answer.body)["detail"].partition(";")[0]))
    assert told == [
        (404, f"there is no run {run}x"),
        (400, f"/runs/{run}/events/live speaks the WebSocket subprotocol cloudevents.json only"),
        (400, f"/runs/{run}/events/live speaks the WebSocket subprotocol cloudevents.json only"),
        (422, "query.first is '-1'"),
    ]


def test_a_tap_takes_no_messages(client: httpx.Client, run: str) -> None:
    with streaming(client, run) as connection:
        connection.send("{}")
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=10)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (
        event_stream.POLICY_VIOLATION,
        "the event stream takes no messages; send events by POST",
    )


@given(
    st.integers(-2_000_000_000_000_000, 7_000_000_000_000_000).map(lambda us: EPOCH + timedelta(microseconds=us)),
    st.just(UTC) | st.timezones(),
    st.lists(st.integers(0, 100 * 366 * 86_400_000) | st.integers(0, 5_000), min_size=1),
)
def test_a_moment_is_written_as_the_library_does(epoch: datetime, zone: tzinfo, moments: list[int]) -> None:
    epoch = epoch.astimezone(zone)
    clock = cloudevents._Clock(epoch)
    for at_ms in moments:
        assert clock.text(at_ms).decode() == moment_at(epoch, at_ms).isoformat(timespec="milliseconds")


def test_an_event_about_nobody_known_has_no_subject() -> None:
    envelope = cloudevents.Envelope("of-the-public", EPOCH)
    for organisation, subject in ((None, None), (3, "organisation/3")):
        event = EntryBookedOut(at_ms=0, organisation=organisation, economy="CN")
        carried = envelope.around(0, encode([event]).rstrip())
        assert read(carried).get_subject() == subject

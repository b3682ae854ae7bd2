"""CloudEvents' own SDK for Python as a client over HTTP: binary, structured, batched, and with `data_base64`."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
from cloudevents.core.bindings.http import HTTPMessage, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from tests.cloudfair.api.test_cloudevents_in import BATCH, NOON, entered

NAMES = ["plain", "a b", "50%", "100%25", '"quoted"', 'in "side"', "公平", "é", "a/b?c#d", "back\\slash", "~!@^&*()"]
"""Of events: each must stay another event, in every mode."""


def event(name: str, number: int, data: Any = None, **attributes: Any) -> CloudEvent:
    """Return an event of a badge reader as the SDK has it."""
    fields = entered(number)
    written = fields.pop("data")
    fields |= {"id": name, "source": f"/gates/{name}", "time": NOON + timedelta(seconds=number)} | attributes
    return CloudEvent(fields, written if data is None else data)


def send(client: httpx.Client, run: str, message: HTTPMessage) -> httpx.Response:
    return client.post(f"/runs/{run}/cloudevents?replay=true", content=message.body, headers=message.headers)


def test_each_mode_knows_the_events_of_the_others(client: httpx.Client, badges: str) -> None:
    for number, name in enumerate(NAMES):
        for write, taken in ((to_binary_event, 1), (to_structured_event, 0), (to_binary_event, 0)):
            answer = send(client, badges, write(event(name, number)))
            assert (answer.status_code, answer.json().get("taken")) == (200, taken), (name, answer.text)
    batch = [json.loads(to_structured_event(event(name, number)).body) for number, name in enumerate(NAMES)]
    answer = client.post(
        f"/runs/{badges}/cloudevents?replay=true", content=json.dumps(batch), headers={"Content-Type": BATCH}
    )
    assert answer.json()["known"] == len(NAMES)
    events = client.get(f"/runs/{badges}/events").json()["events"][1:]
    assert [one["visitor"] for one in events] == list(range(len(NAMES)))


def test_data_of_bytes_is_the_same_as_data_of_json(client: httpx.Client, badges: str) -> None:
    data = json.dumps(entered(3)["data"]).encode()
    message = to_structured_event(event("bytes", 3, data, datacontenttype="application/octet-stream"))
    assert "data_base64" in json.loads(message.body)
    answer = send(client, badges, message)
    assert (answer.status_code, answer.json().get("taken")) == (200, 1), answer.text
    batch = [json.loads(to_structured_event(event(f"b{n}", n, data)).body) for n in (4, 5)]
    answer = client.post(
        f"/runs/{badges}/cloudevents?replay=true", content=json.dumps(batch), headers={"Content-Type": BATCH}
    )
    assert answer.json()["taken"] == 2, answer.text
    assert [one["visitor"] for one in client.get(f"/runs/{badges}/events").json()["events"][1:]] == [3, 3, 3]

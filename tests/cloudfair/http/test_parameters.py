"""A parameter or field that a route would not read is refused: the answer would be of another question."""

from __future__ import annotations

import re

import httpx
import pytest
from tests.cloudfair.example import example, send_all
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol


@pytest.mark.parametrize(
    ("question", "detail"),
    [
        ("snapshot?att=5000", "query.att is unknown; leave it out"),
        ("snapshot?at_ms=5000", "query.at_ms is unknown; leave it out"),
        ("snapshot?at=1000&at=2000", "query.at: it is there 2 times; send it once"),
        (
            "events?first=3&frist=5&limit=1&limit=2",
            "query.frist is unknown; leave it out. query.limit: it is there 2 times; send it once",
        ),
        ("organisations?economy=US&economy=CN", "query.economy: it is there 2 times; send it once"),
        ("schedule.json?AT=1000", "query.AT is unknown; leave it out"),
    ],
)
def test_parameter_that_is_not_read_is_refused(client: httpx.Client, run: str, question: str, detail: str) -> None:
    send_all(client, run, example(20))
    answer = client.get(f"/runs/{run}/{question}")
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)


def test_events_with_an_unknown_parameter_are_not_taken(client: httpx.Client, run: str) -> None:
    answer = client.post(f"/runs/{run}/events", params={"first": 0, "fair_pace": "max"}, content=b"")
    assert (answer.status_code, answer.json()["detail"]) == (422, "query.fair_pace is unknown; leave it out")


def test_every_route_but_those_of_health_refuses_what_it_does_not_read(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    routes = [(method, path) for path, item in paths.items() for method in item]
    ours = [(method, path) for method, path in routes if "health" not in paths[path][method]["tags"]]
    assert len(ours) > 40
    for method, path in ours:
        answer = client.request(method, re.sub(r"{\w+}", "0", path), params={"nonsense": 1})
        assert (answer.status_code, "query.nonsense is unknown" in answer.text) == (422, True), path


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/runs", '{"scenario": "a", "seed": 1, "version": "1", "seed": 2}', "seed"),
        ("/runs", '{"scenario": "a", "seed": 1, "version": "1", "request": {"days": [{"n": 1, "n": 1}]}}', "n"),
        ("/runs/{run}/commands", '{"kind": "speed", "speed": 1, "speed": 2}', "speed"),
        ("/runs/{run}/query", '{"sql": "select 1", "sql": "select 2"}', "sql"),
    ],
)
def test_body_with_a_field_twice_is_refused(client: httpx.Client, run: str, path: str, body: str, field: str) -> None:
    answer = client.post(path.format(run=run), content=body)
    detail = f"body.{field}: it is there twice; send it once"
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)


def test_socket_with_an_unknown_parameter_is_refused(client: httpx.Client, run: str) -> None:
    url = f"{client.base_url.copy_with(scheme='ws')}/runs/{run}/live?att=5"
    with pytest.raises(InvalidStatus) as refused, connect(url, subprotocols=[Subprotocol("cloudfair")]):
        pass
    assert (refused.value.response.status_code, b"query.att is unknown" in refused.value.response.body) == (422, True)

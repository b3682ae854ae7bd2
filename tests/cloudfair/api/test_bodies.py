"""JSON bodies, whatever they are of: nothing in them is taken for what it is not."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.cloudfair.example import NEW_RUN


@pytest.mark.parametrize(
    "path", ["/runs", "/runs/RUN/cloudevents", "/runs/start", "/runs/RUN/commands", "/runs/RUN/query"]
)
def test_body_that_is_read_as_it_is_may_not_be_compressed(client: httpx.Client, run: str, path: str) -> None:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = client.post(path.replace("RUN", run), content=b"{}", headers=headers)
    assert (answer.status_code, answer.headers["accept-encoding"], answer.json()["detail"]) == (
        415,
        "identity",
        "Content-Encoding is gzip; send this body as it is",
    )


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"seed": True}, "body.seed is True; it should be a valid integer"),
        ({"seed": "7"}, "body.seed is '7'; it should be a valid integer"),
        ({"scale": "0.5"}, "body.scale is '0.5'; it should be a valid number"),
        ({"scale": True}, "body.scale is True; it should be a valid number"),
        ({"version": 1}, "body.version is 1; it should be a valid string"),
    ],
)
def test_values_of_another_type_are_refused(client: httpx.Client, wrong: dict[str, Any], detail: str) -> None:
    answer = client.post("/runs", json=NEW_RUN | wrong)
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)
    assert client.post("/runs", json=NEW_RUN | {"scale": 1}).status_code == 201

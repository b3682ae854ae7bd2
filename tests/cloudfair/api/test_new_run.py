"""Runs that begin: what is stored of them, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.cloudfair.api.test_intake import problem_of
from tests.cloudfair.example import NEW_RUN


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scenario": "../etc"}, "body.scenario"),
        ({"seed": -1}, "body.seed"),
        ({"seed": 2**53}, "body.seed"),
        ({"seed": 2**63}, "body.seed"),
        ({"replication": 2**53}, "body.replication"),
        ({"scale": 0}, "body.scale"),
        ({"version": "1\x00"}, "body.version"),
        ({"sceanrio": "x"}, "body.sceanrio"),
    ],
)
def test_run_that_cannot_be_kept_is_refused_by_its_field(
    client: httpx.Client, change: dict[str, Any], field: str
) -> None:
    answer = client.post("/runs", json=NEW_RUN | change)
    assert (answer.status_code, [fault["field"] for fault in problem_of(answer)["errors"]]) == (422, [field])


def test_new_run_is_at_the_address_of_its_answer(client: httpx.Client) -> None:
    answer = client.post("/runs", json=NEW_RUN)
    assert client.get(answer.headers["Location"]).json()["id"] == answer.json()["run"]


def test_log_that_is_there_already_may_have_a_larger_seed(client: httpx.Client) -> None:
    largest = {"seed": 2**63 - 1, "replication": 2**63 - 1}
    run = client.post("/runs?imported=true", json=NEW_RUN | largest).raise_for_status().json()["run"]
    assert {name: client.get(f"/runs/{run}").json()[name] for name in largest} == largest
    assert client.post("/runs?imported=true", json=NEW_RUN | {"seed": 2**63}).status_code == 422
    assert client.post("/runs", json=NEW_RUN | {"seed": 2**53 - 1}).status_code == 201


def test_run_with_more_than_a_mebibyte_to_say_is_refused(client: httpx.Client) -> None:
    answer = client.post("/runs", json=NEW_RUN | {"request": "x" * 1024 * 1024})
    detail = "the body is over 1048576 bytes; send less at a time"
    assert (answer.status_code, problem_of(answer)["detail"]) == (413, detail)

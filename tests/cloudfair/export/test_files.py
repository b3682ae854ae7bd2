"""The Parquet files of a run are fetched, and no other file."""

from __future__ import annotations

import httpx
import pytest
from tests.cloudfair.example import send_all
from tests.cloudfair.export.test_sql import EVENTS, ended

from fairfacts.events import EVENT_TYPES, type_name


def test_a_run_that_has_not_ended_has_no_files_yet(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS[:100])
    for answered in (
        client.get(f"/runs/{run}/parquet"),
        client.get(f"/runs/{run}/parquet/run.started.parquet"),
    ):
        assert (answered.status_code, answered.json()["detail"].partition(";")[0]) == (
            409,
            f"run {run} goes on: its log stands at event 100, and files are made of a whole one",
        )


def test_files_are_listed_and_fetched_whole_or_in_part(client: httpx.Client) -> None:
    run = ended(client)
    files = client.get(f"/runs/{run}/parquet").json()["files"]
    assert [file["table"] for file in files] == [type_name(event_type) for event_type in EVENT_TYPES]
    file = next(file for file in files if file["table"] == "negotiation.ended")
    whole = client.get(file["href"])
    assert (whole.headers["content-type"], len(whole.content)) == ("application/vnd.apache.parquet", file["bytes"])
    assert client.head(file["href"]).headers["content-length"] == str(file["bytes"])
    part = client.get(file["href"], headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"PAR1")
    head = client.head(file["href"], headers={"Range": "bytes=0-3"})
    assert (head.status_code, head.headers["content-length"]) == (200, str(file["bytes"]))


@pytest.mark.parametrize("file", ["negotiation.request.parquet", "..%2F..%2Ffair.db", "%2Fetc%2Fpasswd", "secret.csv"])
def test_no_other_file_is_fetched(client: httpx.Client, file: str) -> None:
    answered = client.get(f"/runs/{ended(client)}/parquet/{file}")
    assert (answered.status_code, answered.headers["content-type"]) == (404, "application/problem+json")


def test_a_run_that_is_unknown_makes_no_folder(client: httpx.Client) -> None:
    assert client.get("/runs/..%2F..%2Fetc/parquet").status_code == 404
    assert client.get("/runs/.../parquet").status_code == 404

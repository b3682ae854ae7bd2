"""What Prometheus is told, read as Prometheus reads it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.cloudfair.api.test_outlook import OUTAGE
from tests.cloudfair.conftest import served
from tests.cloudfair.example import begin, example, send, send_all
from tests.cloudfair.export.test_cloudevents import streaming
from websockets.sync.client import connect

from cloudfair.feed import watcher
from cloudfair.http import metrics
from cloudfair.settings import Settings

EVENTS = example(500)
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scraped(client: httpx.Client) -> Samples:
    answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, metrics.MEDIA_TYPE)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture
def alone(tmp_path: Path) -> httpx.Client:
    with served(Settings(database=str(tmp_path / "fair.db"))) as url, httpx.Client(base_url=url) as client:
        yield client


def test_runs_and_their_events_are_counted(alone: httpx.Client) -> None:
    ended, running = begin(alone), begin(alone)
    send_all(alone, ended, EVENTS)
    send(alone, running, EVENTS, 0, 100)
    send(alone, running, EVENTS, 0, 100)  # the same batch again is not counted again
    told = scraped(alone)
    assert told["cloudfair_runs", (("state", "ended"),)] == 1
    assert told["cloudfair_runs", (("state", "running"),)] == 1
    assert told["cloudfair_events_taken_in_total", ()] == 600
    assert told["cloudfair_run_events", (("run", running),)] == 100
    assert told["cloudfair_run_unfolded_events", (("run", running),)] == 0
    assert told["cloudfair_run_simulated_seconds", (("run", running),)] == 99
    assert 0 < told["cloudfair_run_lag_seconds", (("run", running), ("stage", "intake_to_fold"))] < 10
    assert ("cloudfair_run_lag_seconds", (("run", running), ("stage", "model_to_intake"))) not in told


def test_requests_are_timed_by_their_route(alone: httpx.Client) -> None:
    run = begin(alone)
    for _ in range(3):
        alone.get(f"/runs/{run}")
    alone.get("/runs/nothing")
    alone.get("/nothing")
    alone.request("PROPFIND", "/runs")
    told = scraped(alone)

    def count(method: str, route: str, status: int) -> float:
        labels = (("method", method), ("route", route), ("status", str(status)))
        return told["cloudfair_request_seconds_count", labels]

    assert (count("POST", "/runs", 201), count("GET", "/runs/{run}", 200), count("GET", "/runs/{run}", 404)) == (
        1,
        3,
        1,
    )
    assert any(name == "cloudfair_request_seconds_count" and ("method", "other") in labels for name, labels in told)
    assert not any("nothing" in value or "PROPFIND" in value for _, labels in told for _, value in labels)


def test_open_sockets_are_counted_and_refused_ones_are_not(alone: httpx.Client) -> None:
    run, labels = begin(alone), (("route", "/runs/{run}/events/live"),)
    with streaming(alone, run), streaming(alone, run):
        assert scraped(alone)["cloudfair_sockets", labels] == 2
    with pytest.raises(Exception, match="HTTP 400"), streaming(alone, run, offered=None):
        pass
    while scraped(alone)["cloudfair_sockets", labels]:  # a closed socket is noticed a moment later
        pass


def test_queries_are_timed_by_their_outcome(alone: httpx.Client) -> None:
    run = begin(alone)
    send_all(alone, run, EVENTS)
    for sql in ("select 1", "select 2", "drop view x"):
        alone.post(f"/runs/{run}/query", json={"sql": sql})
    told = scraped(alone)
    assert told["cloudfair_query_seconds_count", (("outcome", "answered"),)] == 2
    assert told["cloudfair_query_seconds_count", (("outcome", "refused"),)] == 1


def test_every_metric_is_in_the_list(alone: httpx.Client) -> None:
    send_all(alone, begin(alone), EVENTS)
    families = [family.name for family in text_string_to_metric_families(alone.get("/metrics").text)]
    assert metrics.__doc__
    for name in families:
        listed = "process_*" if name.startswith("process_") else name
        assert f"| `{listed}" in metrics.__doc__, name


@pytest.mark.parametrize("path", ["runs/{run}/live", "runs/{run}/against/{run}/live"])
def test_the_way_of_frames_to_watchers_is_timed(
    alone: httpx.Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(watcher, "HEARTBEAT_S", 0.05)
    run = begin(alone)
    send(alone, run, EVENTS, 0, 100)
    with connect(f"{str(alone.base_url).replace('http', 'ws', 1)}/{path.format(run=run)}") as feed:
        feed.send(json.dumps({"type": "subscribe"}))
        while json.loads(feed.recv(timeout=10))["type"] != "snapshot":
            pass
        while json.loads(feed.recv(timeout=10))["type"] != "heartbeat":
            pass
        told = scraped(alone)
    assert told["cloudfair_frame_seconds_count", ()] >= 1
    assert 0 < told["cloudfair_frame_seconds_sum", ()] < 10 * told["cloudfair_frame_seconds_count", ()]


def test_what_is_damaged_is_a_metric_and_hides_no_other(alone: httpx.Client, tmp_path: Path) -> None:
    run, other = begin(alone, OUTAGE), begin(alone)
    send(alone, run, OUTAGE).raise_for_status()
    head = {"first": len(OUTAGE)}
    alone.post(f"/runs/{run}/events", params=head, headers={"Fair-Pace": "max"}).raise_for_status()
    assert alone.post(f"/runs/{run}/commands", json={"kind": "pause"}).status_code == 201
    with contextlib.closing(sqlite3.connect(tmp_path / "fair.db")) as database, database:
        database.execute("UPDATE command SET body = 'x'")
        database.execute("UPDATE run SET version = 'x' WHERE id = ?", (other,))
    told = scraped(alone)
    assert {labels for name, labels in told if name == "cloudfair_damaged"} == {
        (("run", run), ("table", "command")),
        (("run", other), ("table", "run")),
    }
    assert told["cloudfair_database_up", ()] == 1
    assert told["cloudfair_runs", (("state", "running"),)] == 1
    assert told["cloudfair_run_events", (("run", run),)] == len(OUTAGE)
    alarm = (("alarm", "platform.capacity"), ("answer", "unknown"), ("run", run), ("state", "over"))
    assert told["cloudfair_run_alarms", alarm] == 1


def test_database_that_does_not_answer_is_a_metric_and_hides_no_other(alone: httpx.Client, tmp_path: Path) -> None:
    run = begin(alone)
    send(alone, run, EVENTS, 0, 100)
    (tmp_path / "fair.db").rename(tmp_path / "gone.db")
    told = scraped(alone)
    assert told["cloudfair_database_up", ()] == 0
    assert told["cloudfair_run_events", (("run", run),)] == 100
    assert told["cloudfair_events_taken_in_total", ()] == 100

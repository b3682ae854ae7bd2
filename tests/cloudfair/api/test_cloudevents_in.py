"""A badge reader's CloudEvents, made by the CloudEvents SDK, become a run of their own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from tests.cloudfair.api.conftest import BADGES
from tests.cloudfair.conftest import served
from tests.cloudfair.example import begin, digest_of, example, send_all

from cloudfair.projections.live import measures_of
from cloudfair.settings import Settings
from cloudfair.store.log import Log
from fairfacts.auditor import Auditor
from fairfacts.events import decode

BATCH = "application/cloudevents-batch+json"
BEIJING = timezone(timedelta(hours=8))
NOON = datetime(2020, 9, 5, 12, tzinfo=BEIJING)
REPLAY = {"replay": "true"}
"""The reader's day is years ago."""


def entered(number: int, after_s: float = 0, **changes: Any) -> dict[str, Any]:
    """What a reader says of a visitor."""
    return {
        "specversion": "1.0",
        "id": f"read-{number}",
        "source": "/gates/2",
        "type": "org.example.badges.visitor.entered",
        "time": (NOON + timedelta(seconds=after_s)).isoformat(),
        "data": {
            "visitor": number,
            "organisation": number % 7,
            "economy": "CN",
            "gate": 2,
            "waited_ms": 1500,
            "checked_ms": 800,
        },
    } | changes


def post(client: httpx.Client, run: str, events: list[dict[str, Any]], **params: Any) -> httpx.Response:
    return client.post(
        f"/runs/{run}/cloudevents", content=json.dumps(events), headers={"Content-Type": BATCH}, params=REPLAY | params
    )


def test_a_batch_becomes_the_log_of_a_run(client: httpx.Client, badges: str) -> None:
    taken = post(client, badges, [entered(1), entered(2, 3), entered(0, -60)], days=5).json()
    events = client.get(f"/runs/{badges}/events").json()["events"]
    assert (taken["taken"], taken["known"], taken["next"]) == (3, 0, 4)
    assert events[0].pop("fair")["days"] == 0, "a source does not describe its fair"
    assert events[0] | {"parameters_sha256": ""} == {
        "type": "run.started",
        "at_ms": 0,
        "scenario": "badges",
        "seed": 0,
        "replication": 0,
        "scale": 1.0,
        "version": "reader-1",
        "parameters_sha256": "",
        "epoch": "2020-09-05T00:00:00+08:00",
        "duration_ms": 5 * 86_400_000,
        "inputs": [],
        "calibrated": [],
    }
    assert [(event["type"], event["visitor"], event["at_ms"]) for event in events[1:]] == [
        ("visitor.entered", 0, 43_140_000),
        ("visitor.entered", 1, 43_200_000),
        ("visitor.entered", 2, 43_203_000),
    ]
    measures = client.get(f"/runs/{badges}/snapshot").json()["measures"]
    assert (measures["venue"]["inside"], measures["run"]["scenario"]) == (3, "badges")


def test_a_run_of_events_that_others_send_says_how_it_ends_and_ends_so(client: httpx.Client, badges: str) -> None:
    """It named `fair run --resume`, which refuses such a run."""
    post(client, badges, [entered(1)])
    paths = [f"/runs/{badges}/parquet", f"/runs/{badges}/counts"]
    for refused in map(client.get, paths):
        assert refused.status_code == 409
        assert refused.json()["detail"].endswith(
            "; it ends with the event run.ended: whoever sends its events sends that as the last"
        )
    end = {name: value for name, value in entered(2, 60, type="run.ended").items() if name != "data"}
    assert post(client, badges, [end]).json()["taken"] == 1
    assert [client.get(path).status_code for path in ("/runs/" + badges, *paths)] == [200, 200, 200]
    assert client.get(f"/runs/{badges}").json()["state"] == "ended"


def test_the_same_again_changes_nothing_and_what_is_new_is_taken_in(client: httpx.Client, badges: str) -> None:
    first = post(client, badges, [entered(1), entered(2, 1)]).json()
    again = post(client, badges, [entered(1), entered(2, 1)]).json()
    assert again == first | {"taken": 0, "known": 2}
    more = post(client, badges, [entered(2, 1), entered(3, 2), entered(3, 2)]).json()
    assert (more["taken"], more["known"], more["next"]) == (1, 2, 4)
    elsewhere = post(client, badges, [entered(3, 2, source="/gates/3")]).json()
    assert (elsewhere["taken"], elsewhere["next"]) == (1, 5)


def test_what_was_taken_in_is_known_after_a_restart(database: str) -> None:
    with served(Settings(database=database)) as url, httpx.Client(base_url=url) as client:
        run = client.post("/runs", json=BADGES).json()["run"]
        first = post(client, run, [entered(number, number) for number in range(600)]).json()
    with served(Settings(database=database)) as url, httpx.Client(base_url=url) as client:
        again = post(client, run, [entered(number, number) for number in range(601)]).json()
    assert (first["taken"], again["taken"], again["known"], again["next"]) == (600, 1, 600, 602)


def test_the_sdk_sends_them_one_by_one_in_both_modes(client: httpx.Client, badges: str) -> None:
    for number, write in enumerate((to_structured_event, to_binary_event)):
        said = entered(number, number)
        data = said.pop("data")
        message = write(CloudEvent(said | {"time": NOON + timedelta(seconds=number)}, data))
        answer = client.post(f"/runs/{badges}/cloudevents?replay=true", content=message.body, headers=message.headers)
        assert (answer.status_code, answer.json()["taken"]) == (200, 1), answer.text
    assert client.get(f"/runs/{badges}").json()["head"] == 3


def test_a_run_of_ours_is_taken_over_whole_with_its_digest(client: httpx.Client, run: str) -> None:
    events = example(300)
    send_all(client, run, events)
    other, path = begin(client), f"/runs/{run}/events?limit=70"
    while path:
        page = client.get(path, headers={"Accept": BATCH})
        taken = client.post(f"/runs/{other}/cloudevents", content=page.content, headers={"Content-Type": BATCH})
        assert taken.status_code == 200, taken.text
        path = page.links.get("next", {}).get("url", "")
    assert (taken.json()["digest"], client.get(f"/runs/{other}").json()["state"]) == (digest_of(events), "ended")


def test_a_run_of_badges_obeys_the_laws(client: httpx.Client, badges: str) -> None:
    registered = {"organisation": 0, "kind": "enterprise", "economy": "CN", "economy_rank": 1, "sector": "finance",
                  "delegates": 9, "exhibits": False}  # fmt: skip
    opened = {"cap": 100, "lanes": [1, 1, 1], "last_entry_ms": 57_600_000, "closes_ms": 61_200_000}
    said = [
        entered(100, -3, type="organisation.registered", data=registered),
        entered(101, -2, type="venue.opened", data=opened),
        entered(0, 0),
        entered(102, 60, type="visitor.left",
                data={"visitor": 0, "organisation": 0, "economy": "CN", "stayed_ms": 60_000}),
    ]  # fmt: skip
    assert post(client, badges, said).status_code == 200
    log = client.get(f"/runs/{badges}/events").json()["events"]
    auditor = Auditor()
    auditor.handle(decode(b"".join(json.dumps(event).encode() + b"\n" for event in log)))
    assert auditor.close(ended=False) == []


@pytest.mark.parametrize(
    ("events", "detail"),
    [
        ([entered(1, time=None)], "it is not a CloudEvent: time: it is empty, and a moment is wanted"),
        ([entered(1), {"specversion": "1.0"}], "it is not a CloudEvent: the event: id is missing; give it"),
        ([entered(1, specversion="0.3")], "it is not a CloudEvent: specversion: '0.3' is none of those that are"),
        ([entered(1, time="2020-09-05T12:00:00")], "it is not a CloudEvent: time: it has no offset; write it like"),
        ([entered(1, type="badge.read")], ": type is badge.read, and nothing of ours is called so"),
        ([entered(1, type="visitor.enterd")], ": type is visitor.enterd, and nothing of ours is called so"),
        (
            [entered(1, data={"visitor": 1, "gate": 2})],
            "is not a visitor.entered (at_ms, visitor, organisation, economy, gate, waited_ms, checked_ms, badge,"
            " delegate): the event: organisation is missing; give it",
        ),
        ([entered(1, data=entered(1)["data"] | {"door": 3})], "the event: door is no key of it; leave it out"),
        ([entered(1, data=entered(1)["data"] | {"gate": -1})], "gate: it is out of range; at least 0 is allowed"),
        ([entered(1, time="0001-01-01T00:00:00Z")], ": time is 0001-01-01T00:00:00+00:00, which a clock shows that"),
        ([entered(1, time="0001-01-01T00:00:00+08:00")], "0001-01-01T00:00:00+08:00, which a clock shows that"),
        ([entered(1, time="3000-01-01T00:00:00Z")], ": time: epoch is '3000-01-01T00:00:00+00:00'"),
        ([entered(1, time="9999-12-31T23:59:59-08:00")], ": time: epoch is '9999-12-31T00:00:00-08:00'"),
        ([entered(1), entered(2, time="0001-01-01T00:00:00+08:00")], "which a clock shows that"),
        (
            [entered(1), entered(2, time="9999-12-31T23:59:59-08:00")],
            "after the run's end at 2020-09-06T00:00:00+08:00",
        ),
        ([entered(1), entered(2, 86_400 * 366 * 101)], "after the run's end at 2020-09-06T00:00:00+08:00"),
        ([entered(1), entered(2, 86_400)], "after the run's end at 2020-09-06T00:00:00+08:00; correct the time, or"),
        ([entered(1, 86_400 * 365 * 50)], "ahead of the server's clock, which shows 2"),
        ([entered(1), entered(2, 86_400 * 365 * 50)], "after the run's end at 2020-09-06T00:00:00+08:00"),
        ([entered(1, data_base64="e30=")], "data_base64: data and data_base64 exclude each other"),
        ([{k: v for k, v in entered(1).items() if k != "data"} | {"data_base64": "W10="}], "data_base64: it holds no"),
    ],
)
def test_what_cannot_be_mapped_is_told_and_nothing_is_kept(
    client: httpx.Client, badges: str, events: list[dict[str, Any]], detail: str
) -> None:
    refused = post(client, badges, events)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert refused.json()["detail"].startswith(f"event {len(events) - 1} of the batch")
    assert detail in refused.json()["detail"]
    assert client.get(f"/runs/{badges}").json()["head"] == 0


def test_a_late_event_is_refused_or_taken_in_at_the_latest_moment(client: httpx.Client, badges: str) -> None:
    post(client, badges, [entered(1, 60)])
    refused = post(client, badges, [entered(2, 30)])
    assert (refused.status_code, refused.json()["detail"]) == (
        422,
        "event 0 of the batch: time is 2020-09-05T12:00:30+08:00, 30 s before the log's latest event;"
        " send events in the order of their time, or allow late ones (late_s)",
    )
    assert post(client, badges, [entered(2, 30)], late_s=29).status_code == 422
    assert post(client, badges, [entered(2, 30)], late_s=30).json()["taken"] == 1
    assert client.get(f"/runs/{badges}/events?first=2").json()["events"][0]["at_ms"] == 43_260_000


def test_other_bodies_are_refused(client: httpx.Client, badges: str) -> None:
    path = f"/runs/{badges}/cloudevents?replay=true"
    answers = [
        client.post(path, content="[]", headers={"Content-Type": "text/plain"}),
        client.post(path, content="{}", headers={"Content-Type": "application/json"}),
        client.post(path, content="{", headers={"Content-Type": BATCH}),
        client.post(path, content='{"id": 1}', headers={"Content-Type": BATCH}),
    ]
    assert [answer.status_code for answer in answers] == [415, 415, 400, 400]
    assert answers[0].json()["detail"].startswith("Content-Type is text/plain; send application/cloudevents+json, ")
    assert post(client, badges, []).json() | {"digest": ""} == {
        "run": badges, "taken": 0, "known": 0, "reordered": 0, "next": 0, "digest": "",
    }  # fmt: skip


def test_two_backends_on_one_database_number_them_one_after_the_other(database: str) -> None:
    with served(Settings(database=database)) as one, served(Settings(database=database)) as two:
        run = httpx.post(f"{one}/runs", json=BADGES).json()["run"]
        for number in range(10):
            with httpx.Client(base_url=(one, two)[number % 2]) as client:
                assert post(client, run, [entered(number, number)], late_s=60).json()["next"] == number + 2
    log = Log.open(database)
    assert measures_of(log, run).snapshot()["venue"]["inside"] == 10
    log.close()


def test_times_of_other_zones_are_the_same_moments(client: httpx.Client, badges: str) -> None:
    post(client, badges, [entered(1)])
    post(client, badges, [entered(2, time=(NOON + timedelta(seconds=9)).astimezone(UTC).isoformat())])
    assert client.get(f"/runs/{badges}/events?first=2").json()["events"][0]["at_ms"] == 43_209_000


def test_event_of_the_far_future_does_not_lock_out_later_ones(client: httpx.Client, badges: str) -> None:
    assert post(client, badges, [entered(0, 86_400 * 365 * 50)]).status_code == 422
    assert post(client, badges, [entered(1)], days=3).json()["taken"] == 1
    assert post(client, badges, [entered(2, 86_400 * 365 * 50)]).status_code == 422
    assert post(client, badges, [entered(3, 60)]).json()["taken"] == 1


@pytest.mark.parametrize("unset", ["1970-01-01T00:00:07Z", "1980-01-06T00:00:00Z", "2000-01-01T00:01:00+08:00"])
def test_clock_that_was_never_set_does_not_lock_out_later_events(client: httpx.Client, badges: str, unset: str) -> None:
    refused = post(client, badges, [entered(0, time=unset)])
    assert (refused.status_code, refused.json()["field"]) == (422, "time")
    assert post(client, badges, [entered(1)]).json()["taken"] == 1


def test_event_may_be_ahead_of_the_clock_where_that_is_allowed(client: httpx.Client, badges: str) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert post(client, badges, [entered(0, time=soon)]).status_code == 422
    assert post(client, badges, [entered(0, time=soon)], ahead_s=7_200, days=2).json()["taken"] == 1


@pytest.mark.parametrize(("ago", "days"), [(timedelta(days=700), 1), (timedelta(days=2), 2)])
def test_a_run_that_is_over_begins_only_as_a_replay(
    client: httpx.Client, badges: str, ago: timedelta, days: int
) -> None:
    past, now = ((datetime.now(UTC) - one).isoformat() for one in (ago, timedelta()))
    path, kind = f"/runs/{badges}/cloudevents", {"Content-Type": BATCH}
    refused = client.post(path, json=[entered(1, time=past)], headers=kind, params={"days": days})
    assert "is over by the server's clock" in refused.json()["detail"]
    assert client.get(f"/runs/{badges}").json()["head"] == 0, "the run is there for the right ones"
    assert client.post(path, json=[entered(1, time=now)], headers=kind).json()["taken"] == 1


def test_a_run_that_is_not_over_takes_events_of_its_days_before(client: httpx.Client, badges: str) -> None:
    past = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    path, kind = f"/runs/{badges}/cloudevents?days=3", {"Content-Type": BATCH}
    assert client.post(path, json=[entered(1, time=past)], headers=kind).json()["taken"] == 1
    assert client.post(path, json=[entered(2, time=datetime.now(UTC).isoformat())], headers=kind).json()["taken"] == 1

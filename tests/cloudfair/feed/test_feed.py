"""The live feed, watched by a plain WebSocket client over a real server."""

from __future__ import annotations

import json
import time

import httpx
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.example import begin, digest_of, measures_of, send, send_all
from tests.cloudfair.feed.watching import EVENTS, frames_in, watching
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cloudfair.feed import feed
from cloudfair.settings import Settings
from fairfacts.measures import MEASURES, State


def test_hello_tells_which_feed_it_is_and_where_the_run_stands(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 100)
    with watching(client, run) as watcher:
        hello = watcher.hello
        assert len(hello.pop("feed")) == 8
        assert hello.pop("wall").endswith("+00:00")
        assert hello == {"type": "hello", "protocol": 1, "run": run, "head": 100, "at_ms": 99_000}


def test_snapshot_and_patches_rebuild_the_state(client: httpx.Client, run: str) -> None:
    with watching(client, run) as watcher:
        assert watcher.subscribe(rate_hz=20)["state"] == State().snapshot()
        for first in range(0, 2_000, 250):
            send(client, run, EVENTS, first, first + 250)
            watcher.until(first + 250)
            assert watcher.state == measures_of(EVENTS[: first + 250])
        assert watcher.next("end") == {"type": "end", "digest": digest_of(EVENTS), "position": 2_000}
        with pytest.raises(ConnectionClosed) as closed:
            watcher.receive()
        assert closed.value.rcvd.code == 1000


def test_ended_run_is_a_snapshot_and_its_end(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS)
    with watching(client, run) as watcher:
        assert watcher.subscribe()["state"] == measures_of(EVENTS)
        assert watcher.next("end")["digest"] == digest_of(EVENTS)


def test_watcher_sees_only_the_parts_it_asked_for(client: httpx.Client, run: str) -> None:
    with watching(client, run) as watcher:
        watcher.subscribe(parts=["run", "negotiations.initiated", "negotiations.by_economy", "run.seed"], rate_hz=20)
        send_all(client, run, EVENTS)
        watcher.until(2_000)
        measures = measures_of(EVENTS)
        asked = {name: measures["negotiations"][name] for name in ("initiated", "by_economy")}
        assert watcher.state == {"run": measures["run"], "negotiations": asked}


def test_every_measure_can_be_asked_for(client: httpx.Client, run: str) -> None:
    with watching(client, run) as watcher:
        assert watcher.subscribe(parts=list(MEASURES))["state"] == State().snapshot()


def test_watcher_may_ask_for_something_else(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 100)
    with watching(client, run) as watcher:
        watcher.subscribe(parts=["run.events"])
        assert watcher.subscribe(parts=["negotiations.held"])["type"] == "snapshot"
        assert watcher.state == {"negotiations": {"held": measures_of(EVENTS[:100])["negotiations"]["held"]}}


def test_rate_is_the_watchers(client: httpx.Client, run: str) -> None:
    with watching(client, run) as slow, watching(client, run) as fast:
        slow.subscribe(rate_hz=1)
        fast.subscribe(rate_hz=20)
        stop = time.monotonic() + 2.2
        for first in range(1_990):
            send(client, run, EVENTS, first, first + 1)
            if time.monotonic() > stop:
                break
            time.sleep(0.01)
        slow_frames, fast_frames = frames_in(slow), frames_in(fast)
        assert 1 <= len(slow_frames) <= 3 < len(fast_frames) / 3
        assert sum(frame["merged"] for frame in slow_frames) == slow_frames[-1]["to"]


def test_token_resumes_with_a_patch(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 500)
    with watching(client, run) as watcher:
        watcher.subscribe()
        state, token = watcher.state, watcher.token
    send(client, run, EVENTS, 500, 900)
    with watching(client, run) as watcher:
        watcher.state, watcher.frame = state, 0
        assert watcher.subscribe(resume=token)["type"] == "patch"
        assert (watcher.state, watcher.position) == (measures_of(EVENTS[:900]), 900)
        token = watcher.token
        assert watcher.subscribe(resume=token) == {
            "type": "patch",
            "from": 1,
            "to": 1,
            "position": 900,
            "at_ms": 899_000,
            "patch": {},
            "merged": 0,
            "token": token,
        }


def test_token_of_other_parts_is_reset(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 500)
    one, both = ["negotiations"], ["venue.entered", "negotiations"]
    with watching(client, run) as watcher:
        token = watcher.subscribe(parts=one)["token"]
        reason = "the token is of a subscription to other parts"
        assert watcher.subscribe(parts=both, resume=token) == {"type": "reset", "reason": reason}
        snapshot = watcher.next("snapshot")
        assert snapshot["state"]["venue"]["entered"] == measures_of(EVENTS[:500])["venue"]["entered"]
        assert watcher.subscribe(parts=both[::-1], resume=snapshot["token"])["type"] == "patch"


def test_token_of_a_frame_no_longer_held_is_reset(
    client: httpx.Client, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "HELD_FRAMES", 8)
    with watching(client, run) as watcher:
        token = watcher.subscribe(rate_hz=20)["token"]
        for first in range(10):
            send(client, run, EVENTS, first, first + 1)
            watcher.until(first + 1)
        assert watcher.subscribe(resume=token) == {"type": "reset", "reason": "frame 0 is no longer held"}
        assert watcher.next("snapshot")["state"] == measures_of(EVENTS[:10])


def test_token_is_reset_after_a_restart(sqlite: str) -> None:
    with served(Settings(database=sqlite)) as url, httpx.Client(base_url=url) as client:
        run = begin(client)
        send(client, run, EVENTS, 0, 500)
        with watching(client, run) as watcher:
            token = watcher.subscribe()["token"]
    with (
        served(Settings(database=sqlite)) as url,
        httpx.Client(base_url=url) as client,
        watching(client, run) as watcher,
    ):
        assert watcher.subscribe(resume=token)["reason"].startswith("the token is of another feed")
        assert watcher.next("snapshot")["state"] == measures_of(EVENTS[:500])


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (
            '{"type":"subscribe","parts":["negotiations.initated"]}',
            "parts: negotiations.initated is no path of the snapshot; did you mean negotiations.initiated?",
        ),
        ('{"type":"subscribe","rate_hz":21}', "message not understood: Expected `float` <= 20.0 - at `$.rate_hz`"),
        ('{"type":"subscribe","colour":1}', "message not understood: Object contains unknown field `colour`"),
        ('{"type":"rewind"}', "message not understood: Invalid value 'rewind' - at `$.type`"),
        ("hello", "message not understood: JSON is malformed: invalid character (byte 0)"),
        (b"\xff", "message not understood: JSON is malformed: invalid character (byte 0)"),
    ],
)
def test_message_that_cannot_be_followed_closes_with_the_reason(
    client: httpx.Client, run: str, message: str | bytes, reason: str
) -> None:
    with watching(client, run) as watcher:
        watcher.connection.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            watcher.receive()
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, reason)


def test_unknown_run_and_foreign_page_are_refused_before_the_handshake(client: httpx.Client, run: str) -> None:
    answers = []
    for path, origin in ((run + "x", None), (run, "http://evil.example"), (f"{run}/more", None)):
        with pytest.raises(InvalidStatus) as refused, watching(client, path, origin=origin):
            pass
        answers.append((refused.value.response.status_code, json.loads(refused.value.response.body)["title"]))
    assert answers == [(404, "Not Found"), (403, "Forbidden"), (404, "Not Found")]
    with watching(client, run, origin=str(client.base_url).rstrip("/")) as watcher:
        assert watcher.hello["run"] == run


def test_heartbeats_come_when_nothing_happens(client: httpx.Client, run: str) -> None:
    client.headers["Fair-Emitted-At"] = str(time.time() * 1000 - 5_000)
    send(client, run, EVENTS, 0, 500)
    with watching(client, run) as watcher:
        watcher.subscribe()
        heartbeat = watcher.next("heartbeat")
        lags = heartbeat.pop("lag_ms")
        assert heartbeat.pop("wall")
        assert heartbeat == {"type": "heartbeat", "at_ms": 499_000, "position": 500}
        assert lags.pop("model_to_intake") >= 5_000
        assert all(lag > 0 for lag in lags.values())
        assert set(lags) == {"intake_to_fold", "fold_to_socket"}

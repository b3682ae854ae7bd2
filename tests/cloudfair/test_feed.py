"""The live feed, watched by a plain WebSocket client over a real server."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import Any

import httpx
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.example import begin, digest_of, example, measures_of, send, send_all
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from cloudfair import feed, server
from cloudfair.settings import Settings
from fairfacts.measures import MEASURES, State

EVENTS = example(2_000)
LONG = example(400_000)


class Watching:
    """A client that follows the protocol and rebuilds the state."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.state: Any = None
        self.frame, self.position, self.token = -1, -1, ""
        self.hello = self.receive()

    def receive(self) -> dict[str, Any]:
        """Return the next message, taken in."""
        message = json.loads(self.connection.recv(timeout=10))
        if message["type"] == "snapshot":
            self.state, self.frame = message["state"], message["frame"]
        if message["type"] == "patch":
            assert message["from"] == self.frame
            self.state, self.frame = merged(self.state, message["patch"]), message["to"]
        if message["type"] in ("snapshot", "patch"):
            self.position, self.token = message["position"], message["token"]
        return message

    def next(self, *types: str) -> dict[str, Any]:
        """Return the next message of one of these types; heartbeats may come at any time."""
        while (message := self.receive())["type"] == "heartbeat" not in types:
            pass
        assert message["type"] in types, message
        return message

    def subscribe(self, **fields: Any) -> dict[str, Any]:
        """Subscribe and return the answer."""
        self.say("subscribe", **fields)
        return self.next("snapshot", "patch", "reset")

    def say(self, kind: str, **fields: Any) -> None:
        self.connection.send(json.dumps({"type": kind} | fields))

    def until(self, position: int) -> None:
        """Follow until the state holds this many events."""
        while self.position < position:
            self.next("patch")


def merged(target: Any, patch: Any) -> Any:
    """MergePatch of RFC 7396, section 2, written down from its pseudocode."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merged(target.get(name), value)
    return target


@contextmanager
def watching(client: httpx.Client, run: str, **options: Any) -> Iterator[Watching]:
    url = f"{client.base_url}/runs/{run}/live".replace("http", "ws", 1).replace("//runs", "/runs")
    with connect(url, max_size=None, **options) as connection:
        yield Watching(connection)


def test_watchers_that_are_cut_off_disturb_nobody(
    client: httpx.Client, run: str, caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as watchers:
        cut = [watchers.enter_context(watching(client, run, close_timeout=0)) for _ in range(40)]
        other = watchers.enter_context(watching(client, run))
        for watcher in (*cut, other):
            watcher.subscribe(rate_hz=20)
        for first in range(0, 2_000, 50):
            send(client, run, EVENTS, first, first + 50)
            if cut:
                reset = struct.pack("ii", 1, 0)  # no goodbye: the connection is gone at once
                cut[-1].connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                cut.pop().connection.socket.close()
        other.until(2_000)
        assert other.state == measures_of(EVENTS)
        assert other.next("end")
    assert [record.message for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


def test_hello_tells_which_feed_it_is_and_where_the_run_stands(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 100)
    with watching(client, run) as watcher:
        hello = watcher.hello
        assert len(hello.pop("epoch")) == 8
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


def frames_in(watcher: Watching) -> list[dict[str, Any]]:
    """Return the patches that have come."""
    messages = []
    try:
        while True:
            messages.append(json.loads(watcher.connection.recv(timeout=0)))
    except TimeoutError:
        return [message for message in messages if message["type"] == "patch"]


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
        assert 5_000 <= lags["model_to_intake"] < 10_000
        assert 0 < lags["intake_to_fold"] < 2_000
        assert 0 < lags["fold_to_socket"] < 2_000


def test_watcher_that_acknowledges_late_gets_one_patch_with_all_it_missed(client: httpx.Client, run: str) -> None:
    with watching(client, run) as late, watching(client, run) as prompt:
        late.subscribe(acknowledge=True, rate_hz=20)
        prompt.subscribe(rate_hz=20)
        for first in range(0, 1_000, 100):
            send(client, run, EVENTS, first, first + 100)
            prompt.until(first + 100)
        assert frames_in(late) == []
        late.say("ack", frame=0)
        patch = late.next("patch")
        assert (patch["from"], patch["to"], patch["merged"], late.state) == (0, 10, 10, prompt.state)


def test_watcher_that_is_far_behind_is_sent_a_snapshot_and_holds_no_old_frame(
    client: httpx.Client, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "HELD_FRAMES", 4)
    with watching(client, run) as late, watching(client, run) as back, watching(client, run) as prompt:
        for watcher in (late, back):
            watcher.subscribe(acknowledge=True, rate_hz=20)
        prompt.subscribe(rate_hz=20)
        for first in range(0, 600, 100):
            send(client, run, EVENTS, first, first + 100)
            prompt.until(first + 100)
        late.say("ack", frame=0)
        snapshot = late.next("snapshot")
        assert (snapshot["frame"], late.state) == (6, measures_of(EVENTS[:600]))
        late.say("ack", frame=6)
        send(client, run, EVENTS, 600, 700)
        assert late.next("patch")["from"] == 6
        back.say("seek", at_ms=50_000)
        back.say("ack", frame=0)
        back.next("playback")
        assert back.next("snapshot")["state"] == measures_of(EVENTS[:51])


@contextmanager
def lazily_watching(client: httpx.Client, run: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watching]:
    """Watch without reading on one's own: what was not asked for stays in buffers of a few frames."""
    monkeypatch.setattr(server, "SEND_BUFFER_BYTES", 2_048)
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    small.connect((client.base_url.host, client.base_url.port))
    with watching(client, run, sock=small, max_queue=1, close_timeout=0.2) as watcher:
        yield watcher


def test_backend_does_not_wait_for_a_watcher_that_reads_nothing_when_it_stops(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as watchers:
        with served(Settings(database=sqlite)) as url, httpx.Client(base_url=url) as client:
            run = begin(client)
            lazy = watchers.enter_context(lazily_watching(client, run, monkeypatch))
            prompt = watchers.enter_context(watching(client, run))
            for watcher in (lazy, prompt):
                watcher.subscribe(rate_hz=20)
            for _ in range(20):  # each answer is a snapshot of some kilobytes
                lazy.say("subscribe")
            send(client, run, EVENTS, 0, 1_000)
            prompt.until(1_000)
            stopping = time.monotonic()
        assert time.monotonic() - stopping < server.STOP_S
        with pytest.raises(ConnectionClosed) as closed:
            prompt.receive()
        assert closed.value.rcvd.code == 1012


def test_watcher_that_reads_nothing_is_written_to_no_more_and_costs_the_run_nothing(
    client: httpx.Client, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full speed, one watcher at 5 Hz, and one that leaves what it is sent in buffers of a few frames."""
    with lazily_watching(client, run, monkeypatch) as lazy, watching(client, run) as watcher:
        lazy.subscribe(rate_hz=20)
        watcher.subscribe(rate_hz=5)
        sending = threading.Thread(target=send_all, args=(client, run, LONG), kwargs={"size": 8_192})
        sending.start()
        came_at = [time.monotonic()]
        while watcher.position < len(LONG):
            watcher.next("patch")
            came_at.append(time.monotonic())
        sending.join()
        assert watcher.state == measures_of(LONG)
        assert watcher.next("end")["digest"] == digest_of(LONG)
        assert max(later - earlier for earlier, later in pairwise(came_at)) < 2

        patches = []
        while lazy.position < len(LONG):
            patches.append(lazy.next("patch"))
        assert max(patch["merged"] for patch in patches) > 1
        assert lazy.state == watcher.state
        assert lazy.next("end")["digest"] == digest_of(LONG)

"""A watcher goes its own way through a run's past: it seeks, plays, pauses and steps, and no other notices."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import httpx
import pytest
from tests.cloudfair.example import STEP_MS, digest_of, example, measures_of, send, send_all
from tests.cloudfair.feed.watching import Watching, watching
from websockets.exceptions import ConnectionClosed

EVENTS = example(2_000)
LAST_MS = 1_999 * STEP_MS


def at(moment_ms: int) -> dict[str, object]:
    """The measures at a moment: the example has an event every second."""
    return measures_of(EVENTS[: moment_ms // STEP_MS + 1])


def move(watcher: Watching, kind: str, **fields: Any) -> tuple[str, int, float | None]:
    """Say something, and return what the watcher is told of where it stands."""
    watcher.say(kind, **fields)
    return told(watcher)


def told(watcher: Watching) -> tuple[str, int, float | None]:
    while (message := watcher.receive())["type"] != "playback":
        pass
    return message["mode"], message["at_ms"], message["speed"]


def test_watcher_seeks_and_steps_through_a_run_that_has_ended(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS)
    with watching(client, run) as watcher:
        watcher.say("subscribe", at_ms=700_500)
        assert told(watcher) == ("paused", 700_500, None)
        frame = watcher.next("snapshot")
        assert (frame["at_ms"], frame["position"], frame["state"]) == (700_500, 701, at(700_500))
        for moment_ms in (1_500_000, 3_000, 3_000, 0, LAST_MS):
            assert move(watcher, "seek", at_ms=moment_ms) == ("paused", moment_ms, None)
            frame = watcher.next("patch")
            assert (frame["at_ms"], watcher.state) == (moment_ms, at(moment_ms))
        for events, position in ((-1, 1_999), (-500, 1_499), (2, 1_501), (-9_999, 0), (1, 1)):
            assert move(watcher, "step", events=events)[0] == "paused"
            frame = watcher.next("patch")
            assert (watcher.state, frame["position"]) == (measures_of(EVENTS[:position]), position)
            assert frame["at_ms"] == max(0, position - 1) * STEP_MS
        assert move(watcher, "live") == ("live", LAST_MS, None)
        assert watcher.next("snapshot")["state"] == measures_of(EVENTS)
        assert watcher.next("end")["digest"] == digest_of(EVENTS)


def test_watcher_plays_at_its_own_speed_to_the_end_of_a_run(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS)
    with watching(client, run) as watcher:
        began = time.monotonic()
        watcher.say("subscribe", at_ms=100_000, speed=1_000, rate_hz=20, parts=["run", "negotiations.initiated"])
        mode, at_ms, speed = told(watcher)
        assert (mode, speed, 100_000 <= at_ms < LAST_MS) == ("playing", 1_000, True)
        clock_ms = []
        while (message := watcher.next("snapshot", "patch", "playback"))["type"] != "playback":
            clock_ms.append(message["at_ms"])
            assert message["at_ms"] <= 100_000 + (time.monotonic() - began) * 1000 * 1_000
            whole = at(message["at_ms"])
            assert watcher.state == {
                "run": whole["run"],
                "negotiations": {"initiated": whole["negotiations"]["initiated"]},
            }
        assert (message["mode"], message["at_ms"]) == ("paused", LAST_MS)
        assert time.monotonic() - began >= (LAST_MS - 100_000) / 1_000_000
        assert len(clock_ms) > 3
        assert all(earlier <= later for earlier, later in pairwise(clock_ms))
        if watcher.position < 2_000:
            watcher.next("patch")
        assert watcher.position == 2_000


def test_watcher_pauses_where_it_is_and_plays_on(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS)
    with watching(client, run) as watcher:
        watcher.say("subscribe", at_ms=0, speed=100, rate_hz=20)
        watcher.next("playback")
        watcher.next("snapshot")
        watcher.next("patch")
        _, paused_ms, _ = move(watcher, "pause")
        assert watcher.next("patch")["at_ms"] == paused_ms
        assert watcher.state == at(paused_ms)
        mode, at_ms, speed = move(watcher, "play", speed=0.1)
        assert (mode, speed, paused_ms <= at_ms < paused_ms + 5_000) == ("playing", 0.1, True)
        assert paused_ms <= watcher.next("patch")["at_ms"] < paused_ms + 5_000
        assert move(watcher, "seek", at_ms=1_000_000)[0] == "playing"
        assert watcher.next("patch")["at_ms"] >= 1_000_000


def test_others_go_on_while_one_looks_back(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 1_000)
    with watching(client, run) as back, watching(client, run) as other:
        for watcher in (back, other):
            assert watcher.subscribe(rate_hz=20)["position"] == 1_000
        assert move(back, "pause") == ("paused", 999_000, None)
        send(client, run, EVENTS, 1_000, 1_500)
        other.until(1_500)
        assert (other.state, back.state) == (measures_of(EVENTS[:1_500]), measures_of(EVENTS[:1_000]))
        move(back, "step")
        back.next("patch")
        assert back.state == measures_of(EVENTS[:1_001])
        assert move(back, "seek", at_ms=LAST_MS) == ("paused", 1_499_000, None)  # no further than the run is
        back.next("patch")
        send(client, run, EVENTS, 1_500)
        other.until(2_000)
        assert other.next("end")["digest"] == digest_of(EVENTS)
        assert move(back, "live")[0] == "live"
        assert back.next("snapshot")["state"] == other.state
        back.next("end")


def test_who_plays_faster_than_the_run_catches_up_with_it(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 1_000)
    with watching(client, run) as watcher:
        watcher.say("subscribe", at_ms=900_000, speed=100_000, rate_hz=20)
        assert told(watcher)[0] == "playing"
        assert told(watcher) == ("live", 999_000, None)
        assert watcher.next("snapshot")["position"] == 1_000
        send(client, run, EVENTS, 1_000)
        watcher.until(2_000)
        assert watcher.state == measures_of(EVENTS)
        watcher.next("end")


def test_who_drags_and_acknowledges_late_sees_the_place_where_it_let_go(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS)
    with watching(client, run) as watcher:
        watcher.say("subscribe", at_ms=0, acknowledge=True)
        frame = watcher.next("playback") and watcher.next("snapshot")
        for moment_ms in range(100_000, 1_100_000, 100_000):
            assert move(watcher, "seek", at_ms=moment_ms)[1] == moment_ms
        watcher.say("ack", frame=frame["frame"])
        frame = watcher.next("patch")
        assert (frame["at_ms"], frame["from"], watcher.state) == (1_000_000, 0, at(1_000_000))


def test_who_drags_plays_on_at_its_rate_from_where_it_let_go(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS)
    with watching(client, run) as watcher:
        watcher.say("subscribe", at_ms=0, rate_hz=1)
        watcher.next("playback")
        watcher.next("snapshot")
        for moment_ms in range(0, 1_000_000, 25_000):  # a second's wait for each would be over when the test is
            move(watcher, "seek", at_ms=moment_ms)
            watcher.next("patch")
        move(watcher, "play", speed=10)
        assert watcher.next("patch")["at_ms"] > 975_000


def test_subscribing_again_leaves_the_past(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 1_000)
    with watching(client, run) as watcher:
        watcher.say("subscribe", at_ms=5_000)
        watcher.next("playback")
        watcher.next("snapshot")
        assert watcher.subscribe(rate_hz=20)["position"] == 1_000
        send(client, run, EVENTS, 1_000, 1_100)
        watcher.until(1_100)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"type": "seek", "at_ms": 5}, "subscribe first: the parts and the rate are those of the subscription"),
        ({"type": "seek", "at_ms": -1}, "message not understood: Expected `int` >= 0 - at `$.at_ms`"),
        ({"type": "play", "speed": 0.05}, "message not understood: Expected `float` >= 0.1 - at `$.speed`"),
        ({"type": "play", "speed": 100_001}, "message not understood: Expected `float` <= 100000.0 - at `$.speed`"),
        ({"type": "play"}, "message not understood: Object missing required field `speed`"),
    ],
)
def test_move_that_cannot_be_followed_closes_with_the_reason(
    client: httpx.Client, run: str, message: dict[str, Any], reason: str
) -> None:
    with watching(client, run) as watcher:
        watcher.say(message.pop("type"), **message)
        with pytest.raises(ConnectionClosed) as closed:
            watcher.receive()
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, reason)

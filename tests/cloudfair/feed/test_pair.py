"""Two runs side by side, as a client of their feed sees them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from tests.cloudfair.example import STEP_MS, begin, digest_of, example, measures_of, send, send_all
from tests.cloudfair.feed.test_playback import move, told
from tests.cloudfair.feed.watching import watching as watching_run
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from cloudfair.feed.merge_patch import apply
from fairfacts.evidence.differences import differences

LONG, SHORT = example(400), example(250)
MILLISECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00"


@pytest.fixture
def runs(client: httpx.Client) -> tuple[str, str]:
    """Two runs with empty logs."""
    return begin(client), begin(client)


@contextmanager
def watching(client: httpx.Client, a: str, b: str, **asked: Any) -> Iterator[Callable[..., Any]]:
    """Subscribe to a pair; yield what reads on until the pair is at a moment, and returns position and state there."""
    state: dict[str, Any] = {}

    def until(at_ms: int) -> tuple[int, dict[str, Any]]:
        for text in connection:
            message = json.loads(text)
            if message["type"] in ("snapshot", "patch"):
                known = message["state"] if message["type"] == "snapshot" else apply(state, message["patch"])
                state.clear()
                state.update(known)
                if message["at_ms"] == at_ms:
                    return message["position"], dict(state)
                assert message["at_ms"] < at_ms
        raise AssertionError(f"the feed ended before {at_ms} ms")

    with _connected(client, a, b) as connection:
        assert json.loads(connection.recv())["type"] == "hello"
        connection.send(json.dumps({"type": "subscribe", "rate_hz": 20} | asked))
        yield until


def _connected(client: httpx.Client, a: str, b: str) -> ClientConnection:
    return connect(f"{str(client.base_url).replace('http', 'ws', 1)}/runs/{a}/against/{b}/live")


def pair_at(count_a: int, count_b: int) -> dict[str, Any]:
    """Return what a pair must show of so many events of each run."""
    a, b = measures_of(LONG[:count_a]), measures_of(SHORT[:count_b])
    difference = {
        each.measure: ({} if each.difference is None else {"difference": each.difference})
        | ({} if each.ratio is None else {"ratio": each.ratio})
        | ({} if each.chance is None else {"chance": each.chance})
        for each in differences(a, b)
    }
    return {"a": a, "b": b, "difference": difference}


def test_both_are_shown_at_the_moment_of_the_one_that_is_behind(client: httpx.Client, runs: tuple[str, str]) -> None:
    a, b = runs
    send(client, a, LONG, 0, 300)
    send(client, b, SHORT, 0, 100)
    with watching(client, a, b) as until:
        assert until(99 * STEP_MS) == (200, pair_at(100, 100))
        send(client, b, SHORT, 100, 200)
        assert until(199 * STEP_MS) == (400, pair_at(200, 200))
        send(client, b, SHORT, 200)  # it ends, and waits for the other
        assert until(299 * STEP_MS) == (550, pair_at(300, 250))
        send(client, a, LONG, 300)
        assert until(399 * STEP_MS) == (650, pair_at(400, 250))


def test_feed_ends_with_both_digests(client: httpx.Client, runs: tuple[str, str]) -> None:
    send_all(client, runs[0], LONG)
    send_all(client, runs[1], SHORT)
    with _connected(client, *runs) as connection:
        hello = json.loads(connection.recv())
        assert (hello["a"], hello["b"], hello["at_ms"]) == (*runs, 399 * STEP_MS)
        assert re.fullmatch(MILLISECONDS, hello["wall"])
        connection.send('{"type": "subscribe", "parts": ["a.negotiations", "difference"]}')
        snapshot, end = (json.loads(text) for text in connection)
    whole = pair_at(400, 250)
    assert snapshot["state"] == {
        "a": {"negotiations": whole["a"]["negotiations"]},
        "difference": whole["difference"],
    }
    assert end == {"type": "end", "a": digest_of(LONG), "b": digest_of(SHORT), "position": 650}


def test_watchers_of_a_pair_see_the_same_frames(client: httpx.Client, runs: tuple[str, str]) -> None:
    send(client, runs[0], LONG, 0, 50)
    send(client, runs[1], SHORT, 0, 50)
    with watching(client, *runs) as first, watching(client, *runs, parts=["difference"]) as second:
        for end in (50, 120, 200):
            if end > 50:
                send(client, runs[0], LONG, end - 70 if end == 120 else 120, end)
                send(client, runs[1], SHORT, end - 70 if end == 120 else 120, end)
            whole = pair_at(end, end)
            assert first((end - 1) * STEP_MS)[1] == whole
            assert second((end - 1) * STEP_MS)[1] == {"difference": whole["difference"]}


def test_feed_goes_on_after_all_have_left(client: httpx.Client, runs: tuple[str, str]) -> None:
    for end in (60, 130, 220):
        for run, log in zip(runs, (LONG, SHORT), strict=True):
            head = client.get(f"/runs/{run}").json()["head"]
            send(client, run, log, head, end)
        with watching(client, *runs) as until:
            assert until((end - 1) * STEP_MS)[1] == pair_at(end, end)


def test_watcher_moves_through_two_runs_that_have_ended(client: httpx.Client, runs: tuple[str, str]) -> None:
    send_all(client, runs[0], LONG)
    send_all(client, runs[1], SHORT)
    with watching_run(client, "/against/".join(runs)) as watcher:
        watcher.say("subscribe", at_ms=150_500)
        assert told(watcher) == ("paused", 150_500, None)
        frame = watcher.next("snapshot")
        assert (frame["at_ms"], frame["position"], frame["state"]) == (150_500, 302, pair_at(151, 151))
        assert move(watcher, "seek", at_ms=300_000) == ("paused", 300_000, None)
        assert watcher.next("patch")["position"] == 551
        assert watcher.state == pair_at(301, 250)
        for events, a, b in ((1, 302, 250), (-200, 102, 102), (-999, 0, 1), (60, 60, 60)):
            assert move(watcher, "step", events=events)[0] == "paused"
            assert watcher.next("patch")["at_ms"] == max(0, a - 1) * STEP_MS
            assert watcher.state == pair_at(a, b)
        assert move(watcher, "play", speed=100_000)[0] == "playing"
        while (message := watcher.next("patch", "playback"))["type"] == "patch":
            pass
        assert (message["mode"], message["at_ms"]) == ("paused", 399 * STEP_MS)
        if watcher.position < 650:
            watcher.next("patch")
        assert watcher.state == pair_at(400, 250)
        assert move(watcher, "live") == ("live", 399 * STEP_MS, None)
        assert watcher.next("snapshot")["state"] == pair_at(400, 250)
        assert watcher.next("end")["b"] == digest_of(SHORT)


def test_watcher_of_two_runs_that_go_on_looks_back_no_further_than_both_have_come(
    client: httpx.Client, runs: tuple[str, str]
) -> None:
    a, b = runs
    send(client, a, LONG, 0, 300)
    send(client, b, SHORT, 0, 100)
    with watching_run(client, f"{a}/against/{b}") as watcher:
        assert watcher.subscribe(rate_hz=20)["state"] == pair_at(100, 100)
        assert move(watcher, "pause") == ("paused", 99_000, None)
        send(client, b, SHORT, 100, 200)
        for said, count in ({"kind": "step"}, 101), ({"kind": "step", "events": 150}, 200):
            move(watcher, **said)
            assert watcher.next("patch")["at_ms"] == (count - 1) * STEP_MS
            assert watcher.state == pair_at(count, count)
        assert move(watcher, "seek", at_ms=5_000) == ("paused", 5_000, None)
        watcher.next("patch")
        assert watcher.state == pair_at(6, 6)
        assert move(watcher, "seek", at_ms=250_000) == ("paused", 199_000, None)
        watcher.next("patch")
        assert watcher.state == pair_at(200, 200)
        send(client, b, SHORT, 200)
        assert move(watcher, "play", speed=100_000)[0] == "playing"
        while (message := watcher.next("patch", "playback"))["type"] == "patch":
            pass
        assert (message["mode"], message["at_ms"]) == ("live", 299_000)  # it has caught up with them
        assert watcher.next("snapshot")["state"] == pair_at(300, 250)
        send(client, a, LONG, 300)
        while watcher.next("patch", "end")["type"] == "patch":
            pass
        assert watcher.state == pair_at(400, 250)


def test_unknown_run_and_part_are_refused(client: httpx.Client, runs: tuple[str, str]) -> None:
    with pytest.raises(InvalidStatus) as refused, _connected(client, runs[0], "nothing"):
        pass
    assert refused.value.response.status_code == 404
    with _connected(client, *runs) as connection:
        connection.recv()
        connection.send('{"type": "subscribe", "parts": ["negotiations"]}')
        with pytest.raises(ConnectionClosed):
            connection.recv()
        assert "negotiations is no path" in (connection.close_reason or "")

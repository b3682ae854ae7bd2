"""Watchers that are late, far behind, cut off, or read nothing: they get what they missed and harm nobody."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import ExitStack

import httpx
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.example import begin, digest_of, example, measures_of, send, send_all
from tests.cloudfair.feed.watching import EVENTS, frames_in, lazily_watching, watching
from websockets.exceptions import ConnectionClosed

from cloudfair.feed import feed
from cloudfair.http.serving import STOP_S
from cloudfair.settings import Settings


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
        assert time.monotonic() - stopping < STOP_S
        with pytest.raises(ConnectionClosed) as closed:
            prompt.receive()
        assert closed.value.rcvd.code == 1012


def test_watcher_that_reads_nothing_is_written_to_no_more_and_costs_the_run_nothing(
    client: httpx.Client, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full speed, one watcher at 5 Hz, and one that leaves what it is sent in buffers of a few frames."""
    events = example(400_000)
    with lazily_watching(client, run, monkeypatch) as lazy, watching(client, run) as watcher:
        lazy.subscribe(rate_hz=20)
        watcher.subscribe(rate_hz=5)
        sending = threading.Thread(target=send_all, args=(client, run, events), kwargs={"size": 8_192})
        sending.start()
        came = 0
        while watcher.position < len(events):
            watcher.next("patch")
            came += 1
        sending.join()
        assert watcher.state == measures_of(events)
        assert watcher.next("end")["digest"] == digest_of(events)
        assert came > 1

        patches = []
        while lazy.position < len(events):
            patches.append(lazy.next("patch"))
        assert max(patch["merged"] for patch in patches) > 1
        assert lazy.state == watcher.state
        assert lazy.next("end")["digest"] == digest_of(events)

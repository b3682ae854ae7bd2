"""Clients that are not ours: a plain WebSocket, and a merge patch (RFC 7396) of somebody else."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import json_merge_patch
import pytest
from tests.cloudfair.example import begin, digest_of, send_all
from tests.fairsim.runs import log_of
from websockets.sync.client import connect

from fairfacts.event import Event


@pytest.fixture(scope="module")
def played() -> list[Event]:
    """A whole fair: every measure changes in it."""
    return log_of(scale=0.01)


def feed_of(client: httpx.Client, run: str) -> str:
    return f"ws://{client.base_url.host}:{client.base_url.port}/runs/{run}/live"


def test_another_s_merge_patch_rebuilds_what_the_snapshot_says(client: httpx.Client, played: list[Event]) -> None:
    run = begin(client, played)
    sending = threading.Thread(target=send_all, args=(client, run, played), kwargs={"size": 300})
    state: Any = None
    seen: dict[int, str] = {}
    with connect(feed_of(client, run), max_size=None) as feed:
        feed.send('{"type": "subscribe", "rate_hz": 20}')
        sending.start()
        while (message := json.loads(feed.recv(timeout=30)))["type"] != "end":
            if message["type"] == "snapshot":
                state = message["state"]
            elif message["type"] == "patch":
                state = json_merge_patch.merge(state, message["patch"])
            else:
                continue
            seen[message["position"]] = json.dumps(state, sort_keys=True)
    sending.join()
    assert (message["position"], message["digest"]) == (len(played), digest_of(played))
    assert state == client.get(f"/runs/{run}/snapshot").json()["measures"]
    assert len(seen) > 2
    for position, shown in seen.items():
        if 0 < position < len(played) and played[position - 1].at_ms < played[position].at_ms:  # a moment was complete
            then = client.get(f"/runs/{run}/snapshot", params={"at": played[position - 1].at_ms}).json()
            assert (then["position"], json.dumps(then["measures"], sort_keys=True)) == (position, shown)


def test_another_s_merge_patch_follows_a_playback(client: httpx.Client, played: list[Event]) -> None:
    run = begin(client, played)
    send_all(client, run, played)
    duration_ms = played[-1].at_ms
    with connect(feed_of(client, run), max_size=None) as feed:

        def hear(kind: str) -> dict[str, Any]:
            while (message := json.loads(feed.recv(timeout=30)))["type"] != kind:
                pass
            return message

        feed.send(json.dumps({"type": "subscribe", "at_ms": duration_ms}))
        state = hear("snapshot")["state"]
        for share in (0.9, 0.1, 0.5, 0.11, 0.0, 0.3, 1.0):
            moment_ms = int(share * duration_ms)
            feed.send(json.dumps({"type": "seek", "at_ms": moment_ms}))
            state = json_merge_patch.merge(state, hear("patch")["patch"])
            assert state == client.get(f"/runs/{run}/snapshot", params={"at": moment_ms}).json()["measures"]

"""A plain WebSocket client that watches the feed, rebuilds the state, or reads nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from tests.cloudfair.example import example
from websockets.sync.client import ClientConnection, connect

from cloudfair.http import connections

EVENTS = example(2_000)


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
    # one that reads nothing sees no answer to a ping of its own, and would give up on a slow machine
    with connect(url, max_size=None, ping_interval=None, **options) as connection:
        yield Watching(connection)


@contextmanager
def lazily_watching(client: httpx.Client, run: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watching]:
    """Watch without reading on one's own: what was not asked for stays in buffers of a few frames."""
    monkeypatch.setattr(connections, "SEND_BUFFER_BYTES", 2_048)
    monkeypatch.setattr(connections.SocketConnection, "start_keepalive", lambda _: None)  # it would answer no ping
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    small.connect((client.base_url.host, client.base_url.port))
    with watching(client, run, sock=small, max_queue=1, close_timeout=0.2) as watcher:
        yield watcher


def frames_in(watcher: Watching) -> list[dict[str, Any]]:
    """Return the patches that have come."""
    messages = []
    try:
        while True:
            messages.append(json.loads(watcher.connection.recv(timeout=0)))
    except TimeoutError:
        return [message for message in messages if message["type"] == "patch"]

"""Watchers that stall, vanish or send rubbish, and one that must not notice."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

from tests.torture.trouble import Random
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from cloudfair.feed.merge_patch import apply


class Watcher:
    """Reads a feed in a thread to its end."""

    def __init__(self, feed: str) -> None:
        self.state: dict[str, Any] = {}
        self.end: dict[str, Any] = {}
        self._feed = feed
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with connect(self._feed, max_size=None) as connection:
            connection.send('{"type": "subscribe", "rate_hz": 20}')
            for text in connection:
                message = json.loads(text)
                if message["type"] == "snapshot":
                    self.state = message["state"]
                elif message["type"] == "patch":
                    self.state = apply(self.state, message["patch"])
                elif message["type"] == "end":
                    self.end = message
                    return

    def finish(self) -> None:
        """Wait for the end of the feed."""
        self._thread.join(60)
        assert self.end, "the feed did not end"


def _stall(connection: ClientConnection, _: Random) -> None:
    connection.send('{"type": "subscribe", "rate_hz": 20}')


def _vanish(connection: ClientConnection, _: Random) -> None:
    connection.send('{"type": "subscribe"}')
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.socket.close()


def _rubbish(connection: ClientConnection, random: Random) -> None:
    for _ in range(5):
        connection.send(random.randbytes(random.randint(0, 200)))
        connection.send(random.choice(['{"type":', "[]", '{"type": "seek", "at_ms": "x"}', '{"type": "subscribe"']))


@contextlib.contextmanager
def bad_watchers(feed: str, random: Random) -> Iterator[None]:
    """Look at a feed in some bad ways for the length of the block."""
    with contextlib.ExitStack() as opened:
        for behave in random.choices([_stall, _vanish, _rubbish], k=3):
            connection = opened.enter_context(connect(feed, max_queue=1, close_timeout=0.1))
            with contextlib.suppress(ConnectionClosed, OSError):  # the backend may be tired of it
                behave(connection, random)
        yield

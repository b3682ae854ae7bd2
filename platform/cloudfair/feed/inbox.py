"""What a watcher's client sends: decoded, checked, and bounded in its rate."""

from __future__ import annotations

import time
from collections.abc import Set as AbstractSet

import msgspec

from cloudfair.feed.messages import MAX_MESSAGES_PER_S, ClientMessage, Subscribe
from fairfacts.errors import BackendError, did_you_mean

_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


class MessageError(BackendError):
    """A client's message that breaks the protocol; it is the reason with which the connection is closed."""


class Inbox:
    """Reads the messages of one client."""

    def __init__(self, paths: AbstractSet[str]) -> None:
        """Accept subscriptions to these paths."""
        self._paths = paths
        self._allowance, self._received_at = float(MAX_MESSAGES_PER_S), time.monotonic()
        """How many messages the client may send at once; the allowance grows back with time."""

    def read(self, text: str | bytes) -> ClientMessage:
        """Return a message.

        Raises:
            MessageError: it is none of the protocol, names a path that does not exist, or comes too fast.
        """
        self._count()
        try:
            message = _decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise MessageError(f"message not understood: {fault}") from fault
        if isinstance(message, Subscribe):
            for path in message.parts:
                if path not in self._paths:
                    raise MessageError(f"parts: {path} is no path of the snapshot; {did_you_mean(path, self._paths)}")
        return message

    def _count(self) -> None:
        received_at = time.monotonic()
        regained = (received_at - self._received_at) * MAX_MESSAGES_PER_S
        self._allowance = min(MAX_MESSAGES_PER_S, self._allowance + regained) - 1
        self._received_at = received_at
        if self._allowance < 0:
            raise MessageError(f"more than {MAX_MESSAGES_PER_S} messages a second; wait for the frame before the next")

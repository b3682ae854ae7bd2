"""A WebSocket as the connection of a watcher."""

from __future__ import annotations

from starlette.websockets import WebSocket, WebSocketDisconnect

from cloudfair.api.auth import POLICY_VIOLATION
from cloudfair.feed.watcher import DisconnectedError

REASON_BYTES = 123
"""How much a close frame has room for."""


class SocketConnection:
    """A WebSocket as a watcher's connection."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def receive(self) -> str | bytes | None:
        """Return the next message; None once the client has left."""
        message = await self._socket.receive()
        if message["type"] != "websocket.receive":
            return None
        return message.get("text") or message.get("bytes") or b""

    async def send(self, text: str) -> None:
        """Send a message.

        Raises:
            DisconnectedError: the client has left.
        """
        try:
            await self._socket.send_text(text)
        except WebSocketDisconnect as fault:
            raise DisconnectedError from fault

    async def close(self, reason: str | None = None) -> None:
        """Close the connection; with a reason where the client broke the protocol."""
        try:
            if reason is None:
                await self._socket.close()
            else:
                await self._socket.close(POLICY_VIOLATION, _shortened(reason))
        except WebSocketDisconnect as fault:
            raise DisconnectedError from fault


def _shortened(reason: str) -> str:
    return reason.encode()[:REASON_BYTES].decode(errors="ignore")

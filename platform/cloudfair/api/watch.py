"""The WebSockets of the live feeds: of one run, and of two runs side by side."""

from __future__ import annotations

from fastapi import APIRouter, Depends, WebSocket
from starlette.websockets import WebSocketDisconnect

from cloudfair.api.auth import POLICY_VIOLATION, same_origin, subprotocol
from cloudfair.api.backend import Backend, Here
from cloudfair.feed.feed import Feed
from cloudfair.feed.watcher import DisconnectedError, Watcher

REASON_BYTES = 123
"""How much a close frame has room for."""

router = APIRouter()


@router.websocket("/runs/{run}/live", dependencies=[Depends(same_origin)])
async def watch(socket: WebSocket, run: str, here: Here) -> None:
    """Stream the measures of a run; `cloudfair.feed.messages` describes the protocol."""
    await _serve(socket, here.feeds.of(await here.runs.get(run)), here)


@router.websocket("/runs/{a}/against/{b}/live", dependencies=[Depends(same_origin)])
async def watch_pair(socket: WebSocket, a: str, b: str, here: Here) -> None:
    """Stream the measures of two runs side by side: the state is `{"a": ..., "b": ..., "difference": ...}`."""
    await _serve(socket, here.feeds.of_pair(await here.runs.get(a), await here.runs.get(b)), here)


async def _serve(socket: WebSocket, feed: Feed, here: Backend) -> None:
    await socket.accept(subprotocol(socket))
    await Watcher(SocketConnection(socket), feed, here.metrics.frames.observe).serve()


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

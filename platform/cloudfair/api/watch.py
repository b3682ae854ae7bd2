"""The WebSockets of the live feeds: of one run, and of two runs side by side."""

from __future__ import annotations

from fastapi import APIRouter, Depends, WebSocket

from cloudfair.api.auth import same_origin, subprotocol
from cloudfair.api.backend import Backend, Here
from cloudfair.api.socket import SocketConnection
from cloudfair.feed.feed import Feed
from cloudfair.feed.watcher import Watcher

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

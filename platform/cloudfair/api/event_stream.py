"""The event stream: the events of a run over a WebSocket, one CloudEvent a message, from any position on.

No queue holds events for a slow client: the log is read from the client's position on, at the client's own pace.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Query, WebSocket
from starlette.websockets import WebSocketDisconnect

from cloudfair.api.auth import POLICY_VIOLATION, same_origin
from cloudfair.api.backend import Here
from cloudfair.errors import MalformedError
from cloudfair.export.cloudevents import SUBPROTOCOL, Envelope, envelope_of
from cloudfair.http.requests import EXACT
from cloudfair.projections.live import Live
from cloudfair.store.log import Log

POLL_S = 0.05
"""How often the stream looks for new events once it has sent all."""
PAGE_EVENTS = 512
"""How many events are read at a time."""
TURN_EVENTS = 32
"""How many events are sent before other tasks have their turn."""

router = APIRouter()


@router.websocket("/runs/{run}/events/live", dependencies=[Depends(same_origin)])
async def stream_events(
    socket: WebSocket,
    run: str,
    here: Here,
    first: Annotated[
        int | None, Query(ge=0, le=EXACT, description="position to begin at, the head at most; the head without one")
    ] = None,
) -> None:
    """Stream a run's events as CloudEvents until the run has ended."""
    live = await here.runs.get(run)
    await asyncio.to_thread(here.log.runs.get_at, run, first or 0)
    if SUBPROTOCOL not in socket.scope["subprotocols"]:
        raise MalformedError(f"{socket.url.path} speaks the WebSocket subprotocol {SUBPROTOCOL} only; offer it")
    await socket.accept(SUBPROTOCOL)
    sender = asyncio.create_task(_send(socket, here.log, live, live.head if first is None else first))
    receiving = asyncio.create_task(socket.receive())
    try:
        await asyncio.wait({sender, receiving}, return_when=asyncio.FIRST_COMPLETED)
        with suppress(WebSocketDisconnect):
            if sender.done():
                sender.result()
                await socket.close()
            elif receiving.result()["type"] == "websocket.receive":
                await socket.close(POLICY_VIOLATION, "the event stream takes no messages; send events by POST")
    finally:
        sender.cancel()
        receiving.cancel()


async def _send(socket: WebSocket, log: Log, live: Live, position: int) -> None:
    envelope: Envelope | None = None
    while True:
        lines = (
            await asyncio.to_thread(log.segments.lines, live.run, position, PAGE_EVENTS) if position < live.head else []
        )
        for line in lines:
            if envelope is None:
                envelope = await asyncio.to_thread(envelope_of, log, live.run)
            await socket.send_text(envelope.around(position, line).decode())
            position += 1
            if position % TURN_EVENTS == 0:
                await asyncio.sleep(0)
        if not lines:
            live.catch_up()
            if live.ended and position >= live.head:
                return
            await asyncio.sleep(POLL_S)

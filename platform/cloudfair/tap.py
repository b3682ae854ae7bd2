"""A tap: the raw events of a run over a WebSocket, one CloudEvent a message, from any position on and as they come.

The log itself is what a slow client waits in: it is read on from where the client stands, at the client's own pace.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Query, WebSocket
from starlette.websockets import WebSocketDisconnect

from cloudfair.backend import POLICY_VIOLATION, Here, same_origin
from cloudfair.cloudevents import SUBPROTOCOL, Envelope, envelope_of
from cloudfair.live import Live
from cloudfair.log import Log
from cloudfair.problems import MalformedError

POLL_S = 0.05
"""How often a tap looks for new events, once it has sent all there are."""
PAGE_EVENTS = 512
"""How many are read at a time."""
TURN_EVENTS = 32
"""How many are sent before others have their turn."""

router = APIRouter()


@router.websocket("/runs/{run}/events/live", dependencies=[Depends(same_origin)])
async def tap(
    socket: WebSocket,
    run: str,
    here: Here,
    first: Annotated[
        int | None, Query(ge=0, le=2**62, description="position to begin at; the head without one")
    ] = None,
) -> None:
    """Stream a run's events as CloudEvents until the run has ended."""
    live = await here.runs.get(run)
    if SUBPROTOCOL not in socket.scope["subprotocols"]:
        raise MalformedError(f"{socket.url.path} speaks the WebSocket subprotocol {SUBPROTOCOL} only; offer it")
    await socket.accept(SUBPROTOCOL)
    sender = asyncio.create_task(_send(socket, here.log, live, live.head if first is None else first))
    hearing = asyncio.create_task(socket.receive())
    try:
        await asyncio.wait({sender, hearing}, return_when=asyncio.FIRST_COMPLETED)
        with suppress(WebSocketDisconnect):
            if sender.done():
                sender.result()
                await socket.close()
            elif hearing.result()["type"] == "websocket.receive":
                await socket.close(POLICY_VIOLATION, "a tap takes no messages; events come in over POST")
    finally:
        sender.cancel()
        hearing.cancel()


async def _send(socket: WebSocket, log: Log, live: Live, position: int) -> None:
    envelope: Envelope | None = None
    while True:
        lines = await asyncio.to_thread(log.events, live.run, position, PAGE_EVENTS) if position < live.head else []
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

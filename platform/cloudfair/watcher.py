"""A watcher: one WebSocket on the feed of a run, with at most one frame on its way.

A watcher keeps the last frame that it was sent, and nothing else. When it can be sent to again, it gets one patch from
that frame to the newest: whoever is slow sees fewer frames, each merging what was missed, and costs the run nothing.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import msgspec
from fastapi import APIRouter, Depends, WebSocket
from starlette.websockets import WebSocketDisconnect

from cloudfair.backend import Here, same_origin
from cloudfair.feed import Feed, Frame, Parts
from cloudfair.messages import (
    PROTOCOL,
    Ack,
    ClientMessage,
    End,
    Heartbeat,
    Hello,
    Lags,
    PairEnd,
    PairHello,
    PairMessage,
    Reset,
    ServerMessage,
    Subscribe,
)
from cloudfair.tables import now
from fairfacts.errors import BackendError, did_you_mean
from fairfacts.measures import MEASURES

HEARTBEAT_S = 2.0
POLICY_VIOLATION = 1008
REASON_BYTES = 123
"""What a close frame has room for."""
PATHS = frozenset(MEASURES) | {path.partition(".")[0] for path in MEASURES}

router = APIRouter()
_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


@router.websocket("/runs/{run}/live", dependencies=[Depends(same_origin)])
async def watch(socket: WebSocket, run: str, here: Here) -> None:
    """Stream the measures of a run; `cloudfair.messages` has the protocol."""
    feed = here.feeds.of(await here.runs.get(run))
    await socket.accept()
    await Watcher(socket, feed).serve()


class MessageError(BackendError):
    """A client's message that cannot be followed; the connection is closed with it as the reason."""


class Watcher:
    """One client of a feed: a task reads what it says, and `serve` alone writes to it."""

    paths = PATHS
    """What can be asked for."""

    def __init__(self, socket: WebSocket, feed: Feed) -> None:
        self._socket, self._feed = socket, feed
        self._wake = asyncio.Event()
        self._asked = Subscribe()
        self._parts: Parts = ()
        self._answered = True
        """Whether the latest subscribe was answered."""
        self._sent: Frame | None = None
        self._acknowledged = -1
        self._frame_due = self._heartbeat_due = time.monotonic()
        self._fold_to_socket_ms = 0.0
        self._gone = False
        self._fault: MessageError | None = None

    async def serve(self) -> None:
        """Serve the client until it leaves or the run ends."""
        reader = asyncio.create_task(self._read())
        try:
            with suppress(WebSocketDisconnect):
                await self._write()
        finally:
            reader.cancel()
            self._feed.leave(self._wake)

    async def _read(self) -> None:
        try:
            while (message := await self._socket.receive())["type"] == "websocket.receive":
                self._take(message.get("text") or message.get("bytes") or b"")
                self._wake.set()
        except MessageError as fault:
            self._fault = fault
        finally:
            self._gone = self._fault is None
            self._wake.set()

    def _take(self, text: str | bytes) -> None:
        """Take in what the client says.

        Raises:
            MessageError: it is no message of the protocol, or asks for a part that does not exist.
        """
        try:
            message = _decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise MessageError(f"message not understood: {fault}") from fault
        if isinstance(message, Ack):
            self._acknowledged = max(self._acknowledged, message.frame)
            return
        for path in message.parts:
            if path not in self.paths:
                raise MessageError(f"parts: {path} is no path of the snapshot; {did_you_mean(path, self.paths)}")
        self._asked, self._answered = message, False
        whole = {path for path in message.parts if "." not in path}
        self._parts = tuple(sorted(whole | {path for path in message.parts if path.partition(".")[0] not in whole}))
        self._feed.join(self._wake)

    async def _write(self) -> None:
        await self._say(self._hello())
        self._heartbeat_due = time.monotonic() + HEARTBEAT_S
        while not self._gone:
            self._wake.clear()
            if self._fault:
                return await self._socket.close(POLICY_VIOLATION, _shortened(str(self._fault)))
            if time.monotonic() >= self._heartbeat_due:
                self._heartbeat_due = time.monotonic() + HEARTBEAT_S
                await self._say(self._heartbeat())
            if not self._answered:
                await self._answer()
            elif self._is_behind() and time.monotonic() >= self._frame_due:
                await self._send_frame(self._sent)
            if self._sent and self._sent.ended and self._answered and self._is_ready(self._sent):
                await self._say(self._end(self._sent))
                return await self._socket.close()
            await self._sleep()
        return None

    async def _sleep(self) -> None:
        """Wait for a new frame, a word of the client, or the time at which something is due."""
        due = min(self._heartbeat_due, self._frame_due) if self._is_behind() else self._heartbeat_due
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, due - time.monotonic())):
                await self._wake.wait()

    def _is_behind(self) -> bool:
        """Return whether there is a frame that the client has not seen and is ready for."""
        if self._sent is None or self._sent is self._feed.newest:
            return False
        return self._is_ready(self._sent)

    def _is_ready(self, sent: Frame) -> bool:
        """Return whether the client can be sent more after this frame."""
        return not self._asked.acknowledge or self._acknowledged >= sent.number

    async def _answer(self) -> None:
        """Answer a subscribe: with a patch where it resumes from a frame still held, else with a snapshot."""
        self._answered, since = True, None
        if self._asked.resume is not None:
            held = self._feed.held(self._asked.resume)
            if isinstance(held, Frame):
                since = held
            else:
                await self._say(Reset(reason=held))
        self._acknowledged = -1
        await self._send_frame(since)

    async def _send_frame(self, since: Frame | None) -> None:
        self._sent = frame = self._feed.newest
        await self._socket.send_text(self._feed.text(since, self._parts))
        sent_at = time.monotonic()
        self._fold_to_socket_ms = (sent_at - frame.folded_at) * 1000
        # from when the frame was due, so that a late one does not lower the rate; yet never two at once
        interval_s = 1 / self._asked.rate_hz
        self._frame_due = max(self._frame_due + interval_s, sent_at + interval_s / 2)

    async def _say(self, message: ServerMessage | PairMessage) -> None:
        await self._socket.send_text(msgspec.json.encode(message).decode())

    def _hello(self) -> Hello | PairHello:
        live = self._feed.live
        live.catch_up()
        return Hello(
            protocol=PROTOCOL, run=live.run, epoch=self._feed.epoch, head=live.head, at_ms=live.at_ms, wall=_wall()
        )

    def _end(self, frame: Frame) -> End | PairEnd:
        return End(digest=self._feed.live.digest, position=frame.position)

    def _heartbeat(self) -> Heartbeat:
        live = self._feed.live
        lags = Lags(
            model_to_intake=live.model_to_intake_ms,
            intake_to_fold=live.intake_to_fold_ms,
            fold_to_socket=self._fold_to_socket_ms,
        )
        return Heartbeat(wall=_wall(), at_ms=live.at_ms, position=live.position, lag_ms=lags)


def _wall() -> str:
    return now().isoformat(timespec="milliseconds")


def _shortened(reason: str) -> str:
    return reason.encode()[:REASON_BYTES].decode(errors="ignore")

"""A watcher: one WebSocket on the feed of a run, with at most one frame on its way.

A watcher keeps the last frame that it was sent, and where it stands in its own playback. When it can be sent to again,
it gets one patch from that frame to the newest: whoever is slow sees fewer frames, each merging what was missed, and
costs the run nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from typing import assert_never

import msgspec
from fastapi import APIRouter, Depends, WebSocket
from starlette.websockets import WebSocketDisconnect

from cloudfair import messages
from cloudfair.backend import POLICY_VIOLATION, Backend, Here, same_origin, subprotocol
from cloudfair.feed import Feed, Frame, Parts, text_of
from cloudfair.messages import (
    MAX_MESSAGES_PER_S,
    PROTOCOL,
    Ack,
    ClientMessage,
    End,
    Heartbeat,
    Hello,
    Lags,
    Live,
    Move,
    PairEnd,
    PairHello,
    PairMessage,
    Pause,
    Play,
    Reset,
    Seek,
    ServerMessage,
    Step,
    Subscribe,
)
from cloudfair.playback import Playback
from cloudfair.tables import now
from fairfacts.errors import BackendError, did_you_mean
from fairfacts.measures import MEASURES

HEARTBEAT_S = 2.0
REASON_BYTES = 123
"""What a close frame has room for."""
PATHS = frozenset(MEASURES) | {path.partition(".")[0] for path in MEASURES}

router = APIRouter()
_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


@router.websocket("/runs/{run}/live", dependencies=[Depends(same_origin)])
async def watch(socket: WebSocket, run: str, here: Here) -> None:
    """Stream the measures of a run; `cloudfair.messages` has the protocol."""
    feed = here.feeds.of(await here.runs.get(run))
    await socket.accept(subprotocol(socket))
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
        self._moves: deque[Move] = deque()
        """What the client said and was not done yet."""
        self._playback: Playback | None = None
        """Its own way through the past; none while it sees the run as it goes."""
        self._sent: Frame | None = None
        self._acknowledged = -1
        self._frame_due = self._heartbeat_due = time.monotonic()
        self._fold_to_socket_ms = 0.0
        self._allowance, self._heard_at = float(MAX_MESSAGES_PER_S), time.monotonic()
        """How many messages the client may say at once."""
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
            self._feed.leave(self)

    def look(self, now: float) -> None:
        """Wake where something is due."""
        if now >= self._heartbeat_due or (now >= self._frame_due and self._is_behind()):
            self._wake.set()

    async def _read(self) -> None:
        try:
            while (message := await self._socket.receive())["type"] == "websocket.receive":
                self._take(message.get("text") or message.get("bytes") or b"")
        except MessageError as fault:
            self._fault = fault
        finally:
            self._gone = self._fault is None
            self._wake.set()

    def _take(self, text: str | bytes) -> None:
        """Take in what the client says.

        Raises:
            MessageError: it is no message of the protocol, asks for a part that does not exist, or comes too early, or
                the client says too much.
        """
        heard_at = time.monotonic()
        regained = (heard_at - self._heard_at) * MAX_MESSAGES_PER_S
        self._allowance, self._heard_at = min(MAX_MESSAGES_PER_S, self._allowance + regained) - 1, heard_at
        if self._allowance < 0:
            raise MessageError(f"more than {MAX_MESSAGES_PER_S} messages a second; wait for the frame before the next")
        try:
            message = _decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise MessageError(f"message not understood: {fault}") from fault
        if isinstance(message, Ack):
            self._acknowledged = message.frame
            if self._feed.is_joined(self) and not self._feed.ended:
                return self.look(heard_at)  # most often the next frame is not due
        elif isinstance(message, Subscribe):
            self._subscribe(message)
        elif not self._feed.is_joined(self) and self._playback is None:
            raise MessageError("subscribe first: the parts and the rate are those of the subscription")
        else:
            self._moves.append(message)
        return self._wake.set()

    def _subscribe(self, asked: Subscribe) -> None:
        for path in asked.parts:
            if path not in self.paths:
                raise MessageError(f"parts: {path} is no path of the snapshot; {did_you_mean(path, self.paths)}")
        self._asked, self._answered = asked, False
        self._moves.clear()
        whole = {path for path in asked.parts if "." not in path}
        self._parts = tuple(sorted(whole | {path for path in asked.parts if path.partition(".")[0] not in whole}))
        self._feed.join(self)

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
            elif self._moves:
                await self._move(self._moves.popleft())
            elif self._playback:
                await self._play(self._playback)
            elif self._is_behind() and time.monotonic() >= self._frame_due:
                await self._send_newest(self._sent)
            if self._sent and self._is_done(self._sent):
                await self._say(self._end(self._sent))
                return await self._socket.close()
            await self._sleep()
        return None

    async def _sleep(self) -> None:
        """Wait for a word of the client, or the time at which something is due: `look` tells, or a clock of its own."""
        if self._moves or not self._answered:
            return
        if self._feed.is_joined(self):
            await self._wake.wait()
            return
        is_behind = self._is_behind()
        if is_behind and self._playback and self._playback.is_new:
            return
        due = min(self._heartbeat_due, self._frame_due) if is_behind else self._heartbeat_due
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, due - time.monotonic())):
                await self._wake.wait()

    def _is_behind(self) -> bool:
        """Return whether there is a frame that the client has not seen and is ready for."""
        if self._sent is None or not self._is_ready(self._sent):
            return False
        if self._playback:
            return self._playback.is_new or self._playback.speed is not None
        return self._sent is not self._feed.newest

    def _is_ready(self, sent: Frame) -> bool:
        """Return whether the client can be sent more after this frame."""
        return not self._asked.acknowledge or self._acknowledged == sent.number

    def _is_done(self, sent: Frame) -> bool:
        """Return whether the client has seen the end of the run."""
        is_waiting = self._playback is None and not self._moves and self._answered
        return is_waiting and sent.ended and self._is_ready(sent)

    async def _answer(self) -> None:
        """Answer a subscribe: with a patch where it resumes from a frame still held, else with a snapshot."""
        self._answered, since = True, None
        self._acknowledged = -1
        if self._asked.at_ms is not None:
            playback = self._depart(self._asked.at_ms)
            if self._asked.speed is not None:
                playback.play(self._asked.speed)
            await self._say(self._told())
            return await self._send_played(playback, await playback.frame(0), None)
        self._playback = None
        if self._asked.resume is not None:
            held = self._feed.held(self._asked.resume)
            if isinstance(held, Frame):
                since = held
            else:
                await self._say(Reset(reason=held))
        return await self._send_newest(since)

    def _depart(self, at_ms: int, place: int | None = None) -> Playback:
        """Leave what is going on."""
        self._feed.leave(self)
        self._playback = Playback(self._feed.past(), at_ms, place)
        return self._playback

    async def _move(self, move: Move) -> None:
        """Do what the client says, and tell it where it stands."""
        if isinstance(move, Live):
            return await self._return()
        if (playback := self._playback) is None:
            assert self._sent is not None, "the subscription was answered"
            playback = self._depart(self._sent.at_ms, self._sent.place)
            self._sent = playback.packed(self._sent)
        match move:
            case Seek():
                playback.seek(move.at_ms)
            case Play():
                playback.play(move.speed)
            case Pause():
                playback.pause()
            case Step():
                playback.step(move.events)
            case _:
                assert_never(move)
        return await self._say(self._told())

    async def _play(self, playback: Playback) -> None:
        """Send what there is to see, at once where the client moved, and otherwise at its rate."""
        is_through = playback.is_through
        if is_through and not self._feed.ended:
            return await self._return()
        if is_through:
            playback.pause()
            await self._say(self._told())
        if self._is_behind() and (playback.is_new or time.monotonic() >= self._frame_due):
            assert self._sent is not None, "there is one to be behind"
            frame = await playback.frame(self._sent.number + 1)
            since = playback.unpacked(self._sent)
            await self._send_played(playback, frame, since if since.measures else None)
        return None

    async def _return(self) -> None:
        """Go back to what is going on."""
        self._playback = None
        self._acknowledged = -1
        self._feed.join(self)
        await self._say(self._told())
        await self._send_newest(None)

    async def _send_played(self, playback: Playback, frame: Frame, since: Frame | None) -> None:
        await self._send(frame, text_of(frame, since, self._parts))
        self._sent = playback.packed(frame)

    async def _send_newest(self, since: Frame | None) -> None:
        await self._send(self._feed.newest, self._feed.text(since, self._parts))

    async def _send(self, frame: Frame, text: str) -> None:
        self._sent = frame
        await self._socket.send_text(text)
        sent_at = time.monotonic()
        self._fold_to_socket_ms = (sent_at - frame.folded_at) * 1000
        # from when the frame was due, so that a late one does not lower the rate, nor one that was asked for early; yet
        # never two at once
        interval_s = 1 / self._asked.rate_hz
        self._frame_due = max(min(self._frame_due, sent_at) + interval_s, sent_at + interval_s / 2)

    def _told(self) -> messages.Playback:
        if self._playback is None:
            return messages.Playback(mode="live", at_ms=self._feed.at_ms, speed=None)
        speed = self._playback.speed
        return messages.Playback(mode="paused" if speed is None else "playing", at_ms=self._playback.at_ms, speed=speed)

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
        if self._sent is not None and self._playback is None:
            here: Backend = self._socket.app.state.backend
            here.metrics.frames.observe(self._fold_to_socket_ms / 1000)
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

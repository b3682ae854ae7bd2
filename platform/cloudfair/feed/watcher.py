"""A watcher: one client of a feed, with at most one frame on its way to it.

A watcher keeps the last frame that its client was sent, and its own playback. When the client can be sent to again, it
gets one patch from that frame to the newest. A slow client therefore sees fewer frames, each merging what it missed,
and it costs the run nothing. Nobody turns it away: the server closes only the connection of one that takes nothing at
all, and so answers no ping for 20 s (uvicorn's `ws_ping_timeout`).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Protocol, assert_never

import msgspec

from cloudfair.feed import messages
from cloudfair.feed.feed import Feed
from cloudfair.feed.frames import Frame, Parts, text_of, without_overlap
from cloudfair.feed.inbox import Inbox, MessageError
from cloudfair.feed.messages import (
    Ack,
    ClientMessage,
    Heartbeat,
    Live,
    Move,
    PairMessage,
    Pause,
    Play,
    Reset,
    Seek,
    ServerMessage,
    Step,
    Subscribe,
    wall_time,
)
from cloudfair.feed.playback import Playback

HEARTBEAT_S = 2.0


class WatcherState(Enum):
    """The states of a watcher's life, in their usual order."""

    CONNECTED = "the client was greeted and has not subscribed"
    SUBSCRIBING = "a subscription waits for its answer"
    LIVE = "the client follows the run as it goes"
    PLAYBACK = "the client moves through the past on its own"
    REFUSED = "the client broke the protocol; the connection is closed with the reason"
    GONE = "the client has left"


LAST_STATES = frozenset({WatcherState.REFUSED, WatcherState.GONE})


class DisconnectedError(Exception):
    """The client has left while it was sent to."""


class Connection(Protocol):
    """The connection to one client; messages are texts."""

    async def receive(self) -> str | bytes | None:
        """Return the next message; None once the client has left."""

    async def send(self, text: str) -> None:
        """Send a message, and return when the operating system has taken it.

        Raises:
            DisconnectedError: the client has left.
        """

    async def close(self, reason: str | None = None) -> None:
        """Close the connection; with a reason where the client broke the protocol."""


class Watcher:
    """One client of a feed: a task of its own reads from the client, and only `serve` writes to it."""

    def __init__(self, connection: Connection, feed: Feed, observe: Callable[[float], None]) -> None:
        """Serve a feed; `observe` takes at each heartbeat the seconds from the fold to the socket of the last frame."""
        self._connection, self._feed, self._observe = connection, feed, observe
        self._state = WatcherState.CONNECTED
        self._refusal = ""
        """Why the connection is closed, in the state REFUSED."""
        self._wake = asyncio.Event()
        self._inbox = Inbox(feed.source.paths)
        self._subscription = Subscribe()
        self._parts: Parts = ()
        self._moves: deque[Move] = deque()
        """Moves that the client sent and that are not done yet."""
        self._playback: Playback | None = None
        """Its own way through the past, in the state PLAYBACK."""
        self._sent: Frame | None = None
        self._acknowledged = -1
        self._frame_due = self._heartbeat_due = time.monotonic()
        self._fold_to_socket_s = 0.0

    @property
    def state(self) -> WatcherState:
        """The state of its life."""
        return self._state

    async def serve(self) -> None:
        """Serve the client until it leaves or the source ends."""
        reading = asyncio.create_task(self._read())
        try:
            with suppress(DisconnectedError):
                await self._write()
        finally:
            reading.cancel()
            self._feed.leave(self)

    def wake_if_due(self, now: float) -> None:
        """Wake if a heartbeat or a frame is due."""
        if now >= self._heartbeat_due or (now >= self._frame_due and self._is_behind()):
            self._wake.set()

    def _refuse(self, reason: str) -> None:
        """Close the connection with a reason, soon."""
        self._refusal = reason
        self._become(WatcherState.REFUSED)

    def _become(self, state: WatcherState) -> None:
        """Change the state; the last states never change."""
        if self._state not in LAST_STATES:
            self._state = state

    async def _read(self) -> None:
        try:
            while (text := await self._connection.receive()) is not None:
                self._handle(self._inbox.read(text))
        except MessageError as fault:
            self._refuse(str(fault))
        finally:
            self._become(WatcherState.GONE)
            self._wake.set()

    def _handle(self, message: ClientMessage) -> None:
        """Take in a client's message.

        Raises:
            MessageError: it comes before the first subscription.
        """
        if isinstance(message, Ack):
            self._acknowledged = message.frame
            if self._state is WatcherState.LIVE and not self._feed.source.ended:
                return self.wake_if_due(time.monotonic())  # most often the next frame is not due
        elif isinstance(message, Subscribe):
            self._subscription, self._parts = message, without_overlap(message.parts)
            self._moves.clear()
            self._become(WatcherState.SUBSCRIBING)
        elif self._state is WatcherState.CONNECTED:
            raise MessageError("subscribe first: the parts and the rate are those of the subscription")
        else:
            self._moves.append(message)
        return self._wake.set()

    async def _write(self) -> None:
        await self._send_message(self._feed.source.hello(self._feed.feed_token))
        self._heartbeat_due = time.monotonic() + HEARTBEAT_S
        while self._state is not WatcherState.GONE:
            self._wake.clear()
            if self._state is WatcherState.REFUSED:
                return await self._connection.close(self._refusal)
            if time.monotonic() >= self._heartbeat_due:
                self._heartbeat_due = time.monotonic() + HEARTBEAT_S
                await self._send_message(self._heartbeat())
            try:
                await self._send_due()
            except MessageError as fault:
                self._refuse(str(fault))
                continue
            if self._sent and self._has_seen_the_end(self._sent):
                await self._send_message(self._feed.source.end(self._sent.position))
                return await self._connection.close()
            await self._sleep()
        return None

    async def _send_due(self) -> None:
        """Send the answer, the effect of a move, or the frame that is due."""
        if self._state is WatcherState.SUBSCRIBING:
            await self._answer()
        elif self._moves and self._state not in LAST_STATES:
            await self._move(self._moves.popleft())
        elif self._state is WatcherState.PLAYBACK:
            await self._play(self._own_playback)
        elif self._is_behind() and time.monotonic() >= self._frame_due:
            await self._send_newest(self._sent)

    async def _sleep(self) -> None:
        """Wait for a message, or the time at which something is due: the feed wakes live watchers, a timer others."""
        if self._moves or self._state is WatcherState.SUBSCRIBING or self._state in LAST_STATES:
            return
        if self._state is WatcherState.LIVE:
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
        if self._state is WatcherState.PLAYBACK:
            return self._own_playback.is_new or self._own_playback.speed is not None
        return self._state is WatcherState.LIVE and self._sent is not self._feed.newest

    def _is_ready(self, sent: Frame) -> bool:
        """Return whether the client can be sent more after this frame."""
        return not self._subscription.acknowledge or self._acknowledged == sent.number

    def _has_seen_the_end(self, sent: Frame) -> bool:
        """Return whether the client has seen the last frame, and asks for nothing else."""
        return self._state is WatcherState.LIVE and not self._moves and sent.ended and self._is_ready(sent)

    @property
    def _own_playback(self) -> Playback:
        assert self._playback is not None, "the state PLAYBACK has a playback"
        return self._playback

    async def _answer(self) -> None:
        """Answer a subscription: with a patch if it resumes from a frame still held, else with a snapshot."""
        asked, since = self._subscription, None
        self._acknowledged = -1
        if asked.at_ms is not None:
            playback = self._enter_playback(asked.at_ms)
            if asked.speed is not None:
                playback.play(asked.speed)
            await self._send_message(self._position())
            return await self._send_played(playback, await playback.frame(0), None)
        self._enter_live()
        if asked.resume is not None:
            held = self._feed.held(asked.resume, self._parts)
            if isinstance(held, Frame):
                since = held
            else:
                await self._send_message(Reset(reason=held))
        return await self._send_newest(since, time.monotonic())

    def _enter_live(self) -> None:
        self._playback = None
        self._feed.join(self)
        self._become(WatcherState.LIVE)

    def _enter_playback(self, at_ms: int, place: int | None = None) -> Playback:
        self._playback = self._feed.source.playback(at_ms, place)
        self._feed.leave(self)
        self._become(WatcherState.PLAYBACK)
        return self._playback

    async def _move(self, move: Move) -> None:
        """Do a move, and notify the client of its new position."""
        if isinstance(move, Live):
            return await self._return()
        if self._state is WatcherState.LIVE:
            assert self._sent is not None, "the subscription was answered"
            playback = self._enter_playback(self._sent.at_ms, self._sent.place)
            self._sent = playback.packed(self._sent)
        playback = self._own_playback
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
        return await self._send_message(self._position())

    async def _play(self, playback: Playback) -> None:
        """Send the frame of the playback: at once after a move, else at the client's rate."""
        is_through = playback.is_through
        if is_through and not self._feed.source.ended:
            return await self._return()
        if is_through:
            playback.pause()
            await self._send_message(self._position())
        if self._is_behind() and (playback.is_new or time.monotonic() >= self._frame_due):
            assert self._sent is not None, "there is one to be behind"
            frame = await playback.frame(self._sent.number + 1)
            since = playback.unpacked(self._sent)
            await self._send_played(playback, frame, since if since.measures else None)
        return None

    async def _return(self) -> None:
        """Go back to the run as it goes."""
        self._acknowledged = -1
        self._enter_live()
        await self._send_message(self._position())
        await self._send_newest(None, time.monotonic())

    async def _send_played(self, playback: Playback, frame: Frame, since: Frame | None) -> None:
        await self._send(frame, text_of(frame, since, self._parts))
        self._sent = playback.packed(frame)

    async def _send_newest(self, since: Frame | None, asked_at: float = 0.0) -> None:
        frame = await self._feed.current()
        await self._send(frame, self._feed.text(since, self._parts), asked_at)

    async def _send(self, frame: Frame, text: str, asked_at: float = 0.0) -> None:
        """Send a frame. One that lay there before the client asked for it has been on its way since it did."""
        self._sent = frame
        await self._connection.send(text)
        sent_at = time.monotonic()
        self._fold_to_socket_s = sent_at - max(frame.folded_at, asked_at)
        # The next frame is due an interval after this one was due: a late frame does not lower the rate, nor does one
        # that a move asked for early. Half an interval lies between any two.
        interval_s = 1 / self._subscription.rate_hz
        self._frame_due = max(min(self._frame_due, sent_at) + interval_s, sent_at + interval_s / 2)

    async def _send_message(self, message: ServerMessage | PairMessage) -> None:
        await self._connection.send(msgspec.json.encode(message).decode())

    def _position(self) -> messages.Playback:
        """Return where the client stands."""
        if self._playback is None:
            return messages.Playback(mode="live", at_ms=self._feed.source.at_ms, speed=None)
        speed = self._playback.speed
        return messages.Playback(mode="paused" if speed is None else "playing", at_ms=self._playback.at_ms, speed=speed)

    def _heartbeat(self) -> Heartbeat:
        source = self._feed.source
        if self._sent is not None and self._state is WatcherState.LIVE:
            self._observe(self._fold_to_socket_s)
        lags = source.lags(self._fold_to_socket_s * 1000)
        return Heartbeat(wall=wall_time(), at_ms=source.at_ms, position=source.position, lag_ms=lags)

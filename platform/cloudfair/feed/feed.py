"""Feeds: what changes in the measures of a run, or of two, as numbered frames that any number of watchers share."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import zlib
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from typing import Protocol

from cloudfair.feed.frames import Frame, Parts, text_of
from cloudfair.feed.messages import End, Hello, Lags, PairEnd, PairHello
from cloudfair.feed.playback import Playback

TICK_S = 0.1
"""A feed makes at most ten frames a second."""
TURN_WATCHERS = 64
"""How many watchers check what is due in one turn of the event loop; each may then write its frame."""
HELD_FRAMES = 64
"""How many frames a watcher may miss and still go on with a patch."""

_logger = logging.getLogger(__name__)


class Source(Protocol):
    """What a feed shows: one run, or two side by side."""

    paths: frozenset[str]
    """The paths that a client may subscribe to."""

    @property
    def name(self) -> str:
        """The name for messages in the log."""

    @property
    def at_ms(self) -> int:
        """The simulated moment that the source has reached."""

    @property
    def position(self) -> int:
        """How many events are folded."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""

    def is_shown_by(self, frame: Frame) -> bool:
        """Return whether nothing has changed since a frame."""

    async def frame(self, number: int) -> Frame:
        """Return the measures of now as the frame of this number."""

    def playback(self, at_ms: int, place: int | None) -> Playback:
        """Return a way through the past for one watcher alone, which begins at a moment or a place.

        Raises:
            MessageError: this source has no past.
        """

    def lags(self, fold_to_socket_ms: float) -> Lags:
        """Return how long the latest data took on their way; the last part of the way is the watcher's."""

    def hello(self, token: str) -> Hello | PairHello:
        """Return the greeting, with every event that was answered for."""

    def end(self, position: int) -> End | PairEnd:
        """Return the last message, after a frame at this position."""


class Follower(Protocol):
    """A watcher, as its feed sees it."""

    def wake_if_due(self, now: float) -> None:
        """Wake if anything is due at this time of the monotonic clock; called ten times a second."""


class Feed:
    """The frames of one source. They are made only while a watcher has joined, and only when something changed."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.feed_token = secrets.token_hex(4)
        """Identifies this feed: a frame of a feed with another token cannot be resumed."""
        self.left_at = time.monotonic()
        """When the latest watcher left, on the monotonic clock."""
        self._frames: deque[Frame] = deque(maxlen=HELD_FRAMES)
        self._watchers: set[Follower] = set()
        self._maker: asyncio.Task[None] | None = None
        self._current = asyncio.Event()
        """Set once the newest frame is one that was made or checked since the first watcher joined."""
        self._texts: dict[tuple[int | None, Parts], str] = {}

    @property
    def newest(self) -> Frame:
        """The newest frame; there is one once `current` has returned."""
        return self._frames[-1]

    @property
    def is_watched(self) -> bool:
        """Whether any watcher has joined."""
        return bool(self._watchers)

    async def current(self) -> Frame:
        """Return the newest frame, as soon as it is of now."""
        await self._current.wait()
        return self.newest

    def join(self, watcher: Follower) -> None:
        """Wake a watcher when something is due, from now on; one clock for all costs less than a timer for each."""
        self._watchers.add(watcher)
        if self._maker is None or self._maker.done():
            self._maker = asyncio.create_task(self._make_frames())

    def leave(self, watcher: Follower) -> None:
        """Stop waking a watcher."""
        self._watchers.discard(watcher)
        self.left_at = time.monotonic()
        if not self._watchers and self._maker is not None:
            self._maker.cancel()
            self._maker = None
            self._current.clear()

    def token(self, frame: Frame, parts: Parts) -> str:
        """Return the token with which a client that saw these parts resumes from a frame."""
        return f"{self.feed_token}:{frame.number}:{zlib.crc32(' '.join(parts).encode()):x}"

    def held(self, token: str, parts: Parts) -> Frame | str:
        """Return the frame of a token, or the reason why a client that asks for these parts cannot resume from it."""
        feed_token, _, seen = token.partition(":")
        number = seen.partition(":")[0]
        if feed_token != self.feed_token:
            return "the token is of another feed: the backend was restarted, or it is another run's"
        for frame in self._frames:
            if str(frame.number) == number:
                return frame if token == self.token(frame, parts) else "the token is of a subscription to other parts"
        return f"frame {number} is no longer held"

    def text(self, since: Frame | None, parts: Parts) -> str:
        """Return the message that brings a client from the frame `since`, or from nothing, to the newest frame.

        A client whose frame is no longer held starts from nothing. The message is made once for all watchers that need
        the same one.
        """
        since = since if since is not None and since.measures else None
        key = (None if since is None else since.number, parts)
        if (text := self._texts.get(key)) is None:
            text = self._texts[key] = text_of(self.newest, since, parts, self.token(self.newest, parts))
        return text

    async def _make_frames(self) -> None:
        due = 0.0
        while True:
            now = time.monotonic()
            due = max(due + TICK_S, now + TICK_S / 2)  # delays do not add up
            try:
                await self._make_if_changed()
            except Exception:  # one frame is missing; the feed must go on for all its watchers
                _logger.exception("no frame of %s", self.source.name)
            self._wake_watchers()
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _make_if_changed(self) -> None:
        if not self._frames or not self.source.is_shown_by(self.newest):
            self._add(await self.source.frame(self.newest.number + 1 if self._frames else 0))
        self._current.set()

    def _add(self, frame: Frame) -> None:
        if len(self._frames) == self._frames.maxlen:
            self._frames[0].measures.clear()  # a watcher that still refers to it would keep some hundred KB
        self._frames.append(frame)
        self._texts.clear()

    def _wake_watchers(self, watchers: Iterator[Follower] | None = None) -> None:
        """Wake some watchers, then the next ones in the next turn of the loop: other tasks, above all intake, go on."""
        now, watchers = time.monotonic(), watchers or iter(tuple(self._watchers))
        for watcher in islice(watchers, TURN_WATCHERS):
            watcher.wake_if_due(now)
        if next_one := next(watchers, None):
            asyncio.get_running_loop().call_soon(self._wake_watchers, chain((next_one,), watchers))

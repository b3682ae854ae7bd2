"""Feeds: what changes in a run's measures, as numbered frames that any number of watchers share."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, Protocol

import msgspec

from cloudfair.live import Live
from cloudfair.merge_patch import diff
from cloudfair.messages import Patch, Snapshot
from cloudfair.moments import Moments
from cloudfair.past import Past, RunPast

TICK_S = 0.1
"""A feed makes at most ten frames a second."""
TURN_WATCHERS = 64
"""How many watchers look at what is due in one turn of the loop; each may then write its frame."""
HELD_FRAMES = 64
"""How many frames a watcher may have missed and still go on with a patch."""

Parts = tuple[str, ...]
"""Paths of the snapshot in their order; none for all of it."""


class Frame(msgspec.Struct, frozen=True):
    """The measures of a run at one moment; never changed once made, and empty once its feed has let go of it."""

    number: int
    position: int
    place: int
    """From where steps count."""
    at_ms: int
    ended: bool
    folded_at: float
    """On the monotonic clock."""
    measures: dict[str, Any]


class Follower(Protocol):
    """Whoever a feed has for its frames."""

    def look(self, now: float) -> None:
        """See whether anything is due at a time of the monotonic clock; called ten times a second."""


class Feed:
    """The frames of one run. They are made only while somebody watches, and only when something changed."""

    def __init__(self, live: Live, moments: Moments) -> None:
        self.live = live
        self._moments = moments
        self.epoch = secrets.token_hex(4)
        self._frames: deque[Frame] = deque(maxlen=HELD_FRAMES)
        self._watchers: set[Follower] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        """When the next frame is."""
        self._texts: dict[tuple[int | None, Parts], str] = {}

    @property
    def at_ms(self) -> int:
        """The moment that the run has reached."""
        return self.live.at_ms

    @property
    def ended(self) -> bool:
        """Whether the run has."""
        return self.live.ended

    def past(self) -> Past:
        """Return what a watcher of its own looks back into."""
        return RunPast(self.live, self._moments)

    @property
    def newest(self) -> Frame:
        """The newest frame; there is one from the first `join` on."""
        return self._frames[-1]

    def join(self, watcher: Follower) -> None:
        """Have a watcher look at what is due from now on; the one clock of all costs each less than its own would."""
        self._watchers.add(watcher)
        if self._timer is None:
            self._tick()

    def leave(self, watcher: Follower) -> None:
        """Have a watcher look no more."""
        self._watchers.discard(watcher)
        if not self._watchers and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def is_joined(self, watcher: Follower) -> bool:
        """Return whether a watcher looks at what is due."""
        return watcher in self._watchers

    def token(self, frame: Frame) -> str:
        """Return what a client resumes from this frame with."""
        return f"{self.epoch}:{frame.number}"

    def held(self, token: str) -> Frame | str:
        """Return the frame of a token, or why there is no going on from it."""
        epoch, _, number = token.partition(":")
        if epoch != self.epoch:
            return "the token is of another feed: the backend was restarted, or it is another run's"
        for frame in self._frames:
            if str(frame.number) == number:
                return frame
        return f"frame {number} is no longer held"

    def text(self, since: Frame | None, parts: Parts) -> str:
        """Return the message that brings a client from `since`, or from nothing, to the newest frame.

        A client that stands at a frame which is held no more is brought from nothing. The message is made once for all
        watchers who are sent the same.
        """
        since = since if since is not None and since.measures else None
        key = (None if since is None else since.number, parts)
        if (text := self._texts.get(key)) is None:
            text = self._texts[key] = text_of(self.newest, since, parts, self.token(self.newest))
        return text

    def _tick(self) -> None:
        # the next tick first: should this one fail, the loop reports it and the feed goes on
        now = time.monotonic()
        self._due = max(self._due + TICK_S, now + TICK_S / 2)  # late ones do not add up
        self._timer = asyncio.get_running_loop().call_later(self._due - now, self._tick)
        live, state = self.live, self.live.state()
        position = state.position
        if not self._frames or self.newest.position != position:
            self._add(Frame(self._next, position, position, live.at_ms, live.ended, live.folded_at, state.snapshot()))
        self._look()

    @property
    def _next(self) -> int:
        """The number of the next frame."""
        return self.newest.number + 1 if self._frames else 0

    def _add(self, frame: Frame) -> None:
        if len(self._frames) == self._frames.maxlen:
            self._frames[0].measures.clear()  # whoever still stands there would keep some hundred KB each
        self._frames.append(frame)
        self._texts.clear()

    def _look(self, watchers: Iterator[Follower] | None = None) -> None:
        """Have some watchers look, then the next ones: between them others have their turn, the intake above all."""
        now, watchers = time.monotonic(), watchers or iter(tuple(self._watchers))
        for watcher in islice(watchers, TURN_WATCHERS):
            watcher.look(now)
        if next_one := next(watchers, None):
            asyncio.get_running_loop().call_soon(self._look, chain((next_one,), watchers))


class Feeds:
    """The feeds of all runs that were watched since the backend began."""

    def __init__(self, moments: Moments) -> None:
        self._moments = moments
        self._feeds: dict[str, Feed] = {}

    def of(self, live: Live) -> Feed:
        """Return the feed of a run."""
        if live.run not in self._feeds:
            self._feeds[live.run] = Feed(live, self._moments)
        return self._feeds[live.run]


def text_of(frame: Frame, since: Frame | None, parts: Parts, token: str = "") -> str:
    """Return the message that brings a client from `since`, or from nothing, to a frame."""
    state = select(frame.measures, parts)
    message: Snapshot | Patch
    if since is None:
        message = Snapshot(frame=frame.number, position=frame.position, at_ms=frame.at_ms, state=state, token=token)
    else:
        message = Patch(
            from_=since.number,
            to=frame.number,
            position=frame.position,
            at_ms=frame.at_ms,
            patch=diff(select(since.measures, parts), state),
            merged=frame.number - since.number,
            token=token,
        )
    return msgspec.json.encode(message).decode()


def select(measures: dict[str, Any], parts: Parts) -> dict[str, Any]:
    """Return the parts of a snapshot that were asked for, in their places."""
    if not parts:
        return measures
    selected: dict[str, Any] = {}
    for path in parts:
        part, _, measure = path.partition(".")
        if measure:
            selected.setdefault(part, {})[measure] = measures[part][measure]
        else:
            selected[part] = measures[part]
    return selected

"""Feeds: what changes in a run's measures, as numbered frames that any number of watchers share."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from typing import Any

import msgspec

from cloudfair.live import Live
from cloudfair.merge_patch import diff
from cloudfair.messages import Patch, Snapshot

TICK_S = 0.1
"""A feed makes at most ten frames a second."""
HELD_FRAMES = 64
"""How many frames a watcher may have missed and still go on with a patch."""

Parts = tuple[str, ...]
"""Paths of the snapshot in their order; none for all of it."""


class Frame(msgspec.Struct, frozen=True):
    """The measures of a run at one moment; never changed once made."""

    number: int
    position: int
    at_ms: int
    ended: bool
    folded_at: float
    """On the monotonic clock."""
    measures: dict[str, Any]


class Feed:
    """The frames of one run. They are made only while somebody watches, and only when something changed."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.epoch = secrets.token_hex(4)
        self._frames: deque[Frame] = deque(maxlen=HELD_FRAMES)
        self._watchers: set[asyncio.Event] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._texts: dict[tuple[int | None, Parts], str] = {}

    @property
    def newest(self) -> Frame:
        """The newest frame; there is one from the first `join` on."""
        return self._frames[-1]

    def join(self, changed: asyncio.Event) -> None:
        """Have `changed` set at every new frame."""
        self._watchers.add(changed)
        if self._timer is None:
            self._tick()

    def leave(self, changed: asyncio.Event) -> None:
        """Have `changed` set no more."""
        self._watchers.discard(changed)
        if not self._watchers and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def is_joined(self, changed: asyncio.Event) -> bool:
        """Return whether `changed` is set at every new frame."""
        return changed in self._watchers

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

        It is made once for all watchers who are sent the same.
        """
        key = (None if since is None else since.number, parts)
        if (text := self._texts.get(key)) is None:
            text = self._texts[key] = text_of(self.newest, since, parts, self.token(self.newest))
        return text

    def _tick(self) -> None:
        # the next tick first: should this one fail, the loop reports it and the feed goes on
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)
        state = self.live.state()
        if self._frames and self.newest.position == state.position:
            return
        live, number = self.live, self.newest.number + 1 if self._frames else 0
        frame = Frame(number, live.position, live.at_ms, live.ended, live.folded_at, state.snapshot())
        self._frames.append(frame)
        self._texts.clear()
        for changed in self._watchers:
            changed.set()


class Feeds:
    """The feeds of all runs that were watched since the backend began."""

    def __init__(self) -> None:
        self._feeds: dict[str, Feed] = {}

    def of(self, live: Live) -> Feed:
        """Return the feed of a run."""
        if live.run not in self._feeds:
            self._feeds[live.run] = Feed(live)
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

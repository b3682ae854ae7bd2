"""The state of a run as of any point in time: the checkpoint before it, and the events that follow it in the log."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from itertools import islice
from typing import Any

from cloudfair.errors import DamageError
from cloudfair.store.checkpoints import Stretch
from cloudfair.store.log import Log
from fairfacts.event import Event
from fairfacts.measures import State

HELD_EVENTS = 131_072
"""How many decoded events are held, some 40 MB at most, for readers that ask for one part of a run repeatedly."""

HELD_MOMENTS = 64
"""How many moments' measures are held."""


class _Held:
    """Decoded events of a stretch, from its first; a reader that continues it holds the lock of this stretch alone."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.events: list[Event] = []


class PointsInTime:
    """The states of runs as of any point in time that their logs reach. Safe to use from any thread."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        """Held for moments only: a slow read of one run does not delay readers of another."""
        self._held: OrderedDict[tuple[str, int], _Held] = OrderedDict()
        """By run and position of the first event, the least used first."""
        self._settled: OrderedDict[tuple[str, int], dict[str, Any]] = OrderedDict()
        """Measures by run and moment, the least used first."""

    def state(self, run: str, at_ms: int, since: State | None = None) -> State:
        """Return the measures of everything that had happened at a moment, in ms since the epoch.

        Its snapshot is byte for byte what the live feed showed then. `since` is a state of the same run. If it is
        shorter to fold on from there, `since` is changed and returned: do not use it again.

        Raises:
            DamageError: the log, or the moments of its segments, are not what was appended.
            BackendError: the database fails.
        """
        stretch = self._log.checkpoints.stretch(run, at_ms=at_ms)
        events = self._events(run, stretch)
        count = bisect_right(events, at_ms, hi=stretch.end - stretch.first, key=_at_ms)
        if stretch.first + count == stretch.end:
            self._check_next(run, stretch.end, at_ms)
        state = _folded(stretch, events, count, since)
        if state.position and state.parts.at_ms > at_ms:
            raise _misplaced(run, stretch.first)
        return state

    def settled(self, run: str, at_ms: int) -> dict[str, Any]:
        """Return the measures, as plain data, at a moment that the run has passed; they are held for the next request.

        Raises:
            DamageError, BackendError: as `state`.
        """
        with self._lock:
            measures = self._settled.pop((run, at_ms), None)
        measures = measures or self.state(run, at_ms).snapshot()
        with self._lock:
            self._settled[run, at_ms] = measures
            while len(self._settled) > HELD_MOMENTS:
                self._settled.popitem(last=False)
        return measures

    def state_after(self, run: str, position: int, since: State | None = None) -> State:
        """Return the measures of the first `position` events, or of all if the log has fewer; as `state`."""
        stretch = self._log.checkpoints.stretch(run, position=position)
        return _folded(stretch, self._events(run, stretch), min(position, stretch.end) - stretch.first, since)

    def _events(self, run: str, stretch: Stretch) -> list[Event]:
        """Return the events from the stretch's first, at least to its end. The list may grow; nothing else changes."""
        key = (run, stretch.first)
        with self._lock:
            held = self._held.setdefault(key, _Held())
            self._held.move_to_end(key)
        with held.lock:
            missing = stretch.first + len(held.events)
            if missing < stretch.end:
                segments = self._log.segments.read(run, missing, stretch.end)
                held.events += [event for segment in segments for some in segment.events() for event in some]
        with self._lock:
            while len(self._held) > 1 and sum(len(each.events) for each in self._held.values()) > HELD_EVENTS:
                self._held.popitem(last=False)
        return held.events

    def _check_next(self, run: str, position: int, at_ms: int) -> None:
        """Check that the event after the chosen segments is later: the choice relies on stored moments."""
        for segment in self._log.segments.read(run, position, position + 1):
            first = next(segment.events())[0]
            if first.at_ms <= at_ms:
                raise _misplaced(run, segment.first)


def _folded(stretch: Stretch, events: list[Event], count: int, since: State | None) -> State:
    """Return the state after the stretch's first `count` events."""
    if since is None or not stretch.first <= since.position <= stretch.first + count:
        since = State.restore(stretch.checkpoint.state) if stretch.checkpoint else State()
    since.fold(islice(events, since.position - stretch.first, count))
    return since


def _misplaced(run: str, position: int) -> DamageError:
    return DamageError(
        f"run {run}: the stored moment of the segment at event {position} is not that of its events;"
        f" fair verify --repair {run} makes it again",
        run=run,
        table="segment",
        position=position,
    )


def _at_ms(event: Event) -> int:
    return event.at_ms

"""Moments: the state of a run at any instant, rebuilt from the checkpoint before it and the events after that.

A route that answers `?at=` takes the query parameter as `At` and asks `await instant_of(here, run, at)`, which also
answers for now where nothing is asked. Whoever has a log and no backend asks `Moments(log).state(run, at_ms)`.
"""

from __future__ import annotations

import asyncio
import re
import threading
from bisect import bisect_right
from collections import OrderedDict
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import Query
from fastapi.exceptions import RequestValidationError

from cloudfair.log import Log, Stretch, pieces
from fairfacts.event import Event
from fairfacts.events import decode
from fairfacts.measures import State

if TYPE_CHECKING:
    from cloudfair.backend import Backend

HELD_EVENTS = 131_072
"""How many decoded events are held, some 40 MB at most, for whoever looks at one stretch of a run again and again."""

At = Annotated[
    str | None,
    Query(
        description="Simulated moment: ISO 8601 (the fair's own time where it names no offset), or ms since the run's"
        " epoch. Without one: now.",
        examples=["2020-09-05T10:30:00+08:00", "123456789"],
        max_length=40,
    ),
]
"""The query parameter of a route that shows a run as it was at a moment."""


class Instant(NamedTuple):
    """A run as it was at one instant."""

    state: State
    """Not to be folded any further; that of now goes on with the run, so read it before you await anything."""
    at_ms: int
    """The simulated moment; never later than the run's latest event."""

    @property
    def position(self) -> int:
        """Return how many events had happened."""
        return self.state.position


async def instant_of(here: Backend, run: str, at: str | None) -> Instant:
    """Return a run as it was at a moment (all events of that millisecond taken in), or as it is now where `at` is None.

    A moment that the run has not reached is answered as now.

    Raises:
        UnknownError: there is no such run.
        RequestValidationError: `at` is no moment, or lies before the run's epoch.
    """
    live = await here.runs.get(run)
    now = live.state()
    if at is None:
        return Instant(now, live.at_ms)
    at_ms = min(moment_ms(at, now.parts.run.epoch), live.at_ms)
    return Instant(await asyncio.to_thread(here.moments.state, run, at_ms), at_ms)


def moment_ms(at: str, epoch: str, parameter: str = "at") -> int:
    """Return a moment in ms since the epoch; `at` is such a number already, or ISO 8601, given as a parameter.

    Raises:
        RequestValidationError: it is neither, or lies before the epoch.
    """
    if at.isascii() and at.isdecimal():
        return int(at)
    began = datetime.fromisoformat(epoch)
    try:
        moment = datetime.fromisoformat(re.sub(r" (?=\d\d:?\d\d$)", "+", at) if "T" in at else at)  # a + in a URL
    except ValueError:
        raise _not_valid(
            parameter, at, f"{at} is no moment; write ms since the epoch, or a date and time such as {epoch}"
        ) from None
    passed = (moment if moment.tzinfo else moment.replace(tzinfo=began.tzinfo)) - began
    if passed < timedelta():
        raise _not_valid(parameter, at, f"{at} lies before the run's epoch; the first moment is {epoch}")
    return passed // timedelta(milliseconds=1)


class Moments:
    """The states of runs at any instant that their logs reach. Every method may be called from any thread."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[str, int], list[Event]] = OrderedDict()
        """Decoded events by run and position of the first, the least used first."""

    def state(self, run: str, at_ms: int, since: State | None = None) -> State:
        """Return the measures of everything that had happened at a moment, in ms since the epoch.

        Its snapshot is byte for byte what the live feed showed then. `since` is a state of the same run, which is
        folded on where that is the shorter way; it is not to be used again.

        Raises:
            BackendError: the database does not do its part.
        """
        stretch = self._log.stretch(run, at_ms=at_ms)
        events = self._events(run, stretch)
        count = bisect_right(events, at_ms, hi=stretch.end - stretch.first, key=_at_ms)
        return _folded(stretch, events, count, since)

    def state_after(self, run: str, position: int, since: State | None = None) -> State:
        """Return the measures of the first `position` events, or of all where the log has fewer; as `state`."""
        stretch = self._log.stretch(run, position=position)
        return _folded(stretch, self._events(run, stretch), min(position, stretch.end) - stretch.first, since)

    def _events(self, run: str, stretch: Stretch) -> list[Event]:
        """Return the events from the stretch's first, at least to its end; the list may grow and never changes else."""
        key, missing = (run, stretch.first), stretch.end
        with self._lock:
            events = self._held.pop(key, None) or []
            missing = stretch.first + len(events)
            for _, ndjson, _ in self._log.segments(run, missing, stretch.end) if missing < stretch.end else ():
                for piece in pieces(ndjson):
                    events += decode(piece)
            self._held[key] = events
            while len(self._held) > 1 and sum(map(len, self._held.values())) > HELD_EVENTS:
                self._held.popitem(last=False)
        return events


def _folded(stretch: Stretch, events: list[Event], count: int, since: State | None) -> State:
    """Return the state after the stretch's first `count` events."""
    if since is None or not stretch.first <= since.position <= stretch.first + count:
        since = State.restore(stretch.checkpoint.state) if stretch.checkpoint else State()
    since.fold(islice(events, since.position - stretch.first, count))
    return since


def _at_ms(event: Event) -> int:
    return event.at_ms


def _not_valid(parameter: str, at: str, reason: str) -> RequestValidationError:
    return RequestValidationError([{"type": "moment", "loc": ("query", parameter), "msg": reason, "input": at}])

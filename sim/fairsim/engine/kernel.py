"""The kernel: SimPy's processes on a clock of whole milliseconds, with an event list of our own."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import count
from operator import itemgetter
from typing import Any

import simpy
from simpy.events import NORMAL, URGENT

from fairfacts.event import Event

Process = Generator[simpy.Event, Any, None]
"""The generator of a SimPy process. It yields what it waits for."""
Arrivals = Iterator[int]
"""A generator of waiting times in ms. It waits for nothing but time, and acts between two of its values."""

Emit = Callable[[Event], None]
"""Appends an event to the log. The model counts nothing itself: the measures do."""

Callback = Callable[[Any], None]
"""A function that the event list calls with one argument."""

BEHIND_ALL_ELSE = 2
"""A priority after SimPy's own, which are 0 (urgent) and 1 (normal)."""
BEFORE_ALL_ELSE = -1
"""A priority at the end of the millisecond before."""
PRIORITY_BITS = 2
"""The key of an entry is its time in ms, shifted by this many bits, plus its priority."""
BUCKET_BITS = 12
"""A bucket of the event list spans 2**12 ms. It holds a few dozen entries in a busy hour."""
BUCKET_KEY_BITS = BUCKET_BITS + PRIORITY_BITS


class Kernel:
    """The clock and the event list. SimPy's events, timeouts, processes and conditions run on it.

    It offers these classes the two things that they need from an environment, `schedule` and `now`, and no more of
    SimPy's `Environment`: processes cannot be interrupted.

    The event list is a calendar queue (Brown 1988): buckets of some seconds, each sorted when its time comes. In one
    heap, as in SimPy, an entry costs more the more entries there are. The order is SimPy's: by time, by priority, then
    first come, first served.
    """

    def __init__(self) -> None:
        self.now = 0
        """Milliseconds since the epoch of the run."""
        self._active_proc: simpy.Process | None = None
        """The process that is running. SimPy's processes set it."""
        self._entered = count()
        self._bucket = 0
        """The number of the bucket that is being played."""
        self._due: list[tuple[int, Callback, Any]] = []
        """Its entries from before its time came, the next one last."""
        self._soon: list[tuple[int, int, Callback, Any]] = []
        """A heap of its entries since then. The second number keeps entries of one key in order."""
        self._ahead: dict[int, list[tuple[int, Callback, Any]]] = {}
        """The entries of later buckets, in the order in which they were entered."""
        self._buckets: list[int] = []
        """A heap of the numbers of these buckets."""

    def at(self, at_ms: int, callback: Callback, argument: Any = None, priority: int = NORMAL) -> None:
        """Call a function at a time in ms since the epoch, without a SimPy event that others could wait for.

        Raises:
            ValueError: the time lies in the past.
        """
        self.after(at_ms - self.now, callback, argument, priority)

    def after(self, delay_ms: int, callback: Callback, argument: Any = None, priority: int = NORMAL) -> None:
        """Call a function after a delay.

        Raises:
            ValueError: the delay is negative.
        """
        if delay_ms < 0:
            raise ValueError(f"cannot schedule a call at {self.now + delay_ms} ms: the clock stands at {self.now} ms")
        key = (self.now + delay_ms << PRIORITY_BITS) + priority
        bucket = key >> BUCKET_KEY_BITS
        if bucket <= self._bucket:
            heappush(self._soon, (key, next(self._entered), callback, argument))
            return
        try:
            self._ahead[bucket].append((key, callback, argument))
        except KeyError:
            self._ahead[bucket] = [(key, callback, argument)]
            heappush(self._buckets, bucket)

    def process(self, generator: Process) -> simpy.Process:
        """Start a SimPy process now."""
        return simpy.Process(self, generator)  # type: ignore[arg-type]  # it needs `schedule` and `now` alone

    def timeout(self, delay_ms: int) -> simpy.Timeout:
        """Return a SimPy event that happens after a delay."""
        return simpy.Timeout(self, delay_ms)  # type: ignore[arg-type]  # it needs `schedule` and `now` alone

    def end_of_millisecond(self, delay_ms: int) -> simpy.Event:
        """Return a SimPy event that happens after a delay, behind everything else in its millisecond."""
        event = simpy.Event(self)  # type: ignore[arg-type]  # it needs `schedule` and `now` alone
        event._ok, event._value = True, None
        self.schedule(event, BEHIND_ALL_ELSE, delay_ms)
        return event

    def schedule(self, event: simpy.Event, priority: int = NORMAL, delay: int = 0) -> None:
        """Enter a SimPy event. SimPy's own classes call this."""
        self.after(delay, _trigger, event, priority)

    def add_arrivals(self, arrivals: Arrivals) -> None:
        """Start a generator of waiting times, without creating a SimPy event for each arrival."""
        self.after(0, self._next_arrival, arrivals, URGENT)

    def run(self, until: int | None = None) -> None:
        """Play all entries before a time in ms since the epoch, and set the clock to it; without one, play them all.

        Raises:
            ValueError: the time lies in the past.
        """
        if until is None:
            self._play()
            return
        if until < self.now:
            raise ValueError(f"cannot play until {until} ms: the clock stands at {self.now} ms")
        self.after(until - self.now, _stop, until, BEFORE_ALL_ELSE)
        reached = None
        while reached != until:  # a run that failed may have left its stop in the list
            try:
                self._play()
            except _StopError as stop:
                reached = stop.at_ms
        self.now = until

    def _next_arrival(self, arrivals: Arrivals) -> None:
        if (wait_ms := next(arrivals, None)) is not None:
            self.after(wait_ms, self._next_arrival, arrivals)

    def _play(self) -> None:
        due, soon = self._due, self._soon
        while True:
            if soon and (not due or soon[0][0] < due[-1][0]):
                key, _, callback, argument = heappop(soon)
            elif due:
                key, callback, argument = due.pop()
            elif self._buckets:
                self._bucket = heappop(self._buckets)
                due = self._due = self._ahead.pop(self._bucket)
                due.sort(key=itemgetter(0))
                due.reverse()
                continue
            else:
                return
            self.now = key >> PRIORITY_BITS
            callback(argument)


class _StopError(Exception):
    """Ends a run at a time."""

    def __init__(self, at_ms: int) -> None:
        super().__init__(at_ms)
        self.at_ms = at_ms


def _stop(until_ms: int) -> None:
    raise _StopError(until_ms)


def _trigger(event: Any) -> None:
    """Call the callbacks of a SimPy event; raise its failure if none of them handled it, as SimPy does."""
    callbacks, event.callbacks = event.callbacks, None
    for callback in callbacks:
        callback(event)
    if not event._ok and not hasattr(event, "_defused"):
        raise event._value


@contextmanager
def few_collections(*, to_the_end: bool = False) -> Iterator[None]:
    """Make garbage collections rare: the model creates no reference cycles, and the search for them costs a fifth.

    Args:
        to_the_end: whether the process ends soon after the block. What the block leaves is not searched again then: a
            fair that is over is one large cycle, and to free it takes a tenth of the time that it was played in.
    """
    usual = gc.get_threshold()
    gc.collect()  # an earlier fair is itself in cycles, which would stay in memory throughout the block
    gc.set_threshold(2_000_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        if to_the_end:
            gc.freeze()

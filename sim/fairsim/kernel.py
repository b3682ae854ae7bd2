"""The kernel: SimPy on a clock of whole milliseconds, and how the parts of the model tell what happens."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from operator import itemgetter
from typing import Any

import simpy
from simpy.core import StopSimulation
from simpy.events import NORMAL, URGENT

from fairfacts.event import Event

Story = Generator[simpy.Event, Any, None]
"""A SimPy process: what something in the fair does, from its begin to its end."""
Arrivals = Iterator[int]
"""A process that waits for nothing but time: those who come, one after the other; yields each wait, in ms."""

Emit = Callable[[Event], None]
"""Tells that something happened. A process counts nothing: the measures do."""

Deed = Callable[[Any], None]
"""What is done to a subject when its time has come."""

BEHIND_ALL_ELSE = 2
"""SimPy's own priorities are 0 and 1."""
BEFORE_ALL_ELSE = -1
"""The last of the millisecond before."""
PRIORITY_BITS = 2
"""An entry's key is its moment in ms, shifted by so many bits, plus its priority."""
SLOT_BITS = 12
"""A slot of the agenda is 2**12 ms: a few dozen entries at a busy hour."""
SLOT_KEY_BITS = SLOT_BITS + PRIORITY_BITS


class Kernel(simpy.Environment):
    """SimPy's environment; as every delay is a whole number of milliseconds, so is the time.

    What is due is kept by slots of some seconds, put in order only when one is at hand (a calendar queue; Brown 1988).
    In one heap of all that stands ahead, as SimPy has it, every entry is the dearer the more there are, and ten times
    the visitors take far more than ten times the time. The order is SimPy's: by time, priority, and what was entered
    first. It is played by `run` alone: SimPy's `step` and `peek` look at its own heap, in which nothing is.
    """

    now: int = 0
    """Milliseconds since the epoch of the run; a plain number, as nothing is read so often."""

    def __init__(self) -> None:
        super().__init__()
        self._slot = 0
        """The slot at hand."""
        self._due: list[tuple[int, Deed, Any]] = []
        """What was entered for it before it was at hand, the last to be done first."""
        self._soon: list[tuple[int, int, Deed, Any]] = []
        """A heap of what was entered since; among those of one key, by a number."""
        self._ahead: dict[int, list[tuple[int, Deed, Any]]] = {}
        """What is due in slots to come, in the order in which it was entered."""
        self._slots: list[int] = []
        """A heap of these slots."""

    def at(self, moment_ms: int, deed: Deed, subject: Any = None, priority: int = NORMAL) -> None:
        """Do something at a moment: what a timeout with one callback does, without the event that others may await.

        Raises:
            ValueError: the moment is before now.
        """
        self.after(moment_ms - self.now, deed, subject, priority)

    def after(self, delay_ms: int, deed: Deed, subject: Any = None, priority: int = NORMAL) -> None:
        """Do something after a delay.

        Raises:
            ValueError: the delay is negative.
        """
        if delay_ms < 0:
            raise ValueError(f"nothing can be done at {self.now + delay_ms} ms any more: it is {self.now} ms")
        key = (self.now + delay_ms << PRIORITY_BITS) + priority
        slot = key >> SLOT_KEY_BITS
        if slot <= self._slot:
            heappush(self._soon, (key, next(self._eid), deed, subject))
            return
        try:
            self._ahead[slot].append((key, deed, subject))
        except KeyError:
            self._ahead[slot] = [(key, deed, subject)]
            heappush(self._slots, slot)

    def admit(self, arrivals: Arrivals) -> None:
        """Have those who come do so; as a process of SimPy's it would take an event for each, for nobody to look at."""
        self.after(0, self._admit_next, arrivals, URGENT)

    def at_end_of_moment(self, delay_ms: int) -> simpy.Event:
        """Return what happens after a delay, behind everything else of its millisecond."""
        event = simpy.Event(self)
        event._ok, event._value = True, None
        self.schedule(event, BEHIND_ALL_ELSE, delay_ms)
        return event

    def schedule(self, event: simpy.Event, priority: Any = NORMAL, delay: Any = 0) -> None:
        """Enter an event of SimPy's."""
        self.after(delay, _happen, event, priority)

    def run(self, until: Any = None) -> None:
        """Play all that is due before a moment, in ms since the epoch, and be there; without one, all that is due ever.

        Raises:
            ValueError: the moment is before now.
        """
        if until is None:
            self._play()
            return
        if until < self.now:
            raise ValueError(f"nothing can be played until {until} ms any more: it is {self.now} ms")
        self.after(until - self.now, _stop, until, BEFORE_ALL_ELSE)
        reached = None
        while reached != until:  # a stop of a run that a fault broke off may still stand before
            try:
                self._play()
            except StopSimulation as stop:
                reached = stop.args[0]
        self.now = until

    def _admit_next(self, arrivals: Arrivals) -> None:
        if (wait_ms := next(arrivals, None)) is not None:
            self.after(wait_ms, self._admit_next, arrivals)

    def _play(self) -> None:
        due, soon = self._due, self._soon
        while True:
            if soon and (not due or soon[0][0] < due[-1][0]):
                key, _, deed, subject = heappop(soon)
            elif due:
                key, deed, subject = due.pop()
            elif self._slots:
                self._slot = heappop(self._slots)
                due = self._due = self._ahead.pop(self._slot)
                due.sort(key=itemgetter(0))
                due.reverse()
                continue
            else:
                return
            self.now = key >> PRIORITY_BITS
            deed(subject)


def _stop(until_ms: int) -> None:
    raise StopSimulation(until_ms)


def _happen(event: Any) -> None:
    """An event of SimPy's happens: whoever waits for it goes on, and a failure that nobody waits for is everybody's."""
    callbacks, event.callbacks = event.callbacks, None
    for callback in callbacks:
        callback(event)
    if not event._ok and not hasattr(event, "_defused"):
        raise event._value


@contextmanager
def few_collections() -> Iterator[None]:
    """Have the garbage collector look seldom: the model makes no cycles, and the search for them costs a fifth."""
    usual = gc.get_threshold()
    gc.collect()  # a fair that is over is in cycles itself: frozen, the last one would stay for good
    gc.freeze()
    gc.set_threshold(2_000_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()

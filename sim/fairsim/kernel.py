"""The kernel: SimPy on a clock of whole milliseconds, and how the parts of the model tell what happens."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from heapq import heapify, heappop, heappush
from typing import Any

import simpy
from simpy.events import NORMAL

from fairfacts.event import Event

Story = Generator[simpy.Event, Any, None]
"""A SimPy process: what something in the fair does, from its begin to its end."""

Emit = Callable[[Event], None]
"""Tells that something happened. A process counts nothing: the measures do."""

Deed = Callable[[Any], None]
"""What is done to a subject when its time has come."""
Entry = tuple[int, int, int, Deed | None, Any]
"""Due in ms, priority, number; a deed and its subject, or None and an event of SimPy's."""

BEHIND_ALL_ELSE = 2
"""SimPy's own priorities are 0 and 1."""
SLOT_BITS = 12
"""A slot of the agenda is 2**12 ms: a few dozen entries at a busy hour."""


class Kernel(simpy.Environment):
    """SimPy's environment; as every delay is a whole number of milliseconds, so is the time.

    What is due is kept by slots of some seconds, and only the slot at hand as a heap (a calendar queue; Brown 1988). In
    one heap of all that stands ahead, as SimPy has it, every entry is the dearer the more there are, and ten times the
    visitors take far more than ten times the time. The order is SimPy's: by time, priority, and number. It is played by
    `run` alone: SimPy's `step` and `peek` look at its own heap, in which nothing is.
    """

    now: int = 0
    """Milliseconds since the epoch of the run; a plain number, as nothing is read so often."""

    def __init__(self) -> None:
        super().__init__()
        self._slot = 0
        """The slot at hand."""
        self._due: list[Entry] = []
        """A heap of what is due in the slot at hand, or before."""
        self._ahead: dict[int, list[Entry]] = {}
        """What is due in slots to come, in no order."""
        self._slots: list[int] = []
        """A heap of these slots."""

    def at(self, moment_ms: int, deed: Deed, subject: Any = None, priority: int = NORMAL) -> None:
        """Do something at a moment: what a timeout with one callback does, without the event that others may await.

        Raises:
            ValueError: the moment is before now.
        """
        self._enter((moment_ms, priority, next(self._eid), deed, subject))

    def after(self, delay_ms: int, deed: Deed, subject: Any = None) -> None:
        """Do something after a delay.

        Raises:
            ValueError: the delay is negative.
        """
        self._enter((self.now + delay_ms, NORMAL, next(self._eid), deed, subject))

    def at_end_of_moment(self, delay_ms: int) -> simpy.Event:
        """Return what happens after a delay, behind everything else of its millisecond."""
        event = simpy.Event(self)
        event._ok, event._value = True, None
        self.schedule(event, BEHIND_ALL_ELSE, delay_ms)
        return event

    def schedule(self, event: simpy.Event, priority: Any = NORMAL, delay: Any = 0) -> None:
        """Enter an event of SimPy's."""
        self._enter((self.now + delay, priority, next(self._eid), None, event))

    def run(self, until: Any = None) -> None:
        """Play all that is due before a moment, in ms since the epoch, and be there; without one, all that is due ever.

        Raises:
            ValueError: the moment is before now.
        """
        until_ms = simpy.core.Infinity if until is None else until
        if until_ms < self.now:
            raise ValueError(f"nothing can be played until {until_ms} ms any more: it is {self.now} ms")
        while True:
            due = self._due
            while due and due[0][0] < until_ms:
                self.now, _, _, deed, subject = heappop(due)
                if deed is None:
                    _happen(subject)
                else:
                    deed(subject)
            if due or not self._slots or self._slots[0] << SLOT_BITS >= until_ms:
                break
            self._slot = heappop(self._slots)
            self._due = self._ahead.pop(self._slot)
            heapify(self._due)
        if until is not None:
            self.now = until

    def _enter(self, entry: Entry) -> None:
        moment_ms = entry[0]
        if moment_ms < self.now:
            raise ValueError(f"nothing can be done at {moment_ms} ms any more: it is {self.now} ms")
        slot = moment_ms >> SLOT_BITS
        if slot <= self._slot:
            heappush(self._due, entry)
        elif (ahead := self._ahead.get(slot)) is not None:
            ahead.append(entry)
        else:
            self._ahead[slot] = [entry]
            heappush(self._slots, slot)


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

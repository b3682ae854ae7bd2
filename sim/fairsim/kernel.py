"""The kernel: SimPy on a clock of whole milliseconds, and how the parts of the model tell what happens."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import simpy

from fairfacts.event import Event

Story = Generator[simpy.Event, Any, None]
"""A SimPy process: what something in the fair does, from its begin to its end."""

Emit = Callable[[Event], None]
"""Tells that something happened. A process counts nothing: the measures do."""


class Over(Protocol):
    """A timeout that is over, as its callbacks see it."""

    @property
    def value(self) -> Any:
        """What the timeout was set for."""


BEHIND_ALL_ELSE = 2
"""SimPy's own priorities are 0 and 1."""


class Kernel(simpy.Environment):
    """SimPy's environment; as every delay is a whole number of milliseconds, so is the time."""

    @property
    def now(self) -> int:
        """Milliseconds since the epoch of the run."""
        return self._now  # type: ignore[return-value]  # SimPy allows fractions, the model has none

    def end_of_moment(self, delay_ms: int) -> simpy.Event:
        """Return what happens after a delay, behind everything else of its millisecond."""
        event = simpy.Event(self)
        event._ok, event._value = True, None
        self.schedule(event, BEHIND_ALL_ELSE, delay_ms)  # type: ignore[arg-type]  # SimPy names two priorities
        return event


@contextmanager
def few_collections() -> Iterator[None]:
    """Have the garbage collector look seldom: the model makes no cycles, and the search for them costs a fifth."""
    usual = gc.get_threshold()
    gc.collect()  # a fair that is over is in cycles itself: frozen, the last one would stay for good
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()

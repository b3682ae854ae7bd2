"""The past, for one watcher that moves through it: measures at any moment."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol


class Seen(NamedTuple):
    """The measures at one moment."""

    position: int
    """How many events are in it."""
    place: int
    """The position from which steps count."""
    at_ms: int
    """Simulated time of the latest event."""
    measures: dict[str, Any]


class Past(Protocol):
    """A past that a watcher moves through. Its methods may take long: call them from a thread, one at a time."""

    @property
    def at_ms(self) -> int:
        """The latest moment."""

    @property
    def place(self) -> int:
        """The last place to which a step leads."""

    def at(self, at_ms: int) -> Seen:
        """Return the measures at a moment."""

    def after(self, place: int) -> Seen:
        """Return the measures at a place."""

    def release(self) -> None:
        """Drop the state, which is some hundred KB; the next look rebuilds it."""

"""The past of a run, as one who looks back sees it from moment to moment."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from cloudfair.live import Live
from cloudfair.moments import Moments
from fairfacts.measures import State


class Seen(NamedTuple):
    """What there is to see at one moment."""

    position: int
    """How many events are in it."""
    place: int
    """From where steps count."""
    at_ms: int
    """Simulated time of the latest event."""
    measures: dict[str, Any]


class Past(Protocol):
    """What is looked back into. Its methods may take a while: call them from a thread, one at a time."""

    @property
    def at_ms(self) -> int:
        """The latest moment that there is."""

    @property
    def place(self) -> int:
        """The last place to which a step leads."""

    def at(self, at_ms: int) -> Seen:
        """Return what had happened at a moment."""

    def after(self, place: int) -> Seen:
        """Return what had happened once steps had led to a place."""

    def let_go(self) -> None:
        """Hold no state, which is some hundred KB: it is made anew when something is looked at again."""


class RunPast:
    """The past of a run; a place is a position. The state seen last is folded on where that is the shorter way."""

    def __init__(self, live: Live, moments: Moments) -> None:
        self._live, self._moments = live, moments
        self._state: State | None = None

    @property
    def at_ms(self) -> int:
        """The moment that the run has reached."""
        return self._live.at_ms

    @property
    def place(self) -> int:
        """How many events the run has."""
        return self._live.position

    def at(self, at_ms: int) -> Seen:
        """Return the run as it was at a moment, all events of that millisecond taken in."""
        since, self._state = self._state, None
        return self._seen(self._moments.state(self._live.run, at_ms, since))

    def after(self, place: int) -> Seen:
        """Return the run as it was after so many events."""
        since, self._state = self._state, None
        return self._seen(self._moments.state_after(self._live.run, place, since))

    def let_go(self) -> None:
        """Hold no state."""
        self._state = None

    def _seen(self, state: State) -> Seen:
        self._state = state
        return Seen(state.position, state.position, state.parts.at_ms, state.snapshot())

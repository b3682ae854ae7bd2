"""The past of a run: its measures at any moment, for one watcher that moves through it."""

from __future__ import annotations

from cloudfair.feed.past import Seen
from cloudfair.projections.live import Live
from cloudfair.projections.point_in_time import PointsInTime
from fairfacts.measures import State


class RunPast:
    """The past of a run; a place is a position. The latest state is folded on if that is faster than to rebuild one."""

    def __init__(self, live: Live, points: PointsInTime) -> None:
        self._live, self._points = live, points
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
        """Return the run as it was at a moment, after all events of that millisecond."""
        since, self._state = self._state, None
        return self._seen(self._points.state(self._live.run, at_ms, since))

    def after(self, place: int) -> Seen:
        """Return the run as it was after so many events."""
        since, self._state = self._state, None
        return self._seen(self._points.state_after(self._live.run, place, since))

    def release(self) -> None:
        """Drop the state."""
        self._state = None

    def _seen(self, state: State) -> Seen:
        self._state = state
        return Seen(state.position, state.position, state.parts.at_ms, state.snapshot())

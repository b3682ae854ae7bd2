"""The query parameter `at`: a run as it was at a point in simulated time, or as it is now.

A route takes the parameter as `At` and calls `state_as_of`.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import Query

from cloudfair.http.responses import not_valid
from cloudfair.pools import Pool
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.projections.point_in_time import PointsInTime
from fairfacts.clock import read_moment
from fairfacts.errors import MomentError
from fairfacts.measures import State

AT = (
    "Simulated moment: ISO 8601 (the fair's own time where it names no offset), `day 2 10:00`, or ms since the run's"
    " epoch. Without one: now."
)
"""How OpenAPI describes the parameter."""
LONGEST_AT = 40
"""Characters of a moment."""
At = Annotated[
    str | None,
    Query(description=AT, examples=["2020-09-05T10:30:00+08:00", "123456789"], max_length=LONGEST_AT),
]
"""The query parameter of a route that shows a run as of a point in time."""


class StateAsOf(NamedTuple):
    """The measures of a run as of a point in time."""

    state: State
    """Read-only. The state of now goes on with the run: read it before you await anything."""
    at_ms: int
    """Simulated time; never later than the run's latest event."""

    @property
    def position(self) -> int:
        """Return how many events the state holds."""
        return self.state.position


async def state_as_of(runs: LiveRuns, points: PointsInTime, pool: Pool, run: str, at: str | None) -> StateAsOf:
    """Return the measures of a run as of `at`, with every event of that millisecond; as of now where `at` is None.

    A moment that the run has not reached yet is answered with the state of now.

    Raises:
        UnknownError: there is no such run.
        RequestValidationError: `at` is not a moment, or lies before the run's epoch.
        BusyError: too many reads of the past wait for the pool.
    """
    live = await runs.get(run)
    now = live.state()
    if at is None:
        return StateAsOf(now, live.at_ms)
    at_ms = min(parameter_ms(at, now.parts.run.began), live.at_ms)
    return StateAsOf(await pool.run(points.state, run, at_ms), at_ms)


def parameter_ms(at: str, epoch: datetime, parameter: str = "at") -> int:
    """Return the moment that a query parameter names, in ms since the epoch; `fairfacts.clock` says how it is written.

    Raises:
        RequestValidationError: it is not a moment, or lies before the epoch; names the parameter.
    """
    try:
        return read_moment(_offset_restored(at), epoch)
    except MomentError as error:
        raise not_valid(parameter, at, str(error)) from None


def _offset_restored(text: str) -> str:
    """Return a date and time with the plus of its offset, which a URL turns into a blank unless it is escaped."""
    return re.sub(r" (?=\d\d:?\d\d$)", "+", text) if "T" in text else text

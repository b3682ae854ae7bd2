"""Wishes: what the delegates look for in their visits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import MINUTE_MS
from fairfacts.parts.platform import CHANNELS, Channel
from fairsim.engine.arrivals import MOST_A_DAY
from fairsim.engine.draws import Keys, named, packed, whole_ms
from fairsim.inputs.parameters import MOST_ORGANISATIONS
from fairsim.parts.negotiations.attempts import MOST_WISHES, Attempts
from fairsim.parts.negotiations.desks import Desks
from fairsim.parts.part import Context
from fairsim.parts.visits.turnout import MOST_PLAYED_DAYS


class Wishes:
    """The wishes of a batch of visits. Wishes `first[v]` to `first[v + 1]` (exclusive) are those of visit `v`."""

    __slots__ = (
        "attempts", "browse_ms", "channel", "first", "keys", "last_projects", "last_stands", "leave_ms", "projects",
        "stands", "watch", "watch_ms",
    )  # fmt: skip

    keys: Sequence[int]
    """The keys of the visits."""
    channel: Sequence[Channel]
    first: Sequence[int]
    browse_ms: Sequence[int]
    """The time before each request."""
    stands: Sequence[int]
    """The number of stands viewed before each request."""
    projects: Sequence[int]
    leave_ms: Sequence[int]
    """The time after the last request of each visit."""
    last_stands: Sequence[int]
    """The number of stands viewed before leaving."""
    last_projects: Sequence[int]
    watch_ms: Sequence[int]
    """How long each delegate would watch a stream on air; 0 for a delegate who would not."""
    watch: Sequence[float]
    """A uniform number by which the stream is chosen."""
    attempts: list[Attempts]


class WishDraws:
    """Draws the wishes of visits."""

    def __init__(self, context: Context, desks: Desks) -> None:
        self._context, self._desks = context, desks
        self._browsing = context.draws.stream("visits.browsing")

    def draw(self, visits: Keys, organisations: Keys, asks: NDArray[np.bool_]) -> Wishes:
        """Return the wishes of visits, by their keys, of these organisations; those who ask have one at least."""
        parameters, browsing = self._context.parameters.visits, self._browsing
        counts = 1 + browsing.geometric(visits, parameters.requests_mean - 1, REQUESTS)
        counts = np.where(asks, np.minimum(counts, MOST_WISHES), 0)
        first = np.concatenate([[0], np.cumsum(counts)])
        of_visit = np.repeat(np.arange(len(visits)), counts)
        keys = visits[of_visit] * MOST_WISHES + (np.arange(first[-1]) - first[of_visit])
        wishes = Wishes()
        wishes.keys, wishes.first = packed(visits), packed(first)
        self._draw_visits(wishes, visits)
        self._draw_looks(wishes, keys)
        wishes.attempts = self._desks.draw_attempts(keys, organisations[of_visit])
        return wishes

    def _draw_visits(self, wishes: Wishes, visits: Keys) -> None:
        """Draw what each visit has once: its channel, its end, and the stream that the delegate would watch."""
        parameters, streams, browsing = (
            self._context.parameters.visits,
            self._context.parameters.streams,
            self._browsing,
        )
        app = browsing.uniform(visits, CHANNEL) < parameters.app_share
        wishes.channel = named(CHANNELS, app.astype(np.int64))
        leave = browsing.exponential(visits, parameters.browse_mean_min * MINUTE_MS, LEAVE)
        wishes.leave_ms = packed(whole_ms(leave))
        wishes.last_stands, wishes.last_projects = self._pages(visits, LAST_STANDS, LAST_PROJECTS)
        watches = browsing.uniform(visits, WATCHES) < streams.drop_in_share
        watch = browsing.exponential(visits, streams.drop_in_mean_min * MINUTE_MS, WATCH_LENGTH)
        wishes.watch_ms = packed(np.where(watches, whole_ms(watch), 0))
        wishes.watch = browsing.uniform(visits, WATCH).tolist()

    def _draw_looks(self, wishes: Wishes, keys: Keys) -> None:
        """Draw what a delegate looks at before each request, and for how long."""
        parameters, browsing = self._context.parameters.visits, self._browsing
        # wishes have other keys than visits: their draws use substreams of their own
        wishes.stands, wishes.projects = self._pages(keys, STANDS, PROJECTS)
        browse = browsing.exponential(keys, parameters.browse_mean_min * MINUTE_MS, BROWSE)
        wishes.browse_ms = packed(whole_ms(browse))

    def _pages(self, keys: Keys, of_stands: int, of_projects: int) -> tuple[Sequence[int], Sequence[int]]:
        """Return how many stands and projects are looked at in a stretch of a visit: one stand at least."""
        parameters, browsing = self._context.parameters.visits, self._browsing
        stands = 1 + browsing.geometric(keys, parameters.stands_per_request, of_stands)
        projects = np.floor(stands * parameters.projects_per_stand + browsing.uniform(keys, of_projects))
        return packed(stands), packed(projects.astype(np.int64))


# substreams of `visits.browsing`: the first by visit, the others by wish
REQUESTS, LEAVE, WATCHES, WATCH_LENGTH, WATCH = range(5)
STANDS, PROJECTS, BROWSE = range(5, 8)
CHANNEL, LAST_STANDS, LAST_PROJECTS = 8, 9, 10
assert MOST_ORGANISATIONS * 2 * MOST_PLAYED_DAYS * MOST_A_DAY * MOST_WISHES < 1 << 55, (
    "keys and substreams of wishes fit 63 bits"
)

"""Online visits: a delegate logs in, looks at stands, asks for negotiations, and leaves."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from fairfacts.visits import PagesViewed, VisitEnded, VisitStarted
from fairsim.arrivals import DAY_MS, MINUTE_MS, MOST_A_DAY, DayClock, gaps_ms, poisson
from fairsim.draws import Draws, Floats, Keys, whole_ms
from fairsim.kernel import Emit, Kernel, Story
from fairsim.negotiations import MOST_WISHES, Attempts, Desks, Negotiation
from fairsim.organisations import Organisations
from fairsim.parameters import MOST_ORGANISATIONS
from fairsim.scenario import Scenario
from fairsim.streams import Streams

VISITS_AT_ONCE = 4096
"""Visits whose wishes are drawn together: memory grows with what is active, not with the day."""


class Wishes:
    """What the visitors of a batch of visits look for: `first[v]` to `first[v + 1]` are the wishes of visit v."""

    __slots__ = ("attempts", "browse_ms", "first", "leave_ms", "projects", "stands", "watch", "watch_ms")

    first: list[int]
    browse_ms: list[int]
    """Time before each request."""
    stands: list[int]
    """Stands looked at before each request."""
    projects: list[int]
    leave_ms: list[int]
    """Time after a visit's last request."""
    watch_ms: list[int]
    """How long each visitor would look into a stream that is on air; 0 for those who would not."""
    watch: list[float]
    """Uniform number by which the stream is picked."""
    attempts: list[Attempts]


class Visits:
    """The visitors of the platform."""

    def __init__(
        self,
        env: Kernel,
        scenario: Scenario,
        draws: Draws,
        organisations: Organisations,
        desks: Desks,
        streams: Streams,
        emit: Emit,
    ) -> None:
        self._env, self._emit = env, emit
        self._organisations, self._desks, self._streams = organisations, desks, streams
        self._parameters, self._epoch = scenario.parameters.visits, scenario.epoch
        self._arrivals = draws.stream("visits.arrivals")
        self._browsing = draws.stream("visits.browsing")
        self._next_number = 0
        self._stands_viewed = self._projects_viewed = 0

    def visits_today(self, day: int, date: datetime) -> Story:
        """Delegates log in through a day, each at the hours of its own zone."""
        organisations, keys, moments = self._draw_day(day, date)
        codes = [economy.code for economy in self._organisations.economies]
        for start in range(0, len(keys), VISITS_AT_ONCE):
            batch = slice(start, start + VISITS_AT_ONCE)
            wishes = self._draw_wishes(keys[batch], organisations[batch])
            economies = self._organisations.register.economy[organisations[batch]].tolist()
            waits_ms = gaps_ms(moments[batch], self._env.now)
            for place, organisation in enumerate(organisations[batch].tolist()):
                yield self._env.timeout(waits_ms[place])
                self._env.process(self._visit(organisation, codes[economies[place]], wishes, place))

    def _visit(self, organisation: int, economy: str, wishes: Wishes, place: int) -> Story:
        """One delegate's time on the platform."""
        env, visit = self._env, self._next_number
        self._next_number += 1
        self._emit(VisitStarted(env.now, visit, organisation, economy))
        if wishes.watch_ms[place]:
            self._streams.drop_in(organisation, economy, wishes.watch[place], wishes.watch_ms[place])
        first, end = wishes.first[place], wishes.first[place + 1]
        overseas = economy != self._organisations.home_code
        for wish in range(first, end):
            yield env.timeout(wishes.browse_ms[wish])
            self._stands_viewed += wishes.stands[wish]
            self._projects_viewed += wishes.projects[wish]
            self._desks.ask(Negotiation(visit, organisation, economy, overseas, wishes.attempts, wish, 0))
        yield env.timeout(wishes.leave_ms[place])
        self._emit(VisitEnded(env.now, visit, organisation, economy, end - first))

    def count_pages(self) -> Story:
        """The platform's page counters report every minute in which pages were viewed."""
        while True:
            yield self._env.timeout(MINUTE_MS)
            if self._stands_viewed:
                self._emit(PagesViewed(self._env.now, self._stands_viewed, self._projects_viewed))
                self._stands_viewed = self._projects_viewed = 0

    def _draw_day(self, day: int, date: datetime) -> tuple[NDArray[np.int64], Keys, NDArray[np.int64]]:
        """Return the day's visits in the order of their moments: organisation, key, moment since the epoch in ms."""
        register, parameters = self._organisations.register, self._parameters
        numbers = np.arange(len(register))
        profile = parameters.day_profile
        rates: Floats = np.where(
            register.overseas, parameters.overseas_per_delegate_day, parameters.domestic_per_delegate_day
        ).astype(np.float64)
        expected = register.delegates * rates * profile[min(day, len(profile) - 1)]
        organisations, keys, shares = poisson(self._arrivals, numbers + day * MOST_ORGANISATIONS, expected)
        clock = DayClock(parameters.hour_profile, self._organisations.hours_ahead(date))
        moments = clock.moments_ms(self._organisations.zone_of(organisations), shares) + day * DAY_MS
        registered = moments >= register.registered_ms[organisations]
        order = np.lexsort((keys, moments))
        order = order[registered[order]]
        return organisations[order], keys[order], moments[order]

    def _draw_wishes(self, visits: Keys, organisations: NDArray[np.int64]) -> Wishes:
        parameters, browsing = self._parameters, self._browsing
        counts = np.minimum(browsing.geometric(visits, parameters.requests_mean, REQUESTS), MOST_WISHES)
        first = np.concatenate([[0], np.cumsum(counts)])
        of_visit = np.repeat(np.arange(len(visits)), counts)
        keys = visits[of_visit] * MOST_WISHES + (np.arange(first[-1]) - first[of_visit])
        browse_ms = parameters.browse_mean_min * MINUTE_MS
        # the wishes' keys are other numbers than the visits': their draws come from lanes of their own
        stands = 1 + browsing.geometric(keys, parameters.stands_per_request, STANDS)
        projects = np.floor(stands * parameters.projects_per_stand + browsing.uniform(keys, PROJECTS)).astype(np.int64)
        wishes = Wishes()
        wishes.first = first.tolist()
        wishes.browse_ms = whole_ms(browsing.exponential(keys, browse_ms, BROWSE)).tolist()
        wishes.stands, wishes.projects = stands.tolist(), projects.tolist()
        wishes.leave_ms = whole_ms(browsing.exponential(visits, browse_ms, LEAVE)).tolist()
        watches = browsing.uniform(visits, WATCHES) < self._streams.parameters.drop_in_share
        looks_ms = browsing.exponential(visits, self._streams.parameters.drop_in_mean_min * MINUTE_MS, LOOK)
        wishes.watch_ms = np.where(watches, whole_ms(looks_ms), 0).tolist()
        wishes.watch = browsing.uniform(visits, WATCH).tolist()
        wishes.attempts = self._desks.draw_attempts(keys, organisations[of_visit])
        return wishes


# lanes of the stream of browsing: the first by visit, the others by wish
REQUESTS, LEAVE, WATCHES, LOOK, WATCH = range(5)
STANDS, PROJECTS, BROWSE = range(5, 8)
assert MOST_ORGANISATIONS * 366 * MOST_A_DAY * MOST_WISHES < 1 << 55, "keys of wishes fit 63 bits with their lanes"

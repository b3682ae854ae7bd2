"""Online visits: a delegate logs in, looks at stands, asks for negotiations, and leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairfacts.platform import CHANNELS, Channel, LoginRefused
from fairfacts.visits import PagesViewed, VisitEnded, VisitStarted
from fairsim.arrivals import DAY_MS, MINUTE_MS, MOST_A_DAY, DayClock, gaps_ms, poisson
from fairsim.demand import Demand
from fairsim.draws import Draws, Floats, Keys, named, packed, whole_ms
from fairsim.kernel import Arrivals, Emit, Kernel
from fairsim.negotiations import MOST_WISHES, Attempts, Desks, Negotiation
from fairsim.organisations import Organisations
from fairsim.parameters import MOST_ORGANISATIONS
from fairsim.platform import Platform
from fairsim.scenario import Scenario
from fairsim.streams import Streams, Viewer

VISITS_AT_ONCE = 4096
"""Visits whose wishes are drawn together: memory grows with what is active, not with the day."""
MOST_PLAYED_DAYS = 1 << 10
"""Days that a run may play; what is done on a day is keyed with it."""


class Wishes:
    """What the visitors of a batch of visits look for: `first[v]` to `first[v + 1]` are the wishes of visit v."""

    __slots__ = ("attempts", "browse_ms", "channel", "first", "keys", "leave_ms", "projects", "stands", "watch",
                 "watch_ms")  # fmt: skip

    keys: Sequence[int]
    """Of the visits."""
    channel: Sequence[Channel]
    first: Sequence[int]
    browse_ms: Sequence[int]
    """Time before each request."""
    stands: Sequence[int]
    """Stands looked at before each request."""
    projects: Sequence[int]
    leave_ms: Sequence[int]
    """Time after a visit's last request."""
    watch_ms: Sequence[int]
    """How long each visitor would look into a stream that is on air; 0 for those who would not."""
    watch: Sequence[float]
    """Uniform number by which the stream is picked."""
    attempts: list[Attempts]


class Visitor:
    """A delegate who wants to be on the platform, with what is still to be done there."""

    __slots__ = ("attempt", "dropped", "economy", "first", "organisation", "place", "visit", "wish", "wishes")

    def __init__(self, organisation: int, economy: str, wishes: Wishes, place: int) -> None:
        self.organisation, self.economy, self.wishes, self.place = organisation, economy, wishes, place
        self.first = self.wish = wishes.first[place]
        """The first wish of the visit, and the next one."""
        self.attempt = 1
        self.visit = -1
        self.dropped = False

    @property
    def key(self) -> int:
        """Return the visitor's key for random numbers."""
        return self.wishes.keys[self.place]

    @property
    def channel(self) -> Channel:
        """Return by what the visitor comes."""
        return self.wishes.channel[self.place]

    def again(self, attempt: int) -> Visitor:
        """Return the visitor as it comes again, to do what is still to be done."""
        visitor = Visitor(self.organisation, self.economy, self.wishes, self.place)
        visitor.first = visitor.wish = self.wish
        visitor.attempt = attempt
        return visitor


class Course(NamedTuple):
    """By what rate delegates log in over what is left of a day."""

    clock: DayClock
    since_ms: int
    """Since midnight."""
    expected: Floats
    """Visits of each organisation in a whole day at this rate."""
    before: Floats
    """Visits of each organisation that were expected earlier in the day."""


class Visits:
    """The visitors of the platform."""

    def __init__(
        self,
        env: Kernel,
        scenario: Scenario,
        draws: Draws,
        organisations: Organisations,
        platform: Platform,
        desks: Desks,
        streams: Streams,
        demand: Demand,
        emit: Emit,
    ) -> None:
        self._env, self._emit = env, emit
        self._organisations, self._platform, self._desks, self._streams = organisations, platform, desks, streams
        self._demand, self._epoch = demand, scenario.epoch
        self._arrivals = draws.stream("visits.arrivals")
        self._browsing = draws.stream("visits.browsing")
        self._next_number = 0
        self._stands_viewed = self._projects_viewed = 0
        self._counting = False
        self.online: dict[int, Visitor] = {}
        """By visit, in the order in which they logged in."""
        self._day, self._date = 0, self._epoch
        self._course: Course
        self._drawn = 0
        """How often what is left of a day was drawn."""
        # bound once: a further object for each of those who wait otherwise
        self._asks, self._leaves = self._ask, self._leave
        self.adopt(scenario)

    def adopt(self, scenario: Scenario) -> None:
        """Play by a scenario's parameters from now on."""
        self._parameters, self._fair_days = scenario.parameters.visits, scenario.parameters.fair.days

    def begin_day(self, day: int, date: datetime) -> None:
        """A day begins on which delegates log in, each at the hours of its own zone."""
        self._day, self._date = day, date
        nothing_before = np.zeros(len(self._organisations.register))
        self._play_rest(0, nothing_before)

    def redraw(self) -> None:
        """What decides the log-ins has changed: play the rest of the day by it."""
        course, since_ms = self._course, self._env.now - self._day * DAY_MS
        passed = course.clock.passed(since_ms) - course.clock.passed(course.since_ms)
        zones = self._organisations.zone_of(np.arange(len(course.before)))
        self._play_rest(since_ms, course.before + course.expected * passed[zones])

    def log_in(self, visitor: Visitor) -> None:
        """A delegate logs in, or is refused and comes again after a while."""
        if self._platform.log_in():
            self._enter(visitor)
            return
        again_ms = self._platform.again_after_ms(visitor.key, visitor.attempt)
        self._emit(
            LoginRefused(
                self._env.now, visitor.organisation, visitor.economy, visitor.channel, visitor.attempt, again_ms > 0
            )
        )
        if again_ms:
            self.log_in_later(visitor, again_ms)

    def log_in_later(self, visitor: Visitor, after_ms: int) -> None:
        """A delegate logs in once more after a while."""
        self._env.after(after_ms, self.log_in, visitor.again(visitor.attempt + 1))

    def drop_all(self) -> list[Visitor]:
        """The platform throws everybody off; return them, who may come again."""
        dropped = list(self.online.values())
        for visitor in dropped:
            visitor.dropped = True
            self._end(visitor)
        return dropped

    def _enter(self, visitor: Visitor) -> None:
        """A delegate is on the platform."""
        organisation, economy, wishes, place = visitor.organisation, visitor.economy, visitor.wishes, visitor.place
        visitor.visit = self._next_number
        self._next_number += 1
        self.online[visitor.visit] = visitor
        self._emit(VisitStarted(self._env.now, visitor.visit, organisation, economy, visitor.channel, visitor.attempt))
        if wishes.watch_ms[place] and visitor.attempt == 1:
            viewer = Viewer(organisation, economy, visitor.channel, visitor.key, wishes.watch_ms[place])
            self._streams.drop_in(viewer, wishes.watch[place])
        self._go_on(visitor)

    def _go_on(self, visitor: Visitor) -> None:
        """A visitor looks around until the next request, or until it leaves."""
        wishes, wish, place = visitor.wishes, visitor.wish, visitor.place
        if wish < wishes.first[place + 1]:
            self._env.after(wishes.browse_ms[wish], self._asks, visitor)
        else:
            self._env.after(wishes.leave_ms[place], self._leaves, visitor)

    def _ask(self, visitor: Visitor) -> None:
        """A visitor asks for a negotiation."""
        if visitor.dropped:
            return
        wishes, wish, economy = visitor.wishes, visitor.wish, visitor.economy
        self._look(wishes.stands[wish], wishes.projects[wish])
        visitor.wish = wish + 1
        overseas = economy != self._organisations.home_code
        self._desks.ask(
            Negotiation(visitor.visit, visitor.organisation, economy, overseas, wishes.attempts, wish, attempt=0)
        )
        self._go_on(visitor)

    def _leave(self, visitor: Visitor) -> None:
        """A visit ends."""
        if not visitor.dropped:
            self._end(visitor)

    def _end(self, visitor: Visitor) -> None:
        del self.online[visitor.visit]
        requests = visitor.wish - visitor.first
        self._emit(
            VisitEnded(self._env.now, visitor.visit, visitor.organisation, visitor.economy, requests, visitor.dropped)
        )

    def _look(self, stands: int, projects: int) -> None:
        """A visitor looks at pages, which the platform's counters report at the end of the minute."""
        self._stands_viewed += stands
        self._projects_viewed += projects
        self._platform.serve((stands + projects) * self._platform.parameters.requests_per_page)
        if not self._counting:
            self._counting = True
            end_ms = (self._env.now // MINUTE_MS + 1) * MINUTE_MS
            self._env.at(end_ms, self._count_pages)

    def _count_pages(self, _: None) -> None:
        self._emit(PagesViewed(self._env.now, self._stands_viewed, self._projects_viewed))
        self._stands_viewed = self._projects_viewed = 0
        self._counting = False

    def _play_rest(self, since_ms: int, before: Floats) -> None:
        """Play what is left of a day; what was drawn for it earlier is given up."""
        clock = DayClock(self._parameters.hour_profile, self._organisations.hours_ahead(self._date))
        self._course = Course(clock, since_ms, self._expected(), before)
        self._drawn += 1
        self._env.admit(self._log_ins(self._drawn))

    def _log_ins(self, drawn: int) -> Arrivals:
        """Delegates log in over what is left of a day."""
        organisations, keys, moments = self._draw_rest()
        codes = [economy.code for economy in self._organisations.economies]
        for start in range(0, len(keys), VISITS_AT_ONCE):
            batch = slice(start, start + VISITS_AT_ONCE)
            wishes = self._draw_wishes(keys[batch], organisations[batch])
            economies = self._organisations.register.economy[organisations[batch]].tolist()
            waits_ms = gaps_ms(moments[batch], self._env.now)
            for place, organisation in enumerate(organisations[batch].tolist()):
                yield waits_ms[place]
                if drawn != self._drawn:
                    return
                self.log_in(Visitor(organisation, codes[economies[place]], wishes, place))

    def _expected(self) -> Floats:
        """Return how many visits each organisation is expected to make in a whole day as things stand."""
        register, parameters = self._organisations.register, self._parameters
        rates: Floats = np.where(
            register.overseas, parameters.overseas_per_delegate_day, parameters.domestic_per_delegate_day
        ).astype(np.float64)
        return register.delegates * rates * self._weight_of_day() * self._demand.factors("online")

    def _weight_of_day(self) -> float:
        """Return the demand of a day: by the profile while the fair is on, then decaying by half-lives."""
        parameters, profile = self._parameters, self._parameters.day_profile
        after = self._day - self._fair_days
        if after < 0:
            return profile[min(self._day, len(profile) - 1)]
        decay = 0.5 ** (after / parameters.after_close_half_life_days)
        return profile[-1] * parameters.after_close_share * float(decay)

    def _draw_rest(self) -> tuple[NDArray[np.int64], Keys, NDArray[np.int64]]:
        """Return the visits of what is left of the day, in order: organisation, key, moment since the epoch in ms."""
        register, course, day = self._organisations.register, self._course, self._day
        numbers = np.arange(len(register))
        zones = self._organisations.zone_of(numbers)
        passed = course.clock.passed(course.since_ms)
        left = 1 - passed[zones]
        entities = numbers + day * MOST_ORGANISATIONS
        organisations, keys, shares = poisson(self._arrivals, entities, course.expected * left, course.before)
        places = zones[organisations]
        moments = course.clock.moments_ms(places, passed[places] + shares * left[organisations])
        moments = np.maximum(moments, course.since_ms) + day * DAY_MS
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
        wishes.keys, wishes.first = packed(visits), packed(first)
        app = browsing.uniform(visits, CHANNEL) < parameters.app_share
        wishes.channel = named(CHANNELS, app.astype(np.int64))
        wishes.browse_ms = packed(whole_ms(browsing.exponential(keys, browse_ms, BROWSE)))
        wishes.stands, wishes.projects = packed(stands), packed(projects)
        wishes.leave_ms = packed(whole_ms(browsing.exponential(visits, browse_ms, LEAVE)))
        watches = browsing.uniform(visits, WATCHES) < self._streams.parameters.drop_in_share
        looks_ms = browsing.exponential(visits, self._streams.parameters.drop_in_mean_min * MINUTE_MS, LOOK)
        wishes.watch_ms = packed(np.where(watches, whole_ms(looks_ms), 0))
        wishes.watch = browsing.uniform(visits, WATCH).tolist()
        wishes.attempts = self._desks.draw_attempts(keys, organisations[of_visit])
        return wishes


# lanes of the stream of browsing: the first by visit, the others by wish
REQUESTS, LEAVE, WATCHES, LOOK, WATCH = range(5)
STANDS, PROJECTS, BROWSE = range(5, 8)
CHANNEL = 8
assert MOST_ORGANISATIONS * MOST_PLAYED_DAYS * MOST_A_DAY * MOST_WISHES < 1 << 55, (
    "keys of wishes fit 63 bits with their lanes"
)

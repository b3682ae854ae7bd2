"""Turnout: which delegates come to the platform on a day, and when. Few of them ask for negotiations, those often."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairsim.engine.arrivals import DayClock, poisson
from fairsim.engine.draws import Floats, Keys
from fairsim.inputs.parameters import MOST_ORGANISATIONS
from fairsim.inputs.parameters import Visits as VisitsParameters
from fairsim.parts.demand import Demand
from fairsim.parts.organisations import Organisations, persons_of
from fairsim.parts.part import Context

MOST_PLAYED_DAYS = 1 << 10
"""Maximum number of days of a run. It bounds the keys of a day."""


class DayVisits(NamedTuple):
    """Visits in the order of their begin, one row for each."""

    organisations: NDArray[np.int64]
    delegates: NDArray[np.int64]
    """Which of the organisation's delegates."""
    asks: NDArray[np.bool_]
    """Whether the delegate asks for negotiations."""
    keys: Keys
    times_ms: NDArray[np.int64]
    """Since the epoch."""

    def part(self, first: int, end: int) -> DayVisits:
        """Return some of the rows."""
        organisations, delegates, asks, keys, times_ms = self
        rows = slice(first, end)
        return DayVisits(organisations[rows], delegates[rows], asks[rows], keys[rows], times_ms[rows])


class Askers(NamedTuple):
    """The delegates who ask for negotiations, those of one organisation after those of the one before."""

    delegates: NDArray[np.int64]
    before: Floats
    """How often they come in proportion, all before each one together; one number more than there are askers."""
    first: NDArray[np.int64]
    """The place of the first asker of each organisation; one number more than there are organisations."""

    def weights(self) -> Floats:
        """Return how often the askers of each organisation come in proportion."""
        weights: Floats = np.diff(self.before[self.first])
        return weights

    def choose(self, organisations: NDArray[np.int64], chance: Floats) -> NDArray[np.int64]:
        """Return an asker of each organisation, by uniform numbers in (0, 1)."""
        begin, end = self.before[self.first[organisations]], self.before[self.first[organisations + 1]]
        places = np.searchsorted(self.before, begin + chance * (end - begin), side="right") - 1
        inside = places.clip(self.first[organisations], self.first[organisations + 1] - 1)
        chosen: NDArray[np.int64] = self.delegates[inside]
        return chosen


class Course(NamedTuple):
    """The rate at which delegates come during the rest of a day. Rows: organisations' lookers, then their askers."""

    clock: DayClock
    since_ms: int
    """The time of day from which it holds."""
    expected: Floats
    """The visits that each row would make in a whole day at this rate."""
    before: Floats
    """The visits of each row that were expected earlier in the day."""


class Turnout:
    """Draws who comes."""

    def __init__(self, context: Context, organisations: Organisations, demand: Demand) -> None:
        self._context, self._organisations, self._demand = context, organisations, demand
        self._arrivals = context.draws.stream("visits.arrivals")
        self._people = context.draws.stream("visits.people")
        self._day = 0
        self._course: Course
        self._askers: Askers

    @property
    def _parameters(self) -> VisitsParameters:
        return self._context.parameters.visits

    def begin_day(self, day: int, date: datetime) -> None:
        """Lay out a day, each delegate at the hours of the own time zone."""
        self._day, self._askers = day, self._find_askers()
        clock = DayClock(self._parameters.hour_profile, self._organisations.hours_ahead(date))
        self._course = Course(clock, 0, self._expected(), np.zeros(2 * len(self._organisations.register)))

    def change(self, since_ms: int, date: datetime) -> None:
        """Take up another rate from a time of the day on."""
        course = self._course
        passed = course.clock.passed(since_ms) - course.clock.passed(course.since_ms)
        before = course.before + course.expected * passed[self._zones()]
        self._askers = self._find_askers()
        clock = DayClock(self._parameters.hour_profile, self._organisations.hours_ahead(date))
        self._course = Course(clock, since_ms, self._expected(), before)

    def draw(self) -> DayVisits:
        """Return who comes in the rest of the day."""
        register, course, day = self._organisations.register, self._course, self._day
        zones, count = self._zones(), len(register)
        passed = course.clock.passed(course.since_ms)
        left = 1 - passed[zones]
        numbers = np.arange(count) + day * MOST_ORGANISATIONS
        entities = np.concatenate([numbers, numbers + MOST_PLAYED_DAYS * MOST_ORGANISATIONS])
        rows, keys, shares = poisson(self._arrivals, entities, course.expected * left, course.before)
        places = zones[rows]
        times_ms = course.clock.times_ms(places, passed[places] + shares * left[rows])
        times_ms = self._context.moments(day, np.maximum(times_ms, course.since_ms))
        organisations, asks = rows % count, rows >= count
        order = np.lexsort((keys, times_ms))
        order = order[(times_ms >= register.registered_ms[organisations])[order]]
        organisations, asks, keys = organisations[order], asks[order], keys[order]
        return DayVisits(organisations, self._who(organisations, asks, keys), asks, keys, times_ms[order])

    def _who(self, organisations: NDArray[np.int64], asks: NDArray[np.bool_], keys: Keys) -> NDArray[np.int64]:
        """Return which delegate of its organisation each visit is made by."""
        chance = self._people.uniform(keys, WHO)
        who = (chance * self._organisations.register.delegates[organisations]).astype(np.int64)
        who[asks] = self._askers.choose(organisations[asks], chance[asks])
        return who

    def _zones(self) -> NDArray[np.int64]:
        return np.tile(self._organisations.zone_of(np.arange(len(self._organisations.register))), 2)

    def _find_askers(self) -> Askers:
        """Return the delegates who ask for negotiations, some of them far more often than others."""
        register, parameters = self._organisations.register, self._parameters
        organisations, delegates, persons = persons_of(register)
        asks = self._people.uniform(persons, ASKS) < parameters.asker_share
        weights = self._people.lognormal(persons[asks], 1.0, parameters.asker_sigma, HOW_OFTEN)
        first = np.searchsorted(organisations[asks], np.arange(len(register) + 1))
        return Askers(delegates[asks], np.concatenate([[0.0], np.cumsum(weights)]), first)

    def _expected(self) -> Floats:
        """Return how many visits lookers and askers of each organisation make in a whole day, as demand is now."""
        register, parameters = self._organisations.register, self._parameters
        rates = np.where(register.overseas, parameters.overseas_per_delegate_day, parameters.domestic_per_delegate_day)
        rates = rates * self._weight_of_day() * self._demand.factors("online")
        return np.concatenate([rates * register.delegates, rates * parameters.asker_visits * self._askers.weights()])

    def _weight_of_day(self) -> float:
        """Return the demand of the day: by the profile while the fair is on, halved at intervals after it closes."""
        parameters, profile = self._parameters, self._parameters.day_profile
        after = self._day - self._context.parameters.fair.days
        if after < 0:
            return profile[min(self._day, len(profile) - 1)]
        decay = 0.5 ** (after / parameters.after_close_half_life_days)
        return profile[-1] * parameters.after_close_share * float(decay)


# substreams of `visits.people`: the first by visit, the others by person; the last uses two
WHO, ASKS, HOW_OFTEN = 0, 1, 2

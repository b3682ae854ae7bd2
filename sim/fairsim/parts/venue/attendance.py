"""Who comes to the halls on a day, by badge, when, and what each visitor plans to do there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import DAY_MS, HOUR_MS, MINUTE_MS
from fairfacts.parts.organisations import MOST_DELEGATES
from fairsim.engine.arrivals import DayClock
from fairsim.engine.draws import Floats, Keys, whole_ms
from fairsim.inputs.kinds import MOST_BADGES
from fairsim.inputs.parameters import MOST_ORGANISATIONS, Venue
from fairsim.parts.demand import Demand
from fairsim.parts.organisations import Organisations, persons_of
from fairsim.parts.part import Context
from fairsim.parts.venue.timed_entry import book
from fairsim.parts.venue.visitors import Hours, Visitor
from fairsim.parts.venue.walks import MOST_LEGS

MOST_DAYS = 1 << 5
"""Maximum number of public days. It bounds the keys of a person's days."""
MOST_STAYS = 2
"""Stays of a person on one day: some go out and come in again."""
MOST_LISTED = 1 << 25
"""Maximum number of people of one badge who are no delegates. It bounds their keys."""
NOBODY = -1
"""The organisation of people who are no delegates."""


class Comers(NamedTuple):
    """Those who come to the gates on a day, in order of time, one row for each."""

    organisations: NDArray[np.int64]
    """`NOBODY` for people who are no delegates."""
    delegates: NDArray[np.int64]
    """Which of the organisation's delegates."""
    badges: NDArray[np.int64]
    """By place in the list of badges."""
    persons: Keys
    times_ms: NDArray[np.int64]
    """Since the epoch."""

    def rows(self, chosen: slice | NDArray[np.int64] | NDArray[np.bool_]) -> Comers:
        """Return some of the rows."""
        return Comers(*(column[chosen] for column in self))


class Attendance:
    """Draws who comes. All draws are by person, so that a change of one parameter keeps the other draws."""

    def __init__(self, context: Context, organisations: Organisations, demand: Demand, first_day: int) -> None:
        self._context, self._organisations, self._demand, self._first_day = context, organisations, demand, first_day
        self.badges = context.scenario.fair.kinds.badges
        self.with_stand = np.empty(0, np.int64)
        """The organisations with a stand on site."""
        self._coming = context.draws.stream("venue.coming")
        self._visiting = context.draws.stream("venue.visiting")

    @property
    def _parameters(self) -> Venue:
        return self._context.parameters.venue

    def _of(self, field: str) -> Floats:
        """Return a number of each badge."""
        return np.array([getattr(badge, field) for badge in self._context.parameters.badges.kinds], np.float64)

    def key(self, persons: Keys, day: int) -> Keys:
        """Return the keys of persons' first stays on a day."""
        return (persons * MOST_DAYS + (day - self._first_day)) * MOST_STAYS

    def draw(self, day: int, overseas_share: float) -> Comers:
        """Return who comes on a day, if this share of the delegates from overseas means to come at all."""
        groups = [self._delegates(overseas_share)]
        groups += [self._listed(place) for place, badge in enumerate(self.badges) if not badge.registers]
        everybody = Comers(*(np.concatenate(columns) for columns in zip(*groups, strict=True)))
        there = everybody.rows(self._attends(everybody, day))
        there = there.rows(self._has_ticket(there))
        there = there._replace(times_ms=self._times_ms(there, day))
        there = there.rows(np.lexsort((there.persons, there.times_ms)))
        register = self._organisations.register
        registered = np.where(there.organisations == NOBODY, 0, register.registered_ms[there.organisations])
        return there.rows(there.times_ms >= registered)

    def tickets(self, day: int) -> list[tuple[str, int, int]]:
        """Return for each badge of which only so many are sold for a day: its key, how many are, and are wanted."""
        tickets = []
        for place, limit in enumerate(self._of("tickets").astype(np.int64).tolist()):
            if limit:
                listed = self._listed(place)
                wanted = int(self._attends(listed, day).sum())
                tickets.append((self.badges[place].key, min(limit, wanted), wanted))
        return tickets

    def plans(self, comers: Comers, keys: Keys, hours: Hours) -> tuple[list[int], ...]:
        """Return what each visitor would do.

        The columns are: gate, check, first stay, clearing and return after a refusal, second stay, and the pause before
        it (ms; 0 for whoever does not come in again).
        """
        parameters, visiting = self._parameters, self._visiting
        lanes = np.cumsum(parameters.gate_lanes)
        gates = np.searchsorted(lanes, visiting.uniform(keys, GATE) * lanes[-1], side="right")
        # a visitor who is in a lane at last entry is through before the halls close
        longest_ms = hours.closes_ms - hours.last_entry_ms - 1
        checks = whole_ms(visiting.exponential(keys, parameters.check_mean_s * 1000, CHECK))
        mean = parameters.stay_mean_h * HOUR_MS * self._of("stay_factor")[comers.badges]
        stays = visiting.lognormal(keys, 1.0, parameters.stay_sigma, STAY) * mean
        again = visiting.uniform(keys, AGAIN) < self._of("reentry_share")[comers.badges]
        share = np.where(again, visiting.uniform(keys, SPLIT), 1.0)
        pauses = whole_ms(visiting.exponential(keys, parameters.pause_mean_min * MINUTE_MS, PAUSE))
        clears = whole_ms(visiting.exponential(keys, parameters.clearing_mean_min * MINUTE_MS, CLEARS))
        returns = visiting.uniform(keys, RETURNS) < parameters.return_share
        after = whole_ms(visiting.exponential(keys, parameters.return_mean_min * MINUTE_MS, RETURN))
        columns = (
            gates,
            np.minimum(checks, longest_ms),
            whole_ms(stays * share),
            np.minimum(clears, longest_ms // 2),
            np.where(returns, after, 0),
            np.where(again, whole_ms(stays * (1 - share)), 0),
            pauses,
        )
        return tuple(column.tolist() for column in columns)

    def book(self, comers: Comers, hours: Hours, cap: int) -> tuple[Comers, NDArray[np.bool_]]:
        """Return who comes when, and for each whether there is a slot; without timed entry there always is."""
        parameters = self._parameters
        if not parameters.timed_entry:
            return comers, np.ones(len(comers.persons), np.bool_)
        times_ms, booked = book(comers.times_ms, hours, parameters, cap)
        order = np.lexsort((comers.persons, times_ms))
        return comers._replace(times_ms=times_ms).rows(order), booked[order]

    def visitors(self, comers: Comers, day: int, hours: Hours) -> Iterator[Visitor]:
        """Yield those who come, with what they plan."""
        register, economies = self._organisations.register, self._organisations.economies
        keys, home = self.key(comers.persons, day), self._organisations.home_code
        badges = [badge.key for badge in self.badges]
        rows = zip(
            comers.organisations.tolist(),
            comers.delegates.tolist(),
            comers.badges.tolist(),
            comers.persons.tolist(),
            keys.tolist(),
            *self.plans(comers, keys, hours),
            strict=True,
        )
        for organisation, delegate, badge, *plan in rows:
            if organisation == NOBODY:
                visitor = Visitor(None, home, *plan)
            else:
                visitor = Visitor(organisation, economies[register.economy[organisation]].code, *plan)
                visitor.delegate = delegate
            visitor.badge = badges[badge]
            yield visitor

    def _delegates(self, overseas_share: float) -> Comers:
        """Return the delegates who come on some day: those at stands, and others who mean to come and do."""
        organisations, seats, persons = persons_of(self._organisations.register)
        at_stand = np.isin(organisations, self.with_stand)
        staff, others = (self._place_of(at_stand=at_stand) for at_stand in (True, False))
        badges = np.where(at_stand, staff, others)
        share = np.where(at_stand, 1.0, self._share_that_comes(overseas_share)[organisations])
        share = share * self._demand.factors("on_site")[organisations]
        there = self._coming.uniform(persons, COMES) < share
        return Comers(organisations, seats, badges, persons, persons).rows(there)

    def _place_of(self, *, at_stand: bool) -> int:
        """Return the place of the badge of delegates, at a stand or not; the first one where these have none."""
        places = [place for place, badge in enumerate(self.badges) if badge.registers]
        return next((place for place in places if self.badges[place].at_stand is at_stand), places[0])

    def _listed(self, badge: int) -> Comers:
        """Return the people of a badge who are no delegates."""
        factor = self._demand.factor("on_site", self._organisations.home_code)
        numbers = np.arange(min(round(self._of("people")[badge] * factor), MOST_LISTED))
        persons = MOST_ORGANISATIONS * MOST_DELEGATES + badge * MOST_LISTED + numbers
        nobody = np.full(len(numbers), NOBODY)
        return Comers(nobody, nobody, np.full(len(numbers), badge), persons, persons)

    def _share_that_comes(self, overseas_share: float) -> Floats:
        """Return for each organisation the share of its delegates who come on some day."""
        parameters, register = self._parameters, self._organisations.register
        share: Floats = np.where(register.overseas, overseas_share, parameters.domestic_share)
        return share * (1 - parameters.no_show_share)

    def _times_ms(self, comers: Comers, day: int) -> NDArray[np.int64]:
        """Return when these persons come to the gates on a day: by the profile, or around the hour of their badge."""
        shares = self._visiting.uniform(self.key(comers.persons, day), ARRIVES)
        clock = DayClock(self._parameters.hour_profile, np.zeros(1))
        by_profile = clock.times_ms(np.zeros(len(shares), np.int64), shares)
        hours = self._of("arrives_h")[comers.badges]
        around = np.rint((hours - 1 + 2 * shares).clip(0, 24) * HOUR_MS).astype(np.int64).clip(0, DAY_MS - 1)
        return self._context.moments(day, np.where(hours > 0, around, by_profile))

    def _attends(self, comers: Comers, day: int) -> NDArray[np.bool_]:
        """Return which of these persons, who come on some day, come on this one.

        A person attends one day and a binomial number of further days: those that win a race with the days' weights
        (Efraimidis, Spirakis 2006). An organisation that registers during the fair comes on the days that are left.
        """
        persons, coming = comers.persons, self._coming
        days = min(self._parameters.days, self._context.parameters.fair.days - self._first_day)
        means = self._of("days_mean")[comers.badges]
        further = (means - 1) / max(days - 1, 1)
        attended, before = np.ones(len(persons), np.int64), np.zeros(len(persons), np.int64)
        for number in range(days - 1):
            attended += coming.uniform(persons, FURTHER + number) < further
        today = self._race(comers, day - self._first_day)
        for place in range(days):
            before += self._race(comers, place) < today
        return before < attended

    def _has_ticket(self, comers: Comers) -> NDArray[np.bool_]:
        """Return which of those who want to come on a day get a ticket; of a badge with a limit, in a drawn order."""
        has = np.ones(len(comers.persons), np.bool_)
        for place, limit in enumerate(self._of("tickets").astype(np.int64).tolist()):
            if limit:
                (rows,) = np.nonzero(comers.badges == place)
                turns = np.argsort(self._coming.uniform(comers.persons[rows], TICKET), kind="stable")
                has[rows[turns[limit:]]] = False
        return has

    def _race(self, comers: Comers, place: int) -> Floats:
        """Return each person's time in the race of the days, for the public day with this place; the shortest win."""
        profiles = [badge.day_profile for badge in self._context.parameters.badges.kinds]
        weights = np.array([max(profile[min(place, len(profile) - 1)], 1e-9) for profile in profiles])
        times: Floats = self._coming.exponential(comers.persons, 1.0, DAY + place) / weights[comers.badges]
        return times


# substreams of `venue.coming`, by person; each public day has one of the last two kinds
COMES, FURTHER, DAY, TICKET = 0, 1, 1 + MOST_DAYS, 1 + 2 * MOST_DAYS
# substreams of `venue.visiting`, by person and day; the stay uses two
ARRIVES, GATE, CHECK, STAY, CLEARS, RETURNS, RETURN, AGAIN, SPLIT, PAUSE = 0, 1, 2, 3, 5, 6, 7, 8, 9, 10
MOST_PERSONS = MOST_ORGANISATIONS * MOST_DELEGATES + MOST_BADGES * MOST_LISTED
assert MOST_PERSONS * MOST_DAYS * MOST_STAYS * MOST_LEGS < 1 << 55, "keys and substreams of legs fit 63 bits"

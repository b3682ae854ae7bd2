"""People register one by one, after their organisations: in the night before the halls open most of all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import DAY_MS, MINUTE_MS
from fairfacts.parts.organisations import MOST_DELEGATES
from fairfacts.parts.people import PersonRegistered
from fairsim.engine.arrivals import gaps_ms, poisson, weight_of
from fairsim.engine.kernel import Process
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context, Part

MINUTES = DAY_MS // MINUTE_MS


class Newcomers(NamedTuple):
    """Who registers on a day, in the order of time."""

    organisations: NDArray[np.int64]
    times_ms: NDArray[np.int64]
    """Since the epoch."""


class People(Part):
    """Further delegates of the organisations that are registered."""

    def __init__(self, context: Context, organisations: Organisations) -> None:
        super().__init__(context)
        self._organisations = organisations
        self._arrivals = context.draws.stream("people.arrivals")

    def draw_today(self, day: int) -> Newcomers:
        """Draw who registers on a day of the fair: delegates of an organisation in proportion to those it has."""
        parameters, days = self._context.parameters.people, self._context.parameters.fair.days
        minutes = np.arange(MINUTES)
        weights = np.repeat(parameters.hour_profile, MINUTES // 24)
        per_day = parameters.registrations_per_day * weight_of(parameters.day_profile, day, days)
        # one process for each minute, then who it is: a process for each organisation would mostly draw nothing
        places, keys, shares = poisson(self._arrivals, minutes + day * MINUTES, per_day * weights / weights.sum())
        times_ms = self._context.moments(day, np.floor((places + shares) * MINUTE_MS).astype(np.int64))
        order = np.lexsort((keys, times_ms))
        keys, times_ms = keys[order], times_ms[order]
        register = self._organisations.register
        there = np.where(register.registered_ms <= self.env.now, register.delegates, 0)
        cumulative = np.cumsum(np.where(there < MOST_DELEGATES - MOST_A_DAY, there, 0))
        who = np.searchsorted(cumulative, self._arrivals.uniform(keys, WHO) * cumulative[-1], side="right")
        return Newcomers(who, times_ms)

    def register(self, newcomers: Newcomers) -> Process:
        """People register, one after the other, at the times that were drawn."""
        register, economies = self._organisations.register, self._organisations.economies
        seats = register.delegates.copy()
        waits_ms = gaps_ms(newcomers.times_ms, self.env.now)
        for organisation, wait_ms in zip(newcomers.organisations.tolist(), waits_ms, strict=True):
            yield self.env.timeout(wait_ms)
            economy = economies[register.economy[organisation]].code
            self.emit(PersonRegistered(self.env.now, organisation, economy, int(seats[organisation])))
            seats[organisation] += 1

    def let_in(self, newcomers: Newcomers) -> None:
        """At the end of the day: from the next one on, those who registered use platform and halls."""
        np.add.at(self._organisations.register.delegates, newcomers.organisations, 1)


MOST_A_DAY = 1 << 12
"""Maximum number of people of one organisation who register on a day."""
# substreams of `people.arrivals`: the first is that of the arrivals themselves
WHO = 1

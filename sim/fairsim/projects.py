"""Projects that exhibitors publish on the platform, at the hours of their own zone."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from fairfacts.projects import ProjectPublished
from fairsim.arrivals import DAY_MS, DayClock, gaps_ms, poisson
from fairsim.draws import Draws
from fairsim.kernel import Emit, Kernel, Story
from fairsim.organisations import Organisations
from fairsim.parameters import MOST_ORGANISATIONS
from fairsim.scenario import Scenario


class Projects:
    """Publications of projects."""

    def __init__(self, env: Kernel, scenario: Scenario, draws: Draws, organisations: Organisations, emit: Emit) -> None:
        self._env, self._emit, self._organisations = env, emit, organisations
        self._arrivals = draws.stream("projects.arrivals")
        self._next_number = 0
        self.adopt(scenario)

    def adopt(self, scenario: Scenario) -> None:
        """Play by a scenario's parameters from now on."""
        self._parameters = scenario.parameters.projects

    def publications_today(self, day: int, date: datetime) -> Story:
        """Exhibitors publish projects through a day."""
        register = self._organisations.register
        exhibitors = np.flatnonzero(register.exhibits)
        expected = np.full(len(exhibitors), self._parameters.per_exhibitor_day)
        places, _, shares = poisson(self._arrivals, exhibitors + day * MOST_ORGANISATIONS, expected)
        publishers = exhibitors[places]
        clock = DayClock(self._parameters.hour_profile, self._organisations.hours_ahead(date))
        moments = clock.moments_ms(self._organisations.zone_of(publishers), shares) + day * DAY_MS
        order = np.lexsort((publishers, moments))
        order = order[moments[order] >= register.registered_ms[publishers[order]]]
        waits_ms = gaps_ms(moments[order], self._env.now)
        for publisher, wait_ms in zip(publishers[order].tolist(), waits_ms, strict=True):
            yield self._env.timeout(wait_ms)
            self._emit(
                ProjectPublished(
                    at_ms=self._env.now,
                    project=self._next_number,
                    organisation=publisher,
                    economy=self._organisations.economies[register.economy[publisher]].code,
                    sector=self._organisations.sectors[register.sector[publisher]].name,
                )
            )
            self._next_number += 1

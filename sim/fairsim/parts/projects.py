"""Projects that exhibitors publish on the platform, at the hours of their own time zone."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from fairfacts.parts.projects import ProjectPublished
from fairsim.engine.arrivals import DayClock, gaps_ms, poisson
from fairsim.engine.kernel import Process
from fairsim.inputs.parameters import MOST_ORGANISATIONS
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context, Part


class Projects(Part):
    """Publications of projects."""

    def __init__(self, context: Context, organisations: Organisations) -> None:
        super().__init__(context)
        self._organisations = organisations
        self._arrivals = context.draws.stream("projects.arrivals")
        self._next_number = 0

    def publications_today(self, day: int, date: datetime) -> Process:
        """Exhibitors publish projects through a day."""
        register, parameters = self._organisations.register, self._context.parameters.projects
        exhibitors = np.flatnonzero(register.exhibits)
        expected = np.full(len(exhibitors), parameters.per_exhibitor_day)
        places, _, shares = poisson(self._arrivals, exhibitors + day * MOST_ORGANISATIONS, expected)
        publishers = exhibitors[places]
        clock = DayClock(parameters.hour_profile, self._organisations.hours_ahead(date))
        times_ms = self._context.moments(day, clock.times_ms(self._organisations.zone_of(publishers), shares))
        order = np.lexsort((publishers, times_ms))
        order = order[times_ms[order] >= register.registered_ms[publishers[order]]]
        waits_ms = gaps_ms(times_ms[order], self.env.now)
        for publisher, wait_ms in zip(publishers[order].tolist(), waits_ms, strict=True):
            yield self.env.timeout(wait_ms)
            self.emit(
                ProjectPublished(
                    at_ms=self.env.now,
                    project=self._next_number,
                    organisation=publisher,
                    economy=self._organisations.economies[register.economy[publisher]].code,
                    sector=self._organisations.sectors[register.sector[publisher]].name,
                )
            )
            self._next_number += 1

"""The public on the platform: people who are no delegates look at the website and the app. They are counted alone."""

from __future__ import annotations

import numpy as np

from fairfacts.clock import HOUR_MS, MINUTE_MS
from fairfacts.parts.platform import PublicCounted
from fairsim.engine.arrivals import count_of, weight_of
from fairsim.engine.kernel import Arrivals
from fairsim.inputs.parameters import Public as PublicParameters
from fairsim.inputs.scenario import Scenario
from fairsim.parts.demand import Demand
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context, Part
from fairsim.parts.platform import Platform


class Public(Part):
    """The platform's counters of the public: minute by minute, so that a quarter of a million people cost nothing."""

    def __init__(self, context: Context, organisations: Organisations, platform: Platform, demand: Demand) -> None:
        super().__init__(context)
        self._platform, self._demand = platform, demand
        self._home = organisations.home_code
        self._counts = context.draws.stream("public.counts")
        self._rates: dict[tuple[int, int], float] = {}
        """People a minute at the usual demand, by day and hour."""

    @property
    def _parameters(self) -> PublicParameters:
        return self._context.parameters.public

    def reconfigure(self, before: Scenario) -> None:  # noqa: ARG002  # as every part
        """Count from now on by the parameters that hold now."""
        self._rates.clear()

    def day(self, day: int) -> Arrivals:
        """Count a day of the fair, of more or fewer minutes where its clocks change."""
        scenario, by_clock_ms = self._context.scenario, self._context.day_ms(day)
        minutes = np.arange(scenario.at_ms(day) // MINUTE_MS, scenario.at_ms(day + 1) // MINUTE_MS)
        chances = (self._counts.normal(minutes, of).tolist() for of in (USERS, VIEWS))
        for of_users, of_views in zip(*chances, strict=True):
            hour = min(max(self.env.now - by_clock_ms, 0) // HOUR_MS, 23)
            yield MINUTE_MS
            users = 0 if self._platform.is_down else count_of(self._expected(day, hour), of_users)
            if users:
                views = count_of(users * self._parameters.views_per_user, of_views)
                self._platform.serve(views * self._platform.parameters.requests_per_page)
                self.emit(PublicCounted(at_ms=self.env.now, users=users, views=views))

    def _expected(self, day: int, hour: int) -> float:
        """Return how many people are expected to come for the first time in a minute, as demand is now."""
        rate = self._rates.get((day, hour))
        if rate is None:
            rate = self._rates[day, hour] = self._rate(day, hour)
        return rate * self._demand.factor("online", self._home)

    def _rate(self, day: int, hour: int) -> float:
        """Return how many people come for the first time in a minute of an hour at the usual demand."""
        parameters, hours = self._parameters, self._parameters.hour_profile
        of_day = weight_of(parameters.day_profile, day, self._context.parameters.fair.days)
        return parameters.users_per_day * of_day * (hours[hour] * MINUTE_MS / HOUR_MS / sum(hours))


# substreams of `public.counts`, by minute; each uses two
USERS, VIEWS = 0, 2

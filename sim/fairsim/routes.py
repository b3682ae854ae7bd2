"""Routes through the city: tours set off with those who found a seat."""

from __future__ import annotations

from typing import get_args

import numpy as np

from fairfacts.routes import RouteDeparted, RouteOffered, Theme
from fairsim.arrivals import DAY_MS, HOUR_MS
from fairsim.draws import Draws
from fairsim.kernel import Emit, Kernel, Story
from fairsim.scenario import Scenario

THEMES: tuple[Theme, ...] = get_args(Theme)
MOST_ROUTES = 1 << 10
"""Routes that a fair may have; the tours of a departure are keyed with it."""
MOST_DEPARTURES = 1 << 10


class Routes:
    """Routes, and the tours that set off on a day."""

    def __init__(self, env: Kernel, scenario: Scenario, draws: Draws, emit: Emit) -> None:
        self._env, self._emit = env, emit
        self._demand = draws.stream("routes.demand")
        self.adopt(scenario)

    def adopt(self, scenario: Scenario) -> None:
        """Play by a scenario's parameters from now on."""
        self._parameters = scenario.parameters.routes

    def offer(self) -> None:
        """Publish the routes: technology and culture in turn."""
        for route in range(self._parameters.count):
            self._emit(RouteOffered(self._env.now, route, _theme(route)))

    def tours_today(self, day: int) -> Story:
        """A tour of each route sets off at each departure of the day."""
        env, parameters = self._env, self._parameters
        seats = max(parameters.seats, 1)
        for departure, hour in enumerate(sorted(parameters.departures_h)):
            yield env.timeout(day * DAY_MS + round(hour * HOUR_MS) - env.now)
            for route, people in enumerate(self._wanted(day, departure, seats)):
                taken = min(people, seats)
                self._emit(RouteDeparted(env.now, route, _theme(route), seats, taken, people - taken))

    def _wanted(self, day: int, departure: int, seats: int) -> list[int]:
        """Return how many people want to go with each route's tour."""
        parameters = self._parameters
        tours = (day * MOST_DEPARTURES + departure) * MOST_ROUTES + np.arange(parameters.count)
        demand = self._demand.lognormal(tours, parameters.demand_per_seat * seats, parameters.demand_sigma)
        wanted: list[int] = np.rint(demand).astype(np.int64).tolist()
        return wanted


def _theme(route: int) -> Theme:
    return THEMES[route % len(THEMES)]

"""Routes through the city, and the tours on them."""

from __future__ import annotations

from typing import get_args

import numpy as np

from fairfacts.parts.routes import RouteDeparted, RouteOffered, Theme
from fairsim.engine.kernel import Process
from fairsim.inputs.parameters import Routes as RoutesParameters
from fairsim.parts.part import Context, Part

THEMES: tuple[Theme, ...] = get_args(Theme)
MOST_ROUTES = 1 << 10
"""Maximum number of routes. It bounds the keys of tours."""
MOST_DEPARTURES = 1 << 10
"""Maximum number of departures in a day. It bounds the keys of tours."""


class Routes(Part):
    """Routes, and the tours of each day."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._demand = context.draws.stream("routes.demand")

    @property
    def _parameters(self) -> RoutesParameters:
        return self._context.parameters.routes

    def offer(self) -> None:
        """Publish the routes: technology and culture in turn."""
        for route in range(self._parameters.count):
            self.emit(RouteOffered(self.env.now, route, _theme(route)))

    def tours_today(self, day: int) -> Process:
        """A tour of each route departs at each departure time of the day."""
        env, parameters = self.env, self._parameters
        seats = max(parameters.seats, 1)
        for departure, hour in enumerate(sorted(parameters.departures_h)):
            yield env.timeout(self._context.scenario.at_ms(day, hour) - env.now)
            for route, people in enumerate(self._wanted(day, departure, seats)):
                taken = min(people, seats)
                self.emit(RouteDeparted(env.now, route, _theme(route), seats, taken, people - taken))

    def _wanted(self, day: int, departure: int, seats: int) -> list[int]:
        """Return how many people want to join the tour of each route."""
        parameters = self._parameters
        tours = (day * MOST_DEPARTURES + departure) * MOST_ROUTES + np.arange(parameters.count)
        demand = self._demand.lognormal(tours, parameters.demand_per_seat * seats, parameters.demand_sigma)
        wanted: list[int] = np.rint(demand).astype(np.int64).tolist()
        return wanted


def _theme(route: int) -> Theme:
    return THEMES[route % len(THEMES)]

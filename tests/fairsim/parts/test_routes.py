"""City routes: whole logs of small stories."""

from __future__ import annotations

from typing import Any

from tests.fairsim.runs import of_types
from tests.fairsim.stage import DAY, HOUR, certain, context_of

from fairfacts.event import Event
from fairfacts.parts.routes import RouteDeparted, RouteOffered
from fairsim.parts.routes import Routes


def toured(**changes: Any) -> list[Event]:
    """Return the log of one day's tours of two routes, whose demand is certain."""
    log: list[Event] = []
    values = {"count": 2, "demand_sigma": 0.0, "seats": 10, "departures_h": (14.0, 9.5)} | changes
    context = context_of(certain(routes=values), log)
    routes = Routes(context)
    routes.offer()
    context.env.process(routes.tours_today(0))
    context.env.run(until=DAY)
    return log


def test_tours_of_each_route_set_off_at_each_departure():
    morning, afternoon = 9 * HOUR + HOUR // 2, 14 * HOUR
    assert toured(demand_per_seat=0.5) == [
        RouteOffered(at_ms=0, route=0, theme="technology"),
        RouteOffered(at_ms=0, route=1, theme="culture"),
        RouteDeparted(at_ms=morning, route=0, theme="technology", seats=10, taken=5, left_behind=0),
        RouteDeparted(at_ms=morning, route=1, theme="culture", seats=10, taken=5, left_behind=0),
        RouteDeparted(at_ms=afternoon, route=0, theme="technology", seats=10, taken=5, left_behind=0),
        RouteDeparted(at_ms=afternoon, route=1, theme="culture", seats=10, taken=5, left_behind=0),
    ]


def test_whoever_finds_no_seat_is_left_behind():
    tours = of_types(toured(demand_per_seat=1.3), RouteDeparted)
    assert {(tour.taken, tour.left_behind) for tour in tours} == {(10, 3)}


def test_tours_differ_in_appeal():
    tours = of_types(toured(count=50, seats=100, demand_sigma=0.5, demand_per_seat=0.5), RouteDeparted)
    assert len({tour.taken for tour in tours}) > 30

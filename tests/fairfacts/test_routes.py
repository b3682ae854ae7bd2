"""Measures of the city routes."""

from __future__ import annotations

from tests.fairfacts.stories import DAY, HOUR, changed

from fairfacts.routes import RouteDeparted, RouteOffered


def test_route_is_offered_once_and_departs_often():
    assert changed(
        "routes",
        RouteOffered(0, 0, "technology"),
        RouteOffered(0, 1, "culture"),
        RouteDeparted(DAY + 9 * HOUR, 0, "technology", 30, 20, 0),
        RouteDeparted(DAY + 9 * HOUR, 1, "culture", 30, 30, 5),
        RouteDeparted(DAY + 14 * HOUR, 0, "technology", 30, 25, 0),
    ) == {
        "offered": 2,
        "departed": 3,
        "seats": 90,
        "taken": 75,
        "taken_share": 0.8333,
        "left_behind": 5,
        "taken_by_theme": {"technology": 45, "culture": 30},
        "taken_by_route": {"0": 45, "1": 30},
    }

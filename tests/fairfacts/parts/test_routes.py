"""Measures of the city routes."""

from __future__ import annotations

from tests.fairfacts.stories import DAY, HOUR, changed

from fairfacts.parts.routes import RouteDeparted, RouteOffered


def test_route_is_offered_once_and_departs_often():
    assert changed(
        "routes",
        RouteOffered(at_ms=0, route=0, theme="technology"),
        RouteOffered(at_ms=0, route=1, theme="culture"),
        RouteDeparted(at_ms=DAY + 9 * HOUR, route=0, theme="technology", seats=30, taken=20, left_behind=0),
        RouteDeparted(at_ms=DAY + 9 * HOUR, route=1, theme="culture", seats=30, taken=30, left_behind=5),
        RouteDeparted(at_ms=DAY + 14 * HOUR, route=0, theme="technology", seats=30, taken=25, left_behind=0),
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

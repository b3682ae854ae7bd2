"""Measures of the exhibition on site."""

from __future__ import annotations

from typing import Any

from tests.fairfacts.stories import DAY, HOUR, MINUTE, SECOND, after, changed

from fairfacts.event import Event
from fairfacts.venue import (
    GatesClosed,
    StandPlaced,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorRefused,
    ZoneLaidOut,
    ZonesCounted,
)

HALL = ZoneLaidOut(0, 0, "comprehensive", "comprehensive", 100)
FINANCE = ZoneLaidOut(0, 1, "special", "finance", 50)
NINE = DAY + 9 * HOUR
OPENED = VenueOpened(NINE, 3, (2, 1), NINE + 7 * HOUR, NINE + 8 * HOUR)
ANNA = VisitorEntered(NINE + MINUTE, 0, 4, "CN", 1, 30 * SECOND, 10 * SECOND)
BO = VisitorEntered(NINE + MINUTE, 1, 5, "DE", 0, 0, 20 * SECOND)
ANNA_LEAVES = VisitorLeft(NINE + HOUR, 0, 4, "CN", 59 * MINUTE)
ANNA_AGAIN = VisitorEntered(NINE + DAY, 0, 4, "CN", 1, 0, 10 * SECOND)


def measures(*names: str, of: tuple[Event, ...]) -> dict[str, Any]:
    snapshot = after(*of).snapshot()["venue"]
    return {name: snapshot[name] for name in names}


def test_zones_have_their_stand_space():
    assert changed("venue", HALL, FINANCE) == {
        "zones": {"comprehensive": 1, "special": 1},
        "net_m2_by_zone": {"comprehensive": 100, "finance": 50},
        "stands_by_zone": {"comprehensive": 0, "finance": 0},
        "inside_by_zone": {"comprehensive": 0, "finance": 0},
        "inside_peak_by_zone": {"comprehensive": 0, "finance": 0},
        "density_by_zone": {"comprehensive": 0.0, "finance": 0.0},
        "density_peak_by_zone": {"comprehensive": 0.0, "finance": 0.0},
        "spent_h_by_zone": {"comprehensive": 0.0, "finance": 0.0},
    }


def test_international_share_is_of_the_comprehensive_zone():
    stands = (
        StandPlaced(0, 1, "CN", 0, "comprehensive"),
        StandPlaced(0, 2, "DE", 0, "comprehensive"),
        StandPlaced(0, 3, "SG", 1, "special"),
    )
    names = ("stands_by_zone", "comprehensive_exhibitors", "comprehensive_international_share")
    assert measures(*names, of=(HALL, FINANCE, *stands)) == {
        "stands_by_zone": {"comprehensive": 2, "finance": 1},
        "comprehensive_exhibitors": 2,
        "comprehensive_international_share": 0.5,
    }


def test_halls_are_open_then_leaving_then_closed():
    day = (OPENED, GatesClosed(NINE + 7 * HOUR), VenueClosed(NINE + 8 * HOUR, 0))
    states = [after(*day[:count]).snapshot()["venue"]["state"] for count in range(4)]
    assert states == ["closed", "open", "leaving", "closed"]


def test_visitors_are_inside_until_they_leave():
    assert changed("venue", OPENED, ANNA, BO, ANNA_LEAVES) == {
        "state": "open",
        "cap": 3,
        "lanes_by_gate": {"0": 2, "1": 1},
        "inside": 1,
        "inside_peak": 2,
        "entered": 2,
        "entered_overseas": 1,
        "left": 1,
        "visitors": 2,
        "days_per_visitor": 1.0,
        "waited_mean_s": 15.0,
        "waited_p90_s": 34.0,
        "stayed_mean_s": 59 * 60.0,
        "entered_per_day": {"1": 2},
        "entered_per_hour": {"33": 2},
        "left_per_hour": {"34": 1},
    }


def test_visitor_who_comes_on_two_days_is_one_person():
    names = ("entered", "visitors", "days_per_visitor", "entered_per_day")
    assert measures(*names, of=(OPENED, ANNA, BO, ANNA_LEAVES, ANNA_AGAIN)) == {
        "entered": 3,
        "visitors": 2,
        "days_per_visitor": 1.5,
        "entered_per_day": {"1": 2, "2": 1},
    }


def test_refused_who_do_not_come_again_are_turned_away():
    assert changed(
        "venue",
        VisitorRefused(NINE, 4, "CN", 0, 0, "full", True),
        VisitorRefused(NINE + HOUR, 4, "CN", 0, 0, "full", False),
        VisitorRefused(NINE + 7 * HOUR, 5, "DE", 0, MINUTE, "late", False),
    ) == {
        "refused": 3,
        "refused_by_reason": {"full": 2, "late": 1},
        "turned_away": 2,
        "refused_per_hour": {"33": 1, "34": 1, "40": 1},
    }


def test_counts_give_occupancy_density_and_queues():
    counts = (
        ZonesCounted(NINE, (0, 0), (7, 2)),
        ZonesCounted(NINE + MINUTE, (40, 20), (3, 1)),
        ZonesCounted(NINE + 2 * MINUTE, (20, 40), (0, 1)),
    )
    assert changed("venue", HALL, FINANCE, *counts) == {
        "waiting": 1,
        "waiting_peak": 9,
        "waiting_by_gate": {"0": 0, "1": 1},
        "zones": {"comprehensive": 1, "special": 1},
        "net_m2_by_zone": {"comprehensive": 100, "finance": 50},
        "stands_by_zone": {"comprehensive": 0, "finance": 0},
        "inside_by_zone": {"comprehensive": 20, "finance": 40},
        "inside_peak_by_zone": {"comprehensive": 40, "finance": 40},
        "density_by_zone": {"comprehensive": 0.2, "finance": 0.8},
        "density_peak_by_zone": {"comprehensive": 0.4, "finance": 0.8},
        "spent_h_by_zone": {"comprehensive": 1.0, "finance": 1.0},
    }

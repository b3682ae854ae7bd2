"""Measures of the exhibition on site."""

from __future__ import annotations

from typing import Any

import msgspec
from tests.fairfacts.stories import DAY, HOUR, MINUTE, SECOND, STARTED, after, changed

from fairfacts.event import Event
from fairfacts.parts.venue.events import (
    GatesClosed,
    StandPlaced,
    TicketsSold,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorMoved,
    VisitorRefused,
    ZoneLaidOut,
    ZonesCounted,
)

HALL = ZoneLaidOut(at_ms=0, zone=0, kind="comprehensive", name="comprehensive", net_m2=100)
FINANCE = ZoneLaidOut(at_ms=0, zone=1, kind="special", name="finance", net_m2=50)
NINE = DAY + 9 * HOUR
OPENED = VenueOpened(at_ms=NINE, cap=3, lanes=(2, 1), last_entry_ms=NINE + 7 * HOUR, closes_ms=NINE + 8 * HOUR)
ANNA = VisitorEntered(
    at_ms=NINE + MINUTE, visitor=0, organisation=4, economy="CN", gate=1, waited_ms=30 * SECOND, checked_ms=10 * SECOND
)
BO = VisitorEntered(
    at_ms=NINE + MINUTE, visitor=1, organisation=5, economy="DE", gate=0, waited_ms=0, checked_ms=20 * SECOND
)
ANNA_LEAVES = VisitorLeft(at_ms=NINE + HOUR, visitor=0, organisation=4, economy="CN", stayed_ms=59 * MINUTE)
ANNA_AGAIN = VisitorEntered(
    at_ms=NINE + DAY, visitor=0, organisation=4, economy="CN", gate=1, waited_ms=0, checked_ms=10 * SECOND
)


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


def test_overseas_share_of_the_stands_is_of_a_kind_of_zone():
    stands = (
        StandPlaced(at_ms=0, organisation=1, economy="CN", zone=0, kind="comprehensive"),
        StandPlaced(at_ms=0, organisation=2, economy="DE", zone=0, kind="comprehensive"),
        StandPlaced(at_ms=0, organisation=3, economy="SG", zone=1, kind="special"),
    )
    names = ("stands_by_zone", "stands_by_zone_kind", "overseas_share_by_zone_kind")
    assert measures(*names, of=(STARTED, HALL, FINANCE, *stands)) == {
        "stands_by_zone": {"comprehensive": 2, "finance": 1},
        "stands_by_zone_kind": {"comprehensive": 2, "special": 1},
        "overseas_share_by_zone_kind": {"comprehensive": 0.5, "special": 1.0},
    }


def test_halls_are_open_then_leaving_then_closed():
    day = (OPENED, GatesClosed(NINE + 7 * HOUR), VenueClosed(at_ms=NINE + 8 * HOUR, entered=0))
    states = [after(*day[:count]).snapshot()["venue"]["state"] for count in range(4)]
    assert states == ["closed", "open", "leaving", "closed"]


def test_visitors_are_inside_until_they_leave():
    assert changed("venue", STARTED, OPENED, ANNA, BO, ANNA_LEAVES) == {
        "state": "open",
        "cap": 3,
        "lanes_by_gate": {"0": 2, "1": 1},
        "inside": 1,
        "inside_peak": 2,
        "entered": 2,
        "entered_overseas": 1,
        "entered_by_badge": {"": 2},
        "visitors_by_badge": {"": 2},
        "left": 1,
        "visitors": 2,
        "entries_per_visitor": 1.0,
        "waited_mean_s": 15.0,
        "waited_p90_s": 34.0,
        "stayed_mean_s": 59 * 60.0,
        "entered_per_day": {"1": 2},
        "entered_per_hour": {"33": 2},
        "left_per_hour": {"34": 1},
    }


def test_visitor_who_comes_on_two_days_is_one_person():
    names = ("entered", "visitors", "entries_per_visitor", "entered_per_day")
    assert measures(*names, of=(OPENED, ANNA, BO, ANNA_LEAVES, ANNA_AGAIN)) == {
        "entered": 3,
        "visitors": 2,
        "entries_per_visitor": 1.5,
        "entered_per_day": {"1": 2, "2": 1},
    }


def test_entries_and_persons_are_counted_by_badge():
    reporter = VisitorEntered(
        at_ms=NINE, visitor=0, organisation=None, economy="CN", gate=0, waited_ms=0, checked_ms=1, badge="media"
    )
    again = msgspec.structs.replace(reporter, at_ms=NINE + HOUR)
    public = msgspec.structs.replace(reporter, at_ms=NINE + HOUR, visitor=1, badge="public")
    assert measures("entered_by_badge", "visitors_by_badge", of=(OPENED, reporter, again, public)) == {
        "entered_by_badge": {"media": 2, "public": 1},
        "visitors_by_badge": {"media": 1, "public": 1},
    }
    assert after(OPENED, reporter, again, public).snapshot()["venue"]["visitors"] == 2


def test_refused_who_do_not_come_again_are_turned_away():
    assert changed(
        "venue",
        VisitorRefused(at_ms=NINE, organisation=4, economy="CN", gate=0, waited_ms=0, reason="full", returns=True),
        VisitorRefused(
            at_ms=NINE + HOUR, organisation=4, economy="CN", gate=0, waited_ms=0, reason="full", returns=False
        ),
        VisitorRefused(
            at_ms=NINE + 7 * HOUR, organisation=5, economy="DE", gate=0, waited_ms=MINUTE, reason="late", returns=False
        ),
    ) == {
        "refused": 3,
        "refused_by_reason": {"full": 2, "late": 1},
        "turned_away": 2,
        "refused_per_hour": {"33": 1, "34": 1, "40": 1},
    }


def test_nobody_counts_who_waits_from_the_close_to_the_opening():
    """Every gate was said to have nobody in its line, though thousands stood before the doors."""
    counted = ZonesCounted(at_ms=NINE, inside=(0, 0), waiting=(0, 0))
    assert measures("waiting_by_gate", of=(OPENED, counted)) == {"waiting_by_gate": {"0": 0, "1": 0}}
    assert measures("waiting_by_gate", of=(OPENED, counted, VenueClosed(at_ms=NINE + 8 * HOUR, entered=0))) == {
        "waiting_by_gate": {}
    }


def test_those_who_go_to_another_gate_are_counted():
    moved = VisitorMoved(at_ms=NINE, organisation=4, economy="CN", gate=0, to_gate=1, waited_ms=MINUTE)
    assert changed("venue", moved, moved) == {"moved": 2}


def test_counts_give_occupancy_density_and_queues():
    counts = (
        ZonesCounted(at_ms=NINE, inside=(0, 0), waiting=(7, 2)),
        ZonesCounted(at_ms=NINE + MINUTE, inside=(40, 20), waiting=(3, 1)),
        ZonesCounted(at_ms=NINE + 2 * MINUTE, inside=(20, 40), waiting=(0, 1)),
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


def test_hours_spent_in_a_zone_have_one_decimal():
    counts = [ZonesCounted(at_ms=NINE + minute * MINUTE, inside=(1, 2), waiting=()) for minute in range(4)]
    spent = measures("spent_h_by_zone", of=(HALL, FINANCE, *counts))["spent_h_by_zone"]
    assert spent == {"comprehensive": 0.1, "finance": 0.1}  # 4 and 8 minutes: 0.07 and 0.13 hours
    full = ZonesCounted(at_ms=NINE, inside=(6_000, 0), waiting=())
    assert measures("spent_h_by_zone", of=(HALL, FINANCE, full))["spent_h_by_zone"]["comprehensive"] == 100.0


def test_an_entry_belongs_to_the_day_that_begins_at_midnight():
    before, after_midnight = (
        VisitorEntered(
            at_ms=at_ms, visitor=visitor, organisation=4, economy="CN", gate=1, waited_ms=0, checked_ms=SECOND
        )
        for visitor, at_ms in enumerate((2 * DAY - 1, 2 * DAY))
    )
    assert measures("entered_per_day", "entered_per_hour", of=(before, after_midnight)) == {
        "entered_per_day": {"1": 1, "2": 1},
        "entered_per_hour": {"47": 1, "48": 1},
    }


def test_tickets_are_counted_by_badge_with_those_who_got_none():
    venue = after(
        *(
            TicketsSold(at_ms=day * DAY, badge="public", sold=min(wanted, 200), wanted=wanted)
            for day, wanted in enumerate((150, 260))
        )
    ).snapshot()["venue"]
    assert (venue["tickets_by_badge"], venue["sold_out_by_badge"]) == ({"public": 350}, {"public": 60})

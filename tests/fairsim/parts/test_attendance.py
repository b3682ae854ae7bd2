"""Who comes to the halls, by badge and by day, and where the stands are."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from tests.fairsim.runs import ONE_SESSION, log_of, of_types
from tests.fairsim.stage import DAY, HOUR

from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.programme import AttendeeAdmitted
from fairfacts.parts.venue.events import (
    StandPlaced,
    TicketsSold,
    VisitorEntered,
    VisitorLeft,
    VisitorRefused,
    ZoneLaidOut,
    ZonesCounted,
)
from fairsim.inputs.scenario import load_scenario

QUIET = "visits.asker_visits=0", "streams.audience_mean=0", *ONE_SESSION
"""Nobody asks for a talk, and hardly anybody comes to a session or looks at a stream."""
ONE_DAY = "fair.days=2", "venue.days=1", "programme.first_day=1"


def shown(log: list[Event]) -> dict[str, Any]:
    state = State()
    state.fold(log)
    venue: dict[str, Any] = state.snapshot()["venue"]
    return venue


@pytest.mark.slow
def test_documented_exhibitors_stand_in_the_comprehensive_zone(large_log: list[Event]):
    venue = shown(large_log)
    placed = of_types(large_log, StandPlaced)
    by_origin = Counter(stand.economy != "CN" for stand in placed if stand.kind == "comprehensive")
    assert (venue["zones"], by_origin) == ({"comprehensive": 1, "special": 8}, {False: 13, True: 10})


def test_special_zones_show_their_sector_first(large_log: list[Event]):
    sectors = {event.organisation: event.sector for event in of_types(large_log, OrganisationRegistered)}
    zone_of = {event.name: event.zone for event in of_types(large_log, ZoneLaidOut)}
    in_finance = [
        sectors[event.organisation] for event in of_types(large_log, StandPlaced) if event.zone == zone_of["finance"]
    ]
    assert set(in_finance) == {"finance"}


def days_of(log: list[Event], badge: str) -> Counter[int]:
    entries = {(one.visitor, one.at_ms // DAY) for one in of_types(log, VisitorEntered) if one.badge == badge}
    return Counter(visitor for visitor, _ in entries)


def test_trade_visitors_come_on_some_of_the_days_and_exhibitors_on_most(large_log: list[Event]):
    trade, staff = (list(days_of(large_log, badge).values()) for badge in ("trade_visitor", "exhibitor_staff"))
    # 1.6 and 4.5 of those registered from the beginning, less what others have left, or miss by coming late
    assert (1.45 < np.mean(trade) < 1.6, np.mean(staff) > 4) == (True, True)
    # of trade visitors hardly anybody comes every day, of staff most do
    assert ({1, 2, 3, 4} <= set(trade) <= {1, 2, 3, 4, 5}, Counter(staff).most_common(1)[0][0]) == (True, 5)


@pytest.mark.slow
def test_everybody_with_a_badge_goes_through_the_gates_and_some_come_in_again(large_log: list[Event]):
    venue = shown(large_log)
    by_badge = venue["entered_by_badge"]
    assert set(by_badge) == {"exhibitor_staff", "trade_visitor", "public", "media", "fair_staff"}
    assert (sum(by_badge.values()), sum(venue["visitors_by_badge"].values())) == (venue["entered"], venue["visitors"])
    public = {one.visitor for one in of_types(large_log, VisitorEntered) if one.badge == "public"}
    again = by_badge["public"] / len(public) - 1
    assert 0.06 < again < 0.11  # a tenth go out to come in again, and some of these come too late


def test_people_of_no_organisation_come_as_many_as_are_said_and_are_no_delegates():
    log = log_of("badges.public.people=30000", "venue.days=2", *QUIET, scale=0.01)
    entries = [one for one in of_types(log, VisitorEntered) if one.badge == "public"]
    assert {(one.organisation, one.delegate, one.economy) for one in entries} == {(None, None, "CN")}
    assert 0.95 * 300 <= len({one.visitor for one in entries}) <= 300  # some come too late, or find the gates closed


def test_a_delegate_at_a_stand_is_one_visitor_on_all_days(large_log: list[Event]):
    numbers: dict[tuple[int | None, int | None], set[int]] = {}
    for one in of_types(large_log, VisitorEntered):
        if one.delegate is not None:
            numbers.setdefault((one.organisation, one.delegate), set()).add(one.visitor)
    assert {len(each) for each in numbers.values()} == {1}


def test_whoever_is_in_a_session_is_in_no_zone(large_log: list[Event]):
    counts = of_types(large_log, ZonesCounted)
    assert max(count.in_sessions for count in counts) > 0
    at_noon = [one for one in counts if 10.5 <= one.at_ms % DAY / HOUR < 12]
    admitted = sum(one.visitor is not None for one in of_types(large_log, AttendeeAdmitted))
    # a session of 90 minutes has its visitors for 90 counts, but for those who leave the halls or come late
    assert 60 < sum(count.in_sessions for count in counts) / admitted < 95
    assert np.mean([count.in_sessions for count in at_noon]) > 0


@pytest.mark.slow
def test_of_those_who_mean_to_come_a_part_does_not():
    trade = [
        shown(log_of(f"venue.no_show_share={share}", "badges.trade_visitor.days_mean=5", *QUIET, scale=0.02))[
            "visitors_by_badge"
        ]["trade_visitor"]
        for share in (0, 0.3)
    ]
    assert 0.6 < trade[1] / trade[0] < 0.8


def test_visitors_are_domestic_but_for_a_few(large_log: list[Event]):
    venue = shown(large_log)
    # staff of the international exhibitors are in the country; of the others hardly anybody is
    assert 0 < venue["entered_overseas"] / venue["entered"] < 0.02


def test_people_leave_before_the_halls_close(large_log: list[Event]):
    hours = [event.at_ms % DAY / HOUR for event in of_types(large_log, VisitorLeft)]
    assert (min(hours) > 7, max(hours) < 17) == (True, True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 7])
def test_lower_cap_refuses_more(seed: int):
    refused = [
        shown(log_of(f"venue.cap={cap}", *ONE_DAY, *QUIET, scale=0.02, seed=seed))["refused_by_reason"].get("full", 0)
        for cap in (12_000, 9_000, 6_000, 3_000)
    ]
    assert (refused == sorted(refused), refused[-1] > 0) == (True, True)


@pytest.mark.slow
def test_change_of_the_lanes_brings_the_same_people():
    # each comes to a gate once: who goes out leaves, and comes again, the later the longer the queue was
    badges = [badge.key for badge in load_scenario("ciftis2020").fair.kinds.badges]
    once = *ONE_DAY, "venue.cap=1000000", *(f"badges.{badge}.reentry_share=0" for badge in badges)
    few, many = (
        of_types(log_of(f"venue.gate_lanes={lanes}", *once, *QUIET, scale=0.05), VisitorEntered, VisitorRefused)
        for lanes in ("20 20 20", "60 60 60")
    )
    assert arrivals(few) == arrivals(many)
    assert sum(event.waited_ms for event in few) > sum(event.waited_ms for event in many)


def arrivals(at_gates: list[Event]) -> list[tuple[int, int]]:
    """Return when people came to the gates, and of which organisation they are; -1 for those of none."""
    return sorted(
        (
            event.at_ms - event.waited_ms - getattr(event, "checked_ms", 0),
            -1 if event.organisation is None else event.organisation,
        )
        for event in at_gates
        if isinstance(event, (VisitorEntered, VisitorRefused))
    )


def test_more_people_come_on_the_days_of_more_weight():
    entries = Counter(
        event.at_ms // DAY
        for event in of_types(log_of("venue.day_profile=9 1 1 1 1", *QUIET, scale=0.01), VisitorEntered)
    )
    first, *others = (entries[day] for day in sorted(entries))
    assert first > 1.3 * max(others)


@pytest.mark.slow
def test_tickets_of_a_day_are_sold_out_in_an_order_of_their_own():
    limited, free = (log_of(*more, *QUIET, scale=0.01) for more in (["badges.public.tickets=20000"], []))
    sold = [event for event in limited if isinstance(event, TicketsSold)]
    assert {event.badge for event in sold} == {"public"}
    assert all(event.sold == min(event.wanted, 200) for event in sold)
    assert sum(event.wanted - event.sold for event in sold) > 0
    came, would = (persons_by_day(log, "public") for log in (limited, free))
    assert all(persons <= 200 for persons in came.values())
    assert sum(came.values()) < sum(would.values())
    others = [persons_by_day(log, "trade_visitor") for log in (limited, free)]
    assert others[0] == others[1]  # nobody else's draw is changed
    assert [event for event in free if isinstance(event, TicketsSold)] == []


def persons_by_day(log: list[Event], badge: str) -> dict[int, int]:
    seen: dict[int, set[int]] = {}
    for event in log:
        if isinstance(event, VisitorEntered) and event.badge == badge:
            seen.setdefault(event.at_ms // DAY, set()).add(event.visitor)
    return {day: len(persons) for day, persons in seen.items()}

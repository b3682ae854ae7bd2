"""The exhibition on site: whole logs of small stories, and the laws of its gates and halls."""

from __future__ import annotations

from collections import Counter
from math import factorial
from typing import Any

import numpy as np
import pytest
from tests.fairsim.runs import log_of, of_types
from tests.fairsim.stage import DAY, HOUR, MINUTE, SECOND, Stage

from fairfacts.auditor import audit
from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.notices import NoticePublished
from fairfacts.organisations import OrganisationRegistered
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
from fairsim.arrivals import gaps_ms
from fairsim.draws import Draws
from fairsim.kernel import Story
from fairsim.venue import Hours, Venue, Visitor

NINE, FOUR, FIVE = DAY + 9 * HOUR, DAY + 16 * HOUR, DAY + 17 * HOUR
ANNA, BO, CAI = range(3)
OPENED = VenueOpened(NINE, 60_000, (1,), FOUR, FIVE)
GATES_CLOSED = GatesClosed(FOUR)


class Halls:
    """The halls of one day with a single gate, without what the counters say."""

    def __init__(self, *, lanes: int = 1, **changes: Any) -> None:
        self.stage = Stage(venue=changes)
        self.venue: Venue = self.stage.venue
        self.venue.prepare(Hours(NINE, FOUR, FIVE), (lanes,))
        self.stage.at(NINE, self.venue.open)
        self.stage.at(FOUR, self.venue.close_gates)

    def comes(
        self, at_ms: int, who: int, *, check_ms: int = 10 * SECOND, stay_ms: int = HOUR, return_ms: int = 0
    ) -> None:
        """A person of the bank comes to the gate."""
        visitor = Visitor(0, "CN", who, who, 0, check_ms, stay_ms, MINUTE, return_ms)
        self.stage.at(at_ms, lambda: self.venue.arrive(visitor))

    def play(self) -> list[Event]:
        return self.stage.play(FIVE)


def entered(at_ms: int, who: int, *, waited_ms: int = 0, checked_ms: int = 10 * SECOND) -> VisitorEntered:
    return VisitorEntered(at_ms, who, 0, "CN", 0, waited_ms, checked_ms)


def left(at_ms: int, who: int, stayed_ms: int) -> VisitorLeft:
    return VisitorLeft(at_ms, who, 0, "CN", stayed_ms)


def told_full(at_ms: int) -> NoticePublished:
    """Return the first notice that the halls are full."""
    return NoticePublished(at_ms, 0, "venue_full", False, "The halls are full: 1 people are inside. Come later.", None)


def test_visitor_enters_at_a_free_lane_stays_and_leaves():
    halls, ten = Halls(), NINE + HOUR
    halls.comes(ten, ANNA)
    assert halls.play() == [
        OPENED,
        entered(ten + 10 * SECOND, ANNA),
        left(ten + 10 * SECOND + HOUR, ANNA, HOUR),
        GATES_CLOSED,
    ]


def test_visitors_queue_for_the_lane_in_the_order_of_their_coming():
    halls, ten = Halls(), NINE + HOUR
    halls.comes(ten, ANNA)
    halls.comes(ten + SECOND, BO)
    halls.comes(ten + 2 * SECOND, CAI, stay_ms=2 * HOUR)
    assert halls.play() == [
        OPENED,
        entered(ten + 10 * SECOND, ANNA),
        entered(ten + 20 * SECOND, BO, waited_ms=9 * SECOND),
        entered(ten + 30 * SECOND, CAI, waited_ms=18 * SECOND),
        left(ten + 10 * SECOND + HOUR, ANNA, HOUR),
        left(ten + 20 * SECOND + HOUR, BO, HOUR),
        left(ten + 30 * SECOND + 2 * HOUR, CAI, 2 * HOUR),
        GATES_CLOSED,
    ]


def test_whoever_comes_before_the_opening_waits_for_it():
    halls = Halls(lanes=2)
    halls.comes(NINE - MINUTE, ANNA)
    halls.comes(NINE - SECOND, BO)
    assert halls.play()[:3] == [
        VenueOpened(NINE, 60_000, (2,), FOUR, FIVE),
        entered(NINE + 10 * SECOND, ANNA, waited_ms=MINUTE),
        entered(NINE + 10 * SECOND, BO, waited_ms=SECOND),
    ]


def test_visitor_who_finds_the_halls_full_is_turned_away():
    halls, ten = Halls(lanes=2, cap=1), NINE + HOUR
    halls.comes(ten, ANNA)
    halls.comes(ten + SECOND, BO)  # Anna is in the lane, and has the last place
    assert halls.play() == [
        VenueOpened(NINE, 1, (2,), FOUR, FIVE),
        VisitorRefused(ten + SECOND, 0, "CN", 0, 0, "full", False),
        told_full(ten + SECOND),
        entered(ten + 10 * SECOND, ANNA),
        left(ten + 10 * SECOND + HOUR, ANNA, HOUR),
        GATES_CLOSED,
    ]


def test_visitor_who_finds_the_halls_full_comes_again():
    halls, ten = Halls(cap=1), NINE + HOUR
    halls.comes(ten, ANNA)
    halls.comes(ten + MINUTE, BO, return_ms=HOUR)
    again = ten + MINUTE + HOUR
    assert halls.play() == [
        VenueOpened(NINE, 1, (1,), FOUR, FIVE),
        entered(ten + 10 * SECOND, ANNA),
        VisitorRefused(ten + MINUTE, 0, "CN", 0, 0, "full", True),
        told_full(ten + MINUTE),
        left(ten + 10 * SECOND + HOUR, ANNA, HOUR),
        entered(again + 10 * SECOND, BO),
        left(again + 10 * SECOND + HOUR, BO, HOUR),
        GATES_CLOSED,
    ]


def test_visitor_comes_again_once_only():
    halls, ten = Halls(cap=1), NINE + HOUR
    halls.comes(ten, ANNA, stay_ms=5 * HOUR)
    halls.comes(ten + MINUTE, BO, return_ms=HOUR)
    assert [event.returns for event in of_types(halls.play(), VisitorRefused)] == [True, False]


def test_nobody_comes_again_after_last_entry():
    halls, three = Halls(cap=1), NINE + 6 * HOUR
    halls.comes(three, ANNA)
    halls.comes(three + MINUTE, BO, return_ms=HOUR)
    assert of_types(halls.play(), VisitorRefused) == [
        VisitorRefused(three + MINUTE, 0, "CN", 0, 0, "full", False),
    ]


def test_whoever_waits_in_the_queue_of_full_halls_is_let_in_when_somebody_leaves():
    halls = Halls(cap=1)
    halls.comes(NINE - 2 * SECOND, ANNA)
    halls.comes(NINE - SECOND, BO)
    assert halls.play() == [
        VenueOpened(NINE, 1, (1,), FOUR, FIVE),
        entered(NINE + 10 * SECOND, ANNA, waited_ms=2 * SECOND),
        left(NINE + 10 * SECOND + HOUR, ANNA, HOUR),
        entered(NINE + 20 * SECOND + HOUR, BO, waited_ms=HOUR + 11 * SECOND),
        left(NINE + 20 * SECOND + 2 * HOUR, BO, HOUR),
        GATES_CLOSED,
    ]


def test_last_entry_lets_in_who_is_in_the_lane_and_nobody_else():
    halls = Halls()
    halls.comes(FOUR - 2 * SECOND, ANNA)
    halls.comes(FOUR - SECOND, BO)
    halls.comes(FOUR + MINUTE, CAI)
    assert halls.play() == [
        OPENED,
        GATES_CLOSED,
        VisitorRefused(FOUR, 0, "CN", 0, SECOND, "late", False),
        entered(FOUR + 8 * SECOND, ANNA),
        VisitorRefused(FOUR + MINUTE, 0, "CN", 0, 0, "late", False),
        left(FIVE - MINUTE, ANNA, 59 * MINUTE - 8 * SECOND),
    ]


def test_whoever_comes_on_two_days_is_the_same_visitor():
    halls, ten = Halls(), NINE + HOUR
    halls.comes(ten, ANNA)
    halls.comes(ten + MINUTE, BO)
    halls.comes(ten + 2 * HOUR, ANNA)
    numbers = [event.visitor for event in of_types(halls.play(), VisitorEntered)]
    assert numbers == [0, 1, 0]


def test_day_of_nobody_is_counted_every_minute():
    stage = Stage(venue={"domestic_share": 0.0, "overseas_share": 0.0})
    stage.env.process(stage.venue.day(1))
    nobody = (0,) * 9
    assert stage.play(2 * DAY) == [
        VenueOpened(NINE, 60_000, (5, 5, 5, 5, 4), FOUR, FIVE),
        *(ZonesCounted(NINE + minute * MINUTE, nobody, (0,) * 5) for minute in range(420)),
        GatesClosed(FOUR),
        *(ZonesCounted(NINE + minute * MINUTE, nobody, (0,) * 5) for minute in range(420, 481)),
        VenueClosed(FIVE, 0),
    ]


def through_the_gate(lanes: int, *, people: int, gap_ms: float, check_ms: float) -> list[int]:
    """Return the waits of people who come at random to a gate that is always open."""
    halls = Stage(venue={"cap": people})
    halls.venue.prepare(Hours(0, 2_000 * HOUR, 2_001 * HOUR), (lanes,))
    halls.venue.open()
    draw, numbers = Draws(7).stream("test.gate"), np.arange(people)
    moments = np.rint(np.cumsum(draw.exponential(numbers, gap_ms))).astype(np.int64)
    checks = np.maximum(np.rint(draw.exponential(numbers, check_ms, 1)), 1).astype(np.int64)

    def come() -> Story:
        waits_ms = gaps_ms(moments, 0)
        for who, (wait_ms, check) in enumerate(zip(waits_ms, checks.tolist(), strict=True)):
            yield halls.env.timeout(wait_ms)
            halls.venue.arrive(Visitor(0, "CN", who, who, 0, check, HOUR, MINUTE, 0))

    halls.env.process(come())
    return [event.waited_ms for event in of_types(halls.play(2_000 * HOUR - 1), VisitorEntered)]


def test_more_lanes_let_people_wait_less():
    waits = [sum(through_the_gate(lanes, people=3_000, gap_ms=3_200, check_ms=15_000)) for lanes in (5, 6, 7, 9)]
    assert waits == sorted(waits, reverse=True)


@pytest.mark.parametrize("lanes", [1, 4])
def test_gate_is_a_queue_of_erlang(lanes: int):
    load = 0.75 * lanes
    waits = through_the_gate(lanes, people=60_000, gap_ms=15_000 / load, check_ms=15_000)
    full = load**lanes / factorial(lanes) / (1 - load / lanes)
    chance = full / (sum(load**k / factorial(k) for k in range(lanes)) + full)
    assert (
        pytest.approx(np.mean(np.array(waits) > 0), rel=0.03),
        pytest.approx(np.mean(waits), rel=0.06),
    ) == (chance, chance * 15_000 / (lanes - load))


def shown(log: list[Event]) -> dict[str, Any]:
    state = State()
    state.fold(log)
    venue: dict[str, Any] = state.snapshot()["venue"]
    return venue


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


def test_people_come_on_some_of_the_days(large_log: list[Event]):
    days = Counter(event.visitor for event in of_types(large_log, VisitorEntered))
    # 2.3 of those registered from the beginning, less what others have left, or miss by coming late
    assert (set(days.values()), round(np.mean(list(days.values())), 1)) == ({1, 2, 3, 4, 5}, 2.2)


def test_of_those_who_mean_to_come_a_part_does_not():
    visitors = [
        shown(log_of(f"venue.no_show_share={share}", "venue.days_mean=30", scale=0.02))["visitors"]
        for share in (0, 0.3)
    ]
    assert 0.6 < visitors[1] / visitors[0] < 0.8


def test_visitors_are_domestic_but_for_a_few(large_log: list[Event]):
    venue = shown(large_log)
    assert 0 < venue["entered_overseas"] / venue["entered"] < 0.01


def test_people_leave_before_the_halls_close(large_log: list[Event]):
    hours = [event.at_ms % DAY / HOUR for event in of_types(large_log, VisitorLeft)]
    assert (min(hours) > 9, max(hours) < 17) == (True, True)


@pytest.mark.parametrize("seed", [1, 7])
def test_lower_cap_refuses_more(seed: int):
    quiet = "visits.requests_mean=0", "streams.audience_mean=0"
    refused = [
        shown(log_of(f"venue.cap={cap}", *quiet, scale=0.02, seed=seed))["refused_by_reason"].get("full", 0)
        for cap in (12_000, 9_000, 6_000, 3_000)
    ]
    assert (refused == sorted(refused), refused[-1] > 0) == (True, True)


def test_change_of_the_lanes_brings_the_same_people():
    quiet = "visits.requests_mean=0", "streams.audience_mean=0"
    few, many = (
        sorted((event.at_ms - event.waited_ms - event.checked_ms, event.organisation) for event in entries)
        for entries in (
            of_types(log_of(f"venue.gate_lanes={lanes}", *quiet, scale=0.05), VisitorEntered)
            for lanes in ("20 20 20", "60 60 60")
        )
    )
    assert few == many


def test_whoever_stays_away_as_the_halls_are_full_comes_later_that_day_or_not_at_all():
    changes = "venue.return_share=1", "venue.return_mean_min=600", "venue.cap=9000", "notices.app_reach_share=1"
    log = log_of(*changes, scale=0.002, seed=0)
    assert [event for event in log if isinstance(event, NoticePublished)]
    assert audit(log) == []

"""The exhibition on site: whole logs of small stories, and the laws of its gates and halls."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
import pytest
from tests.fairsim.runs import log_of, of_types
from tests.fairsim.stage import DAY, HOUR, MINUTE, SECOND, Stage

from fairfacts.auditor import audit
from fairfacts.event import Event
from fairfacts.parts.notices import NoticePublished
from fairfacts.parts.venue.events import (
    GatesClosed,
    LanesChanged,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorRefused,
    ZonesCounted,
)
from fairsim.engine.arrivals import gaps_ms
from fairsim.engine.draws import Draws
from fairsim.engine.kernel import Process
from fairsim.parts.venue.attendance import NOBODY, Comers
from fairsim.parts.venue.venue import Venue
from fairsim.parts.venue.visitors import Hours, Visitor

QUIET = "visits.asker_visits=0", "streams.audience_mean=0"
NINE, FOUR, FIVE = DAY + 9 * HOUR, DAY + 16 * HOUR, DAY + 17 * HOUR
ANNA, BO, CAI = range(3)
OPENED = VenueOpened(at_ms=NINE, cap=60_000, lanes=(1,), last_entry_ms=FOUR, closes_ms=FIVE)
GATES_CLOSED = GatesClosed(at_ms=FOUR)


class Halls:
    """The halls of one day with a single gate, without what the counters say."""

    def __init__(self, *, lanes: int = 1, **changes: Any) -> None:
        self.stage = Stage(venue=changes)
        self.venue: Venue = self.stage.parts.venue
        self.venue.prepare(Hours(NINE, FOUR, FIVE), (lanes,))
        self.stage.at(NINE, self.venue.open)
        self.stage.at(FOUR, self.venue.gates.close)

    def comes(
        self, at_ms: int, who: int, *, check_ms: int = 10 * SECOND, stay_ms: int = HOUR, return_ms: int = 0
    ) -> None:
        """A person of the bank comes to the gate."""
        visitor = Visitor(0, "CN", who, who, 0, check_ms, stay_ms, MINUTE, return_ms)
        self.stage.at(at_ms, lambda: self.venue.gates.arrive(visitor))

    def play(self) -> list[Event]:
        return self.stage.play(FIVE)


def entered(at_ms: int, who: int, *, waited_ms: int = 0, checked_ms: int = 10 * SECOND) -> VisitorEntered:
    return VisitorEntered(
        at_ms=at_ms, visitor=who, organisation=0, economy="CN", gate=0, waited_ms=waited_ms, checked_ms=checked_ms
    )


def left(at_ms: int, who: int, stayed_ms: int) -> VisitorLeft:
    return VisitorLeft(at_ms=at_ms, visitor=who, organisation=0, economy="CN", stayed_ms=stayed_ms)


def told_full(at_ms: int) -> NoticePublished:
    """Return the first notice that the halls are full."""
    return NoticePublished(
        at_ms=at_ms,
        notice=0,
        about="venue_full",
        over=False,
        text="The halls are full: at most 1 people may be inside. Come later.",
        disruption=None,
    )


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
        VenueOpened(at_ms=NINE, cap=60_000, lanes=(2,), last_entry_ms=FOUR, closes_ms=FIVE),
        entered(NINE + 10 * SECOND, ANNA, waited_ms=MINUTE),
        entered(NINE + 10 * SECOND, BO, waited_ms=SECOND),
    ]


def test_visitor_who_finds_the_halls_full_is_turned_away():
    halls, ten = Halls(lanes=2, cap=1), NINE + HOUR
    halls.comes(ten, ANNA)
    halls.comes(ten + SECOND, BO)  # Anna is in the lane, and has the last place
    assert halls.play() == [
        VenueOpened(at_ms=NINE, cap=1, lanes=(2,), last_entry_ms=FOUR, closes_ms=FIVE),
        VisitorRefused(
            at_ms=ten + SECOND, organisation=0, economy="CN", gate=0, waited_ms=0, reason="full", returns=False
        ),
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
        VenueOpened(at_ms=NINE, cap=1, lanes=(1,), last_entry_ms=FOUR, closes_ms=FIVE),
        entered(ten + 10 * SECOND, ANNA),
        VisitorRefused(
            at_ms=ten + MINUTE, organisation=0, economy="CN", gate=0, waited_ms=0, reason="full", returns=True
        ),
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
        VisitorRefused(
            at_ms=three + MINUTE, organisation=0, economy="CN", gate=0, waited_ms=0, reason="full", returns=False
        ),
    ]


def test_whoever_waits_in_the_queue_of_full_halls_is_let_in_when_somebody_leaves():
    halls = Halls(cap=1)
    halls.comes(NINE - 2 * SECOND, ANNA)
    halls.comes(NINE - SECOND, BO)
    assert halls.play() == [
        VenueOpened(at_ms=NINE, cap=1, lanes=(1,), last_entry_ms=FOUR, closes_ms=FIVE),
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
        VisitorRefused(
            at_ms=FOUR, organisation=0, economy="CN", gate=0, waited_ms=SECOND, reason="late", returns=False
        ),
        entered(FOUR + 8 * SECOND, ANNA),
        VisitorRefused(
            at_ms=FOUR + MINUTE, organisation=0, economy="CN", gate=0, waited_ms=0, reason="late", returns=False
        ),
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
    lanes = (5, 5, 5, 5, 4)
    stage = Stage(venue={"domestic_share": 0.0, "overseas_share": 0.0, "opens_h": 9.0, "gate_lanes": lanes})
    stage.env.process(stage.parts.venue.day(1))
    nobody = (0,) * 9
    assert stage.play(2 * DAY) == [
        VenueOpened(at_ms=NINE, cap=60_000, lanes=lanes, last_entry_ms=FOUR, closes_ms=FIVE),
        *(ZonesCounted(at_ms=NINE + minute * MINUTE, inside=nobody, waiting=(0,) * 5) for minute in range(420)),
        GatesClosed(at_ms=FOUR),
        *(ZonesCounted(at_ms=NINE + minute * MINUTE, inside=nobody, waiting=(0,) * 5) for minute in range(420, 481)),
        VenueClosed(at_ms=FIVE, entered=0),
    ]


def through_the_gate(lanes: int, *, people: int, gap_ms: float, check_ms: float) -> list[int]:
    """Return the waits of people who come at random to a gate that is always open."""
    halls = Stage(venue={"cap": people})
    halls.parts.venue.prepare(Hours(0, 2_000 * HOUR, 2_001 * HOUR), (lanes,))
    halls.parts.venue.open()
    draw, numbers = Draws(7).stream("test.gate"), np.arange(people)
    moments = np.rint(np.cumsum(draw.exponential(numbers, gap_ms))).astype(np.int64)
    checks = np.maximum(np.rint(draw.exponential(numbers, check_ms, 1)), 1).astype(np.int64)

    def come() -> Process:
        waits_ms = gaps_ms(moments, 0)
        for who, (wait_ms, check) in enumerate(zip(waits_ms, checks.tolist(), strict=True)):
            yield halls.env.timeout(wait_ms)
            halls.parts.venue.gates.arrive(Visitor(0, "CN", who, who, 0, check, HOUR, MINUTE, 0))

    halls.env.process(come())
    return [event.waited_ms for event in of_types(halls.play(2_000 * HOUR - 1), VisitorEntered)]


def test_more_lanes_let_people_wait_less():
    waits = [sum(through_the_gate(lanes, people=3_000, gap_ms=3_200, check_ms=15_000)) for lanes in (5, 6, 7, 9)]
    assert waits == sorted(waits, reverse=True)


@pytest.mark.slow
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


def test_whoever_stays_away_as_the_halls_are_full_comes_later_that_day_or_not_at_all():
    changes = "venue.return_share=1", "venue.return_mean_min=600", "venue.cap=9000", "notices.app_reach_share=1"
    log = log_of(*changes, scale=0.002, seed=0)
    assert [event for event in log if isinstance(event, NoticePublished)]
    assert audit(log) == []


@pytest.mark.slow
def test_checks_take_their_mean_time():
    checks_ms = [event.checked_ms for event in of_types(log_of(*QUIET, scale=0.02), VisitorEntered)]
    assert np.mean(checks_ms) == pytest.approx(15_000, rel=0.1)


def test_visitor_in_a_lane_at_last_entry_is_through_before_the_halls_close():
    halls = Halls(check_mean_s=120.0)
    venue, hours = halls.venue, Hours(NINE, FIVE - MINUTE, FIVE)
    nobody = np.full(1_000, NOBODY)
    comers = Comers(nobody, nobody, nobody + 1, np.arange(1_000), nobody)
    _, checks_ms, *_ = venue._attendance.plans(comers, comers.persons, hours)
    assert max(checks_ms) == MINUTE - 1


def test_a_visitor_who_reads_that_the_halls_are_full_comes_later():
    halls, ten = Halls(cap=1), NINE + HOUR
    halls.stage.change(venue={"cap": 1}, notices={"app_reach_share": 1.0})
    halls.comes(ten, ANNA, stay_ms=30 * MINUTE)
    halls.comes(ten + MINUTE, BO)  # is refused, and a notice is published
    cai = Visitor(0, "CN", CAI, CAI, 0, 10 * SECOND, HOUR, MINUTE, HOUR)
    halls.stage.at(ten + 2 * MINUTE, lambda: halls.venue._come(cai, has_slot=True))
    assert [(event.at_ms, event.visitor) for event in of_types(halls.play(), VisitorEntered)] == [
        (ten + 10 * SECOND, ANNA),
        (ten + 2 * MINUTE + HOUR + 10 * SECOND, 1),
    ]


def test_nobody_stays_away_from_halls_that_are_not_full_any_more():
    halls, ten = Halls(cap=1), NINE + HOUR
    halls.stage.change(venue={"cap": 1}, notices={"app_reach_share": 1.0})
    halls.comes(ten, ANNA, stay_ms=30 * MINUTE)
    halls.comes(ten + MINUTE, BO)  # is refused, and a notice is published
    cai = Visitor(0, "CN", CAI, CAI, 0, 10 * SECOND, HOUR, MINUTE, 0)
    halls.stage.at(ten + HOUR, lambda: halls.venue._come(cai, has_slot=True))
    assert [event.at_ms for event in of_types(halls.play(), VisitorEntered)] == [
        ten + 10 * SECOND,
        ten + HOUR + 10 * SECOND,
    ]


def test_lanes_of_a_day_with_fewer_than_the_scenario_has_are_closed_but_once():
    halls = Halls(lanes=2)
    halls.stage.change(venue={"gate_lanes": (5,)})
    halls.stage.at(NINE + HOUR, lambda: halls.venue.gates.close_lanes(0, 5))
    assert of_types(halls.play(), LanesChanged) == [LanesChanged(at_ms=NINE + HOUR, gate=0, lanes=0)]


def test_other_lanes_of_the_scenario_open_at_once():
    """They opened on the next day, while people chose gates by them already."""
    halls = Halls(lanes=2)
    halls.stage.at(NINE + HOUR, lambda: halls.stage.change(venue={"gate_lanes": (3,)}))
    assert of_types(halls.play(), LanesChanged) == [LanesChanged(at_ms=NINE + HOUR, gate=0, lanes=3)]


def test_whoever_goes_out_for_a_while_comes_in_again():
    halls, ten = Halls(), NINE + HOUR
    anna = Visitor(0, "CN", ANNA, ANNA, 0, 10 * SECOND, HOUR, MINUTE, 0, 2 * HOUR, 30 * MINUTE)
    halls.stage.at(ten, lambda: halls.venue.gates.arrive(anna))
    assert halls.play() == [
        OPENED,
        entered(ten + 10 * SECOND, ANNA),
        left(ten + 10 * SECOND + HOUR, ANNA, HOUR),
        entered(ten + 20 * SECOND + HOUR + 30 * MINUTE, ANNA),
        left(ten + 20 * SECOND + 3 * HOUR + 30 * MINUTE, ANNA, 2 * HOUR),
        GATES_CLOSED,
    ]

"""Desks: whole logs of small stories."""

from __future__ import annotations

from tests.fairsim.stage import BANK, DAY, HOTEL, HOUR, LAB, MINUTE, SHIPPER, Stage, attempt

from fairfacts.negotiations import (
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)

NINE, TEN, SIX_PM = 9 * HOUR, 10 * HOUR, 18 * HOUR
HOTEL_ASKS_BANK = (HOTEL, "CN", BANK, "CN", False)
SHIPPER_ASKS_BANK = (SHIPPER, "US", BANK, "CN", True)
HOTEL_ASKS_LAB = (HOTEL, "CN", LAB, "DE", True)


def test_negotiation_is_taken_up_at_once_when_a_negotiator_is_free():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(BANK, talk_ms=20 * MINUTE, outcome="follow_up"))
    assert stage.play(DAY) == [
        NegotiationRequested(TEN, 0, *HOTEL_ASKS_BANK, 0, "finance", 1),
        NegotiationTakenUp(TEN, 0, *HOTEL_ASKS_BANK, 0),
        NegotiationEnded(TEN + 20 * MINUTE, 0, *HOTEL_ASKS_BANK, 20 * MINUTE, "follow_up"),
    ]


def test_negotiations_wait_while_the_negotiator_talks_first_come_first_served():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(BANK, talk_ms=20 * MINUTE))
    stage.ask(TEN + 1 * MINUTE, SHIPPER, attempt(BANK, talk_ms=30 * MINUTE))
    stage.ask(TEN + 2 * MINUTE, HOTEL, attempt(BANK, talk_ms=10 * MINUTE))
    assert stage.play(DAY) == [
        NegotiationRequested(TEN, 0, *HOTEL_ASKS_BANK, 0, "finance", 1),
        NegotiationTakenUp(TEN, 0, *HOTEL_ASKS_BANK, 0),
        NegotiationRequested(TEN + 1 * MINUTE, 1, *SHIPPER_ASKS_BANK, 1, "finance", 1),
        NegotiationRequested(TEN + 2 * MINUTE, 2, *HOTEL_ASKS_BANK, 2, "finance", 1),
        NegotiationEnded(TEN + 20 * MINUTE, 0, *HOTEL_ASKS_BANK, 20 * MINUTE, "intent"),
        NegotiationTakenUp(TEN + 20 * MINUTE, 1, *SHIPPER_ASKS_BANK, 19 * MINUTE),
        NegotiationEnded(TEN + 50 * MINUTE, 1, *SHIPPER_ASKS_BANK, 30 * MINUTE, "intent"),
        NegotiationTakenUp(TEN + 50 * MINUTE, 2, *HOTEL_ASKS_BANK, 48 * MINUTE),
        NegotiationEnded(TEN + 60 * MINUTE, 2, *HOTEL_ASKS_BANK, 10 * MINUTE, "intent"),
    ]


def test_two_negotiators_talk_at_the_same_time():
    stage = Stage(negotiations={"negotiators_mean": 2.0})
    stage.ask(TEN, HOTEL, attempt(BANK))
    stage.ask(TEN, SHIPPER, attempt(BANK))
    assert stage.play(TEN + MINUTE) == [
        NegotiationRequested(TEN, 0, *HOTEL_ASKS_BANK, 0, "finance", 1),
        NegotiationTakenUp(TEN, 0, *HOTEL_ASKS_BANK, 0),
        NegotiationRequested(TEN, 1, *SHIPPER_ASKS_BANK, 1, "finance", 1),
        NegotiationTakenUp(TEN, 1, *SHIPPER_ASKS_BANK, 0),
    ]


def test_negotiation_lapses_when_no_negotiator_is_free():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(BANK, talk_ms=20 * MINUTE))
    stage.ask(TEN, SHIPPER, attempt(BANK, patience_ms=15 * MINUTE))
    assert stage.play(DAY) == [
        NegotiationRequested(TEN, 0, *HOTEL_ASKS_BANK, 0, "finance", 1),
        NegotiationTakenUp(TEN, 0, *HOTEL_ASKS_BANK, 0),
        NegotiationRequested(TEN, 1, *SHIPPER_ASKS_BANK, 1, "finance", 1),
        NegotiationLapsed(TEN + 15 * MINUTE, 1, *SHIPPER_ASKS_BANK, 15 * MINUTE),
        NegotiationEnded(TEN + 20 * MINUTE, 0, *HOTEL_ASKS_BANK, 20 * MINUTE, "intent"),
    ]


def test_negotiator_passes_over_those_who_lapsed():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(BANK, talk_ms=20 * MINUTE))
    stage.ask(TEN + 1, SHIPPER, attempt(BANK, patience_ms=MINUTE))
    stage.ask(TEN + 2, HOTEL, attempt(BANK, talk_ms=5 * MINUTE))
    assert stage.play(DAY)[-3:] == [
        NegotiationEnded(TEN + 20 * MINUTE, 0, *HOTEL_ASKS_BANK, 20 * MINUTE, "intent"),
        NegotiationTakenUp(TEN + 20 * MINUTE, 2, *HOTEL_ASKS_BANK, 20 * MINUTE - 2),
        NegotiationEnded(TEN + 25 * MINUTE, 2, *HOTEL_ASKS_BANK, 5 * MINUTE, "intent"),
    ]


def test_negotiation_that_lapsed_is_taken_to_another_exhibitor():
    stage = Stage(negotiations={"opens_h": 0.0, "closes_h": 24.0})
    stage.ask(TEN, SHIPPER, attempt(BANK))
    stage.ask(TEN, HOTEL, attempt(BANK, patience_ms=MINUTE, retry_ms=2 * MINUTE), attempt(LAB, talk_ms=5 * MINUTE))
    assert stage.play(TEN + 15 * MINUTE) == [
        NegotiationRequested(TEN, 0, *SHIPPER_ASKS_BANK, 0, "finance", 1),
        NegotiationTakenUp(TEN, 0, *SHIPPER_ASKS_BANK, 0),
        NegotiationRequested(TEN, 1, *HOTEL_ASKS_BANK, 1, "finance", 1),
        NegotiationLapsed(TEN + MINUTE, 1, *HOTEL_ASKS_BANK, MINUTE),
        NegotiationRequested(TEN + 3 * MINUTE, 2, *HOTEL_ASKS_LAB, 1, "health", 2),
        NegotiationTakenUp(TEN + 3 * MINUTE, 2, *HOTEL_ASKS_LAB, 0),
        NegotiationEnded(TEN + 8 * MINUTE, 2, *HOTEL_ASKS_LAB, 5 * MINUTE, "intent"),
    ]


def test_negotiation_that_is_declined_occupies_nobody():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(BANK, declined=True))
    stage.ask(TEN, SHIPPER, attempt(BANK))
    assert stage.play(TEN + MINUTE) == [
        NegotiationRequested(TEN, 0, *HOTEL_ASKS_BANK, 0, "finance", 1),
        NegotiationDeclined(TEN, 0, *HOTEL_ASKS_BANK, 0),
        NegotiationRequested(TEN, 1, *SHIPPER_ASKS_BANK, 1, "finance", 1),
        NegotiationTakenUp(TEN, 1, *SHIPPER_ASKS_BANK, 0),
    ]


def test_negotiator_who_declines_calls_the_next():
    stage = Stage()
    stage.ask(8 * HOUR, HOTEL, attempt(BANK, patience_ms=2 * HOUR, declined=True))
    stage.ask(8 * HOUR, SHIPPER, attempt(BANK, patience_ms=2 * HOUR))
    assert stage.play(NINE + MINUTE)[-2:] == [
        NegotiationDeclined(NINE, 0, *HOTEL_ASKS_BANK, HOUR),
        NegotiationTakenUp(NINE, 1, *SHIPPER_ASKS_BANK, HOUR),
    ]


def test_negotiation_waits_for_the_desk_to_open():
    stage = Stage()
    stage.ask(7 * HOUR, HOTEL, attempt(BANK, patience_ms=3 * HOUR))
    assert stage.play(NINE + MINUTE) == [
        NegotiationRequested(7 * HOUR, 0, *HOTEL_ASKS_BANK, 0, "finance", 1),
        NegotiationTakenUp(NINE, 0, *HOTEL_ASKS_BANK, 2 * HOUR),
    ]


def test_desk_opens_in_the_morning_of_its_own_zone():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(LAB, patience_ms=DAY))
    # nine in Berlin is three in the afternoon in Beijing, in summer
    assert stage.play(DAY)[1] == NegotiationTakenUp(15 * HOUR, 0, *HOTEL_ASKS_LAB, 5 * HOUR)


def test_talk_goes_on_after_closing_and_requests_wait_for_the_next_morning():
    stage = Stage()
    stage.ask(SIX_PM - MINUTE, HOTEL, attempt(BANK, talk_ms=30 * MINUTE))
    stage.ask(SIX_PM - MINUTE, SHIPPER, attempt(BANK, patience_ms=DAY))
    assert stage.play(DAY + NINE + MINUTE) == [
        NegotiationRequested(SIX_PM - MINUTE, 0, *HOTEL_ASKS_BANK, 0, "finance", 1),
        NegotiationTakenUp(SIX_PM - MINUTE, 0, *HOTEL_ASKS_BANK, 0),
        NegotiationRequested(SIX_PM - MINUTE, 1, *SHIPPER_ASKS_BANK, 1, "finance", 1),
        NegotiationEnded(SIX_PM + 29 * MINUTE, 0, *HOTEL_ASKS_BANK, 30 * MINUTE, "intent"),
        NegotiationTakenUp(DAY + NINE, 1, *SHIPPER_ASKS_BANK, 15 * HOUR + MINUTE),
    ]


def test_night_shift_stays_until_midnight():
    stage = Stage(negotiations={"night_share": 1.0})
    stage.ask(23 * HOUR, HOTEL, attempt(BANK))
    stage.ask(24 * HOUR + 1, SHIPPER, attempt(BANK, patience_ms=MINUTE))
    assert stage.play(24 * HOUR + 2 * MINUTE) == [
        NegotiationRequested(23 * HOUR, 0, *HOTEL_ASKS_BANK, 0, "finance", 1),
        NegotiationTakenUp(23 * HOUR, 0, *HOTEL_ASKS_BANK, 0),
        NegotiationEnded(23 * HOUR + 20 * MINUTE, 0, *HOTEL_ASKS_BANK, 20 * MINUTE, "intent"),
        NegotiationRequested(24 * HOUR + 1, 1, *SHIPPER_ASKS_BANK, 1, "finance", 1),
        NegotiationLapsed(24 * HOUR + MINUTE + 1, 1, *SHIPPER_ASKS_BANK, MINUTE),
    ]


def test_desk_of_24_hours_stays_open_day_after_day():
    stage = Stage(negotiations={"opens_h": 0.0, "closes_h": 24.0})
    stage.ask(3 * DAY + HOUR, HOTEL, attempt(BANK))
    assert stage.play(3 * DAY + 2 * HOUR)[1] == NegotiationTakenUp(3 * DAY + HOUR, 0, *HOTEL_ASKS_BANK, 0)

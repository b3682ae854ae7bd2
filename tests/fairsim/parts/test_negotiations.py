"""Desks: whole logs of small stories."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fairsim.runs import log_of, of_types
from tests.fairsim.stage import BANK, CERTAIN, DAY, HOTEL, HOUR, LAB, MINUTE, SHIPPER, Stage, attempt

from fairfacts.parts.disruptions import PlatformOutage
from fairfacts.parts.negotiations.events import (
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.platform import PlatformMetered

NINE, TEN, SIX_PM = 9 * HOUR, 10 * HOUR, 18 * HOUR
HOTEL_ASKS_BANK = {
    "organisation": HOTEL,
    "economy": "CN",
    "exhibitor": BANK,
    "exhibitor_economy": "CN",
    "overseas": False,
}
SHIPPER_ASKS_BANK = {
    "organisation": SHIPPER,
    "economy": "US",
    "exhibitor": BANK,
    "exhibitor_economy": "CN",
    "overseas": True,
}
HOTEL_ASKS_LAB = {"organisation": HOTEL, "economy": "CN", "exhibitor": LAB, "exhibitor_economy": "DE", "overseas": True}


def test_negotiation_is_taken_up_at_once_when_a_negotiator_is_free():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(BANK, talk_ms=20 * MINUTE, outcome="follow_up"))
    assert stage.play(DAY) == [
        NegotiationRequested(at_ms=TEN, negotiation=0, **HOTEL_ASKS_BANK, visit=0, sector="finance", attempt=1),
        NegotiationTakenUp(at_ms=TEN, negotiation=0, **HOTEL_ASKS_BANK, waited_ms=0, visit=0),
        NegotiationEnded(
            at_ms=TEN + 20 * MINUTE, negotiation=0, **HOTEL_ASKS_BANK, talked_ms=20 * MINUTE, outcome="follow_up"
        ),
    ]


def test_negotiations_wait_while_the_negotiator_talks_first_come_first_served():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(BANK, talk_ms=20 * MINUTE))
    stage.ask(TEN + 1 * MINUTE, SHIPPER, attempt(BANK, talk_ms=30 * MINUTE))
    stage.ask(TEN + 2 * MINUTE, HOTEL, attempt(BANK, talk_ms=10 * MINUTE))
    assert stage.play(DAY) == [
        NegotiationRequested(at_ms=TEN, negotiation=0, **HOTEL_ASKS_BANK, visit=0, sector="finance", attempt=1),
        NegotiationTakenUp(at_ms=TEN, negotiation=0, **HOTEL_ASKS_BANK, waited_ms=0, visit=0),
        NegotiationRequested(
            at_ms=TEN + 1 * MINUTE, negotiation=1, **SHIPPER_ASKS_BANK, visit=1, sector="finance", attempt=1
        ),
        NegotiationRequested(
            at_ms=TEN + 2 * MINUTE, negotiation=2, **HOTEL_ASKS_BANK, visit=2, sector="finance", attempt=1
        ),
        NegotiationEnded(
            at_ms=TEN + 20 * MINUTE, negotiation=0, **HOTEL_ASKS_BANK, talked_ms=20 * MINUTE, outcome="intent"
        ),
        NegotiationTakenUp(at_ms=TEN + 20 * MINUTE, negotiation=1, **SHIPPER_ASKS_BANK, waited_ms=19 * MINUTE, visit=1),
        NegotiationEnded(
            at_ms=TEN + 50 * MINUTE, negotiation=1, **SHIPPER_ASKS_BANK, talked_ms=30 * MINUTE, outcome="intent"
        ),
        NegotiationTakenUp(at_ms=TEN + 50 * MINUTE, negotiation=2, **HOTEL_ASKS_BANK, waited_ms=48 * MINUTE, visit=2),
        NegotiationEnded(
            at_ms=TEN + 60 * MINUTE, negotiation=2, **HOTEL_ASKS_BANK, talked_ms=10 * MINUTE, outcome="intent"
        ),
    ]


def test_two_negotiators_talk_at_the_same_time():
    stage = Stage(negotiations={"negotiators_mean": 2.0})
    stage.ask(TEN, HOTEL, attempt(BANK))
    stage.ask(TEN, SHIPPER, attempt(BANK))
    assert stage.play(TEN + MINUTE) == [
        NegotiationRequested(at_ms=TEN, negotiation=0, **HOTEL_ASKS_BANK, visit=0, sector="finance", attempt=1),
        NegotiationTakenUp(at_ms=TEN, negotiation=0, **HOTEL_ASKS_BANK, waited_ms=0, visit=0),
        NegotiationRequested(at_ms=TEN, negotiation=1, **SHIPPER_ASKS_BANK, visit=1, sector="finance", attempt=1),
        NegotiationTakenUp(at_ms=TEN, negotiation=1, **SHIPPER_ASKS_BANK, waited_ms=0, visit=1),
    ]


def test_negotiation_lapses_when_no_negotiator_is_free():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(BANK, talk_ms=20 * MINUTE))
    stage.ask(TEN, SHIPPER, attempt(BANK, patience_ms=15 * MINUTE))
    assert stage.play(DAY) == [
        NegotiationRequested(at_ms=TEN, negotiation=0, **HOTEL_ASKS_BANK, visit=0, sector="finance", attempt=1),
        NegotiationTakenUp(at_ms=TEN, negotiation=0, **HOTEL_ASKS_BANK, waited_ms=0, visit=0),
        NegotiationRequested(at_ms=TEN, negotiation=1, **SHIPPER_ASKS_BANK, visit=1, sector="finance", attempt=1),
        NegotiationLapsed(at_ms=TEN + 15 * MINUTE, negotiation=1, **SHIPPER_ASKS_BANK, waited_ms=15 * MINUTE),
        NegotiationEnded(
            at_ms=TEN + 20 * MINUTE, negotiation=0, **HOTEL_ASKS_BANK, talked_ms=20 * MINUTE, outcome="intent"
        ),
    ]


def test_negotiator_passes_over_those_who_lapsed():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(BANK, talk_ms=20 * MINUTE))
    stage.ask(TEN + 1, SHIPPER, attempt(BANK, patience_ms=MINUTE))
    stage.ask(TEN + 2, HOTEL, attempt(BANK, talk_ms=5 * MINUTE))
    assert stage.play(DAY)[-3:] == [
        NegotiationEnded(
            at_ms=TEN + 20 * MINUTE, negotiation=0, **HOTEL_ASKS_BANK, talked_ms=20 * MINUTE, outcome="intent"
        ),
        NegotiationTakenUp(
            at_ms=TEN + 20 * MINUTE, negotiation=2, **HOTEL_ASKS_BANK, waited_ms=20 * MINUTE - 2, visit=2
        ),
        NegotiationEnded(
            at_ms=TEN + 25 * MINUTE, negotiation=2, **HOTEL_ASKS_BANK, talked_ms=5 * MINUTE, outcome="intent"
        ),
    ]


def test_negotiation_that_lapsed_is_taken_to_another_exhibitor():
    stage = Stage(negotiations={"opens_h": 0.0, "closes_h": 24.0})
    stage.ask(TEN, SHIPPER, attempt(BANK))
    stage.ask(TEN, HOTEL, attempt(BANK, patience_ms=MINUTE, retry_ms=2 * MINUTE), attempt(LAB, talk_ms=5 * MINUTE))
    assert stage.play(TEN + 15 * MINUTE) == [
        NegotiationRequested(at_ms=TEN, negotiation=0, **SHIPPER_ASKS_BANK, visit=0, sector="finance", attempt=1),
        NegotiationTakenUp(at_ms=TEN, negotiation=0, **SHIPPER_ASKS_BANK, waited_ms=0, visit=0),
        NegotiationRequested(at_ms=TEN, negotiation=1, **HOTEL_ASKS_BANK, visit=1, sector="finance", attempt=1),
        NegotiationLapsed(at_ms=TEN + MINUTE, negotiation=1, **HOTEL_ASKS_BANK, waited_ms=MINUTE, retries=True),
        NegotiationRequested(
            at_ms=TEN + 3 * MINUTE, negotiation=2, **HOTEL_ASKS_LAB, visit=1, sector="health", attempt=2, follows=1
        ),
        NegotiationTakenUp(at_ms=TEN + 3 * MINUTE, negotiation=2, **HOTEL_ASKS_LAB, waited_ms=0, visit=1),
        NegotiationEnded(
            at_ms=TEN + 8 * MINUTE, negotiation=2, **HOTEL_ASKS_LAB, talked_ms=5 * MINUTE, outcome="intent"
        ),
    ]


def test_negotiation_that_is_declined_occupies_nobody():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(BANK, declined=True))
    stage.ask(TEN, SHIPPER, attempt(BANK))
    assert stage.play(TEN + MINUTE) == [
        NegotiationRequested(at_ms=TEN, negotiation=0, **HOTEL_ASKS_BANK, visit=0, sector="finance", attempt=1),
        NegotiationDeclined(at_ms=TEN, negotiation=0, **HOTEL_ASKS_BANK, waited_ms=0),
        NegotiationRequested(at_ms=TEN, negotiation=1, **SHIPPER_ASKS_BANK, visit=1, sector="finance", attempt=1),
        NegotiationTakenUp(at_ms=TEN, negotiation=1, **SHIPPER_ASKS_BANK, waited_ms=0, visit=1),
    ]


def test_negotiator_who_declines_calls_the_next():
    stage = Stage()
    stage.ask(8 * HOUR, HOTEL, attempt(BANK, patience_ms=2 * HOUR, declined=True))
    stage.ask(8 * HOUR, SHIPPER, attempt(BANK, patience_ms=2 * HOUR))
    assert stage.play(NINE + MINUTE)[-2:] == [
        NegotiationDeclined(at_ms=NINE, negotiation=0, **HOTEL_ASKS_BANK, waited_ms=HOUR),
        NegotiationTakenUp(at_ms=NINE, negotiation=1, **SHIPPER_ASKS_BANK, waited_ms=HOUR, visit=1),
    ]


def test_negotiation_waits_for_the_desk_to_open():
    stage = Stage()
    stage.ask(7 * HOUR, HOTEL, attempt(BANK, patience_ms=3 * HOUR))
    assert stage.play(NINE + MINUTE) == [
        NegotiationRequested(at_ms=7 * HOUR, negotiation=0, **HOTEL_ASKS_BANK, visit=0, sector="finance", attempt=1),
        NegotiationTakenUp(at_ms=NINE, negotiation=0, **HOTEL_ASKS_BANK, waited_ms=2 * HOUR, visit=0),
    ]


def test_desk_opens_in_the_morning_of_its_own_zone():
    stage = Stage()
    stage.ask(TEN, HOTEL, attempt(LAB, patience_ms=DAY))
    # nine in Berlin is three in the afternoon in Beijing, in summer
    assert stage.play(DAY)[1] == NegotiationTakenUp(
        at_ms=15 * HOUR, negotiation=0, **HOTEL_ASKS_LAB, waited_ms=5 * HOUR, visit=0
    )


def test_talk_goes_on_after_closing_and_requests_wait_for_the_next_morning():
    stage = Stage()
    stage.ask(SIX_PM - MINUTE, HOTEL, attempt(BANK, talk_ms=30 * MINUTE))
    stage.ask(SIX_PM - MINUTE, SHIPPER, attempt(BANK, patience_ms=DAY))
    assert stage.play(DAY + NINE + MINUTE) == [
        NegotiationRequested(
            at_ms=SIX_PM - MINUTE, negotiation=0, **HOTEL_ASKS_BANK, visit=0, sector="finance", attempt=1
        ),
        NegotiationTakenUp(at_ms=SIX_PM - MINUTE, negotiation=0, **HOTEL_ASKS_BANK, waited_ms=0, visit=0),
        NegotiationRequested(
            at_ms=SIX_PM - MINUTE, negotiation=1, **SHIPPER_ASKS_BANK, visit=1, sector="finance", attempt=1
        ),
        NegotiationEnded(
            at_ms=SIX_PM + 29 * MINUTE, negotiation=0, **HOTEL_ASKS_BANK, talked_ms=30 * MINUTE, outcome="intent"
        ),
        NegotiationTakenUp(at_ms=DAY + NINE, negotiation=1, **SHIPPER_ASKS_BANK, waited_ms=15 * HOUR + MINUTE, visit=1),
    ]


def test_night_shift_stays_until_midnight():
    stage = Stage(negotiations={"night_share": 1.0})
    stage.ask(23 * HOUR, HOTEL, attempt(BANK))
    stage.ask(24 * HOUR + 1, SHIPPER, attempt(BANK, patience_ms=MINUTE))
    assert stage.play(24 * HOUR + 2 * MINUTE) == [
        NegotiationRequested(at_ms=23 * HOUR, negotiation=0, **HOTEL_ASKS_BANK, visit=0, sector="finance", attempt=1),
        NegotiationTakenUp(at_ms=23 * HOUR, negotiation=0, **HOTEL_ASKS_BANK, waited_ms=0, visit=0),
        NegotiationEnded(
            at_ms=23 * HOUR + 20 * MINUTE, negotiation=0, **HOTEL_ASKS_BANK, talked_ms=20 * MINUTE, outcome="intent"
        ),
        NegotiationRequested(
            at_ms=24 * HOUR + 1, negotiation=1, **SHIPPER_ASKS_BANK, visit=1, sector="finance", attempt=1
        ),
        NegotiationLapsed(at_ms=24 * HOUR + MINUTE + 1, negotiation=1, **SHIPPER_ASKS_BANK, waited_ms=MINUTE),
    ]


def test_desk_of_24_hours_stays_open_day_after_day():
    stage = Stage(negotiations={"opens_h": 0.0, "closes_h": 24.0})
    stage.ask(3 * DAY + HOUR, HOTEL, attempt(BANK))
    assert stage.play(3 * DAY + 2 * HOUR)[1] == NegotiationTakenUp(
        at_ms=3 * DAY + HOUR, negotiation=0, **HOTEL_ASKS_BANK, waited_ms=0, visit=0
    )


def test_a_failed_talk_without_a_further_attempt_is_not_repeated():
    stage = Stage(notices={"website_reach_share": 1.0})
    stage.ask(TEN, HOTEL, attempt(BANK, talk_ms=HOUR))
    stage.at(TEN + MINUTE, lambda: stage.disruptions.begin(PlatformOutage(lasts_min=5), "injected"))
    failed = of_types(stage.play(DAY), NegotiationFailed, NegotiationRequested)
    assert [getattr(event, "retries", None) for event in failed] == [None, False]


@pytest.mark.slow
def test_requests_go_to_the_own_sector_by_its_share():
    log = log_of("visits.own_sector_share=1", "streams.audience_mean=0", scale=0.02)
    sectors = {event.organisation: event.sector for event in of_types(log, OrganisationRegistered)}
    own = [event.sector == sectors[event.organisation] for event in of_types(log, NegotiationRequested)]
    assert np.mean(own) > 0.9


def test_exhibitors_are_chosen_by_the_popularity_of_now():
    wishes, requesters = np.arange(200), np.full(200, HOTEL)
    changed, new = Stage(), Stage(negotiations={"popularity_zipf": 0.9})
    before = list(changed.parts.desks.draw_attempts(wishes, requesters)[0].exhibitor)
    changed.change(negotiations=CERTAIN["negotiations"] | {"popularity_zipf": 0.9})
    after, wanted = (list(one.parts.desks.draw_attempts(wishes, requesters)[0].exhibitor) for one in (changed, new))
    assert after == wanted != before


def test_desks_open_and_close_by_the_hours_of_now():
    stage = Stage()
    for at_ms, closes_h in ((20 * HOUR, 22.0), (21 * HOUR, 18.0)):
        stage.at(at_ms, lambda closes_h=closes_h: stage.change(negotiations={"closes_h": closes_h}))  # type: ignore[misc]
    for at_ms in (19 * HOUR, 20 * HOUR + MINUTE, 21 * HOUR + MINUTE):
        stage.ask(at_ms, HOTEL, attempt(BANK, patience_ms=30 * MINUTE))
    log = of_types(stage.play(DAY), NegotiationTakenUp, NegotiationLapsed)
    assert [(type(event), event.at_ms) for event in log] == [
        (NegotiationLapsed, 19 * HOUR + 30 * MINUTE),
        (NegotiationTakenUp, 20 * HOUR + MINUTE),
        (NegotiationLapsed, 21 * HOUR + 31 * MINUTE),
    ]


def test_a_desk_waits_for_a_room_once_however_often_it_looks_for_one():
    stage = Stage(platform={"rooms": 1}, negotiations={"negotiators_mean": 2.0})
    stage.ask(TEN, HOTEL, attempt(BANK, talk_ms=HOUR))
    stage.ask(TEN + 5 * MINUTE, SHIPPER, attempt(BANK, patience_ms=2 * HOUR, talk_ms=HOUR))
    bank = stage.parts.desks.exchange.desks[BANK]
    for minute in range(10, 20):
        stage.at(TEN + minute * MINUTE, lambda: bank.send_away(0))
    log = stage.play(DAY)
    assert max(metered.waiting for metered in log if isinstance(metered, PlatformMetered)) == 1
    assert [event.at_ms for event in log if isinstance(event, NegotiationTakenUp)] == [TEN, TEN + HOUR]

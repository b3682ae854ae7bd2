"""Agreements: whole logs of small stories that begin with an intent."""

from __future__ import annotations

from typing import Any

from tests.fairsim.stage import BANK, DAY, HOTEL, HOUR, LAB, MINUTE, SHIPPER, Stage, attempt

from fairfacts.event import Event
from fairfacts.parts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.parts.negotiations.events import NegotiationEnded, NegotiationRequested, NegotiationTakenUp

TEN, NOON = 10 * HOUR, 12 * HOUR
HOTEL_AND_BANK = {
    "negotiation": 0,
    "organisation": HOTEL,
    "economy": "CN",
    "exhibitor": BANK,
    "exhibitor_economy": "CN",
    "overseas": False,
}
SHIPPER_AND_BANK = {
    "negotiation": 0,
    "organisation": SHIPPER,
    "economy": "US",
    "exhibitor": BANK,
    "exhibitor_economy": "CN",
    "overseas": True,
}
HOTEL_AND_LAB = {
    "negotiation": 0,
    "organisation": HOTEL,
    "economy": "CN",
    "exhibitor": LAB,
    "exhibitor_economy": "DE",
    "overseas": True,
}
AT_TABLES = {"on_site_share": 1.0, "first_day_on_site": 1, "drafting_mean_h": 1.0}


def log_of_agreements(stage: Stage, until_ms: int) -> list[Event]:
    kinds = (AgreementDrafted, AgreementFellThrough, AgreementSigned)
    return [event for event in stage.play(until_ms) if isinstance(event, kinds)]


def intents_at(at_ms: int, count: int = 1, **changes: Any) -> Stage:
    """Return a stage on which so many talks end in an intent at a moment."""
    stage = Stage(agreements=AT_TABLES | changes, negotiations={"negotiators_mean": float(count)})
    for _ in range(count):
        stage.ask(at_ms - 20 * MINUTE, HOTEL, attempt(BANK, talk_ms=20 * MINUTE))
    return stage


def test_intent_is_drafted_and_signed_online_by_one_party_after_the_other():
    stage = Stage(agreements={"drafting_mean_h": 2.0})
    stage.ask(TEN - 20 * MINUTE, HOTEL, attempt(BANK, talk_ms=20 * MINUTE))
    assert stage.play(DAY) == [
        NegotiationRequested(at_ms=TEN - 20 * MINUTE, **HOTEL_AND_BANK, visit=0, sector="finance", attempt=1),
        NegotiationTakenUp(at_ms=TEN - 20 * MINUTE, **HOTEL_AND_BANK, waited_ms=0, visit=0),
        NegotiationEnded(at_ms=TEN, **HOTEL_AND_BANK, talked_ms=20 * MINUTE, outcome="intent"),
        AgreementDrafted(at_ms=NOON, **HOTEL_AND_BANK, sector="finance", drafting_ms=2 * HOUR, value_usd=1_600),
        AgreementSigned(
            at_ms=NOON + 2,
            **HOTEL_AND_BANK,
            sector="finance",
            value_usd=1_600,
            mode="online",
            place="",
            took_ms=0,
            waited_ms=2,
        ),
    ]


def test_intent_falls_through_in_drafting():
    stage = intents_at(TEN, falls_through_share=1.0)
    assert stage.play(DAY)[2:] == [
        NegotiationEnded(at_ms=TEN, **HOTEL_AND_BANK, talked_ms=20 * MINUTE, outcome="intent"),
        AgreementFellThrough(at_ms=TEN + HOUR, **HOTEL_AND_BANK, sector="finance", drafting_ms=HOUR),
    ]


def test_talk_that_ends_in_a_follow_up_leads_to_nothing():
    stage = Stage(agreements=AT_TABLES)
    stage.ask(TEN, HOTEL, attempt(BANK, outcome="follow_up"))
    assert log_of_agreements(stage, 6 * DAY) == []


def test_drafting_rests_outside_the_exhibitors_office_hours():
    stage = intents_at(17 * HOUR, drafting_mean_h=3.0, on_site_share=0.0)
    assert log_of_agreements(stage, 2 * DAY)[0] == AgreementDrafted(
        at_ms=DAY + 11 * HOUR, **HOTEL_AND_BANK, sector="finance", drafting_ms=18 * HOUR, value_usd=1_600
    )


def test_party_overseas_signs_online_in_its_own_office_hours_and_the_exhibitor_the_next_morning():
    stage = Stage(agreements=AT_TABLES)
    stage.ask(TEN, SHIPPER, attempt(BANK, talk_ms=20 * MINUTE))
    # nine in New York is nine in the evening in Beijing
    drafted_ms, signed_ms = TEN + 80 * MINUTE, DAY + 9 * HOUR + 1
    assert log_of_agreements(stage, 2 * DAY) == [
        AgreementDrafted(at_ms=drafted_ms, **SHIPPER_AND_BANK, sector="finance", drafting_ms=HOUR, value_usd=1_600),
        AgreementSigned(
            at_ms=signed_ms,
            **SHIPPER_AND_BANK,
            sector="finance",
            value_usd=1_600,
            mode="online",
            place="",
            took_ms=0,
            waited_ms=signed_ms - drafted_ms,
        ),
    ]


def test_exhibitor_overseas_drafts_in_its_own_office_hours():
    stage = Stage(agreements={"drafting_mean_h": 1.0})
    stage.ask(TEN, HOTEL, attempt(LAB, patience_ms=DAY, talk_ms=20 * MINUTE))
    # the desk in Berlin opens at nine, three in the afternoon in Beijing
    drafted_ms = 15 * HOUR + 80 * MINUTE
    assert log_of_agreements(stage, 2 * DAY) == [
        AgreementDrafted(at_ms=drafted_ms, **HOTEL_AND_LAB, sector="health", drafting_ms=HOUR, value_usd=900),
        AgreementSigned(
            at_ms=drafted_ms + 2,
            **HOTEL_AND_LAB,
            sector="health",
            value_usd=900,
            mode="online",
            place="",
            took_ms=0,
            waited_ms=2,
        ),
    ]


def test_agreement_between_parties_at_home_is_signed_at_a_table():
    assert log_of_agreements(intents_at(TEN), DAY) == [
        AgreementDrafted(at_ms=TEN + HOUR, **HOTEL_AND_BANK, sector="finance", drafting_ms=HOUR, value_usd=1_600),
        AgreementSigned(
            at_ms=TEN + 75 * MINUTE,
            **HOTEL_AND_BANK,
            sector="finance",
            value_usd=1_600,
            mode="on_site",
            place="table 1",
            took_ms=15 * MINUTE,
            waited_ms=15 * MINUTE,
        ),
    ]


def signatures(stage: Stage, until_ms: int) -> list[tuple[int, int, str]]:
    """Return negotiation, moment and place of each signature."""
    log = log_of_agreements(stage, until_ms)
    return [(event.negotiation, event.at_ms, event.place) for event in log if isinstance(event, AgreementSigned)]


def test_agreements_wait_for_a_signing_table_first_come_first_served():
    eleven = 11 * HOUR
    assert signatures(intents_at(TEN, 3), DAY) == [
        (0, eleven + 15 * MINUTE, "table 1"),
        (1, eleven + 30 * MINUTE, "table 1"),
        (2, eleven + 45 * MINUTE, "table 1"),
    ]


def test_two_tables_sign_at_the_same_time():
    eleven = 11 * HOUR
    assert signatures(intents_at(TEN, 3, tables=2), DAY) == [
        (0, eleven + 15 * MINUTE, "table 1"),
        (1, eleven + 15 * MINUTE, "table 2"),
        (2, eleven + 30 * MINUTE, "table 1"),
    ]


def test_agreement_drafted_in_the_morning_waits_for_the_tables_to_open():
    # desks open at nine: the talk is over at 9:20
    stage = intents_at(9 * HOUR + 20 * MINUTE, drafting_mean_h=0.1)
    assert signatures(stage, DAY) == [(0, 9 * HOUR + 45 * MINUTE, "table 1")]


def test_table_begins_no_slot_that_would_end_after_its_schedule():
    # drafted at 16:10: the first slot ends at 16:25, the next would end at 16:40
    stage = intents_at(15 * HOUR + 10 * MINUTE, 2, stay_share=1.0)
    assert signatures(stage, 2 * DAY) == [
        (0, 16 * HOUR + 25 * MINUTE, "table 1"),
        (1, DAY + 9 * HOUR + 45 * MINUTE, "table 1"),
    ]


def test_those_left_over_when_the_tables_close_sign_online_if_they_do_not_stay():
    stage = intents_at(15 * HOUR + 10 * MINUTE, 2, stay_share=0.0)
    assert signatures(stage, 2 * DAY) == [
        (0, 16 * HOUR + 25 * MINUTE, "table 1"),
        (1, 16 * HOUR + 30 * MINUTE + 2, ""),
    ]


def test_those_left_over_on_the_last_day_sign_online():
    stage = intents_at(15 * HOUR + 10 * MINUTE, 2, stay_share=1.0, last_day_on_site=1)
    assert signatures(stage, 2 * DAY) == [
        (0, 16 * HOUR + 25 * MINUTE, "table 1"),
        (1, 16 * HOUR + 30 * MINUTE + 2, ""),
    ]


def test_after_the_last_day_on_site_all_sign_online():
    stage = intents_at(DAY + TEN, last_day_on_site=1)
    assert signatures(stage, 2 * DAY) == [(0, DAY + 11 * HOUR + 2, "")]


def test_without_a_day_on_site_all_sign_online():
    stage = intents_at(TEN, first_day_on_site=2, last_day_on_site=1)
    assert signatures(stage, 2 * DAY) == [(0, 11 * HOUR + 2, "")]

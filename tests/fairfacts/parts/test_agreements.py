"""Measures of agreements, from intent to signature."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, MINUTE, changed, parties

from fairfacts.parts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.parts.negotiations.events import NegotiationEnded

TEN = 10 * HOUR
ABROAD = parties(0, 9, "DE", 3, "CN", overseas=True)
AT_HOME = parties(1, 4, "CN", 3, "CN", overseas=False)
INTENTS = (
    NegotiationEnded(at_ms=TEN, **ABROAD, talked_ms=MINUTE, outcome="intent"),
    NegotiationEnded(at_ms=TEN, **AT_HOME, talked_ms=MINUTE, outcome="intent"),
)
DRAFTED = AgreementDrafted(at_ms=12 * HOUR, **ABROAD, sector="finance", drafting_ms=2 * HOUR, value_usd=300)


def test_intent_is_in_drafting():
    assert changed("agreements", *INTENTS) == {"drafting": 2}


def test_talk_without_an_intent_leads_to_no_agreement():
    assert changed("agreements", NegotiationEnded(at_ms=TEN, **ABROAD, talked_ms=MINUTE, outcome="follow_up")) == {}


def test_intent_that_fell_through_is_in_drafting_no_longer():
    fell_through = AgreementFellThrough(at_ms=11 * HOUR, **AT_HOME, sector="finance", drafting_ms=HOUR)
    assert changed("agreements", *INTENTS, fell_through) == {"drafting": 1, "fell_through": 1}


def test_agreement_that_was_drafted_waits_for_signatures():
    assert changed("agreements", INTENTS[0], DRAFTED) == {"drafted": 1, "waiting": 1, "drafting_mean_h": 2.0}


def test_agreement_that_was_signed_online_counts_with_its_value():
    signed = AgreementSigned(
        at_ms=13 * HOUR, **ABROAD, sector="finance", value_usd=300, mode="online", place="", took_ms=0, waited_ms=HOUR
    )
    assert changed("agreements", INTENTS[0], DRAFTED, signed) == {
        "drafted": 1,
        "drafting_mean_h": 2.0,
        "signed": 1,
        "signed_online": 1,
        "signed_overseas": 1,
        "value_usd": 300,
        "value_mean_usd": 300,
        "waited_online_mean_h": 1.0,
        "by_sector": {"finance": 1},
        "value_by_sector": {"finance": 300},
        "per_hour": {"online": {"13": 1}, "on_site": {}},
        "value_per_hour": {"13": 300},
    }


def test_agreements_that_were_signed_on_site_are_counted_by_table():
    first = AgreementSigned(
        at_ms=12 * HOUR,
        **AT_HOME,
        sector="finance",
        value_usd=100,
        mode="on_site",
        place="table 2",
        took_ms=MINUTE,
        waited_ms=HOUR,
    )
    second = AgreementSigned(
        at_ms=14 * HOUR,
        **(AT_HOME | {"negotiation": 2}),
        sector="health",
        value_usd=201,
        mode="on_site",
        place="table 1",
        took_ms=MINUTE,
        waited_ms=2 * HOUR,
    )
    measures = changed("agreements", first, second)
    assert {name: measures[name] for name in measures if name not in ("drafting", "waiting")} == {
        "signed": 2,
        "signed_on_site": 2,
        "value_usd": 301,
        "value_mean_usd": 150,
        "waited_on_site_mean_h": 1.5,
        "waited_on_site_p90_h": 2.13,
        "by_sector": {"finance": 1, "health": 1},
        "value_by_sector": {"finance": 100, "health": 201},
        "by_place": {"table 2": 1, "table 1": 1},
        "per_hour": {"online": {}, "on_site": {"12": 1, "14": 1}},
        "value_per_hour": {"12": 100, "14": 201},
    }

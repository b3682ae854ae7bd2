"""Measures of agreements, from intent to signature."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, MINUTE, changed

from fairfacts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.negotiations import NegotiationEnded

TEN = 10 * HOUR
ABROAD = (0, 9, "DE", 3, "CN", True)
AT_HOME = (1, 4, "CN", 3, "CN", False)
INTENTS = NegotiationEnded(TEN, *ABROAD, MINUTE, "intent"), NegotiationEnded(TEN, *AT_HOME, MINUTE, "intent")
DRAFTED = AgreementDrafted(12 * HOUR, *ABROAD, "finance", 2 * HOUR, 300)


def test_intent_is_in_drafting():
    assert changed("agreements", *INTENTS) == {"drafting": 2}


def test_talk_without_an_intent_leads_to_no_agreement():
    assert changed("agreements", NegotiationEnded(TEN, *ABROAD, MINUTE, "follow_up")) == {}


def test_intent_that_fell_through_is_in_drafting_no_longer():
    fell_through = AgreementFellThrough(11 * HOUR, *AT_HOME, "finance", HOUR)
    assert changed("agreements", *INTENTS, fell_through) == {"drafting": 1, "fell_through": 1}


def test_agreement_that_was_drafted_waits_for_signatures():
    assert changed("agreements", INTENTS[0], DRAFTED) == {"drafted": 1, "waiting": 1, "drafting_mean_h": 2.0}


def test_agreement_that_was_signed_online_counts_with_its_value():
    signed = AgreementSigned(13 * HOUR, *ABROAD, "finance", 300, "online", "", 0, HOUR)
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
    first = AgreementSigned(12 * HOUR, *AT_HOME, "finance", 100, "on_site", "table 2", MINUTE, HOUR)
    second = AgreementSigned(14 * HOUR, 2, *AT_HOME[1:], "health", 201, "on_site", "table 1", MINUTE, 2 * HOUR)
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

"""Measures of the funnel of negotiation."""

from __future__ import annotations

import msgspec
import pytest
from tests.fairfacts.stories import HOUR, MINUTE, SECOND, changed

from fairfacts.event import Event
from fairfacts.negotiations import (
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)

NINE = 9 * HOUR
ABROAD = (0, 9, "DE", 3, "CN", True)
AT_HOME = (1, 4, "CN", 3, "CN", False)
TO_ABROAD = (2, 4, "CN", 8, "SG", True)


def requested(parties: tuple[int, int, str, int, str, bool], attempt: int = 1) -> NegotiationRequested:
    return NegotiationRequested(NINE, *parties, 0, "finance", attempt)


ASKED = {"initiated": 1, "initiated_overseas": 1, "overseas_share": 1.0, "by_economy": {"DE": 1},
         "by_economy_and_hour": {"DE": {"9": 1}}, "by_sector": {"finance": 1},
         "per_hour": {"domestic": {}, "overseas": {"9": 1}}}  # fmt: skip


def test_negotiation_that_was_requested_waits():
    assert changed("negotiations", requested(ABROAD)) == ASKED | {"waiting": 1}


def test_negotiation_that_was_declined_waits_no_longer():
    declined = NegotiationDeclined(NINE + MINUTE, *ABROAD, MINUTE)
    assert changed("negotiations", requested(ABROAD), declined) == ASKED | {"declined": 1}


def test_negotiation_that_lapsed_is_counted_by_origin_and_hour():
    lapsed = NegotiationLapsed(NINE + HOUR, *ABROAD, HOUR)
    assert changed("negotiations", requested(ABROAD), lapsed) == ASKED | {
        "lapsed": 1,
        "lapse_share": 1.0,
        "lapsed_by_economy": {"DE": 1},
        "lapsed_per_hour": {"domestic": {}, "overseas": {"10": 1}},
    }


def test_lapse_between_domestic_parties_is_domestic():
    lapsed = NegotiationLapsed(NINE + HOUR, *AT_HOME, HOUR)
    measures = changed("negotiations", requested(AT_HOME), lapsed)
    assert measures["lapsed_per_hour"] == {"domestic": {"10": 1}, "overseas": {}}


def test_negotiation_that_was_taken_up_is_in_talk():
    taken_up = NegotiationTakenUp(NINE + 65 * SECOND, *ABROAD, 65 * SECOND)
    assert changed("negotiations", requested(ABROAD), taken_up) == ASKED | {
        "taken_up": 1,
        "talking": 1,
        "talking_peak": 1,
        "taken_up_per_hour": {"9": 1},
        "waited_mean_s": 65.0,
        "waited_p50_s": 65.0,
        "waited_p90_s": 69.0,
    }


@pytest.mark.parametrize(("outcome", "measure"), [("no_deal",) * 2, ("follow_up",) * 2, ("intent", "intents")])
def test_negotiation_that_ended_was_held_with_an_outcome(outcome: str, measure: str):
    events: tuple[Event, ...] = (
        requested(ABROAD),
        NegotiationTakenUp(NINE, *ABROAD, 0),
        NegotiationEnded(NINE + 20 * MINUTE, *ABROAD, 20 * MINUTE, outcome),
    )
    waits = {"waited_p50_s": 5.0, "waited_p90_s": 9.0}
    held = {"taken_up": 1, "talking_peak": 1, "taken_up_per_hour": {"9": 1}, "held": 1, measure: 1}
    assert changed("negotiations", *events) == ASKED | waits | held | {"talked_mean_s": 1200.0}


def test_negotiation_is_overseas_when_either_party_is():
    measures = changed("negotiations", requested(ABROAD), requested(AT_HOME), requested(TO_ABROAD))
    assert measures == {
        "initiated": 3,
        "initiated_overseas": 2,
        "overseas_share": 0.6667,
        "waiting": 3,
        "by_economy": {"DE": 1, "CN": 2},
        "by_economy_and_hour": {"DE": {"9": 1}, "CN": {"9": 2}},
        "by_sector": {"finance": 3},
        "per_hour": {"domestic": {"9": 1}, "overseas": {"9": 2}},
    }


def test_requests_by_economy_and_hour_of_the_day_are_those_of_all_days():
    asked = [msgspec.structs.replace(requested(ABROAD), at_ms=NINE + days * 24 * HOUR) for days in (0, 1)]
    assert changed("negotiations", *asked)["by_economy_and_hour"] == {"DE": {"9": 2}}


def test_wish_that_is_taken_elsewhere_is_initiated_again():
    lapsed = NegotiationLapsed(NINE, *ABROAD, 0)
    measures = changed("negotiations", requested(ABROAD), lapsed, requested((5, 9, "DE", 7, "CN", True), attempt=2))
    assert (measures["initiated"], measures["repeated"], measures["waiting"]) == (2, 1, 1)


def test_lapse_share_is_of_those_that_were_answered_or_lapsed():
    answers = NegotiationLapsed(NINE, *ABROAD, 0), NegotiationDeclined(NINE, *AT_HOME, 0)
    requests = requested(ABROAD), requested(AT_HOME), requested(TO_ABROAD)
    assert changed("negotiations", *requests, *answers)["lapse_share"] == 0.5


def test_talk_that_failed_is_over_and_not_held():
    taken_up, failed = NegotiationTakenUp(NINE, *ABROAD, 0), NegotiationFailed(NINE + MINUTE, *ABROAD, MINUTE, True)
    measures = changed("negotiations", requested(ABROAD), taken_up, failed)
    assert {name: measures.get(name, 0) for name in ("taken_up", "talking", "talking_peak", "held", "failed")} == {
        "taken_up": 1,
        "talking": 0,
        "talking_peak": 1,
        "held": 0,
        "failed": 1,
    }
    assert (measures["failed_retried"], measures["failed_per_hour"]) == (1, {"9": 1})

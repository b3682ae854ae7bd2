"""Measures of the funnel of negotiation."""

from __future__ import annotations

import msgspec
import pytest
from tests.fairfacts.stories import HOUR, MINUTE, SECOND, STARTED, after, changed

from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.negotiations import (
    PAIRS_SHOWN,
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.organisations import OrganisationRegistered

NINE = 9 * HOUR
ABROAD = (0, 9, "DE", 3, "CN", True)
AT_HOME = (1, 4, "CN", 3, "CN", False)
TO_ABROAD = (2, 4, "CN", 8, "SG", True)


def requested(parties: tuple[int, int, str, int, str, bool], attempt: int = 1) -> NegotiationRequested:
    return NegotiationRequested(NINE, *parties, 0, "finance", attempt)


ASKED = {"initiated": 1, "initiated_overseas": 1, "overseas_share": 1.0, "by_economy": {"DE": 1},
         "by_economy_and_hour": {"DE": {"9": 1}}, "by_pair": {"DE": {"CN": 1}},
         "by_sector": {"finance": 1}, "by_sectors": {"unknown": {"finance": 1}},
         "per_hour": {"domestic": {}, "overseas": {"9": 1}}}  # fmt: skip


def test_negotiation_that_was_requested_waits():
    assert changed("negotiations", requested(ABROAD)) == ASKED | {"waiting": 1, "desks_waited_at": 1}


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
        "desks_busy": 1,
        "desks_busy_peak": 1,
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
    held = {
        "taken_up": 1,
        "talking_peak": 1,
        "desks_busy_peak": 1,
        "taken_up_per_hour": {"9": 1},
        "held": 1,
        measure: 1,
    }
    assert changed("negotiations", *events) == ASKED | waits | held | {"talked_mean_s": 1200.0}


def test_negotiation_is_overseas_when_either_party_is():
    measures = changed("negotiations", requested(ABROAD), requested(AT_HOME), requested(TO_ABROAD))
    assert measures == {
        "initiated": 3,
        "initiated_overseas": 2,
        "overseas_share": 0.6667,
        "waiting": 3,
        "desks_waited_at": 2,
        "by_economy": {"DE": 1, "CN": 2},
        "by_economy_and_hour": {"DE": {"9": 1}, "CN": {"9": 2}},
        "by_pair": {"CN": {"CN": 1, "SG": 1}, "DE": {"CN": 1}},
        "by_sector": {"finance": 3},
        "by_sectors": {"unknown": {"finance": 3}},
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


def between(number: int, economy: str, exhibitor_economy: str) -> NegotiationRequested:
    parties = (number, 9, economy, 3, exhibitor_economy, True)
    return requested(parties)


def test_snapshot_names_the_most_frequent_pairs_and_of_equal_ones_the_first_by_code():
    economies = [f"{one}{other}" for one in "ABCDEFGH" for other in "JKLMNOPQRSTUV"]
    asked = [between(number, economy, "CN") for number, economy in enumerate(economies)]
    state = after(STARTED, *reversed(asked), between(104, "ZZ", "CN"), between(105, "ZZ", "CN"))
    shown = state.snapshot()["negotiations"]["by_pair"]
    assert list(shown.items())[:2] == [("ZZ", {"CN": 2}), ("AJ", {"CN": 1})]
    assert list(shown) == ["ZZ", *economies[: PAIRS_SHOWN - 1]]
    assert list(state.parts.negotiations.by_pair()) == ["ZZ", *economies]


def registered(number: int, sector: str) -> OrganisationRegistered:
    return OrganisationRegistered(0, number, "enterprise", "CN", 2, sector, 1, True)


def test_requests_by_sectors_are_between_that_of_the_register_and_the_exhibitors():
    register = [registered(number, sector) for number, sector in enumerate(("health", "finance", "health"))]
    asked = [requested((number, number, "CN", 1, "CN", False)) for number in range(3)]
    assert changed("negotiations", *register, *asked)["by_sectors"] == {
        "health": {"finance": 2},
        "finance": {"finance": 1},
    }


def test_sector_of_the_requester_is_known_however_the_register_numbers_and_whatever_the_number_of_sectors():
    numbers = [2**53 - 1, 0, 7, 1, *range(8, 300)]
    register = [registered(number, f"sector {number}") for number in numbers]
    asked = [requested((number, number, "CN", 1, "CN", False)) for number in numbers]
    expected = {f"sector {number}": {"finance": 1} for number in numbers}
    state = State.restore(after(STARTED, *register).checkpoint())
    state.fold([*asked, requested((5, 5, "CN", 1, "CN", False))])
    assert state.snapshot()["negotiations"]["by_sectors"] == expected | {"unknown": {"finance": 1}}


def desks(*events: Event) -> tuple[int, int, int]:
    """Return how many desks are busy, were at most, and how many are waited at."""
    said = after(STARTED, *events).snapshot()["negotiations"]
    return said["desks_busy"], said["desks_busy_peak"], said["desks_waited_at"]


def test_desk_is_busy_while_one_of_its_talks_goes_on_and_waited_at_while_somebody_waits():
    one, two, elsewhere = AT_HOME, (5, 9, "DE", 3, "CN", True), TO_ABROAD
    story = (
        (requested(one), (0, 0, 1)),
        (requested(two), (0, 0, 1)),
        (NegotiationTakenUp(NINE, *one, 0), (1, 1, 1)),
        (NegotiationTakenUp(NINE, *two, 0), (1, 1, 0)),
        (requested(elsewhere), (1, 1, 1)),
        (NegotiationTakenUp(NINE, *elsewhere, 0), (2, 2, 0)),
        (NegotiationEnded(NINE + MINUTE, *one, MINUTE, "intent"), (2, 2, 0)),
        (NegotiationFailed(NINE + MINUTE, *two, MINUTE, True), (1, 2, 0)),
        (requested(ABROAD), (1, 2, 1)),
        (requested(two, attempt=2), (1, 2, 1)),
        (NegotiationDeclined(NINE + MINUTE, *ABROAD, MINUTE), (1, 2, 1)),
        (NegotiationLapsed(NINE + MINUTE, *two, MINUTE), (1, 2, 0)),
        (NegotiationEnded(NINE + HOUR, *elsewhere, HOUR, "no_deal"), (0, 2, 0)),
    )
    events = [event for event, _ in story]
    assert [desks(*events[: count + 1]) for count in range(len(events))] == [expected for _, expected in story]
    talks = after(STARTED, *events).parts.negotiations
    assert (talks.waiting_at, talks.talking_at) == ({}, {})


def test_desks_that_nobody_asked_are_neither_busy_nor_waited_at():
    assert desks(NegotiationEnded(NINE, *ABROAD, 0, "intent"), NegotiationLapsed(NINE, *AT_HOME, 0)) == (0, 0, 0)
    assert desks(NegotiationTakenUp(NINE, *ABROAD, 0), NegotiationDeclined(NINE, *AT_HOME, 0)) == (1, 1, 0)

"""Measures of the funnel of negotiation."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.fairfacts.stories import HOUR, MINUTE, SECOND, STARTED, after, changed, parties

from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.parts.negotiations.events import (
    NegotiationArranged,
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationMissed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.negotiations.measures import PAIRS_SHOWN
from fairfacts.parts.negotiations.requests import Queues
from fairfacts.parts.organisations import OrganisationRegistered

NINE = 9 * HOUR
ABROAD = parties(0, 9, "DE", 3, "CN", overseas=True)
AT_HOME = parties(1, 4, "CN", 3, "CN", overseas=False)
TO_ABROAD = parties(2, 4, "CN", 8, "SG", overseas=True)


def requested(between: dict[str, Any], attempt: int = 1) -> NegotiationRequested:
    return NegotiationRequested(at_ms=NINE, **between, visit=0, sector="finance", attempt=attempt)


ASKED = {"initiated": 1, "initiated_overseas": 1, "overseas_share": 1.0, "by_economy": {"DE": 1},
         "by_economy_and_hour": {"DE": {"9": 1}}, "by_pair": {"DE": {"CN": 1}},
         "by_sector": {"finance": 1}, "by_sectors": {"unknown": {"finance": 1}},
         "per_hour": {"domestic": {}, "overseas": {"9": 1}}}  # fmt: skip


AT_ONCE = {"answered_in_an_hour_share": 1.0}


def test_negotiation_that_was_requested_waits():
    assert changed("negotiations", requested(ABROAD)) == ASKED | {"waiting": 1, "desks_waited_at": 1}


def test_negotiation_that_was_declined_waits_no_longer():
    declined = NegotiationDeclined(at_ms=NINE + MINUTE, **ABROAD, waited_ms=MINUTE)
    assert changed("negotiations", requested(ABROAD), declined) == ASKED | {"declined": 1} | AT_ONCE


def test_negotiation_that_lapsed_is_counted_by_origin_and_hour():
    lapsed = NegotiationLapsed(at_ms=NINE + HOUR, **ABROAD, waited_ms=HOUR)
    assert changed("negotiations", requested(ABROAD), lapsed) == ASKED | {
        "lapsed": 1,
        "lapse_share": 1.0,
        "lapsed_by_economy": {"DE": 1},
        "lapsed_per_hour": {"domestic": {}, "overseas": {"10": 1}},
    }


def test_lapse_between_domestic_parties_is_domestic():
    lapsed = NegotiationLapsed(at_ms=NINE + HOUR, **AT_HOME, waited_ms=HOUR)
    measures = changed("negotiations", requested(AT_HOME), lapsed)
    assert measures["lapsed_per_hour"] == {"domestic": {"10": 1}, "overseas": {}}


@pytest.mark.parametrize(("waited_ms", "share"), [(HOUR, 1.0), (HOUR + 1, 0.0)])
def test_desk_that_answers_after_an_hour_answers_within_one(waited_ms: int, share: float):
    taken_up = NegotiationTakenUp(at_ms=NINE + waited_ms, **ABROAD, waited_ms=waited_ms)
    measures = after(STARTED, requested(ABROAD), taken_up).snapshot()["negotiations"]
    assert measures["answered_in_an_hour_share"] == share


def test_negotiation_that_was_taken_up_is_in_talk():
    taken_up = NegotiationTakenUp(at_ms=NINE + 65 * SECOND, **ABROAD, waited_ms=65 * SECOND)
    assert changed("negotiations", requested(ABROAD), taken_up) == ASKED | {
        **AT_ONCE,
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
        NegotiationTakenUp(at_ms=NINE, **ABROAD, waited_ms=0),
        NegotiationEnded(at_ms=NINE + 20 * MINUTE, **ABROAD, talked_ms=20 * MINUTE, outcome=outcome),
    )
    held = {
        **AT_ONCE,
        "taken_up": 1,
        "talking_peak": 1,
        "desks_busy_peak": 1,
        "taken_up_per_hour": {"9": 1},
        "held": 1,
        measure: 1,
    }
    assert changed("negotiations", *events) == ASKED | held | {"talked_mean_s": 1200.0}


def test_talk_that_was_arranged_is_ahead_until_it_is_taken_up_or_missed():
    other = parties(3, 4, "CN", 3, "CN", overseas=False)
    arranged = [
        NegotiationArranged(at_ms=NINE + 2 * HOUR, **of, waited_ms=2 * HOUR, for_ms=NINE + 5 * HOUR)
        for of in (ABROAD, other)
    ]
    met = NegotiationTakenUp(at_ms=NINE + 5 * HOUR, **ABROAD, waited_ms=5 * HOUR, visit=7, arranged=True)
    missed = NegotiationMissed(at_ms=NINE + 5 * HOUR, **other, came=False)

    def talks(*events: Event) -> tuple[int, ...]:
        measures = after(STARTED, *(requested(of) for of in (ABROAD, other)), *events).snapshot()["negotiations"]
        names = ("waiting", "arranged", "ahead", "missed", "taken_up", "taken_up_arranged", "talking")
        return tuple(measures[name] for name in names)

    assert talks(*arranged) == (0, 2, 2, 0, 0, 0, 0)
    assert talks(*arranged, met) == (0, 2, 1, 0, 1, 1, 1)
    assert talks(*arranged, met, missed) == (0, 2, 0, 1, 1, 1, 1)


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
    lapsed = NegotiationLapsed(at_ms=NINE, **ABROAD, waited_ms=0)
    measures = changed(
        "negotiations", requested(ABROAD), lapsed, requested(parties(5, 9, "DE", 7, "CN", overseas=True), attempt=2)
    )
    assert (measures["initiated"], measures["repeated"], measures["waiting"]) == (2, 1, 1)


def test_lapse_share_is_of_those_that_were_answered_or_lapsed():
    answers = (
        NegotiationLapsed(at_ms=NINE, **ABROAD, waited_ms=0),
        NegotiationDeclined(at_ms=NINE, **AT_HOME, waited_ms=0),
    )
    requests = requested(ABROAD), requested(AT_HOME), requested(TO_ABROAD)
    assert changed("negotiations", *requests, *answers)["lapse_share"] == 0.5


def test_talk_that_failed_is_over_and_not_held():
    taken_up, failed = (
        NegotiationTakenUp(at_ms=NINE, **ABROAD, waited_ms=0),
        NegotiationFailed(at_ms=NINE + MINUTE, **ABROAD, talked_ms=MINUTE, retries=True),
    )
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
    return requested(parties(number, 9, economy, 3, exhibitor_economy, overseas=True))


def test_snapshot_names_the_most_frequent_pairs_and_of_equal_ones_the_first_by_code():
    economies = [f"{one}{other}" for one in "ABCDEFGH" for other in "JKLMNOPQRSTUV"]
    asked = [between(number, economy, "CN") for number, economy in enumerate(economies)]
    state = after(STARTED, *reversed(asked), between(104, "ZZ", "CN"), between(105, "ZZ", "CN"))
    shown = state.snapshot()["negotiations"]["by_pair"]
    assert list(shown.items())[:2] == [("ZZ", {"CN": 2}), ("AJ", {"CN": 1})]
    assert list(shown) == ["ZZ", *economies[: PAIRS_SHOWN - 1]]
    assert list(state.parts.negotiations.by_pair()) == ["ZZ", *economies]


def registered(number: int, sector: str) -> OrganisationRegistered:
    return OrganisationRegistered(
        at_ms=0,
        organisation=number,
        kind="enterprise",
        economy="CN",
        economy_rank=2,
        sector=sector,
        delegates=1,
        exhibits=True,
    )


def test_requests_by_sectors_are_between_that_of_the_register_and_the_exhibitors():
    register = [registered(number, sector) for number, sector in enumerate(("health", "finance", "health"))]
    asked = [requested(parties(number, number, "CN", 1, "CN", overseas=False)) for number in range(3)]
    assert changed("negotiations", *register, *asked)["by_sectors"] == {
        "health": {"finance": 2},
        "finance": {"finance": 1},
    }


def test_sector_of_the_requester_is_known_however_the_register_numbers_and_whatever_the_number_of_sectors():
    numbers = [2**53 - 1, 0, 7, 1, *range(8, 300)]
    register = [registered(number, f"sector {number}") for number in numbers]
    asked = [requested(parties(number, number, "CN", 1, "CN", overseas=False)) for number in numbers]
    expected = {f"sector {number}": {"finance": 1} for number in numbers}
    state = State.restore(after(STARTED, *register).checkpoint())
    state.fold([*asked, requested(parties(5, 5, "CN", 1, "CN", overseas=False))])
    assert state.snapshot()["negotiations"]["by_sectors"] == expected | {"unknown": {"finance": 1}}


def desks(*events: Event) -> tuple[int, int, int]:
    """Return how many desks are busy, were at most, and how many are waited at."""
    said = after(STARTED, *events).snapshot()["negotiations"]
    return said["desks_busy"], said["desks_busy_peak"], said["desks_waited_at"]


def test_desk_is_busy_while_one_of_its_talks_goes_on_and_waited_at_while_somebody_waits():
    one, two, elsewhere = AT_HOME, parties(5, 9, "DE", 3, "CN", overseas=True), TO_ABROAD
    story = (
        (requested(one), (0, 0, 1)),
        (requested(two), (0, 0, 1)),
        (NegotiationTakenUp(at_ms=NINE, **one, waited_ms=0), (1, 1, 1)),
        (NegotiationTakenUp(at_ms=NINE, **two, waited_ms=0), (1, 1, 0)),
        (requested(elsewhere), (1, 1, 1)),
        (NegotiationTakenUp(at_ms=NINE, **elsewhere, waited_ms=0), (2, 2, 0)),
        (NegotiationEnded(at_ms=NINE + MINUTE, **one, talked_ms=MINUTE, outcome="intent"), (2, 2, 0)),
        (NegotiationFailed(at_ms=NINE + MINUTE, **two, talked_ms=MINUTE, retries=True), (1, 2, 0)),
        (requested(ABROAD), (1, 2, 1)),
        (requested(two, attempt=2), (1, 2, 1)),
        (NegotiationDeclined(at_ms=NINE + MINUTE, **ABROAD, waited_ms=MINUTE), (1, 2, 1)),
        (NegotiationLapsed(at_ms=NINE + MINUTE, **two, waited_ms=MINUTE), (1, 2, 0)),
        (NegotiationEnded(at_ms=NINE + HOUR, **elsewhere, talked_ms=HOUR, outcome="no_deal"), (0, 2, 0)),
    )
    events = [event for event, _ in story]
    assert [desks(*events[: count + 1]) for count in range(len(events))] == [expected for _, expected in story]
    talks = after(STARTED, *events).parts.negotiations
    assert (talks.queues.at, talks.talking_at) == ({}, {})


def test_desks_that_nobody_asked_are_neither_busy_nor_waited_at():
    assert desks(
        NegotiationEnded(at_ms=NINE, **ABROAD, talked_ms=0, outcome="intent"),
        NegotiationLapsed(at_ms=NINE, **AT_HOME, waited_ms=0),
    ) == (0, 0, 0)
    assert desks(
        NegotiationTakenUp(at_ms=NINE, **ABROAD, waited_ms=0), NegotiationDeclined(at_ms=NINE, **AT_HOME, waited_ms=0)
    ) == (1, 1, 0)


def test_queues_hold_those_who_wait_and_nobody_else():
    queues = Queues()
    for exhibitor, at_ms in ((3, MINUTE), (3, 2 * MINUTE - 1), (4, 10 * MINUTE)):
        queues.enter(exhibitor, at_ms)
    assert (queues.at, queues.since) == ({3: 2, 4: 1}, {1: 2, 10: 1})
    assert [queues.longer_than(9, 11 * MINUTE - 1), queues.longer_than(8, 11 * MINUTE - 1)] == [0, 2]
    assert (queues.longest_s(11 * MINUTE), queues.longest_s(0)) == (600, 0)
    queues.leave(9, 99 * MINUTE)  # of a log that does not say that anybody asked
    queues.leave(3, MINUTE)
    assert (queues.at, queues.since) == ({3: 1, 4: 1}, {1: 1, 10: 1})
    queues.leave(3, MINUTE)
    queues.leave(4, 10 * MINUTE)
    assert (queues.at, queues.since, queues.longest_s(11 * MINUTE)) == ({}, {}, 0)

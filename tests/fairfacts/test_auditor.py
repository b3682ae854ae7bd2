"""The auditor's own account: small stories, and logs that make no sense."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.fairfacts.any_events import any_log
from tests.fairfacts.stories import HOUR, MINUTE, SECOND, STARTED

from fairfacts.agreements import AgreementDrafted, AgreementSigned
from fairfacts.auditor import LAWS, MOST_TOLD, Auditor, audit
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES
from fairfacts.laws import PARTS
from fairfacts.negotiations import NegotiationEnded, NegotiationLapsed, NegotiationRequested, NegotiationTakenUp
from fairfacts.organisations import OrganisationRegistered
from fairfacts.platform import PlatformOpened
from fairfacts.results import ResultAnnounced, ResultSigned
from fairfacts.runs import FairClosed, FairOpened, RunEnded
from fairfacts.venue import (
    GatesClosed,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorRefused,
    ZoneLaidOut,
    ZonesCounted,
)
from fairfacts.visits import VisitEnded, VisitStarted

BANK, BAKER = 0, 1
ASKS = (BAKER, "SG", BANK, "CN", True)
STORY: tuple[Event, ...] = (
    STARTED,
    OrganisationRegistered(0, BANK, "enterprise", "CN", 2, "finance", 6, True),
    OrganisationRegistered(0, BAKER, "enterprise", "SG", 9, "other", 1, False),
    PlatformOpened(0, 1, 10, 100, 365),
    FairOpened(0),
    VisitStarted(1 * HOUR, 0, BAKER, "SG", "website", 1),
    NegotiationRequested(1 * HOUR, 0, *ASKS, 0, "finance", 1),
    NegotiationTakenUp(1 * HOUR, 0, *ASKS, 0),
    NegotiationRequested(1 * HOUR, 1, *ASKS, 0, "finance", 1),
    NegotiationRequested(1 * HOUR, 2, *ASKS, 0, "finance", 1),
    VisitEnded(1 * HOUR + 15 * MINUTE, 0, BAKER, "SG", 3, False),
    NegotiationLapsed(1 * HOUR + 20 * MINUTE, 1, *ASKS, 20 * MINUTE),
    NegotiationRequested(1 * HOUR + 25 * MINUTE, 3, *ASKS, 0, "finance", 2),
    NegotiationEnded(1 * HOUR + 30 * MINUTE, 0, *ASKS, 30 * MINUTE, "intent"),
    NegotiationTakenUp(1 * HOUR + 30 * MINUTE, 2, *ASKS, 30 * MINUTE),
)
END = (FairClosed(STARTED.duration_ms), RunEnded(STARTED.duration_ms))


def test_lawful_story_breaks_no_law():
    assert audit([*STORY, *END]) == []


def test_waits_and_the_number_waiting_are_two_sides_of_one_law():
    auditor = Auditor()
    auditor.hear(STORY)
    assert {name: account.plain() for name, account in auditor.flows().items()} == {
        "viewers": flow(came=0, present=0, mean_number=0.0, came_per_h=0.0, mean_stay_s=0.0),
        # 15 minutes of one visit, in 90 minutes
        "visits": flow(came=1, present=0, mean_number=0.166667, came_per_h=0.666667, mean_stay_s=900.0),
        # 0, 20 and 30 minutes, and 5 so far
        "negotiations_waiting": flow(came=4, present=1, mean_number=0.611111, came_per_h=2.666667, mean_stay_s=825.0),
        # 30 minutes, and one that has just begun
        "negotiations_talking": flow(came=2, present=1, mean_number=0.333333, came_per_h=1.333333, mean_stay_s=900.0),
        "intents_drafting": flow(came=1, present=1, mean_number=0.0, came_per_h=0.666667, mean_stay_s=0.0),
        "agreements_waiting": flow(came=0, present=0, mean_number=0.0, came_per_h=0.0, mean_stay_s=0.0),
        "visitors_inside": flow(came=0, present=0, mean_number=0.0, came_per_h=0.0, mean_stay_s=0.0),
    }


def test_intent_is_drafted_signed_and_accounted_for():
    auditor = Auditor()
    of = (0, *ASKS, "finance")
    auditor.hear(
        [
            *STORY,
            AgreementDrafted(4 * HOUR, *of, 2 * HOUR + 30 * MINUTE, 100_000),
            AgreementSigned(5 * HOUR, *of, 100_000, "online", "", 0, HOUR),
        ]
    )
    assert auditor.close(ended=False) == []
    flows = auditor.flows()
    assert {name: flows[name].plain() for name in ("intents_drafting", "agreements_waiting")} == {
        "intents_drafting": flow(came=1, present=0, mean_number=0.5, came_per_h=0.2, mean_stay_s=9000.0),
        "agreements_waiting": flow(came=1, present=0, mean_number=0.2, came_per_h=0.2, mean_stay_s=3600.0),
    }


def test_two_signatures_at_one_table_do_not_overlap():
    signed = ("opening", "finance", 7, "USD", "on_site", "table 1", 15 * MINUTE)
    announced = [ResultAnnounced(0, result, *signed[:4]) for result in range(2)]
    opened = [STORY[0], *announced, FairOpened(0)]

    def laws_broken_when_signed_at(second_ms: int) -> dict[str, int]:
        auditor = Auditor()
        auditor.hear([*opened, ResultSigned(HOUR, 0, *signed), ResultSigned(second_ms, 1, *signed)])
        auditor.close(ended=False)
        return dict(auditor.broken)

    assert laws_broken_when_signed_at(HOUR + 15 * MINUTE) == {}
    assert laws_broken_when_signed_at(HOUR + 15 * MINUTE - 1) == {"signing.slot": 1}


NINE, ANNA, BO = 9 * HOUR, 0, 1
FREE = NINE + MINUTE + 10 * SECOND
"""When the only lane is free again: Anna came ten seconds before nine, and was in it from nine on."""


def day(*, came_ms: int, called_ms: int = FREE, waiting: tuple[int, int], cap: int = 2) -> dict[str, int]:
    """Return the laws that three minutes of the halls break in which Bo comes, too; who waits is of the first two."""
    entered_ms, closes_ms = called_ms + 10 * SECOND, NINE + 3 * MINUTE
    auditor = Auditor()
    auditor.hear(
        [
            *STORY[:5],
            ZoneLaidOut(0, 0, "comprehensive", "comprehensive", 8_500),
            VenueOpened(NINE, cap, (1,), NINE + 2 * MINUTE, closes_ms),
            ZonesCounted(NINE, (0,), waiting[:1]),
            ZonesCounted(NINE + MINUTE, (0,), waiting[1:]),
            VisitorEntered(FREE, ANNA, BANK, "CN", 0, 10 * SECOND, FREE - NINE),
            VisitorEntered(entered_ms, BO, BANK, "CN", 0, called_ms - came_ms, 10 * SECOND),
            GatesClosed(NINE + 2 * MINUTE),
            ZonesCounted(NINE + 2 * MINUTE, (2,), (0,)),
            VisitorRefused(NINE + 2 * MINUTE + 1, BAKER, "SG", 0, 0, "late", False),
            VisitorLeft(closes_ms, ANNA, BANK, "CN", closes_ms - FREE),
            VisitorLeft(closes_ms, BO, BANK, "CN", closes_ms - entered_ms),
            ZonesCounted(closes_ms, (0,), (0,)),
            VenueClosed(closes_ms, 2),
        ]
    )
    auditor.close(ended=False)
    return dict(auditor.broken)


def test_lawful_day_of_the_halls_breaks_no_law():
    assert day(came_ms=NINE + 30 * SECOND, waiting=(0, 1)) == {}
    assert day(came_ms=NINE + 65 * SECOND, waiting=(0, 0)) == {}
    assert day(came_ms=NINE - 5 * SECOND, waiting=(1, 1)) == {}


def test_one_lane_checks_one_visitor_at_a_time():
    assert day(came_ms=NINE + 30 * SECOND, called_ms=FREE - 1, waiting=(0, 1)) == {"gate.lanes": 1}


def test_gate_calls_nobody_before_somebody_who_came_earlier():
    assert day(came_ms=NINE - 10 * SECOND - 1, waiting=(1, 1)) == {"gate.turn": 1}


def test_queue_is_counted_as_the_waits_say():
    assert day(came_ms=NINE + 30 * SECOND, waiting=(0, 0)) == {"count.waiting": 1}
    assert day(came_ms=NINE + 30 * SECOND, waiting=(1, 1)) == {"count.waiting": 1}


def test_no_more_are_inside_than_the_cap():
    assert day(came_ms=NINE + 30 * SECOND, waiting=(0, 1), cap=1) == {"venue.cap": 1}


def test_every_part_of_the_fair_is_joined_in_order():
    assert tuple(type(part) for part in Auditor().parts) == PARTS


def test_no_two_parts_have_a_law_of_the_same_name():
    names = [law for part in PARTS for law in part.LAWS]
    assert sorted(set(names)) == sorted(names)


def flow(**account: float) -> dict[str, float]:
    return account | {"holds": True}


@pytest.mark.parametrize("lost", range(1, len(STORY)))
def test_no_event_of_a_run_that_goes_on_may_be_lost_but_the_last_of_its_kind(lost: int):
    # a visit, a wait or a talk that goes on is lawful: its end may still come
    may_be_missing = (
        OrganisationRegistered,
        PlatformOpened,
        FairOpened,
        VisitEnded,
        NegotiationLapsed,
        NegotiationEnded,
    )
    auditor = Auditor()
    auditor.hear([*STORY[:lost], *STORY[lost + 1 :]])
    assert type(STORY[lost]) in may_be_missing or lost >= len(STORY) - 3 or auditor.close(ended=False) != []


@given(any_log())
def test_auditor_hears_any_log_to_its_end(log: list[Event]):
    auditor = Auditor()
    auditor.hear(log)
    told = auditor.close()
    assert (auditor.position, len(told)) == (len(log), min(auditor.broken.total(), MOST_TOLD))


def test_log_heard_in_pieces_is_judged_as_in_one():
    whole, pieces = Auditor(), Auditor()
    log = [*STORY, STORY[6], *END]
    whole.hear(log)
    for event in log:
        pieces.hear([event])
    assert whole.close() == pieces.close() != []


def test_every_type_of_event_but_those_of_the_run_is_heard_by_a_part():
    heard = {event_type for part in Auditor().parts for event_type in part.handlers()}
    of_the_run = {event_type for event_type in EVENT_TYPES if event_type.__module__ == "fairfacts.runs"}
    assert heard | of_the_run == set(EVENT_TYPES)


def test_laws_are_named_by_what_they_are_of_and_say_what_must_be_so():
    assert [law for law, meaning in LAWS.items() if law.count(".") != 1 or meaning.endswith(".")] == []

"""The auditor's own account: small stories, and logs that make no sense."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.fairfacts.any_events import any_log
from tests.fairfacts.stories import HOUR, MINUTE, SECOND, STARTED

from fairfacts.auditor import LAWS, MOST_REPORTED, Auditor, audit
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES
from fairfacts.laws import ALL_LAWS
from fairfacts.laws.gate import most_at
from fairfacts.parts.agreements import AgreementDrafted, AgreementSigned
from fairfacts.parts.negotiations.events import (
    NegotiationArranged,
    NegotiationEnded,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.platform import PlatformOpened
from fairfacts.parts.results import ResultAnnounced, ResultSigned
from fairfacts.parts.runs import FairClosed, FairOpened, RunEnded
from fairfacts.parts.venue.events import (
    GatesClosed,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorRefused,
    ZoneLaidOut,
    ZonesCounted,
)
from fairfacts.parts.visits import PagesViewed, VisitEnded, VisitStarted

BANK, BAKER = 0, 1
ASKS = {"organisation": BAKER, "economy": "SG", "exhibitor": BANK, "exhibitor_economy": "CN", "overseas": True}
STORY: tuple[Event, ...] = (
    STARTED,
    OrganisationRegistered(
        at_ms=0,
        organisation=BANK,
        kind="enterprise",
        economy="CN",
        economy_rank=2,
        sector="finance",
        delegates=6,
        exhibits=True,
    ),
    OrganisationRegistered(
        at_ms=0,
        organisation=BAKER,
        kind="enterprise",
        economy="SG",
        economy_rank=9,
        sector="other",
        delegates=1,
        exhibits=False,
    ),
    PlatformOpened(at_ms=0, rooms=1, viewers=10, requests_per_s=100, open_days=365),
    FairOpened(0),
    VisitStarted(at_ms=1 * HOUR, visit=0, organisation=BAKER, economy="SG", channel="website", attempt=1, first=True),
    NegotiationRequested(at_ms=1 * HOUR, negotiation=0, **ASKS, visit=0, sector="finance", attempt=1),
    NegotiationTakenUp(at_ms=1 * HOUR, negotiation=0, **ASKS, waited_ms=0, visit=0),
    NegotiationRequested(at_ms=1 * HOUR, negotiation=1, **ASKS, visit=0, sector="finance", attempt=1),
    NegotiationRequested(at_ms=1 * HOUR, negotiation=2, **ASKS, visit=0, sector="finance", attempt=1),
    NegotiationLapsed(at_ms=1 * HOUR + 20 * MINUTE, negotiation=1, **ASKS, waited_ms=20 * MINUTE, retries=True),
    NegotiationRequested(
        at_ms=1 * HOUR + 25 * MINUTE, negotiation=3, **ASKS, visit=0, sector="finance", attempt=2, follows=1
    ),
    NegotiationEnded(at_ms=1 * HOUR + 30 * MINUTE, negotiation=0, **ASKS, talked_ms=30 * MINUTE, outcome="intent"),
    NegotiationTakenUp(at_ms=1 * HOUR + 30 * MINUTE, negotiation=2, **ASKS, waited_ms=30 * MINUTE, visit=0),
)
END = (FairClosed(STARTED.duration_ms), RunEnded(STARTED.duration_ms))


def test_lawful_story_breaks_no_law():
    assert audit([*STORY, *END]) == []


def test_waits_and_the_number_waiting_are_two_sides_of_one_law():
    auditor = Auditor()
    auditor.handle(STORY)
    assert {name: account.plain() for name, account in auditor.flows().items()} == {
        "viewers": flow(came=0, present=0, mean_number=0.0, came_per_h=0.0, mean_stay_s=0.0),
        # the last 30 of 90 minutes of one visit
        "visits": flow(came=1, present=1, mean_number=0.333333, came_per_h=0.666667, mean_stay_s=1800.0),
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
    of = {"negotiation": 0, **ASKS, "sector": "finance"}
    auditor.handle(
        [
            *STORY,
            AgreementDrafted(at_ms=4 * HOUR, **of, drafting_ms=2 * HOUR + 30 * MINUTE, value_usd=100_000),
            AgreementSigned(
                at_ms=5 * HOUR, **of, value_usd=100_000, mode="online", place="", took_ms=0, waited_ms=HOUR
            ),
        ]
    )
    assert auditor.close(ended=False) == []
    flows = auditor.flows()
    assert {name: flows[name].plain() for name in ("intents_drafting", "agreements_waiting")} == {
        "intents_drafting": flow(came=1, present=0, mean_number=0.5, came_per_h=0.2, mean_stay_s=9000.0),
        "agreements_waiting": flow(came=1, present=0, mean_number=0.2, came_per_h=0.2, mean_stay_s=3600.0),
    }


def test_two_signatures_at_one_table_do_not_overlap():
    about = {"occasion": "opening", "sector": "finance", "value": 7, "currency": "USD"}
    signed = about | {"mode": "on_site", "place": "table 1", "took_ms": 15 * MINUTE}
    announced = [ResultAnnounced(at_ms=0, result=result, **about) for result in range(2)]
    opened = [STORY[0], *announced, FairOpened(0)]

    def laws_broken_when_signed_at(second_ms: int) -> dict[str, int]:
        auditor = Auditor()
        auditor.handle(
            [*opened, ResultSigned(at_ms=HOUR, result=0, **signed), ResultSigned(at_ms=second_ms, result=1, **signed)]
        )
        auditor.close(ended=False)
        return dict(auditor.broken)

    assert laws_broken_when_signed_at(HOUR + 15 * MINUTE) == {}
    assert laws_broken_when_signed_at(HOUR + 15 * MINUTE - 1) == {"signing.slot": 1}


NINE, ANNA, BO = 9 * HOUR, 0, 1
FREE = NINE + MINUTE + 10 * SECOND
"""When the only lane is free again: Anna came ten seconds before nine, and was in it from nine on."""


def day(
    *, came_ms: int, called_ms: int = FREE, waiting: tuple[int, int], cap: int = 2, last_count: bool = True
) -> dict[str, int]:
    """Return the laws that three minutes of the halls break in which Bo comes, too; who waits is of the first two."""
    entered_ms, closes_ms = called_ms + 10 * SECOND, NINE + 3 * MINUTE
    auditor = Auditor()
    auditor.handle(
        [
            *STORY[:5],
            ZoneLaidOut(at_ms=0, zone=0, kind="comprehensive", name="comprehensive", net_m2=8_500),
            VenueOpened(at_ms=NINE, cap=cap, lanes=(1,), last_entry_ms=NINE + 2 * MINUTE, closes_ms=closes_ms),
            ZonesCounted(at_ms=NINE, inside=(0,), waiting=waiting[:1]),
            ZonesCounted(at_ms=NINE + MINUTE, inside=(0,), waiting=waiting[1:]),
            VisitorEntered(
                at_ms=FREE,
                visitor=ANNA,
                organisation=BANK,
                economy="CN",
                gate=0,
                waited_ms=10 * SECOND,
                checked_ms=FREE - NINE,
            ),
            VisitorEntered(
                at_ms=entered_ms,
                visitor=BO,
                organisation=BANK,
                economy="CN",
                gate=0,
                waited_ms=called_ms - came_ms,
                checked_ms=10 * SECOND,
            ),
            GatesClosed(NINE + 2 * MINUTE),
            ZonesCounted(at_ms=NINE + 2 * MINUTE, inside=(2,), waiting=(0,)),
            VisitorRefused(
                at_ms=NINE + 2 * MINUTE + 1,
                organisation=BAKER,
                economy="SG",
                gate=0,
                waited_ms=0,
                reason="late",
                returns=False,
            ),
            VisitorLeft(at_ms=closes_ms, visitor=ANNA, organisation=BANK, economy="CN", stayed_ms=closes_ms - FREE),
            VisitorLeft(at_ms=closes_ms, visitor=BO, organisation=BANK, economy="CN", stayed_ms=closes_ms - entered_ms),
            *([ZonesCounted(at_ms=closes_ms, inside=(0,), waiting=(0,))] if last_count else []),
            VenueClosed(at_ms=closes_ms, entered=2),
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


def test_the_last_count_of_a_day_is_at_the_close():
    assert day(came_ms=NINE + 65 * SECOND, waiting=(0, 0), last_count=False) == {"count.minute": 1}


def test_of_values_that_changed_the_latest_one_before_a_moment_counts_and_all_of_the_moment_itself():
    changes = [(0, 5), (10, 1), (20, 3), (20, 2)]
    assert [most_at(changes, at_ms) for at_ms in (0, 9, 10, 11, 19, 20, 21)] == [5, 5, 5, 1, 1, 3, 2]


def test_a_talk_takes_time():
    talk = {"at_ms": HOUR, "negotiation": 0, **ASKS}
    auditor = Auditor()
    auditor.handle(
        [
            *STORY[:6],
            NegotiationRequested(**talk, visit=0, sector="finance", attempt=1),
            NegotiationTakenUp(**talk, waited_ms=0),
            NegotiationEnded(**talk, talked_ms=0, outcome="no_deal"),
        ]
    )
    assert dict(auditor.broken) == {"negotiation.talked": 1}


def test_drafting_and_signing_take_time():
    at = {"at_ms": 1 * HOUR + 30 * MINUTE, "negotiation": 0, **ASKS, "sector": "finance", "value_usd": 7}
    auditor = Auditor()
    auditor.handle(
        [
            *STORY,
            AgreementDrafted(**at, drafting_ms=0),
            AgreementSigned(**at, mode="online", place="", took_ms=0, waited_ms=0),
        ]
    )
    assert dict(auditor.broken) == {"agreement.drafting": 1, "agreement.waited": 1}


def talk(*between: Event, asked: int = 1) -> dict[str, int]:
    """Return the laws that a log breaks in which something happens between a request and its talk."""
    request = {"at_ms": HOUR, **ASKS, "visit": 0, "sector": "finance", "attempt": 1}
    auditor = Auditor()
    auditor.handle(
        [
            *STORY[:6],
            *(NegotiationRequested(negotiation=number, **request) for number in range(asked)),
            *between,
            NegotiationTakenUp(at_ms=2 * HOUR, negotiation=0, **ASKS, waited_ms=HOUR),
        ]
    )
    return dict(auditor.broken)


def test_a_talk_needs_its_requester_on_the_platform():
    left = VisitEnded(at_ms=HOUR + MINUTE, visit=0, organisation=BAKER, economy="SG", requests=1, dropped=False)
    assert (talk(), talk(left)) == ({}, {"negotiation.present": 1})


def test_nobody_is_in_two_talks():
    other = NegotiationTakenUp(at_ms=HOUR + MINUTE, negotiation=1, **ASKS, waited_ms=MINUTE, visit=0)
    assert talk(other, asked=2) == {"negotiation.one": 1, "negotiation.turn": 1, "platform.rooms": 1}


def test_a_talk_is_arranged_once_and_held_no_earlier():
    arranged = NegotiationArranged(at_ms=HOUR, negotiation=0, **ASKS, waited_ms=0, for_ms=3 * HOUR)
    early = NegotiationTakenUp(at_ms=2 * HOUR, negotiation=0, **ASKS, waited_ms=HOUR, visit=0, arranged=True)
    assert talk(arranged, early)["negotiation.arranged"] == 1


def test_no_more_are_inside_than_the_cap():
    assert day(came_ms=NINE + 30 * SECOND, waiting=(0, 1), cap=1) == {"venue.cap": 1}


def test_every_part_of_the_fair_is_joined_in_order():
    assert tuple(type(laws) for laws in Auditor().laws) == ALL_LAWS


def test_no_two_parts_have_a_law_of_the_same_name():
    names = [law for laws in ALL_LAWS for law in laws.LAWS]
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
        NegotiationEnded,
    )
    auditor = Auditor()
    auditor.handle([*STORY[:lost], *STORY[lost + 1 :]])
    assert type(STORY[lost]) in may_be_missing or lost >= len(STORY) - 3 or auditor.close(ended=False) != []


@pytest.mark.slow
@given(any_log())
def test_auditor_hears_any_log_to_its_end(log: list[Event]):
    auditor = Auditor()
    auditor.handle(log)
    told = auditor.close()
    assert (auditor.position, len(told)) == (len(log), min(auditor.broken.total(), MOST_REPORTED))


def test_log_heard_in_pieces_is_judged_as_in_one():
    whole, pieces = Auditor(), Auditor()
    log = [*STORY, STORY[6], *END]
    whole.handle(log)
    for event in log:
        pieces.handle([event])
    assert whole.close() == pieces.close() != []


def test_every_type_of_event_but_those_of_the_run_is_handled_by_laws_of_a_part():
    handled = {event_type for laws in Auditor().laws for event_type in laws.handlers()}
    of_the_run = {event_type for event_type in EVENT_TYPES if event_type.__module__ == "fairfacts.parts.runs"}
    assert handled | of_the_run == set(EVENT_TYPES), "write a handler for it in platform/fairfacts/laws/PART.py"


def test_laws_are_named_by_what_they_are_of_and_say_what_must_be_so():
    assert [law for law, meaning in LAWS.items() if law.count(".") != 1 or meaning.endswith(".")] == []


def test_the_first_twenty_violations_are_kept_and_all_are_counted():
    auditor = Auditor()
    auditor.handle([*STORY[:5], *(PagesViewed(at_ms=HOUR, stands=0, projects=0) for _ in range(30))])
    assert [violation.position for violation in auditor.violations] == list(range(5, 25))
    assert auditor.broken == {"pages.minute": 30}

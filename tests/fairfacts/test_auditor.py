"""The auditor's own account: small stories, and logs that make no sense."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.fairfacts.any_events import any_log
from tests.fairfacts.stories import HOUR, MINUTE, STARTED

from fairfacts.auditor import LAWS, MOST_TOLD, Auditor, audit
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES
from fairfacts.negotiations import NegotiationEnded, NegotiationLapsed, NegotiationRequested, NegotiationTakenUp
from fairfacts.organisations import OrganisationRegistered
from fairfacts.runs import FairClosed, FairOpened, RunEnded
from fairfacts.visits import VisitEnded, VisitStarted

BANK, BAKER = 0, 1
ASKS = (BAKER, "SG", BANK, "CN", True)
STORY: tuple[Event, ...] = (
    STARTED,
    OrganisationRegistered(0, BANK, "enterprise", "CN", 2, "finance", 6, True),
    OrganisationRegistered(0, BAKER, "enterprise", "SG", 9, "other", 1, False),
    FairOpened(0),
    VisitStarted(1 * HOUR, 0, BAKER, "SG"),
    NegotiationRequested(1 * HOUR, 0, *ASKS, 0, "finance", 1),
    NegotiationTakenUp(1 * HOUR, 0, *ASKS, 0),
    NegotiationRequested(1 * HOUR, 1, *ASKS, 0, "finance", 1),
    NegotiationRequested(1 * HOUR, 2, *ASKS, 0, "finance", 1),
    VisitEnded(1 * HOUR + 15 * MINUTE, 0, BAKER, "SG", 3),
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
        # 15 minutes of one visitor, in 90 minutes
        "visitors": flow(came=1, present=0, mean_number=0.166667, came_per_h=0.666667, mean_stay_s=900.0),
        # 0, 20 and 30 minutes, and 5 so far
        "negotiations_waiting": flow(came=4, present=1, mean_number=0.611111, came_per_h=2.666667, mean_stay_s=825.0),
        # 30 minutes, and one that has just begun
        "negotiations_talking": flow(came=2, present=1, mean_number=0.333333, came_per_h=1.333333, mean_stay_s=900.0),
    }


def flow(**account: float) -> dict[str, float]:
    return account | {"holds": True}


@pytest.mark.parametrize("lost", range(1, len(STORY)))
def test_no_event_of_a_run_that_goes_on_may_be_lost_but_the_last_of_its_kind(lost: int):
    # a visit, a wait or a talk that goes on is lawful: its end may still come
    may_be_missing = (OrganisationRegistered, FairOpened, VisitEnded, NegotiationLapsed, NegotiationEnded)
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
    log = [*STORY, STORY[5], *END]
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

"""A talk needs both its parties: whole logs of visits, answers that come late, and talks that are arranged."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.fairsim.runs import log_of, of_types
from tests.fairsim.stage import BANK, DAY, HOTEL, HOUR, LAB, MINUTE, SHIPPER, Stage, attempt

from fairfacts.event import Event
from fairfacts.parts.negotiations.events import (
    NegotiationArranged,
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationLapsed,
    NegotiationMissed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.platform import PlatformMetered
from fairfacts.parts.visits import VisitEnded, VisitStarted

NINE, EIGHT_PM = 9 * HOUR, 20 * HOUR
STANDS = {"valid_h": 72.0}
"""Requests stand for three days."""


def told(log: list[Event]) -> list[tuple[str, int]]:
    """Return what happened, and when, but for the meter readings."""
    return [(type(event).__name__, event.at_ms) for event in log if type(event) is not PlatformMetered]


def test_requester_who_waits_stays_on_the_platform_until_the_talk_is_over():
    stage = Stage(negotiations=STANDS)
    stage.visit(NINE - 2 * MINUTE, HOTEL, attempt(BANK, patience_ms=HOUR, talk_ms=20 * MINUTE))
    assert told(stage.play(DAY)) == [
        ("VisitStarted", NINE - 2 * MINUTE),
        ("NegotiationRequested", NINE - MINUTE),
        ("NegotiationTakenUp", NINE),
        ("NegotiationEnded", NINE + 20 * MINUTE),
        ("VisitEnded", NINE + 21 * MINUTE),
    ]


def test_requester_whom_the_desk_answers_the_next_day_comes_back_for_the_arranged_talk():
    stage = Stage(negotiations=STANDS)
    stage.visit(EIGHT_PM, HOTEL, attempt(BANK, patience_ms=5 * MINUTE, talk_ms=20 * MINUTE))
    log = stage.play(2 * DAY)
    (arranged,) = of_types(log, NegotiationArranged)
    meets_ms = arranged.for_ms
    assert told(log) == [
        ("VisitStarted", EIGHT_PM),
        ("NegotiationRequested", EIGHT_PM + MINUTE),
        ("VisitEnded", EIGHT_PM + 7 * MINUTE),
        ("NegotiationArranged", DAY + NINE),
        ("VisitStarted", meets_ms),
        ("NegotiationTakenUp", meets_ms),
        ("NegotiationEnded", meets_ms + 20 * MINUTE),
        ("VisitEnded", meets_ms + 21 * MINUTE),
    ]
    assert (DAY + NINE <= meets_ms < DAY + 18 * HOUR, meets_ms % (15 * MINUTE)) == (True, 0)
    assert [event.visit for event in of_types(log, NegotiationTakenUp)] == [1]


def test_requester_may_not_come_to_the_arranged_talk():
    stage = Stage(negotiations=STANDS)
    stage.visit(EIGHT_PM, HOTEL, attempt(BANK, patience_ms=5 * MINUTE, comes=False))
    log = stage.play(2 * DAY)
    (arranged,), (missed,) = of_types(log, NegotiationArranged), of_types(log, NegotiationMissed)
    assert (missed.at_ms, missed.came, of_types(log, NegotiationTakenUp)) == (arranged.for_ms, False, [])


def test_requester_who_comes_waits_in_vain_while_the_negotiator_talks_to_another():
    stage = Stage(negotiations=STANDS)
    stage.visit(EIGHT_PM, HOTEL, attempt(BANK, patience_ms=5 * MINUTE))
    (arranged,) = of_types(stage.play(DAY + NINE + 1), NegotiationArranged)
    stage.ask(arranged.for_ms - MINUTE, SHIPPER, attempt(BANK, talk_ms=HOUR))
    (missed,) = of_types(stage.play(2 * DAY), NegotiationMissed)
    assert (missed.at_ms, missed.came) == (arranged.for_ms + 15 * MINUTE, True)


def test_nobody_asks_or_talks_while_in_a_talk():
    stage = Stage(negotiations=STANDS | {"negotiators_mean": 5.0})
    two = attempt(BANK)
    two.keys, two.exhibitor, two.talk_ms = np.array([0, 1]), [BANK, LAB], [HOUR, HOUR]
    two.declined = two.comes = [0, 0]
    two.patience_ms, two.retry_ms, two.outcome = [HOUR, HOUR], [0, 0], ["intent", "intent"]
    stage.visit(16 * HOUR, HOTEL, two, wishes=2)
    assert told(stage.play(DAY)) == [
        ("VisitStarted", 16 * HOUR),
        ("NegotiationRequested", 16 * HOUR + MINUTE),
        ("NegotiationTakenUp", 16 * HOUR + MINUTE),
        ("NegotiationEnded", 17 * HOUR + MINUTE),
        ("NegotiationRequested", 17 * HOUR + 2 * MINUTE),
        ("NegotiationTakenUp", 17 * HOUR + 2 * MINUTE),
        ("NegotiationEnded", 18 * HOUR + 2 * MINUTE),
        ("VisitEnded", 18 * HOUR + 3 * MINUTE),
    ]


def test_exhibitor_that_never_answers_lets_requests_lapse():
    stage = Stage(negotiations=STANDS | {"never_share": 1.0})
    stage.visit(NINE, HOTEL, attempt(BANK, patience_ms=5 * MINUTE))
    (lapsed,) = of_types(stage.play(4 * DAY), NegotiationLapsed)
    assert (lapsed.waited_ms, lapsed.retries) == (3 * DAY, False)


def test_desk_that_nobody_keeps_answers_when_somebody_looks_at_it():
    stage = Stage(negotiations=STANDS | {"prompt_share": 0.0, "late_mean_h": 5.0})
    stage.visit(NINE, HOTEL, attempt(BANK, patience_ms=MINUTE, declined=True))
    stage.visit(NINE, SHIPPER, attempt(BANK, patience_ms=MINUTE))
    answers = of_types(stage.play(3 * DAY), NegotiationDeclined, NegotiationArranged)
    assert ([type(event) for event in answers], answers[0].at_ms) == (
        [NegotiationDeclined, NegotiationArranged],
        answers[1].at_ms,
    )
    assert NINE <= answers[0].at_ms % DAY <= 18 * HOUR


def test_wish_is_taken_elsewhere_only_by_those_who_are_on_the_platform():
    stage = Stage(negotiations=STANDS)
    delegate = stage.visit(
        EIGHT_PM, HOTEL, attempt(BANK, patience_ms=MINUTE, retry_ms=MINUTE), attempt(BANK, patience_ms=MINUTE)
    )
    log = stage.play(EIGHT_PM + 4 * MINUTE)
    (lapsed,), again = of_types(log, NegotiationLapsed), of_types(log, NegotiationRequested)[-1]
    assert (lapsed.retries, again.follows, again.visit, delegate.is_online) == (True, 0, 0, True)


def test_talks_of_a_person_never_overlap(log: list[Event]):
    people = {event.visit: (event.organisation, event.delegate) for event in of_types(log, VisitStarted)}
    visits = {event.visit: event.at_ms for event in of_types(log, VisitStarted)}
    gone = {event.visit: event.at_ms for event in of_types(log, VisitEnded)}
    taken_up = {event.negotiation: event for event in of_types(log, NegotiationTakenUp)}
    talks: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for ended in of_types(log, NegotiationEnded):
        began = taken_up[ended.negotiation]
        assert visits[began.visit] <= began.at_ms <= ended.at_ms <= gone.get(began.visit, ended.at_ms)
        talks.setdefault(people[began.visit], []).append((began.at_ms, ended.at_ms))
    overlaps = [one for many in talks.values() for one, other in pairwise(sorted(many)) if one[1] > other[0]]
    assert (overlaps, len(talks) > 50) == ([], True)


def test_few_ask_and_the_many_requests_come_from_few(large_log: list[Event]):
    people = {event.visit: (event.organisation, event.delegate) for event in of_types(large_log, VisitStarted)}
    requests: dict[tuple[int, int], int] = {}
    for event in of_types(large_log, NegotiationRequested):
        asker = people[event.visit]
        requests[asker] = requests.get(asker, 0) + 1
    most_first = sorted(requests.values(), reverse=True)
    assert len(requests) / len(set(people.values())) < 0.15
    assert sum(most_first[: len(most_first) // 10]) / sum(most_first) > 0.3


@pytest.mark.slow
def test_more_exhibitors_that_answer_never_mean_fewer_talks():
    def talks(never_share: float) -> int:
        return len(of_types(log_of(f"negotiations.never_share={never_share}", scale=0.01), NegotiationTakenUp))

    assert talks(0.2) > talks(0.5) > talks(0.8)

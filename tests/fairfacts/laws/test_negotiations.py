"""Negotiations: what is lawful by a hair, and what is not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.fairfacts.laws.test_programme import broken
from tests.fairfacts.stories import HOUR, MINUTE
from tests.fairfacts.test_auditor import ASKS, BAKER, BANK

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
from fairfacts.parts.visits import VisitEnded, VisitStarted

ONE, TWO = HOUR, 2 * HOUR
VISIT = VisitStarted(at_ms=ONE, visit=0, organisation=BAKER, economy="SG", channel="website", attempt=1, first=True)
LEAVES = VisitEnded(at_ms=TWO, visit=0, organisation=BAKER, economy="SG", requests=1, dropped=False)


def asks(number: int = 0, at_ms: int = ONE, **said: Any) -> NegotiationRequested:
    told = ASKS | {"visit": 0, "sector": "finance", "attempt": 1} | said
    return NegotiationRequested(at_ms=at_ms, negotiation=number, **told)


def taken_up(number: int = 0, at_ms: int = ONE, waited_ms: int = 0, **said: Any) -> NegotiationTakenUp:
    return NegotiationTakenUp(at_ms=at_ms, negotiation=number, waited_ms=waited_ms, **({"visit": 0} | ASKS | said))


def ended(talked_ms: int = MINUTE, **said: Any) -> NegotiationEnded:
    told = {"at_ms": ONE + talked_ms, "negotiation": 0, "outcome": "intent"} | ASKS | said
    return NegotiationEnded(talked_ms=talked_ms, **told)


def failed(*, retries: bool = True) -> NegotiationFailed:
    return NegotiationFailed(at_ms=ONE + MINUTE, negotiation=0, **ASKS, talked_ms=MINUTE, retries=retries)


def lapsed(number: int = 0, waited_ms: int = MINUTE, *, retries: bool = True) -> NegotiationLapsed:
    return NegotiationLapsed(at_ms=ONE + waited_ms, negotiation=number, **ASKS, waited_ms=waited_ms, retries=retries)


def arranged(for_ms: int = TWO, *, at_ms: int = ONE) -> NegotiationArranged:
    return NegotiationArranged(at_ms=at_ms, negotiation=0, **ASKS, waited_ms=at_ms - ONE, for_ms=for_ms)


def test_a_request_is_numbered_on_and_of_known_parties():
    assert broken(VISIT, asks(0), asks(1), asks(2)) == {}
    assert broken(VISIT, asks(1), asks(2)) == {"negotiation.sequence": 1}
    assert broken(VISIT, asks(economy="DE"))["organisation.registered"] == 1
    assert broken(VISIT, asks(exhibitor_economy="DE"))["organisation.registered"] == 1
    assert broken(VISIT, asks(sector="other")) == {"negotiation.exhibitor": 1}
    assert broken(VISIT, asks(overseas=False)) == {"negotiation.overseas": 1}
    assert broken(VISIT, asks(visit=1)) == {"negotiation.visit": 1}
    assert broken(asks()) == {"negotiation.visit": 1}


def test_nobody_asks_an_unknown_organisation_or_itself():
    assert "organisation.registered" in broken(VISIT, asks(exhibitor=2))
    own = {"exhibitor": BAKER, "exhibitor_economy": "SG", "sector": "other"}
    assert broken(VISIT, asks(**own)) == {"negotiation.exhibitor": 1}
    bank = VisitStarted(at_ms=ONE, visit=0, organisation=BANK, economy="CN", channel="app", attempt=1, first=True)
    self_asked = {"organisation": BANK, "economy": "CN", "overseas": False}
    assert broken(bank, asks(**self_asked)) == {"negotiation.exhibitor": 1}


def test_an_attempt_follows_one_of_the_same_organisation_that_lapsed_or_failed():
    again = asks(1, TWO, attempt=2, follows=0)
    assert broken(VISIT, asks(), lapsed(), again) == {}
    assert broken(VISIT, asks(), taken_up(), failed(), again) == {}
    assert broken(VISIT, asks(), lapsed(retries=False), again) == {"negotiation.repeated": 1}
    assert broken(VISIT, asks(), taken_up(), failed(retries=False), again) == {"negotiation.repeated": 1}
    assert broken(VISIT, asks(), lapsed(), msgspec.structs.replace(again, attempt=3)) == {"negotiation.repeated": 1}
    assert broken(VISIT, asks(), lapsed(), again, asks(2, TWO, attempt=2, follows=0)) == {"negotiation.repeated": 1}
    assert broken(VISIT, asks(attempt=2)) == {"negotiation.repeated": 1}


def test_a_request_leaves_the_desk_once_after_the_time_that_it_says():
    assert broken(VISIT, asks(), lapsed(), lapsed()) == {"negotiation.waits": 1}
    assert broken(VISIT, asks(), lapsed(waited_ms=1)) == {}
    assert broken(VISIT, asks(), lapsed(waited_ms=0)) == {"negotiation.waited": 1}
    assert broken(VISIT, asks(), taken_up(waited_ms=1)) == {"negotiation.waited": 1}
    declined = NegotiationDeclined(at_ms=ONE, negotiation=0, **ASKS, waited_ms=0)
    assert broken(VISIT, asks(), declined) == {}
    assert broken(VISIT, asks(), declined, lapsed()) == {"negotiation.waits": 1}


@pytest.mark.parametrize("wrong", [{"organisation": BANK}, {"exhibitor": BAKER}, {"economy": "DE"},
                                   {"exhibitor_economy": "DE"}, {"overseas": False}])  # fmt: skip
def test_every_event_of_a_negotiation_names_its_parties(wrong: dict[str, Any]):
    assert broken(VISIT, asks(), taken_up(), ended(**wrong)) == {"negotiation.parties": 1}


def test_a_desk_answers_in_the_order_of_the_requests():
    def declined(number: int) -> NegotiationDeclined:
        return NegotiationDeclined(at_ms=ONE, negotiation=number, **ASKS, waited_ms=0)

    assert broken(VISIT, asks(0), asks(1), declined(0), declined(1)) == {}
    assert broken(VISIT, asks(0), asks(1), declined(1), declined(0)) == {"negotiation.turn": 1}


def test_a_talk_takes_time_and_ends_once():
    assert broken(VISIT, asks(), taken_up(), ended(talked_ms=1)) == {}
    assert broken(VISIT, asks(), taken_up(), ended(talked_ms=0)) == {"negotiation.talked": 1}
    assert broken(VISIT, asks(), taken_up(), ended(at_ms=TWO)) == {"negotiation.talked": 1}
    assert broken(VISIT, asks(), taken_up(), ended(), ended()) == {"negotiation.talks": 1}
    assert broken(VISIT, asks(), ended()) == {"negotiation.talks": 1}


def test_one_talk_at_a_time_and_the_visit_lasts_as_long():
    other = msgspec.structs.replace(taken_up(1), waited_ms=0)
    assert broken(VISIT, asks(0), asks(1), taken_up(), other)["negotiation.one"] == 1
    later = taken_up(1, ONE + MINUTE, MINUTE)
    assert broken(VISIT, asks(0), asks(1), taken_up(), ended(), later) == {}
    assert broken(VISIT, asks(), taken_up(), ended(), LEAVES) == {}
    assert broken(VISIT, asks(), taken_up(), LEAVES)["negotiation.stays"] == 1
    assert broken(VISIT, asks(), taken_up(visit=1))["negotiation.present"] == 1


def test_an_arranged_talk_begins_at_its_time_or_after():
    meets = taken_up(at_ms=TWO, waited_ms=HOUR, arranged=True)
    assert broken(VISIT, asks(), arranged(), meets) == {}
    assert broken(VISIT, asks(), arranged(TWO + 1), meets) == {"negotiation.arranged": 1}
    assert broken(VISIT, asks(), arranged(TWO - 1), meets) == {}
    assert broken(VISIT, asks(), arranged(ONE)) == {}
    assert broken(VISIT, asks(), arranged(ONE - 1)) == {"negotiation.arranged": 1}
    assert broken(VISIT, asks(), arranged(), msgspec.structs.replace(meets, waited_ms=1)) == {"negotiation.waited": 1}
    assert broken(VISIT, asks(), meets) == {"negotiation.arranged": 1}
    missed = NegotiationMissed(at_ms=TWO, negotiation=0, **ASKS, came=True)
    assert broken(VISIT, asks(), arranged(), missed) == {}
    assert broken(VISIT, asks(), arranged(), missed, missed) == {"negotiation.arranged": 1}

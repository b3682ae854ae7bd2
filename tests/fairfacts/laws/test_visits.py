"""Visits: what is lawful by a hair, and what is not."""

from __future__ import annotations

from tests.fairfacts.laws.breaking import broken
from tests.fairfacts.stories import HOUR, MINUTE
from tests.fairfacts.test_auditor import BAKER, BANK

from fairfacts.parts.platform import LoginRefused
from fairfacts.parts.visits import PagesViewed, VisitEnded, VisitStarted


def starts(visit: int = 0, at_ms: int = HOUR, **said: object) -> VisitStarted:
    told = {"organisation": BAKER, "economy": "SG", "channel": "website", "attempt": 1, "first": True} | said
    return VisitStarted(at_ms=at_ms, visit=visit, **told)


def ends(visit: int = 0, at_ms: int = HOUR + MINUTE, *, dropped: bool = False) -> VisitEnded:
    return VisitEnded(at_ms=at_ms, visit=visit, organisation=BAKER, economy="SG", requests=0, dropped=dropped)


def refused(*, returns: bool = True) -> LoginRefused:
    return LoginRefused(at_ms=HOUR, organisation=BAKER, economy="SG", channel="website", attempt=1, returns=returns)


def test_a_visit_is_of_a_delegate_that_the_organisation_has():
    assert broken(starts(delegate=0)) == {}
    assert broken(starts(delegate=1)) == {"visit.delegate": 1}
    assert broken(starts(organisation=BANK, economy="CN", delegate=5)) == {}


def test_a_delegate_is_on_one_visit_at_a_time():
    assert broken(starts(), ends(), starts(1, 2 * HOUR, first=False)) == {}
    assert broken(starts(), starts(1, 2 * HOUR, first=False)) == {"visit.delegate": 1}


def test_first_visits_are_said_to_be_first():
    assert broken(starts(first=False)) == {"visit.first": 1}
    assert broken(starts(), ends(), starts(1, 2 * HOUR)) == {"visit.first": 1}


def test_as_many_log_in_once_more_as_were_refused():
    again = [starts(visit, 2 * HOUR, organisation=BANK, economy="CN", delegate=visit, attempt=2) for visit in range(3)]
    bank = LoginRefused(at_ms=HOUR, organisation=BANK, economy="CN", channel="website", attempt=1, returns=True)
    assert broken(bank, bank, *again[:2]) == {}
    assert broken(bank, bank, *again) == {"visit.returns": 1}
    assert broken(refused(returns=False), starts(attempt=2)) == {"visit.returns": 1}
    assert broken(refused(), starts(attempt=0)) == {"visit.returns": 1}


def test_whoever_was_thrown_off_logs_in_once_more():
    thrown = [starts(), ends(dropped=True), starts(1, 2 * HOUR, first=False), ends(1, 2 * HOUR + 1, dropped=True)]
    once, again = (starts(visit, 3 * HOUR + visit, first=False, attempt=2) for visit in (2, 3))
    assert broken(*thrown, once, ends(2, 3 * HOUR + 3), again) == {}
    assert broken(*thrown[:2], starts(1, 2 * HOUR, first=False, attempt=2)) == {}
    assert broken(starts(), ends(), starts(1, 2 * HOUR, first=False, attempt=2)) == {"visit.returns": 1}


def test_a_visit_takes_time():
    assert broken(starts(), ends(at_ms=HOUR + 1)) == {}
    assert broken(starts(), ends(at_ms=HOUR)) == {"visit.started": 1}


def test_pages_are_counted_at_whole_minutes_when_there_are_any():
    def viewed(at_ms: int, stands: int = 1, projects: int = 1) -> PagesViewed:
        return PagesViewed(at_ms=at_ms, stands=stands, projects=projects)

    assert broken(viewed(HOUR), viewed(HOUR + MINUTE, projects=0), viewed(HOUR + 2 * MINUTE, stands=0)) == {}
    assert broken(viewed(HOUR + 1)) == {"pages.minute": 1}
    assert broken(viewed(HOUR), viewed(HOUR)) == {"pages.minute": 1}
    assert broken(viewed(HOUR, stands=0, projects=0)) == {"pages.minute": 1}

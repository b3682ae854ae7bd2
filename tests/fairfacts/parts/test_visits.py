"""Measures of online visits."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, MINUTE, STARTED, changed

from fairfacts.parts.visits import PagesViewed, VisitEnded, VisitStarted

HOME = VisitStarted(at_ms=9 * HOUR, visit=0, organisation=3, economy="CN", channel="website", attempt=1)
ABROAD = VisitStarted(at_ms=10 * HOUR - 1, visit=1, organisation=9, economy="DE", channel="website", attempt=1)


def test_visitors_are_online_by_origin_and_hour():
    assert changed("visits", STARTED, HOME, ABROAD) == {
        "online": 2,
        "online_peak": 2,
        "started": 2,
        "started_overseas": 1,
        "by_economy": {"CN": 1, "DE": 1},
        "by_channel": {"website": 2},
        "per_hour": {"domestic": {"9": 1}, "overseas": {"9": 1}},
    }


def test_visitors_who_left_are_counted_by_whether_they_asked():
    asked, did_not = (
        VisitEnded(at_ms=10 * HOUR, visit=0, organisation=3, economy="CN", requests=2, dropped=False),
        VisitEnded(at_ms=10 * HOUR, visit=1, organisation=9, economy="DE", requests=0, dropped=False),
    )
    again = VisitStarted(at_ms=11 * HOUR, visit=2, organisation=3, economy="CN", channel="website", attempt=1)
    assert changed("visits", STARTED, HOME, ABROAD, asked, did_not, again) == {
        "online": 1,
        "online_peak": 2,
        "started": 3,
        "started_overseas": 1,
        "without_request_share": 0.5,
        "by_economy": {"CN": 2, "DE": 1},
        "by_channel": {"website": 3},
        "per_hour": {"domestic": {"9": 1, "11": 1}, "overseas": {"9": 1}},
    }


def test_pages_viewed_in_each_minute_add_up():
    minutes = (
        PagesViewed(at_ms=9 * HOUR + MINUTE, stands=4, projects=1),
        PagesViewed(at_ms=9 * HOUR + 2 * MINUTE, stands=3, projects=2),
    )
    assert changed("visits", *minutes) == {"stands_viewed": 7, "projects_viewed": 3}


def test_visit_that_broke_off_and_is_taken_up_again_is_counted():
    dropped, again = (
        VisitEnded(at_ms=10 * HOUR, visit=0, organisation=3, economy="CN", requests=1, dropped=True),
        VisitStarted(at_ms=10 * HOUR + 1, visit=2, organisation=3, economy="CN", channel="app", attempt=2),
    )
    measures = changed("visits", HOME, dropped, again)
    assert (measures["dropped"], measures["returned"], measures["by_channel"]) == (1, 1, {"website": 1, "app": 1})

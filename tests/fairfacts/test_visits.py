"""Measures of online visits."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, MINUTE, changed

from fairfacts.visits import PagesViewed, VisitEnded, VisitStarted

HOME = VisitStarted(9 * HOUR, 0, 3, "CN", "website", 1)
ABROAD = VisitStarted(10 * HOUR - 1, 1, 9, "DE", "website", 1)


def test_visitors_are_online_by_origin_and_hour():
    assert changed("visits", HOME, ABROAD) == {
        "online": 2,
        "online_peak": 2,
        "started": 2,
        "started_overseas": 1,
        "by_economy": {"CN": 1, "DE": 1},
        "by_channel": {"website": 2},
        "per_hour": {"domestic": {"9": 1}, "overseas": {"9": 1}},
    }


def test_visitors_who_left_are_counted_by_whether_they_asked():
    asked, did_not = VisitEnded(10 * HOUR, 0, 3, "CN", 2, False), VisitEnded(10 * HOUR, 1, 9, "DE", 0, False)
    again = VisitStarted(11 * HOUR, 2, 3, "CN", "website", 1)
    assert changed("visits", HOME, ABROAD, asked, did_not, again) == {
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
    minutes = PagesViewed(9 * HOUR + MINUTE, 4, 1), PagesViewed(9 * HOUR + 2 * MINUTE, 3, 2)
    assert changed("visits", *minutes) == {"stands_viewed": 7, "projects_viewed": 3}


def test_visit_that_broke_off_and_is_taken_up_again_is_counted():
    dropped, again = VisitEnded(10 * HOUR, 0, 3, "CN", 1, True), VisitStarted(10 * HOUR + 1, 2, 3, "CN", "app", 2)
    measures = changed("visits", HOME, dropped, again)
    assert (measures["dropped"], measures["returned"], measures["by_channel"]) == (1, 1, {"website": 1, "app": 1})

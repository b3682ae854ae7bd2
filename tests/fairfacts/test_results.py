"""Measures of what was arranged in advance, and of the release hall."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, MINUTE, changed

from fairfacts.results import ReleasePublished, ReportReleased, ResultAnnounced, ResultSigned

BRIDGE = (0, "henan", "construction", 5_000, "USD")
RESORT = (1, "tourism", "tourism", 7_000, "CNY")


def test_results_are_announced_by_occasion_and_valued_in_their_currency():
    assert changed("results", ResultAnnounced(0, *BRIDGE), ResultAnnounced(0, *RESORT)) == {
        "announced": 2,
        "announced_by_occasion": {"henan": 1, "tourism": 1},
        "announced_value_usd": {"henan": 5_000},
        "announced_value_cny": {"tourism": 7_000},
    }


def test_results_are_signed_on_site_or_online():
    bridge = ResultSigned(9 * HOUR, *BRIDGE, "online", "", 0)
    resort = ResultSigned(11 * HOUR, *RESORT, "on_site", "room 1", MINUTE)
    assert changed("results", bridge, resort) == {
        "signed": 2,
        "signed_on_site": 1,
        "signed_online": 1,
        "signed_by_occasion": {"henan": 1, "tourism": 1},
        "signed_on_site_by_occasion": {"tourism": 1},
        "signed_value_usd": {"henan": 5_000},
        "signed_value_cny": {"tourism": 7_000},
        "signed_per_hour": {"online": {"9": 1}, "on_site": {"11": 1}},
    }


def test_organisation_that_releases_twice_is_one_that_releases():
    first = ReleasePublished(9 * HOUR, 0, 3, "CN", "health", "result")
    second = ReleasePublished(10 * HOUR, 1, 3, "CN", "health", "solution")
    assert changed("results", first, second) == {
        "releases": 2,
        "organisations_releasing": 1,
        "releases_by_kind": {"result": 1, "solution": 1},
        "released_per_hour": {"9": 1, "10": 1},
    }


def test_reports_are_counted_by_kind():
    assert changed("results", ReportReleased(9 * HOUR, 0, "ranking", "tourism")) == {
        "reports": 1,
        "reports_by_kind": {"ranking": 1},
        "released_per_hour": {"9": 1},
    }

"""Measures of what was arranged in advance, and of the release hall."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, MINUTE, changed

from fairfacts.parts.results import ReleasePublished, ReportReleased, ResultAnnounced, ResultSigned

BRIDGE = {"result": 0, "occasion": "henan", "sector": "construction", "value": 5_000, "currency": "USD"}
RESORT = {"result": 1, "occasion": "tourism", "sector": "tourism", "value": 7_000, "currency": "CNY"}


def test_results_are_announced_by_occasion_and_valued_in_their_currency():
    assert changed("results", ResultAnnounced(at_ms=0, **BRIDGE), ResultAnnounced(at_ms=0, **RESORT)) == {
        "announced": 2,
        "announced_by_occasion": {"henan": 1, "tourism": 1},
        "announced_value": {"USD": {"henan": 5_000}, "CNY": {"tourism": 7_000}},
    }


def test_results_are_signed_on_site_or_online():
    bridge = ResultSigned(at_ms=9 * HOUR, **BRIDGE, mode="online", place="", took_ms=0)
    resort = ResultSigned(at_ms=11 * HOUR, **RESORT, mode="on_site", place="room 1", took_ms=MINUTE)
    assert changed("results", bridge, resort) == {
        "signed": 2,
        "signed_on_site": 1,
        "signed_online": 1,
        "signed_by_occasion": {"henan": 1, "tourism": 1},
        "signed_on_site_by_occasion": {"tourism": 1},
        "signed_value": {"USD": {"henan": 5_000}, "CNY": {"tourism": 7_000}},
        "signed_per_hour": {"online": {"9": 1}, "on_site": {"11": 1}},
    }


def test_organisation_that_releases_twice_is_one_that_releases():
    first = ReleasePublished(at_ms=9 * HOUR, release=0, organisation=3, economy="CN", sector="health", kind="result")
    second = ReleasePublished(
        at_ms=10 * HOUR, release=1, organisation=3, economy="CN", sector="health", kind="solution"
    )
    assert changed("results", first, second) == {
        "releases": 2,
        "organisations_releasing": 1,
        "releases_by_kind": {"result": 1, "solution": 1},
        "released_per_hour": {"9": 1, "10": 1},
    }


def test_reports_are_counted_by_kind():
    assert changed("results", ReportReleased(at_ms=9 * HOUR, report=0, kind="ranking", sector="tourism")) == {
        "reports": 1,
        "reports_by_kind": {"ranking": 1},
        "released_per_hour": {"9": 1},
    }

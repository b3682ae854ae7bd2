"""Measures of streams and who watches them."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, MINUTE, changed

from fairfacts.parts.streams import StreamEnded, StreamStarted, ViewerJoined, ViewerLeft, ViewerRefused, ViewersStalled

ON_AIR = StreamStarted(at_ms=10 * HOUR, stream=5)
ANNA = ViewerJoined(at_ms=10 * HOUR, stream=5, viewer=0, organisation=9, economy="DE", channel="website")
BO = ViewerJoined(at_ms=10 * HOUR + MINUTE, stream=5, viewer=1, organisation=3, economy="CN", channel="website")
ANNA_LEAVES = ViewerLeft(at_ms=10 * HOUR + 30 * MINUTE, stream=5, viewer=0, watched_ms=30 * MINUTE, reason="left")
BO_LEAVES = ViewerLeft(at_ms=11 * HOUR, stream=5, viewer=1, watched_ms=59 * MINUTE, reason="left")
ANNA_RETURNS = ViewerJoined(at_ms=11 * HOUR, stream=5, viewer=2, organisation=9, economy="DE", channel="website")


def test_viewers_watch_a_stream_that_is_on_air():
    assert changed("streams", ON_AIR, ANNA, BO) == {
        "live": 1,
        "viewers": 2,
        "viewers_peak": 2,
        "views": 2,
        "views_by_stream": {"5": 2},
        "views_by_channel": {"website": 2},
        "viewers_by_stream": {"5": 2},
        "views_per_hour": {"10": 2},
    }


def test_viewer_who_returns_begins_another_view_and_the_peak_stays():
    assert changed("streams", ON_AIR, ANNA, BO, ANNA_LEAVES, BO_LEAVES, ANNA_RETURNS) == {
        "live": 1,
        "viewers": 1,
        "viewers_peak": 2,
        "views": 3,
        "watched_h": 1.5,
        "watched_mean_s": 2670.0,
        "views_by_stream": {"5": 3},
        "views_by_channel": {"website": 3},
        "viewers_by_stream": {"5": 1},
        "views_per_hour": {"10": 2, "11": 1},
    }


def test_stream_that_ended_is_off_the_air():
    assert changed("streams", ON_AIR, ANNA, ANNA_LEAVES, StreamEnded(at_ms=11 * HOUR, stream=5)) == {
        "ended": 1,
        "viewers_peak": 1,
        "views": 1,
        "watched_h": 0.5,
        "watched_mean_s": 1800.0,
        "views_by_stream": {"5": 1},
        "views_by_channel": {"website": 1},
        "views_per_hour": {"10": 1},
    }


def test_public_watches_and_is_told_apart():
    public = ViewerJoined(at_ms=10 * HOUR, stream=5, viewer=1, organisation=None, economy="CN", channel="app")
    measures = changed("streams", ON_AIR, ANNA, public)
    assert (measures["views"], measures["views_public"]) == (2, 1)
    assert measures["views_by_channel"] == {"website": 1, "app": 1}


def test_views_that_are_refused_break_off_or_stall_are_counted():
    refused = ViewerRefused(
        at_ms=10 * HOUR, stream=5, organisation=3, economy="CN", channel="app", reason="full", returns=True
    )
    for_good = ViewerRefused(
        at_ms=10 * HOUR, stream=5, organisation=None, economy="CN", channel="app", reason="failed", returns=False
    )
    dropped = ViewerLeft(at_ms=10 * HOUR + MINUTE, stream=5, viewer=0, watched_ms=MINUTE, reason="dropped")
    stalled = ViewerLeft(at_ms=10 * HOUR + 2 * MINUTE, stream=5, viewer=1, watched_ms=MINUTE, reason="stalled")
    measures = changed(
        "streams",
        ON_AIR,
        ANNA,
        refused,
        for_good,
        BO,
        dropped,
        ViewersStalled(at_ms=10 * HOUR + 2 * MINUTE, stalled=1, left=1),
        stalled,
    )
    names = ("refused", "given_up", "broken_off", "stalled_min", "left_stalled", "refused_per_hour")
    assert [measures[name] for name in names] == [2, 1, 1, 1, 1, {"10": 2}]

"""Measures of streams and who watches them."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, MINUTE, changed

from fairfacts.streams import StreamEnded, StreamStarted, ViewerJoined, ViewerLeft, ViewerRefused, ViewersStalled

ON_AIR = StreamStarted(10 * HOUR, 5)
ANNA = ViewerJoined(10 * HOUR, 5, 0, 9, "DE", "website")
BO = ViewerJoined(10 * HOUR + MINUTE, 5, 1, 3, "CN", "website")
ANNA_LEAVES = ViewerLeft(10 * HOUR + 30 * MINUTE, 5, 0, 30 * MINUTE, "left")
BO_LEAVES = ViewerLeft(11 * HOUR, 5, 1, 59 * MINUTE, "left")
ANNA_RETURNS = ViewerJoined(11 * HOUR, 5, 2, 9, "DE", "website")


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
    assert changed("streams", ON_AIR, ANNA, ANNA_LEAVES, StreamEnded(11 * HOUR, 5)) == {
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
    public = ViewerJoined(10 * HOUR, 5, 1, None, "CN", "app")
    measures = changed("streams", ON_AIR, ANNA, public)
    assert (measures["views"], measures["views_public"]) == (2, 1)
    assert measures["views_by_channel"] == {"website": 1, "app": 1}


def test_views_that_are_refused_break_off_or_stall_are_counted():
    refused = ViewerRefused(10 * HOUR, 5, 3, "CN", "app", "full", True)
    for_good = ViewerRefused(10 * HOUR, 5, None, "CN", "app", "failed", False)
    dropped = ViewerLeft(10 * HOUR + MINUTE, 5, 0, MINUTE, "dropped")
    stalled = ViewerLeft(10 * HOUR + 2 * MINUTE, 5, 1, MINUTE, "stalled")
    measures = changed(
        "streams", ON_AIR, ANNA, refused, for_good, BO, dropped, ViewersStalled(10 * HOUR + 2 * MINUTE, 1, 1), stalled
    )
    names = ("refused", "given_up", "broken_off", "stalled_min", "left_stalled", "refused_per_hour")
    assert [measures[name] for name in names] == [2, 1, 1, 1, 1, {"10": 2}]

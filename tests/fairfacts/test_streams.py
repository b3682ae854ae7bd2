"""Measures of streams and who watches them."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, MINUTE, changed

from fairfacts.streams import StreamEnded, StreamStarted, ViewerJoined, ViewerLeft

ON_AIR = StreamStarted(10 * HOUR, 5)
ANNA = ViewerJoined(10 * HOUR, 5, 0, 9, "DE")
BO = ViewerJoined(10 * HOUR + MINUTE, 5, 1, 3, "CN")
ANNA_LEAVES = ViewerLeft(10 * HOUR + 30 * MINUTE, 5, 0, 30 * MINUTE)
BO_LEAVES = ViewerLeft(11 * HOUR, 5, 1, 59 * MINUTE)
ANNA_RETURNS = ViewerJoined(11 * HOUR, 5, 2, 9, "DE")


def test_viewers_watch_a_stream_that_is_on_air():
    assert changed("streams", ON_AIR, ANNA, BO) == {
        "live": 1,
        "viewers": 2,
        "viewers_peak": 2,
        "views": 2,
        "views_by_stream": {"5": 2},
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
        "views_per_hour": {"10": 1},
    }

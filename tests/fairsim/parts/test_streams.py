"""Streams: whole logs of small stories."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fairsim.stage import HOTEL, HOUR, MINUTE, SHIPPER, Stage

from fairfacts.parts.streams import StreamEnded, StreamStarted, ViewerJoined, ViewerLeft, ViewerRefused

TEN = 10 * HOUR


def on_air(stage: Stage, *, session: int = 5, length_ms: int = HOUR) -> None:
    stage.at(TEN, lambda: stage.parts.streams.start(session, length_ms))
    stage.at(TEN + length_ms, lambda: stage.parts.streams.end(session))


def test_viewer_drops_in_and_leaves():
    stage = Stage()
    on_air(stage)
    stage.look_in(TEN + MINUTE, HOTEL, 8 * MINUTE)
    assert stage.play(TEN + 2 * HOUR) == [
        StreamStarted(at_ms=TEN, stream=5),
        ViewerJoined(at_ms=TEN + MINUTE, stream=5, viewer=0, organisation=HOTEL, economy="CN", channel="website"),
        ViewerLeft(at_ms=TEN + 9 * MINUTE, stream=5, viewer=0, watched_ms=8 * MINUTE, reason="left"),
        StreamEnded(at_ms=TEN + HOUR, stream=5),
    ]


def test_end_of_the_stream_ends_all_views():
    stage = Stage()
    on_air(stage)
    stage.look_in(TEN + MINUTE, HOTEL, 2 * HOUR)
    stage.look_in(TEN + 2 * MINUTE, SHIPPER, 2 * HOUR)
    assert stage.play(TEN + 4 * HOUR) == [
        StreamStarted(at_ms=TEN, stream=5),
        ViewerJoined(at_ms=TEN + MINUTE, stream=5, viewer=0, organisation=HOTEL, economy="CN", channel="website"),
        ViewerJoined(at_ms=TEN + 2 * MINUTE, stream=5, viewer=1, organisation=SHIPPER, economy="US", channel="website"),
        ViewerLeft(at_ms=TEN + HOUR, stream=5, viewer=0, watched_ms=59 * MINUTE, reason="ended"),
        ViewerLeft(at_ms=TEN + HOUR, stream=5, viewer=1, watched_ms=58 * MINUTE, reason="ended"),
        StreamEnded(at_ms=TEN + HOUR, stream=5),
    ]


def test_nobody_drops_in_when_nothing_is_on_air():
    stage = Stage()
    on_air(stage)
    stage.look_in(TEN + 2 * HOUR, HOTEL, MINUTE)
    assert stage.play(TEN + 3 * HOUR) == [StreamStarted(at_ms=TEN, stream=5), StreamEnded(at_ms=TEN + HOUR, stream=5)]


def test_visitor_picks_one_of_the_streams_on_air():
    stage = Stage()
    on_air(stage, session=5)
    on_air(stage, session=6)
    stage.look_in(TEN + MINUTE, HOTEL, HOUR, 0.49)
    stage.look_in(TEN + MINUTE, SHIPPER, HOUR, 0.51)
    assert stage.play(TEN + 2 * MINUTE) == [
        StreamStarted(at_ms=TEN, stream=5),
        StreamStarted(at_ms=TEN, stream=6),
        ViewerJoined(at_ms=TEN + MINUTE, stream=5, viewer=0, organisation=HOTEL, economy="CN", channel="website"),
        ViewerJoined(at_ms=TEN + MINUTE, stream=6, viewer=1, organisation=SHIPPER, economy="US", channel="website"),
    ]


def seen(stage: Stage) -> list[tuple[str, int, int]]:
    """Return who joined and left when; who it is that watches is drawn."""
    return [
        (type(event).__name__, event.at_ms, event.viewer)
        for event in stage.log
        if isinstance(event, ViewerJoined | ViewerLeft)
    ]


def test_audience_joins_at_the_begin_and_stays_its_share_of_the_length():
    stage = Stage(streams={"audience_mean": 2.0, "stay_median_share": 0.5})
    on_air(stage)
    stage.play(TEN + 2 * HOUR)
    assert seen(stage) == [
        ("ViewerJoined", TEN, 0),
        ("ViewerJoined", TEN, 1),
        ("ViewerLeft", TEN + 30 * MINUTE, 0),
        ("ViewerLeft", TEN + 30 * MINUTE, 1),
    ]


def test_viewer_who_returns_begins_another_view():
    stage = Stage(streams={"audience_mean": 1.0, "stay_median_share": 0.25, "return_share": 1.0})
    on_air(stage)
    stage.play(TEN + 2 * HOUR)
    assert seen(stage) == [
        ("ViewerJoined", TEN, 0),
        ("ViewerLeft", TEN + 15 * MINUTE, 0),
        ("ViewerJoined", TEN + 15 * MINUTE + 1, 1),
        ("ViewerLeft", TEN + 30 * MINUTE + 1, 1),
    ]


def test_nobody_returns_after_the_end():
    stage = Stage(streams={"audience_mean": 1.0, "stay_median_share": 0.75, "return_share": 1.0})
    on_air(stage)
    stage.play(TEN + 3 * HOUR)
    assert seen(stage) == [
        ("ViewerJoined", TEN, 0),
        ("ViewerLeft", TEN + 45 * MINUTE, 0),
        ("ViewerJoined", TEN + 45 * MINUTE + 1, 1),
        ("ViewerLeft", TEN + HOUR, 1),
    ]


@pytest.mark.parametrize(("share", "most"), [(0.85, 8), (1.0, 3), (0.0, 4), (0.85, 0)])
def test_who_is_refused_comes_again_as_drawn_one_by_one_or_together(share: float, most: int):
    platform = Stage(
        platform={"again_share": share, "again_max": most, "again_mean_s": 40.0, "again_growth": 1.5}
    ).parts.platform
    keys = np.arange(500) + 7 * (1 << 24)
    together = platform.all_again_after_ms(keys)
    assert len(together) == most + 1
    for attempt in range(1, most + 1):
        assert list(together[attempt]) == [platform.again_after_ms(key, attempt) for key in keys.tolist()]
    assert [platform.again_after_ms(key, most + 1) for key in keys.tolist()] == [0] * 500


def test_refused_audience_tries_by_the_parameters_of_now():
    tries = {"viewers": 1, "again_mean_s": 60.0, "again_max": 100}
    stage = Stage(streams={"audience_mean": 2.0, "stay_median_share": 1.0}, platform=tries)
    on_air(stage)

    def nobody_tries_again() -> None:
        stage.change(streams={"audience_mean": 2.0, "stay_median_share": 1.0}, platform=tries | {"again_max": 0})

    stage.at(TEN + 30 * MINUTE, nobody_tries_again)
    log = [event for event in stage.play(TEN + 2 * HOUR) if type(event) is ViewerRefused]
    before = [event for event in log if event.at_ms < TEN + 30 * MINUTE]
    assert [event.returns for event in log] == [True] * len(before) + [False]
    assert len(before) > 5

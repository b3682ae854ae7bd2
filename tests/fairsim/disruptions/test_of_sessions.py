"""Disruptions of sessions and their streams in whole fairs, and of a fair that has none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fairfacts.auditor import audit
from fairfacts.clock import HOUR_MS
from fairfacts.errors import ScenarioError
from fairfacts.event import Event
from fairfacts.parts.disruptions import (
    AnyDisruption,
    Demand,
    EntryCap,
    LanesClosed,
    SessionCancellation,
    SessionDelay,
    StreamFailure,
)
from fairfacts.parts.streams import ViewerJoined, ViewerRefused
from fairsim.fair import Fair
from fairsim.inputs.scenario import load_scenario
from fairsim.inputs.sketch.asked import Sketch
from fairsim.inputs.sketch.sketch import write_fair


def injected(at_ms: int, what: AnyDisruption, seed: int, scale: float) -> list[Event]:
    fair = Fair(load_scenario("ciftis2020", scale=scale), seed)
    fair.play_until(at_ms)
    fair.inject(what)
    fair.play_until(fair.duration_ms)
    return fair.take_events()


def test_stream_that_fails_before_it_starts_takes_no_viewer_until_it_is_mended():
    log = injected(217_020_000, StreamFailure(session=10, lasts_min=1000), 47, 0.005)
    of_stream = [event for event in log if isinstance(event, ViewerJoined | ViewerRefused) and event.stream == 10]
    assert {(type(event), getattr(event, "reason", "")) for event in of_stream} == {(ViewerRefused, "failed")}
    assert audit(log) == []


@pytest.mark.parametrize(
    ("at_ms", "what"),
    [(80_280_000, SessionCancellation(session=81)), (34_980_000, SessionDelay(session=5, by_min=240))],
)
def test_results_may_be_signed_online_though_a_session_online_was_changed(at_ms: int, what: AnyDisruption):
    assert audit(injected(at_ms, what, 55, 0.002)) == []


def test_session_is_not_delayed_beyond_the_close_of_the_fair():
    fair = Fair(load_scenario("ciftis2020", scale=0.002), 2)
    fair.play_until(13 * HOUR_MS)
    with pytest.raises(
        ScenarioError, match="session 68 would end after the fair has closed; delay it by less than 1000"
    ):
        fair.inject(SessionDelay(session=68, by_min=1000))
    fair.play_until(fair.duration_ms)
    assert audit(fair.take_events()) == []


def test_fair_without_a_programme_can_be_disrupted(tmp_path: Path):
    write_fair(tmp_path / "mine", Sketch(date(2027, 3, 12), 2, "UTC", "US", 40, 13, 100, 0))
    fair = Fair(load_scenario(str(tmp_path / "mine")), 1)
    fair.play_until(12 * HOUR_MS)
    for what in (
        EntryCap(people=10, lasts_min=60),
        Demand(factor=2, lasts_min=60),
        LanesClosed(gate=0, lanes=1, lasts_min=60),
    ):
        fair.inject(what)
    with pytest.raises(ScenarioError, match="there is no session 0; the programme has none"):
        fair.inject(StreamFailure(session=0, lasts_min=10))
    fair.play_until(fair.duration_ms)
    assert audit(fair.take_events()) == []

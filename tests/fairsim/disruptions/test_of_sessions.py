"""Disruptions of sessions and their streams in whole fairs: what was impossible before, and was played."""

from __future__ import annotations

import pytest

from fairfacts.auditor import audit
from fairfacts.clock import HOUR_MS
from fairfacts.errors import ScenarioError
from fairfacts.event import Event
from fairfacts.parts.disruptions import AnyDisruption, SessionCancellation, SessionDelay, StreamFailure
from fairfacts.parts.streams import ViewerJoined, ViewerRefused
from fairsim.fair import Fair
from fairsim.inputs.scenario import load_scenario


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
    with pytest.raises(ScenarioError, match="session 68 would be on when the fair closes; delay it by less than 1000"):
        fair.inject(SessionDelay(session=68, by_min=1000))
    fair.play_until(fair.duration_ms)
    assert audit(fair.take_events()) == []

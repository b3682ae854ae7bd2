"""A small fair in which much goes wrong, and a backend that has all of it."""

from __future__ import annotations

import httpx
import pytest
from tests.cloudfair.api.resources.asking import BUSY_MS, MORNING_MS
from tests.cloudfair.example import begin, send_all

from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairfacts.parts.disruptions import (
    EntryCap,
    LanesClosed,
    PlatformOutage,
    SessionCancellation,
    SessionDelay,
    SessionMove,
    StreamFailure,
)
from fairsim.fair import Fair
from fairsim.inputs.scenario import load_scenario

SCALE = 0.01
INJECTED = (
    (MORNING_MS - 24 * HOUR_MS, SessionCancellation(session=11)),
    (MORNING_MS, SessionMove(session=5, room="room 11")),
    (MORNING_MS + 1, SessionDelay(session=24, by_min=15)),
    (BUSY_MS - 1_800_000, EntryCap(people=12_000, lasts_min=20)),
    (BUSY_MS - 1_800_000, LanesClosed(gate=0, lanes=1, lasts_min=45)),
    (BUSY_MS - 600_000, PlatformOutage(capacity_share=0.3, lasts_min=30)),
    (BUSY_MS - 300_000, StreamFailure(session=52, lasts_min=10)),
)
"""What is done to the fair, and when."""


@pytest.fixture(scope="session")
def log() -> list[Event]:
    """A hundredth of the fair, with much that goes wrong: the platform on the first evening, then what is injected."""
    fair = Fair(load_scenario("opening-night", scale=SCALE), seed=7)
    for at_ms, disruption in INJECTED:
        fair.play_until(at_ms)
        fair.inject(disruption)
    fair.play_until(6 * 24 * HOUR_MS)
    return fair.take_events()


@pytest.fixture(scope="session")
def web(url: str) -> httpx.Client:
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def played(web: httpx.Client, log: list[Event]) -> str:
    """A run with the whole of it."""
    run = begin(web, log)
    send_all(web, run, log, size=5_000)
    return run

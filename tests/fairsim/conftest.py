from __future__ import annotations

from pathlib import Path

import pytest
from tests.fairsim.runs import log_of

from fairfacts.event import Event
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario


@pytest.fixture(scope="session")
def log() -> list[Event]:
    """A fair of a fiftieth of the documented size."""
    return log_of(scale=0.02)


@pytest.fixture(scope="session")
def small_log() -> list[Event]:
    """A fair of a two-hundredth of the documented size: enough to break most laws in."""
    return log_of(scale=0.005)


@pytest.fixture(scope="session")
def disrupted() -> list[Event]:
    """A fair in which everything goes wrong that can."""
    return _disrupted(0.02)


@pytest.fixture(scope="session")
def small_disrupted() -> list[Event]:
    """The same at a quarter of the scale."""
    return _disrupted(0.005)


def _disrupted(scale: float) -> list[Event]:
    scenario = load_scenario(str(Path(__file__).parent / "disrupted.toml"), scale=scale)
    return [event for _, events in play(scenario, 7) for event in events]


@pytest.fixture(scope="session")
def booked() -> list[Event]:
    """A fair with timed entry, with too few slots and too few tickets."""
    return log_of("venue.timed_entry=1", "venue.cap=5000", "badges.public.tickets=20000", "fair.days=2", scale=0.01)


@pytest.fixture(scope="session")
def large_log() -> list[Event]:
    """A fair of a tenth of the documented size, for statistics."""
    return log_of(scale=0.1)

from __future__ import annotations

import pytest
from tests.fairsim.runs import log_of

from fairfacts.event import Event


@pytest.fixture(scope="session")
def log() -> list[Event]:
    """A fair of a fiftieth of the documented size."""
    return log_of(scale=0.02)


@pytest.fixture(scope="session")
def large_log() -> list[Event]:
    """A fair of a tenth of the documented size, for statistics."""
    return log_of(scale=0.1)

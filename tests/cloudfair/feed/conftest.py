"""A clock that tests of the feed move by hand."""

from __future__ import annotations

import pytest
from tests.cloudfair.feed.clock import Clock

from cloudfair.feed import feed, feeds, inbox, playback, watcher

MODULES = (feed, feeds, inbox, playback, watcher)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in MODULES:
        monkeypatch.setattr(module, "time", clock)
    return clock

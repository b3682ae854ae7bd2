"""A clock that tests of the feed move by hand, and runs in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.cloudfair.feed.clock import Clock

from cloudfair.feed import feed, feeds, inbox, playback, watcher
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.store.log import Log

MODULES = (feed, feeds, inbox, playback, watcher)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in MODULES:
        monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
async def runs(tmp_path: Path) -> AsyncIterator[LiveRuns]:
    log = Log.open(str(tmp_path / "fair.db"))
    runs = LiveRuns(log)
    yield runs
    runs.close()
    log.close()

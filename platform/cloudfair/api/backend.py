"""The parts of a running backend, joined in one place and passed to the routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from cloudfair.api.launcher import Launcher
from cloudfair.background import Readiness
from cloudfair.export.archive import Archive
from cloudfair.feed.feeds import Feeds
from cloudfair.http.metrics import Metrics
from cloudfair.pools import Pools, Slots
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.projections.point_in_time import PointsInTime
from cloudfair.projections.read_model.model import ReadModels
from cloudfair.settings import Settings
from cloudfair.store.log import Log


@dataclass(frozen=True)
class Backend:
    """What the routes work on."""

    settings: Settings
    log: Log
    runs: LiveRuns
    points_in_time: PointsInTime
    feeds: Feeds
    archive: Archive
    pools: Pools
    queries: Slots
    read_models: ReadModels
    metrics: Metrics
    readiness: Readiness
    launcher: Launcher | None
    """Plays the runs that are started here; None where nobody does."""


async def backend(connection: HTTPConnection) -> Backend:
    """Return the backend that the connection came to."""
    here: Backend = connection.app.state.backend
    return here


Here = Annotated[Backend, Depends(backend)]

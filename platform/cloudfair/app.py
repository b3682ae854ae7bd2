"""The app: every route of the backend over one log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, WebSocket
from fastapi.routing import iter_route_contexts
from starlette.responses import Response
from starlette.routing import BaseRoute

from cloudfair.api import (
    analysis,
    branch,
    cloudevents_in,
    commands,
    compare_runs,
    event_stream,
    evidence,
    forecast,
    health,
    intake,
    outlook,
    player,
    runs,
    start,
    timetables,
    watch,
)
from cloudfair.api.auth import SCOPE_OF, reader
from cloudfair.api.backend import Backend
from cloudfair.api.launcher import Launcher
from cloudfair.api.resources import services
from cloudfair.background import Readiness, releasing, restarted
from cloudfair.errors import UnknownError
from cloudfair.export.archive import Archive, parquet_folder
from cloudfair.export.nats import Publisher
from cloudfair.export.nats_servers import Servers
from cloudfair.feed.feeds import Feeds
from cloudfair.http.described import DescribedApp, operation_name
from cloudfair.http.guard import Guard
from cloudfair.http.limits import Limits
from cloudfair.http.metrics import Metrics, Observer
from cloudfair.http.page import PageRoute
from cloudfair.http.parameters import all_read
from cloudfair.http.problems import PROBLEM_ANSWER, answer_with_problems, problem
from cloudfair.http.reference import get_reference
from cloudfair.http.run_metrics import RunMetrics
from cloudfair.pools import Pools, Slots
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.projections.point_in_time import PointsInTime
from cloudfair.projections.read_model.model import ReadModels
from cloudfair.release import release
from cloudfair.settings import Settings
from cloudfair.store.log import Log
from fairfacts.struct_types import prepare_types

WEB = Path(__file__).parent / "web"
"""The page, built from platform/web."""

GUARDED_ROUTES = (
    intake,
    player,
    cloudevents_in,
    runs,
    forecast,
    outlook,
    evidence,
    start,
    branch,
    commands,
    services,
    timetables,
    analysis,
    compare_runs,
    watch,
    event_stream,
)
"""The modules whose routes need at least the right to read."""

MOST_WAITING_QUERIES = 16
CLOSE_S = 5.0
"""How long background tasks may take to end."""


def create_app(settings: Settings, launcher: Launcher | None = None) -> FastAPI:
    """Return an app over the log in the settings' database, which it closes at its shutdown.

    The launcher plays the runs that are started over the API; the app closes it as well.

    Raises:
        BackendError: the database cannot be opened or written, the URL of NATS is none, or an optional package that
            the settings need is not installed.
    """
    nats = None if settings.nats is None else Servers(settings.nats)  # first: nothing has begun where it is none
    prepare_types()
    log = Log.open(settings.database)
    archive = Archive(log, parquet_folder(settings.database, settings.parquet))
    pools = Pools()
    live_runs = LiveRuns(log, pools.past.executor)
    read_models = ReadModels(log.segments, services.SECTIONS, pools.past.executor)
    observed = Metrics(release(), RunMetrics(log, live_runs))
    points = PointsInTime(log)
    feeds = Feeds(points, pools.feeds)
    publisher = Publisher(nats, log, live_runs, observed.published) if nats else None

    def release_idle() -> None:
        feeds.drop_idle()
        live_runs.release_idle()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(restarted("the follower of the log", live_runs.follow))]
        tasks.append(asyncio.create_task(restarted("releasing what is idle", lambda: releasing(release_idle))))
        if publisher:
            tasks.append(asyncio.create_task(restarted("the publisher", publisher.run)))
        yield
        if publisher:
            publisher.stop()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=CLOSE_S)
        if launcher:
            await asyncio.to_thread(launcher.close)
        pools.close()
        live_runs.close()
        log.close()

    app = DescribedApp(
        SCOPE_OF,
        title="cloudfair",
        summary="Logs, live measures and feeds of fair runs",
        version=release(),
        lifespan=lifespan,
    )
    app.state.settings, app.state.readiness = settings, Readiness()
    app.state.backend = Backend(
        settings=settings,
        log=log,
        runs=live_runs,
        points_in_time=points,
        feeds=feeds,
        archive=archive,
        pools=pools,
        queries=Slots("queries", settings.queries, MOST_WAITING_QUERIES, settings.query_time_s),
        read_models=read_models,
        metrics=observed,
        readiness=app.state.readiness,
        launcher=launcher,
    )
    app.add_middleware(Limits, settings=settings)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(Observer, metrics=observed)
    answer_with_problems(app)
    _add_routes(app)
    return app


def _add_routes(app: FastAPI) -> None:
    app.router.routes.extend(API)
    app.add_route("/docs", get_reference, include_in_schema=False)
    if (WEB / "index.html").is_file():
        app.router.routes.append(PageRoute(WEB))
    else:
        app.add_api_route("/", explain_page, include_in_schema=False)


async def refuse_socket(socket: WebSocket) -> None:
    """Refuse a WebSocket on any other path; the handler of the page's files would fail on it."""
    raise UnknownError(f"{socket.url.path} is no WebSocket of this backend; /asyncapi.json lists them")


async def explain_page() -> Response:
    """Answer how to get the page if it was not built."""
    return problem(404, "the page is not built here: run `python hatch_build.py`, then start the backend again")


def _api() -> list[BaseRoute]:
    """Return the routes of the API, all of them built, for every app of this process.

    FastAPI builds a route for each app, when a request first looks at it. Two threads may be at that at the same time,
    and pydantic does not build the same types for both.
    """
    api = APIRouter(responses={"default": PROBLEM_ANSWER}, generate_unique_id_function=operation_name)
    api.include_router(health.router)
    for module in GUARDED_ROUTES:
        api.include_router(module.router, dependencies=[Depends(reader), Depends(all_read)])
    api.add_api_websocket_route("/{path:path}", refuse_socket)
    list(iter_route_contexts(api.routes))  # builds each
    return api.routes


API = _api()

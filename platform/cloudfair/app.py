"""The app: every route of the backend over one log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from fastapi import Depends, FastAPI, WebSocket
from pydantic import BaseModel
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from cloudfair import (
    against,
    analysis,
    asyncapi,
    evidence,
    forecast,
    intake,
    metrics,
    producers,
    runs,
    starting,
    steering,
    tap,
    timetables,
    watcher,
)
from cloudfair.backend import Backend, Here, reader
from cloudfair.examples import add_examples
from cloudfair.feed import Feeds
from cloudfair.limits import Limits
from cloudfair.live import LiveRuns
from cloudfair.log import Log
from cloudfair.metrics import Metrics, Observer
from cloudfair.moments import Moments
from cloudfair.outlet import Outlet
from cloudfair.pair import Pairs
from cloudfair.parquet import Archive, parquet_folder
from cloudfair.problems import PROBLEM_ANSWER, UnknownError, problem, tell_problems
from cloudfair.reading import services
from cloudfair.reading.directory import Directories
from cloudfair.runs import json_answer
from cloudfair.settings import Settings
from cloudfair.starting import Launcher
from fairfacts.figures import load_figures

WEB = Path(__file__).parent / "web"
"""The dashboard, as it is built from platform/web."""


PARTS = (
    intake,
    producers,
    runs,
    forecast,
    evidence,
    starting,
    steering,
    services,
    timetables,
    analysis,
    watcher,
    against,
    tap,
)
"""The modules that have routes."""


CLOSE_S = 5.0
"""How long what runs beside the requests may take to end."""


class Health(BaseModel):
    """That the backend serves, and from which log."""

    status: Literal["ok"] = "ok"
    service: Literal["cloudfair"] = "cloudfair"
    version: str
    database: str
    """Its URL: the password masked, a file by its absolute path."""


class _Described(FastAPI):
    """An app whose OpenAPI document has examples."""

    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        is_new = self.openapi_schema is None
        document = super().openapi()
        if is_new:
            add_examples(document)
        return document


def create_app(settings: Settings, launcher: Launcher | None = None) -> FastAPI:
    """Return an app over the log in the settings' database, which it closes when it is shut down.

    Runs that are started over the API are played by the launcher, which is closed as well.

    Raises:
        BackendError: the database cannot be opened or written, or what is asked for is not installed.
        FigureError: the shipped figures cannot be read.
    """
    figures = load_figures()
    log = Log.open(settings.database)
    archive = Archive(log, parquet_folder(settings.database, settings.parquet))
    live_runs = LiveRuns(log)
    directories, observed = Directories(log, services.PARTS), Metrics(log, live_runs, release())
    outlet = Outlet(settings.nats, log, live_runs, observed) if settings.nats else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(live_runs.follow())]
        if outlet:
            tasks.append(asyncio.create_task(outlet.run()))
        yield
        if outlet:
            outlet.stop()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=CLOSE_S)
        if launcher:
            await asyncio.to_thread(launcher.close)
        live_runs.close()
        log.close()

    app = _Described(
        title="cloudfair",
        summary="Logs, live measures and feeds of fair runs",
        version=release(),
        lifespan=lifespan,
        responses={"default": PROBLEM_ANSWER},
    )
    moments = Moments(log)
    app.state.backend = Backend(
        settings=settings,
        log=log,
        runs=live_runs,
        moments=moments,
        feeds=Feeds(moments),
        figures=figures,
        archive=archive,
        queries=asyncio.Semaphore(settings.queries),
        directories=directories,
        pairs=Pairs(moments),
        metrics=observed,
        launcher=launcher,
    )
    app.add_middleware(Limits, settings=settings)
    app.add_middleware(Observer, metrics=observed)
    tell_problems(app)
    app.add_api_route("/health", health, tags=["health"])
    app.add_api_route("/asyncapi.json", async_description, tags=["health"])
    may_read = [Depends(reader)]
    app.add_api_route("/metrics", get_metrics, tags=["health"], response_class=PlainTextResponse, dependencies=may_read)
    for part in PARTS:
        app.include_router(part.router, dependencies=may_read)
    app.add_api_websocket_route("/{path:path}", no_feed)
    if (WEB / "index.html").is_file():
        app.mount("/", StaticFiles(directory=WEB, html=True))
    else:
        app.add_api_route("/", no_dashboard, include_in_schema=False)
    return app


async def health(here: Here) -> Health:
    """Tell that the backend serves, and from which log."""
    return Health(version=release(), database=here.log.name)


async def async_description() -> Response:
    """Return the AsyncAPI document of the WebSockets."""
    return json_answer(asyncapi.document(release()))


async def get_metrics(here: Here) -> Response:
    """Return the metrics of the backend in Prometheus' text format."""
    return Response(await asyncio.to_thread(here.metrics.text), media_type=metrics.MEDIA_TYPE)


async def no_feed(socket: WebSocket) -> None:
    """Refuse a WebSocket on any other path; the dashboard's files would fail on it."""
    raise UnknownError(f"{socket.url.path} is no WebSocket of this backend; /asyncapi.json lists them")


async def no_dashboard() -> Response:
    """Tell how to get the dashboard where it was not built."""
    return problem(404, "the dashboard is not built here: run `python hatch_build.py`, then start the backend again")


def release() -> str:
    """Return the release of the package; `unknown` when it runs from a checkout that was never installed."""
    try:
        return version("cloudfair")
    except PackageNotFoundError:
        return "unknown"

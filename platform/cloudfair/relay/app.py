"""The app of a relay: live feeds of runs, liveness, readiness and metrics; a backend has everything else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal

from fastapi import APIRouter, Depends, FastAPI, WebSocket
from pydantic import BaseModel
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from cloudfair.api.auth import reader, same_origin, subprotocol
from cloudfair.api.socket import SocketConnection
from cloudfair.background import Readiness, releasing, restarted
from cloudfair.errors import BusyError, ElsewhereError
from cloudfair.export.nats_servers import Servers
from cloudfair.feed.watcher import Watcher
from cloudfair.http import metrics, serving
from cloudfair.http.guard import Guard
from cloudfair.http.limits import Limits
from cloudfair.http.metrics import Metrics, Observer
from cloudfair.http.problems import answer_with_problems
from cloudfair.relay.subscriber import Subscriber
from cloudfair.release import release
from cloudfair.settings import Settings
from fairfacts.struct_types import prepare_types

CLOSE_S = 5.0
"""How long background tasks may take to end."""

router = APIRouter()


class Health(BaseModel):
    """The relay serves."""

    status: Literal["ok"] = "ok"
    service: Literal["cloudfair relay"] = "cloudfair relay"
    version: str


class Ready(BaseModel):
    """The relay takes watchers, and frames come in."""

    status: Literal["ready"] = "ready"


def serve_relay(settings: Settings, nats: str, backend: str, on_ready: Callable[[str], None]) -> None:
    """Serve live feeds until SIGTERM or SIGINT, then return; `on_ready` is called with the URL of the relay.

    `nats` is the URL of a server to whose JetStream a backend publishes, `backend` the URL of one that has the rest.

    Raises:
        BackendError: the port is in use, `nats` is no URL of one, or the client of NATS is missing.
    """
    serving.serve(lambda: create_relay(settings, nats, backend), settings, on_ready)


def create_relay(settings: Settings, nats: str, backend: str) -> FastAPI:
    """Return the app of a relay; of the settings it reads the tokens and the limits.

    Raises:
        BackendError: `nats` is no URL of a server, or the client of NATS is missing.
    """
    prepare_types()
    subscriber, observed = Subscriber(Servers(nats), backend), Metrics(release())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(restarted("the subscriber", subscriber.run)),
            asyncio.create_task(releasing(subscriber.drop_idle)),
        ]
        yield
        subscriber.stop()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=CLOSE_S)

    app = FastAPI(title="cloudfair relay", version=release(), lifespan=lifespan, docs_url=None, openapi_url=None)
    app.state.settings, app.state.readiness = settings, Readiness()
    app.state.subscriber, app.state.metrics, app.state.backend_url = subscriber, observed, backend
    app.add_middleware(Limits, settings=settings)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(Observer, metrics=observed)
    answer_with_problems(app)
    app.include_router(router)
    app.router.default = refuse
    return app


@router.websocket("/runs/{run}/live", dependencies=[Depends(same_origin), Depends(reader)])
async def watch(socket: WebSocket, run: str) -> None:
    """Stream the measures of a run; `cloudfair.feed.messages` describes the protocol."""
    state = socket.app.state
    feed = await state.subscriber.feed(run)
    await socket.accept(subprotocol(socket))
    await Watcher(SocketConnection(socket), feed, state.metrics.frames.observe).serve()


@router.get("/health")
async def health() -> Health:
    """Return that the relay serves."""
    return Health(version=release())


@router.get("/ready")
async def readiness(connection: HTTPConnection) -> Ready:
    """Return whether a load balancer may send watchers here; 503 if not, with the reason."""
    if connection.app.state.readiness.is_draining:
        raise BusyError("the relay stops soon; send watchers to another", retry_s=30)
    connection.app.state.subscriber.check()
    return Ready()


@router.get("/metrics", response_class=PlainTextResponse, dependencies=[Depends(reader)])
async def get_metrics(connection: HTTPConnection) -> Response:
    """Return the metrics of the relay in Prometheus' text format."""
    return Response(connection.app.state.metrics.text(), media_type=metrics.MEDIA_TYPE)


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse whatever only a backend has."""
    del receive, send
    path, backend = scope["path"], scope["app"].state.backend_url
    raise ElsewhereError(f"{path} is not a relay's, which has live feeds of runs alone; ask {backend}", backend=backend)

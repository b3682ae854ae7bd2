"""The state of the backend itself: whether it serves, its metrics, and the description of its WebSockets."""

from __future__ import annotations

import asyncio
from typing import Literal

from fastapi import APIRouter, Depends, Request
from starlette.responses import PlainTextResponse, Response

from cloudfair.api import asyncapi, auth
from cloudfair.api.auth import reader
from cloudfair.api.backend import Here
from cloudfair.errors import BusyError
from cloudfair.http import metrics
from cloudfair.http.responses import Described, json_answer
from cloudfair.release import release

router = APIRouter(tags=["health"])
CHECK_S = 2.0
"""How long the database may take to answer for readiness."""


class Health(Described):
    """The backend serves; whoever may see it is told from which log."""

    status: Literal["ok"] = "ok"
    service: Literal["cloudfair"] = "cloudfair"
    version: str
    database: str | None
    """The database's URL: its password is masked, a file has its absolute path. Null where a token is set, for requests
    that bear none."""


@router.get("/health")
async def health(connection: Request, here: Here) -> Health:
    """Return that the backend serves, and from which log."""
    is_trusted = auth.is_trusted(connection, here.settings)
    return Health(version=release(), database=here.log.name if is_trusted else None)


class Ready(Described):
    """The backend takes requests."""

    status: Literal["ready"] = "ready"


@router.get("/ready")
async def readiness(here: Here) -> Ready:
    """Return whether a load balancer may send requests here; 503 if not, with the reason.

    `/health` says that the process serves; it is no reason to stop sending requests, but to start the process anew.
    """
    if here.readiness.is_draining:
        raise BusyError("the backend stops soon; send requests to another", retry_s=30)
    try:
        async with asyncio.timeout(CHECK_S):
            await here.pools.checks.run(here.log.check)
    except TimeoutError:
        raise BusyError(f"the database did not answer within {CHECK_S} s; see that it runs", retry_s=5) from None
    return Ready()


@router.get("/asyncapi.json")
async def async_description() -> Response:
    """Return the AsyncAPI document of the WebSockets."""
    return json_answer(asyncapi.document(release()))


@router.get("/metrics", response_class=PlainTextResponse, dependencies=[Depends(reader)])
async def get_metrics(here: Here) -> Response:
    """Return the metrics of the backend in Prometheus' text format."""
    return Response(await asyncio.to_thread(here.metrics.text), media_type=metrics.MEDIA_TYPE)

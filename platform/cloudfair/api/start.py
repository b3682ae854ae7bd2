"""Starting runs: the scenarios that can be played, and the start of a run that a page or a program asks for."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from cloudfair.api.auth import steerer
from cloudfair.api.backend import Here
from cloudfair.api.launcher import Launcher, NewStart, ScenarioSummary
from cloudfair.api.new_run import CREATED, CreatedRun, NewRun, begin, created
from cloudfair.errors import UnableError
from cloudfair.http.requests import read_json
from cloudfair.http.schemas import body_of

router = APIRouter(tags=["starting"])


@router.get("/scenarios")
async def list_scenarios(here: Here) -> list[ScenarioSummary]:
    """Return the scenarios that can be started here."""
    return await asyncio.to_thread(here.launcher.scenarios) if here.launcher else []


@router.get("/scenarios/schema")
async def get_schema(here: Here) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the `changes` of a start: every parameter with unit, range and source."""
    return await asyncio.to_thread(launcher_of(here).schema)


@router.post(
    "/runs/start", status_code=201, responses=CREATED, dependencies=[Depends(steerer)], openapi_extra=body_of(NewStart)
)
async def start_run(request: Request, response: Response, here: Here) -> CreatedRun:
    """Start a run; if its process fails, the run's `fault` says why."""
    asked = await read_json(request, NewStart)
    launcher = launcher_of(here)
    new = NewRun(**await asyncio.to_thread(launcher.plan, asked))
    run = await begin(new, here.log, here.pools.writes)
    await launch(run, asked.speed, here)
    return created(run, response)


async def launch(run: str, speed: float | Literal["max"], here: Here) -> None:
    """Have a run played from here.

    It is taken up for the process that plays it. If that did so itself, it would take the run from whoever takes it up
    while it starts.
    """
    player = (await here.pools.writes.run(here.log.runs.take_up, run)).player

    def fail(fault: str) -> None:
        here.log.runs.fail(run, fault, player)

    await asyncio.to_thread(launcher_of(here).launch, run, player, speed, fail)


def launcher_of(here: Here) -> Launcher:
    """Return what plays runs here.

    Raises:
        UnableError: this backend plays none.
    """
    if here.launcher is None:
        raise UnableError("this backend plays no runs; start it with fair serve, or play one with fair run")
    return here.launcher

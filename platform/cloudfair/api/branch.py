"""Branches: a run is played again up to a moment, and goes on with a disruption from there.

The branch is a run of its own with the same random numbers. Its disruptions stand among its commands before it is
played, each with its moment, so that its player injects them there as it does in a run that is resumed.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from cloudfair.api.auth import steerer
from cloudfair.api.backend import Here
from cloudfair.api.commands import not_a_command
from cloudfair.api.launcher import NewBranch
from cloudfair.api.new_run import CREATED, CreatedRun, KnownRun, begin, created
from cloudfair.api.start import launch, launcher_of
from cloudfair.errors import ConflictError
from cloudfair.http.requests import read_json
from cloudfair.http.schemas import body_of
from cloudfair.store.tables import Run
from fairfacts.errors import MomentError
from fairfacts.operator_commands import Disrupt
from fairfacts.parts.runs import REPRODUCING

router = APIRouter(tags=["starting"])


@router.post(
    "/runs/{run}/branch",
    status_code=201,
    responses=CREATED,
    dependencies=[Depends(steerer)],
    openapi_extra=body_of(NewBranch),
)
async def branch_run(run: str, request: Request, response: Response, here: Here) -> CreatedRun:
    """Start a branch: the run again, as fast as possible, with a disruption from a moment on that it has reached.

    Its `request` is the run's, and says in `branch` of which run it is (`of`), and from which moment on (`at_ms`).
    """
    asked = await read_json(request, NewBranch)
    launcher, row = launcher_of(here), await asyncio.to_thread(here.log.runs.get, run)
    wanted, own = _disrupt(asked.disruption), json.loads(row.request)
    if row.ended and asked.at_ms == row.at_ms:
        raise MomentError(f"at_ms is {asked.at_ms}, and run {run} ended at {row.at_ms} ms; branch before that")
    if asked.at_ms > row.at_ms:
        raise ConflictError(
            f"run {run} has reached {row.at_ms} ms, not {asked.at_ms} ms; branch before that", head=row.head
        )
    await asyncio.to_thread(launcher.replan, run, own, row.version, wanted.disruption)
    history = await asyncio.to_thread(here.log.commands.injected, run, asked.at_ms)
    own |= {"branch": {"of": run, "at_ms": asked.at_ms}}  # whoever resumes it does not look at this
    branch = await begin(_same(row, own), here.log, here.pools.writes)
    for at_ms, body in [*history, (asked.at_ms, msgspec.json.encode(wanted).decode())]:
        await here.pools.writes.run(here.log.commands.add, branch, body, at_ms)
    await launch(branch, "max", here)
    return created(branch, response)


def _same(row: Run, request: dict[str, Any]) -> KnownRun:
    return KnownRun(**{name: getattr(row, name) for name in REPRODUCING}, request=request)


def _disrupt(disruption: dict[str, Any]) -> Disrupt:
    """Return the command that a disruption is.

    Raises:
        RequestValidationError: it is none; names the field.
    """
    try:
        return msgspec.convert({"kind": "disrupt", "disruption": disruption}, Disrupt)
    except msgspec.ValidationError as fault:
        raise not_a_command(fault) from fault

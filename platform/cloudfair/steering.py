"""Steering: what operators say to a run while it is played.

A command is kept, carried in the answer to the run's next batch, and noted as obeyed by the run's player, with the
simulated moment. Its `applied_at_ms` is null until then; where the player could not obey, `refused` says why.
"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field

from cloudfair import tables
from cloudfair.backend import Here, steerer, writer
from cloudfair.intake import LARGEST, read_body, read_json
from cloudfair.schemas import schema_of
from cloudfair.settings import MIB
from fairfacts.commands import AnyCommand

router = APIRouter(tags=["steering"])

MOST_COMMANDS = 2**31 - 1
"""Of one run: the largest integer of a column that numbers them."""
_decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


class Command(BaseModel):
    """A command to a run, and what became of it."""

    run: str
    number: int
    """From 0, in the order in which they were said."""
    command: dict[str, Any]
    """As it was said: its `kind`, and what that needs."""
    asked_at: datetime
    applied_at: datetime | None
    """When the run obeyed or refused; null while the command waits for the run."""
    applied_at_ms: int | None
    """The simulated moment of it."""
    refused: str | None
    """Why the run could not obey."""


class Obeyed(BaseModel):
    """A run's word on a command."""

    model_config = ConfigDict(extra="forbid")

    at_ms: int = Field(ge=0, le=LARGEST)
    """The simulated moment at which it was obeyed, or refused."""
    refused: str | None = Field(default=None, max_length=2_000)
    """Why it could not be obeyed."""


@router.post(
    "/runs/{run}/commands",
    status_code=201,
    dependencies=[Depends(steerer)],
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema_of(AnyCommand)}}}
    },
)
async def say(run: str, request: Request, here: Here) -> Command:
    """Say something to a run: `pause`, `resume`, `speed`, `stop` or `disrupt`. It is kept, and waits for the run.

    A disruption is in the log as `disruption.begun`, at the moment at which it took effect.
    """
    body = await read_body(request, MIB)
    try:
        command = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        reason, _, path = str(fault).partition(" - at `$")
        field = ".".join(("body", *path.removesuffix("`").lstrip(".").split("."))).rstrip(".")
        raise RequestValidationError([{"type": "command", "loc": field.split("."), "msg": reason}]) from fault
    said = msgspec.json.encode(command).decode()
    return _shown(await asyncio.to_thread(here.log.command, run, said))


@router.get("/runs/{run}/commands")
async def list_commands(run: str, here: Here) -> list[Command]:
    """Return everything that was said to a run, in its order."""
    return [_shown(command) for command in await asyncio.to_thread(here.log.commands, run)]


@router.post(
    "/runs/{run}/commands/{number}/obeyed",
    dependencies=[Depends(writer)],
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": Obeyed.model_json_schema()}}}
    },
)
async def obey(run: str, number: Annotated[int, Path(ge=0, le=MOST_COMMANDS)], request: Request, here: Here) -> Command:
    """Note that a run has obeyed a command, or why it could not; for the run's player, before what it does shows."""
    obeyed = await read_json(request, Obeyed)
    return _shown(await asyncio.to_thread(here.log.obey, run, number, obeyed.at_ms, obeyed.refused))


def _shown(command: tables.Command) -> Command:
    columns = command.model_dump(exclude={"run_id", "body"})
    return Command(run=command.run_id, command=json.loads(command.body), **columns)

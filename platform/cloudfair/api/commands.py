"""Steering: operators' commands to a run while it is played.

The log stores a command, and the answer to the run's next batch carries it. The run's player then acknowledges it with
the simulated moment at which it applied it. `applied_at_ms` is null until then; if the player could not apply it,
`refused` says why.
"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field

from cloudfair.api.auth import steerer, writer
from cloudfair.api.backend import Backend, Here
from cloudfair.api.player import Player
from cloudfair.errors import ConflictError
from cloudfair.http.parameters import InDigits
from cloudfair.http.requests import EXACT, check_fields, read_body, read_json
from cloudfair.http.responses import Described
from cloudfair.http.schemas import CommandObject, body_of, schema_of
from cloudfair.settings import MIB
from cloudfair.store import tables
from fairfacts.interchange.plain import plain_fault
from fairfacts.operator_commands import AlarmCommand, AnyOperatorCommand, Disrupt
from fairfacts.parts.disruptions import LanesClosed

router = APIRouter(tags=["steering"])

MOST_COMMANDS = 2**31 - 1
"""The largest number of a command: the largest integer of its column."""
_decoder: msgspec.json.Decoder[AnyOperatorCommand] = msgspec.json.Decoder(AnyOperatorCommand)


class Command(Described):
    """A command to a run, and its effect."""

    run: str
    number: int
    """From 0, in the order in which they came."""
    command: CommandObject
    """As it was sent: its `kind`, and the fields of that kind."""
    asked_at: datetime
    applied_at: datetime | None
    """When the run applied or refused it; null while it waits for the run."""
    applied_at_ms: int | None
    """The simulated moment at which it was applied or refused."""
    refused: str | None
    """Why the run could not apply it."""


class Acknowledgement(Described):
    """A run's answer to a command."""

    model_config = ConfigDict(extra="forbid")

    at_ms: int = Field(ge=0, le=EXACT)
    """The simulated moment at which it was applied or refused."""
    refused: str | None = Field(default=None, max_length=2_000)
    """Why it could not be applied."""


@router.post(
    "/runs/{run}/commands",
    status_code=201,
    dependencies=[Depends(steerer)],
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema_of(AnyOperatorCommand)}}}
    },
)
async def send_command(run: str, request: Request, here: Here) -> Command:
    """Send a command to a run: `pause`, `resume`, `speed`, `stop` or `disrupt`. It is stored, and waits for the run.

    A disruption is in the log as `disruption.begun`, at the moment at which it took effect. Its people and lanes are
    sent at the documented scale, as in a scenario, and are in the log at the run's. `acknowledge` and `snooze`
    answer an alarm that is raised now, and are applied at once. A run that no process plays, such as one of
    CloudEvents, takes no others (409).
    """
    body = await read_body(request, MIB)
    try:
        command = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise not_a_command(fault) from fault
    check_fields(body)
    text = msgspec.json.encode(command).decode()
    if isinstance(command, AlarmCommand):
        at_ms = await _alarm_at_ms(here, run, command.alarm)
    else:
        at_ms = None
        _check_played(await asyncio.to_thread(here.log.runs.get, run))
    if isinstance(command, Disrupt) and isinstance(command.disruption, LanesClosed):
        await _check_gate(here, run, command.disruption.gate)
    return _shown(await here.pools.writes.run(here.log.commands.add, run, text, at_ms))


@router.get("/runs/{run}/commands")
async def list_commands(run: str, here: Here) -> list[Command]:
    """Return all commands to a run, in their order."""
    return [_shown(command) for command in await asyncio.to_thread(here.log.commands.all, run)]


@router.post(
    "/runs/{run}/commands/{number}/obeyed",
    dependencies=[Depends(writer)],
    openapi_extra=body_of(Acknowledgement),
)
async def acknowledge_command(
    run: str,
    number: Annotated[int, InDigits, Path(ge=0, le=MOST_COMMANDS)],
    request: Request,
    here: Here,
    fair_player: Player = 0,
) -> Command:
    """Note that a run has applied a command, or why it could not; its player asks before the effect shows."""
    answer = await read_json(request, Acknowledgement)
    given = (number, answer.at_ms, answer.refused, fair_player)
    return _shown(await here.pools.writes.run(here.log.commands.acknowledge, run, *given))


def not_a_command(fault: Exception) -> RequestValidationError:
    """Return the refusal of a body that is no command; names the field, in words that the page shows to people."""
    place, reason = plain_fault(fault)
    return RequestValidationError(
        [{"type": "command", "loc": ["body", *filter(None, place.split("."))], "msg": reason}]
    )


def _check_played(row: tables.Run) -> None:
    """Check that somebody plays a run, unless it has ended: a command would wait for ever.

    Raises:
        ConflictError: nobody does, and nobody ever did.
    """
    if not row.ended and not row.has_player:
        raise ConflictError(
            f"run {row.id}: no process plays it, so none would take the command: others send its events, or nobody took"
            " it up yet; start a run with POST /runs/start, or play one with fair run",
            head=row.head,
        )


async def _check_gate(here: Backend, run: str, gate: int) -> None:
    """Refuse a gate that the halls do not have. Before they first open, the backend does not know; the run does.

    Raises:
        UnknownError: there is no such run.
        RequestValidationError: names the gate, and which there are.
    """
    gates = (await here.runs.get(run)).state().parts.venue.lanes
    if gates and gate not in gates:
        message = f"there is no gate {gate}; gates are numbered from 0 to {max(gates)}"
        raise RequestValidationError(
            [{"type": "command", "loc": ["body", "disruption", "gate"], "msg": message, "input": gate}]
        )


async def _alarm_at_ms(here: Backend, run: str, alarm: str) -> int:
    """Return the moment at which an answer to a raised alarm is given.

    Raises:
        UnknownError: there is no such run.
        ConflictError: the alarm is not raised now.
    """
    live = await here.runs.get(run)
    raised = live.state().parts.alarms.raised
    if alarm not in raised:
        others = f"raised are {', '.join(raised)}" if raised else "none is"
        raise ConflictError(f"run {run}: the alarm {alarm} is not raised now; {others}", head=live.head)
    return live.at_ms


def _shown(command: tables.Command) -> Command:
    columns = command.model_dump(exclude={"run_id", "body"})
    return Command(run=command.run_id, command=json.loads(command.body), **columns)

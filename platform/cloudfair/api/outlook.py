"""The outlook of a run: how it goes, what wants doing, and the next hour at its gates and zones."""

from __future__ import annotations

import asyncio
from dataclasses import fields

from fastapi import APIRouter
from starlette.responses import Response

from cloudfair.api.as_of import At, state_as_of
from cloudfair.api.backend import Here
from cloudfair.api.forecast import Level
from cloudfair.http.responses import Described, json_answer
from fairfacts.evidence.outlook import Matter, Place, Waits, outlook
from fairfacts.evidence.usual import Count

router = APIRouter(tags=["runs"])


class OutlookAnswer(Described):
    """How a run goes, and what comes next."""

    run: str
    position: int
    at_ms: int
    level: float
    """Of the intervals: this share of them should hold what comes."""
    counts: list[Count]
    """Empty where nothing usual is known of such a fair at this hour."""
    matters: list[Matter]
    """What is most urgent first."""
    waits: Waits
    ahead_ms: int
    """The moment that zones and gates are forecast for."""
    zones: list[Place]
    """People for each m2 of stand space; empty where nothing usual is known."""
    gates: list[Place]
    """People in the queue, by the gate's number."""


@router.get("/runs/{run}/outlook", response_model=OutlookAnswer)
async def get_outlook(run: str, here: Here, at: At = None, level: Level = 0.8) -> Response:
    """Return how the run goes against what is usual, its alarms with their answers, and the next hour."""
    answers = await asyncio.to_thread(here.log.commands.alarm_answers, run)
    state, at_ms = as_of = await state_as_of(here.runs, here.points_in_time, here.pools.past, run, at)
    result = outlook(state, at_ms, level, answers)
    stands = {"run": run, "position": as_of.position, "at_ms": at_ms, "level": level}
    return json_answer(stands | {field.name: getattr(result, field.name) for field in fields(result)})

"""The forecast of a run's end, while it is on."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from cloudfair.api.as_of import At, state_as_of
from cloudfair.api.backend import Here
from cloudfair.http.responses import Described, json_answer
from fairfacts.evidence.folder import known_of_log
from fairfacts.evidence.forecast import Forecast, fits_profile, forecast, notes_of

router = APIRouter(tags=["runs"])

Level = Annotated[float, Query(ge=0.5, le=0.99, description="of the intervals")]


class ForecastAnswer(Described):
    """What the headlines of a run are expected to come to when the fair closes."""

    run: str
    position: int
    at_ms: int
    """The simulated moment at which it is made."""
    level: float
    """Of the intervals: this share of them should hold what comes."""
    rows: list[Forecast]
    notes: list[str]
    """Where the fair is not like those that the forecast knows, in sentences; empty where it is."""


@router.get("/runs/{run}/forecast", response_model=ForecastAnswer)
async def get_forecast(
    run: str,
    here: Here,
    at: At = None,
    level: Level = 0.8,
) -> Response:
    """Return what each headline is expected to come to at the end of the fair, beside what was reported of it."""
    state, at_ms = as_of = await state_as_of(here.runs, here.points_in_time, here.pools.past, run, at)
    played = state.parts.run
    figures = (await asyncio.to_thread(known_of_log, played.fair)).figures
    snapshot = state.snapshot()
    rows = forecast(snapshot, figures, level, at_ms, fits=fits_profile(played))
    notes = notes_of(played, figures, snapshot["disruptions"]["begun"])
    stands = {"run": run, "position": as_of.position, "at_ms": at_ms, "level": level}
    return json_answer(stands | {"rows": rows, "notes": notes})

"""The forecast of a run's end, while it is on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from cloudfair.backend import Here
from cloudfair.moments import At, instant_of
from cloudfair.runs import json_answer
from fairfacts.forecast import Forecast, forecast

router = APIRouter(tags=["runs"])


class ForecastAnswer(BaseModel):
    """What the headlines of a run are expected to come to when the fair closes."""

    run: str
    position: int
    at_ms: int
    """The simulated moment at which it is made."""
    level: float
    """Of the intervals: this share of them should hold what comes."""
    rows: list[Forecast]


@router.get("/runs/{run}/forecast", response_model=ForecastAnswer)
async def get_forecast(
    run: str,
    here: Here,
    at: At = None,
    level: Annotated[float, Query(ge=0.5, le=0.99, description="of the intervals")] = 0.8,
) -> Response:
    """Return what each headline is expected to come to at the end of the fair, beside what was reported of it."""
    state, at_ms = instant = await instant_of(here, run, at)
    rows = forecast(state.snapshot(), here.figures, level, at_ms)
    return json_answer({"run": run, "position": instant.position, "at_ms": at_ms, "level": level, "rows": rows})

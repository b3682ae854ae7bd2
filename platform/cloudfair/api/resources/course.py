"""The course of a run's gauges: people inside and in queues, visitors online, viewers, negotiations, by minute."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from cloudfair.api.as_of import LONGEST_AT, parameter_ms
from cloudfair.api.resources.answer import AskedOne, Measuring, Moment
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from fairfacts.clock import MINUTE_MS
from fairfacts.measures import GAUGES, State

router = APIRouter(tags=["runs"], responses=NOT_MODIFIED)


class Course(Described):
    """At what the gauges of a run stood, minute by minute; by the hour once the fair has closed."""

    model_config = example(
        as_of={"position": 258_945, "at_ms": 124_200_000},
        minutes=[2068, 2069, 2070],
        gauges={"venue.inside": [17210, 17302, 17388], "visits.online": [9105, 9131, 9098]},
    )

    as_of: Moment
    minutes: list[int]
    """How many had passed since the epoch; those at whose end nothing went on are absent."""
    gauges: dict[str, list[int]]
    """What each measure, by its path in the snapshot, stood at by then: one number for each of the minutes."""


class CourseAsked(AskedOne):
    """Which part of the course is wanted."""

    since: str | None = Field(
        None,
        max_length=LONGEST_AT,
        description="Leave out all before this simulated moment, written as `at`.",
    )
    every_min: int = Field(1, ge=1, le=1440, description="the last minute alone of so many")


@router.get("/runs/{run}/course", response_model=Course)
async def get_course(measuring: Measuring, asked: Annotated[CourseAsked, Query()]) -> Response:
    """Return at what the gauges of the fair stood, minute by minute, up to the moment."""

    def course(state: State) -> dict[str, Any]:
        first = 0 if asked.since is None else -(-parameter_ms(asked.since, state.parts.run.began, "since") // MINUTE_MS)
        rows = {row[0] // asked.every_min: row for row in state.parts.course.rows() if row[0] >= first}
        minutes, *gauges = zip(*rows.values(), strict=True) if rows else [()] * (1 + len(GAUGES))
        return {"minutes": minutes, "gauges": dict(zip(GAUGES, gauges, strict=True))}

    return await measuring.answer(asked.at, course)

"""Starting runs: what can be played, and a run that begins because a page or a program asked for it.

The backend knows no model. Whoever starts it hands it a `Launcher`, which does: `fair serve` plays each run in a
process of its own, which sends its events as any other does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.requests import Request

from cloudfair.backend import Here, steerer
from cloudfair.intake import LARGEST, SCENARIO, CreatedRun, NewRun, begin, read_json
from cloudfair.problems import UnableError

router = APIRouter(tags=["starting"])


class ScenarioSummary(BaseModel):
    """A scenario that can be played, and the question that it asks."""

    name: str
    title: str
    question: str


class NewStart(BaseModel):
    """A run that is to be played."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field(pattern=SCENARIO, max_length=64, examples=["ciftis2020"])
    """One of those that `GET /scenarios` lists."""
    seed: int = Field(default=7, ge=0, le=LARGEST)
    replication: int = Field(default=0, ge=0, le=LARGEST)
    scale: float = Field(default=1.0, gt=0, le=20, allow_inf_nan=False)
    """Size of the fair against the documented one."""
    speed: Annotated[float, Field(gt=0, le=1e9)] | Literal["max"] = "max"
    """Simulated seconds a second, or `max`."""
    changes: dict[str, dict[str, JsonValue]] = Field(
        default={}, examples=[{"negotiations": {"patience_mean_min": 30}}], max_length=100
    )
    """What differs from the scenario, by part and parameter; `GET /scenarios/schema` describes it."""


class Launcher(Protocol):
    """Plays runs. Every method may be called from any thread."""

    def scenarios(self) -> list[ScenarioSummary]:
        """Return what can be played."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of what a start may change."""

    def plan(self, asked: NewStart) -> dict[str, Any]:
        """Return what the log is to keep of the run, as the body of `POST /runs` has it.

        Raises:
            ScenarioError: it cannot be played; names scenario or parameter, value, and what is allowed.
            RefusedError: not now.
        """

    def launch(self, run: str, speed: float | Literal["max"], on_failure: Callable[[str], None]) -> None:
        """Have the run played; `on_failure` is called with the reason where that comes to a bad end."""

    def report(self, run: str) -> str:
        """Return the report of a kept run as a page.

        Raises:
            UnableError: it cannot be written; says why.
        """

    def close(self) -> None:
        """Stop what is played, and return once all of it has ended."""


@router.get("/scenarios")
async def list_scenarios(here: Here) -> list[ScenarioSummary]:
    """Return the scenarios that can be started here."""
    return await asyncio.to_thread(here.launcher.scenarios) if here.launcher else []


@router.get("/scenarios/schema")
async def get_schema(here: Here) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the `changes` of a start: every parameter with unit, range and source."""
    return await asyncio.to_thread(_launcher(here).schema)


@router.post(
    "/runs/start",
    status_code=201,
    dependencies=[Depends(steerer)],
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": NewStart.model_json_schema()}}}
    },
)
async def start_run(request: Request, here: Here) -> CreatedRun:
    """Start a run; should its playing come to a bad end, the run's `fault` tells."""
    asked = await read_json(request, NewStart)
    launcher = _launcher(here)
    new = NewRun(**await asyncio.to_thread(launcher.plan, asked))
    run = await begin(new, here)
    await asyncio.to_thread(launcher.launch, run, asked.speed, lambda fault: here.log.fail(run, fault))
    return CreatedRun(run=run)


def _launcher(here: Here) -> Launcher:
    if here.launcher is None:
        raise UnableError("this backend plays no runs; start it with fair serve, or play one with fair run")
    return here.launcher

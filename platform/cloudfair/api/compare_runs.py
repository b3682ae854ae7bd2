"""Two runs side by side: their measures at one moment, and the differences."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from cloudfair.api.as_of import At, parameter_ms
from cloudfair.api.backend import Here
from cloudfair.feed.pair import reached_ms
from cloudfair.http.responses import Described, example, json_answer, not_valid
from fairfacts.errors import ScenarioError
from fairfacts.evidence.differences import differences, series_differences
from fairfacts.evidence.settings import settings_of

router = APIRouter()


class Side(Described):
    """One of two runs."""

    run: str
    position: int
    """How many events it had by the moment."""


class DifferenceRow(Described):
    """A measure of two runs, or one entry of a breakdown."""

    model_config = example(
        measure="negotiations.initiated", a=54_767, b=61_020, difference=6_253, ratio=1.1142, chance=2_750
    )

    measure: str
    a: float | None
    b: float | None
    """null of a mean, a quantile or a share that the run has nothing to take of."""
    difference: float | None
    """b - a, in the measure's unit; null where one of them is."""
    ratio: float | None
    """b / a; null where a is 0, or there is no difference."""
    chance: float | None
    """By chance alone, 95 of 100 pairs of runs of independent seeds are no farther apart; null where the fair does not
    say, and for a breakdown."""


class Setting(Described):
    """A setting that two runs do not share."""

    model_config = example(setting="negotiations.patience_mean_min", a="45", b="30")

    setting: str
    """scenario, seed, replication, scale, version, fair, branch (of which run, and from when on), or the name of a
    parameter; or parameters, where nothing of these tells why the parameters of the two are others: files of the fair,
    or the model, have changed between them."""
    a: str
    """Empty where the run has none."""
    b: str


class PairAnswer(Described):
    """Two runs at one simulated moment."""

    at_ms: int
    """Since the epoch of each."""
    a: Side
    b: Side
    settings: list[Setting]
    """What the runs were started with, where that differs. Runs that others send say no more than their first event."""
    rows: list[DifferenceRow]


@router.get("/runs/{a}/against/{b}", response_model=PairAnswer, tags=["runs"])
async def get_pair(
    a: str,
    b: str,
    here: Here,
    at: At = None,
    series: Annotated[
        str | None, Query(max_length=100, description="a breakdown", examples=["negotiations.per_hour"])
    ] = None,
) -> Response:
    """Return every measure of two runs that is one number, or a breakdown's entries, with the differences.

    It is of the moment that both have reached, or of `at`, by the epoch of `a`, where that is earlier.
    """
    sides = (await here.runs.get(a), await here.runs.get(b))
    stored = [await asyncio.to_thread(here.log.runs.get, live.run) for live in sides]
    epoch, _ = (live.state().parts.run.began for live in sides)
    at_ms = reached_ms(sides)
    if at is not None:
        at_ms = min(at_ms, parameter_ms(at, epoch))
    states = [await here.pools.past.run(here.points_in_time.state, live.run, at_ms) for live in sides]
    first, second = (state.snapshot() for state in states)
    try:
        rows = differences(first, second) if series is None else series_differences(series, first, second)
    except ScenarioError as fault:
        raise not_valid("series", series, str(fault)) from fault
    positions = [{"run": live.run, "position": state.position} for live, state in zip(sides, states, strict=True)]
    started = [settings_of(row.model_dump(), json.loads(row.request)) for row in stored]
    return json_answer(
        {"at_ms": at_ms, "a": positions[0], "b": positions[1], "settings": started[0].against(started[1]), "rows": rows}
    )

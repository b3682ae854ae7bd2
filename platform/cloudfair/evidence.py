"""Evidence: whether the reported figures fit together, a run's headlines by other definitions, and its report."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import HTMLResponse, Response

from cloudfair.backend import Here
from cloudfair.log import Log, pieces
from cloudfair.problems import UnableError, UnfinishedError
from cloudfair.runs import json_answer
from fairfacts.counting import RULES, Counting, counted
from fairfacts.events import decode
from fairfacts.identities import Finding, Kind, audit

router = APIRouter(tags=["runs"])


class Checked(BaseModel):
    """What must hold among figures, and whether it does."""

    name: str
    finding: Finding
    """`holds`, `contradiction`; `misreading` where a reading that is none does not hold; `not checked` where a figure
    is missing."""
    said: str
    """The statement in numbers."""
    because: str
    figures: list[str]
    """The terms, and the whole as the last."""
    kind: Kind
    values: list[float | str | None]
    """Of the figures, as they were reported; null of one that is missing."""


class Audit(BaseModel):
    """Whether the reported figures fit together."""

    checks: list[Checked]


class CountedBy(BaseModel):
    """A headline under one rule."""

    rule: str
    meaning: str
    count: int
    as_reported: bool
    """Whether the documents count by this rule."""
    figure: str
    reported: float | None
    """The reported figure at the scale of the run."""
    ratio: float | None
    """count / reported."""


class Counts(BaseModel):
    """The headlines of a run by every counting rule."""

    run: str
    counts: list[CountedBy]


@router.get("/figures/audit", response_model=Audit)
async def get_audit(here: Here) -> Response:
    """Return what holds among the reported figures, what contradicts itself, and what is a misreading."""
    return json_answer({"checks": audit(here.figures)})


@router.get("/runs/{run}/counts", response_model=Counts)
async def get_counts(run: str, here: Here) -> Response:
    """Return the headlines of a run that has ended by every counting rule, beside what was reported."""
    kept = await asyncio.to_thread(here.log.run, run)
    if not kept.ended:
        raise UnfinishedError(f"run {run} goes on: its headlines are counted by other rules once it has ended")
    counting = await asyncio.to_thread(_count, here.log, run)
    return json_answer({"run": run, "counts": counted(counting.counts(), RULES, here.figures, kept.scale)})


@router.get(
    "/runs/{run}/report",
    response_class=HTMLResponse,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def get_report(run: str, here: Here) -> Response:
    """Return the report of a run: one page that needs no network, for the screen and for A4."""
    await asyncio.to_thread(here.log.run, run)
    if here.launcher is None:
        raise UnableError("this backend writes no reports; start it with fair serve, or write one with fair report")
    return HTMLResponse(await asyncio.to_thread(here.launcher.report, run))


def _count(log: Log, run: str) -> Counting:
    counting = Counting()
    for segment in log.segments(run):
        for piece in pieces(segment.ndjson):
            counting.hear(decode(piece))
    return counting

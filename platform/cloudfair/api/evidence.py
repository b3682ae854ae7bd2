"""Evidence: whether the reported figures fit together, a run's headlines by other definitions, and its report."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from cloudfair.api.backend import Here
from cloudfair.errors import UnableError, UnfinishedError, unfinished
from cloudfair.http.responses import Described, json_answer
from cloudfair.store.segments import Segments
from fairfacts.evidence.counting import Counting, Rule, counted
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.identities import Finding, Kind, audit

router = APIRouter(tags=["runs"])

REPORT_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
}
"""A report is one page without scripts."""


class Checked(Described):
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
    because_in: dict[str, str]
    """Why it must hold, by language."""


class Audit(Described):
    """Whether the reported figures of a fair fit together."""

    fair: str
    missing: str
    """A sentence that says that the figures of the fair are not here; empty where they are."""
    checks: list[Checked]


class CountedBy(Described):
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
    meaning_in: dict[str, str]
    """The meaning by language."""


class Counts(Described):
    """The headlines of a run by every counting rule."""

    run: str
    counts: list[CountedBy]


@router.get("/runs/{run}/figures/audit", response_model=Audit)
async def get_audit(run: str, here: Here) -> Response:
    """Return what holds among the figures of a run's fair, what contradicts itself, and what is a misreading."""
    fair = (await here.runs.get(run)).state().parts.run.fair.key
    known = await asyncio.to_thread(known_fair, fair)
    return json_answer({"fair": fair, "missing": known.missing, "checks": audit(known.figures, known.identities)})


@router.get("/runs/{run}/counts", response_model=Counts)
async def get_counts(run: str, here: Here) -> Response:
    """Return the headlines of a run that has ended by every counting rule, beside what was reported."""
    row = await asyncio.to_thread(here.log.runs.get, run)
    if not row.ended:
        raise unfinished(run, "its headlines are counted by other rules once it has ended", row.player)
    fair = (await here.runs.get(run)).state().parts.run.fair.key
    known = await asyncio.to_thread(known_fair, fair)
    counting = await here.pools.past.run(_count, here.log.segments, run, known.rules)
    return json_answer({"run": run, "counts": counted(counting.counts(), known.rules, known.figures, row.scale)})


@router.get(
    "/runs/{run}/report",
    response_class=HTMLResponse,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def get_report(run: str, here: Here) -> Response:
    """Return the report of a run: one page that needs no network, for the screen and for A4."""
    row = await asyncio.to_thread(here.log.runs.get, run)
    if here.launcher is None:
        raise UnableError("this backend writes no reports; start it with fair serve, or write one with fair report")
    if row.head == 0:
        raise UnfinishedError(f"run {run} has no events yet; ask again once it has begun")
    return HTMLResponse(await here.pools.reports.run(here.launcher.report, run), headers=REPORT_HEADERS)


def _count(segments: Segments, run: str, rules: Sequence[Rule]) -> Counting:
    counting = Counting(rules)
    for segment in segments.read(run):
        for events in segment.events():
            counting.handle(events)
    return counting

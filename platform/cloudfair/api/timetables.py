"""The programme of a run in the formats of others, to subscribe to or to import elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import Response

from cloudfair.api.as_of import At, parameter_ms
from cloudfair.api.backend import Here
from cloudfair.api.resources.programme import Sessions
from cloudfair.projections.live import Live
from cloudfair.projections.read_model.model import ReadModel
from fairfacts.clock import moment_at, zone_name
from fairfacts.interchange.clock import local
from fairfacts.interchange.ics import to_icalendar
from fairfacts.interchange.schedule_json import to_schedule
from fairfacts.interchange.timetable import Entry, Timetable, slug

router = APIRouter(tags=["programme"])

CALENDAR = "text/calendar; charset=utf-8"


def timetable_of(model: ReadModel, title: str, at_ms: int, scale: float) -> Timetable:
    """Return the programme of a run, which is played at a scale, as it stood at a moment."""
    sessions, epoch = model.section(Sessions), model.epoch
    with model.lock:
        rows = np.flatnonzero(sessions.table["scheduled_ms"] <= at_ms)
        items = sessions.items(rows, at_ms)
    entries = (_entry(model.run, item, epoch) for item in items)
    ordered = sorted(entries, key=lambda entry: (entry.starts, entry.room, entry.uid))
    return Timetable(title=title, acronym=slug(title), entries=tuple(ordered), scale=scale, zone=zone_name(epoch))


def _entry(run: str, item: dict[str, Any], epoch: datetime) -> Entry:
    return Entry(
        uid=f"session-{item['session']}.{run}@cloudfair",
        title=item["title"],
        starts=local(moment_at(epoch, item["starts_ms"]), epoch.tzinfo),
        ends=local(moment_at(epoch, item["ends_ms"]), epoch.tzinfo),
        room=item["room"],
        seats=item["capacity"] or None,
        kind=item["kind"],
        track=item["sector"],
        streamed=item["streamed"],
        cancelled=item["state"] == "cancelled",
        number=item["session"],
    )


@router.get(
    "/runs/{run}/programme.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}},
)
async def get_calendar(run: str, here: Here, at: At = None) -> Response:
    """Return the programme as iCalendar (RFC 5545), as it stands now or stood at a moment."""
    _, timetable = await _asked_for(run, here, at)
    return Response(to_icalendar(timetable), media_type=CALENDAR)


@router.get(
    "/runs/{run}/schedule.json",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object", "required": ["schedule"]}}}}},
)
async def get_schedule(run: str, here: Here, request: Request, at: At = None) -> Response:
    """Return the programme as `schedule.json` of frab and pretalx, as it stands now or stood at a moment."""
    live, timetable = await _asked_for(run, here, at)
    body = to_schedule(timetable, str(live.position), f"{str(request.base_url).rstrip('/')}/runs/{run}/sessions")
    return Response(body, media_type="application/json")


async def _asked_for(run: str, here: Here, at: str | None) -> tuple[Live, Timetable]:
    live = await here.runs.get(run)
    model = await here.read_models.of(live)
    at_ms = model.now.at_ms if at is None else parameter_ms(at, model.epoch)
    run_as_played = live.state().parts.run
    return live, timetable_of(model, run_as_played.scenario, at_ms, run_as_played.scale)

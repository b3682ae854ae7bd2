"""The programme of a run in the formats of others, to subscribe to or to import elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import Response

from cloudfair.backend import Here
from cloudfair.live import Live
from cloudfair.moments import At, moment_ms
from cloudfair.reading.directory import Directory
from cloudfair.reading.programme import Sessions
from fairfacts.timetable import Entry, Timetable, slug, to_icalendar, to_schedule

router = APIRouter(tags=["programme"])

CALENDAR = "text/calendar; charset=utf-8"


def timetable_of(directory: Directory, title: str, at_ms: int) -> Timetable:
    """Return the programme of a run as it stood at a moment."""
    sessions, epoch = directory.part(Sessions), datetime.fromisoformat(directory.epoch)
    with directory.reading:
        rows = np.flatnonzero(sessions.table["scheduled_ms"] <= at_ms)
        items = sessions.items(rows, at_ms)
    entries = (_entry(directory.run, item, epoch) for item in items)
    ordered = sorted(entries, key=lambda entry: (entry.starts, entry.room, entry.uid))
    return Timetable(title=title, acronym=slug(title), entries=tuple(ordered))


def _entry(run: str, item: dict[str, Any], epoch: datetime) -> Entry:
    return Entry(
        uid=f"session-{item['session']}.{run}@cloudfair",
        title=item["title"],
        starts=epoch + timedelta(milliseconds=item["starts_ms"]),
        ends=epoch + timedelta(milliseconds=item["ends_ms"]),
        room=item["room"],
        seats=item["capacity"] or None,
        kind=item["kind"],
        track=item["sector"],
        streamed=item["streamed"],
        cancelled=item["state"] == "cancelled",
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
    directory = await here.directories.of(live)
    at_ms = directory.now.at_ms if at is None else moment_ms(at, directory.epoch)
    return live, timetable_of(directory, live.state().parts.run.scenario, at_ms)

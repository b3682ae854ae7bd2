"""The programme of a run, as calendars and other software take it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import httpx
import icalendar
import jsonschema
import pytest
from tests.cloudfair.example import begin, send_all
from tests.fairfacts.timetables import FRAB

from fairfacts.event import Event
from fairfacts.programme import SessionScheduled
from fairfacts.runs import RunStarted
from fairfacts.timetable import from_icalendar, from_schedule

EPOCH = datetime.fromisoformat("2020-09-04T00:00:00+08:00")
HOUR_MS = 3_600_000
STARTED = RunStarted(0, "example", 7, 0, 1.0, "1", "0" * 64, EPOCH.isoformat(), 48 * HOUR_MS, (), ())


def scheduled(session: int, at_ms: int, hour: int, room: str) -> SessionScheduled:
    mode = "hybrid" if room else "online"
    return SessionScheduled(
        at_ms, session, "industry_forum", f"Forum {session}, “finance”", "finance", mode, True, True,
        room, 100 if room else 0, hour * HOUR_MS, (hour + 2) * HOUR_MS,
    )  # fmt: skip


EVENTS: list[Event] = [
    STARTED,
    scheduled(0, 0, 20, "room 1"),
    scheduled(1, 0, 33, ""),
    scheduled(2, 10 * HOUR_MS, 33, "room 1"),
]


@pytest.fixture
def fair(client: httpx.Client) -> str:
    run = begin(client)
    send_all(client, run, EVENTS)
    return run


def test_the_calendar_has_every_session(client: httpx.Client, fair: str) -> None:
    answer = client.get(f"/runs/{fair}/programme.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
    assert [(str(e["summary"]), e.decoded("dtstart"), str(e.get("location", ""))) for e in events] == [
        ("Forum 0, “finance”", EPOCH + timedelta(hours=20), "room 1"),
        ("Forum 1, “finance”", EPOCH + timedelta(hours=33), ""),
        ("Forum 2, “finance”", EPOCH + timedelta(hours=33), "room 1"),
    ]
    assert str(events[0]["uid"]) == f"session-0.{fair}@cloudfair"


def test_the_schedule_passes_its_schema_and_says_the_same(client: httpx.Client, fair: str) -> None:
    answer = client.get(f"/runs/{fair}/schedule.json")
    jsonschema.Draft7Validator(FRAB).validate(answer.json())
    read, calendar = from_schedule(answer.content), from_icalendar(client.get(f"/runs/{fair}/programme.ics").content)
    assert [(e.title, e.starts, e.room, e.seats, e.kind, e.track) for e in read.entries] == [
        (e.title, e.starts, e.room, e.seats, e.kind, e.track) for e in calendar.entries
    ]
    assert answer.json()["schedule"]["base_url"] == f"{str(client.base_url).rstrip('/')}/runs/{fair}/sessions"


def test_a_moment_shows_the_programme_as_it_stood(client: httpx.Client, fair: str) -> None:
    before = client.get(f"/runs/{fair}/schedule.json", params={"at": "2020-09-04T09:00"})
    assert len(from_schedule(before.content).entries) == 2
    refused = client.get(f"/runs/{fair}/programme.ics", params={"at": "yesterday"})
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")


def test_a_run_without_a_programme_has_an_empty_one(client: httpx.Client, run: str) -> None:
    empty = client.get(f"/runs/{run}/schedule.json")
    jsonschema.Draft7Validator(FRAB).validate(json.loads(empty.content))
    assert from_icalendar(client.get(f"/runs/{run}/programme.ics").content).entries == ()

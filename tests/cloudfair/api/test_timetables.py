"""The programme of a run, as calendars and other software take it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import httpx
import icalendar
import pytest
from tests.cloudfair.example import begin, send_all
from tests.fairfacts.timetables import FRAB, from_icalendar, from_schedule
from tests.json_schema import validator

from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairfacts.parts.programme import SessionCancelled, SessionScheduled
from fairfacts.parts.runs import RunStarted

EPOCH = datetime.fromisoformat("2020-09-04T00:00:00+08:00")
STARTED = RunStarted(
    at_ms=0,
    scenario="example",
    seed=7,
    replication=0,
    scale=1.0,
    version="1",
    parameters_sha256="0" * 64,
    epoch=EPOCH.isoformat(),
    duration_ms=48 * HOUR_MS,
    inputs=(),
    calibrated=(),
)


def scheduled(session: int, at_ms: int, hour: int, room: str) -> SessionScheduled:
    mode = "hybrid" if room else "online"
    return SessionScheduled(
        at_ms=at_ms,
        session=session,
        kind="industry_forum",
        title=f"Forum {session}, “finance”",
        sector="finance",
        mode=mode,
        streamed=True,
        counted=True,
        room=room,
        capacity=100 if room else 0,
        starts_ms=hour * HOUR_MS,
        ends_ms=(hour + 2) * HOUR_MS,
    )


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
    validator(FRAB, "Draft7").validate(answer.json())
    ics = client.get(f"/runs/{fair}/programme.ics")
    read, calendar = from_schedule(answer.content).timetable, from_icalendar(ics.content).timetable
    assert [(e.title, e.starts, e.room, e.seats, e.kind, e.track) for e in read.entries] == [
        (e.title, e.starts, e.room, e.seats, e.kind, e.track) for e in calendar.entries
    ]
    assert answer.json()["schedule"]["base_url"] == f"{str(client.base_url).rstrip('/')}/runs/{fair}/sessions"


def test_a_moment_shows_the_programme_as_it_stood(client: httpx.Client, fair: str) -> None:
    before = client.get(f"/runs/{fair}/schedule.json", params={"at": "2020-09-04T09:00"})
    assert len(from_schedule(before.content).timetable.entries) == 2
    refused = client.get(f"/runs/{fair}/programme.ics", params={"at": "yesterday"})
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")


def test_a_run_without_a_programme_has_an_empty_one(client: httpx.Client, run: str) -> None:
    empty = client.get(f"/runs/{run}/schedule.json")
    validator(FRAB, "Draft7").validate(json.loads(empty.content))
    assert from_icalendar(client.get(f"/runs/{run}/programme.ics").content).timetable.entries == ()


def test_the_id_of_a_session_stays_the_same_whatever_is_cancelled(client: httpx.Client, fair: str) -> None:
    def ids() -> dict[str, tuple[int, str]]:
        conference = client.get(f"/runs/{fair}/schedule.json").json()["schedule"]["conference"]
        events = [event for day in conference["days"] for room in day["rooms"].values() for event in room]
        return {event["title"]: (event["id"], event["url"].removeprefix(str(client.base_url))) for event in events}

    before = ids()
    assert {title: number for title, (number, _) in before.items()} == {
        "Forum 0, “finance”": 1, "Forum 1, “finance”": 2, "Forum 2, “finance”": 3,
    }  # fmt: skip
    for title, (number, url) in before.items():
        assert url.lstrip("/") == f"runs/{fair}/sessions/{number - 1}"
        assert client.get(url).json()["item"]["title"] == title
    cancelled: Event = SessionCancelled(
        at_ms=11 * HOUR_MS, session=0, kind="industry_forum", was_open=False, attended=0
    )
    send_all(client, fair, [*EVENTS, cancelled], first=len(EVENTS))
    after = ids()
    assert after == {title: where for title, where in before.items() if title != "Forum 0, “finance”"}

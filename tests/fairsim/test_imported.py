"""A programme that was imported is played: a conference's, and the fair's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.fairfacts.timetables import conference

from fairfacts.auditor import Auditor
from fairfacts.errors import ScenarioError
from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.programme import SessionClosed, SessionOpened, SessionScheduled
from fairfacts.timetable import from_schedule, to_icalendar
from fairsim.changing import check_change
from fairsim.fair import play
from fairsim.scenario import Scenario, load_scenario, read_scenario

MINUTE_MS = 60_000
DAY_MS = 86_400_000


def write(folder: Path, content: dict[str, Any], toml: str = 'timetable = "schedule.json"\n') -> Path:
    """Write a conference and a scenario that plays it; return the scenario's path."""
    (folder / "schedule.json").write_text(json.dumps(content))
    (folder / "conference.toml").write_text(f'title = "A conference"\nextends = "ciftis2020"\n{toml}')
    return folder / "conference.toml"


def loaded(
    folder: Path, content: dict[str, Any] | None = None, scale: float = 0.01, toml: str | None = None
) -> Scenario:
    path = write(folder, content or conference(), *([toml] if toml else []))
    return load_scenario(str(path), scale=scale)


def events_of(scenario: Scenario) -> list[Event]:
    return [event for _, events in play(scenario, 7) for event in events]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    return events_of(loaded(tmp_path_factory.mktemp("conference"), scale=0.02))


def test_every_session_is_held_in_its_room_at_its_time_under_its_title(played: list[Event]) -> None:
    scheduled = [event for event in played if isinstance(event, SessionScheduled)]
    wanted = from_schedule(json.dumps(conference()).encode()).entries
    assert sorted((e.title, e.room, e.starts_ms, e.ends_ms) for e in scheduled) == sorted(
        (
            entry.title,
            entry.room,
            (entry.starts.day - 22) * DAY_MS + (entry.starts.hour * 60 + entry.starts.minute) * MINUTE_MS,
            (entry.ends.day - 22) * DAY_MS + (entry.ends.hour * 60 + entry.ends.minute) * MINUTE_MS,
        )
        for entry in wanted
    )
    closed = {event.session for event in played if isinstance(event, SessionClosed)}
    assert closed == {event.session for event in scheduled} == set(range(len(wanted)))


def test_its_log_obeys_every_law(played: list[Event]) -> None:
    auditor = Auditor()
    auditor.hear(played)
    assert auditor.close(ended=True) == []


def test_seats_are_those_of_the_file_at_the_runs_scale_and_else_of_the_parameters(played: list[Event]) -> None:
    seats = {event.room: event.capacity for event in played if isinstance(event, SessionScheduled)}
    assert {room: seats[room] for room in ("Großer Saal", "Room B", "Workshop 1")} == {
        "Großer Saal": 12, "Room B": 2, "Workshop 1": 1,
    }  # fmt: skip
    assert seats["Foyer"] in load_scenario("ciftis2020", scale=0.02).parameters.programme.room_seats


def test_workshops_are_not_streamed_talks_are_and_the_party_is_an_evening_event(played: list[Event]) -> None:
    scheduled = [event for event in played if isinstance(event, SessionScheduled)]
    assert {(event.room == "Workshop 1", event.streamed) for event in scheduled} == {(True, False), (False, True)}
    assert {event.title: event.kind for event in scheduled}["Party"] == "evening"
    state = State()
    state.fold(played)
    streams = state.snapshot()["streams"]
    assert (streams["ended"], streams["views"] > 0) == (sum(event.streamed for event in scheduled), True)


def test_a_session_is_over_before_its_room_is_needed_again(played: list[Event]) -> None:
    scheduled = {event.session: event for event in played if isinstance(event, SessionScheduled)}
    in_room: dict[str, int] = {}
    for event in played:
        if isinstance(event, SessionOpened):
            room = scheduled[event.session].room
            assert room not in in_room, (event, in_room)
            in_room[room] = event.session
        if isinstance(event, SessionClosed):
            del in_room[scheduled[event.session].room]


def test_what_overlaps_in_a_room_gets_a_room_beside_it(tmp_path: Path) -> None:
    said = conference()
    day = said["schedule"]["conference"]["days"][0]["rooms"]
    day["Foyer"][0]["duration"] = "01:30"
    scenario = loaded(tmp_path, said)
    rooms = {event.title: event.room for event in events_of(scenario) if isinstance(event, SessionScheduled)}
    assert (rooms[day["Foyer"][0]["title"]], rooms[day["Foyer"][1]["title"]]) == ("Foyer", "Foyer +")


def test_the_fairs_own_programme_comes_back_from_a_calendar(tmp_path: Path) -> None:
    fair = load_scenario("ciftis2020", scale=0.01)
    known = [event for event in events_of(fair) if isinstance(event, SessionScheduled)]
    from datetime import timedelta

    from fairfacts.timetable import Entry, Timetable

    entries = [
        Entry(
            uid=str(e.session), title=e.title, room=e.room, kind=e.kind, track=e.sector, streamed=e.streamed,
            starts=fair.epoch + timedelta(milliseconds=e.starts_ms),
            ends=fair.epoch + timedelta(milliseconds=e.ends_ms),
        )
        for e in known
    ]  # fmt: skip
    (tmp_path / "own.ics").write_bytes(to_icalendar(Timetable(title="own", acronym="own", entries=tuple(entries))))
    (tmp_path / "own.toml").write_text('extends = "ciftis2020"\ntimetable = "own.ics"\n')
    again = [
        event
        for event in events_of(load_scenario(str(tmp_path / "own.toml"), scale=0.01))
        if isinstance(event, SessionScheduled)
    ]

    def plain(events: list[SessionScheduled]) -> list[tuple[Any, ...]]:
        return sorted(
            (e.title, e.kind, e.sector, e.mode, e.streamed, e.counted, e.room, e.starts_ms, e.ends_ms) for e in events
        )

    assert plain(again) == plain(known)
    assert again[0].kind == "summit"


def test_another_timetable_is_another_scenario(tmp_path: Path) -> None:
    one = loaded(tmp_path)
    said = conference()
    said["schedule"]["conference"]["days"][0]["rooms"]["Foyer"][0]["title"] = "Another"
    other = loaded(tmp_path, said)
    assert len({one.sha256(), other.sha256(), load_scenario("ciftis2020", scale=0.01).sha256()}) == 3
    with pytest.raises(ScenarioError, match="timetable cannot change while the fair is on"):
        check_change(one, other)


def test_a_timetable_is_named_by_a_scenario_file_alone(tmp_path: Path) -> None:
    path = write(tmp_path, conference())
    for change in ("timetable=/etc/passwd", "programme.timetable=/etc/passwd"):
        with pytest.raises(ScenarioError, match="timetable"):
            load_scenario("ciftis2020", changes=[change])
    assert read_scenario(str(path)).timetable == ("schedule.json", str(path))


@pytest.mark.parametrize(
    ("toml", "complaint"),
    [
        (
            'timetable = "missing.json"',
            "missing.json: cannot be read (No such file or directory); name a schedule.json",
        ),
        ("timetable = 5", "conference.toml: timetable is 5; name a schedule.json or an .ics file"),
        (
            'timetable = "schedule.json"\n[fair]\ndays = 3',
            "schedule.json: DemoCon 2019: ",
        ),
        (
            'timetable = "schedule.json"\n'
            '[[disruptions]]\nkind = "session_cancelled"\nsession = 99\nbegins = "day 1 09:00"',
            "there is no session 99; sessions are 0 to 53",
        ),
    ],
)
def test_what_cannot_be_played_is_told(tmp_path: Path, toml: str, complaint: str) -> None:
    with pytest.raises(ScenarioError) as told:
        loaded(tmp_path, toml=toml + "\n")
    assert complaint in str(told.value)


def test_a_programme_without_rooms_is_refused(tmp_path: Path) -> None:
    said = conference()
    for day in said["schedule"]["conference"]["days"]:
        if isinstance(day["rooms"], dict):
            day["rooms"] = {"online": [event for events in day["rooms"].values() for event in events]}
    with pytest.raises(
        ScenarioError, match="0 of its sessions are held in rooms, and results are announced in 3; give it more"
    ):
        loaded(tmp_path, said)

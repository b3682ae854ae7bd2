"""Imported programmes, as they are played: of a conference, and of the fair itself."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.fairfacts.timetables import FIRST, conference, from_schedule

from fairfacts.auditor import Auditor, audit
from fairfacts.clock import DAY_MS, MINUTE_MS
from fairfacts.errors import ScenarioError
from fairfacts.event import Event
from fairfacts.interchange.ics import to_icalendar
from fairfacts.interchange.schedule_json import to_schedule
from fairfacts.interchange.timetable import Entry, Timetable
from fairfacts.measures import State
from fairfacts.parts.programme import SessionClosed, SessionOpened, SessionScheduled
from fairsim.fair import play
from fairsim.inputs.changing import check_change
from fairsim.inputs.programme.imported import lay_in
from fairsim.inputs.scenario import Scenario, load_scenario
from fairsim.inputs.scenario_files import read_scenario


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


def scheduled_in(scenario: Scenario) -> list[SessionScheduled]:
    """Return the sessions, which are all scheduled before anything happens."""
    _, events = next(iter(play(scenario, 7)))
    return [event for event in events if isinstance(event, SessionScheduled)]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    return events_of(loaded(tmp_path_factory.mktemp("conference"), scale=0.02))


def test_every_session_is_held_in_its_room_at_its_time_under_its_title(played: list[Event]) -> None:
    scheduled = [event for event in played if isinstance(event, SessionScheduled)]
    wanted = from_schedule(json.dumps(conference()).encode()).timetable.entries
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
    auditor.handle(played)
    assert auditor.close(ended=True) == []


def test_seats_are_those_of_the_file_at_the_runs_scale_and_else_of_the_parameters(played: list[Event]) -> None:
    seats = {event.room: event.capacity for event in played if isinstance(event, SessionScheduled)}
    assert {room: seats[room] for room in ("Großer Saal", "Room B", "Workshop 1")} == {
        "Großer Saal": 12, "Room B": 2, "Workshop 1": 1,
    }  # fmt: skip
    assert seats["Foyer"] in load_scenario("ciftis2020", scale=0.02).parameters.programme.room_seats


def test_workshops_are_not_streamed_talks_are_and_the_party_is_as_evening_events_are(played: list[Event]) -> None:
    scheduled = [event for event in played if isinstance(event, SessionScheduled)]
    talks = [event for event in scheduled if event.title != "Party"]
    assert {(event.room == "Workshop 1", event.streamed) for event in talks} == {(True, False), (False, True)}
    party = next(event for event in scheduled if event.title == "Party")
    assert (party.kind, party.streamed) == ("evening", False)  # evenings are never streamed, whatever the file has
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


def test_a_session_until_the_close_of_the_fair_ends_with_it(tmp_path: Path) -> None:
    programme = conference()
    days = programme["schedule"]["conference"]["days"]
    last = FIRST + timedelta(days=5)
    party = days[0]["rooms"]["Foyer"].pop()
    party["date"], party["start"], party["duration"] = f"{last}T23:00:00+02:00", "23:00", "01:00"
    days.append(days[-1] | {"index": 6, "date": last.isoformat(), "rooms": {"Foyer": [party]}})
    toml = 'timetable = "schedule.json"\nprogramme.overrun_share = 1\n'
    log = events_of(loaded(tmp_path, programme, toml=toml))
    (closed,) = (event for event in log if isinstance(event, SessionClosed) and event.at_ms == 6 * DAY_MS)
    assert closed.overran_ms == 0
    assert audit(log) == []


def test_a_session_that_overlaps_another_in_its_room_gets_a_room_beside_it(tmp_path: Path) -> None:
    said = conference()
    day = said["schedule"]["conference"]["days"][0]["rooms"]
    day["Foyer"][0]["duration"] = "01:30"
    scenario = loaded(tmp_path, said)
    rooms = {event.title: event.room for event in scheduled_in(scenario)}
    assert (rooms[day["Foyer"][0]["title"]], rooms[day["Foyer"][1]["title"]]) == ("Foyer", "Foyer +")


@pytest.mark.parametrize("form", ["ics", "json"])
def test_the_fairs_own_programme_comes_back(tmp_path: Path, form: str) -> None:
    fair = load_scenario("ciftis2020", scale=0.01)
    known = scheduled_in(fair)
    entries = [
        Entry(
            uid=str(e.session), title=e.title, room=e.room, kind=e.kind, track=e.sector, streamed=e.streamed,
            seats=e.capacity or None, number=e.session,
            starts=fair.epoch + timedelta(milliseconds=e.starts_ms),
            ends=fair.epoch + timedelta(milliseconds=e.ends_ms),
            cancelled=e.session == 0,
        )
        for e in known
    ]  # fmt: skip
    own = Timetable(title="own", acronym="own", entries=tuple(entries), scale=0.01, zone=fair.fair.time_zone)
    content = to_icalendar(own) if form == "ics" else to_schedule(own, "1", "http://fair.example/runs/x/sessions")
    (tmp_path / f"own.{form}").write_bytes(content)
    (tmp_path / "own.toml").write_text(f'extends = "ciftis2020"\ntimetable = "own.{form}"\n')
    scenario = load_scenario(str(tmp_path / "own.toml"), scale=0.01)
    again = scheduled_in(scenario)

    def plain(events: list[SessionScheduled]) -> list[tuple[Any, ...]]:
        return sorted(
            (e.title, e.kind, e.sector, e.mode, e.streamed, e.counted, e.room, e.capacity, e.starts_ms, e.ends_ms)
            for e in events
        )

    # the summit, alone on the first day, was cancelled: the other days stay what they are
    assert plain(again) == plain(known[1:])
    cancelled = "left out, cancelled, 'Global trade in services summit': is cancelled"
    assert remarks_of(scenario) == ([cancelled] if form == "ics" else [])


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
            "Talk 52: trade & “services”': ends on day 4, and the fair has 3 days; set fair.days",
        ),
        (
            'timetable = "schedule.json"\n'
            '[[disruptions]]\nkind = "session_cancelled"\nsession = 99\nbegins = "day 1 09:00"',
            "there is no session 99; sessions are 0 to 53",
        ),
    ],
)
def test_a_timetable_that_cannot_be_played_is_refused(tmp_path: Path, toml: str, complaint: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        loaded(tmp_path, toml=toml + "\n")
    assert complaint in str(refused.value)


def test_a_programme_without_rooms_is_refused(tmp_path: Path) -> None:
    said = conference()
    for day in said["schedule"]["conference"]["days"]:
        if isinstance(day["rooms"], dict):
            events = [event | {"room": "online"} for events in day["rooms"].values() for event in events]
            day["rooms"] = {"online": events}
    with pytest.raises(
        ScenarioError, match="0 of its sessions are held in rooms, and results are announced in 3; give it more"
    ):
        loaded(tmp_path, said)


@pytest.mark.parametrize(
    ("sessions", "cancelled", "complaint"),
    [
        (True, True, "no session of it is held; name a programme that has one which is not cancelled"),
        (False, False, "the fair has no kind of session to play it as; write a table [[sessions]] into fair.toml"),
    ],
)
def test_a_programme_of_which_nothing_can_be_held_is_refused_in_words(
    sessions: bool, cancelled: bool, complaint: str
) -> None:
    shipped = load_scenario("itbnow2021")
    fair = shipped.fair
    if not sessions:
        fair = msgspec.structs.replace(fair, kinds=msgspec.structs.replace(fair.kinds, sessions=()))
    starts = shipped.epoch + timedelta(hours=10)
    entry = Entry(
        uid="a", title="A talk", starts=starts, ends=starts + timedelta(hours=1), room="1", cancelled=cancelled
    )
    timetable = Timetable(title="Mine", acronym="", entries=(entry,))
    with pytest.raises(ScenarioError) as refused:
        lay_in(timetable, shipped.parameters, fair)
    assert str(refused.value) == f"Mine: {complaint}"


def remarks_of(scenario: Scenario) -> list[str]:
    report, _ = scenario.reports  # the other one has the lanes of so small a fair
    return [f"{one.kind}, {one.about}, {one.place}: {one.message}" for one in report.remarks]


def test_the_report_has_what_is_moved_coerced_and_assumed(tmp_path: Path) -> None:
    content = conference()
    days = content["schedule"]["conference"]["days"]
    days[0]["rooms"]["Foyer"][0]["duration"] = "01:30"
    scenario = loaded(tmp_path, content)
    remarks = remarks_of(scenario)
    assert remarks[0] == (
        "moved, days, : 54 sessions from 2019-08-22 to the fair's first day, 2020-09-04; its clock times stay"
    )
    second, title = (session["title"] for session in days[0]["rooms"]["Foyer"][1:3])
    assert f"moved, room, '{second}': room 'Foyer' has another session then: held in 'Foyer +'" in remarks
    assert f"coerced, type, '{title}': type 'Talk' is no kind of session: played as industry_forum" in remarks
    assert "coerced, type, 'Party': type 'Talk' is no kind of session: played as evening" in remarks
    assert "assumed, seats, 'Foyer': its seats are not in the file: a usual room's" in remarks
    occasions = [one for one in remarks if "occasion " in one]
    assert occasions[:2] == [
        "assumed, session, occasion henan: no session is a provincial: held in the first one in a room that has no"
        " other",
        "assumed, session, occasion tourism: no session is a summit_forum on tourism: held in the first one in a room"
        " that has no other",
    ]
    assert len(occasions) == 3
    tracks = [one for one in scenario.reports[0].remarks if one.about == "track"]
    assert {one.message for one in tracks} == {
        "track 'Digital trade' is no sector of the fair: a sector is drawn",
        "track 'Logistics' is no sector of the fair: a sector is drawn",
        "it has no track: a sector is drawn",
    }
    assert (len(tracks), scenario.reports[0].read) == (54, 54)


def test_dates_within_the_fairs_days_are_not_moved(tmp_path: Path) -> None:
    text = json.dumps(conference()).replace("2019-08-2", "2020-09-0").replace("2020-09-02", "2020-09-05")
    text = text.replace("2020-09-03", "2020-09-06").replace("2020-09-04", "2020-09-07")
    scenario = loaded(tmp_path, json.loads(text))
    begins = sorted(event.starts_ms for event in scheduled_in(scenario))
    assert begins[0] == DAY_MS + 10 * 60 * MINUTE_MS
    assert not any(one.startswith("moved, days") for one in remarks_of(scenario))


@pytest.mark.parametrize("changes", [["timetable.skip_unreadable=true"], ["timetable.default_length_min=30"]])
def test_the_command_line_states_how_a_timetable_is_read(tmp_path: Path, changes: list[str]) -> None:
    content = conference()
    del content["schedule"]["conference"]["days"][0]["rooms"]["Foyer"][0]["duration"]
    path = str(write(tmp_path, content))
    with pytest.raises(ScenarioError, match="it has no duration; give it one, or state"):
        load_scenario(path)
    report = load_scenario(path, changes=changes, scale=0.01).reports[0]
    assert (report.found, report.read) == (54, 53 if "skip" in changes[0] else 54)
    assert report.remarks[0].place == "schedule.conference.days[0].rooms.Foyer[0]"


@pytest.mark.parametrize(
    ("toml", "changes", "complaint"),
    [
        ('timetable = {file = "schedule.json", skip = true}', [], "skip is no key of timetable; known are:"),
        (
            'timetable = {file = "schedule.json", default_length_min = "30"}',
            [],
            "timetable: default_length_min is '30'; write minutes, over 0 and up to 44640, such as 30",
        ),
        (
            'timetable = {file = "schedule.json", time_zone = "Mars/Base"}',
            [],
            "timetable.time_zone is 'Mars/Base', which is none; write it like Europe/Berlin",
        ),
        ('timetable = {time_zone = "UTC"}', [], "name a schedule.json or an .ics file"),
        ("", ["timetable.time_zone=UTC"], "time_zone is about a timetable, and the scenario names none; leave it out"),
        ('timetable = "schedule.json"', ["timetable.file=/etc/passwd"], "file is no key of timetable; known are:"),
    ],
)
def test_how_a_timetable_is_read_is_stated_in_known_words(
    tmp_path: Path, toml: str, changes: list[str], complaint: str
) -> None:
    path = write(tmp_path, conference(), toml + "\n")
    with pytest.raises(ScenarioError) as refused:
        load_scenario(str(path), changes=changes)
    assert complaint in str(refused.value)


def test_too_many_sessions_at_once_in_a_room_are_refused(tmp_path: Path) -> None:
    content = conference()
    rooms = content["schedule"]["conference"]["days"][0]["rooms"]
    rooms["Foyer"] = [rooms["Foyer"][0] | {"guid": str(number)} for number in range(201)]
    with pytest.raises(ScenarioError, match="room 'Foyer' has over 200 sessions then"):
        loaded(tmp_path, content)


def test_the_figures_of_the_documented_programme_are_not_given_to_an_imported_one(tmp_path: Path) -> None:
    imported = load_scenario(str(write(tmp_path, conference())))
    used = {*imported.inputs, *imported.calibrated}
    assert [name for name in used if name.startswith("sessions.") or name == "summit.starts"] == []
    assert "organisations.at_opening" in used

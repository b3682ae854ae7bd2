"""Rules that docs/formats.md states: rooms, days, tracks, uids, scale; each with its remark."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.fairfacts.timetables import from_icalendar, from_schedule

from fairfacts.errors import ScenarioError
from fairfacts.interchange.schedule_json import to_schedule
from fairfacts.interchange.timetable import Options, ReadTimetable


def calendar(*events: str, head: str = "") -> bytes:
    """Return a calendar of events, each with an hour on 4 September 2020 unless it says otherwise."""
    lines = ["BEGIN:VCALENDAR", *head.splitlines()]
    for number, event in enumerate(events):
        usual = f"UID:{number}\nSUMMARY:s{number}\nDTSTART:20200904T100000\nDURATION:PT1H\nX-CLOUDFAIR-STREAMED:TRUE"
        names = {line.partition(":")[0].partition(";")[0] for line in event.splitlines()}
        kept = [line for line in usual.splitlines() if line.partition(":")[0] not in names]
        lines += ["BEGIN:VEVENT", *kept, *event.splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def schedule(*events: dict[str, Any], room: str = "Aula", day: dict[str, Any] | None = None, **more: Any) -> bytes:
    usual = {"title": "t", "date": "2020-09-04T10:00:00+02:00", "duration": "01:00"}
    days = [{"date": "2020-09-04", "rooms": {room: [usual | event for event in events]}} | (day or {})]
    conference = {"title": "c", "acronym": "c", "time_zone_name": "Europe/Berlin", "days": days}
    return json.dumps({"schedule": {"conference": conference} | more}).encode()


def remarks(read: ReadTimetable) -> list[str]:
    return [f"{one.kind}, {one.about}: {one.message}" for one in read.report.remarks if one.about != "clock"]


def test_blanks_around_the_name_of_a_room_make_no_other_room() -> None:
    read = from_icalendar(calendar("LOCATION:Aula", "LOCATION:Aula ", "LOCATION: Aula\u00a0"))
    assert {entry.room for entry in read.timetable.entries} == {"Aula"}
    assert remarks(read) == [
        "coerced, room: 'Aula ' is read as 'Aula'",
        "coerced, room: ' Aula\\xa0' is read as 'Aula'",
    ]


def test_online_is_no_hall() -> None:
    read = from_icalendar(calendar("LOCATION:Online", "LOCATION:https://meet.example/1", "X-CLOUDFAIR-KIND:x"))
    assert {entry.room for entry in read.timetable.entries} == {""}
    assert remarks(read) == ["coerced, room: 'https://meet.example/1' is an address: held online only"]


def test_a_session_without_a_room_of_another_calendar_is_held_online_and_the_report_says_so() -> None:
    content = calendar("UID:a").replace(b"X-CLOUDFAIR-STREAMED:TRUE\r\n", b"")
    assert remarks(from_icalendar(content)) == [
        "assumed, room: it names no room: held online only",
    ]


@pytest.mark.parametrize(
    ("name", "day", "moved"),
    [("00:30", {"day_start": "2020-09-04T04:00:00", "day_end": "2020-09-05T03:59:00"}, "05"), ("00:30", {}, "04")],
)
def test_a_time_before_the_day_begins_is_of_the_night_after_it(name: str, day: dict[str, Any], moved: str) -> None:
    read = from_schedule(schedule({"date": "2020-09-04", "start": name}, day=day))
    assert read.timetable.entries[0].starts.isoformat() == f"2020-09-{moved}T00:30:00+02:00"
    expected = "moved, day: start 00:30 lies before day_start: on 2020-09-05"
    assert remarks(read) == ([expected] if moved == "05" else [])


def test_a_track_may_be_an_object() -> None:
    read = from_schedule(schedule({"track": {"de": "Handel", "en": "Trade"}, "type": {"name": "Talk"}}))
    assert (read.timetable.entries[0].track, read.timetable.entries[0].kind) == ("Trade", "Talk")
    assert remarks(read) == [
        "coerced, type: an object is read as 'Talk'",
        "coerced, track: an object is read as 'Trade'",
    ]


def test_the_last_version_of_an_entry_counts_and_others_of_its_uid_are_sessions_of_their_own() -> None:
    read = from_icalendar(
        calendar("UID:a\nSEQUENCE:1\nSUMMARY:new", "UID:a\nSUMMARY:old", "UID:b", "UID:b\nSUMMARY:another")
    )
    assert [entry.title for entry in read.timetable.entries] == ["another", "new", "s2"]
    assert [one for one in remarks(read) if "room" not in one] == [
        "left out, repeated: entry 1 (line 2) is a later version of it",
        "coerced, uid: has the uid of entry 3 (line 17) and is another session",
    ]


def test_control_characters_in_texts_are_blanks() -> None:
    read = from_icalendar(calendar("SUMMARY:two\\nlines\nLOCATION:Hall\\n1"))
    assert (read.timetable.entries[0].title, read.timetable.entries[0].room) == ("two lines", "Hall 1")
    assert "coerced, title: 'two\\nlines' is read as 'two lines', without control characters" in remarks(read)


@pytest.mark.parametrize("scale", [0, -1, 21, 1e999])
def test_a_scale_that_no_fair_has_is_refused(scale: float) -> None:
    with pytest.raises(ScenarioError, match="a fair's scale is over 0 and at most 20"):
        from_schedule(schedule({}, cloudfair={"scale": scale}).replace(b"Infinity", b"1e999"))


def test_the_scenario_states_the_zone_that_sessions_are_shown_in() -> None:
    read = from_schedule(schedule({}), options=Options(time_zone="Asia/Shanghai"))
    assert read.timetable.entries[0].starts.isoformat() == "2020-09-04T16:00:00+08:00"
    (clock,) = (one for one in read.report.remarks if one.about == "clock")
    assert clock.message == "shown in Asia/Shanghai as the scenario says, not in Europe/Berlin"


def test_an_entry_in_a_zone_of_its_own_file_is_understood() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Here\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0530\nTZOFFSETTO:+0530\n"
        "END:STANDARD\nEND:VTIMEZONE"
    )
    here = "DTSTART;TZID=Here:20200904T100000"
    entry = from_icalendar(calendar(here, head=zone)).timetable.entries[0]
    assert entry.starts.isoformat() == "2020-09-04T10:00:00+05:30"
    with pytest.raises(ScenarioError, match="names the time zone 'Here', which is not known"):
        from_icalendar(calendar(here))  # a zone of another file is forgotten


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("DTSTART:PT1H", "DTSTART is 'PT1H'; write it like 20200904T200000"),
        ("DTSTART:100000", "DTSTART is '100000'; write it like 20200904T200000"),
        ("DTSTART;VALUE=PERIOD:20200904T100000/PT1H", "DTSTART is '20200904T100000/PT1H'; write it like"),
        (f"DTSTART;TZID={'x' * 300}:20200904T100000", "is no iCalendar: [Errno 36] File name too long"),
        ("DTSTART:99991231T235959Z", "DTSTART is '99991231T235959Z'; write it like"),
        ("DTEND:20200904", "DTEND is the day 2020-09-04, and DTSTART has a time; give the end a time"),
        ("DURATION:-PT1H", "a session lasts over 0 and up to 31 days"),
        ("DURATION:P32D", "a session lasts over 0 and up to 31 days"),
        ("X-CLOUDFAIR-SEATS:٩", "X-CLOUDFAIR-SEATS is '٩'; a whole number is wanted"),
        ("X-CLOUDFAIR-STREAMED:MAYBE", "X-CLOUDFAIR-STREAMED is 'MAYBE'; write TRUE or FALSE"),
    ],
)
def test_a_line_that_fuzzing_found_is_refused(line: str, complaint: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        from_icalendar(calendar(line))
    assert complaint in str(refused.value)


def test_a_room_keeps_the_seats_that_one_of_its_sessions_has() -> None:
    read = from_icalendar(calendar("LOCATION:Aula\nX-CLOUDFAIR-SEATS:90", "LOCATION:Aula", "LOCATION:Hall"))
    written = json.loads(to_schedule(read.timetable, "1", "https://fair.example/"))
    rooms = {room["name"]: room["capacity"] for room in written["schedule"]["conference"]["rooms"]}
    assert rooms == {"Aula": 90, "Hall": None}


NEW_YORK = "TZID=America/New_York:20270314T"


@pytest.mark.parametrize(
    ("begins", "event", "length", "head"),
    [
        ("02:30", "DTSTART;{zone}023000\nDTEND;{zone}033000", "1:00:00", ""),
        ("02:15", "DTSTART;{zone}021500\nDTEND;{zone}030000", "0:45:00", ""),
        ("02:30", "DTSTART;{zone}023000", "1:00:00", ""),
        ("02:30", "DTSTART;{zone}023000", "1:00:00", "X-WR-TIMEZONE:Europe/Berlin"),  # shown elsewhere
    ],
)
def test_a_session_in_the_hour_that_the_clocks_leap_over_keeps_its_length(
    begins: str, event: str, length: str, head: str
) -> None:
    read = from_icalendar(calendar(event.format(zone=NEW_YORK), head=head))
    (entry,) = read.timetable.entries
    assert str(entry.ends - entry.starts) == length
    said = f"entry 1 (line {2 + len(head.splitlines())}): the clocks leap over its begin, 2027-03-14 {begins}"
    assert [f"{one.place}: {one.message}" for one in read.report.remarks if one.about == "clock"] == [
        f"{said}: it lasts {length} from the leap on"
    ]

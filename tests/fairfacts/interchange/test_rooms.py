"""Which room a session is held in, and whether it is held: as people and programs write it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.fairfacts.interchange.test_rules import calendar, remarks, schedule
from tests.fairfacts.timetables import from_icalendar, from_schedule

from fairfacts.errors import ScenarioError


def rooms(*names: str) -> tuple[list[str], list[str]]:
    """Return the rooms of sessions of a calendar, and what is remarked of them."""
    read = from_icalendar(calendar(*(f"LOCATION:{name}" for name in names)))
    return [entry.room for entry in sorted(read.timetable.entries, key=lambda entry: entry.uid)], remarks(read)


@pytest.mark.parametrize("other", ["Cafe\u0301", "Café\u200b", "Ca\u00adfé", " Café"])
def test_a_name_that_looks_the_same_is_the_same_room(other: str) -> None:
    names, said = rooms("Café", other)
    assert (names, [one.partition(":")[0] for one in said]) == (["Café", "Café"], ["coerced, room"])


def test_the_seats_of_a_room_are_found_whichever_way_its_letters_are_composed() -> None:
    content = json.loads(schedule({"room": "Cafe\u0301"}, room="Cafe\u0301"))
    content["schedule"]["conference"]["rooms"] = [{"name": "Caf\u00e9", "capacity": 100}]
    (entry,) = from_schedule(json.dumps(content).encode()).timetable.entries
    assert (entry.room, entry.seats) == ("Café", 100)


def test_rooms_whose_names_differ_in_case_or_width_are_told() -> None:
    names, said = rooms("Aula", "AULA", "\uff21ula", "Hall")
    assert names == ["Aula", "AULA", "\uff21ula", "Hall"]
    assert said == ["assumed, room: 'AULA', 'Aula', 'Ａula' are 3 rooms; write the name of one room alike"]


@pytest.mark.parametrize(
    "written",
    [
        *("Virtual", "Zoom", "线上", "Online (Zoom)", "online only", "En ligne", "Live-Stream"),
        *("Microsoft Teams-Besprechung", "Microsoft Teams Meeting", "us02web.zoom.us/j/1"),
        *("线上会议", "线上直播", "网络直播", "腾讯会议", "オンライン会議", "온라인 회의"),
        *("https://zoom.us/j/1", "Zoom: https://zoom.us/j/1", "www.zoom.us/j/1", "zoom.us/j/1", "tel:+49"),
    ],
)
def test_what_only_says_online_is_no_hall_and_the_report_says_so(written: str) -> None:
    names, said = rooms(written)
    what = "is an address" if any(mark in written for mark in ("/", "tel:")) else "is no room"
    assert (names, said) == ([""], [f"coerced, room: {written!r} {what}: held online only"])


@pytest.mark.parametrize(
    "written",
    [
        *("Hall 1 / online", "Messe Berlin https://messe.example/", "Zoom Room 1", "腾讯会议室", "直播间 2"),
        *("2.OG/R204", "1.UG/Foyer", "Geb.Ost/12", "Messe.Halle/4"),
    ],
)
def test_a_hall_that_has_such_a_word_too_is_a_hall_and_the_report_says_so(written: str) -> None:
    said = f"assumed, room: {written!r} is taken for a room; write online if it is none"
    assert rooms(written) == ([written], [said])


@pytest.mark.parametrize("written", ["Aula", "Stage 2", "Streamers' Lounge", "Raum 1.2/3", "St. Gallen/Nord"])
def test_other_names_are_rooms_without_a_remark(written: str) -> None:
    assert rooms(written) == ([written], [])


@pytest.mark.parametrize(("key", "own"), [("Aula", "online"), ("online", "Aula"), ("Zoom", "Aula")])
def test_an_event_that_is_online_by_one_of_its_rooms_alone_is_a_fault(key: str, own: str) -> None:
    with pytest.raises(ScenarioError, match=f"room is '{own}'; it stands under '{key}', and one of them is online"):
        from_schedule(schedule({"room": own}, room=key))


@pytest.mark.parametrize(("own", "count"), [("Hall", 1), ("Aula", 0), ("aula ", 0), ("", 0), (None, 0)])
def test_an_event_of_another_room_is_held_where_it_stands_and_the_report_says_so(own: str | None, count: int) -> None:
    read = from_schedule(schedule({"room": own}, room="Aula"))
    message = "coerced, room: it stands under 'Aula', which counts; its own room is 'Hall'"
    assert (read.timetable.entries[0].room, remarks(read)) == ("Aula", [message] * count)


HELD = "the session is held; cancelled is not"


@pytest.mark.parametrize(
    ("status", "cancelled", "said"),
    [
        ("CANCELLED", True, []),
        ("cancelled ", True, []),
        ("CANCELED", True, ["coerced, STATUS: STATUS is 'CANCELED': read as cancelled"]),
        ("TENTATIVE", False, []),
        ("ABGESAGT", False, [f"assumed, STATUS: STATUS is 'ABGESAGT': {HELD}"]),
    ],
)
def test_a_cancelled_entry_is_cancelled_however_it_is_written(status: str, cancelled: bool, said: list[str]) -> None:
    read = from_icalendar(calendar(f"LOCATION:Aula\nSTATUS:{status}"))
    assert (read.timetable.entries[0].cancelled, remarks(read)) == (cancelled, said)


def test_a_calendar_that_is_sent_to_cancel_cancels_its_sessions() -> None:
    read = from_icalendar(calendar("LOCATION:Aula", "LOCATION:Aula", head="METHOD:CANCEL"))
    assert [entry.cancelled for entry in read.timetable.entries] == [True, True]
    assert remarks(read) == ["coerced, METHOD: METHOD is CANCEL: all of its sessions (2) are cancelled"]


@pytest.mark.parametrize(
    ("fields", "cancelled", "said"),
    [
        ({"status": "cancelled"}, True, []),
        ({"state": "withdrawn"}, True, ["coerced, state: state is 'withdrawn': read as cancelled"]),
        ({"state": "confirmed"}, False, []),
        ({"state": "new"}, False, [f"assumed, state: state is 'new': {HELD}"]),
        ({"state": 1}, False, [f"assumed, state: state is 1: {HELD}"]),
        ({"status": [0]}, False, [f"assumed, status: status is [0]: {HELD}"]),
        ({"status": {"id": 0}}, False, [f"assumed, status: status is {{'id': 0}}: {HELD}"]),
        ({"status": {"en": "cancelled"}, "state": None}, True, []),
        ({"cancelled": True}, True, []),
        ({"canceled": "yes"}, True, ["coerced, canceled: 'yes' is read as True"]),
        (
            {"title": "CANCELLED: Talk"},
            False,
            ["assumed, title: 'CANCELLED: Talk' is held: only its title says that it is cancelled"],
        ),
        ({"title": "CANCELLED: Talk", "cancelled": True}, True, []),
    ],
)
def test_a_cancelled_event_is_cancelled_whichever_field_says_so(
    fields: dict[str, Any], cancelled: bool, said: list[str]
) -> None:
    read = from_schedule(schedule(fields))
    assert (read.timetable.entries[0].cancelled, remarks(read)) == (cancelled, said)


@pytest.mark.parametrize(
    "title",
    [
        "已取消讲座",
        "取消讲座",
        "讲座（已取消）",
        "취소: 강연",
        "Talk (CANCELLED)",
        "Talk [abgesagt], part 2",
        "annulée: x",
    ],
)
def test_a_title_that_says_cancelled_is_told_in_every_script(title: str) -> None:
    said = f"assumed, title: {title!r} is held: only its title says that it is cancelled"
    assert remarks(from_schedule(schedule({"title": title}))) == [said]


@pytest.mark.parametrize("title", ["How cancelled orders come back", "Annulation", "Why (we) cancelled"])
def test_a_title_of_what_was_cancelled_is_a_title(title: str) -> None:
    assert remarks(from_schedule(schedule({"title": title}))) == []


def test_durations_that_may_be_days_or_hours_are_refused() -> None:
    with pytest.raises(ScenarioError) as refused:
        from_schedule(schedule({"duration": "1:00:00"}, {"duration": "2:15:00"}))
    assert [fault.partition("]: ")[2] for fault in refused.value.faults] == [
        "duration is '1:00:00'; a day may be meant or an hour: write 24:00 or 01:00, hours and minutes",
        "duration is '2:15:00'; a day may be meant or an hour: write 63:00 or 02:15, hours and minutes",
    ]


def test_a_length_of_days_is_read_beside_others_in_hours_as_pretalx_writes_both() -> None:
    read = from_schedule(schedule({"duration": "1:02:00"}, {"duration": "00:30"}))
    assert sorted(str(entry.ends - entry.starts) for entry in read.timetable.entries) == ["0:30:00", "1 day, 2:00:00"]
    assert remarks(read) == ["coerced, duration: '1:02:00' is read as days, hours and minutes"]


@pytest.mark.parametrize("written", ["W. Europe Standard Time", " Europe/Berlin "])
def test_a_zone_of_windows_or_with_blanks_is_understood(written: str) -> None:
    content = schedule({}).decode().replace("Europe/Berlin", written)
    read = from_schedule(content.encode())
    assert read.timetable.zone == "Europe/Berlin"
    assert remarks(read) == [f"coerced, zone: {written!r} is read as Europe/Berlin"]


def test_a_calendar_may_name_its_zone_by_timezone_id() -> None:
    read = from_icalendar(calendar("LOCATION:Aula\nDTSTART:20200904T080000Z", head="TIMEZONE-ID:Europe/Berlin"))
    assert read.timetable.entries[0].starts.isoformat() == "2020-09-04T10:00:00+02:00"


def test_a_text_of_vcalendar_1_is_refused() -> None:
    content = calendar("LOCATION;ENCODING=QUOTED-PRINTABLE:Caf=C3=A9")
    with pytest.raises(ScenarioError, match=r"LOCATION is quoted-printable, as in vCalendar 1\.0; save the calendar"):
        from_icalendar(content)


@pytest.mark.parametrize("title", ["", "   "])
def test_an_empty_title_is_told(title: str) -> None:
    read = from_schedule(schedule({"title": title}))
    assert (read.timetable.entries[0].title, remarks(read)) == (
        "untitled",
        ["assumed, title: its title is empty: untitled"],
    )

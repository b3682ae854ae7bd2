"""Timetables in the formats of other software: written, read, and refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import icalendar
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fairfacts.timetables import FRAB, conference, from_icalendar, from_schedule
from tests.json_schema import validator

from fairfacts.errors import ScenarioError
from fairfacts.interchange.files import read_timetable
from fairfacts.interchange.ics import to_icalendar
from fairfacts.interchange.schedule_json import to_schedule
from fairfacts.interchange.timetable import Entry, Timetable

BEIJING = timezone(timedelta(hours=8))


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2020, 9, day, hour, minute, tzinfo=BEIJING)


SUMMIT = Entry(
    uid="c8d0f959-e262-5455-87d4-e646c30ca6f1",
    title="Global trade in services summit; with “quotes”, commas",
    starts=moment(4, 20),
    ends=moment(4, 22),
    room="room 1",
    seats=2000,
    kind="summit",
    track="finance",
    streamed=True,
)
ONLINE = Entry(
    uid="490be9c7-04da-58e8-951a-bf4cccd7d270",
    title="Online only",
    starts=moment(6, 9, 30),
    ends=moment(6, 11),
    kind="industry_forum",
    track="education",
    streamed=True,
)
QUIET = Entry(
    uid="1b1d4f2e-0d4b-5c6d-9a3e-1f2e3d4c5b6a",
    title="部长会议",
    starts=moment(6, 9, 30),
    ends=moment(6, 11),
    room="room 2",
    seats=100,
    kind="provincial",
    streamed=False,
)
FAIR = Timetable(title="CIFTIS 2020", acronym="ciftis2020", entries=(SUMMIT, ONLINE, QUIET), zone="Asia/Shanghai")


def test_schedule_json_is_what_its_schema_asks_for() -> None:
    written = json.loads(to_schedule(FAIR, "7", "https://fair.example/"))
    validator(FRAB, "Draft7").validate(written)
    inside = written["schedule"]["conference"]
    assert (inside["daysCount"], inside["time_zone_name"]) == (3, "Asia/Shanghai")
    assert [day["date"] for day in inside["days"]] == ["2020-09-04", "2020-09-05", "2020-09-06"]
    assert list(inside["days"][2]["rooms"]) == ["online", "room 2"]
    assert inside["days"][0]["rooms"]["room 1"][0]["start"] == "20:00"


def test_the_schema_finds_what_is_wrong() -> None:
    written = json.loads(to_schedule(FAIR, "7", "https://fair.example/"))
    written["schedule"]["conference"]["days"][0]["rooms"]["room 1"][0]["duration"] = "two hours"
    assert not validator(FRAB, "Draft7").is_valid(written)


def test_icalendar_is_read_by_the_library_that_others_use() -> None:
    calendar = icalendar.Calendar.from_ical(to_icalendar(FAIR))
    summit, *_ = events = calendar.walk("VEVENT")
    assert len(events) == 3
    assert (summit["summary"], summit["location"], summit.decoded("dtstart"), summit.decoded("dtend")) == (
        SUMMIT.title,
        "room 1",
        SUMMIT.starts,
        SUMMIT.ends,
    )
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    assert all("dtstamp" in event and "uid" in event for event in events)


def test_a_programme_is_the_same_after_it_was_written_and_read() -> None:
    assert from_icalendar(to_icalendar(FAIR)).timetable.entries == FAIR.entries
    assert from_schedule(to_schedule(FAIR, "7", "https://fair.example/")).timetable == FAIR


@pytest.mark.parametrize("name", ["C:\\New", "\\N", "\\n", "a\\\\N", "Taste, and see; 1\\2"])
def test_names_with_backslashes_are_the_same_in_a_calendar(name: str) -> None:
    entry = msgspec.structs.replace(SUMMIT, uid=name, title=name, room=name, track=name, kind=name)
    found = from_icalendar(to_icalendar(Timetable(title=name, acronym="fair", entries=(entry,)))).timetable
    (read,) = found.entries
    assert [found.title, read.uid, read.title, read.room, read.track, read.kind] == [name] * 6


def test_a_calendar_holds_no_control_characters() -> None:
    name, read_as = "a\x1b]0;\x07b\x7f\x9bc", "a ]0; b c"
    entry = msgspec.structs.replace(SUMMIT, uid=name, title=name, room=name, track=name, kind=name)
    written = to_icalendar(Timetable(title=name, acronym="fair", entries=(entry,)))
    assert not set(written.decode()) & set("\x1b\x07\x7f\x9b")
    found = from_icalendar(written).timetable
    (read,) = found.entries
    assert [found.title, read.uid, read.title, read.room, read.track, read.kind] == [read_as] * 6


def test_name_of_a_calendar_of_others_is_read_without_its_escapes() -> None:
    written = to_icalendar(FAIR).replace(b"CALNAME:CIFTIS 2020", rb"CALNAME:Books\, films\; more\nof C:\\New")
    assert from_icalendar(written).timetable.title == "Books, films; more of C:\\New"


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=30).map(str.strip)
TITLES = TEXTS.filter(bool)


@settings(max_examples=50)
@given(
    st.lists(
        st.builds(
            lambda title, begins, length, room, seats, streamed: Entry(
                uid=title, title=title, starts=begins, ends=begins + length, room=room,
                seats=seats if room else None, kind="evening", track="x", streamed=streamed,
            ),
            TITLES,
            st.integers(0, 6 * 288).map(lambda slots: moment(4, 0) + slots * timedelta(minutes=5)),
            st.integers(1, 300).map(lambda slots: slots * timedelta(minutes=5)),
            st.sampled_from(["", "room 1", "Großer Saal, links"]),
            st.just(10),
            st.booleans(),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda entry: entry.uid,
    )
)  # fmt: skip
def test_any_programme_is_the_same_after_it_was_written_and_read(entries: list[Entry]) -> None:
    def plain(timetable: Timetable) -> list[tuple[Any, ...]]:
        return sorted(
            (entry.title, entry.starts, entry.ends, entry.room, entry.seats, entry.streamed)
            for entry in timetable.entries
        )

    fair = Timetable(title="Fair", acronym="fair", entries=tuple(entries))
    wanted = plain(fair)
    assert plain(from_icalendar(to_icalendar(fair)).timetable) == wanted
    written = to_schedule(fair, "1", "https://fair.example/")
    validator(FRAB, "Draft7").validate(json.loads(written))
    assert plain(from_schedule(written).timetable) == wanted


def test_a_cancelled_session_is_marked_in_a_calendar_and_left_out_of_a_schedule() -> None:
    fair = Timetable(title="Fair", acronym="fair", entries=(SUMMIT, msgspec.structs.replace(QUIET, cancelled=True)))
    assert [entry.cancelled for entry in from_icalendar(to_icalendar(fair)).timetable.entries] == [False, True]
    assert [
        entry.uid for entry in from_schedule(to_schedule(fair, "1", "https://fair.example/")).timetable.entries
    ] == [SUMMIT.uid]


def test_a_conference_as_pretalx_exports_it_is_read() -> None:
    read = from_schedule(json.dumps(conference()).encode()).timetable
    party = next(entry for entry in read.entries if entry.title == "Party")
    assert (read.title, read.acronym, len(read.entries)) == ("DemoCon 2019", "democon", 54)
    assert (party.starts.isoformat(), party.ends.isoformat()) == (
        "2019-08-22T22:30:00+02:00",
        "2019-08-23T01:30:00+02:00",
    )
    assert {(entry.room, entry.seats) for entry in read.entries} == {
        ("Großer Saal", 600),
        ("Room B", 120),
        ("Workshop 1", 25),
        ("Foyer", None),
    }
    assert {(entry.kind, entry.streamed) for entry in read.entries} == {("Talk", True), ("Workshop", False)}


CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//other//EN\r
X-WR-CALNAME:A conference\r
X-WR-TIMEZONE:Europe/Berlin\r
BEGIN:VEVENT\r
UID:1\r
SUMMARY:Opening\r
DTSTART:20190822T080000Z\r
DURATION:PT45M\r
LOCATION:Aula\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
SUMMARY:The whole day\r
DTSTART;VALUE=DATE:20190822\r
END:VEVENT\r
{more}END:VCALENDAR\r
"""


def test_a_calendar_of_others_is_read_in_the_zone_that_it_names() -> None:
    (opening,) = from_icalendar(CALENDAR.format(more="").encode()).timetable.entries
    assert (opening.starts.isoformat(), opening.ends.isoformat()) == (
        "2019-08-22T10:00:00+02:00",
        "2019-08-22T10:45:00+02:00",
    )
    assert (opening.title, opening.room, opening.streamed) == ("Opening", "Aula", None)


FOYER = "x: schedule.conference.days[0].rooms.Foyer[0]"
SKIP = "\n  timetable.skip_unreadable = true leaves out the entries that cannot be read"


def broken(**changes: Any) -> bytes:
    """The conference with something changed in its first event."""
    said = conference()
    said["schedule"]["conference"]["days"][0]["rooms"]["Foyer"][0] |= changes
    return json.dumps(said).encode()


NESTED = b'{"schedule":' * 1_000 + b"1" + b"}" * 1_000


@pytest.mark.parametrize(
    ("read", "content", "complaint"),
    [
        (from_schedule, b"{", "x: line 1, column 2: is no JSON: Expecting property name enclosed in double quotes"),
        (from_schedule, b"{}", "x: schedule is missing"),
        (from_schedule, b"[]", "x: 2 faults\n  it is a list; an object is wanted\n  schedule is missing"),
        (from_schedule, b"[" * 100_000, "x: is nested too deeply; a schedule.json has ten levels"),
        (from_schedule, b'{"a": 1, "a": 2}', "x: is no JSON that can be understood: an object has the key 'a' twice"),
        (from_schedule, b'{"a": NaN}', "x: is no JSON that can be understood: NaN is no number of JSON"),
        (from_schedule, b'{"a": "\xff"}', "x: line 1: byte 0xff is not UTF-8; save the file as UTF-8"),
        (from_schedule, broken(title=5), f"{FOYER}: title is a number (5); a text is wanted{SKIP}"),
        (
            from_schedule,
            broken(title="\ud800"),
            f"{FOYER}: title is '\\ud800'; half of a character (a lone surrogate) is no text{SKIP}",
        ),
        (
            from_schedule,
            broken(duration="an hour"),
            f"{FOYER}: duration is 'an hour'; write hours and minutes, such as 01:30{SKIP}",
        ),
        (
            from_schedule,
            broken(duration="00:00"),
            f"{FOYER}: its duration is '00:00'; give it one, or state timetable.default_length_min in the scenario"
            + SKIP,
        ),
        (
            from_schedule,
            broken(date="tomorrow"),
            f"{FOYER}: date is 'tomorrow'; write it like 2027-05-07T20:00:00+08:00{SKIP}",
        ),
        (
            from_schedule,
            broken(date="tomorrow", title=None, do_not_record="never"),
            "\n  ".join(
                [
                    "x: 3 faults",
                    f"{FOYER[3:]}: date is 'tomorrow'; write it like 2027-05-07T20:00:00+08:00",
                    f"{FOYER[3:]}: do_not_record is 'never'; write true or false",
                    f"{FOYER[3:]}: title is missing{SKIP}",
                ]
            ),
        ),
        (
            from_icalendar,
            CALENDAR.format(
                more="BEGIN:VEVENT\r\nUID:3\r\nSUMMARY:Daily\r\nDTSTART:20190822T080000Z\r\nDURATION:PT1H\r\n"
                "RRULE:FREQ=DAILY\r\nRDATE:20190823T080000Z\r\nEND:VEVENT\r\n"
            ).encode(),
            "x: 2 faults\n  entry 3 (line 18): it repeats (RRULE); write its repetitions as events of their own"
            f"\n  entry 3 (line 18): it repeats (RDATE); write its repetitions as events of their own{SKIP}",
        ),
        (
            from_icalendar,
            CALENDAR.format(more="BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20190822T080000Z\r\nEND:VEVENT\r\n").encode(),
            "x: entry 3 (line 18): it has no end; give it one, or state timetable.default_length_min in the scenario"
            + SKIP,
        ),
        (
            from_icalendar,
            CALENDAR.format(more="BEGIN:VEVENT\r\n").encode(),
            "x: line 19: END:VCALENDAR ends nothing: VEVENT of line 18 is open",
        ),
        (
            from_icalendar,
            CALENDAR.format(more="BEGIN:VEVENT\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VEVENT\r\n").encode(),
            "x: line 19: BEGIN:VEVENT within an event; END the other one before",
        ),
        (from_icalendar, CALENDAR.encode()[:200], "x: line 6: BEGIN:VEVENT has no END; the file is cut off"),
        (
            from_icalendar,
            CALENDAR.format(
                more="BEGIN:VEVENT\r\nUID:3\r\nDTSTART;TZID=Nowhere/Town:20190822T080000\r\nDTEND:20190822T090000Z\r\n"
                "END:VEVENT\r\n"
            ).encode(),
            "x: 2 faults\n  entry 3 (line 18): DTSTART names the time zone 'Nowhere/Town', which is not known;"
            " state timetable.time_zone\n  entry 3 (line 18): DTSTART names no time zone, and DTEND does; give both the"
            f" same{SKIP}",
        ),
        (
            from_icalendar,
            CALENDAR.format(
                more="BEGIN:VEVENT\r\nUID:3\r\nDTSTART;TZID=Europe/Paris:20190822T080000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
            ).encode(),
            "x: entry 3 (line 18): a time is in UTC (it ends in Z) and names a time zone (TZID); remove one of the two"
            + SKIP,
        ),
        (
            from_icalendar,
            CALENDAR.format(more="X-WR-TIMEZONE:Asia/Tokyo\r\n").encode(),
            "x: the calendar names 2 time zones ('Europe/Berlin', 'Asia/Tokyo'); keep one, or state"
            " timetable.time_zone",
        ),
    ],
)
def test_a_file_with_faults_is_refused_with_all_of_them(read: Any, content: bytes, complaint: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        read(content, "x")
    assert str(refused.value) == complaint


def test_text_is_no_calendar() -> None:
    with pytest.raises(ScenarioError, match=r"x: is no iCalendar"):
        from_icalendar(b"hello", "x")


def test_the_ending_of_its_name_decides_the_format_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.ics").write_bytes(to_icalendar(FAIR))
    (tmp_path / "b.json").write_bytes(to_schedule(FAIR, "1", "https://fair.example/"))
    assert read_timetable(tmp_path / "a.ics").timetable.entries == read_timetable(tmp_path / "b.json").timetable.entries
    (tmp_path / "c.ics").write_bytes(to_icalendar(Timetable(title="x", acronym="x", entries=())))
    for name, complaint in (("c.ics", "has no session"), ("d.json", "cannot be read")):
        with pytest.raises(ScenarioError, match=f"{name}: {complaint}"):
            read_timetable(tmp_path / name)


def test_times_without_an_offset_are_those_of_the_zone_that_the_file_names() -> None:
    first = from_schedule(broken(date="2019-08-22T10:00:00")).timetable.entries[0]
    assert first.starts.isoformat() == "2019-08-22T10:00:00+02:00"

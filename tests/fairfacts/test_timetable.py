"""Programmes in the formats of others."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import icalendar
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fairfacts.timetables import FRAB, conference

from fairfacts.errors import ScenarioError
from fairfacts.timetable import (
    Entry,
    Timetable,
    from_icalendar,
    from_schedule,
    read_timetable,
    to_icalendar,
    to_schedule,
)

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
)
FAIR = Timetable(title="CIFTIS 2020", acronym="ciftis2020", entries=(SUMMIT, ONLINE, QUIET))


def test_schedule_json_is_what_its_schema_asks_for() -> None:
    written = json.loads(to_schedule(FAIR, "7", "https://fair.example/"))
    jsonschema.Draft7Validator(FRAB).validate(written)
    inside = written["schedule"]["conference"]
    assert (inside["daysCount"], inside["time_zone_name"]) == (3, "Asia/Shanghai")
    assert [day["date"] for day in inside["days"]] == ["2020-09-04", "2020-09-05", "2020-09-06"]
    assert list(inside["days"][2]["rooms"]) == ["online", "room 2"]
    assert inside["days"][0]["rooms"]["room 1"][0]["start"] == "20:00"


def test_the_schema_finds_what_is_wrong() -> None:
    written = json.loads(to_schedule(FAIR, "7", "https://fair.example/"))
    written["schedule"]["conference"]["days"][0]["rooms"]["room 1"][0]["duration"] = "two hours"
    assert not jsonschema.Draft7Validator(FRAB).is_valid(written)


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


def test_both_bring_a_programme_back_as_it_was() -> None:
    assert from_icalendar(to_icalendar(FAIR)).entries == FAIR.entries
    assert from_schedule(to_schedule(FAIR, "7", "https://fair.example/")) == FAIR


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=30).map(str.strip)
TITLES = TEXTS.filter(bool)


@settings(deadline=None, max_examples=50)
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
def test_any_programme_comes_back(entries: list[Entry]) -> None:
    def plain(timetable: Timetable) -> list[tuple[Any, ...]]:
        return sorted(
            (entry.title, entry.starts, entry.ends, entry.room, entry.seats, entry.streamed)
            for entry in timetable.entries
        )

    fair = Timetable(title="Fair", acronym="fair", entries=tuple(entries))
    wanted = plain(fair)
    assert plain(from_icalendar(to_icalendar(fair))) == wanted
    written = to_schedule(fair, "1", "https://fair.example/")
    jsonschema.Draft7Validator(FRAB).validate(json.loads(written))
    assert plain(from_schedule(written)) == wanted


def test_what_is_cancelled_is_marked_in_a_calendar_and_left_out_of_a_schedule() -> None:
    import msgspec

    fair = Timetable(title="Fair", acronym="fair", entries=(SUMMIT, msgspec.structs.replace(QUIET, cancelled=True)))
    assert [entry.cancelled for entry in from_icalendar(to_icalendar(fair)).entries] == [False, True]
    assert [entry.uid for entry in from_schedule(to_schedule(fair, "1", "https://fair.example/")).entries] == [
        SUMMIT.uid
    ]


def test_a_conference_as_pretalx_exports_it_is_read() -> None:
    read = from_schedule(json.dumps(conference()).encode())
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
    (opening,) = from_icalendar(CALENDAR.format(more="").encode()).entries
    assert (opening.starts.isoformat(), opening.ends.isoformat()) == (
        "2019-08-22T10:00:00+02:00",
        "2019-08-22T10:45:00+02:00",
    )
    assert (opening.title, opening.room, opening.streamed) == ("Opening", "Aula", True)


FOYER = "x: schedule.conference.days[0].rooms.Foyer[0]"


def broken(**changes: Any) -> bytes:
    """The conference with something changed in its first event."""
    said = conference()
    said["schedule"]["conference"]["days"][0]["rooms"]["Foyer"][0] |= changes
    return json.dumps(said).encode()


@pytest.mark.parametrize(
    ("read", "content", "complaint"),
    [
        (from_schedule, b"{", "x: it is no part of a schedule.json: Input data was truncated"),
        (from_schedule, b"{}", "x: it is no part of a schedule.json: Object missing required field `schedule`"),
        (
            from_schedule,
            broken(title=5),
            "x: schedule.conference.days[0].rooms[...][0].title is no part of a schedule.json:"
            " Expected `str`, got `int`",
        ),
        (
            from_schedule,
            broken(duration="an hour"),
            f"{FOYER}: duration is 'an hour'; write hours and minutes, such as 01:30",
        ),
        (
            from_schedule,
            broken(duration="00:00"),
            f"{FOYER}: duration is '00:00'; write hours and minutes, such as 01:30",
        ),
        (
            from_schedule,
            broken(date="tomorrow"),
            f"{FOYER}: date is 'tomorrow'; write it like 2020-09-04T20:00:00+08:00",
        ),
        (
            from_icalendar,
            CALENDAR.format(
                more="BEGIN:VEVENT\r\nUID:3\r\nSUMMARY:Daily\r\nDTSTART:20190822T080000Z\r\nDURATION:PT1H\r\n"
                "RRULE:FREQ=DAILY\r\nEND:VEVENT\r\n"
            ).encode(),
            "x: Daily: repeats (RRULE); write its repetitions as events of their own",
        ),
        (
            from_icalendar,
            CALENDAR.format(more="BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20190822T080000Z\r\nEND:VEVENT\r\n").encode(),
            "x: 3: ends at 2019-08-22 08:00:00+00:00, and begins at 2019-08-22 08:00:00+00:00;"
            " a session takes some time",
        ),
    ],
)
def test_what_is_no_timetable_is_told(read: Any, content: bytes, complaint: str) -> None:
    with pytest.raises(ScenarioError) as told:
        read(content, "x")
    assert str(told.value) == complaint


def test_text_is_no_calendar() -> None:
    with pytest.raises(ScenarioError, match=r"x: is no iCalendar: "):
        from_icalendar(b"hello", "x")


def test_files_are_told_apart_by_their_name(tmp_path: Path) -> None:
    (tmp_path / "a.ics").write_bytes(to_icalendar(FAIR))
    (tmp_path / "b.json").write_bytes(to_schedule(FAIR, "1", "https://fair.example/"))
    assert read_timetable(tmp_path / "a.ics").entries == read_timetable(tmp_path / "b.json").entries
    (tmp_path / "c.ics").write_bytes(to_icalendar(Timetable(title="x", acronym="x", entries=())))
    for name, complaint in (("c.ics", "holds no session"), ("d.json", "cannot be read")):
        with pytest.raises(ScenarioError, match=f"{name}: {complaint}"):
            read_timetable(tmp_path / name)


def test_moments_without_an_offset_are_those_of_utc() -> None:
    (entry,) = (e for e in from_schedule(broken(date="2019-08-22T10:00:00")).entries if e.starts.tzinfo is UTC)
    assert entry.starts.isoformat() == "2019-08-22T10:00:00+00:00"

"""Small timetables as other software writes them, each with one peculiarity: what is read, and what the report has."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairfacts.errors import ScenarioError
from fairfacts.interchange.files import read_timetable
from fairfacts.interchange.reading import Remark
from fairfacts.interchange.timetable import Options, ReadTimetable

CASES = Path(__file__).parent / "cases"
AULA, HALL = "schedule.conference.days[0].rooms.Aula", "schedule.conference.days[0].rooms.Hall"
SKIP = "\n  timetable.skip_unreadable = true leaves out the entries that cannot be read"
CLOCK = Remark(
    "", "assumed", "clock",
    "the file names only UTC; its sessions are shown in UTC (or name the zone of the place: timetable.time_zone)",
)  # fmt: skip
FOUR_IN_UTC = [
    "Talk 1, Aula: 03 08:00+00:00 to 09:00",
    "Talk 3, Hall: 03 08:00+00:00 to 09:00",
    "Talk 2, Aula: 03 09:00+00:00 to 10:00",
    "Talk 4, Hall: 03 09:00+00:00 to 10:00",
]


def case(name: str, **options: object) -> ReadTimetable:
    return read_timetable(CASES / name, Options(**options))  # type: ignore[arg-type]


def shown(read: ReadTimetable) -> list[str]:
    return [
        f"{one.title}, {one.room}: {one.starts:%d %H:%M}{one.starts.isoformat()[19:]} to {one.ends:%H:%M}"
        for one in read.timetable.entries
    ]


def refusal(name: str, **options: object) -> str:
    with pytest.raises(ScenarioError) as refused:
        case(name, **options)
    return str(refused.value).replace(f"{CASES}/", "")


def test_a_plain_schedule_is_read_without_remarks() -> None:
    read = case("s-base.json")
    assert (read.report.found, read.report.read, read.report.remarks) == (4, 4, ())
    assert shown(read) == [
        "Talk 1, Aula: 03 10:00+02:00 to 11:00",
        "Talk 3, Hall: 03 10:00+02:00 to 11:00",
        "Talk 2, Aula: 03 11:00+02:00 to 12:00",
        "Talk 4, Hall: 03 11:00+02:00 to 12:00",
    ]
    assert read.report.ignored == (
        "abstract", "description", "language", "links", "persons", "slug", "subtitle", "url",
    )  # fmt: skip


def test_a_bare_day_is_completed_by_the_start() -> None:
    assert shown(case("s-dateonly.json")) == [
        "Talk 1, Aula: 03 10:00+02:00 to 11:00",
        "Talk 2, Aula: 03 11:00+02:00 to 12:00",
        "Talk 3, Hall: 03 14:00+02:00 to 15:00",
        "Talk 4, Hall: 03 15:00+02:00 to 16:00",
    ]


def test_three_parts_are_hours_minutes_and_seconds_where_days_cannot_be_meant() -> None:
    read = case("s-hms.json")
    assert [int((one.ends - one.starts).total_seconds()) // 60 for one in read.timetable.entries] == [45, 60, 45, 30]
    message = "'00:45:00' is read as hours, minutes and seconds"
    assert read.report.remarks[0] == Remark(f"{AULA}[0]", "coerced", "duration", message)
    assert len(read.report.remarks) == 4


def test_false_as_a_text_is_false() -> None:
    read = case("s-dnr.json")
    streamed = {one.title: one.streamed for one in read.timetable.entries}
    assert streamed == {"Talk 1": True, "Talk 2": False, "Talk 3": True, "Talk 4": True}
    assert read.report.remarks == (
        Remark(f"{AULA}[0]", "coerced", "do_not_record", "'false' is read as False"),
        Remark(f"{AULA}[1]", "coerced", "do_not_record", "'true' is read as True"),
        Remark(f"{HALL}[0]", "coerced", "do_not_stream", "'false' is read as False"),
    )


def test_all_sessions_are_on_the_clock_of_the_zone_that_the_file_names() -> None:
    assert shown(case("s-utc.json")) == [
        "Talk 1, Aula: 03 10:00+02:00 to 11:00",
        "Talk 3, Hall: 03 10:00+02:00 to 11:00",
        "Talk 4, Hall: 03 11:00+02:00 to 12:00",
        "Talk 2, Aula: 04 00:30+02:00 to 01:30",
    ]


def test_different_offsets_without_a_zone_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text((CASES / "s-utc.json").read_text().replace(', "time_zone_name": "Europe/Berlin"', ""))
    with pytest.raises(ScenarioError) as refused:
        read_timetable(path)
    assert str(refused.value) == (
        f"{path}: 3 faults\n"
        "  its times have different offsets (UTC, UTC+02:00), and it names no time zone;"
        " name the zone of the place: timetable.time_zone\n"
        f"  {AULA}[0]: start is 10:00, its date is 08:00 in UTC; name the zone of the place: timetable.time_zone\n"
        f"  {AULA}[1]: start is 00:30, its date is 22:30 in UTC; name the zone of the place: timetable.time_zone"
    )
    read = read_timetable(path, Options(time_zone="Europe/Berlin"))
    assert shown(read)[0] == "Talk 1, Aula: 03 10:00+02:00 to 11:00"


@pytest.mark.parametrize(
    ("capacity", "written"), [("99999999", "99999999"), ("-1", "-1"), ("0.5", "0.5"), ("1e999", "inf")]
)
def test_a_room_has_seats_that_a_hall_can_have(tmp_path: Path, capacity: str, written: str) -> None:
    path = tmp_path / "x.json"
    path.write_text((CASES / "s-cap-big.json").read_text().replace("99999999", capacity))
    with pytest.raises(ScenarioError) as refused:
        read_timetable(path)
    assert str(refused.value) == (
        f"{path}: schedule.conference.rooms[0]: capacity is {written}; a room has 1 to 100,000 seats, a whole number"
    )


def test_an_entry_whose_begin_cannot_be_read_is_named_and_may_be_left_out() -> None:
    message = "DTSTART is '2021-05-03T10:00:00Z', which cannot be read"
    assert refusal("c-badstart.ics") == f"c-badstart.ics: entry 5 (line 33): {message}{SKIP}"
    read = case("c-badstart.ics", skip_unreadable=True)
    assert (read.report.found, read.report.read) == (5, 4)
    assert read.report.remarks == (Remark("entry 5 (line 33)", "left out", "unreadable", message), CLOCK)
    assert shown(read) == FOUR_IN_UTC


def test_an_entry_without_an_end_is_named_and_gets_the_stated_length() -> None:
    message = "it has no end; give it one, or state timetable.default_length_min in the scenario"
    assert refusal("c-noend.ics") == f"c-noend.ics: entry 5 (line 33): {message}{SKIP}"
    read = case("c-noend.ics", default_length_min=45)
    assert shown(read) == [*FOUR_IN_UTC, "Talk 5, Aula: 03 10:00+00:00 to 10:45"]
    remark = Remark("entry 5 (line 33)", "assumed", "length", "it has no end: it lasts 45 min")
    assert read.report.remarks == (remark, CLOCK)


def test_another_encoding_is_refused() -> None:
    assert refusal("c-gbk.ics", skip_unreadable=True) == (
        "c-gbk.ics: line 35: byte 0xbf is not UTF-8; save the file as UTF-8"
    )


def test_an_end_without_a_zone_is_in_the_zone_of_the_begin() -> None:
    read = case("c-mixed.ics")
    assert "Talk 5, Aula: 03 10:00+02:00 to 11:00" in shown(read)
    assert shown(read)[0] == "Talk 1, Aula: 03 10:00+02:00 to 11:00"
    assert read.report.remarks == (
        Remark("entry 5 (line 33)", "coerced", "zone", "DTEND names no time zone: read in that of DTSTART"),
        Remark("", "moved", "clock", "times in UTC are shown in the zone of the others, Europe/Berlin"),
    )


def test_two_rooms_of_one_session_are_refused() -> None:
    summary = "SUMMARY is there 2 times ('Talk 5', 'Second title'); keep one"
    location = "LOCATION is there 2 times ('Aula', 'Annex'); keep one"
    place = "entry 5 (line 33)"
    assert refusal("c-twoloc.ics") == f"c-twoloc.ics: 2 faults\n  {place}: {summary}\n  {place}: {location}{SKIP}"
    read = case("c-twoloc.ics", skip_unreadable=True)
    assert read.report.remarks[0] == Remark(place, "left out", "unreadable", f"{summary}; {location}")
    assert shown(read) == FOUR_IN_UTC


def test_two_calendars_in_a_file_are_read_and_each_session_once() -> None:
    read = case("c-twocal.ics")
    assert shown(read) == FOUR_IN_UTC
    assert (read.report.found, read.report.read) == (8, 4)
    assert read.report.remarks[1:3] == (
        Remark("entry 5 (line 38)", "left out", "repeated", "is the same as entry 1 (line 5)"),
        Remark("entry 6 (line 45)", "left out", "repeated", "is the same as entry 2 (line 12)"),
    )


def test_a_zone_of_windows_is_read_by_its_usual_name() -> None:
    read = case("c-windowszone.ics")
    assert shown(read)[0] == "Talk 1, Aula: 03 09:00+02:00 to 10:00"
    message = "time zone 'W. Europe Standard Time' is read as Europe/Berlin"
    assert read.report.remarks == (Remark("", "coerced", "zone", message),)


def test_the_report_in_short_counts_remarks_of_one_kind() -> None:
    assert [line.replace(f"{CASES}/", "") for line in case("s-dnr.json").report.summary()] == [
        "s-dnr.json: 4 of 4 entries read",
        f"  coerced, do_not_record: 2 times; first {AULA}[0]: 'false' is read as False",
        f"  coerced, do_not_stream: {HALL}[0]: 'false' is read as False",
    ]


def test_every_case_has_a_test() -> None:
    text = Path(__file__).read_text()
    assert [path.name for path in CASES.iterdir() if f'"{path.name}"' not in text] == []

"""A sketch of a fair: what follows from its numbers is reckoned with the defaults of any fair."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest

from fairfacts.errors import ScenarioError
from fairfacts.measures import State
from fairfacts.parts.notices import NoticePublished
from fairfacts.parts.programme import SessionScheduled
from fairsim.fair import play
from fairsim.inputs.fair import default_rows, load_fair
from fairsim.inputs.scenario import load_scenario
from fairsim.inputs.sketch.asked import Sketch, read_list
from fairsim.inputs.sketch.sketch import LANE_USE, from_programme, write_fair

SKETCH = Sketch(date(2027, 5, 7), 4, "Europe/Berlin", "DE", 4_000, 1_500, 40_000, 20)


def usual(name: str) -> float:
    return float(default_rows()[name].value)


def test_lanes_and_halls_are_as_many_and_as_large_as_the_default_days_and_stands_want(tmp_path: Path):
    write_fair(tmp_path / "mine", SKETCH)
    fair = load_fair(str(tmp_path / "mine"))
    hours = [float(weight) for weight in default_rows()["venue.hour_profile"].value.split()]
    busiest = SKETCH.visitors * usual("badges.*.days_mean") / SKETCH.days * max(hours) / sum(hours)
    lanes = sum(map(int, fair.rows["venue.gate_lanes"].value.split()))
    per_lane = LANE_USE * 3600 / usual("venue.check_mean_s")
    assert (lanes - 1) * per_lane < busiest <= lanes * per_lane
    assert round(sum(zone.net_m2 for zone in fair.zones) / SKETCH.exhibitors, 1) == usual("venue.stand_m2")


@pytest.mark.slow
def test_as_many_people_come_as_were_asked_for(tmp_path: Path):
    write_fair(tmp_path / "mine", SKETCH._replace(organisations=400, exhibitors=120, visitors=3_000))
    scenario, came = load_scenario(str(tmp_path / "mine")), []
    for seed in range(3):
        state = State()
        for _, events in play(scenario, seed):
            state.fold(events)
        came.append(state.snapshot()["venue"]["visitors"])
    assert sum(came) / 3 == pytest.approx(3_000, rel=0.08)


def test_what_nobody_stated_is_assumed(tmp_path: Path):
    write_fair(tmp_path / "mine", SKETCH._replace(assumed=frozenset({"organisations", "sessions"})))
    rows = load_fair(str(tmp_path / "mine")).rows
    kinds = {name: rows[name].kind for name in ("fair.days", "organisations.at_opening", "programme.session.count")}
    assert list(kinds.values()) == ["documented", "assumed", "assumed"]


@pytest.mark.slow
def test_kinds_and_zones_that_were_asked_for_have_their_numbers(tmp_path: Path):
    kinds, zones = (
        read_list("Sponsor=6:6, Media house=20:0, 展商=4"),
        read_list("Hall 2 - Makers=11, Sponsors' lounge=6"),
    )
    asked = SKETCH._replace(organisations=60, exhibitors=20, visitors=600, organisation_kinds=kinds, zones=zones)
    assert write_fair(tmp_path / "mine", asked._replace(title='A "fair" {of} mine')) == ()
    scenario, state = load_scenario(str(tmp_path / "mine")), State()
    assert scenario.title == 'A "fair" {of} mine'
    for _, events in play(scenario, 7):
        state.fold(events)
    measures = state.snapshot()
    assert measures["organisations"]["by_kind"] == {"sponsor": 6, "media_house": 20, "number_3": 4, "organisation": 30}
    assert measures["organisations"]["exhibitors"] == 20
    assert measures["venue"]["stands_by_zone"] == {"hall_2_makers": 11, "sponsors_lounge": 6}


@pytest.mark.parametrize(
    ("listed", "complaint"),
    [
        ("Sponsor", "'Sponsor' is no name with a number; write them with commas between: Sponsor=6, Media house=20"),
        ("Sponsor=six", "'Sponsor=six' is no name with a number"),
        ("Sponsor=6:x", "'Sponsor=6:x' is no name with a number"),
        ("Sponsor=6, SPONSOR =7", "SPONSOR is there twice; write it once, or give one of them another name"),
    ],
)
def test_list_that_cannot_be_read_is_refused(listed: str, complaint: str):
    with pytest.raises(ScenarioError, match="^" + re.escape(complaint)):
        read_list(listed)


@pytest.mark.parametrize(
    ("kinds", "zones", "complaint"),
    [
        ("A=6:7", "", "A: 7 of 6 have a stand; write the number of all first"),
        ("A=61", "", "61 organisations are listed by kind, and 60 organisations register"),
        ("A=30:26", "", "26 of the kinds have a stand, and 25 organisations exhibit"),
        ("A=40:0", "", "25 exhibit, and 20 organisations may: of the others"),
        ("", "Hall=26", "26 stands are in the zones, and 25 organisations exhibit"),
        ("Organisation=6", "", "Organisation is what all others are called"),
    ],
)
def test_more_than_there_are_is_refused(tmp_path: Path, kinds: str, zones: str, complaint: str):
    asked = SKETCH._replace(organisations=60, exhibitors=25, visitors=600)
    with pytest.raises(ScenarioError, match=re.escape(complaint)):
        write_fair(tmp_path / "mine", asked._replace(organisation_kinds=read_list(kinds), zones=read_list(zones)))
    assert list(tmp_path.iterdir()) == []


def test_kinds_and_sectors_are_called_as_in_the_programme(tmp_path: Path):
    talk = entry("Welcome", "2027-05-08T08:15:00+02:00", "2027-05-08T09:00:00+02:00")
    file = programme(tmp_path, talk | {"type": "key note", "track": "Ethics, Society & CCC"})
    write_fair(tmp_path / "mine", from_programme(file, SKETCH)._replace(organisations=40, exhibitors=10, visitors=100))
    fair = load_fair(str(tmp_path / "mine"))
    assert (fair.names["en"], fair.kinds.sessions[0].name["en"]) == ("M", "Key note")
    assert [sector.names["en"] for sector in fair.sectors] == ["Ethics, Society & CCC"]


@pytest.mark.parametrize("names", [("Вино 2026", "Хлеб 2026"), ("Cor ã", "Cor õ"), ("C++", "C#"), ("Вино", "Хлеб")])
def test_names_that_differ_outside_of_ascii_are_sectors_and_kinds_of_their_own(tmp_path: Path, names: tuple[str, str]):
    starts, ends = "2027-05-08T10:00:00+02:00", "2027-05-08T11:00:00+02:00"
    talks = [
        entry(f"Talk {kind} {track}", starts, ends, room=f"Зал {kind}{track}")
        | {"type": names[kind], "track": names[track]}
        for kind in (0, 1) for track in (0, 1)
    ]  # fmt: skip
    asked = from_programme(programme(tmp_path, *talks), SKETCH)._replace(organisations=40, exhibitors=10, visitors=100)
    write_fair(tmp_path / "mine", asked)
    scenario = load_scenario(str(tmp_path / "mine"))
    called = {sector.name: sector.names["en"] for sector in scenario.fair.sectors}
    kinds = {kind.key: kind.name["en"] for kind in scenario.fair.kinds.sessions}
    assert (sorted(called.values()), sorted(kinds.values())) == (sorted(names), sorted(names))
    _, events = next(iter(play(scenario, 7)))
    held = [event for event in events if isinstance(event, SessionScheduled)]
    assert sorted((one.title, kinds[one.kind], called[one.sector], one.room) for one in held) == sorted(
        (talk["title"], talk["type"], talk["track"], talk["room"]) for talk in talks
    )


def test_halls_whose_names_differ_in_an_accent_alone_are_two(tmp_path: Path):
    zones = read_list("Halle Ä=10, Halle Ö=8, Зал=2")
    write_fair(tmp_path / "mine", SKETCH._replace(exhibitors=20, organisations=60, visitors=600, zones=zones))
    zones_of = {zone.name: zone.names["en"] for zone in load_fair(str(tmp_path / "mine")).zones}
    assert zones_of == {"halle_a": "Halle Ä", "halle_o": "Halle Ö", "number_3": "Зал"}


def entry(title: str, starts: str, ends: str, room: str = "Main") -> dict[str, str]:
    minutes = int((datetime.fromisoformat(ends) - datetime.fromisoformat(starts)).total_seconds() // 60)
    length = f"{minutes // 60:02}:{minutes % 60:02}"
    return {"guid": title, "title": title, "date": starts, "duration": length, "room": room}


def programme(folder: Path, *entries: dict[str, str]) -> Path:
    rooms = {held["room"]: [one for one in entries if one["room"] == held["room"]] for held in entries}
    days = [{"date": "2027-05-08", "rooms": rooms}]
    conference = {"acronym": "m", "title": "M", "time_zone_name": "Europe/Berlin", "days": days}
    (folder / "schedule.json").write_text(json.dumps({"schedule": {"conference": conference}}))
    return folder / "schedule.json"


def test_night_of_a_programme_opens_no_halls_and_its_hours_are_those_of_the_halls(tmp_path: Path):
    file = programme(
        tmp_path,
        entry("Welcome", "2027-05-08T08:15:00+02:00", "2027-05-08T09:00:00+02:00"),
        entry("Late", "2027-05-08T19:00:00+02:00", "2027-05-08T20:10:00+02:00"),
    )
    early = from_programme(file, SKETCH)
    assert (early.days, early.hall_days, early.hall_hours) == (1, 1, (8.25, pytest.approx(20 + 1 / 6)))
    file = programme(
        tmp_path,
        entry("Welcome", "2027-05-08T10:00:00+02:00", "2027-05-08T11:00:00+02:00"),
        entry("Night", "2027-05-09T00:50:00+02:00", "2027-05-09T01:20:00+02:00"),
    )
    late = from_programme(file, SKETCH)
    assert (late.days, late.hall_days, late.hall_hours) == (2, 1, (10.0, 11.0))
    write_fair(tmp_path / "mine", late._replace(organisations=40, exhibitors=10, visitors=100))
    rows = load_fair(str(tmp_path / "mine")).rows
    assert [rows[f"venue.{name}"].value for name in ("days", "opens_h", "last_entry_h", "closes_h")] == [
        "1", "9", "17", "18",
    ]  # fmt: skip
    (report,) = load_scenario(str(tmp_path / "mine")).reports
    assert [remark.message for remark in report.remarks if remark.about == "hours"] == [
        "1 sessions begin while the halls are closed, and nobody comes to them from there: the halls are open from 9 to"
        " 18 (venue.opens_h, venue.closes_h)"
    ]


def test_halls_are_open_for_sessions_in_rooms_and_not_for_those_online(tmp_path: Path):
    file = programme(
        tmp_path,
        entry("Welcome", "2027-05-08T09:30:00+02:00", "2027-05-08T17:00:00+02:00"),
        entry("Stream", "2027-05-09T21:00:00+02:00", "2027-05-09T22:00:00+02:00", room="Online"),
    )
    halls = from_programme(file, SKETCH)
    assert (halls.days, halls.hall_days, halls.hall_hours) == (2, 1, (9.5, 17.0))


@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    [
        ("2027-05-08T23:30:00+02:00", "2027-05-09T01:30:00+02:00", None),
        ("2027-05-08T22:00:00+02:00", "2027-05-08T23:00:00+02:00", None),
        ("2027-05-08T21:00:00+02:00", "2027-05-09T01:00:00+02:00", (21.0, 24.0)),
    ],
)
def test_session_at_night_opens_no_halls(tmp_path: Path, begins: str, ends: str, hours: tuple[float, float] | None):
    assert from_programme(programme(tmp_path, entry("Night", begins, ends)), SKETCH).hall_hours == hours


def test_halls_are_open_as_long_as_on_half_of_the_days_at_least(tmp_path: Path):
    talks = [
        entry(f"{day}, {begins}", f"2027-05-{day}T{begins}:00:00+02:00", f"2027-05-{day}T{ends}:30:00+02:00")
        for day, begins, ends in (("08", "07", "19"), ("09", "08", "20"), ("10", "06", "21"), ("11", "10", "17"))
    ]
    sketch = from_programme(programme(tmp_path, *talks), SKETCH)._replace(organisations=40, exhibitors=10, visitors=100)
    assert sketch.hall_hours == (7.0, 20.5)
    (*_, report) = write_fair(tmp_path / "mine", sketch)
    because = (
        "from the sessions of schedule.json: open for those in rooms on half of the days at least, and not at night"
    )
    assert [(remark.kind, remark.message) for remark in report.remarks] == [
        ("assumed", f"venue.opens_h 7, venue.last_entry_h 19.5, venue.closes_h 20.5, {because}")
    ]
    rows = load_fair(str(tmp_path / "mine")).rows
    assert {(rows[f"venue.{name}"].kind, rows[f"venue.{name}"].source) for name in ("opens_h", "closes_h")} == {
        ("assumed", because)
    }


ONLINE = {"visits", "streams", "negotiations", "projects", "public", "agreements"}
"""Parts of the fair that are online."""
PLAN = """fair = "mine"
[[disruptions]]
kind = "entry_cap"
people = 5
begins = "day 1 09:00"
lasts_min = 120
[[disruptions]]
kind = "lanes_closed"
gate = 0
lanes = 1
begins = "day 1 13:00"
lasts_min = 60
"""


@pytest.mark.parametrize("imports", [False, True])
def test_fair_on_site_alone_has_nothing_online(tmp_path: Path, imports: bool):
    talk = entry("Welcome", "2027-05-08T10:00:00+02:00", "2027-05-08T11:00:00+02:00")
    asked = from_programme(programme(tmp_path, talk | {"type": "talk"}), SKETCH) if imports else SKETCH
    asked = asked._replace(organisations=40, exhibitors=10, visitors=100, on_site=True)
    write_fair(tmp_path / "mine", asked)
    (tmp_path / "mine.toml").write_text(PLAN)
    events = [event for _, some in play(load_scenario(str(tmp_path / "mine.toml")), 7) for event in some]
    assert not ONLINE & {type(event).__module__.split(".")[2] for event in events}
    assert {one.mode for one in events if isinstance(one, SessionScheduled)} == {"on_site"}
    notices = [one.text for one in events if isinstance(one, NoticePublished)]
    assert notices
    assert not [text for text in notices if re.search("platform|online|stream|website|app", text)]


def test_fair_on_site_alone_has_visitors_and_no_session_without_a_room(tmp_path: Path):
    with pytest.raises(ScenarioError, match="a fair on site alone has 0 visitors; give more, or leave --on-site out"):
        write_fair(tmp_path / "mine", SKETCH._replace(visitors=0, on_site=True))
    talk = entry("Stream", "2027-05-08T10:00:00+02:00", "2027-05-08T11:00:00+02:00", room="online")
    asked = from_programme(programme(tmp_path, talk), SKETCH)
    with pytest.raises(ScenarioError, match="json: no room is named of 'Stream', and the fair is on site alone"):
        write_fair(tmp_path / "mine", asked._replace(organisations=40, exhibitors=10, visitors=100, on_site=True))
    assert not (tmp_path / "mine").exists()


def test_who_interrupts_the_making_of_a_fair_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fairsim.inputs.sketch.sketch.load_scenario", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_fair(tmp_path / "mine", SKETCH)
    assert list(tmp_path.iterdir()) == []


def test_number_that_a_parameter_does_not_take_is_refused(tmp_path: Path):
    for number, complaint in (
        (SKETCH._replace(organisations=1), "organisations is 1; give 2 to 500,000"),
        (SKETCH._replace(exhibitors=0), "exhibitors is 0; give 1 to 500,000"),
    ):
        with pytest.raises(ScenarioError, match=complaint):
            write_fair(tmp_path / "mine", number)

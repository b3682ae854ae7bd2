"""A sketch of a fair: what follows from its numbers is reckoned with the defaults of any fair."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from fairfacts.measures import State
from fairsim.fair import play
from fairsim.inputs.fair import default_rows, load_fair
from fairsim.inputs.scenario import load_scenario
from fairsim.inputs.sketch import LANE_USE, Sketch, from_programme, write_fair

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


def entry(title: str, starts: str, ends: str, room: str = "Main") -> dict[str, str]:
    minutes = int((datetime.fromisoformat(ends) - datetime.fromisoformat(starts)).total_seconds() // 60)
    length = f"{minutes // 60:02}:{minutes % 60:02}"
    return {"guid": title, "title": title, "date": starts, "duration": length, "room": room}


def programme(folder: Path, *entries: dict[str, str]) -> Path:
    days = [{"date": "2027-05-08", "rooms": {"Main": list(entries)}}]
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
    assert (late.days, late.hall_days, late.hall_hours) == (2, 1, (10.0, 24.0))
    write_fair(tmp_path / "mine", late._replace(organisations=40, exhibitors=10, visitors=100))
    rows = load_fair(str(tmp_path / "mine")).rows
    assert [rows[f"venue.{name}"].value for name in ("days", "opens_h", "last_entry_h", "closes_h")] == [
        "1", "9", "22.5", "23.5",
    ]  # fmt: skip
    (report,) = load_scenario(str(tmp_path / "mine")).reports
    assert [remark.message for remark in report.remarks if remark.about == "hours"] == [
        "1 sessions begin while the halls are closed, and nobody comes to them from there: the halls are open from 9 to"
        " 23.5 (venue.opens_h, venue.closes_h)"
    ]

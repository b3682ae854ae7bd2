"""Stands: what a fair states of exhibitors is had exactly, or it is said that it cannot be."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fairfacts.errors import ScenarioError
from fairfacts.measures import State
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario
from fairsim.inputs.sketch.asked import Sketch
from fairsim.inputs.sketch.sketch import write_fair

SKETCH = Sketch(date(2027, 5, 7), 2, "Europe/Berlin", "DE", 60, 25, 300, 3)
LOUNGE = '[[zone_kinds]]\nkey = "lounge"\nname = { en = "Lounge" }\nstated = true\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fair of 25 exhibitors: a hall of 20 stands, then a lounge of 6 exhibitors."""
    folder = tmp_path / "mine"
    write_fair(folder, SKETCH)
    add(folder / "fair.toml", LOUNGE)
    zones = "zone,en,kind,sector,net_m2,attraction\nhall_1,Hall 1,hall,,750,1\nlounge,Lounge,lounge,,150,1\n"
    (folder / "zones.csv").write_text(zones)
    add(folder / "parameters.csv", "venue.lounge.exhibitors,6,documented,contracts\n")
    return folder


def add(file: Path, text: str) -> None:
    file.write_text(file.read_text() + text)


def played(folder: Path, *changes: str) -> tuple[int, dict[str, int]]:
    """Return the exhibitors, and the stands by zone."""
    state = State()
    for _, events in play(load_scenario(str(folder), changes=changes), 7):
        state.fold(events)
    measures = state.snapshot()
    return measures["organisations"]["exhibitors"], measures["venue"]["stands_by_zone"]


def remarks(folder: Path, *changes: str) -> list[str]:
    reports = load_scenario(str(folder), changes=changes).reports
    return [remark.message for report in reports for remark in report.remarks]


@pytest.mark.slow
def test_as_many_exhibit_as_were_asked_for(tmp_path: Path):
    for exhibitors in (2, 25, 60):
        write_fair(tmp_path / f"of-{exhibitors}", SKETCH._replace(exhibitors=exhibitors))
        assert played(tmp_path / f"of-{exhibitors}") == (exhibitors, {"hall_1": exhibitors})


def test_stated_exhibitors_of_a_kind_are_placed_before_the_others(folder: Path):
    assert played(folder) == (25, {"hall_1": 19, "lounge": 6})


def test_stands_of_a_zone_are_taken_from_home_where_too_few_are_from_overseas(folder: Path):
    alone = "organisations.overseas_share=0", "venue.lounge.international_share=1"
    assert played(folder, *alone) == (25, {"hall_1": 19, "lounge": 6})


def test_stands_that_nobody_can_take_are_remarked(folder: Path):
    message = "the last zones of zones.csv stay emptier; lower net_m2 or venue.*.exhibitors, or raise"
    assert remarks(folder) == [
        f"the zones want 26 stands, and 25 organisations exhibit: {message} organisations.exhibitors"
    ]
    assert remarks(folder, "organisations.exhibitors=26") == []
    assert remarks(folder, "organisations.exhibitors=0", "organisations.exhibitor_share=0.1") == [
        f"the zones want 26 stands, and about 6 organisations exhibit: {message} organisations.exhibitors"
    ]


def test_kind_of_zone_whose_exhibitors_nobody_stated_is_remarked(folder: Path):
    assert remarks(folder, "venue.lounge.exhibitors=0") == [
        "venue.lounge.exhibitors is 0 and the kind has stated = true: its zones stay empty; give it a row, or leave"
        " stated out"
    ]


def test_exhibitors_of_no_zone_are_refused(folder: Path):
    (folder / "zones.csv").write_text("zone,en,kind,sector,net_m2,attraction\nhall_1,Hall 1,hall,,750,1\n")
    with pytest.raises(
        ScenarioError, match=r"line \d+: venue.lounge.exhibitors is 6, and no zone is of the kind lounge"
    ):
        load_scenario(str(folder))


def test_numbers_of_sessions_that_the_programme_has_are_remarked(folder: Path):
    (folder / "plan.ics").write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Talk\r\nLOCATION:Aula\r\n"
        "DTSTART:20270507T080000Z\r\nDTEND:20270507T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    toml = (folder / "fair.toml").read_text()
    (folder / "fair.toml").write_text(toml.replace("time_zone", 'programme = "plan.ics"\ntime_zone', 1))
    unused = "is not used: sessions are those of the programme's file"
    found = [message for message in remarks(folder, "programme.streamed=2") if message.endswith(unused)]
    assert found == [f"programme.session.count {unused}", f"programme.streamed {unused}"]


def test_more_exhibitors_than_kinds_that_exhibit_are_refused(folder: Path):
    with pytest.raises(
        ScenarioError, match=r"organisations.exhibitors is 62; 60 organisations are of kinds that exhib"
    ):
        load_scenario(str(folder), changes=["organisations.exhibitors=62"])

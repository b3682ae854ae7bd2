"""All faults of a scenario are named at once: of its form, names, ranges, economies, programme and disruptions."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairfacts.errors import ScenarioError
from fairsim.inputs.scenario import load_scenario

WRONG = """extends = "ciftis2020"
title = 3
nokey = 4
timetable = { file = "p.json", skip = true, default_length_min = "x" }
[venue]
cap = "some"
capp = 3
opens_h = 20
[economies]
XX = 1
DE = "a"
[[disruptions]]
kind = "platform_outag"
begins = "day 1 10:00"
[[disruptions]]
kind = "platform_outage"
begins = "day 99 10:00"
"""


def faults(folder: Path, text: str) -> list[str]:
    file = folder / "mine.toml"
    file.write_text(text)
    with pytest.raises(ScenarioError) as refused:
        load_scenario(str(file))
    return [fault.replace(f"{folder}/mine.toml: ", "").partition(";")[0] for fault in refused.value.faults]


def test_all_faults_of_a_scenario_are_named_at_once(tmp_path: Path) -> None:
    assert [fault.partition(", last_entry_h")[0] for fault in faults(tmp_path, WRONG)] == [
        "nokey is no key",
        "title is 3",
        "venue.capp is no key",
        "venue.cap is 'some'",
        "venue.opens_h is 20",
        "XX is no economy of seeds/economies.csv",
        "economies.DE is 'a'",
        "timetable: skip is no key of timetable",
        "timetable: default_length_min is 'x'",
        "disruptions: kind is 'platform_outag'",
        "disruptions.platform_outage.begins: day 99 10:00 lies outside the fair",
    ]


def test_a_timetable_that_cannot_be_read_hides_no_other_fault_and_says_what_helps_against_its_own(
    tmp_path: Path,
) -> None:
    (tmp_path / "p.ics").write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:x\nEND:VEVENT\nEND:VCALENDAR\n")
    text = 'extends = "ciftis2020"\ntimetable = "p.ics"\n[venue]\ncap = "some"\n'
    assert faults(tmp_path, text) == [
        "venue.cap is 'some'",
        f"{tmp_path}/p.ics: entry 1 (line 2): DTSTART is 'x', which cannot be read",
    ]
    with pytest.raises(ScenarioError, match=r"\n  timetable\.skip_unreadable = true leaves out the entries"):
        load_scenario(str(tmp_path / "mine.toml"))

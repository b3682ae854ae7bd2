"""Overrides: whatever a scenario plays otherwise than its fair is told with both values, wherever it was said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.fairfacts.timetables import conference

from fairsim.inputs.scenario import load_scenario

MINE = """
extends = "entry-cap"
[negotiations]
patience_mean_min = 33
[economies]
DE = 2.5
[[disruptions]]
kind = "demand"
begins = "day 1 19:30"
ends = "day 1 22:30"
factor = 3
"""


def test_file_what_it_extends_and_the_command_line_are_told_alike(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE)
    scenario = load_scenario(
        str(tmp_path / "mine.toml"), changes=["venue.gate_lanes=9 9", "venue.cap=20000"], scale=0.1
    )
    usual = load_scenario("ciftis2020").parameters
    assert scenario.overrides == {
        "venue.domestic_share": (f"{usual.venue.domestic_share:.15g}", "1"),
        "venue.no_show_share": (f"{usual.venue.no_show_share:.15g}", "0"),
        "venue.cap": ("60000", "20000"),
        "negotiations.patience_mean_min": (f"{usual.negotiations.patience_mean_min:.15g}", "33"),
        "venue.gate_lanes": (" ".join(map(str, usual.venue.gate_lanes)), "9 9"),
        "economies.DE": ("1", "2.5"),
        "disruptions": ("", "demand, begins day 1 19:30, ends day 1 22:30, factor 3"),
    }


@pytest.mark.parametrize("change", ["negotiations.patience_mean_min={}", "venue.gate_lanes={}"])
def test_what_is_said_and_is_the_fairs_own_value_overrides_nothing(change: str) -> None:
    name = change.partition("=")[0]
    part, field = name.split(".")
    own = getattr(getattr(load_scenario("ciftis2020").parameters, part), field)
    text = " ".join(map(str, own)) if isinstance(own, tuple | list) else str(own)
    assert load_scenario("ciftis2020", changes=[change.format(text)], scale=0.5).overrides == {}


def test_an_imported_programme_is_told(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text(json.dumps(conference()))
    (tmp_path / "mine.toml").write_text('extends = "ciftis2020"\ntimetable = "own.json"\n')
    assert load_scenario(str(tmp_path / "mine.toml")).overrides == {"timetable": ("", "own.json")}

"""A sketch of a fair: what follows from its numbers is reckoned with the defaults of any fair."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from fairsim.inputs.fair import default_rows, load_fair
from fairsim.inputs.sketch import LANE_USE, Sketch, write_fair

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

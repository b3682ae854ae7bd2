"""A number that may be grouped by thousands is refused where semicolons separate the columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fairsim.inputs.own_folder import PARAMETERS, ZONES, faults, read, written

from fairsim.inputs.values import stated_value


def test_stand_space_with_separators_of_thousands_is_refused(tmp_path: Path):
    folder = written(tmp_path, zones=ZONES.replace(",", ";").replace("100", "9.000"))
    assert faults(folder) == [
        "zones.csv: line 2: hall_1: net_m2 is 9.000; it may mean 9000 or 9 where semicolons separate the columns: write"
        " 9000 or 9, without a separator of thousands"
    ]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("agreements.value_mean_usd;50.000;;", "value is 50.000; it may mean 50000 or 50"),
        ("venue.cap;1.500;;", "value is 1.500; it may mean 1500 or 1.5"),
        ("visits.day_profile;0.600 1.250;;", "value is 1.250; it may mean 1250 or 1.25"),
        ("venue.cap;500;;60.000", "high is 60.000; it may mean 60000 or 60"),
    ],
)
def test_a_parameter_that_may_be_grouped_by_thousands_is_refused_once(tmp_path: Path, row: str, fault: str):
    table = PARAMETERS.replace(",", ";").replace("\n", ";;\n").replace("value;;", "value;low;high")
    found = faults(written(tmp_path, parameters=f"{table}{row}\n"))
    name = row.partition(";")[0]
    assert [one.partition(" where")[0] for one in found] == [f"parameters.csv: line 5: {name}: {fault}"]


def test_a_whole_number_may_be_written_with_an_exponent_as_libreoffice_does(tmp_path: Path):
    fair = read(written(tmp_path, parameters=f"{PARAMETERS}venue.cap,1.5E+03\n"))
    assert (fair.rows["venue.cap"].value, stated_value("venue.cap", fair.rows, {})) == ("1.5E+03", 1500)

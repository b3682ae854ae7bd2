from __future__ import annotations

import math

import pytest

from fairfacts.errors import LabError
from fairfacts.figures import load_figures
from fairlab.targets import read_aim

FREE = '[[calibration.parameters]]\nname = "{}"\naround = {}\nfactor = {}\nreason = "why"\n'
TARGET = '[[calibration.targets]]\nfigure = "{}"\nreason = "why"\n'
RATE = FREE.format("visits.domestic_per_delegate_day", 0.4, 3)
OTHER_RATE = FREE.format("visits.overseas_per_delegate_day", 0.4, 3)
FAR = FREE.format("visits.domestic_per_delegate_day", 40, 2)
INITIATED = TARGET.format("negotiations.initiated")


def test_shipped_scenario_names_as_many_targets_as_parameters_with_reasons():
    aim = read_aim("ciftis2020", load_figures())
    assert len(aim.targets) >= len(aim.free) == 5
    assert all(one.reason for one in (*aim.free, *aim.targets))


def test_scenario_takes_the_calibration_of_what_it_extends(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('extends = "ciftis2020"\n')
    assert read_aim(str(path), load_figures()) == read_aim("ciftis2020", load_figures())


def test_bound_is_missed_from_one_side_only():
    bound = next(one for one in read_aim("ciftis2020", load_figures()).targets if one.op == ">")
    assert bound.error(math.log(11_000), 0.1) == 0
    assert bound.error(math.log(5_000), 0.1) == pytest.approx(math.log(0.5))


def test_rounding_is_the_tolerance_and_nobody_needs_more_than_a_thousandth():
    tolerances = {one.name: one.tolerance for one in read_aim("ciftis2020", load_figures()).targets}
    assert tolerances["negotiations.initiated"] == pytest.approx(5_000 / 550_000 / math.sqrt(3))
    assert tolerances["projects.published_online"] == 0.001


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("", "names no .calibration."),
        (RATE, "missing required field `targets`"),
        (RATE + OTHER_RATE + INITIATED, "1 targets cannot fix 2 parameters"),
        (FREE.format("visits.domestic_per_day", 1, 2) + INITIATED, "did you mean visits.domestic_per_delegate_day"),
        (FREE.format("venue.cap", 1, 2) + INITIATED, "venue.cap is no number with decimals"),
        (FAR + INITIATED, "around is 40; allowed is over 0, and 0 to 20"),
        (FREE.format("visits.domestic_per_delegate_day", 0.4, 1) + INITIATED, "factor is 1;"),
        (RATE + TARGET.format("negotiations.inititated"), "is no figure; did you mean negotiations.initiated"),
        (RATE + TARGET.format("site.area"), "target site.area: no measure speaks of it"),
        (RATE + TARGET.format("fair.opens"), "target fair.opens: is 2020-09-04; a target is a number"),
        (RATE + INITIATED + INITIATED, "target negotiations.initiated stands twice"),
        (RATE + INITIATED + "weight = 3\n", "unknown field `weight`"),
    ],
)  # fmt: skip
def test_bad_aim_is_refused_before_any_run(tmp_path, said, complaint):
    path = tmp_path / "mine.toml"
    path.write_text(said)
    with pytest.raises(LabError, match=complaint):
        read_aim(str(path), load_figures())

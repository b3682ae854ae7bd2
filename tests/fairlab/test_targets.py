from __future__ import annotations

import math

import pytest

from fairfacts.errors import LabError
from fairfacts.evidence.figures_file import read_own_figures
from fairfacts.evidence.folder import known_fair
from fairlab.targets import read_problem

FIGURES = known_fair("ciftis2020").figures

FREE = '[[calibration.parameters]]\nname = "{}"\naround = {}\nfactor = {}\nreason = "why"\n'
TARGET = '[[calibration.targets]]\nfigure = "{}"\nreason = "why"\n'
RATE = FREE.format("visits.domestic_per_delegate_day", 0.4, 3)
OTHER_RATE = FREE.format("visits.overseas_per_delegate_day", 0.4, 3)
FAR = FREE.format("visits.domestic_per_delegate_day", 40, 2)
INITIATED = TARGET.format("negotiations.initiated")


def test_shipped_scenario_names_as_many_targets_as_parameters_with_reasons():
    problem = read_problem("ciftis2020", FIGURES)
    assert len(problem.targets) >= len(problem.free) == 5
    assert all(one.reason for one in (*problem.free, *problem.targets))


def test_scenario_takes_the_calibration_of_what_it_extends(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('extends = "ciftis2020"\n')
    assert read_problem(str(path), FIGURES) == read_problem("ciftis2020", FIGURES)


def test_bound_is_missed_from_one_side_only():
    bound = next(one for one in read_problem("ciftis2020", FIGURES).targets if one.op == ">")
    assert bound.error(math.log(11_000), 0.1) == 0
    assert bound.error(math.log(5_000), 0.1) == pytest.approx(math.log(0.5))


def test_rounding_is_the_tolerance_and_nobody_needs_more_than_a_thousandth():
    tolerances = {one.name: one.tolerance for one in read_problem("ciftis2020", FIGURES).targets}
    assert tolerances["negotiations.initiated"] == pytest.approx(5_000 / 550_000 / math.sqrt(3))
    assert tolerances["projects.published_online"] == 0.001


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("", "has no .calibration."),
        (RATE, "targets is missing"),
        (RATE + OTHER_RATE + INITIATED, "1 targets cannot fix 2 parameters"),
        (FREE.format("visits.domestic_per_day", 1, 2) + INITIATED, "did you mean visits.domestic_per_delegate_day"),
        (FREE.format("venue.cap", 1, 2) + INITIATED, "venue.cap is no number with decimals"),
        (FAR + INITIATED, "around is 40; allowed is over 0, and 0 to 20"),
        (FREE.format("visits.domestic_per_delegate_day", 0.4, 1) + INITIATED, "factor is 1;"),
        (RATE + TARGET.format("negotiations.inititated"), "is no figure; did you mean negotiations.initiated"),
        (RATE + TARGET.format("site.area"), "target site.area: has no measure"),
        (RATE + TARGET.format("fair.opens"), "target fair.opens: is 2020-09-04; a target is a number"),
        (RATE + INITIATED + INITIATED, "target negotiations.initiated stands twice"),
        (RATE + INITIATED + "weight = 3\n", "weight is no key"),
    ],
)  # fmt: skip
def test_bad_problem_is_refused_before_any_run(tmp_path, said, complaint):
    path = tmp_path / "mine.toml"
    path.write_text('fair = "ciftis2020"\n' + said)
    with pytest.raises(LabError, match=complaint):
        read_problem(str(path), FIGURES)


OWN = "id,value,measure,as_of\nmine,12000,negotiations.held,\nnoon,5000,negotiations.held,2020-09-05T12:00\n"


def test_figure_of_ones_own_is_a_target_by_its_measure(tmp_path):
    (tmp_path / "mine.csv").write_text(OWN)
    (tmp_path / "mine.toml").write_text('fair = "ciftis2020"\n' + RATE + TARGET.format("mine"))
    (target,) = read_problem(
        str(tmp_path / "mine.toml"), read_own_figures(tmp_path / "mine.csv", FIGURES).figures
    ).targets
    assert (target.name, target.measure, target.value, target.scales) == ("mine", "negotiations.held", 12_000, True)


def test_figure_of_a_moment_is_no_target(tmp_path):
    (tmp_path / "mine.csv").write_text(OWN)
    (tmp_path / "mine.toml").write_text('fair = "ciftis2020"\n' + RATE + TARGET.format("noon"))
    with pytest.raises(LabError, match="target noon: its as_of is 2020-09-05T12:00; a target is met at the end"):
        read_problem(str(tmp_path / "mine.toml"), read_own_figures(tmp_path / "mine.csv", FIGURES).figures)

"""Figures of a day of the fair that are taken at its end all the same: a remark says so."""

from __future__ import annotations

from datetime import date

import pytest

from fairfacts.evidence.figures_file import documented
from fairsim.inputs.fair import fair_names
from fairsim.inputs.figure_days import taken_at_end
from fairsim.inputs.scenario import load_scenario


def told(*lines: str) -> list[str]:
    figures = documented("\n".join(("id,value,measure,as_of,status", *lines)).encode(), "figures.csv").values()
    return [f"{one.place}: {one.message}" for one in taken_at_end(figures, date(2026, 10, 24), 3)]


def test_a_figure_of_a_day_before_the_last_is_named_with_the_moment_that_it_may_mean():
    assert told("a,9000,negotiations.held,2026-10-24,") == [
        "figure a: as_of is 2026-10-24, and its measure is taken at the end of the fair; 2026-10-25T00:00 is the end of"
        " that day"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "a,9000,negotiations.held,2026-10-26,",  # the last day ends with the fair
        "a,9000,negotiations.held,2026-10-20,",
        "a,9000,negotiations.held,2026-10-24,plan",
        "a,9000,negotiations.held,2026-10-24T18:00,",
        "a,9000,negotiations.held,,",
        "a,9000,venue.entered_per_day.0,2026-10-24,",  # stays as it was that evening
    ],
)
def test_whatever_else_a_figure_speaks_of_is_held_against_what_it_says(line: str):
    assert told(line) == []


@pytest.mark.parametrize("fair", fair_names())
def test_no_shipped_fair_has_such_a_figure(fair: str):
    assert [one for one in load_scenario(fair).reports if one.file.endswith("figures.csv")] == []

"""The interface for Python: five lines from a fair to an interval."""

from __future__ import annotations

import pytest

import cloudfair
from fairfacts.errors import LabError, ScenarioError

TINY = {"streams.audience_mean": 0, "streams.public_audience_mean": 0, "fair.days": 2, "visits.day_profile": [1, 1]}


@pytest.fixture(scope="module")
def run():
    return cloudfair.play(cloudfair.load_fair("ciftis2020", scale=0.01, changes=TINY), seed=7)


def test_run_has_events_measures_and_frames(run):
    registered = run.frame("organisation.registered")
    assert len(registered) == run.measure("organisations.registered") == run.measures["organisations"]["registered"]
    assert str(registered["clock"].iloc[0]) == "2020-09-04 00:00:00+08:00"


def test_series_by_hour_adds_up_and_shows_the_fairs_clock(run):
    series = run.series("venue.entered_per_hour")
    assert series.sum() == run.measure("venue.entered") > 0
    assert {begin.hour for begin in series[series > 0].index} <= set(range(6, 18))


def test_what_is_no_series_and_no_event_is_named(run):
    with pytest.raises(LabError, match=r"venue\.entered: is no measure by hour or day"):
        run.series("venue.entered")
    with pytest.raises(LabError, match=r"did you mean visitor\.entered\?"):
        run.rows("visitor.enterd")


@pytest.mark.slow
def test_ensembles_of_one_seed_pair():
    one, other = (
        cloudfair.ensemble(cloudfair.load_fair("ciftis2020", scale=0.002, changes=TINY | change), 2, workers=1)
        for change in ({}, {"organisations.at_opening": 9_000})
    )
    difference = cloudfair.compare(one, other)["organisations.registered_at_opening"]
    assert (difference.a.mean, difference.b.mean, difference.difference.mean) == (36, 18, -18)


def test_unknown_name_is_named():
    with pytest.raises(ScenarioError, match="no scenario"):
        cloudfair.load_fair("ciftis2021")
    with pytest.raises(AttributeError, match="has no attribute 'paly'"):
        cloudfair.paly  # noqa: B018
